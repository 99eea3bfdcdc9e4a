"""Gauges over the whole store: one instance exports them, so that a sum over instances is right."""

from collections.abc import Mapping

import pytest

from monitors.metrics.collectors import STORE_GAUGES, StoreGauges
from monitors.metrics.names import METRICS
from monitors.metrics.registry import Metrics
from tests.unit.metrics.test_metrics import samples
from triage.errors import StoreAway

Values = list[tuple[str, Mapping[str, str], float]]

CARE, CLAIMS = ({"department": name, "priority": "high"} for name in ("care", "claims"))
FIGURES: Values = [
    ("open_cases", CARE, 3),
    ("open_cases", CLAIMS, 2),
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
    """One instance: its figures, and whether it is on duty."""

    def __init__(self, *, duty: bool = True) -> None:
        self.metrics, self.duty, self.figures = Metrics(), duty, list(FIGURES)
        self.reads = 0
        self.gauges = StoreGauges(self.metrics, self._read, lambda: self.duty)

    def _read(self) -> Values:
        self.reads += 1
        return self.figures

    def total(self) -> float:
        """The sum of all gauges over the store."""
        return sum(sum(samples(self.metrics, name).values()) for name in STORE_GAUGES)


def test_the_list_names_gauges() -> None:
    """Each of them is declared as one."""
    kinds = {metric.name: metric.kind for metric in METRICS}
    assert {kinds[name] for name in STORE_GAUGES} == {"gauge"}
    assert {name for name, _, _ in FIGURES} == set(STORE_GAUGES)


def test_on_duty_the_figures_are_exported() -> None:
    """As they were read."""
    one = Instance()
    one.gauges.refresh()
    for name, labels, value in FIGURES:
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
    """The other instance does it."""
    one = Instance(duty=False)
    one.gauges.refresh()
    assert (one.reads, one.total()) == (0, 0)


@pytest.mark.parametrize("name", STORE_GAUGES)
def test_who_loses_the_duty_drops_every_figure(name: str) -> None:
    """With and without labels: an old figure beside the new holder's would make the sum wrong."""
    first, second = Instance(), Instance(duty=False)
    first.gauges.refresh()
    first.duty, second.duty = False, True
    for one in (first, second):
        one.gauges.refresh()
    both = sum(sum(samples(one.metrics, name).values()) for one in (first, second))
    assert both == sum(value for figure, _, value in FIGURES if figure == name)


def test_other_gauges_are_left_alone() -> None:
    """What an instance says of itself stays when it goes off duty."""
    one = Instance()
    one.metrics.gauge("heartbeat_timestamp_seconds", 5)
    one.duty = False
    one.gauges.refresh()
    assert samples(one.metrics, "heartbeat_timestamp_seconds") == {(): 5}


def test_with_the_store_away_the_last_figures_stand() -> None:
    """The error reaches the loop; no zero is exported for what is not known."""
    one = Instance()
    one.gauges.refresh()
    before = one.total()

    def away() -> Values:
        raise StoreAway("no answer")

    with pytest.raises(StoreAway):
        StoreGauges(one.metrics, away, lambda: True).refresh()
    assert one.total() == before > 0
