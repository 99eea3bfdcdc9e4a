"""Laws of due times, for random calendars, limits, pauses and instants; driven by bytes as well as by hypothesis."""

from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitors.clocks.calendar import Calendar
from monitors.clocks.counting import due_time
from monitors.clocks.pauses import Pause, united
from monitors.clocks.policy import Counting, Limit, Unit
from tests.unit.clocks.strategies import calendars, distances, seconds

SECOND = timedelta(seconds=1)
LONGEST = 40 * 86_400
COUNTINGS = st.builds(Counting, start_day=st.booleans(), close_of_business=st.booleans(), roll_forward=st.booleans())


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    calendars(), seconds(), st.integers(0, LONGEST), distances(60), COUNTINGS, st.integers(0, LONGEST),
    st.integers(1, LONGEST),
)  # fmt: skip
def laws(
    calendar: Calendar, start: datetime, later: int, limit: Limit, counting: Counting, wait: int, held: int
) -> None:
    """A later start, a longer limit and a pause never make it due earlier; elapsed hours are moved by the pause alone;
    an open pause that begins in time holds it."""
    due = due_time(limit, start, calendar, counting)
    assert due is not None
    after = due_time(limit, start + later * SECOND, calendar, counting)
    assert after is not None
    assert after.at >= due.at, "a later start is due earlier"
    longer = due_time(Limit(limit.amount + 1, limit.unit), start, calendar, counting)
    assert longer is not None
    assert longer.at >= due.at, "a longer limit is due earlier"
    begin = start + wait * SECOND
    paused = due_time(limit, start, calendar, counting, united([Pause(begin, begin + held * SECOND)]))
    assert paused is not None
    assert paused.at >= due.at, "a pause makes it due earlier"
    if limit.unit is Unit.HOURS:
        assert due.at == start + limit.amount * timedelta(hours=1)
        assert paused.at == due.at + (held * SECOND if begin < due.at else timedelta(0))
        standing = due_time(limit, start, calendar, counting, (Pause(begin, None),))
        assert (standing is None) is (begin < due.at), "an open pause holds it"


def holds(data: bytes) -> None:
    """The laws for what the bytes stand for."""
    laws.hypothesis.fuzz_one_input(data)  # type: ignore[attr-defined] # hypothesis puts it there
