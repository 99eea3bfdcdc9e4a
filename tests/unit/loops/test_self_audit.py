"""The self-audit: a heartbeat means that every timer was handled in time; silence is an alarm."""

from collections.abc import Callable

import pytest

from monitors.loops.self_audit import BOUND_SECONDS, SelfAudit
from tests.contract.builders import NOW, MovableTime
from tests.unit.loops.fakes import Noted
from triage.errors import StoreAway

HEARTBEAT = ("heartbeat_timestamp_seconds",)


def audited(oldest_wait: Callable[[], float], time: MovableTime | None = None) -> tuple[SelfAudit, Noted]:
    noted = Noted()
    return SelfAudit(oldest_wait, lambda: False, time or MovableTime(), noted), noted


@pytest.mark.parametrize("waited", [0.0, 3.0, BOUND_SECONDS])
def test_the_heart_beats_while_no_timer_waits_too_long(waited: float) -> None:
    """Up to the bound; the beat is the service's time, in seconds since 1970."""
    audit, noted = audited(lambda: waited)
    assert audit.audit()
    assert noted.gauges == {HEARTBEAT: NOW.timestamp()}


@pytest.mark.parametrize("waited", [BOUND_SECONDS + 0.001, 86400.0, float("inf")])
def test_no_beat_while_a_timer_waits_too_long(waited: float) -> None:
    """Nothing is set, not even a zero: the last beat grows old."""
    audit, noted = audited(lambda: waited)
    assert not audit.audit()
    assert noted.gauges == {}


def test_no_beat_while_a_clock_is_forgotten() -> None:
    """One that nobody will look at when it is due is worse than one that waits."""
    noted = Noted()
    assert not SelfAudit(lambda: 0.0, lambda: True, MovableTime(), noted).audit()
    assert noted.gauges == {}


def test_the_last_beat_stays_until_all_is_in_time_again() -> None:
    """The gauge tells when all was last well."""
    time, waits = MovableTime(), [0.0, 11.0, 11.0, 0.5]
    audit, noted = audited(lambda: waits.pop(0), time)
    beats = []
    for _ in range(4):
        audit.audit()
        beats.append(noted.gauges[HEARTBEAT] - NOW.timestamp())
        time.forward(5)
    assert beats == [0, 0, 0, 15]


def test_a_store_that_cannot_be_asked_gives_no_beat() -> None:
    """What is not known is not well."""

    def away() -> float:
        raise StoreAway("no answer")

    audit, noted = audited(away)
    with pytest.raises(StoreAway):
        audit.audit()
    assert noted.gauges == {}


def test_no_beat_while_timers_are_paused() -> None:
    """Nobody watches them: not even asked how long they wait, for the answer would not matter."""
    noted, paused = Noted(), [True, False]
    waits = [0.0]
    audit = SelfAudit(lambda: waits.pop(0), lambda: False, MovableTime(), noted, lambda: paused.pop(0))
    assert not audit.audit()
    assert noted.gauges == {}
    assert audit.audit()
    assert noted.gauges == {HEARTBEAT: NOW.timestamp()}
