"""Sample complaints: the same seed tells the same lives, and they are sound events."""

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from tests.builders_rules import compiled, sound_rules
from triage.codec.decode import Arrival, Codec
from triage.domain.event import EVENT_TYPES
from triage.service.sample_complaints import CHANNELS, LINES, TEXTS, Habits, SampleComplaints

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
BETWEEN = timedelta(minutes=20)
PINNED = ("web", "motor", "C0291", "CL0475591", "核定金額比修車廠估價少了一半，請說明計算方式。")
"""Channel, line of business, customer, claim and text of seed 1's first complaint."""


def lives(seed: int = 1, complaints: int = 60, **habits: Any) -> list[dict[str, Any]]:
    return SampleComplaints(seed, START, BETWEEN, Habits(**habits)).events(complaints)


def by_case(events: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for event in events:
        found[event["subject"]].append(event)
    return found


def test_the_same_seed_tells_the_same_lives() -> None:
    """Byte for byte, however often; another seed tells others."""
    once, again, other = (msgspec.json.encode(lives(seed)) for seed in (1, 1, 2))
    assert once == again != other


def test_another_process_tells_the_same_lives() -> None:
    """Nothing hangs on the order of hashes or on what ran before: what one machine measured another can make again."""
    first = lives(1, 1, forgotten=0)
    assert [event["type"].removeprefix("complaint.") for event in first] == [
        "registered", "assigned", "contacted", "investigation_started", "solution_proposed", "solution_accepted",
        "reply_sent", "payment_completed", "followup_completed", "close_requested",
    ]  # fmt: skip
    data = first[0]["data"]
    told = (data["channel"], data["line_of_business"], data["customer"]["id"], data["claim_no"], data["description"])
    assert told == PINNED


def test_events_stand_in_the_order_of_time_and_begin_at_the_start() -> None:
    """A file of them can be read as it is."""
    times = [event["time"] for event in lives()]
    assert times[0] == START
    assert all(one <= other for one, other in pairwise(times))


def test_so_many_complaints_are_told() -> None:
    """Each registered once, first of its own events, under an id of its own; no event has another's id."""
    events = lives(complaints=60)
    cases = by_case(events)
    assert len(cases) == 60
    assert all([event["type"] for event in life].count("complaint.registered") == 1 for life in cases.values())
    assert all(life[0]["type"] == "complaint.registered" for life in cases.values())
    assert len({(event["source"], event["id"]) for event in events}) == len(events)
    assert lives(complaints=0) == []


def test_they_are_sound_events() -> None:
    """As bytes they are read without a fault, every type is of the event table, and the words are declared ones."""
    codec = Codec(compiled(sound_rules()).rulebook.vocabulary)
    for event in lives(complaints=200):
        arrival = codec.decode(msgspec.json.encode(event), None)
        assert isinstance(arrival, Arrival), event
        assert arrival.event.faults == (), event
        assert arrival.event.type in EVENT_TYPES


def test_complaints_come_at_the_asked_pace() -> None:
    """The mean time between two is about the one that was asked for."""
    received = [event["time"] for event in lives(complaints=400) if event["type"] == "complaint.registered"]
    mean = (received[-1] - received[0]) / 399
    assert BETWEEN * 0.8 < mean < BETWEEN * 1.25


@pytest.mark.parametrize(("forgotten", "each"), [(0.0, 10), (1.0, 1)])
def test_a_forgotten_complaint_is_registered_and_nothing_more(forgotten: float, each: int) -> None:
    """The others are handled to the end."""
    assert {len(life) for life in by_case(lives(forgotten=forgotten)).values()} == {each}


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_habits_are_kept(share: float) -> None:
    """Shares of none and of all: circumstances with the age that fits them, and causes left to the texts."""
    events = lives(elderly=share, seriously_ill=share, without_cause=share, forgotten=1.0)
    customers = [event["data"]["customer"] for event in events]
    expected = ["elderly", "seriously_ill"] if share else None
    assert [customer.get("circumstances") for customer in customers] == [expected] * 60
    assert all((customer["age"] > 65) == bool(share) for customer in customers)
    assert all(("causes" in event["data"]) != bool(share) for event in events)


def test_a_slow_desk_takes_longer() -> None:
    """Four times as long for every step."""
    slow, quick = (
        sum(
            ((life[-1]["time"] - life[0]["time"]) for life in by_case(lives(slow=share, forgotten=0)).values()),
            timedelta(),
        )
        for share in (1.0, 0.0)
    )
    assert 3 < slow / quick < 5


def test_all_kinds_of_complaints_come() -> None:
    """Every cause, channel and line of business, in Chinese and English, and customers who complain again."""
    registered = [event["data"] for event in lives(complaints=400) if event["type"] == "complaint.registered"]
    assert {data["description"] for data in registered} == {text for texts in TEXTS.values() for text in texts}
    assert {data["channel"] for data in registered} == {name for name, _ in CHANNELS}
    assert {data["line_of_business"] for data in registered} == {name for name, _ in LINES}
    assert len({data["customer"]["id"] for data in registered}) < len(registered)
    assert all(data["causes"][0] in TEXTS for data in registered if "causes" in data)
    assert all(data["amount_disputed"]["value"] > 0 for data in registered)
    json.dumps(registered, allow_nan=False)
