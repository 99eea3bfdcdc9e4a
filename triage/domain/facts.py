"""Facts: the flat, typed vocabulary that rules speak, and how a case states them."""

import enum
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import msgspec

Facts = dict[str, Any]
"""Fact name to value. A missing key is an absent fact. Values by type: text `str`; number `int | float`;
whole `int`; money `Money`; yes_no `bool`; date `date`; instant `datetime` (UTC); texts `tuple[str, ...]`.
Beside each text fact that a term list was run over stands `<fact> mentions`: a frozenset of the ids of the
lists that hit."""


class FactType(enum.StrEnum):
    """The declared type of a fact, as `facts.yaml` names it."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    MONEY = "money"
    YES_NO = "yes_no"
    DATE = "date"
    INSTANT = "instant"
    TEXTS = "texts"


class Money(msgspec.Struct, frozen=True):
    """An amount and its ISO 4217 currency."""

    value: float
    currency: str


class FactSpec(msgspec.Struct, frozen=True, kw_only=True):
    """A declared fact. `values`: the closed set it may take, when it has one. `path`: where a deployment's
    own fact stands in the registered data. `personal`: its values never leave the service."""

    name: str
    type: FactType
    values: tuple[str, ...] | None = None
    personal: bool = False
    path: str | None = None
    title: dict[str, str] = {}


CHANNELS = ("phone", "email", "wechat", "counter", "web", "app", "letter", "regulator", "media", "other")
CLAIM_STAGES = ("notification", "documents", "assessment", "settlement", "payment", "after_payment")
LINES_OF_BUSINESS = (
    "motor", "health", "critical_illness", "accident", "life", "annuity", "property", "homeowners", "travel",
    "liability", "credit", "group", "other",
)  # fmt: skip
CAUSES = (
    "claim_delay", "claim_denial", "amount_dispute", "document_requirements", "document_review",
    "assessment_dispute", "clause_interpretation", "medical_dispute", "information_gap", "service_attitude",
    "payment_delay", "surrender", "sales_conduct", "data_privacy", "other",
)  # fmt: skip
CIRCUMSTANCES = (
    "elderly", "seriously_ill", "disabled", "bereaved", "minor", "financial_hardship", "language_barrier",
)  # fmt: skip
COMPLEXITIES = ("simple", "complex", "special")
STATUSES = (
    "unregistered", "registered", "verified", "assigned", "investigating", "proposed", "agreed", "executing",
    "executed", "followed_up", "closed", "withdrawn", "merged",
)  # fmt: skip


def _fact(name: str, kind: FactType, values: tuple[str, ...] | None = None, *, personal: bool = False) -> FactSpec:
    return FactSpec(name=name, type=kind, values=values, personal=personal)


DATA_FACTS: tuple[FactSpec, ...] = (
    _fact("channel", FactType.TEXT, CHANNELS),
    _fact("customer.id", FactType.TEXT),
    _fact("customer.birth_date", FactType.DATE, personal=True),
    _fact("customer.circumstances", FactType.TEXTS, CIRCUMSTANCES, personal=True),
    _fact("customer.name", FactType.TEXT, personal=True),
    _fact("customer.contact", FactType.TEXT, personal=True),
    _fact("customer.language", FactType.TEXT),
    _fact("description", FactType.TEXT, personal=True),
    _fact("causes", FactType.TEXTS, CAUSES),
    _fact("line_of_business", FactType.TEXT, LINES_OF_BUSINESS),
    _fact("policy_no", FactType.TEXT),
    _fact("claim_no", FactType.TEXT),
    _fact("claim_stage", FactType.TEXT, CLAIM_STAGES),
    _fact("amount_disputed", FactType.MONEY),
    _fact("respondent", FactType.TEXT),
    _fact("group_size", FactType.WHOLE),
    _fact("received_at", FactType.INSTANT),
    _fact("jurisdiction", FactType.TEXT),
)
"""Facts read from the registered data under their own path."""

COMPUTED_FACTS: tuple[FactSpec, ...] = (
    _fact("customer.age", FactType.WHOLE, personal=True),
    _fact("complexity", FactType.TEXT, COMPLEXITIES),
    _fact("followup.satisfied", FactType.YES_NO),
    _fact("followup.score", FactType.WHOLE),
    _fact("history.complaints_90d", FactType.WHOLE),
    _fact("history.open", FactType.WHOLE),
    _fact("reopened", FactType.WHOLE),
    _fact("happened", FactType.TEXTS),
    _fact("status", FactType.TEXT, STATUSES),
    _fact("clocks.breached", FactType.TEXTS),
)
"""Facts computed from the fold, the customer's other cases and the clocks."""


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """All words of one rulebook revision: facts by name, event types, ISO 3166 default jurisdiction, and what a human
    may say of priority, department and handler."""

    facts: dict[str, FactSpec]
    event_types: tuple[str, ...]
    jurisdiction: str
    human_words: dict[str, tuple[str, ...]] = {}

    def values_of(self, fact: str) -> tuple[str, ...] | None:
        """The closed set of a fact's values, None when it is open or unknown."""
        spec = self.facts.get(fact)
        return None if spec is None else spec.values


class History(msgspec.Struct, frozen=True):
    """The customer's other complaints: received in the 90 days up to this receipt, and those not closed."""

    complaints_90d: int = 0
    open: int = 0


def look_up(data: Mapping[str, Any], path: str) -> Any:
    """The value at a dotted path of nested mappings, None when a part is absent."""
    found: Any = data
    for part in path.split("."):
        if type(found) is not dict and not isinstance(found, Mapping):  # nearly always one
            return None
        found = found.get(part)
    return found


def full_years(born: date, on: date) -> int:
    """Age in full years on a date; someone born on 29 February is a year older on 1 March of common years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def fact_value(spec: FactSpec, raw: Any) -> Any:
    """A JSON value as the typed value of a fact, None when it is absent, empty or does not fit."""
    if raw is None or raw in ("", [], ()):
        return None
    converter = _CONVERTERS[spec.type]
    try:
        return converter(raw)
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError):
        return None


def _texts(raw: Any) -> tuple[str, ...] | None:
    return tuple(one for one in raw if isinstance(one, str)) or None if isinstance(raw, list | tuple) else None


def _money(raw: Any) -> Money | None:
    if isinstance(raw, Money):
        return raw
    value, currency = raw["value"], raw["currency"]
    is_sound = isinstance(value, int | float) and not isinstance(value, bool) and isinstance(currency, str)
    return Money(value, currency) if is_sound else None


def _instant(raw: Any) -> datetime | None:
    found = raw if isinstance(raw, datetime) else datetime.fromisoformat(raw)
    return found.astimezone(UTC) if found.tzinfo else None


def _typed(kind: type | tuple[type, ...]) -> Any:
    def convert(raw: Any) -> Any:
        return raw if isinstance(raw, kind) and (kind is bool or not isinstance(raw, bool)) else None

    return convert


_CONVERTERS: dict[FactType, Any] = {
    FactType.TEXT: _typed(str),
    FactType.NUMBER: _typed((int, float)),
    FactType.WHOLE: _typed(int),
    FactType.MONEY: _money,
    FactType.YES_NO: _typed(bool),
    FactType.DATE: lambda raw: raw if isinstance(raw, date) else date.fromisoformat(raw),
    FactType.INSTANT: _instant,
    FactType.TEXTS: _texts,
}
