"""The service watched: a real daemon, Prometheus and Alertmanager on the shipped configuration, and whom they tell."""

import json
import math
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.e2e.clock_desk import write_events
from tests.e2e.test_kafka_and_postgres import environment
from tests.e2e.watched import CLOCK, HOUR, TRACE, days_of_complaints, event, keyed, now, registration, write_rules
from tests.e2e.workers import ROOT, Worker, wait_for, whole_lines
from tests.fixtures import Topics, new_topics
from tests.services.desk import DEPLOY
from tests.services.kafka import Broker
from tests.services.watchers import SECRETS, Alertmanager, Prometheus, Receiver, render
from triage.adapters.store import schema

BOARDS = DEPLOY / "grafana" / "dashboards"

WITHOUT_DATA = {
    "sum by (field) (increase(triage_shadow_differences_total[1d]))": "no revision runs in the shadow",
    "sum by (rule) (increase(triage_shadow_matches_total[1d]))": "no rule is in the shadow",
}
"""Queries of dashboards that rightly give nothing in this run, and why."""

SOONEST, LATEST = 0.0, 20.0
"""Seconds from the due time to the receiver."""


@dataclass
class Watched:
    """A daemon, and those who watch it."""

    broker: Broker
    topics: Topics
    daemon: Worker
    prometheus: Prometheus
    receiver: Receiver

    def send(self, *events: dict[str, Any]) -> None:
        self.broker.produce(self.topics.events, map(keyed, events))


def scraped(daemon: Worker, accept: str = "") -> tuple[str, str]:
    """What /metrics answers, and its content type."""
    url = f"http://127.0.0.1:{daemon.logged('service.started')['port']}/metrics"
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": accept}), timeout=10) as answer:
        return answer.read().decode(), answer.headers["Content-Type"]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, broker: Broker) -> Iterator[Watched]:
    """Seen from its empty beginning on, then fed with three weeks."""
    place, topics = tmp_path_factory.mktemp("watched"), new_topics(broker)
    env = environment(broker, topics, f"sqlite:///{place}/store.sqlite")
    env |= {"TRIAGE_RULES__DIR": str(write_rules(place / "rules")), "TRIAGE_NOTICES__PER_MINUTE": "0"}
    with Receiver() as receiver, Worker(place, "run", **env) as daemon:
        target = f"127.0.0.1:{daemon.logged('service.started')['port']}"
        with (
            Alertmanager(place, receiver.url) as alertmanager,
            Prometheus(place, target, alertmanager.address) as prometheus,
        ):
            wait_for(lambda: prometheus.values("triage_on_duty == 1"))
            broker.produce(topics.events, days_of_complaints(now()))
            yield Watched(broker, topics, daemon, prometheus, receiver)


def test_an_overdue_case_rings_at_its_department_until_it_is_answered(watched: Watched) -> None:
    """From the due time to the receiver in seconds; compliance hears of a statutory deadline too, operations do not;
    the reply takes it back everywhere."""
    due = now() + timedelta(seconds=5)
    watched.send(registration("live", "LIVE-1", due - HOUR, policy_no="LIVE"))
    heard = wait_for(lambda: len(watched.receiver.heard("firing", "StatutoryDeadlineMissed", clock=CLOCK)) >= 2 or None)
    took = (now() - due).total_seconds()
    print(f"from due to receiver: {took:.1f} s")
    assert SOONEST < took < LATEST
    told = watched.receiver.heard("firing", "StatutoryDeadlineMissed", clock=CLOCK)
    assert heard
    assert {who for who, _ in told} == {"compliance", "claims"}
    _, alert = told[0]
    assert alert["labels"]["department"] == "claims-assessment"
    assert alert["labels"]["severity"] == "critical"
    assert alert["annotations"]["summary"].startswith("1 complaints in claims-assessment")
    assert alert["annotations"]["runbook_url"].endswith("/StatutoryDeadlineMissed.md")

    answered = now()
    watched.send(event("answer", "reply_sent", "LIVE-1", answered, channel="phone"))

    def over() -> set[str]:
        told = watched.receiver.heard("resolved", "StatutoryDeadlineMissed", clock=CLOCK)
        return {who for who, alert in told if datetime.fromisoformat(alert["endsAt"]) > answered}

    wait_for(lambda: over() == {"compliance", "claims"})
    took = (now() - answered).total_seconds()
    print(f"from reply to receiver: {took:.1f} s")
    assert took < LATEST
    still = watched.prometheus.values(f'ALERTS{{alertname="StatutoryDeadlineMissed", clock="{CLOCK}"}}')
    assert still == []


def queries() -> Iterator[tuple[str, str]]:
    """(panel, query) of every dashboard."""
    for path in sorted(BOARDS.glob("*.json")):
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]:
            for target in panel.get("targets", ()):
                yield f"{path.stem}: {panel['title']}", target["expr"]


def test_every_query_of_every_dashboard_gives_data(watched: Watched) -> None:
    """From the shipped dashboards, as Grafana asks them; what rightly gives nothing is listed with its reason."""
    expected = {query for _, query in queries()} - set(WITHOUT_DATA)

    def filled(query: str) -> str:
        # A zero in the place of nothing would hide a query that finds nothing.
        return query.replace("$__rate_interval", "1m").replace("$department", ".*").removesuffix(" or vector(0)")

    waiting = dict.fromkeys(sorted(expected))

    def all_give() -> bool:
        for query in list(waiting):
            if any(not math.isnan(value) for _, value in watched.prometheus.values(filled(query))):
                del waiting[query]
        return not waiting

    try:
        wait_for(all_give, 30)
    except AssertionError:
        assert list(waiting) == []
    silent = [query for query in WITHOUT_DATA if watched.prometheus.values(filled(query))]
    assert silent == []


def test_no_alert_about_the_service_itself_rings(watched: Watched) -> None:
    """While it runs well, but for what was wrong in its input."""
    wait_for(lambda: watched.prometheus.values('ALERTS{alertname="DeadLetters"}'))
    ringing = {labels["alertname"] for labels, _ in watched.prometheus.values('ALERTS{alertstate="firing"}')}
    allowed = {rule["alert"] for rule in complaint_rules()} | {"DeadLetters", "IdConflicts"}
    assert ringing <= allowed


def complaint_rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    rules: list[dict[str, Any]] = next(group["rules"] for group in groups if group["name"] == "complaints")
    return rules


def test_the_trace_of_an_event_stands_in_log_metrics_and_outputs(watched: Watched) -> None:
    """A line about an event names it and its trace; Prometheus keeps the trace as an exemplar; the text format has
    none."""
    line = wait_for(lambda: next((one for one in lines(watched.daemon) if one.get("reason") == "id_conflict"), None))
    assert line["action"] == "event.dead_letter"
    assert (line["event_id"], line["event_source"], line["case"], line["trace_id"]) == (
        "twice", "/test/watch", "WATCH-1", TRACE,
    )  # fmt: skip

    def exemplars() -> list[Any]:
        times = {"start": f"{now().timestamp() - 600}", "end": f"{now().timestamp() + 60}"}
        found = watched.prometheus.ask("query_exemplars", query="triage_events_total", **times)
        return [one for series in found for one in series["exemplars"] if one["labels"] == {"trace_id": TRACE}]

    wait_for(exemplars)
    text, kind = scraped(watched.daemon)
    assert kind.startswith("text/plain")
    assert TRACE not in text
    text, kind = scraped(watched.daemon, "application/openmetrics-text; version=1.0.0")
    assert kind.startswith("application/openmetrics-text")
    assert f'# {{trace_id="{TRACE}"}}' in text
    assert text.endswith("# EOF\n")


def lines(daemon: Worker) -> list[dict[str, Any]]:
    return [json.loads(line) for line in whole_lines(daemon.output()) if line.startswith("{")]


def test_every_line_of_the_log_is_json_with_an_action(watched: Watched) -> None:
    """Nothing else is written by a service that runs."""
    written = whole_lines(watched.daemon.output())
    assert [line for line in written if not line.startswith("{")] == []
    assert [line for line in lines(watched.daemon) if not {"action", "level", "timestamp", "event"} <= set(line)] == []
    assert not re.search("理赔被拒|of WATCH", watched.daemon.output())


def test_a_lost_duty_stops_the_gauges_at_once(tmp_path: Path, postgres_url: str) -> None:
    """The holder stands still for longer than its lease and wakes up: its very next scrape shows no figure over the
    store, for the other instance shows them."""
    schema.upgrade(postgres_url)
    source = tmp_path / "events.jsonl"
    write_events(source, [registration("one", "C-1", now() - HOUR)])
    environment = {"TRIAGE_STORE__URL": postgres_url, "TRIAGE_RUN__ROLES": "consume,dispatch,http"}
    with Worker(tmp_path, "run", "--source", str(source), **environment) as first:
        wait_for(lambda: over_store(first))
        watcher = environment | {"TRIAGE_RUN__ROLES": "dispatch,http"}
        with Worker(tmp_path, "run", "--source", str(source), **watcher) as second:
            assert "triage_on_duty 0.0" in scraped(second)[0]
            assert over_store(second) == []
            first.process.send_signal(signal.SIGSTOP)
            wait_for(lambda: over_store(second))
            first.process.send_signal(signal.SIGCONT)
            assert over_store(first) == []
            assert "triage_on_duty 0.0" in scraped(first)[0]
            assert sum("triage_on_duty 1.0" in scraped(one)[0] for one in (first, second)) == 1


def over_store(daemon: Worker) -> list[str]:
    """The figures over the store that it shows."""
    wanted = re.compile(r"(triage_(open_cases|outbox_pending|outbox_oldest_seconds|provisional_deadlines)\b.*) \S+")
    found = [wanted.fullmatch(line) for line in scraped(daemon)[0].splitlines()]
    return [match[1] for match in found if match]


def test_the_dashboards_are_what_their_source_says(tmp_path: Path) -> None:
    """Whoever changes one writes them anew."""
    subprocess.run([sys.executable, DEPLOY / "grafana" / "dashboards.py", tmp_path], check=True)
    made, kept = ({path.name: path.read_text() for path in folder.glob("*.json")} for folder in (tmp_path, BOARDS))
    assert made == kept, "python deploy/grafana/dashboards.py"


LATE = "max(triage_oldest_unfired_timer_seconds) >"


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("alerts.yml", f"{LATE} 30", LATE, "parse error"),
        ("alerts.yml", f"{LATE} 30", f"{LATE} 60", "FAILED"),
        ("alerts.yml", "for: 1m", "for: a minute", "not a valid duration"),
        ("recording.yml", 'le="10.0"', 'le="10"', "FAILED"),
    ],
    ids=["syntax", "threshold", "duration", "bucket"],
)
def test_a_rule_broken_on_purpose_is_caught(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    """The check of the gate is red: what does not parse, and what parses and no longer does what its test says."""
    for path in (DEPLOY / "prometheus").iterdir():
        text = path.read_text(encoding="utf-8")
        if path.name.endswith("_test.yml"):
            text = only(text, "TimersLate", "TimerLatenessSlow")
        (tmp_path / path.name).write_text(text.replace(old, new) if path.name == file else text)
        (tmp_path / path.name).chmod(path.stat().st_mode)
    done = subprocess.run([tmp_path / "check"], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert says in done.stdout + done.stderr


def only(text: str, *alerts: str) -> str:
    """The tests of these alerts alone: all of them take ten seconds."""
    whole = yaml.safe_load(text)
    for group in whole["tests"]:
        group["alert_rule_test"] = [check for check in group["alert_rule_test"] if check["alertname"] in alerts]
    whole["tests"] = [group for group in whole["tests"] if group["alert_rule_test"]]
    return yaml.safe_dump(whole)


ROUTES = [
    ({"alertname": "ComplaintsOverdue", "severity": "warning", "department": "customer-care"}, "customer-care"),
    ({"alertname": "ComplaintsOverdue", "severity": "warning", "department": "integrity"}, "integrity"),
    (
        {"alertname": "StatutoryDeadlineMissed", "severity": "critical", "department": "document-review"},
        "compliance,claims",
    ),
    ({"alertname": "BacklogGrowing", "severity": "warning", "department": "coordination"}, "desk"),
    ({"alertname": "OverridesRising", "severity": "warning", "rule": "x"}, "compliance"),
    ({"alertname": "NoHeartbeat", "severity": "critical"}, "on-call"),
    ({"alertname": "SecondEngineAway", "severity": "info"}, "mail-only"),
    ({"alertname": "DeadLetters", "severity": "warning"}, "operations"),
]  # fmt: skip


def test_each_alert_goes_where_it_belongs(tmp_path: Path) -> None:
    """By department and severity, as amtool reads the shipped routes; secrets come from files and stay private."""
    config = render(tmp_path)
    assert config.stat().st_mode & 0o077 == 0
    assert all(secret in config.read_text() for secret in SECRETS.values())
    for labels, receivers in ROUTES:
        given = [f"{name}={value}" for name, value in labels.items()]
        command = ["amtool", "config", "routes", "test", f"--config.file={config}", *given]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == receivers, labels


def test_a_configuration_without_its_secret_is_refused(tmp_path: Path) -> None:
    """Nothing is written that would send to nobody."""
    (tmp_path / "secrets").mkdir()
    command = [DEPLOY / "alertmanager" / "render", tmp_path / "secrets", tmp_path / "out"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "no secret" in done.stderr
    assert not (tmp_path / "out" / "alertmanager.yml").exists()


def test_routes_and_inhibitions_name_alerts_and_departments_that_exist() -> None:
    """A renamed alert would silently go to the default receiver."""
    config = (DEPLOY / "alertmanager" / "alertmanager.yml").read_text(encoding="utf-8")
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    alerts = [rule["alert"] for group in groups for rule in group["rules"]]
    departments = yaml.safe_load((ROOT / "rules" / "rulebook.yaml").read_text(encoding="utf-8"))["departments"]
    for label, known in (("alertname", alerts), ("department", departments)):
        named = [word for text in re.findall(rf'{label}=~?"([^"]+)"', config) for word in text.split("|")]
        assert named
        assert [word for word in named if not any(re.fullmatch(word, one) for one in known)] == []
