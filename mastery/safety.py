"""Where a student may appear who is protected, or whose family said no to directory information (domain 7.1, 7.5)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where students are named to others than those who work with them."""

    DIRECTORY = "directory"
    CATALOGUE = "catalogue"
    MAP = "map"
    PARTNER_LIST = "partner_list"
    MAIL_SUBJECT = "mail_subject"
    EXPORT = "export"
    REGISTRAR_EXPORT = "registrar_export"
    RECOGNITION = "recognition"  # praise that others see


_DIRECTORY_PLACES = frozenset({Place.DIRECTORY, Place.RECOGNITION})


@dataclass(frozen=True, slots=True)
class Safety:
    """What is on file for a student's safety: an address-confidentiality programme or the like, and the family's no."""

    protected: bool = False
    directory_opt_out: bool = False


def appears(place: Place, safety: Safety) -> bool:
    """Whether a student may be named in a place.

    No subject line names anybody. Nothing here is directory information by default; who opts out is out for good.
    """
    if place is Place.MAIL_SUBJECT:
        return False
    if place is Place.REGISTRAR_EXPORT:
        return True
    return not safety.protected and not (safety.directory_opt_out and place in _DIRECTORY_PLACES)
