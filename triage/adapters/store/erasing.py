"""Erasing what people wrote from the rows around a case; ids, types and times stay."""

import json
from collections.abc import Collection
from typing import Any

import msgspec
import sqlalchemy as sa

from monitors.notices.message import DEAD_LETTERS as LETTERS
from triage.adapters.store.tables import CASES, DEAD_LETTERS, OUTBOX, TIMELINE, UNSENT
from triage.domain.event import AMENDED, REGISTERED
from triage.ports import Erased, Erasure

GONE = "erased"
"""Stands for the detail of an erased dead letter."""

AT_ONCE = 500
"""Dead letters in one statement."""

KEPT_HEADERS = ("dlq_reason", "dlq_origin", "dlq_at")


class SqlErasing:
    """Implements `triage.ports.Erasing` within one transaction. `is_done`: something was erased in it."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.is_done = False

    def erase(self, cases: Collection[str], erasure: Erasure) -> Erased:
        """Everything of these cases but their own rows. Each table is read once for all of them."""
        self.is_done = True
        connection = self._connection
        told = _erase_timelines(connection, cases, erasure)
        nobodys = sa.and_(DEAD_LETTERS.c.case_id.is_(None), _names(connection, cases))
        letters = _erase_letters(connection, sa.or_(DEAD_LETTERS.c.case_id.in_(cases), nobodys))
        outputs = letters.outputs + _erase_outputs(connection, cases, erasure)
        outputs += _empty_letters(connection, OUTBOX.c.key.in_(cases))
        return Erased(told, letters.dead_letters, outputs)

    def erase_letters_about(self, customer: str) -> Erased:
        """Every dead letter that names the customer."""
        self.is_done = True
        return _erase_letters(self._connection, _names(self._connection, [customer]))

    def with_customer(self, customer: str) -> list[str]:
        """The ids of a customer's cases."""
        query = sa.select(CASES.c.id).where(CASES.c.customer == customer).order_by(CASES.c.no)
        return list(self._connection.execute(query).scalars())

    def once_named(self, customer: str) -> list[str]:
        """Others' cases whose registration or amendments name the customer. Reads every such body."""
        told = sa.and_(
            TIMELINE.c.type.in_((REGISTERED, AMENDED)), _holds(self._connection, TIMELINE.c.body, [customer])
        )
        theirs = sa.and_(CASES.c.customer.is_distinct_from(customer), CASES.c.erased_at.is_(None))
        query = sa.select(CASES.c.id).where(theirs, CASES.c.no.in_(sa.select(TIMELINE.c.case_no).where(told)))
        return list(self._connection.execute(query.order_by(CASES.c.no)).scalars())


def _erase_letters(connection: sa.Connection, which: sa.ColumnElement[bool]) -> Erased:
    """The bytes, headers and details of some dead letters, stored and on their way out."""
    full = sa.or_(sa.func.length(DEAD_LETTERS.c.value) > 0, DEAD_LETTERS.c.headers.is_not(None))
    ids = connection.execute(sa.select(DEAD_LETTERS.c.id).where(which, full)).scalars().all()
    outputs = 0
    for some in (ids[at : at + AT_ONCE] for at in range(0, len(ids), AT_ONCE)):
        gone = {"value": b"", "headers": None, "detail": GONE}
        connection.execute(sa.update(DEAD_LETTERS).where(DEAD_LETTERS.c.id.in_(some)).values(**gone))
        outputs += _empty_letters(connection, OUTBOX.c.id.in_(some))
    return Erased(dead_letters=len(ids), outputs=outputs)


def _erase_timelines(connection: sa.Connection, cases: Collection[str], erasure: Erasure) -> int:
    ours = TIMELINE.c.case_no.in_(sa.select(CASES.c.no).where(CASES.c.id.in_(cases)))
    told = sa.and_(ours, TIMELINE.c.kind == "event", TIMELINE.c.body.is_not(None))
    count = connection.execute(sa.update(TIMELINE).where(told).values(body=None)).rowcount
    key = (TIMELINE.c.case_no, TIMELINE.c.seq)
    decided = sa.select(*key, TIMELINE.c.decision).where(ours, TIMELINE.c.decision.is_not(None))
    for number, seq, decision in connection.execute(decided).all():
        left = {"decision": erasure.decision(decision)}
        connection.execute(sa.update(TIMELINE).where(key[0] == number, key[1] == seq).values(**left))
    return count


def _erase_outputs(connection: sa.Connection, cases: Collection[str], erasure: Erasure) -> int:
    """Outputs of the cases: what is sent is emptied, what has to be sent goes out without what people wrote."""
    ours = sa.and_(OUTBOX.c.key.in_(cases), OUTBOX.c.topic != LETTERS, OUTBOX.c.payload != "")
    waiting = connection.execute(sa.select(OUTBOX.c.no, OUTBOX.c.payload).where(ours, UNSENT)).all()
    for no, payload in waiting:
        left = {"payload": erasure.output(payload)}
        connection.execute(sa.update(OUTBOX).where(OUTBOX.c.no == no).values(**left))
    sent = connection.execute(sa.update(OUTBOX).where(ours, sa.not_(UNSENT)).values(payload=""))
    return sent.rowcount + len(waiting)


def _empty_letters(connection: sa.Connection, which: sa.ColumnElement[bool]) -> int:
    """Dead letters in the outbox: no bytes, and no header of the sender's."""
    full = sa.and_(which, OUTBOX.c.topic == LETTERS, OUTBOX.c.payload != "")
    rows = connection.execute(sa.select(OUTBOX.c.no, OUTBOX.c.headers).where(full)).all()
    for no, headers in rows:
        left = {"payload": "", "is_base64": False, "headers": _without_theirs(headers)}
        connection.execute(sa.update(OUTBOX).where(OUTBOX.c.no == no).values(**left))
    return len(rows)


def _without_theirs(headers: str | None) -> str | None:
    """Our headers alone, and one that says why there are no bytes."""
    if headers is None:
        return None
    found = msgspec.json.decode(headers, type=tuple[tuple[str, bytes], ...])
    ours = [one for one in found if one[0] in KEPT_HEADERS]
    return msgspec.json.encode([*ours, ("dlq_detail", GONE.encode())]).decode()


def _names(connection: sa.Connection, names: Collection[str]) -> sa.ColumnElement[bool]:
    """Dead letters whose bytes hold one of the names as a JSON text, in either spelling."""
    return _holds(connection, DEAD_LETTERS.c.value, names)


def _holds(connection: sa.Connection, column: sa.Column[Any], names: Collection[str]) -> sa.ColumnElement[bool]:
    """Rows in which a column, of bytes or of text, holds one of the names as a JSON text, in either spelling."""
    spelled = {json.dumps(name, ensure_ascii=plain) for name in names for plain in (True, False)}
    sought: list[sa.BindParameter[Any]] = [
        sa.literal(one.encode(), sa.LargeBinary)
        if isinstance(column.type, sa.LargeBinary)
        else sa.literal(one, sa.Text)
        for one in spelled
    ]
    if connection.dialect.name == "postgresql":
        return sa.or_(*(sa.func.position(one.op("IN")(column)) > 0 for one in sought))
    return sa.or_(*(sa.func.instr(column, one) > 0 for one in sought))
