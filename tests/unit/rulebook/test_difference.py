"""What differs between two rulebooks is told, whatever it is, in words; and nothing else is."""

import enum
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders_rules import changed, sound_rules
from tests.unit.rulebook_load.table_files import SIDECAR, with_table
from triage.main.rule_folders import files_of
from triage.rulebook.condition_words import condition_in_words
from triage.rulebook.difference import difference
from triage.rulebook.difference_text import as_line, lines
from triage.rulebook.load import load
from triage.rulebook.model import Rulebook
from triage.wording.text import LANGUAGES

PLACES = ("at", "revision", "id", "file", "paths", "in_table", "columns", "cells", "rule")
"""Where things stand, what they are told by, and what rows of tables say again, which are rules."""
DERIVED = ("vocabulary.human_words", "vocabulary.jurisdiction", "vocabulary.facts[happened].values")
"""What the loader makes of other fields, which are told."""


def book(files: dict[str, bytes]) -> Rulebook:
    loaded = load(files)
    assert loaded.rulebook is not None, loaded.findings
    return loaded.rulebook


@cache
def small() -> Rulebook:
    return book(sound_rules())


@cache
def shipped() -> Rulebook:
    return book(files_of(None))


def told(files: dict[str, bytes], language: str = "en") -> list[str]:
    return [line for change in difference(small(), book(files)) for line in lines(change, language)]


@pytest.mark.parametrize(
    ("file", "old", "new", "line"),
    [
        ("triage/rules.yaml", "priority: high\n      dep", "priority: urgent\n      dep",
         "rule medical-is-high: priority high → urgent"),
        ("triage/rules.yaml", "- causes: {contains: medical_dispute}", "- causes: {contains_any: [other, surrender]}",
         "rule medical-is-high: condition − causes contains medical_dispute "
         "+ causes contains one of [other, surrender]"),
        ("triage/rules.yaml", "      any:\n", "      all:\n",
         "rule medical-is-high: condition "
         "any of (causes contains medical_dispute, description mentions a term of medical) → "
         "all of (causes contains medical_dispute, description mentions a term of medical)"),
        ("triage/rules.yaml", "    when:\n", "    effective: {from: 2026-04-01}\n    when:\n",
         "rule medical-is-high: in force from (nothing) → 2026-04-01"),
        ("triage/rules.yaml", "    when:\n", "    status: shadow\n    when:\n",
         "rule medical-is-high: status active → shadow"),
        ("triage/rules.yaml", "tags: [medical]", "tags: [medical, dispute]", "rule medical-is-high: tags + dispute"),
        ("triage/rules.yaml", 'section: "2.2"', 'section: "2.3"', "rule medical-is-high: source where 2.2 → 2.3"),
        ("sla/policies.yaml", "limit: 15 calendar days", "limit: 10 calendar days",
         "clock decision/answer: limit 15 calendar days → 10 calendar days"),
        ("sla/policies.yaml", "limit: 4 working hours", "limit: {later_of: [1 hour, 2 working days]}",
         "clock contact/call: limit 4 working hours → the later of 1 hour, 2 working days"),
        ("sla/policies.yaml", "[80%, 1 working day before]", "[50%, 1 working day before]",
         "clock decision/answer: warnings − 80% + 50%"),
        ("sla/policies.yaml", "escalate: standard", "escalate: [{after: 2 hours, to: owner, every: 1 week}]",
         "clock decision/answer: escalation − after 1 working day to department_head "
         "+ after 2 hours to owner, again every 1 week"),
        ("sla/policies.yaml", "        limit: 15", "        pause: [{mediation: {needs: [complainant_agreed]}}]\n"
         "        limit: 15", "clock decision/answer: pauses + mediation (needs: complainant_agreed)"),
        ("sla/policies.yaml", "        limit: 15", "        extend: [{to: 30 calendar days, needs: [reason]}]\n"
         "        limit: 15", "clock decision/answer: extensions + 30 calendar days (needs: reason)"),
        ("sla/policies.yaml", "applies_when: always", "applies_when: {line_of_business: motor}",
         "policy decision: condition always → line_of_business is motor"),
        ("calendars/cn.yaml", "to: 2026-10-07", "to: 2026-10-08",
         "calendar cn: special dates − 2026-10-01 to 2026-10-07 国庆节: closed "
         "+ 2026-10-01 to 2026-10-08 国庆节: closed"),
        ("calendars/cn.yaml", "known_until: 2026-12-31", "known_until: 2027-12-31",
         "calendar cn: known until 2026-12-31 → 2027-12-31"),
        ("calendars/cn.yaml", "    sat: []", '    sat: ["09:00-12:00"]',
         "calendar cn: opening hours sat (nothing) → 09:00-12:00"),
        ("terms/medical.yaml", "[医疗事故, malpractice]", "[医疗事故, 误诊]",
         "term list medical: terms − malpractice + 误诊"),
        ("facts.yaml", "[complaint, petition]", "[complaint, petition, report]", "fact nature: values + report"),
        ("facts.yaml", "[{type: complaint.visited}]", "[{type: complaint.called}]",
         "rulebook: events − complaint.visited + complaint.called"),
        ("rulebook.yaml", "teams: [illness, elderly]", "teams: [elderly, illness]",
         "department care: teams illness, elderly → elderly, illness"),
        ("rulebook.yaml", "He Yun", "He Yan", "department claims: escalation department_head He Yun → He Yan"),
        ("rulebook.yaml", "{id: cgd, name: Chen Guodong}", "{id: cgd, name: Chen}",
         "department claims: duty owner Chen Guodong (cgd) → Chen (cgd)"),
        ("rulebook.yaml", "examples_on: 2026-03-02", "examples_on: 2026-03-02\nopen_cases: follow",
         "rulebook: open cases keep → follow"),
        ("rulebook.yaml", "owner: Wang Fang", "owner: Wang Lei", "rulebook: fallback owner Wang Fang → Wang Lei"),
    ],
)  # fmt: skip
def test_a_change_is_told_in_the_words_of_the_officer(file: str, old: str, new: str, line: str) -> None:
    """Field by field; of a collection what came and what went."""
    assert told(changed(file, old, new)) == [line]


def test_what_came_and_what_went_is_told_with_its_title() -> None:
    """In the reader's language."""
    renamed = changed("triage/rules.yaml", "id: medical-is-high", "id: medical-first")
    assert told(renamed) == ["rule medical-first is new: Medical dispute",
                             "rule medical-is-high is taken out: Medical dispute"]  # fmt: skip
    assert told(renamed, "zh-Hans")[0] == "新增规则 medical-first：医疗争议"
    urgent = changed("triage/rules.yaml", "priority: high\n      dep", "priority: urgent\n      dep")
    assert told(urgent, "zh-Hant") == ["規則 medical-is-high：優先級 high → urgent"]


def test_a_rule_that_moved_to_another_file_is_the_same() -> None:
    """So is one whose neighbours changed places, whose comments changed, or whose block was sorted."""
    moved = sound_rules()
    moved["triage/elsewhere.yaml"] = b"# moved\n\n" + moved.pop("triage/rules.yaml")
    assert told(moved) == []
    test, mention = "        - causes: {contains: medical_dispute}\n", "        - description: {mentions: medical}\n"
    assert told(changed("triage/rules.yaml", test + mention, mention + test)) == []


TWO_ROWS = "row,channel,then.priority\npress,media,urgent\nfax,fax,high\n"
SIDE = SIDECAR[: SIDECAR.index("  - given")] + "  - {given: {channel: fax}, expect: {fires: true}}\n"


@pytest.mark.parametrize(
    ("old", "new", "lines_told"),
    [
        ("media,urgent", "media,high", ["rule matrix row press: priority urgent → high"]),
        ("press,media,urgent\nfax,fax,high\n", "fax,fax,high\npress,media,urgent\n",
         ["table matrix: rows press, fax → fax, press"]),
        ("fax,fax,high\n", "fax,fax,high\nnet,web,low\n",
         ["rule matrix row net is new: A matrix", "table matrix: rows press, fax → press, fax, net"]),
    ],
)  # fmt: skip
def test_a_table_is_told_row_by_row_and_by_their_order(old: str, new: str, lines_told: list[str]) -> None:
    before = book(with_table(TWO_ROWS, SIDE))
    after = book(with_table(TWO_ROWS.replace(old, new), SIDE))
    assert [line for change in difference(before, after) for line in lines(change, "en")] == lines_told


def test_how_many_complaints_change_may_be_told_beside_it() -> None:
    """Whoever has counted them says so."""
    (change,) = difference(small(), book(changed("terms/medical.yaml", "[医疗事故, malpractice]", "[医疗事故]")))
    assert list(lines(change, "en", complaints=212)) == [
        "term list medical: terms − malpractice; 212 complaints change"
    ]


def test_tools_read_the_same() -> None:
    """Keys and values are not translated."""
    (change,) = difference(small(), book(changed("terms/medical.yaml", "[医疗事故, malpractice]", "[医疗事故, 误诊]")))
    assert msgspec.to_builtins(as_line(change), builtin_types=(tuple,)) == {
        "about": "term_list", "id": "medical", "kind": "changed",
        "title": {"en": "Medical accident", "zh-Hans": "医疗事故"},
        "details": (
            {"field": "terms", "before": None, "after": None, "added": ("误诊",), "removed": ("malpractice",)},
        ),
    }  # fmt: skip


@pytest.mark.parametrize("one", [small, shipped])
def test_a_rulebook_differs_from_itself_in_nothing(one: Any) -> None:
    """Read twice, and with its rules in another order."""
    before = one()
    again = msgspec.structs.replace(before, revision="other", rules=tuple(reversed(before.rules)))
    assert difference(before, again) == ()


def test_every_condition_of_the_shipped_rules_has_words_in_every_language() -> None:
    """No test is left without."""
    for rule in shipped().rules:
        for language in LANGUAGES:
            assert condition_in_words(rule.when).said(language)


Mutant = tuple[str, Any]
"""Where a value of the model was changed, dotted, and the whole with it."""


def mutants(value: Any, path: str = "") -> Iterator[Mutant]:
    """The value with each of its leaves changed, one at a time."""
    if isinstance(value, msgspec.Struct):
        yield from _struct_mutants(value, path)
    elif isinstance(value, tuple):
        for where, new in mutants(dict(enumerate(value)), path):
            yield where, tuple(new.values())
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from ((where, value | {key: new}) for where, new in mutants(item, f"{path}[{key}]"))
    elif (other := _another(value)) is not None:
        yield path, other


def _struct_mutants(value: msgspec.Struct, path: str) -> Iterator[Mutant]:
    for name in value.__struct_fields__:
        inner = f"{path}.{name}" if path else name
        if name not in PLACES and inner not in DERIVED:
            for where, new in mutants(getattr(value, name), inner):
                with suppress(ValueError):  # a calendar with its hours out of order cannot be made
                    yield where, msgspec.structs.replace(value, **{name: new})


def _another(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case enum.Enum():
            others = [one for one in type(value) if one is not value]
            return others[0]
        case int() | float():
            return value + 1
        case str():
            return f"{value}x"
        case datetime() | date():
            return value + timedelta(days=400)
        case time():
            return value.replace(minute=(value.minute + 1) % 60)
        case _:
            return None


def thing_of(path: str, model: Rulebook) -> str:
    """The id of the rule, policy, … that a path leads into, as far as it leads into one."""
    top, _, rest = path.partition("[")
    key = rest.partition("]")[0]
    if top == "rules":
        return model.rules[int(key)].id
    if top == "policy_examples":
        return model.policy_examples[int(key)].policy
    return key if top in ("terms", "tables", "policies", "calendars", "departments", "vocabulary.facts") else ""


def check(model: Rulebook, path: str, mutant: Rulebook) -> None:
    changes = difference(model, mutant)
    assert changes, path
    assert any(change.id.partition("/")[0] == thing_of(path, model) for change in changes), path
    for change in changes:
        for language in LANGUAGES:
            assert list(lines(change, language)), path
        assert as_line(change)
    assert difference(mutant, model), path


def test_every_leaf_of_a_small_rulebook_that_changes_is_told() -> None:
    """Each value of the model, one at a time: nothing that it holds is overlooked."""
    counted = 0
    for path, mutant in mutants(small()):
        check(small(), path, mutant)
        counted += 1
    assert counted > 400


@cache
def shipped_mutants() -> list[Mutant]:
    return list(mutants(shipped()))


@pytest.mark.long
@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_leaf_of_the_shipped_rulebook_that_changes_is_told(data: st.DataObject) -> None:
    """The thing that it belongs to is named, in three languages."""
    path, mutant = data.draw(st.sampled_from(shipped_mutants()), label="leaf")
    check(shipped(), path, mutant)


def test_examples_are_counted_not_recited() -> None:
    """They are long; tools get them whole."""
    files = changed("triage/rules.yaml", "{fires: false, fallback: true}", "{fires: false}")
    assert told(files) == ["rule medical-is-high: 1 examples taken out, 1 new"]
    (change,) = difference(small(), book(files))
    assert "petition" in as_line(change).details[0].added[0]
