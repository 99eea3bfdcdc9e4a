"""`triage try`: which terms a text hits, what saved it, and what would be decided."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from tests.builders_rules import CALENDAR, RULES, changed, compiled, sound_rules, with_rules
from triage.domain.event import Person
from triage.domain.facts import Money
from triage.errors import WrongSettings
from triage.rulebook.scripts import in_other_script, script_of
from triage.service.given_facts import given_facts
from triage.service.near_rules import Unmet
from triage.service.try_text import Tried, try_text

SOUND = compiled(sound_rules())
VOCABULARY = SOUND.rulebook.vocabulary.facts


def fired(tried: Tried) -> list[str]:
    return [reason.rule for reason in tried.reasons]


def test_a_text_that_hits_is_decided_by_its_rule() -> None:
    """The term, its list, how it is written in the text, the outcome and why."""
    tried = try_text(SOUND, "因為醫療事故住院")
    (hit,) = tried.hits
    assert (hit.list, hit.title["en"], hit.term, hit.found) == ("medical", "Medical accident", "医疗事故", "醫療事故")
    assert (hit.start, hit.end, hit.term_script, hit.found_script) == (2, 6, "simplified", "traditional")
    outcome = tried.outcome
    assert (outcome.priority, outcome.department, outcome.team, outcome.handler, outcome.tags) == (
        "high", "claims", "medical", "dedicated", ("medical",),
    )  # fmt: skip
    assert fired(tried) == ["medical-is-high"]
    assert not outcome.fallback


def test_what_saves_a_text_is_named() -> None:
    """The hit is shown with the not_term that it lies in, and does not count."""
    tried = try_text(SOUND, "投保医疗事故责任险")
    assert [(hit.found, hit.saved_by) for hit in tried.hits] == [("医疗事故", "医疗事故责任险")]
    assert (tried.reasons, tried.outcome.fallback, tried.mentioned) == ((), True, ())


def test_a_saved_and_a_true_hit_stand_side_by_side() -> None:
    """One is saved, the other counts."""
    tried = try_text(SOUND, "投保医疗事故责任险后发生医疗事故, clear Malpractice")
    assert [(hit.found, hit.saved_by) for hit in tried.hits] == [
        ("医疗事故", "医疗事故责任险"), ("医疗事故", None), ("Malpractice", None),
    ]  # fmt: skip
    assert tried.outcome.priority == "high"
    assert tried.mentioned == ("medical",)


@pytest.mark.parametrize("text", ["", "  ", "nothing of the kind", "𠮷\U0001f600\u2028 %s {} \\", "x" * 100_000])
def test_any_text_is_answered(text: str) -> None:
    """What hits nothing goes where a complaint of which nothing is known goes."""
    tried = try_text(SOUND, text)
    assert tried.hits == ()
    assert (tried.outcome.department, tried.outcome.fallback) == ("coordination", True)
    assert tried.outcome.owner == Person("Wang Fang", "Wang Fang")


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
    assert try_text(rules, "phone").outcome.tags == ("unknown",)
    assert try_text(rules, "phone", {"channel": "phone", "customer.age": 29}).outcome.tags == (
        "phone", "unknown", "young",
    )  # fmt: skip


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
    assert fired(tried) == (["medical-is-high"] if fires else [])


@pytest.mark.parametrize(("day", "fires"), [(3, False), (4, True), (5, True), (6, False)])
def test_the_day_may_be_given(day: int, fires: bool) -> None:
    """As a date, or as the receipt."""
    rule = RULES.replace("    when:\n", "    effective: {from: 2026-05-04, to: 2026-05-05}\n    when:\n", 1)
    rules = compiled({**sound_rules(), "triage/rules.yaml": rule.encode()})
    receipt = datetime(2026, 5, day, 3, tzinfo=UTC)
    for tried in (
        try_text(rules, "malpractice", on=date(2026, 5, day)),
        try_text(rules, "malpractice", {"received_at": receipt}),
    ):
        assert (fired(tried), tried.on) == (["medical-is-high"] if fires else [], f"2026-05-{day:02}")


@pytest.mark.parametrize(
    ("text", "script", "other"),
    [
        ("醫療事故", "traditional", ("simplified", "医疗事故")),
        ("医疗事故", "simplified", ("traditional", "醫療事故")),
        ("台灣醫療", "traditional", ("simplified", "台湾医疗")),
        ("一直", "either", None),
        ("malpractice", "latin", None),
        ("", "latin", None),
        ("delay 拖延 医疗", "simplified", ("traditional", "delay 拖延 醫療")),
    ],
)
def test_a_text_has_a_script_and_may_have_another(text: str, script: str, other: tuple[str, str] | None) -> None:
    assert script_of(text) == script
    assert in_other_script(text) == other


def test_the_other_script_does_the_same() -> None:
    """It is shown, and what it hits and what is decided is compared."""
    other = try_text(SOUND, "因為醫療事故住院").other_script
    assert other is not None
    assert (other.script, other.text, other.same) == ("simplified", "因为医疗事故住院", True)
    assert try_text(SOUND, "malpractice").other_script is None


WHENS = {
    "by-phone": "{description: {mentions: medical}, channel: phone}",
    "by-fax-or-old": "{description: {mentions: medical}, any: [{channel: fax}, {customer.age: {at_least: 70}}]}",
    "not-medical": "{all: [{causes: {known: false}}, {none: [{description: {mentions: medical}}]}]}",
    "fires": "{description: {mentions: medical}}",
    "far": "{channel: web, line_of_business: motor}",
}
NEAR = with_rules(dict.fromkeys(WHENS, "{tags: [x]}"), WHENS)


def test_rules_that_came_near_say_what_is_missing() -> None:
    """Those whose term list is hit, or that test a given fact which holds; of alternatives one is needed."""
    fact_is = Unmet("channel", "is phone", holds=False)
    fax_or_old = (Unmet("channel", "is fax", holds=False), Unmet("customer.age", "at_least 70", holds=False))
    blocked = (Unmet("description", "mentions medical", holds=True),)
    near = {one.rule: one.missing for one in try_text(NEAR, "malpractice").near}
    assert near == {"by-phone": ((fact_is,),), "by-fax-or-old": (fax_or_old,), "not-medical": (blocked,)}


def test_a_given_fact_brings_rules_near() -> None:
    tried = try_text(NEAR, "nothing", {"channel": "web"})
    assert [one.rule for one in tried.near] == ["far"]
    assert tried.near[0].missing == ((Unmet("line_of_business", "is motor", holds=False),),)
    assert try_text(NEAR, "投保医疗事故责任险").near == ()


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        (["channel=phone"], {"channel": "phone"}),
        (["channel = phone"], None),
        (["causes=claim_delay|other"], {"causes": ("claim_delay", "other")}),
        (["causes=claim_delay", "causes=other"], {"causes": ("claim_delay", "other")}),
        (["customer.age=70"], {"customer.age": 70}),
        (["weight=1.5"], {"weight": 1.5}),
        (["vip=true"], {"vip": True}),
        (["amount_disputed=50000 CNY"], {"amount_disputed": Money(50000, "CNY")}),
        (["customer.birth_date=1950-01-02"], {"customer.birth_date": date(1950, 1, 2)}),
        (["received_at=2026-03-02T10:00+08:00"], {"received_at": datetime(2026, 3, 2, 2, tzinfo=UTC)}),
        (["policy_no=a=b"], {"policy_no": "a=b"}),
        (["nature=petition"], {"nature": "petition"}),
    ],
)
def test_given_facts_are_typed_by_the_vocabulary(pairs: list[str], found: dict[str, Any] | None) -> None:
    if found is None:
        with pytest.raises(WrongSettings):
            given_facts(VOCABULARY, pairs)
    else:
        assert given_facts(VOCABULARY, pairs) == found


def test_every_wrong_fact_is_named_at_once() -> None:
    """With the word that was probably meant."""
    pairs = [
        "chanel=phone", "channel=fone", "channel=", "vip=yes", "customer.age=old", "amount_disputed=3",
        "causes=a|other", "received_at=2026-03-02T10:00", "phone", "description=x",
    ]  # fmt: skip
    with pytest.raises(WrongSettings) as raised:
        given_facts(VOCABULARY, pairs)
    assert len(raised.value.reasons) == len(pairs)
    assert raised.value.reasons[0] == '--given chanel: there is no such fact: did you mean "channel"?'
    assert 'did you mean "phone"?' in raised.value.reasons[1]
