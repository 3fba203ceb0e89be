"""How and where one learns, in words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from mastery.pathways import Mode, Setting

MODES: dict[Mode, Any] = {
    Mode.DIRECT: _l("a teacher explains it"),
    Mode.MASTERY: _l("step by step, each until it works"),
    Mode.BLENDED: _l("partly with a teacher, partly on one’s own"),
    Mode.PROJECT: _l("a project"),
    Mode.FLIPPED: _l("read or watch first, then work on it in class"),
    Mode.ONLINE: _l("online"),
    Mode.WORK_BASED: _l("at a place of work"),
    Mode.INDEPENDENT: _l("on one’s own"),
    Mode.OTHER: _l("another way"),
}
SETTINGS: dict[Setting, Any] = {
    Setting.IN_CLASS: _l("in class"),
    Setting.AT_HOME: _l("at home"),
    Setting.OUTSIDE: _l("outside of school"),
}


def short(mode: Mode, setting: Setting, minutes: int | None) -> str:
    """Where, how long and how, in one line."""
    if minutes is None:
        return _("%(where)s, %(how)s", where=SETTINGS[setting], how=MODES[mode])
    span = ngettext("%(num)d minute", "%(num)d minutes", minutes)
    return _("%(where)s, %(span)s, %(how)s", where=SETTINGS[setting], span=span, how=MODES[mode])


def liked(mode: Mode | None, setting: Setting | None) -> str | None:
    """What somebody says they like to learn by; None where nothing is named."""
    named = [str(words) for words in (mode and MODES[mode], setting and SETTINGS[setting]) if words]
    return ", ".join(named) or None
