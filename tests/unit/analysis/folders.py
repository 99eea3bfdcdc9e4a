"""Small rule folders and what the analysis says of them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from tests.builders_rules import POLICIES, compiled, rules_of, sound_rules
from triage.domain.facts import CAUSES
from triage.rulebook.analysis.analyse import Asked, analyse

TODAY = date(2026, 3, 2)
APPLIED = POLICIES.replace("  - id: contact\n", "  - id: contact\n    applies_when: always\n")
MOST_CAUSES = ", ".join(cause for cause in CAUSES if cause != "surrender")
ROUTED = {"routed": f"{{causes: {{contains_any: [{MOST_CAUSES}]}}}}"}
"""Conditions of one rule that takes every cause but one."""


def folder(
    thens: Mapping[str, str], whens: Mapping[str, str] | None = None, more: Mapping[str, str] | None = None
) -> dict[str, bytes]:
    """The sound folder with these rules instead of its own; `more`: texts of other files, by path."""
    texts = {"triage/rules.yaml": rules_of(thens, whens), "sla/policies.yaml": APPLIED, **(more or {})}
    return sound_rules() | {path: text.encode() for path, text in texts.items()}


def told(files: Mapping[str, bytes], code: str, **asked: Any) -> list[str]:
    """The messages of a code, each behind `file:line:column`."""
    found = analyse(compiled(files), files, Asked(**{"now": TODAY, **asked}))
    return [f"{one.file}:{one.line}:{one.column} {one.message}" for one in found if one.code == code]
