"""Findings as SARIF 2.1.0: what the standard and code scanning ask for."""

import re
from typing import Any

import msgspec
import pytest

from tests.unit.rulebook_load.provoked import planted
from triage.rulebook.catalogue import CODES
from triage.rulebook.faults import WARNING, Finding
from triage.service.sarif import sarif
from triage.wording.text import LANGUAGES, say

FINDINGS = [found for _, found in planted()]
FOLDER = Finding(severity="fault", file=".", line=1, column=1, code="unreadable-folder", message=say("a space"))
NAMED = Finding(severity=WARNING, file="terms/重 a.yaml", line=2, column=3, code="beyond-known", message=say("a space"))


def document(language: str = "en", base: str = "rules", findings: list[Finding] = FINDINGS) -> dict[str, Any]:
    """The document as a reader of the JSON has it."""
    made: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(sarif(findings, language, base)))
    return made


def results(**how: Any) -> list[dict[str, Any]]:
    return list(document(**how)["runs"][0]["results"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_has_one_run_with_every_rule(language: str) -> None:
    """Each code is a rule with the three texts that code scanning asks for, in the language."""
    made = document(language)
    assert made["version"] == "2.1.0"
    assert made["$schema"].endswith("/sarif-schema-2.1.0.json")
    (run,) = made["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert re.fullmatch("[a-zA-Z]{2}(-[a-zA-Z]{2})?", run["language"])
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(CODES)
    for rule in rules:
        entry = CODES[rule["id"]]
        assert rule["shortDescription"]["text"] == rule["fullDescription"]["text"] == entry.meaning.said(language)
        assert rule["help"]["text"] == entry.advice.said(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_finding_is_a_result_at_its_place(language: str) -> None:
    """Rule, level, message and region; columns end behind the last character."""
    made = document(language)["runs"][0]
    for found, result in zip(FINDINGS, made["results"], strict=True):
        assert result["ruleId"] == made["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == found.code
        assert result["level"] == {"fault": "error", "warning": "warning"}[found.severity]
        assert result["message"]["text"].startswith(found.message.said(language))
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert place["artifactLocation"] == {"uri": f"rules/{found.file}"}
        region = place["region"]
        assert (region["startLine"], region["startColumn"]) == (found.line, found.column)
        assert region["endLine"] == found.line
        assert region["endColumn"] > region["startColumn"]
        assert region["snippet"] == {"text": found.line_text}


def test_a_corrected_line_is_a_fix_of_the_whole_line() -> None:
    """An editor that applies the fix has the corrected line in place of the written one."""
    fixed = 0
    for found, result in zip(FINDINGS, results(), strict=True):
        fixed += "fixes" in result
        assert ("fixes" in result) == bool(found.corrected)
        for fix in result.get("fixes", ()):
            (change,) = fix["artifactChanges"]
            (replacement,) = change["replacements"]
            region = replacement["deletedRegion"]
            written = found.line_text
            assert region == {
                "startLine": found.line, "startColumn": 1, "endLine": found.line, "endColumn": len(written) + 1,
            }  # fmt: skip
            assert replacement["insertedContent"]["text"] == found.corrected
    assert fixed > 40


@pytest.mark.parametrize(
    ("base", "uris"),
    [
        ("rules", ["rules", "rules/terms/%E9%87%8D%20a.yaml"]), (".", [".", "terms/%E9%87%8D%20a.yaml"]),
        ("a b/rules", ["a%20b/rules", "a%20b/rules/terms/%E9%87%8D%20a.yaml"]),
        ("file:///a%20b", ["file:///a%20b", "file:///a%20b/terms/%E9%87%8D%20a.yaml"]),
    ],
)  # fmt: skip
def test_files_are_named_from_the_top_of_the_repository(base: str, uris: list[str]) -> None:
    """As URIs, relative where the folder is below the working directory."""
    found = results(base=base, findings=[FOLDER, NAMED])
    places = [one["locations"][0]["physicalLocation"] for one in found]
    assert [place["artifactLocation"]["uri"] for place in places] == uris
    assert all("snippet" not in place["region"] for place in places)
