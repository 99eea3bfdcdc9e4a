"""The sweeper: it goes on until nothing is due, and says when the brake holds notices back."""

import pytest

from monitors.loops.sweeper import Sweeper
from monitors.ports import Sweep
from tests.unit.loops.fakes import DueCases, Noted
from triage.errors import StoreAway


def sweep(cases: int, *, more: bool, held: bool = False) -> Sweep:
    return Sweep(cases=cases, fired=cases, more=more, held=held)


def test_it_sweeps_until_nothing_is_due() -> None:
    """Batch after batch in one run, and not once more; the cases are counted."""
    due = DueCases(sweep(500, more=True), sweep(500, more=True), sweep(7, more=True), sweep(0, more=False))
    assert Sweeper(due, Noted()).sweep() == 1007
    assert due.left == []


def test_a_batch_without_cases_is_no_end_while_more_may_be_due() -> None:
    """`more` decides, not the number."""
    due = DueCases(sweep(0, more=True), sweep(3, more=False))
    assert Sweeper(due, Noted()).sweep() == 3
    assert due.left == []


def test_every_batch_has_the_same_bound() -> None:
    """No transaction takes all that is due after a long stop."""
    due = DueCases(sweep(1, more=True), sweep(0, more=False))
    Sweeper(due, Noted()).sweep()
    first, second = due.limits
    assert first == second
    assert 0 < first <= 1000


def test_notices_that_the_brake_holds_show() -> None:
    """The gauge is 1 while they wait and 0 again once the brake lets go."""
    noted = Noted()
    sweeper = Sweeper(DueCases(sweep(5, more=True), sweep(0, more=False, held=True), sweep(1, more=False)), noted)
    sweeper.sweep()
    assert noted.gauges == {("notices_held",): 1}
    sweeper.sweep()
    assert noted.gauges == {("notices_held",): 0}


def test_a_store_that_is_away_ends_the_run_and_the_next_goes_on() -> None:
    """The error reaches the loop, which tries again."""
    due = DueCases(sweep(2, more=True), StoreAway("no answer"), sweep(4, more=False))
    sweeper = Sweeper(due, Noted())
    with pytest.raises(StoreAway):
        sweeper.sweep()
    assert sweeper.sweep() == 4


def test_what_may_not_fire_is_told_apart_from_nothing_due() -> None:
    """A run with --once goes on asking then; it is asked before every batch."""
    may = [False, True, True, False]
    due = DueCases(sweep(2, more=False), sweep(1, more=True))
    sweeper = Sweeper(due, Noted(), lambda: may.pop(0))
    assert [sweeper.sweep() for _ in range(3)] == [None, 2, None]
    assert due.left == []
