"""Operators' switches: append-only, the last word about each thing counts."""

from datetime import datetime

import sqlalchemy as sa

from triage.adapters.store.tables import SWITCHES
from triage.ports import Mute


class SqlSwitches:
    """Implements `triage.ports.Switches` within one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def mutes(self, now: datetime) -> tuple[Mute, ...]:
        """Those in force, by scope and value."""
        last = sa.select(sa.func.max(SWITCHES.c.no)).group_by(SWITCHES.c.switch, SWITCHES.c.scope, SWITCHES.c.value)
        query = (
            sa.select(SWITCHES.c.scope, SWITCHES.c.value, SWITCHES.c.until)
            .where(SWITCHES.c.switch == "mute", SWITCHES.c.until > now, SWITCHES.c.no.in_(last))
            .order_by(SWITCHES.c.scope, SWITCHES.c.value)
        )
        return tuple(Mute(*row) for row in self._connection.execute(query))

    def mute(self, mute: Mute, *, at: datetime, who: str, why: str) -> None:
        """Mute until an instant; one in the past ends an earlier word about the same."""
        self._connection.execute(sa.insert(SWITCHES).values(switch="mute", at=at, who=who, why=why, **mute._asdict()))
