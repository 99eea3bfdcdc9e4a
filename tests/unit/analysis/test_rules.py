"""Each warning about rules is seen on a planted fault, and not on its nearest sound neighbour."""

import pytest

from tests.builders_rules import compiled
from tests.unit.analysis.folders import APPLIED, folder, told
from triage.rulebook.analysis.rows import unreachable_rows
from triage.rulebook.analysis.universe import universe_of

CLAIMS, CARE = "{department: claims}", "{department: care}"
HIGH, NORMAL = "{priority: high}", "{priority: normal}"

NEVER = {
    "two channels": ("{all: [{channel: phone}, {channel: web}]}", "{any: [{channel: phone}, {channel: web}]}"),
    "ranges apart": ("{customer.age: {less_than: 18, at_least: 65}}", "{customer.age: {at_least: 18, less_than: 65}}"),
    "absent and tested": (
        "{all: [{channel: {known: false}}, {channel: phone}]}",
        "{all: [{channel: {known: false}}, {nature: petition}]}",
    ),
    "every value left out": ("{complexity: {not_in: [simple, complex, special]}}", "{complexity: {not_in: [simple]}}"),
    "none of always": ("{none: [always]}", "{none: [{channel: web}]}"),
    "in and out": (
        "{causes: {contains: surrender}, none: [{causes: {contains_any: [surrender, other]}}]}",
        "{causes: {contains: surrender}, none: [{causes: {contains_any: [claim_delay, other]}}]}",
    ),
}


@pytest.mark.parametrize("name", NEVER)
def test_a_rule_that_can_never_fire(name: str) -> None:
    planted, sound = NEVER[name]
    (message,) = told(folder({"odd": HIGH}, {"odd": planted}), "never-fires")
    assert message.startswith("triage/rules.yaml:2:5 odd can never fire: ")
    assert told(folder({"odd": HIGH}, {"odd": sound}), "never-fires") == []


def test_it_is_told_which_tests_exclude_each_other_and_no_others() -> None:
    when = "{reopened: {at_least: 1}, channel: phone, causes: {contains: other}, all: [{channel: web}]}"
    (message,) = told(folder({"odd": HIGH}, {"odd": when}), "never-fires")
    assert message.endswith("odd can never fire: channel: phone, channel: web never hold together")


APPLIES = {
    "a tag that no rule gives": ("{tags: {contains: medicla}}", "{tags: {contains: medical}}"),
    "two priorities": ("{priority: high, none: [{priority: [high, urgent]}]}", "{priority: [high, urgent]}"),
    "a team that no rule names": ("{team: motor}", "{team: medical}"),
}


@pytest.mark.parametrize("name", APPLIES)
def test_a_policy_that_can_never_apply(name: str) -> None:
    """Tags and teams come from rules only; a human may give every priority."""
    then = {"tagging": "{department: claims, team: medical, tags: [medical]}"}

    def messages(applies_when: str) -> list[str]:
        text = (
            folder(then)["sla/policies.yaml"].decode().replace("applies_when: always", f"applies_when: {applies_when}")
        )
        return told(folder(then, more={"sla/policies.yaml": text}), "never-applies")

    planted, sound = APPLIES[name]
    assert [message.split(" can never")[0] for message in messages(planted)] == [
        "sla/policies.yaml:2:5 decision",
        "sla/policies.yaml:23:5 contact",
    ]
    assert messages(sound) == []


WAITING = {
    "two kinds": ("{all: [{kind: final}, {kind: holding}]}", "{kind: [final, holding]}"),
    "no kind of all": ("{kind: {not_in: [final, holding, interim]}}", "{kind: {not_in: [holding, interim]}}"),
}


@pytest.mark.parametrize("name", WAITING)
def test_a_clock_that_waits_in_vain(name: str) -> None:
    planted, sound = WAITING[name]

    def messages(when: str) -> list[str]:
        text = APPLIED.replace("when: {kind: final}", f"when: {when}")
        return told(folder({"a": HIGH}, more={"sla/policies.yaml": text}), "never-matches")

    (message,) = messages(planted)
    assert message.startswith("sla/policies.yaml:2:5 decision/answer waits for complaint.reply_sent in vain: ")
    assert messages(sound) == []


def test_a_part_that_can_never_hold() -> None:
    """The rule itself can fire, but one item of its `any` cannot."""
    when = "{channel: phone, any: [{nature: petition}, {channel: web}]}"
    (message,) = told(folder({"odd": HIGH}, {"odd": when}), "dead-part")
    assert message == (
        "triage/rules.yaml:5:55 channel: web in odd can never hold: channel: phone, channel: web never hold together"
    )
    assert told(folder({"odd": HIGH}, {"odd": when.replace("channel: phone", "reopened: 1")}), "dead-part") == []


def test_a_part_that_another_holds_already() -> None:
    when = "{any: [{customer.age: {at_least: 65}}, {customer.age: {at_least: 80}}]}"
    (message,) = told(folder({"odd": HIGH}, {"odd": when}), "needless-part")
    assert message == (
        "triage/rules.yaml:5:66 customer.age: {at_least: 80} in odd adds nothing: customer.age: {at_least: 65} holds"
        " whenever it does"
    )
    assert told(folder({"odd": HIGH}, {"odd": when.replace("80", "60, at_most: 64")}), "needless-part") == []


def test_of_two_parts_that_are_the_same_one_is_needless() -> None:
    when = "{any: [{channel: phone}, {channel: [phone]}]}"
    assert len(told(folder({"odd": HIGH}, {"odd": when}), "needless-part")) == 1


def test_a_duplicate_rule() -> None:
    """However its condition is written; another wish makes it a rule of its own."""
    whens = {"first": "{channel: [phone, web]}", "second": "{any: [{channel: web}, {channel: phone}]}"}
    assert told(folder({"first": HIGH, "second": HIGH}, whens), "duplicate-rule") == [
        "triage/rules.yaml:9:5 second fires exactly when first does and asks for the same"
    ]
    assert told(folder({"first": HIGH, "second": "{tags: [x]}"}, whens), "duplicate-rule") == []
    whens["second"] = "{channel: web}"
    assert told(folder({"first": HIGH, "second": HIGH}, whens), "duplicate-rule") == []


OVER_65, OVER_80 = "{customer.age: {at_least: 65}}", "{customer.age: {at_least: 80}}"
SHADOWS = {
    "less priority": ("{priority: high, tags: [old]}", NORMAL, True),
    "more priority": ("{priority: high, tags: [old]}", "{priority: urgent}", False),
    "another tag": ("{priority: high, tags: [old]}", "{tags: [very-old]}", False),
    "the same department": ("{department: care, team: illness}", CARE, True),
    "another department": ("{department: care, team: illness}", CLAIMS, False),
    "a team that stands before": ("{department: care, team: elderly}", "{department: care, team: illness}", False),
    "a team that stands behind": ("{department: care, team: illness}", "{department: care, team: elderly}", True),
    "a less special handler": ("{handler: dedicated}", "{handler: any}", True),
    "a more special handler": ("{handler: dedicated}", "{handler: personal_adviser}", False),
    "a policy more": ("{priority: high}", "{policies: [contact]}", False),
}


@pytest.mark.parametrize("name", SHADOWS)
def test_a_rule_that_another_shadows(name: str) -> None:
    broad, narrow, shadowed = SHADOWS[name]
    found = told(folder({"broad": broad, "narrow": narrow}, {"broad": OVER_65, "narrow": OVER_80}), "shadowed-rule")
    assert (
        found
        == ["triage/rules.yaml:9:5 narrow adds nothing: whenever it fires, broad fires too and asks for as much"][
            : int(shadowed)
        ]
    )


def test_a_rule_that_several_shadow_together() -> None:
    thens = {"p": HIGH, "t": "{tags: [old]}", "both": "{priority: high, tags: [old]}", "other": "{tags: [x]}"}
    whens = {"p": OVER_65, "t": "{customer.age: {known: true}}", "both": OVER_80, "other": OVER_65}
    assert told(folder(thens, whens), "shadowed-rule") == [
        "triage/rules.yaml:16:5 both adds nothing: whenever it fires, p, t fire too and ask for as much"
    ]
    assert told(folder(thens, whens | {"t": "{channel: web}"}), "shadowed-rule") == []


def test_of_rules_that_cover_each_other_all_but_one_are_told() -> None:
    thens = {"a": "{priority: high, tags: [x]}", "b": HIGH, "c": "{tags: [x]}"}
    found = told(folder(thens, dict.fromkeys(thens, OVER_65)), "shadowed-rule")
    assert [message.split(" ")[1] for message in found] == ["c", "b"]


def test_a_rule_is_not_shadowed_by_one_that_ends_before_it() -> None:
    files = folder({"broad": HIGH, "narrow": NORMAL}, {"broad": OVER_65, "narrow": OVER_80})
    text = files["triage/rules.yaml"].decode()
    for span, shadowed in (("{to: 2027-01-01}", False), ("{from: 2026-05-01}", False), ("{from: 2020-01-01}", False)):
        effective = text.replace("  - id: broad\n", f"  - id: broad\n    effective: {span}\n")
        assert bool(told(files | {"triage/rules.yaml": effective.encode()}, "shadowed-rule")) is shadowed
    inside = text.replace("  - id: narrow\n", "  - id: narrow\n    effective: {from: 2026-05-01, to: 2026-06-01}\n")
    inside = inside.replace("  - id: broad\n", "  - id: broad\n    effective: {from: 2026-01-01, to: 2026-06-01}\n")
    assert told(files | {"triage/rules.yaml": inside.encode()}, "shadowed-rule")


def test_a_special_rule_whose_department_always_loses() -> None:
    """care stands before claims: the narrow rule never sends anything to claims, the other way round it does."""
    whens = {"broad": OVER_65, "narrow": OVER_80}
    assert told(folder({"broad": CARE, "narrow": CLAIMS}, whens), "outranked-department") == [
        "triage/rules.yaml:9:5 narrow never makes claims the owner: whenever it fires, broad names care, which comes"
        " first"
    ]
    assert told(folder({"broad": CLAIMS, "narrow": CARE}, whens), "outranked-department") == []


OVERLAPS = {
    "pieces that overlap": ("{line_of_business: [health, accident]}", "{line_of_business: [accident, life]}", True),
    "pieces apart": ("{line_of_business: [health, accident]}", "{line_of_business: [motor, life]}", False),
    "ranges that overlap": ("{customer.age: {at_most: 65}}", "{customer.age: {at_least: 65}}", True),
    "ranges that touch": ("{customer.age: {less_than: 65}}", "{customer.age: {at_least: 65}}", False),
    "an exception": ("{line_of_business: [health, accident]}", "{line_of_business: accident}", False),
    "different facts": ("{line_of_business: health}", "{channel: phone}", False),
    "lists, which may hold both": ("{causes: {contains: surrender}}", "{causes: {contains: other}}", False),
    "pieces kept apart by another fact": (
        "{line_of_business: [health, accident], channel: phone}",
        "{line_of_business: [accident, life], channel: web}",
        False,
    ),
}


@pytest.mark.parametrize("name", OVERLAPS)
def test_rules_that_divide_a_fact_and_overlap(name: str) -> None:
    first, second, overlapping = OVERLAPS[name]
    whens = {"first": first, "second": second}
    assert bool(told(folder({"first": CLAIMS, "second": CARE}, whens), "overlap")) is overlapping
    assert told(folder({"first": CARE, "second": CARE}, whens), "overlap") == []


def test_an_overlap_is_shown_by_an_example_and_by_who_wins() -> None:
    whens = {"first": "{amount_disputed: {at_most: 5000 CNY}}", "second": "{amount_disputed: {at_least: 4000 CNY}}"}
    assert told(folder({"first": CLAIMS, "second": CARE}, whens), "overlap") == [
        "triage/rules.yaml:9:5 second names care, first claims; both can fire, and care is the owner: for"
        " instance {amount_disputed: 4000 CNY}"
    ]


def test_every_overlap_is_told_when_it_is_asked_for() -> None:
    whens = {"first": "{channel: phone}", "second": "{description: {mentions: medical}}", "third": "{channel: web}"}
    thens = {"first": CLAIMS, "second": CARE, "third": "{department: coordination}"}
    found = told(folder(thens, whens), "overlap", every_overlap=True)
    assert [message.rpartition("instance ")[2] for message in found] == [
        "{channel: phone, description: 医疗事故}",
        "{description: 医疗事故, channel: web}",
    ]


def test_rules_that_are_never_in_force_together_do_not_overlap() -> None:
    first, second, _ = OVERLAPS["pieces that overlap"]
    files = folder({"first": CLAIMS, "second": CARE}, {"first": first, "second": second})
    text = (
        files["triage/rules.yaml"]
        .decode()
        .replace("  - id: first\n", "  - id: first\n    effective: {to: 2026-04-30}\n")
    )
    for start, overlapping in (("2026-05-01", False), ("2026-04-30", True)):
        later = text.replace("  - id: second\n", f"  - id: second\n    effective: {{from: {start}}}\n")
        assert bool(told(files | {"triage/rules.yaml": later.encode()}, "overlap")) is overlapping


ROWS = {
    "row-2": "{customer.age: {at_least: 65}}",
    "row-3": "{channel: web}",
    "row-4": "{customer.age: {less_than: 65}}",
    "row-5": "{customer.age: {known: true}, line_of_business: health}",
    "row-6": "always",
}


def test_rows_that_are_never_reached() -> None:
    """Of a table of which the first row counts: two together leave nothing for the fourth."""

    def messages(whens: dict[str, str]) -> list[str]:
        rulebook = compiled(folder(dict.fromkeys(whens, HIGH), whens)).rulebook
        found = list(unreachable_rows(universe_of(rulebook), rulebook.rules))
        assert {one.code for one in found} <= {"unreachable-row"}
        return [f"{one.line} {one.message}" for one in found]

    assert messages(ROWS) == ["23 row-5 is never reached: row-2, row-4 come before it and leave nothing"]
    assert messages(ROWS | {"row-4": "{customer.age: {less_than: 64}}"}) == []
