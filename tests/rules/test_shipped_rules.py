"""The shipped rulebook: it loads without a finding, and everything its authors say of it holds."""

import pytest

from tests.rules.shipped import planted
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.judge import Judged, judge
from triage.rulebook.load import load
from triage.service.release import inspect_files

SWITCHED_OFF = {"cn-life-service-2010-4", "us-ca:payment", "us-tx:regulator-inquiry"}
"""Set aside by a later order; not read in the text itself."""


@pytest.fixture(scope="module")
def judged(rules: CompiledRulebook) -> tuple[Judged, ...]:
    return judge(rules)


def test_every_example_holds(judged: tuple[Judged, ...]) -> None:
    """All examples of rules, term lists and policies come out as expected."""
    assert [f"{one.at.file}:{one.at.line} {one.subject}: {one.message}" for one in judged if not one.passed] == []


def test_everything_has_examples(rules: CompiledRulebook, judged: tuple[Judged, ...]) -> None:
    """No rule, table, term list or policy is shipped unjudged; switched off are only policies that say why."""
    book = rules.rulebook
    subjects = {
        kind: {one.subject for one in judged if one.kind == kind} for kind in ("rule", "table", "term", "policy")
    }
    assert subjects == {
        "rule": {rule.id for rule in book.rules if rule.in_table is None},
        "table": set(book.tables),
        "term": set(book.terms),
        "policy": set(book.policies),
    }
    assert {rule.status for rule in book.rules} == {"active"}
    assert {one.id for one in book.policies.values() if one.status != "active"} == SWITCHED_OFF


def test_every_row_of_a_table_has_its_example(rules: CompiledRulebook) -> None:
    """Each row of a shipped table is expected by an example: moved above another, it would be seen."""
    for table in rules.rulebook.tables.values():
        assert {one.expect.get("row") for one in table.examples} - {None} == {row.name for row in table.rows}


def test_every_term_list_is_asked_for(rules: CompiledRulebook) -> None:
    """No term list lies idle: without it some decision would be another."""
    asked = {name for rule in rules.rulebook.rules for name in rules.rulebook.terms if f"'{name}'" in repr(rule.when)}
    assert asked == set(rules.rulebook.terms)


def test_every_department_and_priority_can_be_reached(rules: CompiledRulebook) -> None:
    """Each priority, handler and department comes from a rule or from fallback."""
    book = rules.rulebook
    thens = [rule.then for rule in book.rules]
    assert {then.priority for then in thens} | {book.fallback.priority} >= set(book.priorities)
    assert {then.department for then in thens} | {book.fallback.department} >= set(book.departments)
    assert {then.handler for then in thens} | {book.fallback.handler} >= set(book.handlers)


PLANTED = {
    "a wrong expectation": (
        "triage/medical.yaml",
        "expect: {fires: true, priority: high",
        "expect: {fires: true, priority: low",
    ),
    "a rule that asks for less": ("triage/medical.yaml", "      priority: high", "      priority: normal"),
    "a row that asks for less": ("tables/amount-by-line.csv", "30000 CNY,high", "30000 CNY,normal"),
    "a row with another amount": ("tables/amount-by-line.csv", ",,50000 CNY", ",,40000 CNY"),
    "another row that is expected": ("tables/amount-by-line.table.yaml", "row: motor, pr", "row: motor-in-payment, pr"),
    "a sentence that does not hit": ("terms/medical-accident.yaml", "hits:\n", "hits:\n  - 一切顺利\n"),
    "a limit of another length": ("sla/first-contact.yaml", "limit: 4 working hours", "limit: 5 working hours"),
    "a holiday taken out": ("calendars/cn.yaml", "2026-10-07", "2026-10-06"),
    "a pause that needs no word to the complainant": (
        "sla/cn-law.yaml",
        "- appraisal: {needs: [complainant_informed], remind",
        "- appraisal: {remind",
    ),
    "a mediation that needs no agreement": (
        "sla/cn-law.yaml",
        "- mediation: {needs: [complainant_agreed], remind",
        "- mediation: {remind",
    ),
    "an extension that anybody approves": ("sla/cn-law.yaml", ", approver: senior_manager", ""),
    "new facts that begin nothing anew": (
        "sla/cn-law.yaml",
        "        restart: {on: complaint.amended, when: {new_facts: true}} #",
        "        #",
    ),
    "a reopening that leaves no deadline": ("sla/cn-law.yaml", "on_reopen: restart", "on_reopen: none"),
    "a word from the customer that counts as ours": (
        "sla/updates.yaml",
        "reset: {on: complaint.contacted, when: {direction: to_customer}}",
        "reset: complaint.contacted",
    ),
    "one limit for all priorities": ("sla/first-contact.yaml", "low: 3 working days", "low: 2 working days"),
    "a clock with another stop": (
        "sla/first-contact.yaml",
        "direction: to_customer}}, complaint",
        "direction: from_customer}}, complaint",
    ),
}
"""Faults in the rules that only their examples can see."""


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_seen(files: dict[str, bytes], name: str) -> None:
    """The examples are worth something: a changed rule or a wrong expectation makes one fail."""
    found = inspect_files(planted(files, *PLANTED[name]))
    assert {finding.code for finding in found} == {"example-fails"}


def test_a_misspelt_word_is_seen(files: dict[str, bytes]) -> None:
    """A fault in the words of a rule refuses the whole folder."""
    loaded = load(planted(files, "triage/medical.yaml", "handler: dedicated", "handler: dedicted"))
    assert loaded.rulebook is None
    assert [(one.code, str(one.hint)) for one in loaded.findings] == [("unknown-value", 'did you mean "dedicated"?')]
