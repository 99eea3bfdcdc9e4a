"""How JSON values become typed facts."""

from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.domain.event import EVENT_TYPES
from triage.domain.facts import (
    COMPUTED_FACTS,
    DATA_FACTS,
    STATUSES,
    FactSpec,
    FactType,
    Money,
    Vocabulary,
    fact_value,
    full_years,
    look_up,
)
from triage.domain.lifecycle import FINAL_STATUSES, PROGRESS

INSTANT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


EMPTY_OR_ODD: tuple[Any, ...] = (None, "", [], (), object())


def spec(kind: FactType) -> FactSpec:
    return FactSpec(name="f", type=kind)


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(1955, 3, 2), date(2026, 3, 1), 70),
        (date(1955, 3, 2), date(2026, 3, 2), 71),
        (date(2004, 2, 29), date(2026, 2, 28), 21),
        (date(2004, 2, 29), date(2026, 3, 1), 22),
        (date(2004, 2, 29), date(2024, 2, 28), 19),
        (date(2004, 2, 29), date(2024, 2, 29), 20),
        (date(2026, 3, 2), date(2026, 3, 2), 0),
        (date(2026, 3, 3), date(2026, 3, 2), -1),
    ],
)
def test_full_years(born: date, on: date, years: int) -> None:
    """A birthday counts from its own date; 29 February is kept on 1 March of common years."""
    assert full_years(born, on) == years


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_nobody_grows_younger(born: date, on: date) -> None:
    """Age rises by one a year and never falls."""
    later = on.replace(year=on.year + 1, day=min(on.day, 28))
    assert full_years(born, on) <= full_years(born, later) <= full_years(born, on) + 1


@pytest.mark.parametrize(
    ("path", "value"),
    [("a", {"b": {"c": 1}, "n": None}), ("a.b.c", 1), ("a.b.c.d", None), ("a.x", None), ("x.y", None), ("a.n.z", None)],
)
def test_look_up(path: str, value: Any) -> None:
    """Dotted paths through mappings; anything else on the way is absent."""
    assert look_up({"a": {"b": {"c": 1}, "n": None}}, path) == value


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (FactType.TEXT, "x", "x"),
        (FactType.NUMBER, 1, 1),
        (FactType.NUMBER, 1.5, 1.5),
        (FactType.WHOLE, 0, 0),
        (FactType.YES_NO, False, False),
        (FactType.MONEY, {"value": 5, "currency": "CNY"}, Money(5, "CNY")),
        (FactType.MONEY, Money(5, "CNY"), Money(5, "CNY")),
        (FactType.DATE, "2026-03-02", date(2026, 3, 2)),
        (FactType.DATE, date(2026, 3, 2), date(2026, 3, 2)),
        (FactType.INSTANT, "2026-03-02T02:00:00Z", INSTANT),
        (FactType.INSTANT, "2026-03-02T10:00:00+08:00", INSTANT),
        (FactType.INSTANT, INSTANT, INSTANT),
        (FactType.TEXTS, ["a", "b"], ("a", "b")),
        (FactType.TEXTS, ["a", {}, 5], ("a",)),
    ],
)
def test_values_that_fit(kind: FactType, raw: Any, value: Any) -> None:
    """Each type has one form: tuples for lists, Money for amounts, UTC for instants."""
    found = fact_value(spec(kind), raw)
    assert found == value
    assert type(found) is type(value)
    if isinstance(found, datetime):
        assert found.tzinfo is UTC


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        *product(FactType, EMPTY_OR_ODD),
        (FactType.TEXT, 5),
        (FactType.NUMBER, "5"),
        (FactType.NUMBER, True),
        (FactType.WHOLE, 5.5),
        (FactType.WHOLE, True),
        (FactType.YES_NO, 1),
        (FactType.YES_NO, "true"),
        (FactType.MONEY, 5),
        (FactType.MONEY, {"value": 5}),
        (FactType.MONEY, {"value": "5", "currency": "CNY"}),
        (FactType.MONEY, {"value": True, "currency": "CNY"}),
        (FactType.MONEY, {"value": 5, "currency": 5}),
        (FactType.DATE, "2026-02-30"),
        (FactType.INSTANT, "2026-03-02T10:00:00"),
        (FactType.INSTANT, "0001-01-01T00:00:00+08:00"),
        (FactType.TEXTS, "ab"),
        (FactType.TEXTS, [{}, 5]),
    ],
)
def test_values_that_do_not_fit_are_absent(kind: FactType, raw: Any) -> None:
    """Empty, of another type, or not comparable: an absent fact, never an error."""
    assert fact_value(spec(kind), raw) is None


def test_every_status_of_a_case_is_a_value_of_the_fact() -> None:
    """Rules can name each status, and no other."""
    assert set(STATUSES) == {*PROGRESS, *FINAL_STATUSES}


def test_names_of_facts_are_unique() -> None:
    """One word, one meaning."""
    names = [one.name for one in (*DATA_FACTS, *COMPUTED_FACTS)]
    assert len(names) == len(set(names))


def test_the_vocabulary_knows_closed_sets() -> None:
    """An open or unknown fact has none."""
    words = Vocabulary(facts={one.name: one for one in DATA_FACTS}, event_types=EVENT_TYPES, jurisdiction="CN")
    assert "wechat" in (words.values_of("channel") or ())
    assert words.values_of("policy_no") is None
    assert words.values_of("shoe_size") is None
