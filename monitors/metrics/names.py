"""Every metric of the service: the closed list. Adding one here is all that it takes."""

from typing import Literal

import msgspec

PREFIX = "triage_"


class Metric(msgspec.Struct, frozen=True):
    """One metric. `name` without the prefix; counters end in `_total`. `buckets`: of a histogram, in its unit.
    `values`: all that its one label may be, where the words are ours; the series are there from the start, for
    Prometheus sees no rise in one that begins at 1."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    values: tuple[str, ...] = ()


SECONDS_FAST = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
SECONDS_SLOW = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 21600, 86400)

METRICS: tuple[Metric, ...] = (
    Metric("events_total", "counter", "Events read, by type and what became of them.", ("type", "outcome")),
    Metric("faulty_events_total", "counter", "Events that reached a case with faults in their data."),
    Metric("backdated_replies_total", "counter", "Replies recorded more than 24 hours after their own time."),
    Metric(
        "untested_currency_total",
        "counter",
        "Amounts that came in a currency which no rule tests, and count as absent.",
        ("fact",),
    ),
    Metric("id_conflicts_total", "counter", "Events whose id and source came before with other content."),
    Metric("complaints_total", "counter", "Registered complaints by cause and channel.", ("cause", "channel")),
    Metric("outcomes_total", "counter", "Closed cases by outcome and department.", ("outcome", "department")),
    Metric("satisfaction_score", "histogram", "Scores of completed follow-ups, 1 to 5.", buckets=(1, 2, 3, 4, 5)),
    Metric("decision_seconds", "histogram", "Time to handle one event of a batch.", buckets=SECONDS_FAST),
    Metric(
        "end_to_end_seconds",
        "histogram",
        "From the broker's time of an event to its committed decision.",
        buckets=SECONDS_SLOW,
    ),
    Metric("rule_matches_total", "counter", "Changed decisions in which the rule fired.", ("rule",)),
    Metric("shadow_matches_total", "counter", "Recorded decisions in which a shadow rule or policy fired.", ("rule",)),
    Metric("shadow_decisions_total", "counter", "Decisions that the shadow revision made too."),
    Metric("shadow_differences_total", "counter", "Those that it made otherwise, by field.", ("field",)),
    Metric("shadow_failures_total", "counter", "Batches in which the shadow revision failed and was left out."),
    Metric("unmatched_total", "counter", "Decisions for which no rule named a department."),
    Metric("overrides_total", "counter", "Humans' words that changed what the rule decided.", ("rule",)),
    Metric(
        "engine_decisions_total",
        "counter",
        "Decisions by what the second engine says of them.",
        ("result",),
        values=("agree", "disagree", "single"),
    ),
    Metric("engine_disagreements_total", "counter", "Evaluations in which the two engines found different rules."),
    Metric(
        "engine_restarts_total",
        "counter",
        "Children of the second engine lost, by reason.",
        ("reason",),
        values=("died", "late", "failed", "garbled", "disagreed", "self_test"),
    ),
    Metric("rulebook_info", "gauge", "1 for the active revision.", ("name", "revision")),
    Metric("rulebook_last_reload_success", "gauge", "1 when the last scan of the rules was sound, else 0."),
    Metric("open_cases", "gauge", "Open cases.", ("department", "priority")),
    Metric(
        "overdue_cases",
        "gauge",
        "Open cases with this clock past its due time.",
        ("department", "priority", "clock"),
    ),
    Metric("oldest_overdue_seconds", "gauge", "How long the longest overdue clock is overdue.", ("clock",)),
    Metric("open_cases_by_age", "gauge", "Open cases by days since their receipt.", ("department", "age")),
    Metric(
        "upcoming_deadlines",
        "gauge",
        "Running clocks due within so many days: 1 is the next 24 hours, 2 the 24 behind them.",
        ("clock", "day"),
    ),
    Metric(
        "breaches_total",
        "counter",
        "Clocks that passed their due time, counted when that is handled.",
        ("department", "clock"),
    ),
    Metric("clock_outcomes_total", "counter", "Clocks ended, by outcome.", ("clock", "outcome")),
    Metric(
        "timer_lateness_seconds",
        "histogram",
        "From the first instant a step could fire to its firing.",
        buckets=SECONDS_SLOW,
    ),
    Metric("oldest_unfired_timer_seconds", "gauge", "How long the longest waiting due step is waiting."),
    Metric("provisional_deadlines", "gauge", "Running clocks counted over dates that no calendar knows yet."),
    Metric(
        "alerts_total",
        "counter",
        "Notices by kind.",
        ("kind",),
        values=("clock_warning", "clock_breached", "escalated", "alert_resolved"),
    ),
    Metric("notices_held", "gauge", "1 while the brake on notices a minute holds notices back."),
    Metric(
        "sweep_failures_total",
        "counter",
        "Cases whose sweep failed; alarm after five.",
        ("alarm",),
        values=("yes", "no"),
    ),
    Metric("outbox_pending", "gauge", "Committed outputs not yet published."),
    Metric("outbox_oldest_seconds", "gauge", "Age of the oldest output not yet published."),
    Metric(
        "dispatch_failures_total",
        "counter",
        "Outputs that could not be published.",
        ("reason",),
        values=("broker_away", "held", "failed"),
    ),
    Metric("consumer_lag", "gauge", "Records (files: bytes) not yet read.", ("topic", "partition")),
    Metric("low_mark_seconds", "gauge", "How far the low mark is behind now; notices wait for it."),
    Metric("clock_step_seconds", "gauge", "The last step of the wall clock, or its distance from the store's."),
    Metric("switch_state", "gauge", "Operators' switches in force: mutes by number, pauses 1 or 0.", ("switch",)),
    Metric("positions_lost_total", "counter", "Parts stopped because their stored position is gone."),
    Metric("retries_total", "counter", "Batches rolled back to be tried again."),
    Metric(
        "loop_failures_total",
        "counter",
        "Failed runs of a loop.",
        ("loop",),
        values=("reload", "sweep", "audit", "dispatch", "gauges", "retention"),
    ),
    Metric("loop_last_success_timestamp_seconds", "gauge", "When a loop last ended without a failure.", ("loop",)),
    Metric("on_duty", "gauge", "Whether this instance publishes and exports the gauges over the store: 1 or 0."),
    Metric("gauges_read_seconds", "gauge", "How long the last reading of figures over the store took.", ("figures",)),
    Metric(
        "dead_letters_total",
        "counter",
        "Dead letters by reason.",
        ("reason",),
        values=("unreadable", "no_envelope", "future_time", "id_conflict", "faulty_data", "quarantined"),
    ),
    Metric(
        "retention_total",
        "counter",
        "What the daily job erased (cases) or deleted, by what it was.",
        ("kind",),
        values=("cases", "dead_letters", "outputs", "audit"),
    ),
    Metric(
        "heartbeat_timestamp_seconds",
        "gauge",
        "When the self-audit last found every timer handled in time; silence is an alarm.",
    ),
)
