"""The same comparison the long way: two replays, case by case, and nothing taken over from one to another."""

from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from triage.rulebook.decide import CompiledRulebook
from triage.service.backtest.bucket import Backtest, Line
from triage.service.backtest.comparison import Changed, Comparison, clocks_against_us
from triage.service.backtest.due_times import to_number
from triage.service.backtest.ending import Decided, EndedClock, Ending
from triage.service.backtest.tally import Tally
from triage.service.replay import Replay, ReplayedCase


def ending_of(case: ReplayedCase) -> Ending:
    """What a replay says of a case, as a backtest keeps it."""
    told = case.decision
    assert told is not None
    decided = Decided(
        told["priority"], told["department"], told["team"], told["handler"], tuple(told["tags"]),
        tuple(told["policies"]), told["fallback"],
    )  # fmt: skip
    clocks = tuple(
        EndedClock(
            one.clock, one.cycle, one.state, one.breached, datetime.fromisoformat(one.due_at) if one.due_at else None
        )
        for one in case.clocks
    )
    return Ending(decided, tuple(reason["rule"] for reason in told["reasons"]), clocks)


def replayed(rules: CompiledRulebook, lines: Sequence[bytes], until: datetime) -> dict[str, ReplayedCase]:
    """The cases at the end of a replay, by id."""
    running = Replay(rules, until)
    for line in lines:
        running.read(line)
    return {one.case: one for one in running.finish()}


def naive(
    after: CompiledRulebook, before: CompiledRulebook, lines: Sequence[bytes], until: datetime
) -> tuple[Tally, list[Changed]]:
    """Figures and changed complaints, by two replays."""
    tally, changes = Tally(), []
    ours, theirs = replayed(after, lines, until), replayed(before, lines, until)
    comparison = Comparison(after, before)
    places = first_places(lines)
    for case, told in ours.items():
        received = datetime.fromisoformat(told.received_at).astimezone(ZoneInfo(after.rulebook.zone)).date()
        week = {received.toordinal() - received.weekday(): 1}
        tally.complaints += 1
        tally.after.count(ending_of(told), week, clocks_against_us(after))
        tally.before.count(ending_of(theirs[case]), week, clocks_against_us(before))
        changed = comparison.changed(case, ending_of(told), ending_of(theirs[case]))
        if changed is not None:
            tally.differences.count(places[case], changed)
            changes.append(changed)
    tally.differences.trim()
    return tally, changes


def first_places(lines: Sequence[bytes]) -> dict[str, int]:
    """Where the first event of each case stands."""
    places: dict[str, int] = {}
    for place, line in enumerate(lines):
        places.setdefault(msgspec.json.decode(line)["subject"], place)
    return places


def lines_in_time(raws: Sequence[bytes], until: datetime) -> list[Line]:
    """The lines with their times and with now, as the reader of the input gives them; each is readable, and none comes
    twice."""
    now, lines = 0, []
    for place, raw in enumerate(raws):
        at = to_number(datetime.fromisoformat(msgspec.json.decode(raw)["time"]).astimezone(UTC))
        if at > to_number(until):
            continue
        now = max(now, at)
        lines.append(Line(place, raw, at, now))
    return lines


def backtested(
    after: CompiledRulebook, before: CompiledRulebook, raws: Sequence[bytes], until: datetime
) -> tuple[Tally, list[Changed]]:
    """Figures and changed complaints of a backtest, in the order of their first events."""
    changes: list[tuple[int, Changed]] = []
    running = Backtest(after, before, to_number(until))
    tally = running.run(lines_in_time(raws, until), lambda place, changed: changes.append((place, changed)))
    return tally, [changed for _, changed in sorted(changes, key=lambda one: one[0])]
