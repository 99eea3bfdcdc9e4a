"""What an independent reader finds of a run: plain SQL and a plain consumer, no code of the service."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.e2e.workers import query
from tests.fixtures import Topics
from tests.services.kafka import Broker, Record

Figures = dict[str, object]
"""What a scenario measured, in the order of printing."""


@dataclass(frozen=True)
class Judge:
    """One database and its topics."""

    broker: Broker
    topics: Topics
    url: str

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Plain SQL."""
        return query(self.url, statement)

    def anew(self, url: str) -> "Judge":
        """Of another database that reads the same topics."""
        return Judge(self.broker, self.topics, url)

    def each_once(self, sent: Iterable[Mapping[str, Any]]) -> Figures:
        """Every event that was sent is on the timeline once, under its case, and no other is. Gives the figures."""
        expected = {(one["source"], one["id"]): one["subject"] for one in sent}
        rows = query(
            self.url,
            "SELECT t.source, t.event_id, c.id FROM timeline t JOIN cases c ON c.no = t.case_no WHERE t.kind = 'event'",
        )
        found = {(source, name): case for source, name, case in rows}
        lost, strange = expected.keys() - found.keys(), found.keys() - expected.keys()
        assert not lost, f"{len(lost)} of {len(expected)} events are lost, such as {sorted(lost)[:3]}"
        assert not strange, f"{len(strange)} events that nobody sent, such as {sorted(strange)[:3]}"
        double = len(rows) - len(found)
        assert double == 0, f"{double} events are on the timeline twice"
        assert found == expected, "an event is on the timeline of another case"
        return {"events": len(expected), "lost": len(lost), "double": double}

    def nothing_quarantined(self) -> None:
        """No event at all is in the dead letters."""
        assert self.rows("SELECT reason, detail FROM dead_letters") == []

    def outputs(self, *, failed: Collection[str] = ()) -> Figures:
        """Each output of the outbox is in its topic; the numbers of each key have no gap, and rise one by one once what
        was sent again is dropped; what has the same id has the same bytes. `failed`: ids that could not be sent."""
        rows = self.rows("SELECT id, topic, key, sequence FROM outbox WHERE topic IN ('decisions', 'alerts')")
        numbers: dict[tuple[str, str], list[int]] = {}
        sent: dict[tuple[str, str], list[int]] = {}
        for name, topic, key, sequence in sorted(rows, key=lambda row: row[3]):
            numbers.setdefault((topic, key), []).append(sequence)
            if name not in failed:
                sent.setdefault((topic, key), []).append(sequence)
        for place, found in numbers.items():
            assert found == list(range(1, len(found) + 1)), f"{place}: a gap in {found}"
        times, risen = self.published()
        expected = {row[0] for row in rows} - set(failed)
        missing, strange = expected - times.keys(), times.keys() - expected
        assert not missing, f"{len(missing)} of {len(expected)} outputs are in no topic"
        assert not strange, f"{len(strange)} outputs that the outbox does not know"
        wrong = {place: found for place, found in risen.items() if found != sent[place]}
        assert not wrong, f"{len(wrong)} keys are not in order, such as {next(iter(wrong.items()))}"
        return {"outputs": len(expected), "sent again": times.total() - len(expected)}

    def published(self) -> tuple[Counter[str], dict[tuple[str, str], list[int]]]:
        """Ids in the topics of decisions and alerts with how often each was sent, and the numbers of each topic and
        case in the order of the topic, lower ones dropped. Sent again has to be the same bytes."""
        times: Counter[str] = Counter()
        payloads: dict[str, bytes | None] = {}
        risen: dict[tuple[str, str], list[int]] = {}
        for kind, topic in (("decisions", self.topics.decisions), ("alerts", self.topics.alerts)):
            for record, output in self.records(topic):
                assert payloads.setdefault(output["id"], record.value) == record.value, "one id, two contents"
                found = risen.setdefault((kind, output["subject"]), [])
                if not found or output["sequence"] > found[-1]:
                    found.append(output["sequence"])
                times[output["id"]] += 1
        return times, risen

    def records(self, topic: str) -> list[tuple[Record, dict[str, Any]]]:
        """Records of a topic, each with its value."""
        return [(record, json.loads(record.value or b"")) for record in self.broker.read_all(topic, timeout=300)]

    def seconds_behind(self, topic: str) -> list[float]:
        """From each commit of an output to its arrival in the topic (whose records bear the broker's time)."""
        committed = dict(query(self.url, "SELECT id, recorded_at FROM outbox"))
        return [record.timestamp / 1000 - committed[output["id"]].timestamp() for record, output in self.records(topic)]

    def standing(self) -> set[tuple[Any, ...]]:
        """Notices that were sent and are still true."""
        return set(
            query(
                self.url,
                "SELECT c.id, n.clock, n.cycle, n.step FROM notices n JOIN cases c ON c.no = n.case_no "
                "WHERE n.state = 'fired' AND n.resolved IS NULL",
            )
        )

    def lateness(self) -> list[float]:
        """Seconds from the due time of each step that was fired to its firing, in order."""
        rows = query(self.url, "SELECT at, due_at FROM notices WHERE state = 'fired'")
        return sorted((at - due).total_seconds() for at, due in rows)

    def deadlocks(self) -> int:
        """Deadlocks of this database, whoever was told."""
        rows = query(self.url, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(rows[0][0])
