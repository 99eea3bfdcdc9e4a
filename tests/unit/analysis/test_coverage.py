"""What the examples of a rulebook show, and that what is asked for would show the rest."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping

import pytest

from tests.builders_rules import POLICIES, RULES, TERMS, compiled, sound_rules
from tests.unit.analysis.folders import folder
from triage.rulebook.coverage.cover import cover
from triage.rulebook.coverage.covered import Covered, Total, total
from triage.rulebook.judge import judge
from triage.service.examples import covered_line, junit, run_examples

HIGH = "{priority: high}"


def with_examples(when: str, *examples: str) -> dict[str, bytes]:
    """A folder with one rule and these examples, each in flow style without braces."""
    files = folder({"odd": HIGH}, {"odd": when})
    text = files["triage/rules.yaml"].decode().partition("    examples:\n")[0] + "    examples:\n"
    listed = "".join(f"      - {{{example}}}\n" for example in examples)
    return files | {"triage/rules.yaml": (text + listed).encode()}


def covered(files: Mapping[str, bytes], name: str = "odd") -> Covered:
    return next(one for one in cover(compiled(files), files) if one.subject == name)


FIRES, SILENT = "expect: {fires: true}", "expect: {fires: false}"
BOTH = "{channel: phone, reopened: {at_least: 1}}"


def test_a_rule_with_an_example_for_each_branch_is_covered() -> None:
    examples = (
        f"given: {{channel: phone, reopened: 1}}, {FIRES}",
        f"given: {{channel: web, reopened: 1}}, {SILENT}",
        f"given: {{channel: phone}}, {SILENT}",
    )
    found = covered(with_examples(BOTH, *examples))
    assert (found.reached, found.branches, found.missing) == (4, 4, ())
    assert (found.fires, found.silent) == (True, True)


def test_what_is_missing_is_told_with_place_and_example() -> None:
    found = covered(with_examples(BOTH, f"given: {{channel: phone, reopened: 1}}, {FIRES}"))
    assert [(one.at.line, str(one.what), one.given) for one in found.missing] == [
        (5, "no example in which odd would fire if only channel: phone", "{reopened: 1}"),
        (5, "no example in which odd would fire if only reopened: {at_least: 1}", "{channel: phone}"),
    ]
    assert (found.reached, found.branches, found.silent) == (2, 4, False)


CONDITIONS = {
    "all": BOTH,
    "any in all": "{channel: phone, any: [{nature: petition}, {customer.age: {at_least: 65}}]}",
    "none": "{amount_disputed: {at_most: 200 CNY}, none: [{vip: true}, {causes: {contains: surrender}}]}",
    "mentions": "{description: {mentions: medical}, causes: {known: false}}",
    "a range": "{weight: {between: [1, 2]}}",
    "a list": "{customer.circumstances: {contains_none: [elderly, minor]}, happened: {contains: complaint.contacted}}",
    "dates": "{customer.birth_date: {less_than: 1960-01-01}, received_at: {at_least: 2026-01-01 10:00}}",
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_the_examples_that_are_asked_for_cover_the_rule(name: str) -> None:
    """From next to nothing, by doing what is told, to everything."""
    first = f"given: {{policy_no: none}}, {SILENT}"
    nothing = covered(with_examples(CONDITIONS[name], first))
    assert nothing.missing
    asked = [f"given: {one.given}, {FIRES}" for one in nothing.missing]
    assert covered(with_examples(CONDITIONS[name], first, *asked)).missing == ()


def test_a_branch_that_no_facts_reach_is_not_asked_for() -> None:
    """A customer of eighty is over sixty-five too: the second test can never decide that the rule fires."""
    when = "{any: [{customer.age: {at_least: 65}}, {customer.age: {at_least: 80}}]}"
    examples = (f"given: {{customer.age: 70}}, {FIRES}", f"given: {{customer.age: 60}}, {SILENT}")
    found = covered(with_examples(when, *examples))
    assert (found.reached, found.branches) == (3, 3)


def test_a_rule_that_always_fires_has_one_branch() -> None:
    found = covered(with_examples("always", f"given: {{}}, {FIRES}"))
    assert (found.reached, found.branches, found.fires, found.silent) == (1, 1, True, False)


def test_examples_of_other_rules_count_while_the_rule_is_in_force() -> None:
    files = folder({"odd": HIGH, "other": HIGH}, {"odd": "{channel: phone}", "other": "{channel: phone}"})
    given = b"      - {given: {channel: phone}, expect: {fires: true}}\n"
    text = files["triage/rules.yaml"] + given
    assert covered(files | {"triage/rules.yaml": text}).fires is True
    ended = text.replace(b"  - id: odd\n", b"  - id: odd\n    effective: {to: 2026-01-31}\n")
    assert covered(files | {"triage/rules.yaml": ended}).fires is False


def test_the_condition_of_a_pack_is_no_concern_of_its_rules() -> None:
    files = sound_rules()
    book = files["rulebook.yaml"] + b"packs:\n  - {id: gb, applies_when: {jurisdiction: GB}}\n"
    rules = RULES.replace("channel: fax", "jurisdiction: GB, channel: fax").replace("policies: [contact]", "tags: [x]")
    rules = rules.replace("given: {causes", "given: {jurisdiction: GB, causes").replace("      tags: [x]\n", "")
    found = covered(files | {"rulebook.yaml": book, "packs/gb/triage/rules.yaml": rules.encode()}, "gb:medical-is-high")
    assert (found.reached, found.branches) == (3, 4)
    assert [one.at.file for one in found.missing] == ["packs/gb/triage/rules.yaml"]


def test_terms_and_not_terms_are_shown_by_sentences_of_their_list() -> None:
    found = covered(sound_rules(), "medical")
    assert (found.reached, found.branches) == (2, 3)
    assert [(one.at.line, str(one.what)) for one in found.missing] == [(3, "no sentence of medical hits malpractice")]
    all_hit = TERMS.replace("hits: [", "hits: [a case of malpractice, ").encode()
    assert covered(sound_rules() | {"terms/medical.yaml": all_hit}, "medical").missing == ()
    unsaved = TERMS.replace("misses: [投保医疗事故责任险]", "misses: [无关]").encode()
    told = [str(one.what) for one in covered(sound_rules() | {"terms/medical.yaml": unsaved}, "medical").missing]
    assert told[1:] == ["no sentence of medical is saved by 医疗事故责任险"]


def test_clocks_are_shown_in_time_and_breached_and_by_pauses_and_extensions() -> None:
    found = covered(sound_rules(), "decision")
    assert (found.reached, found.branches) == (3, 3)
    more = "        pause: [appraisal]\n        extend: [{to: 30 calendar days, needs: [reason]}]\n        warn"
    text = POLICIES.replace("        warn", more)
    files = sound_rules() | {"sla/policies.yaml": text.encode()}
    assert [str(one.what) for one in covered(files, "decision").missing] == [
        "no example pauses decision/answer for appraisal",
        "no example extends decision/answer by 30 calendar days",
    ]


def test_applies_when_is_shown_by_the_examples_of_rules() -> None:
    """By the outcome that the rulebook decides for them."""
    text = POLICIES.replace("applies_when: always", "applies_when: {priority: high}").encode()
    assert covered(sound_rules() | {"sla/policies.yaml": text}, "decision").missing == ()
    text = POLICIES.replace("applies_when: always", "applies_when: {priority: low}").encode()
    (missing,) = covered(sound_rules() | {"sla/policies.yaml": text}, "decision").missing
    assert str(missing.what) == "no example in which priority: low makes decision apply"


def test_totals_are_cut_so_that_a_hundred_means_all() -> None:
    assert Total(2999, 3000).percent == 99.9
    assert Total(3, 3).percent == Total(0, 0).percent == 100.0
    found = cover(compiled(sound_rules()), sound_rules())
    assert total(found, ("term",)) == Total(2, 3)


def test_only_what_is_asked_for_is_reported_and_everything_counts() -> None:
    files = sound_rules()
    report = run_examples(compiled(files), files, ["medical"], coverage=True)
    assert {one.subject for one in report.judged} == {one.subject for one in report.covered} == {"medical"}
    assert run_examples(compiled(files), files, ["unheard"], coverage=True).judged == ()


def test_a_line_of_coverage_is_said_in_the_readers_language() -> None:
    found = covered(with_examples(BOTH, f"given: {{channel: phone, reopened: 1}}, {FIRES}"))
    line = covered_line(found, "zh-Hans")
    assert line.missing[0].what == "没有例子说明仅因不符合“channel: phone”而 odd 不触发"


def test_junit_says_what_failed_and_where() -> None:
    files = with_examples(
        "{channel: phone}", f"given: {{channel: phone}}, {FIRES}", f"given: {{channel: phone}}, {SILENT}"
    )
    root = ET.fromstring(junit(judge(compiled(files)), "rules"))
    suites = {suite.get("name"): suite for suite in root}
    assert root.tag == "testsuites"
    assert suites.keys() == {"rule", "term", "policy"}
    rule = suites["rule"]
    assert (rule.get("tests"), rule.get("failures")) == ("2", "1")
    failing = [case for case in rule if len(case)]
    assert [(case.get("file"), case.get("line")) for case in failing] == [("rules/triage/rules.yaml", "9")]
    assert failing[0][0].tag == "failure"
    assert failing[0][0].get("message") == "fires: true"
    names = [case.get("name") for suite in root for case in suite]
    assert len(set(names)) == len(names)
