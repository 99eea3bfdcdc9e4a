"""`triage check`: all faults at once, for people, for programs and for editors, in the language asked for."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner, Result

from tests.builders_rules import TERMS, changed
from tests.command import app
from tests.unit.rulebook_load.folders import write
from triage.adapters.rules_folder import scan
from triage.errors import Refused, WrongSettings
from triage.main.rule_folders import shipped_rules
from triage.rulebook.catalogue import CODES
from triage.service.told import FindingLine

FAULTY = changed("triage/rules.yaml", "priority: high\n", "priority: hihg\n") | {
    "terms/medical.yaml": TERMS.replace("\nhits:", "\nhit:").encode()
}
"""Two files with a fault each."""

FOR_PEOPLE = {
    "en": """\
terms/medical.yaml:5:1: fault unknown-key: unknown key "hit" in a term list
    hit: [因为医疗事故住院]
    ^^^
    did you mean "hits"?
    one of: id, title, terms, hits, misses, format, not_terms, why, owner, source
    write: hits: [因为医疗事故住院]
triage/rules.yaml:11:17: fault unknown-value: "hihg" is not a priority
          priority: hihg
                    ^^^^
    did you mean "high"?
    one of: urgent, high, normal, low
    write: priority: high
""",
    "zh-Hant": """\
terms/medical.yaml:5:1: fault unknown-key: 詞表裡沒有 "hit" 這個欄位
    hit: [因为医疗事故住院]
    ^^^
    您是不是要寫 "hits"？
    可用的值：id、title、terms、hits、misses、format、not_terms、why、owner、source
    請寫成：hits: [因为医疗事故住院]
triage/rules.yaml:11:17: fault unknown-value: "hihg" 不是可用的優先級
          priority: hihg
                    ^^^^
    您是不是要寫 "high"？
    可用的值：urgent、high、normal、low
    請寫成：priority: high
""",
}
"""The whole output."""


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    return write(tmp_path / "rules", FAULTY)


def check(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


def lines_of(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def refusal(result: Result) -> Refused:
    assert isinstance(result.exception, Refused)
    return result.exception


@pytest.mark.parametrize("language", FOR_PEOPLE)
def test_people_see_line_mark_and_what_to_do(faulty: Path, language: str) -> None:
    """The faults of all files, sorted, in the reader's language."""
    result = check(faulty, "--lang", language)
    assert result.stdout == FOR_PEOPLE[language]
    assert refusal(result).exit_code == 1


@pytest.mark.parametrize(("language", "counts"), [("en", "2 faults"), ("zh-Hant", "2 個錯誤"), ("zh-Hans", "2 个错误")])
def test_the_counts_come_at_the_end(faulty: Path, language: str, counts: str) -> None:
    assert refusal(check(faulty, "--lang", language)).reasons == (counts,)


def test_a_sound_folder_has_no_faults() -> None:
    """The shipped one, which has nothing to warn of either."""
    assert (check("--lang", "zh-Hans").stdout, check().exit_code) == ("没有错误\n", 0)


@pytest.fixture
def ending(tmp_path: Path) -> Path:
    """The shipped folder with a rule that ends on the last day of 2026."""
    files = dict(scan(shipped_rules()).files)
    text = files["triage/amounts.yaml"].decode()
    files["triage/amounts.yaml"] = text.replace("    when:", "    effective: {to: 2026-12-31}\n    when:", 1).encode()
    return write(tmp_path / "rules", files)


def test_a_warning_alone_is_counted_and_refuses_nothing(ending: Path) -> None:
    """It is shown as faults are: the line, a mark, and its code."""
    result = check(ending, "--on", "2026-12-01", "--lang", "en")
    assert result.exit_code == 0
    first, line, mark, count = result.stdout.splitlines()
    assert ": warning ends-soon: " in first
    assert (line, mark) == ("        effective: {to: 2026-12-31}", "                        ^")
    assert count == "no faults, 1 warning"
    assert check(ending, "--on", "2026-06-01", "--lang", "en").stdout == "no faults\n"


def test_a_strict_check_refuses_warnings(ending: Path) -> None:
    """In every form; a program gets the warning itself and no count."""
    told = (ending, "--on", "2026-12-01", "--lang", "zh-Hant")
    assert refusal(check(*told, "--strict")).reasons == ("沒有錯誤，1 個警告",)
    assert refusal(check(*told, "--strict", "--json")).reasons == ()
    (found,) = lines_of(check(*told, "--json"))
    assert (found["severity"], found["code"]) == ("warning", "ends-soon")
    assert found["line_text"] == "    effective: {to: 2026-12-31}"
    (run,) = msgspec.json.decode(check(*told, "--sarif").stdout)["runs"]
    assert [one["level"] for one in run["results"]] == ["warning"]


def test_faults_come_without_warnings(tmp_path: Path) -> None:
    """First a folder has to be sound."""
    files = changed("triage/rules.yaml", "priority: high\n", "priority: hihg\n")
    assert [one["severity"] for one in lines_of(check(write(tmp_path / "rules", files), "--json"))] == ["fault"]


def test_programs_get_a_finding_a_line(faulty: Path) -> None:
    """Every field of the shape; keys, severity and code are not translated, message and hint are."""
    result = check(faulty, "--json", "--lang", "zh-Hans")
    found = lines_of(result)
    assert [one["code"] for one in found] == ["unknown-key", "unknown-value"]
    assert all(list(one) == list(FindingLine.__struct_fields__) for one in found)
    assert found[1] == {
        "severity": "fault", "file": "triage/rules.yaml", "line": 11, "column": 17, "end_column": 21,
        "code": "unknown-value", "message": '"hihg" 不是可用的优先级', "hint": '您是不是要写 "high"？',
        "found": "hihg", "allowed": ["urgent", "high", "normal", "low"],
        "line_text": "      priority: hihg", "corrected": "      priority: high",
    }  # fmt: skip
    assert refusal(result).reasons == ()


def test_an_example_that_fails_has_its_line_too(tmp_path: Path) -> None:
    files = changed("triage/rules.yaml", "priority: high, department: claims, policies", "priority: low, policies")
    (found,) = lines_of(check(write(tmp_path / "rules", files), "--json", "--lang", "en"))
    assert found["line_text"] == "      - given: {causes: [medical_dispute], amount_disputed: 50000 CNY}"
    assert found["message"] == "rule medical-is-high: priority is high, expected low"


def test_editors_get_one_document(faulty: Path) -> None:
    """With every finding, and nothing else on standard output."""
    result = check(faulty, "--sarif", "--lang", "zh-Hant")
    (run,) = msgspec.json.decode(result.stdout)["runs"]
    assert len(run["results"]) == 2
    assert run["results"][1]["message"]["text"] == '"hihg" 不是可用的優先級（您是不是要寫 "high"？）'
    assert refusal(result).reasons == ()


@pytest.mark.parametrize("code", sorted(CODES))
def test_a_code_is_explained(code: str) -> None:
    """What it means and what to do, in the language; no folder is read."""
    assert check("--explain", code, "/nowhere", "--lang", "zh-Hant").stdout == (
        f"{code}: {CODES[code].meaning.said('zh-Hant')}\n    {CODES[code].advice.said('zh-Hant')}\n"
    )


def test_a_code_is_explained_to_programs() -> None:
    assert lines_of(check("--explain", "empty-file", "--json", "--lang", "en")) == [
        {"code": "empty-file", "meaning": "a file without content", "advice": "fill it or delete it"}
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--explain", "wrong-tpye"), 'did you mean "wrong-type"?'), (("--json", "--sarif"), "only one of them"),
        (("--lang", "fr"), "--lang: fr"),
    ],
)  # fmt: skip
def test_wrong_usage_is_told(arguments: tuple[str, ...], says: str) -> None:
    refused = refusal(check(*arguments))
    assert isinstance(refused, WrongSettings)
    assert says in refused.reasons[0]
