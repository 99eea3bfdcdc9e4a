"""Alert rules, their tests, their runbooks and documents speak of things that exist, and none is without the others."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from monitors.metrics.names import METRICS, PREFIX
from tests.command import app

ROOT = Path(__file__).parent.parent.parent
PROMETHEUS, RUNBOOKS = ROOT / "deploy" / "prometheus", ROOT / "docs" / "runbooks"
NAMES = {PREFIX + metric.name for metric in METRICS}
BASE = "https://runbooks.example.org/complaint-triage/"
SEVERITIES = {"critical", "warning", "info"}
HEADINGS = ("## What it means", "## What to look at", "## What to do", "## It is over when")

Rule = dict[str, Any]


def groups(name: str) -> Iterator[dict[str, Any]]:
    yield from yaml.safe_load((PROMETHEUS / name).read_text(encoding="utf-8"))["groups"]


ALERTS: list[Rule] = [rule for group in groups("alerts.yml") for rule in group["rules"]]
RECORDED: dict[str, str] = {
    rule["record"]: rule["expr"] for group in groups("recording.yml") for rule in group["rules"]
}
TESTS: list[dict[str, Any]] = [
    group
    for path in sorted(PROMETHEUS.glob("*_test.yml"))
    for group in yaml.safe_load(path.read_text(encoding="utf-8"))["tests"]
]


def unknown_metrics(text: str) -> set[str]:
    """Metric names in a text that the closed list does not hold."""
    return {name for name in re.findall(r"\btriage_[a-z0-9_]+", without_recorded(text)) if plain(name) not in NAMES}


def without_recorded(text: str) -> str:
    """The text without names of recording rules, which hold names of metrics in short."""
    return re.sub(r"\b[a-z_]+:[a-z_]+:[a-z0-9_]+", "", text)


def plain(name: str) -> str:
    """A metric's name; of a histogram's series the histogram's."""
    return name if name in NAMES else re.sub(r"_(bucket|sum|count)$", "", name)


def recorded(expression: str) -> set[str]:
    return set(re.findall(r"\b[a-z_]+:[a-z_]+:[a-z0-9_]+", expression))


def metrics_of(expression: str) -> set[str]:
    """Every metric that an expression asks for, also by way of recording rules."""
    found = {plain(name) for name in re.findall(r"\btriage_[a-z0-9_]+", without_recorded(expression))}
    for name in recorded(expression):
        found |= metrics_of(RECORDED[name])
    return found or {"up"}


def lacking(rule: Rule) -> list[str]:
    """What an alert needs and has not."""
    name, notes = rule["alert"], rule.get("annotations", {})
    found = [key for key in ("summary", "action") if not notes.get(key)]
    if rule.get("labels", {}).get("severity") not in SEVERITIES:
        found.append("severity")
    if notes.get("runbook_url") != f"{BASE}{name}.md":
        found.append("runbook_url")
    if not (RUNBOOKS / f"{name}.md").exists():
        found.append("runbook")
    fires, stays_quiet = judged(name, metrics_of(rule["expr"]))
    return found + [word for word, is_there in (("firing", fires), ("not firing", stays_quiet)) if not is_there]


def judged(alert: str, metrics: set[str]) -> tuple[bool, bool]:
    """Whether a test sees it fire, and another sees it silent while there are values for it to fire on."""
    fires = stays_quiet = False
    for group in TESTS:
        given = {plain(re.split(r"[{\s]", series["series"])[0]) for series in group["input_series"]}
        for check in group["alert_rule_test"]:
            if check["alertname"] == alert and metrics <= given:
                fires |= bool(check["exp_alerts"])
                stays_quiet |= not check["exp_alerts"]
    return fires, stays_quiet


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: str(rule["alert"]))
def test_each_alert_is_whole(rule: Rule) -> None:
    """Severity, summary, action, the address of its runbook, the runbook, a test that fires and one that does not."""
    assert lacking(rule) == []


@pytest.mark.parametrize("key", ["severity", "summary", "action", "runbook_url", "runbook", "firing", "not firing"])
def test_an_alert_that_lacks_something_is_seen(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each lack alone, planted in a sound one."""
    rule = yaml.safe_load(yaml.safe_dump(next(one for one in ALERTS if one["alert"] == "TimersLate")))
    rule["labels"].pop(key, None)
    rule["annotations"].pop(key, None)
    if key == "runbook":
        monkeypatch.setattr("tests.architecture.test_alerts.RUNBOOKS", ROOT)
    if key in ("firing", "not firing"):
        kept = [
            {**group, "alert_rule_test": [
                check for check in group["alert_rule_test"]
                if check["alertname"] != "TimersLate" or bool(check["exp_alerts"]) == (key == "not firing")
            ]}
            for group in TESTS
        ]  # fmt: skip
        monkeypatch.setattr("tests.architecture.test_alerts.TESTS", kept)
    assert lacking(rule) == [key]


def test_a_test_without_values_is_none() -> None:
    """Silence where nothing is measured proves nothing."""
    assert judged("TimersLate", {"triage_oldest_unfired_timer_seconds"}) == (True, True)
    assert judged("TimersLate", {"triage_oldest_unfired_timer_seconds", "triage_imaginary"}) == (False, False)


def test_each_alert_and_each_recorded_figure_is_named_once() -> None:
    """And what is recorded is asked for by an alert or a dashboard."""
    names = [rule["alert"] for rule in ALERTS]
    assert len(names) == len(set(names))
    dashboards = [path.read_text(encoding="utf-8") for path in (ROOT / "deploy" / "grafana").rglob("*.json")]
    texts = [*(rule["expr"] for rule in ALERTS), *RECORDED.values(), *dashboards]
    assert [name for name in RECORDED if not any(name in text for text in texts)] == []
    asked = {name for rule in ALERTS for name in recorded(rule["expr"])}
    assert asked <= set(RECORDED)


def test_alert_rules_name_metrics_that_exist() -> None:
    """No alert waits for a metric that nobody exports."""
    for path in (*PROMETHEUS.glob("*.yml"), *RUNBOOKS.glob("*.md"), *(ROOT / "docs" / "how-to").glob("*.md")):
        assert unknown_metrics(path.read_text(encoding="utf-8")) == set(), path.name


def test_every_metric_has_a_help_text_and_the_right_ending() -> None:
    """Counters end in _total, others do not; each says what it is."""
    for metric in METRICS:
        assert (metric.kind == "counter") == metric.name.endswith("_total"), metric.name
        assert metric.help.endswith("."), metric.name


def test_every_metric_is_filled_somewhere() -> None:
    """No name is exported that no code fills."""
    texts = [
        path.read_text(encoding="utf-8")
        for package in ("triage", "monitors")
        for path in (ROOT / package).rglob("*.py")
        if path.name != "names.py"
    ]
    assert [metric.name for metric in METRICS if not any(f'"{metric.name}"' in text for text in texts)] == []


def test_an_unknown_metric_would_be_seen() -> None:
    """The check sees a planted name."""
    assert unknown_metrics("sum(triage_imaginary_total) by (x)") == {"triage_imaginary_total"}


def test_each_runbook_has_its_alert() -> None:
    """No page is left of an alert that is gone; the index lists them all."""
    pages = {path.stem for path in RUNBOOKS.glob("*.md")} - {"README"}
    assert pages == {rule["alert"] for rule in ALERTS}
    index = (RUNBOOKS / "README.md").read_text(encoding="utf-8")
    assert [name for name in sorted(pages) if f"({name}.md)" not in index] == []


VERBS = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: str(rule["alert"]))
def test_each_runbook_says_what_to_do_with_what_exists(rule: Rule) -> None:
    """Its four parts, commands that there are, queries over metrics that there are, log lines that are written."""
    text = (RUNBOOKS / f"{rule['alert']}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {rule['alert']}\n")
    places = [text.find(f"\n{heading}\n") for heading in HEADINGS]
    assert -1 not in places
    assert places == sorted(places)
    code = "\n".join(re.findall(r"`[^`]+`|```sh\n.*?```", text, re.DOTALL))
    called = set(re.findall(r"\btriage ([a-z][a-z-]*)", code))
    assert called <= VERBS
    actions = (ROOT / "docs" / "reference" / "logs.md").read_text(encoding="utf-8")
    lines = re.findall(r"[Ll]og lines? [^.;\n]*(?:\n  [^.;\n]*)?", text)
    told = {word for line in lines for word in re.findall(r"`([a-z]+\.[a-z_]+)`", line)}
    assert [word for word in told if f"| `{word}` |" not in actions] == []
