"""The facts of a case, as rules read them."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, tzinfo
from typing import Any

from triage.domain.case import Case
from triage.domain.condition import mentions_key
from triage.domain.facts import (
    DATA_FACTS,
    Facts,
    FactSpec,
    FactType,
    History,
    Money,
    Vocabulary,
    fact_value,
    full_years,
    look_up,
)
from triage.rulebook.terms import TermIndex

_DATA_FACT_NAMES = frozenset(spec.name for spec in DATA_FACTS)


class FactReader:
    """Computes the facts of cases by one vocabulary. `mentioned_in`: the text facts that a term list is tested on."""

    def __init__(self, vocabulary: Vocabulary, terms: TermIndex, mentioned_in: Collection[str], zone: tzinfo) -> None:
        self._vocabulary, self._terms, self._zone = vocabulary, terms, zone
        self._mentioned_in = tuple(mentioned_in)
        self._event_types = frozenset(
            vocabulary.event_types
        )  # what else happened changes nothing, and may be named anyhow
        self._paths = [
            (spec, path := spec.path or spec.name, path.split(".", maxsplit=1)[0])
            for spec in vocabulary.facts.values()
            if spec.path or spec.name in _DATA_FACT_NAMES
        ]

    def of_case(self, case: Case, past: History, breached: Collection[str]) -> Facts:
        """The facts of a case. `breached`: full names of its clocks that are or were breached."""
        facts = self.of_data(case.data, case.received_at)
        computed = {
            "complexity": case.complexity,
            "followup.satisfied": case.followup.satisfied if case.followup else None,
            "followup.score": case.followup.score if case.followup else None,
            "history.complaints_90d": past.complaints_90d,
            "history.open": past.open,
            "reopened": case.reopened,
            "happened": tuple(sorted(case.happened & self._event_types)) or None,
            "status": case.status,
            "clocks.breached": tuple(sorted(breached)) or None,
        }
        facts |= {name: value for name, value in computed.items() if value is not None}
        return facts

    def of_data(self, data: Mapping[str, Any], received_at: datetime) -> Facts:
        """The facts that the registered data alone tells."""
        facts = self._of_data(data, received_at.astimezone(self._zone).date())
        facts["received_at"] = received_at
        return facts

    def of_example(self, given: Mapping[str, Any], received_on: date) -> Facts:
        """Facts as an example gives them, with the defaults of an event. `given`: by dotted name; values as the file
        writes them, or typed already."""
        nested: dict[str, Any] = {}
        for name, value in given.items():
            _put(nested, self._path_of(name), value)
        facts = self._of_data(nested, received_on)
        for name, value in given.items():
            spec = self._vocabulary.facts.get(name)
            typed = None if spec is None else as_written(spec, value)
            if typed is not None:
                facts[name] = typed
        facts.setdefault("status", "registered")
        facts.setdefault("history.complaints_90d", 0)
        facts.setdefault("history.open", 0)
        facts.setdefault("reopened", 0)
        facts.setdefault("happened", ("complaint.registered",))
        return facts

    def texts_of(self, data: Mapping[str, Any]) -> list[str]:
        """The texts of registered data in which terms are looked for: the description, and what rules test for
        mentions."""
        names = dict.fromkeys(("description", *self._mentioned_in))
        found = (look_up(data, self._path_of(name)) for name in names)
        return [text for text in found if isinstance(text, str) and text]

    def _path_of(self, name: str) -> str:
        spec = self._vocabulary.facts.get(name)
        return spec.path if spec and spec.path else name

    def _of_data(self, data: Mapping[str, Any], received_on: date) -> Facts:
        facts: Facts = {}
        for spec, path, top in self._paths:
            if top not in data:
                continue
            value = as_written(spec, data[top] if path == top else look_up(data, path))
            if value is not None:
                facts[spec.name] = value
        facts.setdefault("jurisdiction", self._vocabulary.jurisdiction)
        age = look_up(data, "customer.age")
        born = facts.get("customer.birth_date")
        if age is None and born is not None:
            age = full_years(born, received_on)
        if age is not None:
            facts["customer.age"] = int(age)
        for name in self._mentioned_in:
            text = facts.get(name)
            if text:
                facts[mentions_key(name)] = self._terms.mentioned(text)
        return facts


def as_written(spec: FactSpec, value: Any) -> Any:
    """A value of an event or of an example as the typed value of the fact, None when it is absent or does not fit."""
    if spec.type is FactType.TEXT and isinstance(value, str):
        return value or None
    if not isinstance(value, str) or spec.type in (FactType.DATE, FactType.INSTANT):
        return fact_value(spec, value)
    return _from_text(spec.type, value)


def _from_text(kind: FactType, text: str) -> Any:
    """What a rule file's text means for a fact of another type."""
    try:
        match kind:
            case FactType.WHOLE:
                return int(text)
            case FactType.NUMBER:
                return float(text)
            case FactType.YES_NO:
                return {"true": True, "false": False}.get(text)
            case FactType.MONEY:
                amount, currency = text.split()
                return Money(float(amount), currency)
            case _:
                return None
    except ValueError:
        return None


def _put(nested: dict[str, Any], dotted: str, value: Any) -> None:
    *parents, last = dotted.split(".")
    for part in parents:
        nested = nested.setdefault(part, {})
    nested[last] = value


def jsonable(value: Any) -> Any:
    """A fact's value as JSON."""
    match value:
        case Money():
            return {"value": value.value, "currency": value.currency}
        case datetime() | date():
            return value.isoformat()
        case tuple() | frozenset():
            return sorted(map(jsonable, value), key=_place)
        case _:
            return value


def _place(plain: Any) -> Any:
    """By what a value is sorted among others of its fact: amounts of money by their currency."""
    return (plain["currency"], plain["value"]) if isinstance(plain, dict) else plain
