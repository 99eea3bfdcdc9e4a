"""Findings as SARIF 2.1.0 (OASIS), for editors and code scanning.

Columns are counted in Unicode characters, which SARIF names `unicodeCodePoints`; a region ends behind its last one.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from triage.rulebook.catalogue import CODES
from triage.rulebook.faults import Finding
from triage.wording.text import say

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LANGUAGE_TAGS = {"en": "en-US", "zh-Hant": "zh-TW", "zh-Hans": "zh-CN"}
"""SARIF knows a language with a region, not with a script."""

_INDEX = {code: number for number, code in enumerate(CODES)}


def sarif(findings: Iterable[Finding], language: str, base: str) -> dict[str, Any]:
    """One SARIF log. `base`: the rules folder, from the top of the repository with `/`, or as a file URI."""
    driver = {"name": "complaint-triage", "rules": [_rule(code, language) for code in CODES]}
    run = {
        "tool": {"driver": driver},
        "language": LANGUAGE_TAGS[language],
        "columnKind": "unicodeCodePoints",
        "results": [_result(found, language, base) for found in findings],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(code: str, language: str) -> dict[str, Any]:
    entry = CODES[code]
    meaning = {"text": entry.meaning.said(language)}
    return {
        "id": code,
        "shortDescription": meaning,
        "fullDescription": meaning,
        "help": {"text": entry.advice.said(language)},
    }


def _result(found: Finding, language: str, base: str) -> dict[str, Any]:
    place = {"artifactLocation": {"uri": _uri(base, found.file)}, "region": _region(found)}
    message = say("{message} ({hint})", message=found.message, hint=found.hint) if found.hint else found.message
    result = {
        "ruleId": found.code,
        "ruleIndex": _INDEX[found.code],
        "level": "error" if found.is_fault else "warning",
        "message": {"text": message.said(language)},
        "locations": [{"physicalLocation": place}],
    }
    return result | (
        {"fixes": [_fix(found, place["artifactLocation"], found.hint.said(language) or message.said(language))]}
        if found.corrected
        else {}
    )


def _region(found: Finding) -> dict[str, Any]:
    end = found.end_column if found.end_column is not None else found.column + 1
    region = {
        "startLine": found.line,
        "startColumn": found.column,
        "endLine": found.line,
        "endColumn": max(end, found.column + 1),
    }
    return region | ({"snippet": {"text": found.line_text}} if found.line_text else {})


def _fix(found: Finding, location: dict[str, Any], message: str) -> dict[str, Any]:
    """The corrected line in place of the line."""
    line = {"startLine": found.line, "startColumn": 1, "endLine": found.line, "endColumn": len(found.line_text) + 1}
    replacement = {"deletedRegion": line, "insertedContent": {"text": found.corrected}}
    return {
        "description": {"text": message},
        "artifactChanges": [{"artifactLocation": location, "replacements": [replacement]}],
    }


def _uri(base: str, file: str) -> str:
    folder = base if base.startswith("file:") else quote(base)
    return "/".join(part for part in (folder, quote(file)) if part != ".") or "."
