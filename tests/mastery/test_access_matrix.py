"""The table is the specification's, cell by cell, and every word of it has one meaning."""

from __future__ import annotations

import pytest
from shared_data import needs_shared, shared

from mastery.access_matrix import MATRIX, MEANING, TABLE, DataClass, Reach, Role, cells


@pytest.mark.shared
@needs_shared
def test_the_table_is_the_specifications_cell_by_cell() -> None:
    section = shared("domain.md").read_text().split("### 7.3", 1)[1].split("\nNotes:", 1)[0]
    printed = [line for line in section.splitlines() if line.startswith("|") and not line.startswith("|---")]
    assert cells("\n".join(printed)) == cells(TABLE)


def test_every_word_of_the_table_has_a_meaning_and_no_other_has() -> None:
    assert {word for row in cells(TABLE)[1:] for word in row[1:]} == set(MEANING)
    assert set(MATRIX) == set(Role)
    assert all(set(row) == set(DataClass) for row in MATRIX.values())


def test_nobody_reads_a_childs_record_without_a_word_for_it() -> None:
    """What is public is the catalogue and published figures, whoever asks."""
    public = {data for data, cell in MATRIX[Role.PUBLIC].items() if cell.reads}
    assert public == {DataClass.TARGETS, DataClass.AGGREGATES}
    for role in (Role.MONITOR, Role.STATE, Role.PLUGIN, Role.RESEARCHER):
        assert {data for data, cell in MATRIX[role].items() if cell.reads} <= public


def test_only_offices_see_everyone() -> None:
    """Whoever sees a class of every student of a school or district without being linked with them."""
    published = (DataClass.TARGETS, DataClass.AGGREGATES)
    wide = {
        role
        for role, row in MATRIX.items()
        if any(cell.reads is Reach.ALL for data, cell in row.items() if data not in published)
    }
    assert wide == {Role.EXPERIENCE_COORDINATOR, Role.SCHOOL_ADMINISTRATOR, Role.REGISTRAR, Role.DATA_STEWARD}
