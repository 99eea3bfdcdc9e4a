"""`triage explain` as a process: stored cases on SQLite, months and revisions later, and files of events; what it says
to people, to tools and on a page, and that nothing personal is in any of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.builders_rules import RULES as RULE_FILE
from tests.e2e.test_clock_verbs import RULES, event, parsed, registered, runs, says, stored, write_events, write_rules
from tests.e2e.workers import query
from tests.unit.pages.reading import Page

HOSTILE = "<script>alert(1)</script>"
SECRETS = ("Zhang San", "13800000000", "1950-01-31", "malpractice", "secret summary", "bereaved")
EVENTS = (
    registered(
        1, "C-1", description="malpractice",
        customer={"id": "K-1", "name": "Zhang San", "contact": "13800000000", "birth_date": "1950-01-31",
                  "circumstances": ["bereaved"]},
    ),
    registered(2, HOSTILE, description="nothing", policy_no=f"{HOSTILE}&\"'"),
    event(3, "C-1", "contacted", "2026-09-20T11:00:00", direction="to_customer", summary="secret summary"),
    event(4, "C-1", "reply_sent", "2026-09-30T10:00:00"),
    event(5, "C-1", "assigned", "2026-09-30T11:00:00", owner={"id": "w", "name": f"Wu {HOSTILE}"}, by="desk"),
)  # fmt: skip
POLICY_NO = "\n        - policy_no: {mentions: medical}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with rules, one of which tests the policy's number, a title that is markup, and events."""
    write_rules(tmp_path)
    hostile = RULE_FILE.replace("en: Medical dispute", f"en: '{HOSTILE}'").replace(
        "        - description: {mentions: medical}", f"        - description: {{mentions: medical}}{POLICY_NO}"
    )
    (tmp_path / "rules" / "triage" / "rules.yaml").write_text(hostile, encoding="utf-8")
    write_events(tmp_path / "events.jsonl", EVENTS)
    return tmp_path


@pytest.fixture
def desk(folder: Path) -> Path:
    """The same folder after a run, and the store that it left."""
    runs(folder)
    return folder


def explained(desk: Path, *arguments: str) -> dict[str, Any]:
    (found,) = parsed(says(desk, 0, "explain", *arguments, "--json"))
    return found


# --- a stored case


def test_a_stored_case_is_explained_to_people(desk: Path) -> None:
    """The decision first, then why, the rules with their tests, the clocks."""
    shown = "\n".join(says(desk, 0, "explain", "C-1", *stored(desk), "--lang", "en"))
    order = [
        "Why case C-1 stands as it does", "Priority high, ", "Named by medical-is-high.", "Rules that fired: 1 of 1",
        "✓ description mentions a term of medical — personal, not shown", "Clocks", "Late by 1 day 20 h.",
    ]  # fmt: skip
    places = [shown.find(words) for words in order]
    assert -1 not in places, dict(zip(order, places, strict=True))
    assert places == sorted(places)


def test_the_language_is_the_readers(desk: Path) -> None:
    """By the flag; keys and codes of JSON stay."""
    assert "案件 C-1 的決定說明" in says(desk, 0, "explain", "C-1", *stored(desk), "--lang", "zh-Hant")[0]
    english, chinese = (explained(desk, "C-1", *stored(desk), "--lang", lang) for lang in ("en", "zh-Hans"))
    assert english.keys() == chinese.keys()
    assert [rule["conditions"][0]["test"] for rule in chinese["rules"]] == ["contains medical_dispute"]
    assert "收到" in chinese["clocks"][1]["why"][0]


def test_months_later_it_is_told_by_the_revision_that_decided(desk: Path) -> None:
    """Another revision is active, with other rules: the decision is told as before; only the clocks say that they keep
    to the old one."""
    before = explained(desk, "C-1", *stored(desk))
    (desk / "rules" / "triage" / "rules.yaml").write_text(RULE_FILE.replace("high", "low"), encoding="utf-8")
    runs(desk)
    active = query(f"sqlite:///{desk}/desk.sqlite", "SELECT revision FROM rulebooks WHERE state = 'active'")
    after = explained(desk, "C-1", *stored(desk))
    assert after["decision"] == before["decision"]
    assert (after["rules"], after["outcome"]) == (before["rules"], before["outcome"])
    assert after["decision"]["revision"] != active[0][0]
    assert any("another is active now" in why for why in after["clocks"][1]["why"])


def test_as_it_stood_then(desk: Path) -> None:
    """Before the assignment and the reply; before the first event there is nothing to tell."""
    then = explained(desk, "C-1", *stored(desk), "--at", "2026-09-29T10:00:00+08:00")
    assert then["decision"]["owner"] == {"id": "cgd", "name": "Chen Guodong"}
    answer = next(clock for clock in then["clocks"] if clock["clock"] == "decision/answer")
    assert (answer["state"], answer["why"][1].split(",")[0]) == ("running", "4 days 13 h left")
    says(desk, 1, "explain", "C-1", *stored(desk), "--at", "2026-09-01")


def test_one_rule_alone_and_why_not(desk: Path) -> None:
    """Asked for by its id."""
    (rule,) = explained(desk, HOSTILE, *stored(desk), "--rule", "medical-is-high")["rules"]
    assert (rule["fired"], [one["held"] for one in rule["conditions"]]) == (False, [False, False, False])
    assert says(desk, 1, "explain", "C-1", *stored(desk), "--rule", "none") == [
        "the rulebook that decided has no rule none"
    ]


# --- the page


def test_the_page_is_written_whole(desk: Path) -> None:
    """Markup in the case's id is text; a path that cannot be written is told with exit 2."""
    says(desk, 0, "explain", HOSTILE, *stored(desk), "--html", "page.html", "--all")
    text = (desk / "page.html").read_text(encoding="utf-8")
    assert Page(text).elements[0][0] == "html"
    assert HOSTILE not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert says(desk, 2, "explain", "C-1", *stored(desk), "--html", "no/page.html") == [
        "--html no/page.html: No such file or directory"
    ]


# --- nothing personal


@pytest.mark.parametrize("source", ["store", "events"])
def test_nothing_personal_is_in_any_of_them(desk: Path, source: str) -> None:
    """Name, contact, birth date, circumstances, description and summary: not on the terminal, not in JSON, not on the
    page; with --personal the complaint's own are shown and marked."""
    where = stored(desk) if source == "store" else ("--event", "events.jsonl", *RULES)
    spoken = says(desk, 0, "explain", "C-1", *where, "--all", "--lang", "zh-Hant")
    spoken += says(desk, 0, "explain", "C-1", *where, "--json", "--html", "page.html", "--all")
    spoken.append((desk / "page.html").read_text(encoding="utf-8"))
    shown = "\n".join(spoken)
    assert [secret for secret in SECRETS if secret in shown] == []
    spoken = says(desk, 0, "explain", "C-1", *where, "--personal", "--html", "page.html", "--lang", "en")
    page = (desk / "page.html").read_text(encoding="utf-8")
    assert "Personal data, shown because it was asked for: do not pass it on." in page
    assert [secret for secret in SECRETS if secret not in page] == ["secret summary"]


# --- files of events


def test_a_file_of_events_is_explained_without_a_store(folder: Path) -> None:
    """In virtual time, to the last event or an instant; of several cases one has to be named."""
    where = ("--event", "events.jsonl", *RULES)
    line = explained(folder, "C-1", *where)
    assert (line["case"], line["decision"]["department"], line["at"]) == ("C-1", "claims", "2026-09-30T03:00:00Z")
    assert explained(folder, "C-1", *where, "--at", "2026-09-19T10:00:00+08:00")["decision"]["owner"]["id"] == "cgd"
    assert says(folder, 1, "explain", *where) == [f"the events tell of 2 cases (C-1, {HOSTILE}): say which one"]
    assert says(folder, 1, "explain", "C-9", *where) == ["the events tell of no case C-9"]
    write_events(folder / "one.jsonl", EVENTS[:1])
    assert explained(folder, "--event", "one.jsonl", *RULES)["case"] == "C-1"


def test_a_stored_case_and_its_events_are_explained_alike(desk: Path) -> None:
    """The decision of the same events is the same, whichever way they came."""
    from_store = explained(desk, "C-1", *stored(desk), "--at", "2026-09-30T12:00:00+08:00")
    from_file = explained(desk, "C-1", "--event", "events.jsonl", *RULES)
    assert from_store["rules"] == from_file["rules"]
    assert from_store["outcome"] == from_file["outcome"]


# --- wrong input


WRONG: list[tuple[int, tuple[str, ...], str]] = [
    (2, ("explain",), "name a case, or a file of events with --event"),
    (2, ("explain", "C-1", *RULES), "--rules: a stored case is explained by the rules that decided it"),
    (2, ("explain", "--event", "nowhere.jsonl"), "--event nowhere.jsonl: No such file or directory"),
    (2, ("explain", "C-1", "--event", "events.jsonl", "--at", "soon"), "--at: soon is no instant and no date"),
    (2, ("explain", "C-1", "--event", "events.jsonl", "--lang", "fr"), "--lang: fr is none of en, zh-Hant, zh-Hans"),
    (1, ("explain", "--event", "empty.jsonl"), "there are no events of a case"),
    (1, ("explain", "--event", "broken.jsonl"), "line 1: unreadable"),
    (3, ("explain", "C-1", "--store", "sqlite:///nowhere.sqlite"), "there is no such file"),
]


@pytest.mark.parametrize(("code", "arguments", "words"), WRONG)
def test_wrong_input_is_named(folder: Path, code: int, arguments: tuple[str, ...], words: str) -> None:
    """The option or the file, what is wrong with it, and the exit code."""
    (folder / "empty.jsonl").write_text("\n", encoding="utf-8")
    (folder / "broken.jsonl").write_text("no json\n", encoding="utf-8")
    assert words in "\n".join(says(folder, code, *arguments))


def test_a_case_that_is_not_there_is_told(desk: Path) -> None:
    """Exit 1."""
    assert says(desk, 1, "explain", "C-404", *stored(desk)) == ["there is no case C-404"]


def test_the_schema_of_the_shape_is_given(folder: Path) -> None:
    """Among those of the other verbs."""
    schema = json.loads("\n".join(says(folder, 0, "schema", "cli", *RULES)))
    assert "explain" in schema["properties"]
    assert {"case", "decision", "rules", "clocks"} <= set(schema["$defs"]["ExplainLine"]["properties"])
