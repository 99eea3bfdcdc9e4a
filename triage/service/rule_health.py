"""Rule health: what the rules of one revision did over a stretch of the past, and what of them ends soon. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from monitors.clocks.policy import Policy
from triage.ports import PastRow
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.model import Rule, TermList
from triage.wording.text import NOTHING, Text, say


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """One thing seen. `code`: which kind, the same in every language. `subject`: the id of a rule, a term list, a
    policy, a calendar, a clock, a department, or nothing. `count`, `items`: how many, and which; of cases the longest
    waiting ones. `hint`: what to do; nothing for what is no trouble."""

    code: str
    subject: str
    title: dict[str, str] = {}
    count: int
    items: tuple[str, ...] = ()
    message: Text
    hint: Text = NOTHING

    @property
    def is_trouble(self) -> bool:
        """Whether somebody has something to do."""
        return bool(self.hint)


class SignLine(msgspec.Struct, frozen=True, kw_only=True):
    """A sign as `rules health --json` prints it; `message` and `hint` in the reader's language."""

    code: str
    subject: str
    title: dict[str, str]
    count: int
    items: tuple[str, ...]
    trouble: bool
    message: str
    hint: str


def sign_line(sign: Sign, language: str) -> SignLine:
    """The sign for a reader of the language."""
    return SignLine(
        code=sign.code,
        subject=sign.subject,
        title=sign.title,
        count=sign.count,
        items=sign.items,
        trouble=sign.is_trouble,
        message=sign.message.said(language),
        hint=sign.hint.said(language),
    )


class _Named(msgspec.Struct, frozen=True):
    rule: str


class _Reasons(msgspec.Struct, frozen=True):
    reasons: tuple[_Named, ...] = ()


class _Told(msgspec.Struct, frozen=True):
    data: dict[str, Any] = {}


class ListCounts(NamedTuple):
    """What the texts did to one term list: in how many each term counted, and each not_term saved a hit."""

    hits: Counter[str]
    saves: Counter[str]


class LookedBack(msgspec.Struct):
    """Counts over a stretch of the past. `fired`: in how many decisions each rule is a reason. `terms`: by list.
    `erased`: registrations and amendments whose words are gone."""

    fired: Counter[str]
    terms: dict[str, ListCounts]
    erased: int = 0


_REASONS, _TOLD = msgspec.json.Decoder(_Reasons), msgspec.json.Decoder(_Told)


def look_back(rows: Iterable[PastRow], rules: CompiledRulebook) -> LookedBack:
    """Count, reading the rows once; what cannot be read counts for nothing."""
    seen = LookedBack(Counter(), {name: ListCounts(Counter(), Counter()) for name in rules.rulebook.terms})
    for row in rows:
        if row.decision is not None:
            seen.fired.update(_fired(row.decision))
        if row.body is not None:
            for text in _texts(row.body, rules):
                _count_terms(text, rules, seen)
        elif row.is_told:
            seen.erased += 1
    return seen


def _fired(decision: str) -> set[str]:
    try:
        return {reason.rule for reason in _REASONS.decode(decision).reasons}
    except msgspec.DecodeError:
        return set()


def _texts(body: str, rules: CompiledRulebook) -> Iterator[str]:
    try:
        data = _TOLD.decode(body).data
    except msgspec.DecodeError:
        return
    yield from rules.facts.texts_of(data)
    if isinstance(patch := data.get("patch"), dict):
        yield from rules.facts.texts_of(patch)


def _count_terms(text: str, rules: CompiledRulebook, seen: LookedBack) -> None:
    """Each term and each not_term once a text."""
    spotted = rules.terms.spotted(text)
    for name, term in {(one.list_id, one.term) for one in spotted if not one.savers}:
        seen.terms[name].hits[term] += 1
    for name, saver in {(one.list_id, saver) for one in spotted for saver in one.savers}:
        seen.terms[name].saves[saver] += 1


def never_fired(rules: CompiledRulebook, counted: Mapping[str, int], since: date, today: date) -> Iterator[Sign]:
    """Active rules, and rows of tables, that were in force since `since` or later and are a reason of no decision."""
    for rule in _active(rules):
        begins = max(since, rule.effective_from or since)
        if counted.get(rule.id, 0) == 0 and begins < today and (rule.effective_to or today) >= since:
            yield Sign(
                code="rule-never-fired",
                subject=rule.id,
                title=rule.title,
                count=0,
                message=say("{rule} fired in no decision since {since}", rule=rule.id, since=f"{begins}"),
                hint=say("ask whether it is still needed; try it with a case that it was written for (triage try)"),
            )


def silent_terms(rules: CompiledRulebook, counted: Mapping[str, ListCounts], since: date) -> Iterator[Sign]:
    """By term list: terms that hit no text; not_terms that saved a hit, which is their worth, and that saved none."""
    for terms in rules.rulebook.terms.values():
        found = counted[terms.id]
        silent = tuple(term for term in dict.fromkeys(terms.terms) if not found.hits[term])
        idle = tuple(term for term in dict.fromkeys(terms.not_terms) if not found.saves[term])
        if silent:
            yield _silent(terms, silent, since)
        if found.saves:
            yield _worth(terms, found.saves)
        if idle:
            yield _idle(terms, idle, since)


def _silent(terms: TermList, silent: tuple[str, ...], since: date) -> Sign:
    return Sign(
        code="terms-never-hit",
        subject=terms.id,
        title=terms.title,
        count=len(silent),
        items=silent,
        message=say(
            "{list}: {count} of {all} terms counted in no text since {since}: {terms}",
            list=terms.id, count=len(silent), all=len(dict.fromkeys(terms.terms)), since=f"{since}", terms=silent,
        ),
        hint=say("look up how customers say it, and write that instead or beside it"),
    )  # fmt: skip


def _worth(terms: TermList, saves: Counter[str]) -> Sign:
    ordered = sorted(saves.items(), key=lambda one: (-one[1], one[0]))
    return Sign(
        code="not-terms-saved",
        subject=terms.id,
        title=terms.title,
        count=saves.total(),
        items=tuple(term for term, _ in ordered),
        message=say(
            "{list}: not_terms kept hits from counting: {saves}",
            list=terms.id, saves=tuple(f"{term} {count}" for term, count in ordered),
        ),
    )  # fmt: skip


def _idle(terms: TermList, idle: tuple[str, ...], since: date) -> Sign:
    return Sign(
        code="not-terms-never-saved",
        subject=terms.id,
        title=terms.title,
        count=len(idle),
        items=idle,
        message=say(
            "{list}: not_terms that saved no hit since {since}: {terms}",
            list=terms.id, since=f"{since}", terms=idle,
        ),
        hint=say("keep what a customer may still write, take out the rest"),
    )  # fmt: skip


def ending(rules: CompiledRulebook, today: date, within: timedelta) -> Iterator[Sign]:
    """Calendars, policies and rules that have ended or will within the time."""
    book, soon = rules.rulebook, today + within
    for calendar in book.calendars.values():
        if calendar.known_until <= soon:
            yield Sign(
                code="calendar-ends",
                subject=calendar.id,
                title=calendar.title,
                count=(calendar.known_until - today).days,
                message=say("calendar {calendar}: holidays are known until {until}", calendar=calendar.id,
                            until=f"{calendar.known_until}"),
                hint=say("enter the next year's holidays; deadlines counted beyond are provisional until then"),
            )  # fmt: skip
    policies = [policy for policy in book.policies.values() if policy.status == "active"]
    dated: list[Policy | Rule] = [*policies, *_active(rules)]
    for one in dated:
        if one.effective_to is not None and one.effective_to <= soon:
            yield Sign(
                code="policy-ends" if isinstance(one, Policy) else "rule-ends",
                subject=one.id,
                title=one.title,
                count=(one.effective_to - today).days,
                message=say("{subject} is in force until {until}", subject=one.id, until=f"{one.effective_to}"),
                hint=say("move effective.to, write what follows it, or set status: disabled"),
            )


def _active(rules: CompiledRulebook) -> list[Rule]:
    return sorted((rule for rule in rules.rulebook.rules if rule.status == "active"), key=lambda rule: rule.id)


def nothing_received(since: datetime) -> Sign:
    """Without complaints nothing can be said of rules and terms."""
    return Sign(
        code="nothing-received",
        subject="",
        count=0,
        message=say("no complaint was received since {since}", since=f"{since:%Y-%m-%d}"),
        hint=say("look further back with --days, or ask whether this is the right store"),
    )
