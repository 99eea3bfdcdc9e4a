"""Rows of decision tables are rules; of a table with `hit: first` earlier rows take what later ones would have."""

import pytest

from tests.builders_rules import compiled
from tests.unit.analysis.folders import TODAY
from tests.unit.rulebook_load.table_files import SIDECAR, with_table
from triage.rulebook.analysis.analyse import Asked, analyse
from triage.rulebook.coverage.cover import cover

HEAD = "row,customer.age at_least,then.priority\n"
FALLING, RISING = HEAD + "old,80,urgent\nolder,65,high\n", HEAD + "older,65,high\nold,80,urgent\n"


def side(*examples: str, hit: str = "first") -> str:
    listed = "".join(f"  - {one}\n" for one in examples)
    return SIDECAR[: SIDECAR.index("  - given")].replace("first", hit) + listed


FIRES = side("{given: {customer.age: 90}, expect: {fires: true}}", "{given: {customer.age: 9}, expect: {fires: false}}")
ALL = FIRES.replace("hit: first", "hit: all")


def warned(sheet: str, sidecar: str) -> list[str]:
    files = with_table(sheet, sidecar)
    found = analyse(compiled(files), files, Asked(now=TODAY))
    return [f"{one.file}:{one.line} {one.code}" for one in found if one.file.startswith("tables/")]


def test_a_row_that_earlier_rows_leave_nothing_is_told_at_its_line() -> None:
    assert warned(RISING, FIRES) == ["tables/matrix.csv:3 unreachable-row"]


@pytest.mark.parametrize(("sheet", "sidecar"), [(FALLING, FIRES), (RISING, ALL)])
def test_rows_in_another_order_or_that_all_count_are_reached(sheet: str, sidecar: str) -> None:
    assert "unreachable-row" not in " ".join(warned(sheet, sidecar))


def test_a_row_that_is_always_joined_by_a_higher_one_is_needless_where_all_count() -> None:
    """Where only the first counts, the same rows are meant so."""
    falling = HEAD + "older,65,high\nold,80,normal\n"
    assert warned(falling, ALL) == ["tables/matrix.csv:3 shadowed-rule"]
    assert warned(HEAD + "old,80,normal\nolder,65,high\n", FIRES) == []


def test_an_earlier_row_that_counts_shows_nothing_of_later_ones() -> None:
    """At 90 the row from 80 on counts, whatever the row from 65 on would say; the table's examples are those of its
    rows."""
    files = with_table(FALLING, FIRES)
    rows = {one.subject: one for one in cover(compiled(files), files) if one.subject.startswith("matrix")}
    assert (rows["matrix row old"].fires, rows["matrix row older"].fires) == (True, False)
    files = with_table(FALLING, FIRES + "  - {given: {customer.age: 70}, expect: {row: older}}\n")
    rows = {one.subject: one for one in cover(compiled(files), files) if one.subject.startswith("matrix")}
    assert rows["matrix row older"].fires
