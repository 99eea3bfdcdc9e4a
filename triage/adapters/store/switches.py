"""Operators' switches: append-only, the last word about each thing counts."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from triage.adapters.store.tables import SWITCHES
from triage.ports import Mute, Pause


class SqlSwitches:
    """Implements `triage.ports.Switches` within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def mutes(self, now: datetime) -> tuple[Mute, ...]:
        """Those in force, by scope and value."""
        columns = (SWITCHES.c.scope, SWITCHES.c.value, SWITCHES.c.until)
        query = _last("mute", *columns).where(SWITCHES.c.until > now)
        return tuple(Mute(*row) for row in self._connection.execute(query))

    def mute(self, mute: Mute, *, at: datetime, who: str, why: str) -> None:
        """Mute until an instant; one in the past ends an earlier word about the same."""
        self._connection.execute(sa.insert(SWITCHES).values(switch="mute", at=at, who=who, why=why, **mute._asdict()))

    def pauses(self, now: datetime) -> tuple[Pause, ...]:
        """Those in force, by work."""
        columns = (SWITCHES.c.value, SWITCHES.c.at, SWITCHES.c.until, SWITCHES.c.who, SWITCHES.c.why)
        query = _last("pause", *columns).where(sa.or_(SWITCHES.c.until.is_(None), SWITCHES.c.until > now))
        return tuple(Pause(*row) for row in self._connection.execute(query))

    def pause(self, pause: Pause) -> None:
        """Stop a work; a later word about the same replaces it."""
        self._say_pause(pause.work, pause.until, at=pause.since, who=pause.who, why=pause.why)

    def resume(self, work: str, *, at: datetime, who: str, why: str) -> None:
        """End the pause of a work."""
        self._say_pause(work, at, at=at, who=who, why=why)

    def _say_pause(self, work: str, until: datetime | None, *, at: datetime, who: str, why: str) -> None:
        row = {"switch": "pause", "scope": "work", "value": work, "until": until, "at": at, "who": who, "why": why}
        self._connection.execute(sa.insert(SWITCHES).values(row))


def _last(switch: str, *columns: sa.Column[Any]) -> sa.Select[Any]:
    """The last word about each thing of a kind, by scope and value."""
    last = (
        sa.select(sa.func.max(SWITCHES.c.no)).where(SWITCHES.c.switch == switch)
        .group_by(SWITCHES.c.scope, SWITCHES.c.value)
    )  # fmt: skip
    return sa.select(*columns).where(SWITCHES.c.no.in_(last)).order_by(SWITCHES.c.scope, SWITCHES.c.value)
