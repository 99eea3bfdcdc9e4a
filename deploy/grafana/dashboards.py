"""Writes the dashboards that Grafana is provisioned with: `python deploy/grafana/dashboards.py` after each change.

The files under dashboards/ are what Grafana reads; a test holds that they are what this file says, and that every query
gives data from a running service.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, timeseries
from grafana_foundation_sdk.builders.dashboard import Dashboard, QueryVariable, Row, ThresholdsConfig
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as looks
from grafana_foundation_sdk.models import dashboard as parts

SOURCE = parts.DataSourceRef(type_val="prometheus", uid="prometheus")
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Panel:
    """`queries`: expression and the legend of its series. `kind`: line, stacked, number or bars. `alarm`: the value
    from which on it is red. `exemplars`: traces are shown as points."""

    title: str
    says: str
    queries: Sequence[tuple[str, str]]
    kind: str = "line"
    unit: str = "short"
    span: int = 8
    alarm: float | None = None
    exemplars: bool = False


@dataclass(frozen=True)
class Board:
    """One dashboard; `rows`: title to panels."""

    uid: str
    title: str
    says: str
    rows: dict[str, Sequence[Panel]]
    by_department: bool = False
    tags: Sequence[str] = field(default=("complaint-triage",))


def quantile(q: str, metric: str, window: str = "$__rate_interval") -> str:
    """So much of what was measured is at most the result."""
    return f"histogram_quantile({q}, sum by (le) (rate({metric}_bucket[{window}])))"


IN = 'department=~"$department"'

DESK = Board(
    uid="triage-desk",
    title="Complaint desk",
    says="What is open, what is late, and what comes.",
    by_department=True,
    rows={
        "Now": (
            Panel("Open", "Open complaints.", [(f"sum(triage_open_cases{{{IN}}})", "open")], "number", span=4),
            Panel(
                "Overdue",
                "Deadlines passed and not answered; a complaint with two such counts twice.",
                [(f"sum(triage_overdue_cases{{{IN}}}) or vector(0)", "overdue")],
                "number", span=4, alarm=1,
            ),
            Panel(
                "Past a statutory deadline",
                "Clocks of the law.",
                [(f'sum(triage_overdue_cases{{{IN},clock=~"cn-order-.*"}}) or vector(0)', "statutory")],
                "number", span=4, alarm=1,
            ),
            Panel(
                "Longest overdue",
                "How long the longest overdue clock is overdue.",
                [("max(triage_oldest_overdue_seconds) or vector(0)", "longest")],
                "number", "s", 4, alarm=5 * 86400,
            ),
            Panel(
                "Due within 24 hours",
                "Deadlines of the next 24 hours, over all departments.",
                [('sum(triage_upcoming_deadlines{day="1"}) or vector(0)', "due")],
                "number", span=4,
            ),
            Panel(
                "Missed, six hours",
                "Share of deadlines missed, of those missed or met.",
                [("desk:triage_breaches:ratio6h", "missed")],
                "number", "percentunit", 4, alarm=0.1,
            ),
        ),
        "Late": (
            Panel(
                "Overdue by department",
                "Who has to answer.",
                [(f"department_clock:triage_overdue_cases:sum{{{IN}}}", "{{department}}: {{clock}}")],
                "stacked", span=12,
            ),
            Panel(
                "Oldest overdue by clock",
                "How long the longest overdue complaint of each clock waits.",
                [("max by (clock) (triage_oldest_overdue_seconds)", "{{clock}}")],
                unit="s", span=12,
            ),
            Panel(
                "Missed deadlines by department, a day",
                "Clocks that passed their due time within the last 24 hours.",
                [(f"department:triage_breaches:increase1d{{{IN}}}", "{{department}}")],
                span=12,
            ),
            Panel(
                "Share of deadlines missed",
                "Over an hour, six hours, three days; a desk bears one in twenty.",
                [
                    ("desk:triage_breaches:ratio1h", "1 h"),
                    ("desk:triage_breaches:ratio6h", "6 h"),
                    ("desk:triage_breaches:ratio3d", "3 d"),
                ],
                unit="percentunit", span=12, alarm=0.1,
            ),
        ),
        "Ahead": (
            Panel(
                "Deadlines of the next seven days",
                "By day: 1 is the next 24 hours.",
                [("sum by (day) (triage_upcoming_deadlines)", "day {{day}}")],
                "bars", span=8,
            ),
            Panel(
                "Which deadlines",
                "Of the next three days, by clock.",
                [('sum by (clock) (triage_upcoming_deadlines{day=~"[123]"})', "{{clock}}")],
                "bars", span=8,
            ),
            Panel(
                "Counted provisionally",
                "Deadlines over dates that no calendar knows yet.",
                [("max(triage_provisional_deadlines)", "provisional")],
                "number", span=8, alarm=1,
            ),
        ),
        "Work": (
            Panel(
                "Open by department",
                "And how it grows.",
                [(f"department:triage_open_cases:sum{{{IN}}}", "{{department}}")],
                "stacked", span=8,
            ),
            Panel(
                "Open by priority",
                "Most urgent first.",
                [(f"sum by (priority) (triage_open_cases{{{IN}}})", "{{priority}}")],
                "stacked", span=8,
            ),
            Panel(
                "Open by age",
                "Days since the receipt.",
                [(f"sum by (age) (triage_open_cases_by_age{{{IN}}})", "{{age}} days")],
                "bars", span=8,
            ),
            Panel(
                "Complaints by cause, a day",
                "What customers complain of; a complaint may have several.",
                [("sum by (cause) (increase(triage_complaints_total[1d])) > 0", "{{cause}}")],
                "bars", span=8,
            ),
            Panel(
                "Complaints by channel, a day",
                "Where they come from.",
                [("sum by (channel) (increase(triage_complaints_total[1d])) > 0", "{{channel}}")],
                "bars", span=8,
            ),
            Panel(
                "Outcomes, a day",
                "Closed complaints by what came of them.",
                [(f"sum by (outcome) (increase(triage_outcomes_total{{{IN}}}[1d]))", "{{outcome}}")],
                "bars", span=8,
            ),
            Panel(
                "Satisfaction",
                "Mean score of completed follow-ups, 1 to 5, over a day.",
                [
                    (
                        "sum(increase(triage_satisfaction_score_sum[1d]))"
                        " / sum(increase(triage_satisfaction_score_count[1d]))",
                        "mean",
                    )
                ],
                "number", span=8,
            ),
        ),
        "Rules": (
            Panel(
                "Unmatched share, six hours",
                "Complaints for which no rule named a department.",
                [("desk:triage_unmatched:ratio6h", "unmatched")],
                unit="percentunit", span=8, alarm=0.2,
            ),
            Panel(
                "Rules overruled by people, a day",
                "Each word of a person that changed what the rule decided.",
                [("topk(10, sum by (rule) (increase(triage_overrides_total[1d])) > 0)", "{{rule}}")],
                "bars", span=8,
            ),
            Panel(
                "Rules that fire most, a day",
                "Changed decisions in which the rule fired.",
                [("topk(10, sum by (rule) (increase(triage_rule_matches_total[1d])) > 0)", "{{rule}}")],
                "bars", span=8,
            ),
        ),
    },
)  # fmt: skip

SERVICE = Board(
    uid="triage-service",
    title="Complaint triage: the service",
    says="Whether events flow, timers fire and outputs leave.",
    rows={
        "Promises": (
            Panel(
                "Since the last heartbeat",
                "The self-audit found every timer handled in time.",
                [("time() - max(triage_heartbeat_timestamp_seconds)", "ago")],
                "number", "s", 4, alarm=60,
            ),
            Panel("Up", "Instances that answer.", [('sum(up{job="complaint-triage"})', "up")], "number", span=4),
            Panel("On duty", "One instance publishes.", [("sum(triage_on_duty)", "on duty")], "number", span=4),
            Panel(
                "Longest waiting timer",
                "A due step not yet fired.",
                [("max(triage_oldest_unfired_timer_seconds)", "waits")],
                "number", "s", 4, alarm=30,
            ),
            Panel(
                "Oldest output not published",
                "In the outbox.",
                [("max(triage_outbox_oldest_seconds)", "waits")],
                "number", "s", 4, alarm=120,
            ),
            Panel(
                "Rules are sound",
                "1 when the last scan of the folder was.",
                [("min(triage_rulebook_last_reload_success)", "sound")],
                "number", span=4,
            ),
        ),
        "Flow": (
            Panel(
                "Events by type",
                "A second, as they are committed.",
                [("service:triage_events:rate5m > 0", "{{type}}")],
                "stacked", "ops",
            ),
            Panel(
                "Events by what became of them",
                "Applied, out of order, duplicates.",
                [("sum by (outcome) (rate(triage_events_total[$__rate_interval]))", "{{outcome}}")],
                "stacked", "ops",
            ),
            Panel(
                "Not yet read",
                "By part of the input.",
                [("sum by (topic, partition) (triage_consumer_lag)", "{{topic}} {{partition}}")],
            ),
            Panel(
                "Low mark",
                "How far the time up to which all is read lies back; notices wait for it.",
                [("max(triage_low_mark_seconds)", "behind")],
                unit="s", alarm=300,
            ),
            Panel(
                "From broker to decision",
                "With traces as points.",
                [
                    (
                        quantile("0.5", "triage_end_to_end_seconds"),
                        "median",
                    ),
                    ("service:triage_end_to_end_seconds:p99_5m", "99 %"),
                ],
                unit="s", exemplars=True,
            ),
            Panel(
                "One event's handling",
                "Rules, clocks and rows of one event, without the commit.",
                [
                    (
                        quantile(q, "triage_decision_seconds"),
                        legend,
                    )
                    for q, legend in (("0.5", "median"), ("0.99", "99 %"))
                ],
                unit="s", exemplars=True,
            ),
            Panel(
                "Dead letters and faults",
                "A day.",
                [
                    ("sum by (reason) (increase(triage_dead_letters_total[1d]))", "{{reason}}"),
                    ("sum(increase(triage_faulty_events_total[1d]))", "with faults"),
                    ("sum(increase(triage_id_conflicts_total[1d]))", "one id, two contents"),
                ],
                "bars",
            ),
            Panel(
                "Batches tried again",
                "The store or the broker was away.",
                [("sum by (instance) (rate(triage_retries_total[$__rate_interval]))", "{{instance}}")],
                unit="ops",
            ),
            Panel(
                "Parts whose position is lost",
                "They stand until somebody speaks.",
                [("sum(triage_positions_lost_total)", "lost")],
                "number", alarm=1,
            ),
        ),
        "Timers": (
            Panel(
                "Lateness of notices",
                "From the first instant a step could fire.",
                [
                    (
                        quantile(q, "triage_timer_lateness_seconds", "1h"),
                        legend,
                    )
                    for q, legend in (("0.5", "median"), ("0.99", "99 %"))
                ],
                unit="s",
            ),
            Panel(
                "Share of late notices",
                "Later than ten seconds; the promise is 1 %.",
                [
                    ("service:triage_timer_late:ratio5m", "5 min"),
                    ("service:triage_timer_late:ratio1h", "1 h"),
                    ("service:triage_timer_late:ratio6h", "6 h"),
                ],
                unit="percentunit", alarm=0.144,
            ),
            Panel(
                "Notices by kind",
                "An hour.",
                [("sum by (kind) (increase(triage_alerts_total[1h]))", "{{kind}}")],
                "bars",
            ),
            Panel(
                "Held back",
                "1 while the brake on notices holds; mutes in force.",
                [
                    ("max(triage_notices_held)", "brake"),
                    ('max(triage_switch_state{switch="mute"})', "mutes"),
                ],
            ),
            Panel(
                "Steps of the wall clock",
                "Nothing fires until the clocks agree.",
                [("max by (instance) (abs(triage_clock_step_seconds))", "{{instance}}")],
                unit="s",
            ),
            Panel(
                "Cases that cannot be swept",
                "An hour; after five failures in a row an alert rings.",
                [("sum by (alarm) (increase(triage_sweep_failures_total[1h]))", "alarm: {{alarm}}")],
                "bars",
            ),
        ),
        "Outputs": (
            Panel("Waiting", "Committed and not yet published.", [("sum(triage_outbox_pending)", "outputs")]),
            Panel(
                "Not published",
                "By reason, an hour.",
                [("sum by (reason) (increase(triage_dispatch_failures_total[1h]))", "{{reason}}")],
                "bars",
            ),
            Panel(
                "Who is on duty",
                "By instance.",
                [("triage_on_duty", "{{instance}}")],
            ),
        ),
        "Rules and engines": (
            Panel(
                "Active revision",
                "One, on all instances.",
                [("count by (name, revision) (triage_rulebook_info == 1)", "{{name}} {{revision}}")],
                "number",
            ),
            Panel(
                "What the second engine says",
                "agree, disagree, single: no answer.",
                [("sum by (result) (rate(triage_engine_decisions_total[$__rate_interval]))", "{{result}}")],
                "stacked", "ops",
            ),
            Panel(
                "Second engine: disagreements and losses",
                "A day.",
                [
                    ("sum(increase(triage_engine_disagreements_total[1d]))", "disagreements"),
                    ("sum by (reason) (increase(triage_engine_restarts_total[1d]))", "lost: {{reason}}"),
                ],
                "bars",
            ),
            Panel(
                "Revision in the shadow",
                "What it would have decided otherwise, a day.",
                [
                    ("sum(increase(triage_shadow_decisions_total[1d]))", "decisions"),
                    ("sum by (field) (increase(triage_shadow_differences_total[1d]))", "other {{field}}"),
                    ("sum(increase(triage_shadow_failures_total[1d]))", "failures"),
                ],
                "bars", span=12,
            ),
            Panel(
                "Rules in the shadow",
                "Decisions in which they would have fired, a day.",
                [("sum by (rule) (increase(triage_shadow_matches_total[1d]))", "{{rule}}")],
                "bars", span=12,
            ),
        ),
        "Loops": (
            Panel(
                "Since each loop did its work",
                "By instance.",
                [("time() - triage_loop_last_success_timestamp_seconds", "{{instance}} {{loop}}")],
                unit="s", alarm=120,
            ),
            Panel(
                "Failed runs",
                "An hour.",
                [("sum by (loop) (increase(triage_loop_failures_total[1h]))", "{{loop}}")],
                "bars",
            ),
            Panel(
                "Reading the gauges",
                "How long the store takes; each is read in a hundredth of the time.",
                [("max by (figures) (triage_gauges_read_seconds)", "{{figures}}")],
                unit="s",
            ),
        ),
    },
)  # fmt: skip


def built(panel: Panel) -> stat.Panel | bargauge.Panel | timeseries.Panel:
    """The panel as the library makes it."""
    if panel.kind == "number":
        made: stat.Panel | bargauge.Panel | timeseries.Panel = stat.Panel().graph_mode(looks.BigValueGraphMode.AREA)
    elif panel.kind == "bars":
        made = bargauge.Panel().orientation(looks.VizOrientation.HORIZONTAL).min(0)
    else:
        made = timeseries.Panel().min(0).fill_opacity(25 if panel.kind == "stacked" else 5)
        if panel.kind == "stacked":
            made = made.stacking(common.StackingConfig().mode(looks.StackingMode.NORMAL))
    made = made.title(panel.title).description(panel.says).datasource(SOURCE).unit(panel.unit)
    made = made.span(panel.span).height(4 if panel.span == 4 else 8).thresholds(thresholds(panel.alarm))
    for place, (expression, legend) in enumerate(panel.queries):
        query = prometheus.Dataquery().expr(expression).legend_format(legend).ref_id(chr(ord("A") + place))
        query = query.exemplar(panel.exemplars)
        made = made.with_target(query.range() if panel.kind in ("line", "stacked") else query.instant())
    return made


def thresholds(alarm: float | None) -> ThresholdsConfig:
    """Green, and red from the alarm on."""
    steps = [parts.Threshold(value=None, color="green")]
    if alarm is not None:
        steps.append(parts.Threshold(value=alarm, color="red"))
    return ThresholdsConfig().mode(parts.ThresholdsMode.ABSOLUTE).steps(steps)


def text(board: Board) -> str:
    """The dashboard as JSON."""
    made = Dashboard(board.title).uid(board.uid).description(board.says).tags(list(board.tags)).refresh("30s")
    made = made.time("now-24h", "now").timezone("browser").tooltip(parts.DashboardCursorSync.CROSSHAIR).readonly()
    if board.by_department:
        names = QueryVariable("department").label("Department").datasource(SOURCE).multi(True).include_all(True)
        made = made.with_variable(names.query("label_values(triage_open_cases, department)").all_value(".*"))
    link = dashboard.DashboardLink("Alerts and runbooks").type(parts.DashboardLinkType.LINK).target_blank(True)
    made = made.link(link.url("https://runbooks.example.org/complaint-triage/README.md"))
    numbers = count(1)
    for title, panels in board.rows.items():
        made = made.with_row(Row(title).id(next(numbers)))
        for panel in panels:
            made = made.with_panel(built(panel).id(next(numbers)))
    return JSONEncoder(sort_keys=True, indent=2).encode(made.build()) + "\n"


def main() -> None:
    """Write them into the given folder, else beside this file."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "dashboards"
    folder.mkdir(parents=True, exist_ok=True)
    for board in (DESK, SERVICE):
        (folder / f"{board.uid}.json").write_text(text(board), encoding="utf-8")


if __name__ == "__main__":
    main()
