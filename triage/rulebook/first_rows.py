"""Decision tables of which only the first row that fires counts."""

from collections.abc import Sequence

from triage.rulebook.model import Rule


def without_later_rows(fired: Sequence[Rule]) -> list[Rule]:
    """The rules that count among those that fire, in the order given: all but the rows of a table with `hit: first`
    behind its first one that fires."""
    first: dict[str, int] = {}
    for rule in fired:
        row = rule.in_table
        if row is not None and row.first_only:
            first[row.table] = min(row.number, first.get(row.table, row.number))
    if not first:
        return [*fired]
    return [
        rule
        for rule in fired
        if rule.in_table is None or first.get(rule.in_table.table) in (None, rule.in_table.number)
    ]
