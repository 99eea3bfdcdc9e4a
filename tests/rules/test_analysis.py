"""The shipped rulebook says what it means to: no warning, and every branch of its rules shown by an example."""

from datetime import date

import pytest

from tests.rules.shipped import planted
from triage.rulebook.analysis.analyse import Asked, analyse
from triage.rulebook.coverage.cover import cover
from triage.rulebook.coverage.covered import Covered
from triage.rulebook.decide import CompiledRulebook
from triage.service.release import inspect_files

REVIEWED = date(2026, 11, 22)

CANNOT_BE_SHOWN = {
    "no example in which first-contact would apply but for tags: {contains_any: [overdue, payment-overdue]}"
}
"""The rules that give these tags ask for urgent, so that only a human's word can lower the priority again."""


@pytest.fixture(scope="module")
def covered(rules: CompiledRulebook, files: dict[str, bytes]) -> tuple[Covered, ...]:
    return cover(rules, files)


def test_nothing_is_warned_of(rules: CompiledRulebook, files: dict[str, bytes]) -> None:
    """On the day of the last review, and a year later, when the first review is not too old yet."""
    for on in (REVIEWED, date(2027, 11, 22)):
        assert [str(one) for one in analyse(rules, files, Asked(now=on, stale=365))] == []


def test_reviews_are_due_after_a_year(rules: CompiledRulebook, files: dict[str, bytes]) -> None:
    found = analyse(rules, files, Asked(now=date(2027, 11, 23), stale=365))
    assert len(found) > 20
    assert {one.code for one in found} == {"stale-source"}


def test_a_cause_that_nobody_meant_to_leave_out_is_a_gap(files: dict[str, bytes]) -> None:
    """The fallback for the cause `other` is meant, and an example says so."""
    new = planted(files, "facts.yaml", "facts:\n", "add_values: {causes: [parking]}\nfacts:\n")
    found = inspect_files(new, Asked(now=REVIEWED))
    assert [str(one.message).rpartition(": ")[2] for one in found] == ["parking"]


def test_every_branch_of_every_rule_is_shown(covered: tuple[Covered, ...]) -> None:
    rules = [one for one in covered if one.kind == "rule"]
    assert [str(missing.what) for one in rules for missing in one.missing] == []
    assert all(one.fires for one in rules)


def test_every_branch_of_every_policy_is_shown(covered: tuple[Covered, ...]) -> None:
    """But for one that no complaint can reach by rules alone."""
    policies = [one for one in covered if one.kind == "policy"]
    assert {str(missing.what) for one in policies for missing in one.missing} == CANNOT_BE_SHOWN
