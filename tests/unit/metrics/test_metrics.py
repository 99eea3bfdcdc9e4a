"""Metrics: a closed list, each registered as it is declared, and nothing in them that names a customer."""

import re
from collections.abc import Iterator

import pytest
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from monitors.metrics.names import METRICS, PREFIX, Metric
from monitors.metrics.registry import Metrics
from tests.builders_rules import compiled, sound_rules
from tests.unit.service.desk import Desk
from triage.domain.event import EVENT_TYPES
from triage.service.dead_letters import REASONS
from triage.service.draft import report
from triage.service.from_zero import show_from_zero

BY_NAME = {metric.name: metric for metric in METRICS}

LABELS = {
    "type", "outcome", "cause", "channel", "department", "rule", "name", "revision", "priority", "clock", "kind",
    "age", "fact", "alarm", "day", "field", "figures", "reason", "topic", "partition", "loop", "switch", "result",
}  # fmt: skip
"""Everything that a metric may be divided by: a new one is a decision, for each of its values is a series."""

UNITS = ("_seconds", "_total", "_info", "_success", "_score")
COUNTED = {
    "open_cases", "open_cases_by_age", "overdue_cases", "upcoming_deadlines", "provisional_deadlines", "notices_held",
    "on_duty", "outbox_pending", "consumer_lag", "switch_state",
}  # fmt: skip
"""Gauges that count things, or say yes or no: they have no unit."""

OTHER_UNITS = {"ms", "milliseconds", "minutes", "hours", "days", "kb", "kib", "mb", "percent"}


def exposed(metrics: Metrics) -> dict[str, tuple[str, str]]:
    """Name of each family to kind and help, as Prometheus reads them."""
    families = text_string_to_metric_families(metrics.exposition().decode())
    return {family.name: (family.type, family.documentation) for family in families}


def samples(metrics: Metrics, name: str) -> dict[tuple[str, ...], float]:
    """Label values, in the order of the labels' names, to value; of the samples with this name."""
    return {
        tuple(value for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(metrics.exposition().decode())
        for sample in family.samples
        if sample.name == f"{PREFIX}{name}"
    }


def counted(metrics: Metrics, name: str) -> dict[tuple[str, ...], float]:
    """Those of them that are not zero."""
    return {labels: value for labels, value in samples(metrics, name).items() if value}


def tell(metrics: Metrics, metric: Metric, **labels: str) -> None:
    if metric.kind == "counter":
        metrics.count(metric.name, **labels)
    elif metric.kind == "gauge":
        metrics.gauge(metric.name, 1, **labels)
    else:
        metrics.observe(metric.name, 1, **labels)


def test_names_are_given_once() -> None:
    """One name, one metric."""
    assert len(BY_NAME) == len(METRICS)


def test_exactly_the_declared_metrics_are_exposed() -> None:
    """From the start, each under its name with prefix, kind and help; the process's own registry is not mixed in."""
    assert exposed(Metrics()) == {
        f"{PREFIX}{metric.name.removesuffix('_total')}": (metric.kind, metric.help) for metric in METRICS
    }


@pytest.mark.parametrize("metric", METRICS, ids=BY_NAME)
def test_each_metric_is_named_and_described_well(metric: Metric) -> None:
    """Counters end in `_total` and nothing else does; times are seconds; the help is a sentence; labels come from the
    closed list; only histograms have buckets, rising ones."""
    assert re.fullmatch("[a-z]+(_[a-z]+)*", metric.name)
    assert (metric.kind == "counter") == metric.name.endswith("_total")
    assert metric.name.endswith(UNITS) or metric.name in COUNTED
    assert OTHER_UNITS.isdisjoint(metric.name.split("_"))
    assert re.fullmatch(r"[A-Z0-9].{9,}\.", metric.help)
    assert set(metric.labels) <= LABELS
    assert len(metric.labels) == 1 or not metric.values
    assert list(metric.buckets) == sorted(set(metric.buckets))
    assert (metric.kind == "histogram") == bool(metric.buckets)


@pytest.mark.parametrize("metric", METRICS, ids=BY_NAME)
def test_a_metric_takes_its_own_labels_and_no_others(metric: Metric) -> None:
    """What it was told stands in the exposition under its labels; one label more or less is an error."""
    metrics, labels = Metrics(), dict.fromkeys(metric.labels, "v")
    tell(metrics, metric, **labels)
    name = metric.name + ("_count" if metric.kind == "histogram" else "")
    shown = {(value,): 0.0 for value in metric.values} | {("v",) * len(labels): 1.0}
    assert samples(metrics, name) == shown
    with pytest.raises(ValueError, match="label"):
        tell(metrics, metric, **labels, customer="K-1")
    if labels:
        with pytest.raises(ValueError, match="label"):
            tell(metrics, metric, **dict(list(labels.items())[1:]))


@pytest.mark.parametrize("metric", METRICS, ids=BY_NAME)
def test_a_metric_is_used_as_its_kind(metric: Metric) -> None:
    """A counter is never set, a gauge never counted."""
    labels = dict.fromkeys(metric.labels, "v")
    uses = {"counter": Metrics().count, "gauge": Metrics().gauge, "histogram": Metrics().observe}
    del uses[metric.kind]
    for use in uses.values():
        with pytest.raises(AssertionError):
            use(metric.name, 1, **labels)


def test_an_undeclared_name_is_an_error() -> None:
    """The list is closed."""
    metrics = Metrics()
    for use in (metrics.count, metrics.gauge, metrics.observe):
        with pytest.raises(KeyError):
            use("complaints_by_customer_total", 1)


def test_counters_add_up_and_gauges_are_set() -> None:
    """By label values; two instances in one process share nothing."""
    metrics = Metrics()
    metrics.count("dead_letters_total", reason="unreadable")
    metrics.count("dead_letters_total", 2, reason="unreadable")
    metrics.count("dead_letters_total", reason="id_conflict")
    metrics.gauge("open_cases", 5, department="care", priority="high")
    metrics.gauge("open_cases", 4, department="care", priority="high")
    assert counted(metrics, "dead_letters_total") == {("unreadable",): 3, ("id_conflict",): 1}
    assert samples(metrics, "open_cases") == {("care", "high"): 4}
    assert set(samples(Metrics(), "dead_letters_total").values()) == {0}


def test_a_measurement_falls_into_its_bucket() -> None:
    """The bound belongs to the bucket."""
    metrics = Metrics()
    for score in (1, 5, 5):
        metrics.observe("satisfaction_score", score)
    assert samples(metrics, "satisfaction_score_bucket") == {
        ("1.0",): 1, ("2.0",): 1, ("3.0",): 1, ("4.0",): 1, ("5.0",): 3, ("+Inf",): 3,
    }  # fmt: skip


SECRETS = ("K-4711", "Wang Xiaoming", "13800001111", "wang@example.com", "因为", "CL-99", "P-99", "C-1", "elderly")


@pytest.fixture(scope="module")
def life() -> Metrics:
    """What the life of a complaint with much personal data tells."""
    desk = Desk()
    customer = {
        "id": "K-4711", "name": "Wang Xiaoming", "age": 71, "circumstances": ["elderly"],
        "contact": {"phone": "13800001111", "email": "wang@example.com"},
    }  # fmt: skip
    desk.is_registered(
        customer=customer,
        description="因为医疗事故住院",
        causes=["medical_dispute"],
        claim_no="CL-99",
        policy_no="P-99",
    )
    desk.happens("contacted", "2026-03-02 11:00", direction="to_customer", summary="Wang Xiaoming, 13800001111")
    desk.happens("amended", "2026-03-02 12:00", patch={"channel": "K-4711", "causes": ["wang@example.com"]})
    desk.sweeps("2026-03-25 10:00")
    desk.happens("reply_sent", "2026-03-26 10:00", channel="Wang Xiaoming")
    desk.happens("followup_completed", "2026-03-27 10:00", satisfied=True, score=5, comment="因为")
    desk.happens("close_requested", "2026-03-28 10:00", by="Wang Xiaoming", outcome="upheld")
    metrics = Metrics()
    show_from_zero(metrics, desk.rules.active.rulebook)
    for effects in desk.effects:
        report(metrics, effects.counts)
    return metrics


def told(metrics: Metrics) -> Iterator[tuple[str, dict[str, str]]]:
    for family in text_string_to_metric_families(metrics.exposition().decode()):
        for sample in family.samples:
            yield sample.name, {name: value for name, value in sample.labels.items() if name != "le"}


TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
OPENMETRICS = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"


def test_who_asks_for_it_gets_traces_as_exemplars() -> None:
    """Prometheus asks for OpenMetrics; the text format has no room for them."""
    metrics = Metrics()
    metrics.observe("end_to_end_seconds", 0.2, TRACE)
    metrics.count("unmatched_total", 1, TRACE)
    content, content_type = metrics.answer(OPENMETRICS)
    assert content_type.startswith("application/openmetrics-text; version=1.0.0")
    shown = [
        (sample.name, sample.exemplar.labels)
        for family in openmetrics.text_string_to_metric_families(content.decode())  # type: ignore[no-untyped-call]
        for sample in family.samples
        if sample.exemplar is not None
    ]
    trace = {"trace_id": TRACE}
    assert shown == [("triage_end_to_end_seconds_bucket", trace), ("triage_unmatched_total", trace)]
    for accept in ("", "text/plain", "*/*"):
        plain, plain_type = metrics.answer(accept)
        assert plain_type.startswith("text/plain")
        assert TRACE not in plain.decode()


def test_the_trace_of_an_event_is_an_example_of_its_figures() -> None:
    """Of what it counts and measures; a `traceparent` that is none is left out."""
    desk = Desk()
    desk.traceparent = f"00-{TRACE}-00f067aa0ba902b7-01"
    desk.is_registered()
    desk.traceparent = "Wang Xiaoming"
    desk.happens("contacted", "2026-03-02 11:00", direction="to_customer")
    first, second = desk.effects
    assert {count.trace for count in first.counts} == {TRACE}
    assert {count.trace for count in second.counts} == {None}


def test_what_a_step_counts_is_declared(life: Metrics) -> None:
    """Every figure of a whole life finds its metric, and they are many."""
    counted = {name for name, labels in told(life) if labels}
    assert {
        "triage_events_total", "triage_complaints_total", "triage_outcomes_total", "triage_rule_matches_total",
        "triage_clock_outcomes_total", "triage_alerts_total",
    } <= counted  # fmt: skip
    assert samples(life, "satisfaction_score_count") == {(): 1}
    assert samples(life, "faulty_events_total") == {(): 2}


def test_what_a_step_counts_was_there_from_zero(life: Metrics) -> None:
    """A rise of which Prometheus would see nothing is a first one in a series that begins at one."""
    begun = Metrics()
    show_from_zero(begun, compiled(sound_rules()).rulebook)
    rising = ("rule_matches_total", "overrides_total", "breaches_total", "complaints_total", "alerts_total",
              "clock_outcomes_total")  # fmt: skip
    for name in rising:
        assert set(samples(life, name)) <= set(samples(begun, name)), name
        assert set(samples(begun, name).values()) == {0.0}
    assert sum(samples(life, "breaches_total").values()) == 1


def test_no_customer_and_no_case_stands_in_a_metric(life: Metrics) -> None:
    """Neither ids nor names nor texts nor circumstances, also when they were written where a code word belongs."""
    text = life.exposition().decode()
    assert [secret for secret in SECRETS if secret in text] == []


def test_label_values_of_known_events_come_from_declared_sets(life: Metrics) -> None:
    """Words of the rule files, of the event table, or a handful of ours."""
    book = compiled(sound_rules()).rulebook
    facts = book.vocabulary.facts
    declared = {
        "type": set(EVENT_TYPES),
        "outcome": {"applied", "out_of_order", "met", "met_late", "cancelled", "merged", "upheld", "none"},
        "cause": {*(facts["causes"].values or ()), "none"},
        "channel": {*(facts["channel"].values or ()), "none"},
        "department": set(book.departments),
        "rule": {*(rule.id for rule in book.rules), "fallback"},
        "clock": {policy.clock_name(clock) for policy in book.policies.values() for clock in policy.clocks},
    }
    for metric in METRICS:
        if metric.values:
            declared.setdefault(metric.labels[0], set()).update(metric.values)
    strange = [(name, label, value) for name, labels in told(life) for label, value in labels.items()
               if value not in declared[label]]  # fmt: skip
    assert strange == []


def test_dead_letters_are_counted_by_the_reasons_that_they_have() -> None:
    """The closed list of the metric is the one of the service."""
    (metric,) = (one for one in METRICS if one.name == "dead_letters_total")
    assert sorted(metric.values) == sorted(REASONS)
