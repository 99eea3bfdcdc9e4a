"""The outbox and the lease of its dispatcher."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from monitors.notices.message import Message
from monitors.ports import Delivery
from triage.adapters.store.bulk import among_numbers, as_list
from triage.adapters.store.tables import LEASES, OUTBOX, UNSENT

HELD_TRIED = 20
"""Messages of a refusing topic that one batch tries again."""

SENT_COLUMNS = ("no", "id", "topic", "key", "sequence", "payload", "is_base64", "headers")

STATE_AFTER = {"retry": "pending"}
"""Results of a sending that are not themselves the state of the row."""


def outbox_row(message: Message, now: datetime) -> dict[str, Any]:
    """A message as a row. Payloads are texts; bytes that are no UTF-8 are kept in base64."""
    try:
        payload, is_base64 = message.payload.decode(), False
        is_base64 = "\x00" in payload  # PostgreSQL's text has no U+0000
    except UnicodeDecodeError:
        payload, is_base64 = "", True
    return {
        "id": message.id,
        "topic": message.topic,
        "key": message.key,
        "sequence": message.sequence,
        "payload": b64encode(message.payload).decode() if is_base64 else payload,
        "is_base64": is_base64,
        "headers": msgspec.json.encode(message.headers).decode() if message.headers else None,
        "recorded_at": now,
    }


def to_message(row: Any) -> Message:
    """A row as the message that it was."""
    headers = msgspec.json.decode(row.headers, type=tuple[tuple[str, bytes], ...]) if row.headers else ()
    return Message(
        no=row.no,
        id=row.id,
        topic=row.topic,
        key=row.key,
        sequence=row.sequence,
        payload=b64decode(row.payload) if row.is_base64 else row.payload.encode(),
        headers=headers,
    )


class SqlOutbox:
    """Implements `monitors.ports.Outbox`, each call in a transaction of its own."""

    def __init__(self, begin: Callable[[], AbstractContextManager[sa.Connection]]) -> None:
        self._begin = begin

    def pending(self, limit: int) -> Sequence[Message]:
        """Unsent messages in the order of their numbers. Of a topic that refuses us only the first few are tried, so
        that they never stand in the way of the others."""
        with self._begin() as connection:
            topics = sa.select(OUTBOX.c.topic).where(UNSENT, OUTBOX.c.state == "held").distinct()
            held = connection.execute(topics).scalars().all()
            unsent = sa.select(*(OUTBOX.c[name] for name in SENT_COLUMNS)).where(UNSENT).order_by(OUTBOX.c.no)
            rows = list(connection.execute(unsent.where(OUTBOX.c.topic.not_in(held)).limit(limit)))
            for topic in held:
                rows += connection.execute(unsent.where(OUTBOX.c.topic == topic).limit(HELD_TRIED))
            return [to_message(row) for row in rows]

    def is_waiting(self) -> bool:
        """Whether a message waits that was not refused."""
        with self._begin() as connection:
            query = sa.select(sa.func.count()).where(UNSENT, OUTBOX.c.state == "pending")
            return bool(connection.execute(query).scalar_one())

    def mark(self, deliveries: Sequence[Delivery]) -> None:
        """Record the results; what failed for now stays pending. What an operator took out meanwhile stays out, unless
        it was sent."""
        if not deliveries:
            return
        alike: dict[tuple[str, str | None], list[int]] = {}
        for one in deliveries:
            alike.setdefault((STATE_AFTER.get(one.result, one.result), one.detail or None), []).append(one.no)
        with self._begin() as connection:
            chosen = among_numbers(connection, "no", "numbers")
            statement = sa.text(
                "UPDATE outbox SET state = :state, detail = :detail "
                f"WHERE {chosen} AND (state IN ('pending', 'held') OR :is_sent)"
            )
            for (state, detail), numbers in alike.items():
                row = {"state": state, "detail": detail, "numbers": as_list(numbers), "is_sent": state == "sent"}
                connection.execute(statement, row)


class SqlLease:
    """Implements `monitors.ports.Lease`. `time`: the database's clock where it has one."""

    def __init__(
        self,
        begin: Callable[[], AbstractContextManager[sa.Connection]],
        time: Callable[[sa.Connection], datetime],
    ) -> None:
        self._begin, self._time = begin, time

    def hold(self, duty: str, holder: str, seconds: float) -> bool:
        """Take or renew the duty; False when another holds it."""
        with self._begin() as connection:
            now = self._time(connection)
            until = now + timedelta(seconds=seconds)
            free = sa.or_(LEASES.c.holder == holder, LEASES.c.until < now)
            renewed = connection.execute(
                sa.update(LEASES).where(LEASES.c.duty == duty, free).values(holder=holder, until=until)
            )
            if renewed.rowcount:
                return True
            taken = connection.execute(
                sa.text(
                    "INSERT INTO leases (duty, holder, until) VALUES (:duty, :holder, :until) ON CONFLICT DO NOTHING"
                ).bindparams(sa.bindparam("until", type_=LEASES.c.until.type)),
                {"duty": duty, "holder": holder, "until": until},
            )
            return bool(taken.rowcount)

    def release(self, duty: str, holder: str) -> None:
        """Give the duty back, when it is held by this holder."""
        with self._begin() as connection:
            connection.execute(sa.delete(LEASES).where(LEASES.c.duty == duty, LEASES.c.holder == holder))
