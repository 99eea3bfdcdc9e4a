"""A case that exists in a file of events alone: replayed in virtual time, then explained like a stored one."""

from collections.abc import Iterable
from datetime import datetime

from triage.errors import Refused
from triage.ports import CaseRow, TimelineRow
from triage.rulebook.decide import CompiledRulebook
from triage.service.draft import Effects, Rules
from triage.service.explain_told import Told, decision_in_force
from triage.service.replay import Replay

NAMED = 5
"""So many cases are named when nobody said which one is meant."""


class _Heard:
    """The rows that a replay makes, by case."""

    def __init__(self) -> None:
        self.rows: dict[str, CaseRow] = {}
        self.timelines: dict[str, list[TimelineRow]] = {}

    def __call__(self, effects: Effects) -> None:
        self.rows[effects.row.id] = effects.row
        self.timelines.setdefault(effects.row.id, []).extend(effects.timeline)


def replayed_case(
    lines: Iterable[bytes], rules: CompiledRulebook, case: str | None = None, at: datetime | None = None
) -> Told:
    """The case at the end of its events, or at the instant, after which nothing is read. `case`: which one; None: the
    only one. Raises Refused: for lines that are no events, for a case that is not there or not the only one."""
    heard = _Heard()
    running = Replay(rules, at, heard)
    letters = [(number, running.read(line)) for number, line in enumerate(lines, start=1) if line.strip()]
    unreadable = [f"line {number}: {one.reason}: {one.detail}" for number, one in letters if one is not None]
    if unreadable:
        raise Refused(unreadable)
    end = running.run_out()
    chosen = case or _only(heard.rows)
    if chosen not in heard.rows:
        raise Refused([f"the events tell of no case {chosen}"])
    timeline = tuple(heard.timelines[chosen])
    decided, decision = decision_in_force(chosen, timeline)
    return Told(
        row=heard.rows[chosen],
        timeline=timeline,
        at=end,
        decided=decided,
        decision=decision,
        rules=Rules(rules, {}),
    )


def _only(rows: Iterable[str]) -> str:
    found = list(rows)
    if len(found) == 1:
        return found[0]
    if not found:
        raise Refused(["there are no events of a case"])
    named = ", ".join(found[:NAMED]) + (", …" if len(found) > NAMED else "")
    raise Refused([f"the events tell of {len(found)} cases ({named}): say which one"])
