"""What a new decision table shows its author: a value for each column, what is allowed there, and two examples."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from triage.domain.facts import FactSpec, FactType
from triage.errors import WrongSettings
from triage.rulebook.columns import Column
from triage.rulebook.model import Rulebook
from triage.service.new_workbook import Help
from triage.wording.text import LANGUAGES, Text, say, title_in

ALWAYS_KNOWN = ("status", "history.complaints_90d", "history.open", "reopened", "happened", "jurisdiction")
"""Facts that an example has without giving them."""

LOWER, UPPER = ("at_least", "more_than", "between"), ("at_most", "less_than")
FORBIDDING = ("is_not", "not_in", "contains_none")
TWO_WORDS = ("in", "contains_any")

Given = dict[str, str | tuple[str, ...]]
"""Facts of an example as written; a tuple for a list."""


class Steps(NamedTuple):
    """Values of a fact: `under` < `low` < `mid` < `high` < `over`. Of facts without order `under` and `over` are
    another word than `mid` and `high`, empty where there is none."""

    under: str
    low: str
    mid: str
    high: str
    over: str


class Samples:
    """Values for the columns of one table."""

    def __init__(self, book: Rulebook, columns: Sequence[Column], name: str) -> None:
        """Raises WrongSettings when the rulebook has nothing that could stand in a column."""
        self._book, self._columns, self._name = book, columns, name
        empty = [column.header for column in columns if self._allowed(column) == ()]
        if empty:
            raise WrongSettings([f"the rulebook has nothing yet that could stand under {header}" for header in empty])

    def cell(self, column: Column) -> str:
        """What the example row says in a column."""
        if column.kind == "then":
            return self._then(column.key.text)
        test = column.test.text if column.test else ""
        if test == "known":
            return "true"
        if test == "mentions":
            return next(iter(self._book.terms))
        steps = self._steps(self._spec(column))
        if test == "between":
            return f"{steps.low}|{steps.high}"
        if test in TWO_WORDS or (not test and steps.under and self._spec(column).values):
            return "|".join(dict.fromkeys((steps.mid, steps.high)))
        if test in LOWER:
            return steps.low
        return steps.high if test in (*UPPER, *FORBIDDING) else steps.mid

    def firing(self) -> Given:
        """Facts for which the example row fires."""
        given: Given = {}
        for column in self._tests():
            spec = self._spec(column)
            mid = self._steps(spec).mid
            given.setdefault(spec.name, (mid,) if spec.type is FactType.TEXTS else mid)
        for column in self._tests():
            if column.test is not None and column.test.text == "mentions":
                given[column.key.text] = next(iter(self._book.terms.values())).hits[0]
        return given

    def silent(self) -> Given | None:
        """Facts for which it does not, None when none are found."""
        for column in self._tests():
            spec = self._spec(column)
            value = self._missing(column, self._steps(spec))
            if value:
                return {spec.name: (value,) if spec.type is FactType.TEXTS else value}
            if spec.name not in ALWAYS_KNOWN:
                return {}
        return None

    def helps(self) -> list[Help]:
        """Help for every column, `row` and `note` around those of the table."""
        return [
            Help(self._said([say("a name for the row"), say("empty: it is called by its number")])),
            *map(self._help, self._columns),
            Help(self._said([say("a remark, which changes nothing")])),
        ]

    def _tests(self) -> Iterator[Column]:
        return (column for column in self._columns if column.kind == "test")

    def _spec(self, column: Column) -> FactSpec:
        return self._book.vocabulary.facts[column.key.text]

    def _missing(self, column: Column, steps: Steps) -> str:
        """A value of the fact for which the column's test does not hold; empty: none."""
        test = column.test.text if column.test else ""
        if test == "known":
            return ""
        if test in FORBIDDING:
            return steps.high
        return steps.over if test in UPPER else steps.under

    def _steps(self, spec: FactSpec) -> Steps:
        if spec.type is FactType.YES_NO:
            return Steps("false", "false", "true", "false", "false")
        if spec.type is FactType.DATE:
            return Steps(*(f"2026-0{month}-01" for month in range(1, 6)))
        if spec.type is FactType.INSTANT:
            return Steps(*(f"2026-0{month}-01 10:00" for month in range(1, 6)))
        if spec.type is FactType.MONEY:
            return Steps(*(f"{amount} {self._book.currency}" for amount in range(5_000, 30_000, 5_000)))
        if spec.type in (FactType.WHOLE, FactType.NUMBER):
            return Steps(*map(str, range(5, 30, 5)))
        words = [*(self._words(spec) or ("A", "B", "C"))]
        mid, high = words[0], words[min(1, len(words) - 1)]
        other = words[2] if len(words) > 2 else ""
        return Steps(other, mid, mid, high, other)

    def _words(self, spec: FactSpec) -> tuple[str, ...] | None:
        """The closed set of a fact's values; of those that every complaint has seen, none."""
        if spec.name == "clocks.breached":
            return tuple(one.clock_name(clock) for one in self._book.policies.values() for clock in one.clocks)
        if spec.name == "happened":
            return self._book.vocabulary.event_types[1:]
        return spec.values

    def _then(self, key: str) -> str:
        fallback, with_teams = self._book.fallback, [one for one in self._book.departments.values() if one.teams]
        team_wanted = any(column.kind == "then" and column.key.text == "team" for column in self._columns)
        return {
            "priority": fallback.priority,
            "department": with_teams[0].id if team_wanted and with_teams else fallback.department,
            "team": with_teams[0].teams[0] if with_teams else "",
            "handler": fallback.handler,
            "tags": self._name,
            "policies": next(iter(self._book.policies), ""),
        }[key]

    def _allowed(self, column: Column) -> tuple[str, ...] | None:
        """The words that may stand in a column; None: any, or no words."""
        if column.kind == "then":
            return self._thens(column.key.text)
        if column.type is FactType.YES_NO:
            return ("true", "false")
        if column.test is not None and column.test.text == "mentions":
            return tuple(self._book.terms)
        return self._words(self._spec(column))

    def _thens(self, key: str) -> tuple[str, ...] | None:
        book = self._book
        return {
            "priority": book.priorities,
            "department": tuple(book.departments),
            "team": tuple(team for one in book.departments.values() for team in one.teams),
            "handler": book.handlers,
            "tags": tuple(sorted({tag for rule in book.rules for tag in rule.then.tags})) or None,
            "policies": tuple(book.policies),
        }[key]

    def _help(self, column: Column) -> Help:
        words = self._allowed(column)
        parts = [self._form(column, words)]
        if column.test is not None and column.test.text == "between":
            parts.append(say("two values with | between them, the lower one first"))
        elif column.takes_several:
            parts.append(say("several values with | between them"))
        parts.append(say("empty: anything will do") if column.kind == "test" else say("empty: nothing is said of it"))
        title = self._spec(column).title if column.kind == "test" else {}
        is_number = column.type in (FactType.WHOLE, FactType.NUMBER)
        return Help(self._said(parts, title), words or (), bool(words) and not column.takes_several, is_number)

    def _form(self, column: Column, words: tuple[str, ...] | None) -> Text:
        """How a value is written."""
        if column.kind == "then" and column.key.text == "tags":
            return say("a word of your own")
        if words:
            return say("one of the list")
        steps = self._steps(self._spec(column))
        return {
            FactType.WHOLE: say("a whole number"),
            FactType.NUMBER: say("a number"),
            FactType.MONEY: say("an amount with its currency, as in {example}", example=steps.mid),
            FactType.DATE: say("a date, as in {example}", example=steps.mid),
            FactType.INSTANT: say("a date and time, as in {example}", example=steps.mid),
        }.get(column.type, say("any text"))

    def _said(self, parts: Sequence[Text], title: dict[str, str] | None = None) -> str:
        """In each language of the rulebook that we speak, a line each."""
        languages = [one for one in self._book.languages if one in LANGUAGES] or ["en"]
        lines = []
        for language in languages:
            said = (", " if language == "en" else "，").join(part.said(language) for part in parts)
            lines.append(f"{title_in(title, language)}: {said}" if title else said)
        return "\n".join(lines)
