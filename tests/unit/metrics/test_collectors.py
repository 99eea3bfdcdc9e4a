"""Gauges over the whole store: one instance exports them, so that a sum over instances is right."""

from collections.abc import Mapping

import pytest

from monitors.metrics.collectors import FIGURES, LONGEST_PAUSE_SECONDS, STORE_GAUGES, StoreGauges
from monitors.metrics.names import METRICS
from monitors.metrics.registry import Metrics
from tests.contract.builders import MovableTime
from tests.unit.metrics.test_metrics import samples
from triage.errors import StoreAway

Values = list[tuple[str, Mapping[str, str], float]]

CARE, CLAIMS = ({"department": name, "priority": "high"} for name in ("care", "claims"))
SHOWN: Values = [
    ("open_cases", CARE, 3),
    ("open_cases", CLAIMS, 2),
    ("open_cases_by_age", {"department": "care", "age": "0-7"}, 3),
    ("upcoming_deadlines", {"clock": "decision/answer", "day": "1"}, 8),
    ("overdue_cases", {**CARE, "clock": "decision/answer"}, 1),
    ("oldest_overdue_seconds", {"clock": "decision/answer"}, 60),
    ("oldest_unfired_timer_seconds", {}, 7),
    ("provisional_deadlines", {}, 4),
    ("outbox_pending", {}, 9),
    ("outbox_oldest_seconds", {}, 11),
    ("switch_state", {"switch": "mute"}, 2),
    ("switch_state", {"switch": "pause_consume"}, 1),
]


class Instance:
    """One instance: its figures, whether it is on duty by the store's word, and until when nobody else can be.
    `takes`: seconds of one reading."""

    def __init__(self, *, duty: bool = True) -> None:
        self.metrics, self.duty, self.figures = Metrics(), duty, list(SHOWN)
        self.time, self.sure_until = MovableTime(), 0.0
        self.reads: list[str] = []
        self.takes: float = 0
        self.error: Exception | None = None
        self.gauges = StoreGauges(self.metrics, self._read, self._on_duty, self._surely, self.time)

    def _on_duty(self) -> bool:
        self.sure_until = self.time.monotonic() + (15 if self.duty else 0)
        return self.duty

    def _surely(self) -> bool:
        return self.time.monotonic() < self.sure_until

    def _read(self, figures: str) -> Values:
        if self.error is not None:
            raise self.error
        self.reads.append(figures)
        self.time.forward(self.takes)
        return [one for one in self.figures if one[0] in FIGURES[figures]]

    def total(self) -> float:
        """The sum of all gauges over the store."""
        return sum(sum(samples(self.metrics, name).values()) for name in STORE_GAUGES)


def test_the_list_names_gauges() -> None:
    """Each of them is declared as one."""
    kinds = {metric.name: metric.kind for metric in METRICS}
    assert {kinds[name] for name in STORE_GAUGES} == {"gauge"}
    assert {name for name, _, _ in SHOWN} == set(STORE_GAUGES)


def test_on_duty_the_figures_are_exported() -> None:
    """As they were read."""
    one = Instance()
    one.gauges.refresh()
    for name, labels, value in SHOWN:
        assert samples(one.metrics, name)[tuple(labels[label] for label in sorted(labels))] == value


def test_what_is_no_longer_there_vanishes() -> None:
    """A department without open cases has no old figure left, nor has a clock that nobody is late on."""
    one = Instance()
    one.gauges.refresh()
    one.figures = [("open_cases", CLAIMS, 1), ("outbox_pending", {}, 2)]
    one.gauges.refresh()
    assert samples(one.metrics, "open_cases") == {("claims", "high"): 1}
    assert samples(one.metrics, "overdue_cases") == {}
    assert samples(one.metrics, "outbox_pending") == {(): 2}


def test_off_duty_nothing_is_read_and_nothing_exported() -> None:
    """The other instance does it. Not even a zero: that would say that nothing waits."""
    one = Instance(duty=False)
    one.gauges.refresh()
    assert one.reads == []
    assert [name for name in STORE_GAUGES if samples(one.metrics, name)] == []
    assert samples(one.metrics, "on_duty") == {(): 0}


@pytest.mark.parametrize("name", STORE_GAUGES)
def test_who_loses_the_duty_drops_every_figure(name: str) -> None:
    """With and without labels: an old figure beside the new holder's would make the sum wrong."""
    first, second = Instance(), Instance(duty=False)
    first.gauges.refresh()
    first.duty, second.duty = False, True
    for one in (first, second):
        one.gauges.refresh()
    both = sum(sum(samples(one.metrics, name).values()) for one in (first, second))
    assert both == sum(value for figure, _, value in SHOWN if figure == name)


def test_other_gauges_are_left_alone() -> None:
    """What an instance says of itself stays when it goes off duty."""
    one = Instance()
    one.metrics.gauge("heartbeat_timestamp_seconds", 5)
    one.duty = False
    one.gauges.refresh()
    assert samples(one.metrics, "heartbeat_timestamp_seconds") == {(): 5}


def test_with_the_store_away_the_last_figures_stand_while_nobody_else_can_be_on_duty() -> None:
    """The error reaches the loop; a scrape after the lease's end shows nothing more, whether or not the loop ran: the
    instance that took over shows it."""
    one = Instance()
    one.gauges.refresh()
    before = one.total()
    one.error = StoreAway("no answer")
    with pytest.raises(StoreAway):
        one.gauges.refresh()
    one.time.forward(14.9)
    one.gauges.check()
    assert one.total() == before > 0
    assert samples(one.metrics, "on_duty") == {(): 1}
    one.time.forward(0.1)
    one.gauges.check()
    assert [name for name in STORE_GAUGES if samples(one.metrics, name)] == []
    assert samples(one.metrics, "on_duty") == {(): 0}


def test_figures_read_while_the_duty_went_away_are_not_shown() -> None:
    """A process that stood still during the reading must not export beside the one that took over."""
    one = Instance()
    one.takes = 20
    one.gauges.refresh()
    assert [name for name in STORE_GAUGES if samples(one.metrics, name)] == []


def test_reading_takes_a_hundredth_of_the_time() -> None:
    """What took long is read seldom; its last figures stand; what is quick is read at every look."""
    one = Instance()
    one.takes = 0.5
    one.gauges.refresh()
    one.takes = 0
    assert one.reads == list(FIGURES)
    assert samples(one.metrics, "gauges_read_seconds") == {(figures,): 0.5 for figures in FIGURES}
    for _ in range(4):
        one.time.forward(10)
        one.gauges.refresh()
    assert one.reads == list(FIGURES)
    one.time.forward(10)
    one.gauges.refresh()
    assert one.reads == list(FIGURES) * 2
    one.gauges.refresh()
    assert one.reads == list(FIGURES) * 3


def test_no_figure_is_older_than_five_minutes_while_the_store_is_slow() -> None:
    """What an alert waits for has to be seen."""
    one = Instance()
    one.takes = 3.2
    one.gauges.refresh()
    one.takes = 0
    read = len(one.reads)
    one.time.forward(LONGEST_PAUSE_SECONDS - 15)
    one.gauges.refresh()
    assert len(one.reads) == read
    one.time.forward(20)
    one.gauges.refresh()
    assert len(one.reads) == 2 * read


def test_who_takes_the_duty_back_reads_at_once() -> None:
    """However long the last reading took."""
    one = Instance()
    one.takes = 3
    one.gauges.refresh()
    one.duty = False
    one.gauges.refresh()
    one.duty = True
    one.gauges.refresh()
    assert one.reads == list(FIGURES) * 2
    assert one.total() > 0
