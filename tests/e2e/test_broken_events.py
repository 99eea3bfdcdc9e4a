"""Events that are broken, repeated or contradict themselves, through Kafka: no complaint is lost, none counts twice."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.e2e.clock_desk import CLOCK, event, instant, rules, write_rules
from tests.e2e.desks import KafkaDesk, encoded
from tests.e2e.records import count, of_type, rows
from tests.e2e.workers import query, wait_for
from tests.fixtures import Topics
from tests.services.kafka import Broker

HOUR = timedelta(hours=1)
MOST_LATE = timedelta(seconds=10)
CHANNELS = "one of phone, email, wechat, counter, web, app, letter, regulator, media, other"

DEPARTMENTS = """\
departments:
  desk: {title: {en: Desk}, duty_owner: Desk}
  coordination: {title: {en: Coordination}, duty_owner: Wang Fang}
fallback: {department: coordination, priority: normal, handler: any, owner: Wang Fang}
"""
PHONE_RULE = """\
rules:
  - id: phone-goes-to-the-desk
    title: {en: Calls go to the desk}
    why: The desk answers calls.
    when: {channel: phone}
    then: {department: desk}
    examples:
      - {given: {channel: phone}, expect: {department: desk}}
      - {given: {channel: web}, expect: {fires: false}}
"""


def test_an_unknown_channel_reaches_the_coordination_group_and_its_clocks_run(
    tmp_path: Path, broker: Broker, topics: Topics, postgres_url: str
) -> None:
    """The case is there with the fallback's department and owner; its clock breaches on time; the fault names the path,
    what was found and what is allowed; a copy is in the dead letters."""
    files = rules("1 hours")
    book = files["rulebook.yaml"].decode()
    files["rulebook.yaml"] = (book[: book.index("departments:")] + DEPARTMENTS).encode()
    write_rules(tmp_path, files | {"triage/phone.yaml": PHONE_RULE.encode()})
    desk = KafkaDesk(tmp_path, broker, topics, postgres_url)
    desk.settings["TRIAGE_RULES__DIR"] = str(tmp_path / "rules")
    received = datetime.now(UTC).replace(microsecond=0) - HOUR + timedelta(seconds=8)
    broken = event("C-1", "registered", received, channel="carrier pigeon")
    desk.send([broken, event("C-2", "registered", received)])
    with desk.run() as daemon:
        wait_for(lambda: count(postgres_url, "outbox", "topic = 'alerts' AND state = 'sent'") == 2)
        wait_for(lambda: sum(daemon.metric("triage_faulty_events_total").values()) == 1)
        assert daemon.stop() == 0

    assert query(postgres_url, "SELECT id, department, owner FROM cases ORDER BY id") == [
        ("C-1", "coordination", "Wang Fang"),
        ("C-2", "desk", "Desk"),
    ]
    fault = {"path": "channel", "found": "a text of 14 characters", "allowed": CHANNELS}
    decided = {one["subject"]: one["data"] for one in of_type(desk.published("decisions"), "triaged")}
    assert (decided["C-1"]["fallback"], decided["C-1"]["faults"]) == (True, [fault])
    assert (decided["C-2"]["fallback"], decided["C-2"]["faults"]) == (False, [])
    breached = {one["subject"]: one["data"] for one in desk.published("alerts")}
    assert {one["clock"] for one in breached.values()} == {CLOCK}
    for one in breached.values():
        assert instant(one["due_at"]) == received + HOUR
        assert instant(one["fired_at"]) - instant(one["due_at"]) < timedelta(seconds=1) + MOST_LATE
    (copy,) = desk.letters()
    assert (copy.value, copy.headers["dlq_reason"]) == (encoded(broken), "faulty_data")


def test_the_same_id_counts_once_and_with_another_content_is_a_conflict(
    tmp_path: Path, broker: Broker, topics: Topics, postgres_url: str
) -> None:
    """Three times the same content is one event and two duplicates; another content under the same id changes nothing,
    is a dead letter with its bytes, and counts for the alert."""
    desk = KafkaDesk(tmp_path, broker, topics, postgres_url)
    first = event("C-1", "registered", datetime.now(UTC))
    reordered = dict(reversed(first.items()))
    other = json.loads(encoded(first))
    other["data"]["description"] = "Something else"
    desk.send([first, first, reordered, other])
    with desk.run() as daemon:
        wait_for(lambda: count(postgres_url, "dead_letters") == 1)
        # Figures are told behind the commit.
        wait_for(lambda: sum(daemon.metric('triage_events_total{outcome="duplicate"').values()) == 2)
        wait_for(lambda: daemon.metric("triage_id_conflicts_total") == {"": 1.0})
        wait_for(lambda: daemon.metric("triage_dead_letters_total")['{reason="id_conflict"}'] == 1)
        wait_for(lambda: count(postgres_url, "outbox", "topic = 'dead_letters' AND state = 'sent'") == 1)
        assert daemon.stop() == 0
    (body,) = rows(postgres_url, "SELECT body FROM timeline WHERE kind = 'event'")
    assert "Something else" not in body
    (letter,) = desk.letters()
    assert (letter.value, letter.headers["dlq_reason"]) == (encoded(other), "id_conflict")
    assert len(of_type(desk.published("decisions"), "triaged")) == 1
