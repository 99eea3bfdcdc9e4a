"""`triage check` and `triage test`, as a compliance officer and a build server call them."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.builders_rules import TEXTS
from tests.e2e.workers import Worker

SPARE = "facts.yaml:2:5: warning unused: no rule or policy tests the fact nature"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A directory with the small sound folder as `rules`."""
    for path, text in TEXTS.items():
        place = tmp_path / "rules" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return tmp_path


def called(directory: Path, code: int, *arguments: str) -> list[str]:
    """What a verb prints, line by line; it ends with this code and without a trace."""
    with Worker(directory, *arguments, LANG="C.UTF-8", LC_ALL="C.UTF-8") as worker:
        assert worker.finish() == code, worker.output()
        assert "Traceback" not in worker.output()
        return worker.output().splitlines()


def test_warnings_fail_only_a_strict_check(desk: Path) -> None:
    lines = called(desk, 0, "check", "rules")
    assert lines[0] == SPARE
    assert lines[-1] == "no faults, 5 warnings"
    assert called(desk, 1, "check", "rules", "--strict") == lines
    warnings = [json.loads(line) for line in called(desk, 0, "check", "rules", "--json")]
    assert (warnings[0]["message"], warnings[0]["severity"]) == ("no rule or policy tests the fact nature", "warning")


def test_today_is_what_the_reader_says(desk: Path) -> None:
    rules = desk / "rules" / "triage" / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    rules.write_text(text.replace("    when:\n", "    effective: {to: 2026-06-30}\n    when:\n"), encoding="utf-8")
    for on, code in (("2026-05-01", "ends-soon"), ("2026-07-01", "ended"), ("2026-04-01", "")):
        found = [json.loads(line) for line in called(desk, 0, "check", "rules", "--on", on, "--json")]
        assert [one["code"] for one in found if one["code"] != "unused"] == ([code] if code else [])


def test_a_faulty_folder_gets_no_warnings(desk: Path) -> None:
    """First it has to be sound."""
    (desk / "rules" / "triage" / "rules.yaml").write_text("rules: []\n", encoding="utf-8")
    assert not any("warning" in line for line in called(desk, 1, "check", "rules"))


def test_examples_coverage_and_junit_in_one_run(desk: Path) -> None:
    lines = called(desk, 0, "test", "rules", "--coverage", "--junit", "report.xml")
    assert "rule medical-is-high triage/rules.yaml:2 3 / 4, fires, does not fire" in lines
    assert "branches of rules: 3 / 4, 75 %" in lines
    assert ET.parse(desk / "report.xml").getroot().tag == "testsuites"
    kinds = [json.loads(line) for line in called(desk, 0, "test", "rules", "--coverage", "--json", "--only", "medical")]
    assert ["passed" in one for one in kinds] == [True, True, False, False, False, False]


def test_too_few_branches_fail_the_run(desk: Path) -> None:
    """Rules and policies count together, terms do not: 10 of 11 branches are shown."""
    assert called(desk, 0, "test", "rules", "--fail-under", "80")
    lines = called(desk, 1, "test", "rules", "--fail-under", "100")
    assert any(line.endswith("% of the branches are shown, less than 100 %") for line in lines)


def test_no_example_at_all_fails_the_run(desk: Path) -> None:
    assert called(desk, 1, "test", "rules", "--only", "unheard") == ["no example found"]
    assert called(desk, 1, "test", "rules", "--only", "unheard", "--lang", "zh-CN") == ["没有找到任何例子"]


def test_a_report_that_cannot_be_written_is_wrong_usage(desk: Path) -> None:
    (line,) = called(desk, 2, "test", "rules", "--junit", "nowhere/report.xml")
    assert line.startswith("--junit nowhere/report.xml: ")
