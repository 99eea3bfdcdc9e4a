"""Each warning about lists, words and dates is seen on a planted fault, and not on its nearest sound neighbour."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.builders_rules import POLICIES, RULES, TERMS, sound_rules
from tests.unit.analysis.folders import MOST_CAUSES, ROUTED, folder, told
from triage.rulebook.catalogue_warnings import WARNINGS


def changed(**texts: str) -> dict[str, bytes]:
    paths = {"rulebook": "rulebook.yaml", "facts": "facts.yaml", "terms": "terms/medical.yaml"}
    paths |= {"rules": "triage/rules.yaml", "policies": "sla/policies.yaml"}
    return sound_rules() | {paths[name]: text.encode() for name, text in texts.items()}


def test_a_cause_without_a_department() -> None:
    """One cause of fifteen is left out; with it there is no gap."""
    assert told(folder({"routed": "{department: claims}"}, ROUTED), "gap") == [
        "rulebook.yaml:30:1 no rule names a department when nothing but causes is known, of these values: surrender"
    ]
    complete = {"routed": f"{{causes: {{contains_any: [{MOST_CAUSES}, surrender]}}}}"}
    assert told(folder({"routed": "{department: claims}"}, complete), "gap") == []


def test_a_gap_that_an_example_expects_is_meant() -> None:
    files = folder({"routed": "{department: claims}"}, ROUTED)
    text = files["triage/rules.yaml"].decode()
    for given, meant in (("{causes: [surrender]}", True), ("{causes: [surrender], channel: web}", False)):
        example = f"      - {{given: {given}, expect: {{fires: false, fallback: true}}}}\n"
        assert bool(told(files | {"triage/rules.yaml": (text + example).encode()}, "gap")) is not meant


def test_values_of_facts_that_the_rules_do_not_route_by_are_told_when_asked_for() -> None:
    """A rulebook with one rule for one channel does not route by channel."""
    files = folder({"odd": "{department: claims}"}, {"odd": "{channel: media}"})
    assert told(files, "gap") == []
    facts = [message.split("nothing but ")[1].split(" ")[0] for message in told(files, "gap", every_gap=True)]
    assert facts == ["causes", "line_of_business", "channel"]
    assert "media" not in told(files, "gap", every_gap=True)[2]


def test_words_that_nothing_uses() -> None:
    """The sound folder declares more than it uses: it is there for tests of reading."""
    assert told(sound_rules(), "unused") == [
        "facts.yaml:2:5 no rule or policy tests the fact nature",
        "facts.yaml:7:5 no rule or policy tests the fact weight",
        "facts.yaml:8:5 no rule or policy tests the fact vip",
        "rulebook.yaml:15:3 no rule names the department care",
        "rulebook.yaml:22:22 no rule names the team motor of claims",
    ]


def test_words_that_something_uses_are_not_told() -> None:
    whens = {
        "a": "{nature: petition, weight: {at_least: 1}, vip: true}",
        "b": "{description: {mentions: medical}}",
        "c": "{vip: false}",
    }
    thens = {
        "a": "{department: care, team: illness}",
        "b": "{department: care, team: elderly}",
        "c": "{department: claims, team: medical}",
        "d": "{department: claims, team: motor}",
    }
    assert told(folder(thens, whens), "unused") == []


UNUSED = {
    "a term list": (
        changed(rules=RULES.replace("        - description: {mentions: medical}\n", "")),
        "term list medical",
    ),
    "a ladder": (changed(policies=POLICIES.replace("        escalate: standard\n", "")), "ladder standard"),
    "a role": (changed(policies=POLICIES.replace("        escalate: standard\n", "")), "role department_head"),
}


@pytest.mark.parametrize("name", UNUSED)
def test_a_list_a_ladder_and_a_role_that_nothing_uses(name: str) -> None:
    files, words = UNUSED[name]
    assert any(message.endswith(words) for message in told(files, "unused"))
    assert not any(message.endswith(words) for message in told(sound_rules(), "unused"))


def test_a_rule_that_is_switched_off_uses_what_it_names() -> None:
    text = RULES.replace("    when:\n", "    status: disabled\n    when:\n")
    assert told(changed(rules=text), "unused") == told(sound_rules(), "unused")


def test_a_policy_that_only_a_disabled_rule_names() -> None:
    """Whoever switches off the rule is told that no new case gets the policy's clocks, unless it is off as well."""
    off = RULES.replace("    when:\n", "    status: disabled\n    when:\n")
    assert told(sound_rules(), "switched-off") == []
    assert told(changed(rules=off), "switched-off") == [
        "sla/policies.yaml:23:5 only disabled rules name the policy contact: no new case gets its clocks"
    ]
    meant = POLICIES.replace("- id: contact\n", "- id: contact\n    status: disabled\n")
    assert told(changed(rules=off, policies=meant), "switched-off") == []


TERM_ROWS = {
    "a longer term": ("[医疗事故, 医疗事故纠纷]", "", True),
    "written in the other script": ("[醫療事故, 医疗事故纠纷]", "", True),
    "the same term twice, in two scripts": ("[医疗事故, 醫療事故]", "", True),
    "a not_term may save the shorter one": ("[医疗事故, 医疗事故纠纷]", "not_terms: [医疗事故责任险]\n", False),
    "terms that only share a beginning": ("[医疗事故, 医疗纠纷]", "", False),
    "part of a Latin word": ("[ill, illness, 医疗事故]", "", False),
    "a Latin word of several": ("[illness, serious illness, 医疗事故]", "", True),
}


@pytest.mark.parametrize("name", TERM_ROWS)
def test_a_term_that_holds_another(name: str) -> None:
    terms, not_terms, needless = TERM_ROWS[name]
    text = TERMS.replace("[医疗事故, malpractice]", terms).replace("not_terms: [医疗事故责任险]\n", not_terms)
    text = text.replace("misses: [投保医疗事故责任险]", "misses: [无关]")
    found = told(changed(terms=text), "needless-term")
    assert len(found) == int(needless)
    assert all(message.startswith("terms/medical.yaml:3:") for message in found)


def test_a_term_that_sends_a_complaint_two_ways() -> None:
    other = "id: other\ntitle: {en: Other, zh-Hans: 其他}\nterms: [醫療事故, 其他]\nhits: [其他]\nmisses: [无关]\n"
    whens = {"one": "{description: {mentions: medical}}", "two": "{description: {mentions: other}}"}
    thens = {"one": "{department: claims}", "two": "{department: care}"}
    more = {"terms/other.yaml": other}
    assert told(folder(thens, whens, more), "shared-term") == [
        "terms/other.yaml:3:9 醫療事故 makes rules of different departments fire: two (care), one (claims)"
    ]
    assert told(folder(dict.fromkeys(thens, "{department: care}"), whens, more), "shared-term") == []
    apart = {"terms/other.yaml": other.replace("醫療事故, ", "")}
    assert told(folder(thens, whens, apart), "shared-term") == []


@pytest.mark.parametrize(
    ("last_day", "code"),
    [("2026-03-01", "ended"), ("2026-03-02", "ends-soon"), ("2026-05-01", "ends-soon"), ("2026-05-02", None)],
)
def test_what_ends(last_day: str, code: str | None) -> None:
    """Today is 2 March; sixty days ahead is 1 May. The last day itself is still in force."""
    rules = RULES.replace("    when:\n", f"    effective: {{to: {last_day}}}\n    when:\n")
    policies = POLICIES.replace("    applies_when:", f"    effective: {{to: {last_day}}}\n    applies_when:")
    files = changed(rules=rules, policies=policies)
    found = {kind: [one.split(" ")[0] for one in told(files, kind)] for kind in ("ended", "ends-soon")}
    wanted = ["triage/rules.yaml:6:21", "sla/policies.yaml:5:21"]
    assert sorted(found.pop(code) if code else wanted) == sorted(wanted)
    assert not any(found.values())


def test_the_days_ahead_are_the_readers_choice() -> None:
    files = changed(rules=RULES.replace("    when:\n", "    effective: {to: 2026-03-12}\n    when:\n"))
    assert told(files, "ends-soon", ending=10) == [
        "triage/rules.yaml:6:21 medical-is-high ends on 2026-03-12, in 10 days"
    ]
    assert told(files, "ends-soon", ending=9) == []


def test_today_is_a_date_of_the_rulebooks_zone() -> None:
    """At 17:00 UTC it is the next day in Shanghai."""
    files = changed(rules=RULES.replace("    when:\n", "    effective: {to: 2026-03-12}\n    when:\n"))
    assert told(files, "ended", now=datetime(2026, 3, 12, 15, tzinfo=UTC)) == []
    assert told(files, "ended", now=datetime(2026, 3, 12, 17, tzinfo=UTC))


def test_sources_that_nobody_has_reviewed_for_long() -> None:
    """A review just 365 days ago still counts; nothing is told when it is not asked for."""
    rules = RULES.replace("grade: internal", "grade: internal, reviewed: 2025-03-02")
    policies = POLICIES.replace("grade: verified-text", "grade: verified-text, reviewed: 2025-03-01")
    files = changed(rules=rules, policies=policies)
    assert told(files, "stale-source", stale=365) == [
        "sla/policies.yaml:4:85 the source of decision was last reviewed on 2025-03-01, 366 days ago"
    ]
    assert told(files, "stale-source", now=date(2026, 3, 1), stale=365) == []
    assert told(files, "stale-source") == []


def test_a_verified_source_needs_a_date_of_review() -> None:
    assert told(sound_rules(), "stale-source", stale=365) == [
        "sla/policies.yaml:4:13 the source of decision is graded verified-text and has no date of review"
    ]


def test_sources_of_what_is_switched_off_do_not_matter() -> None:
    policies = POLICIES.replace("    applies_when: always\n", "    applies_when: always\n    status: disabled\n")
    assert told(changed(policies=policies), "stale-source", stale=365) == []


def test_every_warning_has_a_test() -> None:
    """Each code is asked for by name in the tests of this folder."""
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [code for code in WARNINGS if f'"{code}"' not in sources] == []
