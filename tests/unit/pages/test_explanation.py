"""The page of an explanation: whole, self-contained, in the reader's language, and markup in values stays text."""

import re
from functools import cache

import pytest

from tests.builders_rules import RULES, compiled, sound_rules
from tests.unit.pages.reading import Page
from tests.unit.service.desk import Desk
from tests.unit.service.explained import told_of
from triage.main.pages import explanation_page
from triage.service.explain import explain

HOSTILE = "<script>alert('1')</script>\"&"
LANGUAGES = ("en", "zh-Hant", "zh-Hans")
SECRETS = ("Zhang San", "13800000000", "1950-01-31", "malpractice", "bereaved")


@cache
def desk() -> Desk:
    """A case with markup in the title of a rule, in values, names and faults, and with personal data."""
    hostile = RULES.replace("en: Medical dispute", "en: '<script>alert(''1'')</script>\"&'").replace(
        "        - description: {mentions: medical}",
        "        - description: {mentions: medical}\n        - policy_no: {mentions: medical}",
    )
    one = Desk(compiled(sound_rules() | {"triage/rules.yaml": hostile.encode()}))
    one.is_registered(
        customer={"id": HOSTILE, "name": "Zhang San", "contact": "13800000000", "birth_date": "1950-01-31",
                  "circumstances": ["bereaved"]},
        description="malpractice", policy_no=HOSTILE, channel=HOSTILE,
    )  # fmt: skip
    one.happens("assigned", "2026-03-02 11:00", owner={"id": "w", "name": HOSTILE}, by=HOSTILE)
    return one


def page(language: str, *, personal: bool = False) -> str:
    explanation = explain(told_of(desk(), "2026-03-10 10:00"), personal=personal)
    return explanation_page(explanation, language, every=True, one=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_and_loads_nothing(language: str) -> None:
    """Well-formed, no script, link or resource, no address of any kind; it prints, and is light or dark."""
    text = page(language)
    read = Page(text)
    assert read.elements[0] == ("html", {"lang": language})
    loading = {"script", "link", "img", "iframe", "object", "embed", "base", "form"}
    assert [tag for tag, _ in read.elements if tag in loading] == []
    attributes = {name for _, found in read.elements for name in found}
    assert attributes.isdisjoint({"src", "href", "srcset", "action"})
    assert [name for name in attributes if name.startswith("on")] == []
    assert re.findall(r"https?:|url\(|@import|//[a-z]", text) == []
    assert "@media print" in text
    assert "prefers-color-scheme: dark" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_markup_in_values_is_text(language: str) -> None:
    """In the rule's title (where the language has it), the policy's number, the owner, who assigned, and the fault."""
    text = page(language)
    assert "<script" not in text
    assert "".join(Page(text).said).count(HOSTILE) >= 4


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_personal_is_on_it_unless_asked_for(language: str) -> None:
    """And then under a heading that says so."""
    assert [secret for secret in SECRETS if secret in page(language)] == []
    with_it = page(language, personal=True)
    assert [secret for secret in SECRETS if secret not in with_it] == []
    heading = {"en": "Personal data", "zh-Hant": "個人資料，應要求顯示", "zh-Hans": "个人信息，应要求显示"}
    assert heading[language] in with_it


def test_one_rule_alone_has_a_page_too() -> None:
    """The decision and that rule, nothing else."""
    explanation = explain(told_of(desk(), "2026-03-10 10:00"), rule="medical-is-high")
    said = Page(explanation_page(explanation, "en", every=False, one=True)).said
    assert "The rule" in said
    assert not {"Why", "Clocks"} & set(said)


def test_it_says_what_the_terminal_says() -> None:
    """Decision, fields, rules with their tests and paths, clocks with their dates."""
    said = " ".join("".join(Page(page("en")).said).split())
    for words in (
        "Why case C-1 stands as it does",
        "Named by medical-is-high.",
        "Rules that fired: 1 of 1",
        "description mentions a term of medical — personal, not shown when.any[1].description",
        "Due Tue 17 March 2026 23:59: received Mon 2 March 2026, 15 calendar days, 0 days paused.",
        "2026-03-17 · 15",
    ):
        assert words in said, words
