"""The verbs about what became of the rules, as processes on a store that a run left: counted exactly, told in the
reader's language, and never with what a customer said or is called."""

import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from tests.builders_rules import TEXTS
from tests.command import app
from tests.e2e.test_clock_verbs import parsed, says, stored, write_events
from triage.cli import start

NAME, CONTACT, NOTE = "欧阳秘密", "13800138000", "private remark"
FIELDS = {
    "priority": ("urgent", "high", "normal", "low"),
    "department": ("care", "claims", "coordination"),
    "handler": ("dedicated", "any"),
}
MEDICAL = {"priority": "high", "department": "claims", "handler": "dedicated"}
PLAIN = {"priority": "normal", "department": "coordination", "handler": "any"}
CASES = 60


def story(dice: random.Random, case: int) -> Iterator[dict[str, Any]]:
    """A complaint, medical or not, in which humans say something or nothing, once or more often."""
    medical = dice.random() < 0.5
    data = {
        "channel": "phone",
        "customer": {"id": f"K-{case}", "name": NAME, "contact": CONTACT},
        "description": f"{NAME}: {'医疗事故' if medical else 'nobody answers'}",
        "causes": ["medical_dispute" if medical else dice.choice(["payment_delay", "claim_delay"])],
    }
    steps = [("registered", data)]
    for _ in range(dice.randrange(3)):
        field = dice.choice(list(FIELDS))
        word = dice.choice([*FIELDS[field], "auto"])
        steps.append(("verified", {"by": "li.na", field: word, "note": NOTE}))
    if dice.random() < 0.3:
        steps.append(
            ("assigned", {"owner": {"id": "b", "name": NAME}, "department": dice.choice(FIELDS["department"])})
        )
    for number, (what, said) in enumerate(steps):
        yield {
            "id": f"{case}-{number}", "source": "/test", "type": f"complaint.{what}", "subject": f"C-{case}",
            "time": f"2026-03-02T1{number}:00:00+08:00", "data": said,
        }  # fmt: skip


STORIES = [list(story(random.Random(number), number)) for number in range(CASES)]
PAUSED = {
    "id": "paused", "source": "/test", "type": "complaint.paused", "subject": "C-0",
    "time": "2026-03-03T10:00:00+08:00", "data": {"reason": "appraisal"},
}  # fmt: skip
EVENTS = [*(event for one in STORIES for event in one), PAUSED]
LIMIT = "        limit: 15 calendar days\n"
RULES = {
    **TEXTS,
    "sla/policies.yaml": TEXTS["sla/policies.yaml"].replace(LIMIT, f"        pause: [appraisal]\n{LIMIT}"),
}


def naive() -> dict[tuple[str, str], dict[str, int]]:
    """From the events alone: each case once a field, by the last word."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for first, *words in STORIES:
        medical = "medical_dispute" in first["data"]["causes"]
        said = MEDICAL if medical else PLAIN
        for field in FIELDS:
            values = [event["data"][field] for event in words if field in event["data"]]
            while values[:1] == ["auto"]:
                values.pop(0)
            last = values[-1] if values else "nothing"
            kind = {"nothing": "unspoken", "auto": "given_back", said[field]: "confirmed"}.get(last, f"to {last}")
            found.setdefault(("medical-is-high" if medical else "fallback", field), Counter())[kind] += 1
    return {key: dict(counts) for key, counts in found.items()}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the small rules, and the store that a run left."""
    folder = tmp_path_factory.mktemp("desk")
    for path, text in RULES.items():
        file = folder / "rules" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    write_events(folder / "events.jsonl", EVENTS)
    arguments = ("--source", "events.jsonl", "--once", "--backfill-before", "2026-11-01", "--rules", "rules")
    says(folder, 0, "run", *arguments, *stored(folder))
    return folder


def counted(line: dict[str, Any]) -> dict[str, int]:
    """A line of the report in the words of the naive count."""
    kinds = {name: line[name] for name in ("unspoken", "confirmed", "given_back")}
    kinds |= {f"to {change['to']}": change["cases"] for change in line["changes"]}
    assert sum(kinds.values()) == line["decided"]
    assert sum(change["cases"] for change in line["changes"]) == line["changed"]
    return {kind: count for kind, count in kinds.items() if count}


def test_overrides_are_counted_exactly(desk: Path) -> None:
    """Planted overrides, confirmations and words given back, against a count that knows nothing of decisions."""
    lines = parsed(says(desk, 0, "rules", "quality", *stored(desk), "--json"))
    assert {(line["rule"], line["field"]): counted(line) for line in lines} == naive()


def test_what_no_rule_matched_tells_what_a_rule_could_be_written_for(desk: Path) -> None:
    """By the department that humans chose: the causes of those cases, each case once."""
    (line,) = [
        line
        for line in parsed(says(desk, 0, "rules", "quality", *stored(desk), "--rule", "fallback", "--json"))
        if line["field"] == "department"
    ]
    wanted: dict[str, Counter[str]] = {}
    for first, *words in STORIES:
        chosen = [word["data"]["department"] for word in words if "department" in word["data"]]
        if "medical_dispute" not in first["data"]["causes"] and chosen[-1:] in (["care"], ["claims"]):
            wanted.setdefault(chosen[-1], Counter()).update(first["data"]["causes"])
    found = {one["to"]: {cause["what"]: cause["cases"] for cause in one["causes"]} for one in line["unmatched"]}
    assert found == {department: dict(causes) for department, causes in wanted.items()}
    assert len(found) == 2


def test_only_what_was_said_in_the_time_counts(desk: Path) -> None:
    """Nobody had said anything before eleven; what came later is not seen."""
    early = parsed(says(desk, 0, "rules", "quality", *stored(desk), "--until", "2026-03-02T11:00+08:00", "--json"))
    assert {line["unspoken"] - line["decided"] for line in early} == {0}
    assert says(desk, 0, "rules", "quality", *stored(desk), "--since", "2026-03-03", "--json") == []


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
@pytest.mark.parametrize("json_too", [(), ("--json",)], ids=["people", "tools"])
@pytest.mark.parametrize("verb", ["quality", "health"])
def test_nothing_that_a_customer_said_or_is_called_is_shown(
    desk: Path, verb: str, json_too: tuple[str, ...], language: str
) -> None:
    text = "\n".join(says(desk, 0, "rules", verb, *stored(desk), "--lang", language, *json_too))
    assert len(text) > 200
    for private in (NAME, CONTACT, NOTE, "nobody answers"):
        assert private not in text


def test_health_tells_what_is_to_be_done_and_fails_only_when_strict(desk: Path) -> None:
    """The terms that nobody wrote, the cases that nobody was assigned; every code with its hint."""
    arguments = ("rules", "health", *stored(desk), "--days", "3650", "--json")
    signs = parsed(says(desk, 0, *arguments))
    by_code: dict[str, list[dict[str, Any]]] = {}
    for sign in signs:
        by_code.setdefault(sign["code"], []).append(sign)
    assert [(sign["subject"], sign["items"]) for sign in by_code["terms-never-hit"]] == [("medical", ["malpractice"])]
    assert "rule-never-fired" not in by_code
    assert [(sign["subject"], sign["items"]) for sign in by_code["pause-open"]] == [("decision/answer", ["C-0"])]
    assigned = {event["subject"] for event in EVENTS if event["type"] == "complaint.assigned"}
    assert sum(sign["count"] for sign in by_code["case-unassigned"]) == CASES - len(assigned)
    assert all(sign["hint"] for sign in signs if sign["trouble"])
    assert parsed(says(desk, 1, *arguments, "--strict")) == signs


def test_health_of_a_folder_is_judged_on_what_the_store_holds(desk: Path) -> None:
    """Proposed words: do they occur? A rule that is new cannot have fired, and is not blamed for it."""
    rule = TEXTS["triage/rules.yaml"].replace("medical-is-high", "proposed")
    words = TEXTS["terms/medical.yaml"].replace("malpractice", "nobody answers")
    other = desk / "proposed"
    for path, text in {**TEXTS, "triage/rules.yaml": rule, "terms/medical.yaml": words}.items():
        file = other / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    arguments = ("rules", "health", *stored(desk), "--days", "3650", "--rules", "proposed", "--json")
    codes = {sign["code"] for sign in parsed(says(desk, 0, *arguments))}
    assert codes.isdisjoint({"rule-never-fired", "terms-never-hit"})


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("quality", "--rule", "medical-is-hihg"), 'there is no rule medical-is-hihg: did you mean "medical-is-high"?'),
        (("quality", "--since", "soon"), "--since: soon is no instant and no date"),
        (("health", "--lang", "fr"), "--lang: fr is none of en, zh-Hant, zh-Hans"),
    ],
)
def test_wrong_words_are_refused(desk: Path, arguments: tuple[str, ...], line: str) -> None:
    (found,) = says(desk, 2, "rules", *arguments, *stored(desk))
    assert line in found


# --- triage try


def tries(desk: Path, code: int, *arguments: str) -> list[str]:
    return says(desk, code, "try", *arguments, "--rules", "rules")


def test_a_tried_text_is_shown_with_its_hits(desk: Path) -> None:
    """Those that count and those that are saved, in the text itself; why, and which rule came near."""
    shown = tries(desk, 0, "投保医疗事故责任险后醫療事故 [bold]", "--given", "channel=fax")
    assert shown[0] == "投保〔医疗事故〕责任险后【醫療事故】 [bold]"
    assert any("traditional" in line and "simplified" in line for line in shown)
    assert "because Medical dispute (medical-is-high)" in "\n".join(shown)
    assert shown[-1].startswith("the same in the simplified script: ")


def test_a_tried_text_is_told_in_the_readers_language(desk: Path) -> None:
    shown = "\n".join(tries(desk, 0, "malpractice", "--lang", "zh-Hans"))
    assert "依据：医疗争议（medical-is-high）" in shown
    assert "拉丁字母" in shown


def test_wrong_facts_and_dates_are_refused(desk: Path) -> None:
    assert tries(desk, 2, "x", "--given", "chanel=fax", "--given", "channel=fxa") == [
        '--given chanel: there is no such fact: did you mean "channel"?',
        '--given channel: there is no value fxa: did you mean "fax"?',
    ]
    assert tries(desk, 2, "x", "--on", "monday") == ["--on: monday is no date, write 2026-03-02"]


def test_a_text_in_another_encoding_is_refused(desk: Path) -> None:
    """GBK, as an old terminal sends it."""
    (desk / "gbk").write_bytes("投诉\n".encode("gbk"))
    with (desk / "gbk").open("rb") as texts:
        done = subprocess.run(
            [sys.executable, "-m", "triage", "try", "-"], stdin=texts, capture_output=True, timeout=60, check=False
        )
    assert (done.returncode, done.stderr) == (2, b"the text is not UTF-8: save it as UTF-8\n")


@pytest.mark.parametrize("as_json", [False, True], ids=["people", "tools"])
def test_each_line_of_stdin_gets_one_answer(desk: Path, as_json: bool) -> None:
    """In their order; empty lines are passed over."""
    (desk / "texts").write_text("malpractice\n\nnobody answers\n医疗事故责任险\n", encoding="utf-8")
    lines = answers(desk, as_json=as_json)
    assert len(lines) == 3
    if as_json:
        assert [json.loads(line)["outcome"]["priority"] for line in lines] == ["high", "normal", "normal"]
    else:
        assert lines[0] == "high, claims, dedicated; term lists: medical; rules: medical-is-high ← malpractice"
        assert lines[2] == "normal, coordination, any; term lists: -; rules: - ← 医疗事故责任险"


def answers(desk: Path, *, as_json: bool) -> list[str]:
    with (desk / "texts").open("rb") as texts:
        command = [sys.executable, "-m", "triage", "try", "-", "--rules", "rules", *(["--json"] if as_json else [])]
        done = subprocess.run(command, cwd=desk, stdin=texts, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.splitlines()


def verbs_of(typed: typer.Typer) -> dict[str, object]:
    """Each verb by its words, and what it calls."""
    own = {f"{one.name}": one.callback for one in typed.registered_commands}
    groups = {f"{one.name}": verbs_of(one.typer_instance) for one in typed.registered_groups if one.typer_instance}
    return own | {f"{group} {verb}": call for group, verbs in groups.items() for verb, call in verbs.items()}


def test_a_verb_that_starts_by_itself_is_the_one_of_the_whole_command() -> None:
    """Its home registers it, with its whole group; no verb is without a home, no home without a verb."""
    whole = verbs_of(app)
    assert {verb.split()[0] for verb in whole} == set(start.HOMES)
    for word in start.HOMES:
        alone = {verb: call for verb, call in verbs_of(start.app_for([word])).items() if verb.split()[0] == word}
        assert alone == {verb: call for verb, call in whole.items() if verb.split()[0] == word}


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(app, ["--version"]).output.strip() == version("complaint-triage")


HEAVY = ("sqlalchemy", "alembic", "kafka", "uvicorn", "starlette", "apscheduler", "prometheus_client", "structlog")


@pytest.mark.parametrize(
    ("verb", "light"),
    [
        ("try", HEAVY),
        ("test", HEAVY),
        ("cases", ("alembic", "kafka", "apscheduler", "jinja2")),
        ("run", ("alembic", "kafka", "confluent_kafka", "jinja2")),
    ],
)
def test_a_verb_starts_without_what_it_does_not_need(verb: str, light: tuple[str, ...]) -> None:
    """The more often a verb is typed, the quicker it has to answer."""
    code = (
        f"import sys; from triage.cli import start; start.app_for([{verb!r}]); "
        f"print([name for name in {light} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
