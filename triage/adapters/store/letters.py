"""Dead letters, as operators look after them: listed without their bytes, locked while one is judged anew."""

from typing import Any

import msgspec
import sqlalchemy as sa

from triage.adapters.store.tables import DEAD_LETTERS
from triage.ports import DeadLetter, LetterFilter, LetterHead, Redriven

_HEAD = (
    *(column for column in DEAD_LETTERS.c if column.name not in ("value", "headers")),
    sa.func.length(DEAD_LETTERS.c.value).label("size"),
)


class SqlDeadLetters:
    """Implements `triage.ports.DeadLetters` within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def heads(self, asked: LetterFilter, limit: int | None = None) -> list[LetterHead]:
        """The newest first."""
        columns = DEAD_LETTERS.c
        query = sa.select(*_HEAD).order_by(columns.no.desc()).limit(limit)
        for column, wanted in ((columns.reason, asked.reason), (columns.case_id, asked.case)):
            query = query if wanted is None else query.where(column == wanted)
        if asked.since is not None:
            query = query.where(columns.at >= asked.since)
        if not asked.redriven:
            query = query.where(columns.redriven_at.is_(None))
        return [LetterHead(**_told(row), size=row.size or 0) for row in self._connection.execute(query)]

    def named(self, beginning: str) -> list[str]:
        """The ids that begin so."""
        query = sa.select(DEAD_LETTERS.c.id).where(DEAD_LETTERS.c.id.startswith(beginning, autoescape=True))
        return list(self._connection.execute(query.order_by(DEAD_LETTERS.c.no)).scalars())

    def whole(self, letter: str) -> DeadLetter | None:
        """The letter with its bytes."""
        return self._one(sa.select(DEAD_LETTERS).where(DEAD_LETTERS.c.id == letter))

    def lock(self, letter: str) -> DeadLetter | None:
        """The same, locked until the transaction ends: the second of two operators finds it marked."""
        return self._one(sa.select(DEAD_LETTERS).where(DEAD_LETTERS.c.id == letter).with_for_update())

    def mark(self, letter: str, redriven: Redriven) -> None:
        """Note that it was redriven."""
        at, who, became = redriven
        self._connection.execute(
            sa.update(DEAD_LETTERS)
            .where(DEAD_LETTERS.c.id == letter)
            .values(redriven_at=at, redriven_by=who, became=became)
        )

    def _one(self, query: sa.Select[Any]) -> DeadLetter | None:
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        headers = msgspec.json.decode(row.headers, type=list[tuple[str, str]]) if row.headers else []
        return DeadLetter(
            **_told(row),
            value=row.value or b"",
            headers=tuple((name, value.encode("latin-1")) for name, value in headers),
        )


def letter_row(letter: DeadLetter) -> dict[str, Any]:
    """A new dead letter as a row."""
    headers = [(name, value.decode("latin-1")) for name, value in letter.headers]
    return {
        "id": letter.id,
        "reason": letter.reason,
        "detail": letter.detail,
        "origin": letter.origin,
        "at": letter.at,
        "value": letter.value,
        "headers": msgspec.json.encode(headers).decode() if headers else None,
        "case_id": letter.case,
        "is_copy": letter.copy,
    }


def _told(row: Any) -> dict[str, Any]:
    """What a head and a whole letter have in common."""
    return {
        "id": row.id,
        "reason": row.reason,
        "detail": row.detail,
        "origin": row.origin,
        "at": row.at,
        "case": row.case_id,
        "copy": row.is_copy,
        "redriven": Redriven(row.redriven_at, row.redriven_by, row.became) if row.redriven_at else None,
    }
