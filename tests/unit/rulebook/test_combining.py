"""Combining, sentence by sentence: all matching rules count, humans outrank rules, the rest comes from fallback."""

from itertools import permutations
from typing import Any

import pytest

from tests.builders_rules import RULEBOOK, with_rules
from tests.unit.rulebook.cases import case, decided
from triage.domain.decision import Outcome

FALLBACK: dict[str, Any] = {
    "priority": "normal", "department": "coordination", "team": "intake", "handler": "any", "fallback": True,
    "involves": (), "tags": (),
}  # fmt: skip


def outcome(*thens: str, **human: str) -> Outcome:
    """The outcome of rules that all fire, beside a human's words."""
    rules = {f"r{number}": then for number, then in enumerate(thens)}
    return decided(with_rules(rules or {"idle": "{tags: [idle]}"}, {"idle": "{vip: true}"}), case(human=human)).outcome


ROWS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "no rule: everything from fallback": ([], FALLBACK),
    "priority: the highest named": (
        ["{priority: low}", "{priority: high}", "{priority: normal}"], {"priority": "high"},
    ),
    "a named priority below the fallback's counts": (["{priority: low}"], {"priority": "low"}),
    "priority alone leaves the rest to fallback": (["{priority: urgent}"], FALLBACK | {"priority": "urgent"}),
    "department: the first under departments": (
        ["{department: coordination}", "{department: claims}", "{department: care}"],
        {"department": "care", "involves": ("claims", "coordination"), "fallback": False},
    ),
    "fallback says that the department came from it": (["{handler: dedicated, tags: [a]}"], {"fallback": True}),
    "naming fallback's department is not fallback": (
        ["{department: coordination}"], {"department": "coordination", "fallback": False, "team": None},
    ),
    "team: only from rules that name the winner": (
        ["{department: care}", "{department: claims, team: motor}"],
        {"department": "care", "team": None, "involves": ("claims",)},
    ),
    "team: the first in its teams": (
        ["{department: claims, team: motor}", "{department: claims, team: medical}"], {"team": "medical"},
    ),
    "team: null when nobody names one": (["{department: claims}"], {"team": None}),
    "handler: the first under handlers": (
        ["{handler: any}", "{handler: personal_adviser}", "{handler: dedicated}"], {"handler": "personal_adviser"},
    ),
    "tags: all, each once": (["{tags: [b, a]}", "{tags: [c, b]}"], {"tags": ("a", "b", "c")}),
    "a loser's priority, handler and tags count all the same": (
        ["{department: care, priority: low}", "{department: claims, priority: urgent, handler: dedicated, tags: [x]}"],
        {"department": "care", "priority": "urgent", "handler": "dedicated", "tags": ("x",)},
    ),
    "two rules for one department involve nobody": (["{department: care}", "{department: care}"], {"involves": ()}),
}  # fmt: skip
"""What the rules ask for, and what comes of it."""


@pytest.mark.parametrize("name", ROWS)
def test_rules_combine_as_the_contract_says(name: str) -> None:
    """Each sentence about combining, and the order of the rules never matters."""
    thens, expected = ROWS[name]
    for order in permutations(thens):
        found = outcome(*order)
        assert {key: getattr(found, key) for key in expected} == expected


HUMAN_ROWS: dict[str, tuple[list[str], dict[str, str], dict[str, Any]]] = {
    "a priority replaces the rules'": (
        ["{priority: urgent}"], {"priority": "low"},
        {"priority": "low", "held_by_human": ("priority",), "rules_say_higher": True},
    ),
    "the rules do not say higher when they say the same": (
        ["{priority: high}"], {"priority": "high"}, {"held_by_human": ("priority",), "rules_say_higher": False},
    ),
    "a human's higher priority stays": (
        ["{priority: low}"], {"priority": "urgent"}, {"priority": "urgent", "rules_say_higher": False},
    ),
    "fallback's priority counts as the rules' word": ([], {"priority": "low"}, {"rules_say_higher": True}),
    "a department replaces the rules', and theirs is involved": (
        ["{department: care, team: elderly}"], {"department": "claims"},
        {"department": "claims", "team": None, "involves": ("care",), "held_by_human": ("department",)},
    ),
    "a human's department is no fallback": ([], {"department": "care"}, {"fallback": False, "team": None}),
    "a human's department takes the team of rules that name it": (
        ["{department: care}", "{department: claims, team: motor}"], {"department": "claims"},
        {"department": "claims", "team": "motor", "involves": ("care",)},
    ),
    "a handler replaces the rules' and leaves the rest": (
        ["{handler: dedicated, priority: high, department: care}"], {"handler": "any"},
        {"handler": "any", "priority": "high", "department": "care", "held_by_human": ("handler",)},
    ),
    "auto gives back to the rules": (
        ["{priority: high}"], {"priority": "auto"}, {"priority": "high", "held_by_human": ()},
    ),
    "a word that the rulebook does not have is passed over": (
        ["{priority: high, department: care}"], {"priority": "blocker", "department": "finance", "handler": "robot"},
        {"priority": "high", "department": "care", "handler": "any", "held_by_human": (), "fallback": False},
    ),
}  # fmt: skip
"""What the rules ask for, what a human said, and what comes of it."""


@pytest.mark.parametrize("name", HUMAN_ROWS)
def test_a_humans_word_replaces_field_by_field(name: str) -> None:
    """A human's word counts for its field alone, and is told as such."""
    thens, human, expected = HUMAN_ROWS[name]
    found = outcome(*thens, **human)
    assert {key: getattr(found, key) for key in expected} == expected


def test_the_owner_is_a_named_person_always() -> None:
    """Of the last assignment, whatever the department; else the department's duty owner, fallback's while the
    department comes from there."""
    care = with_rules({"r": "{department: care}"})
    assert decided(care).outcome.owner.name == "Lin Meihua"
    assert decided(care, case(human={"department": "claims"})).outcome.owner.id == "cgd"
    assert decided(care, case(human={"department": "claims"}, owner="An Na")).outcome.owner.name == "An Na"
    assert decided(care, case(owner="An Na")).outcome.held_by_human == ("owner",)
    assert outcome().owner.name == "Wang Fang"
    assert outcome("{department: coordination}").owner.name == "Sun Qiang"


def test_fallback_may_have_no_team() -> None:
    """Without a team under fallback the team is null."""
    text = RULEBOOK.replace("team: intake, ", "")
    rules = with_rules({"r": "{priority: high}"}, more={"rulebook.yaml": text})
    assert (decided(rules).outcome.team, decided(rules).outcome.fallback) == (None, True)


def test_a_team_of_a_loser_is_not_the_winners_team_of_the_same_name() -> None:
    """Two departments may call a team alike; only a rule that names the winner names its team."""
    text = RULEBOOK.replace("teams: [illness, elderly]", "teams: [medical]")
    thens = {"r": "{department: care}", "s": "{department: claims, team: medical}"}
    found = decided(with_rules(thens, more={"rulebook.yaml": text})).outcome
    assert (found.department, found.team) == ("care", None)


@pytest.mark.parametrize(
    ("test", "words"),
    [
        ("{between: [100 CNY, 2000 CNY]}", "between 100 CNY, 2000 CNY"),
        ("[2000 CNY, 300 CNY]", "in 300 CNY, 2000 CNY"),
        ("{not_in: [1 CNY, 2 CNY]}", "not_in 1 CNY, 2 CNY"),
    ],
)
def test_a_rule_about_several_amounts_says_why_it_fired(test: str, words: str) -> None:
    rules = with_rules({"amount": "{tags: [x]}"}, {"amount": f"{{amount_disputed: {test}}}"})
    decision = decided(rules, case({"amount_disputed": {"value": 300, "currency": "CNY"}}))
    assert [because.test for reason in decision.reasons for because in reason.because] == [words]
