"""The shipped packs: each holds for its jurisdiction, names its sources, and every calendar is true day by day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

import msgspec
import pytest
from holidays import country_holidays

from monitors.clocks.calendar import Calendar
from tests.rules.shipped import RULES, planted
from triage.domain.case import fold
from triage.domain.event import REGISTERED, Event
from triage.rulebook.decide import CompiledRulebook
from triage.service.release import inspect_files

PACKS = {"gb": "GB", "au": "AU", "tw": "TW", "in": "IN", "us-ca": "US-CA", "us-tx": "US-TX"}
"""Pack to jurisdiction."""

ON = date(2026, 3, 2)
YEAR = 2026
SATURDAY = 5


class Reference(Protocol):
    """The holidays of a place, and the weekends that it works in exchange."""

    @property
    def weekend_workdays(self) -> set[date]: ...

    def __contains__(self, day: date) -> bool: ...


class Shared(msgspec.Struct, frozen=True):
    """Days off in every one of several lists. `without`: those that the calendar leaves out, on purpose."""

    lists: tuple[Reference, ...]
    without: frozenset[date] = frozenset()
    weekend_workdays: set[date] = set()

    def __contains__(self, day: date) -> bool:
        return all(day in one for one in self.lists) and day not in self.without


CHINESE_YEARS = (2024, 2025, 2026)
REFERENCES: dict[str, Reference] = {
    "cn": country_holidays("CN", years=CHINESE_YEARS),
    "gb:england-and-wales": country_holidays("GB", subdiv="ENG", years=YEAR),
    "au:nsw": country_holidays("AU", subdiv="NSW", years=YEAR),
    "tw:tw": country_holidays("TW", years=YEAR),
    "in:in": country_holidays("IN", years=YEAR),
    "us-ca:us": country_holidays("US", years=YEAR),
    # A Friday off for a Saturday holiday is not known to be kept by Texas: it is worked, so deadlines are early.
    "us-tx:tx": Shared(
        (country_holidays("US", years=YEAR), country_holidays("US", subdiv="TX", years=YEAR)),
        without=frozenset({date(2026, 7, 3)}),
    ),
}
"""Calendar to the list that it is held against. Wales has the bank holidays of England."""


def days_of(calendar: Calendar) -> Iterator[date]:
    """Every date that the calendar says it knows."""
    day = calendar.known_from
    assert day is not None
    while day <= calendar.known_until:
        yield day
        day += timedelta(days=1)


def differing_days(calendar: Calendar, reference: Reference) -> list[date]:
    """The dates on which calendar and list disagree about whether the date is worked."""
    return [
        day
        for day in days_of(calendar)
        if calendar.is_working_day(day)
        != (day in reference.weekend_workdays or (day.weekday() < SATURDAY and day not in reference))
    ]


def attached(rules: CompiledRulebook, jurisdiction: str) -> set[str]:
    """The policies of an ordinary complaint there."""
    noon = datetime(ON.year, ON.month, ON.day, 12, tzinfo=UTC)
    case = fold("C-1", [Event(id="1", source="/test", type=REGISTERED, subject="C-1", time=noon)], rules.zone)
    facts = rules.facts.of_example({"jurisdiction": jurisdiction, "causes": ["claim_denial"]}, ON)
    return set(rules.decide(facts, case).outcome.policies)


def of_pack(names: set[str], pack: str) -> set[str]:
    return {name for name in names if name.startswith(f"{pack}:")}


def active(rules: CompiledRulebook) -> set[str]:
    return {policy.id for policy in rules.rulebook.policies.values() if policy.status == "active"}


def test_the_packs_are_those_that_are_tested(rules: CompiledRulebook) -> None:
    """No pack is shipped that these tests do not know, and none is empty."""
    assert {name.partition(":")[0] for name in rules.rulebook.policies if ":" in name} == set(PACKS)
    assert {path.name for path in (RULES / "packs").iterdir() if path.is_dir()} == set(PACKS)


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_holds_for_its_jurisdiction_alone(rules: CompiledRulebook, pack: str) -> None:
    """A complaint there gets every policy of its pack that is in force, none of another pack, no Chinese law."""
    found = attached(rules, PACKS[pack])
    assert of_pack(found, pack) == of_pack(active(rules), pack) != set()
    assert {name for name in found if ":" in name} == of_pack(found, pack)
    assert not {name for name in found if name.startswith("cn-")}


def test_no_pack_holds_at_home(rules: CompiledRulebook) -> None:
    """A complaint in mainland China gets Chinese law and no policy of a pack."""
    found = attached(rules, "CN")
    assert "cn-order-2020-3" in found
    assert not {name for name in found if ":" in name}


def test_the_desks_own_promises_hold_everywhere(rules: CompiledRulebook) -> None:
    """Wherever the complaint is from, it gets the internal policies that one at home gets."""
    home = {name for name in attached(rules, "CN") if not name.startswith("cn-")}
    assert {"assignment", "followup"} <= home
    for jurisdiction in PACKS.values():
        assert {name for name in attached(rules, jurisdiction) if ":" not in name} == home


def test_what_is_from_memory_is_switched_off(rules: CompiledRulebook) -> None:
    """Of the packs' policies exactly those whose text nobody has read are disabled, and each names title and place."""
    packed = [policy for policy in rules.rulebook.policies.values() if ":" in policy.id]
    assert {policy.id for policy in packed if policy.status == "disabled"} == {
        "us-ca:payment",
        "us-tx:regulator-inquiry",
    }
    for policy in packed:
        assert (policy.source["grade"] == "from-memory") == (policy.status == "disabled"), policy.id
        assert policy.source["grade"] != "internal", policy.id
        assert policy.source["title"], policy.id
        assert policy.source["where"], policy.id


def test_each_clock_is_shown_in_time_and_breached(rules: CompiledRulebook) -> None:
    """Whichever clock a compliance officer looks at, in a pack or not, there is an example of either end; of a
    recurring one, a period that was kept and one that was missed."""
    book = rules.rulebook
    shown = {
        (example.policy, clock, expected.breached)
        for example in book.policy_examples
        for clock, expected in example.expect.items()
    }
    wanted = {
        (policy.id, clock.id, breached)
        for policy in book.policies.values()
        for clock in policy.clocks
        for breached in (False, True)
    }
    assert sorted(wanted - shown) == []


def test_every_calendar_is_compared(rules: CompiledRulebook) -> None:
    """No calendar is shipped that is not held against a list of holidays."""
    assert set(rules.rulebook.calendars) == set(REFERENCES)


@pytest.mark.parametrize("name", REFERENCES)
def test_a_calendar_agrees_with_the_list_day_by_day(rules: CompiledRulebook, name: str) -> None:
    """Every date that a calendar knows is worked exactly when the list says so, and a closed weekday has its name."""
    calendar = rules.rulebook.calendars[name]
    years = CHINESE_YEARS if name == "cn" else (YEAR,)
    assert (calendar.known_from, calendar.known_until) == (date(years[0], 1, 1), date(years[-1], 12, 31))
    assert differing_days(calendar, REFERENCES[name]) == []
    closed = [day for day in days_of(calendar) if day.weekday() < SATURDAY and not calendar.is_working_day(day)]
    assert closed
    assert [day for day in closed if not calendar.name_of(day)] == []


@pytest.mark.parametrize("name", REFERENCES)
def test_a_forgotten_holiday_is_seen(rules: CompiledRulebook, name: str) -> None:
    """The comparison is worth something: each weekday holiday left out, and each further one, shows as that date."""
    calendar, reference = rules.rulebook.calendars[name], REFERENCES[name]
    for day in calendar.special:
        without = {other: special for other, special in calendar.special.items() if other != day}
        is_moved = calendar.is_working_day(day) != (day.weekday() < SATURDAY)
        found = differing_days(msgspec.structs.replace(calendar, special=without), reference)
        assert found == ([day] if is_moved else [])
    further = date(2026, 3, 11)
    closed = next(special for special in calendar.special.values() if not special.hours)
    more = msgspec.structs.replace(calendar, special={**calendar.special, further: closed})
    assert differing_days(more, reference) == [further]


PLANTED = {
    "nine weeks": ("gb/sla/disp.yaml", "limit: 8 weeks", "limit: 9 weeks"),
    "a window that closes at midnight": ("gb/sla/disp.yaml", "        due: close_of_business\n", ""),
    "a resolution that does not end the eight weeks": (
        "gb/sla/disp.yaml",
        "cancel: [complaint.withdrawn, {clock: summary-resolution, is: met}]",
        "cancel: complaint.withdrawn",
    ),
    "the other end of the guide's choice": ("au/sla/rg-271.yaml", "later_of", "earlier_of"),
    "working days for calendar days": (
        "tw/sla/financial-consumer-protection.yaml",
        "limit: 30 calendar days",
        "limit: 30 working days",
    ),
    "a deadline that rolls off a holiday": (
        "in/sla/irdai.yaml",
        "limit: 2 weeks",
        "limit: 2 weeks\n        roll_forward: true",
    ),
    "the start counted": (
        "us-ca/sla/fair-claims-settlement.yaml",
        "limit: 21 calendar days",
        "limit: 21 calendar days\n        start_day: included",
    ),
    "a federal holiday that Texas works": (
        "us-tx/calendars/tx.yaml",
        "  closed:\n",
        "  closed:\n    - {date: 2026-10-12, name: Columbus Day}\n",
    ),
}
"""Faults in the packs that only their examples can see: file under packs, text, what is there instead."""


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_seen(files: dict[str, bytes], name: str) -> None:
    """The packs' examples are worth something: a changed number or word makes one fail."""
    path, old, new = PLANTED[name]
    found = inspect_files(planted(files, f"packs/{path}", old, new))
    assert {finding.code for finding in found} == {"example-fails"}
