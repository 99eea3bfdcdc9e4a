"""The verbs around clocks as processes: what they print for people and for tools, their exit codes, and what they say
to wrong input."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.builders_rules import TEXTS
from tests.e2e.workers import Worker, query

# Registered on Fri 18 September 2026, 10:00 in Shanghai: 15 calendar days are over on Sat 3 October. The letter for C-1
# went out in time; C-2 stood from 21 to 24 September and was never answered.

RULES = ("--rules", "rules")
ANSWER = "        limit: 15 calendar days\n"
PAUSED = "        pause: [appraisal]\n"


def event(number: int, case: str, what: str, local: str, **data: Any) -> dict[str, Any]:
    return {
        "id": str(number), "source": "/test", "type": f"complaint.{what}", "subject": case, "time": f"{local}+08:00",
        "data": data,
    }  # fmt: skip


def registered(number: int, case: str, **more: Any) -> dict[str, Any]:
    data = {"channel": "phone", "customer": {"id": case}, "description": "no answer for weeks", **more}
    return event(number, case, "registered", "2026-09-18T10:00:00", **data)


EVENTS = (
    registered(1, "C-1", description="malpractice"),
    registered(2, "C-2"),
    event(3, "C-1", "contacted", "2026-09-20T11:00:00", direction="to_customer"),
    event(4, "C-2", "paused", "2026-09-21T10:00:00", reason="appraisal"),
    event(5, "C-2", "resumed", "2026-09-24T10:00:00"),
    event(6, "C-1", "reply_sent", "2026-09-30T10:00:00"),
)


def write_rules(directory: Path, limit: str = ANSWER) -> None:
    """The small rules folder; the clock `decision/answer` may stand for an appraisal."""
    policies = TEXTS["sla/policies.yaml"].replace(ANSWER, PAUSED + limit)
    if limit != ANSWER:  # the examples count 15 days
        policies = policies.replace("2026-03-17 23:59:59", "2026-03-12 23:59:59")
    for path, text in {**TEXTS, "sla/policies.yaml": policies}.items():
        file = directory / "rules" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def write_events(file: Path, events: Sequence[Mapping[str, Any]]) -> None:
    file.write_text("".join(json.dumps(one) + "\n" for one in events), encoding="utf-8")


def says(directory: Path, code: int, *arguments: str) -> list[str]:
    """The lines that a verb prints; it ends with this code and never with a trace."""
    with Worker(directory, *arguments, COLUMNS="160") as worker:
        assert worker.finish() == code, worker.output()
        assert "Traceback" not in worker.output()
        return worker.output().splitlines()


def parsed(lines: Sequence[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with rules and events."""
    write_rules(tmp_path)
    write_events(tmp_path / "events.jsonl", EVENTS)
    return tmp_path


@pytest.fixture
def desk(folder: Path) -> Path:
    """The same folder after a run, and the store that it left."""
    runs(folder)
    return folder


def runs(folder: Path) -> None:
    arguments = ("--source", "events.jsonl", "--once", "--backfill-before", "2026-10-04")
    says(folder, 0, "run", *arguments, *RULES, *stored(folder))


def stored(folder: Path) -> tuple[str, str]:
    return "--store", url_of(folder)


def url_of(folder: Path) -> str:
    return f"sqlite:///{folder}/desk.sqlite"


def change(folder: Path, statement: str) -> None:
    """What no code of ours does."""
    with closing(sqlite3.connect(folder / "desk.sqlite")) as connection, connection:
        assert connection.execute(statement).rowcount == 1


# --- mute


def test_muting_is_told_listed_and_ended(desk: Path) -> None:
    """Until an instant, with a reason that the audit keeps; a later word about the same ends it."""
    word = ("mute", "--policy", "decision", *stored(desk), "--reason", "wrong rule")
    assert says(desk, 0, "mute", *stored(desk)) == ["nothing is muted"]
    assert says(desk, 0, *word, "--until", "2100-01-01T08:00:00+08:00") == [
        "policy decision is muted until 2100-01-01T00:00:00Z"
    ]
    assert parsed(says(desk, 0, "mute", *stored(desk), "--json")) == [
        {"scope": "policy", "value": "decision", "until": "2100-01-01T00:00:00Z"}
    ]
    assert says(desk, 0, *word, "--until", "2026-10-01") == ["policy decision is heard again"]
    assert says(desk, 0, "mute", *stored(desk)) == ["nothing is muted"]
    audit = query(url_of(desk), "SELECT what, why FROM audit WHERE what LIKE 'muted%' ORDER BY no")
    assert [why for _, why in audit] == ["wrong rule", "wrong rule"]
    assert says(desk, 1, "mute", "--case", "C-9", "--until", "2100-01-01", "--reason", "x", *stored(desk)) == [
        "there is no case C-9"
    ]


# --- calendar


def test_the_calendar_shows_coming_weeks_for_people_and_dates_for_tools(folder: Path) -> None:
    """Make-up Sunday and National Day by name, a row a week; with `--json` one date a line."""
    arguments = ("calendar", "cn", *RULES, "--from", "2026-09-19", "--next", "20")
    shown = "\n".join(says(folder, 0, *arguments))
    assert "* 2026-09-20 国庆节调休: open" in shown
    assert "* 2026-10-01 to 2026-10-07 国庆节: closed" in shown
    dates = parsed(says(folder, 0, *arguments, "--json"))
    assert len(dates) == 20
    assert [set(one) for one in dates] == [{"date", "weekday", "open", "hours", "name", "known"}] * 20
    assert [one["date"] for one in dates if not one["open"]] == [
        "2026-09-19", "2026-09-26", "2026-09-27", *(f"2026-10-0{day}" for day in range(1, 8)),
    ]  # fmt: skip


def test_dates_that_nobody_has_published_are_marked(folder: Path) -> None:
    """Beyond `known_until` the table says that deadlines are provisional."""
    shown = "\n".join(says(folder, 0, "calendar", "cn", *RULES, "--from", "2026-12-31", "--next", "2"))
    assert "01 open?" in shown
    assert "provisional" in shown


# --- replay


def test_a_replay_tells_each_case_as_json_and_ends_well_when_cases_are_overdue(folder: Path) -> None:
    """One object a case with the keys of `cases --json` and three more; exit 0."""
    lines = says(folder, 0, "replay", "--events", "events.jsonl", *RULES, "--until", "2026-10-08T02:00:00Z", "--json")
    first, second = parsed(lines)
    assert set(first) == {
        "case", "status", "priority", "department", "team", "handler", "owner", "tags", "received_at", "fallback",
        "clocks", "decision", "refused", "alerts",
    }  # fmt: skip
    clocks = {(one["case"], clock["clock"]): clock for one in (first, second) for clock in one["clocks"]}
    assert {key: (clock["state"], clock["breached"]) for key, clock in clocks.items()} == {
        ("C-1", "contact/call"): ("stopped", True),
        ("C-1", "decision/answer"): ("stopped", False),
        ("C-2", "decision/answer"): ("running", True),
    }
    answer = clocks["C-2", "decision/answer"]
    assert (answer["due_at"], answer["original_due_at"]) == ("2026-10-06T15:59:59Z", "2026-10-03T15:59:59Z")
    assert [alert["type"] for alert in second["alerts"]] == ["complaint.clock_warning", "complaint.clock_breached"]


def test_a_replay_for_people_is_a_table(folder: Path) -> None:
    """State and notices in words."""
    shown = "\n".join(says(folder, 0, "replay", "--events", "events.jsonl", *RULES, "--until", "2026-10-08T02:00:00Z"))
    assert "decision/answer overdue" in shown
    assert "decision/answer met" in shown
    assert "1 clock_warning, 1 clock_breached" in shown


def test_lines_that_cannot_be_read_are_named_and_the_others_replayed(folder: Path) -> None:
    """Exit 1, a line for each with its number and reason; an id with other content is one of them; a duplicate and an
    empty line are not."""
    conflict = {**EVENTS[2], "time": "2026-09-20T12:00:00+08:00"}
    lines = [json.dumps(one) for one in EVENTS]
    lines[1:1] = ["no json", "", json.dumps({"id": "9"}), lines[0]]
    lines.append(json.dumps(conflict))
    (folder / "events.jsonl").write_text("\n".join(lines), encoding="utf-8")  # the last line has no newline
    printed = says(folder, 1, "replay", "--events", "events.jsonl", *RULES, "--json")
    cases, faults = printed[:2], printed[2:]
    assert [one["case"] for one in parsed(cases)] == ["C-1", "C-2"]
    assert [fault.split(": ")[:2] for fault in faults] == [
        ["line 2", "unreadable"], ["line 4", "no_envelope"], ["line 11", "id_conflict"],
    ]  # fmt: skip


# --- case --days


def test_the_dates_of_a_case_add_up_to_the_limit(desk: Path) -> None:
    """As one object a clock, and as a table: start, three dates paused, fifteen counted, the last of them due."""
    found = parsed(says(desk, 0, "case", "C-2", "--days", "--json", *stored(desk)))
    (clock,) = found
    assert (clock["clock"], clock["cycle"], clock["due_at"]) == ("decision/answer", 1, "2026-10-06T15:59:59Z")
    days = clock["days"]
    assert [day["number"] for day in days if day["what"] == "counted"] == list(range(1, 16))
    assert [day["date"] for day in days if day["what"] == "paused"] == ["2026-09-21", "2026-09-22", "2026-09-23"]
    assert (days[0]["what"], days[-1]["date"], days[-1]["is_due"]) == ("start", "2026-10-06", True)
    shown = says(desk, 0, "case", "C-2", "--days", *stored(desk))
    assert shown[0].startswith("decision/answer, cycle 1: ")
    assert [line.split()[:5] for line in shown if "due" in line.split()] == [
        ["2026-10-06", "Tue", "counted,", "due", "15"]
    ]


def test_the_hours_of_a_case_add_up_to_the_limit(desk: Path) -> None:
    """Four working hours from Friday 10:00, with the lunch break: all on one date."""
    found = parsed(says(desk, 0, "case", "C-1", "--days", "--json", *stored(desk)))
    (call,) = [one for one in found if one["clock"] == "contact/call"]
    assert [(day["date"], day["seconds"]) for day in call["days"]] == [("2026-09-18", 4 * 3600)]


# --- verify


def test_verify_is_content_names_what_differs_and_writes_it_anew(desk: Path) -> None:
    """Exit 0 on what the service left; 1 with a line for each difference, also as JSON, and with `--dry-run`, which
    writes nothing; after `--fix` it is as it was."""
    before = query(url_of(desk), "SELECT * FROM clocks ORDER BY case_no, clock, cycle")
    assert says(desk, 0, "verify", *stored(desk)) == ["stored clocks are as their events say"]
    change(desk, "UPDATE clocks SET due_at = '2026-10-09T15:59:59.000000Z' WHERE state = 'running'")
    line = "C-2 decision/answer cycle 1: due_at is 2026-10-09 15:59:59+00:00, right is 2026-10-06 15:59:59+00:00"
    for more in ((), ("--fix", "--dry-run")):
        assert says(desk, 1, "verify", *more, *stored(desk)) == [line, "1 difference in 1 case"]
    assert parsed(says(desk, 1, "verify", "--json", *stored(desk))) == [
        {"case": "C-2", "clock": "decision/answer", "cycle": 1, "field": "due_at",
         "stored": "2026-10-09 15:59:59+00:00", "right": "2026-10-06 15:59:59+00:00"}
    ]  # fmt: skip
    assert says(desk, 0, "verify", "--fix", *stored(desk)) == [line, "1 case repaired"]
    assert query(url_of(desk), "SELECT * FROM clocks ORDER BY case_no, clock, cycle") == before
    assert says(desk, 0, "verify", "--json", *stored(desk)) == []


# --- apply-policy


def test_open_clocks_move_to_the_active_rules_only_when_told(desk: Path) -> None:
    """A shorter limit is activated: nothing moves. `--dry-run` shows what would, a reason moves it; answered clocks
    stay; the outbox tells it and the audit keeps the reason; a second time there is nothing left."""
    write_rules(desk, ANSWER.replace("15", "10"))
    runs(desk)
    move = ("apply-policy", "--to", "open", *stored(desk))
    line = "C-2 decision/answer: due 2026-10-06 15:59:59Z → 2026-10-01 15:59:59Z"
    assert says(desk, 0, *move, "--dry-run") == [line, "1 clock would change"]
    assert says(desk, 0, "verify", *stored(desk)) == ["stored clocks are as their events say"]
    assert parsed(says(desk, 0, *move, "--dry-run", "--json")) == [
        {"case": "C-2", "clock": "decision/answer", "cycle": 1, "due_before": "2026-10-06T15:59:59Z",
         "due_after": "2026-10-01T15:59:59Z", "state_after": "running", "kept": False}
    ]  # fmt: skip
    assert says(desk, 0, *move, "--reason", "new law") == [line, "1 clock changed"]
    payloads = query(url_of(desk), "SELECT payload FROM outbox WHERE payload LIKE '%deadline_set%' ORDER BY no")
    last = json.loads(payloads[-1][0])["data"]
    assert (last["because"], last["due_at"], last["previous_due_at"]) == (
        "policy", "2026-10-01T15:59:59Z", "2026-10-06T15:59:59Z",
    )  # fmt: skip
    assert query(url_of(desk), "SELECT why FROM audit WHERE what LIKE 'moved 1 %'") == [("new law",)]
    assert says(desk, 0, *move, "--reason", "again") == ["0 clocks changed"]
    assert says(desk, 0, "verify", *stored(desk)) == ["stored clocks are as their events say"]


# --- wrong input


WRONG: list[tuple[int, tuple[str, ...], str]] = [
    (2, ("calendar", "mars", *RULES), "there is no calendar mars, only cn"),
    (2, ("calendar", "cn", *RULES, "--from", "tomorrow"), "--from: tomorrow is no date, write 2026-10-01"),
    (2, ("calendar", "cn", *RULES, "--from", "9999-12-30"), "--from: 9999-12-30 is not of the years 1900 to 8999"),
    (2, ("calendar", "cn", *RULES, "--next", "0"), "--next"),
    (1, ("calendar", "cn", "--rules", "nowhere"), "nowhere: there is no such file or folder"),
    (2, ("replay", *RULES), "--events"),
    (2, ("replay", "--events", "nowhere.jsonl", *RULES), "--events nowhere.jsonl: No such file or directory"),
    (2, ("replay", "--events", "rules", *RULES), "--events rules: Is a directory"),
    *[
        (2, ("replay", "--events", "events.jsonl", *RULES, "--until", until), f"--until: {until} is no instant")
        for until in ("tomorrow", "2026-10-08", "2026-10-08T02:00:00", "0001-01-01T00:00:00+08:00")
    ],
    (3, ("verify", "--store", "sqlite:///nowhere.sqlite"), "store sqlite:///nowhere.sqlite: there is no such file"),
    (3, ("case", "C-1", "--days", "--store", "sqlite:///nowhere.sqlite"), "there is no such file"),
    (2, ("apply-policy", "--to", "closed", "--reason", "x"), "--to: open is the only choice"),
    (2, ("apply-policy", "--to", "open"), "--reason: say why, it is kept in the audit table"),
    (2, ("apply-policy",), "--to"),
    (3, ("apply-policy", "--to", "open", "--dry-run", "--store", "sqlite:///nowhere.sqlite"), "there is no such file"),
    (2, ("verify", "--store", "desk.sqlite"), "store.url is no URL"),
    (2, ("mute", "--case", "C-1", "--until", "soon", "--reason", "x"), "--until: an instant or a date"),
    (
        2,
        ("mute", "--case", "C-1", "--policy", "p", "--until", "2100-01-01"),
        "one of --department, --policy and --case",
    ),
    (2, ("mute", "--case", "C-1", "--until", "2100-01-01"), "--reason: say why"),
]


@pytest.mark.parametrize(("code", "arguments", "words"), WRONG)
def test_wrong_input_is_named(folder: Path, code: int, arguments: tuple[str, ...], words: str) -> None:
    """The option or the file, what is wrong with it, and the exit code; no trace, and nothing is created."""
    before = sorted(path.name for path in folder.iterdir() if path.suffix != ".log")
    assert words in "\n".join(says(folder, code, *arguments))
    assert sorted(path.name for path in folder.iterdir() if path.suffix != ".log") == before


def test_an_unknown_case_and_faulty_rules_are_told(desk: Path) -> None:
    """Exit 1 for a case that is not there, with its dates too; exit 1 with file, line and column for faulty rules."""
    for more in ((), ("--days",), ("--days", "--json")):
        assert says(desk, 1, "case", "C-404", *more, *stored(desk)) == ["there is no case C-404"]
    file = desk / "rules" / "sla" / "policies.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("limit: 15", "limit: -15"), encoding="utf-8")
    for verb in (("replay", "--events", "events.jsonl"), ("calendar", "cn")):
        assert says(desk, 1, *verb, *RULES)[0].startswith("sla/policies.yaml:12:16: fault ")
