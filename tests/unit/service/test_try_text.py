"""`triage try`: which terms a text hits, what saved it, and what would be decided."""

import pytest

from tests.builders_rules import CALENDAR, RULES, changed, compiled, sound_rules, with_rules
from triage.service.try_text import try_text

SOUND = compiled(sound_rules())


def test_a_text_that_hits_is_decided_by_its_rule() -> None:
    """The term, its list, how it is written in the text, the outcome and why."""
    tried = try_text(SOUND, "因為醫療事故住院")
    assert tried["hits"] == [{"list": "medical", "term": "医疗事故", "found": "醫療事故", "saved_by": None}]
    outcome = tried["outcome"]
    assert (outcome["priority"], outcome["department"], outcome["team"], outcome["handler"], outcome["tags"]) == (
        "high", "claims", "medical", "dedicated", ("medical",),
    )  # fmt: skip
    assert [reason["rule"] for reason in tried["reasons"]] == ["medical-is-high"]
    assert not outcome["fallback"]


def test_what_saves_a_text_is_named() -> None:
    """The hit is shown with the not_term that it lies in, and does not count."""
    tried = try_text(SOUND, "投保医疗事故责任险")
    assert tried["hits"] == [{"list": "medical", "term": "医疗事故", "found": "医疗事故", "saved_by": "医疗事故责任险"}]
    assert (tried["reasons"], tried["outcome"]["fallback"]) == ((), True)


def test_a_saved_and_a_true_hit_stand_side_by_side() -> None:
    """One is saved, the other counts."""
    tried = try_text(SOUND, "投保医疗事故责任险后发生医疗事故, clear Malpractice")
    assert [(hit["found"], hit["saved_by"]) for hit in tried["hits"]] == [
        ("医疗事故", "医疗事故责任险"), ("医疗事故", None), ("Malpractice", None),
    ]  # fmt: skip
    assert tried["outcome"]["priority"] == "high"


@pytest.mark.parametrize("text", ["", "  ", "nothing of the kind", "𠮷\U0001f600\u2028 %s {} \\", "x" * 100_000])
def test_any_text_is_answered(text: str) -> None:
    """What hits nothing goes where a complaint of which nothing is known goes."""
    tried = try_text(SOUND, text)
    assert tried["hits"] == []
    assert (tried["outcome"]["department"], tried["outcome"]["fallback"]) == ("coordination", True)
    assert tried["outcome"]["owner"] == {"id": "Wang Fang", "name": "Wang Fang"}


def test_nothing_but_the_text_is_known() -> None:
    """Rules about any other fact do not fire, those about the absence of one do."""
    rules = with_rules(
        {"by-phone": "{tags: [phone]}", "young": "{tags: [young]}", "unknown": "{tags: [unknown]}"},
        {
            "by-phone": "{channel: phone}",
            "young": "{customer.age: {less_than: 30}}",
            "unknown": "{causes: {known: false}}",
        },
    )
    assert try_text(rules, "phone")["outcome"]["tags"] == ("unknown",)


@pytest.mark.parametrize(
    ("effective", "examples_on", "known_from", "fires"),
    [
        ("{from: 2026-03-02}", "2026-03-02", "2026-01-01", True),
        ("{from: 2026-03-03}", "2026-03-02", "2026-01-01", False),
        ("{to: 2026-03-02}", "2026-03-02", "2026-01-01", True),
        ("{to: 2026-03-01}", "2026-03-02", "2026-01-01", False),
        ("{to: 2025-06-01}", None, "2025-06-01", True),
        ("{from: 2025-06-02}", None, "2025-06-01", False),
        ("{to: 2026-01-01}", None, None, True),
        ("{from: 2026-01-02}", None, None, False),
    ],
)
def test_the_day_is_the_rulebooks_and_never_today(
    effective: str, examples_on: str | None, known_from: str | None, fires: bool
) -> None:
    """Received on `examples_on` in the rulebook's zone, else on the day its calendar begins, else on a fixed one."""
    rule = RULES.replace("    when:\n", f"    effective: {effective}\n    when:\n", 1)
    on = f"examples_on: {examples_on}\n" if examples_on else ""
    begins = f"  known_from: {known_from}\n" if known_from else ""
    files = {
        **changed("rulebook.yaml", "examples_on: 2026-03-02\n", on),
        "calendars/cn.yaml": CALENDAR.replace("  known_from: 2026-01-01\n", begins).encode(),
        "triage/rules.yaml": rule.encode(),
    }
    tried = try_text(compiled(files), "malpractice")
    assert [reason["rule"] for reason in tried["reasons"]] == (["medical-is-high"] if fires else [])
