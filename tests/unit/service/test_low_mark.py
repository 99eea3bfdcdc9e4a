"""The low mark: notices wait for what is still unread, but never longer than the longest hold."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

import pytest

from tests.contract.builders import NOW, MovableTime
from triage.ports import Mute, Transaction
from triage.service.draft import Moment
from triage.service.low_mark import BEGINNING, LowMark

HOLD = 900.0


class World:
    """A transaction and its offsets: `mark` is until when the input was seen complete, None before it ever was."""

    def __init__(self, hold: float = HOLD, backfill_before: datetime | None = None) -> None:
        self.time = MovableTime()
        self.mark: datetime | None = None
        self.asked: list[tuple[str, ...]] = []
        self._low_mark = LowMark(["events", "spool"], hold, self.time, backfill_before)

    @property
    def offsets(self) -> "World":
        return self

    @property
    def switches(self) -> "World":
        return self

    def mutes(self, now: datetime) -> tuple[Mute, ...]:
        return (Mute("case", "C-1", now),)

    def low_mark(self, inputs: Sequence[str]) -> datetime | None:
        self.asked.append(tuple(inputs))
        return self.mark

    def now(self) -> datetime:
        return self.time.now()

    def moment(self, seconds: float = 0, *, read_until: float | None = None) -> Moment:
        """The moment so many seconds after the start; `read_until`: the mark moves there."""
        self.time.at = NOW + timedelta(seconds=seconds)
        if read_until is not None:
            self.mark = NOW + timedelta(seconds=read_until)
        return self._low_mark.moment(cast(Transaction, self))


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def test_clocks_are_judged_up_to_where_everything_was_read() -> None:
    """Not at now: the reply may be among what is unread."""
    moment = World().moment(100, read_until=40)
    assert (moment.now, moment.seen_until, moment.complete_until) == (after(100), after(40), after(40))


def test_what_is_muted_now_comes_along() -> None:
    """Operators' words are looked at in every transaction."""
    assert World().moment(100).mutes == (Mute("case", "C-1", after(100)),)


def test_the_mark_is_asked_of_every_input() -> None:
    """The part that is furthest behind decides."""
    world = World()
    world.moment()
    assert world.asked == [("events", "spool")]


def test_nothing_is_judged_before_any_input_was_read_to_its_end() -> None:
    """After a start no notice goes out until the input has been read once, or the hold is over."""
    world = World()
    assert world.moment(HOLD - 1).seen_until == BEGINNING
    moment = world.moment(HOLD)
    assert (moment.seen_until, moment.complete_until) == (after(HOLD), BEGINNING)


def test_a_mark_that_stands_still_for_the_longest_hold_holds_no_longer() -> None:
    """Waiting would itself be a risk: clocks are judged at now, and what was read stays told apart."""
    world = World()
    world.moment(10, read_until=5)
    held = world.moment(10 + HOLD - 0.001)
    assert (held.seen_until, held.complete_until) == (after(5), after(5))
    stuck = world.moment(10 + HOLD)
    assert (stuck.seen_until, stuck.complete_until) == (after(10 + HOLD), after(5))


def test_while_the_mark_moves_notices_wait_for_it_however_far_it_is_behind() -> None:
    """Reading a long backlog raises no false alarm: hours behind, every step forward begins a new hold."""
    world = World()
    for step in range(1, 20):
        moment = world.moment(step * (HOLD - 1), read_until=step)
        assert moment.seen_until == after(step)


def test_once_it_moves_again_notices_wait_again() -> None:
    """The end of a standstill is the end of lagging notices."""
    world = World()
    world.moment(0, read_until=0)
    assert world.moment(HOLD + 1).seen_until == after(HOLD + 1)
    assert world.moment(HOLD + 2, read_until=60).seen_until == after(60)
    assert world.moment(2 * HOLD + 1).seen_until == after(60)
    assert world.moment(2 * HOLD + 2).seen_until == after(2 * HOLD + 2)


def test_the_mark_is_never_ahead_of_now() -> None:
    """A broker whose clock is ahead makes nothing due before its time."""
    moment = World().moment(10, read_until=3600)
    assert (moment.seen_until, moment.complete_until) == (after(10), after(10))


@pytest.mark.parametrize("seconds", [0.0, 10.0])
def test_without_a_hold_notices_wait_for_nothing(seconds: float) -> None:
    """`max_hold` of zero judges at now from the first moment on; what is unread is still told."""
    moment = World(hold=0).moment(seconds, read_until=-50)
    assert (moment.seen_until, moment.complete_until) == (after(seconds), after(-50))


def test_the_end_of_the_backfill_is_in_every_moment() -> None:
    """Where steps become historic is the same whatever was read."""
    world = World(backfill_before=after(7))
    assert {world.moment(seconds).backfill_before for seconds in (0, HOLD, 2 * HOLD)} == {after(7)}
    assert World().moment().backfill_before is None
