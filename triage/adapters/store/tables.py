"""The tables. Instants are UTC; child rows carry the case's integer number."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from triage.adapters.store.columns import BigKey, Instant
from triage.domain.lifecycle import FINAL_STATUSES

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

CASES = sa.Table(
    "cases",
    METADATA,
    sa.Column("no", BigKey, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("customer", sa.Text, index=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("priority", sa.Text),
    sa.Column("department", sa.Text),
    sa.Column("owner", sa.Text),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("erased_at", Instant),
)

sa.Index("ix_cases_desk", *(CASES.c[name] for name in ("department", "priority", "status", "owner", "no")))
"""Everything that a listing asks of a case, beside its document: a row has some KB, an entry here some dozen bytes."""

OPEN = CASES.c.status.not_in([sa.literal_column(f"'{status}'") for status in sorted(FINAL_STATUSES)])
"""Cases on which work is still expected, in literals so that the partial index serves the query."""

sa.Index(
    "ix_cases_open",
    CASES.c.department,
    CASES.c.priority,
    CASES.c.received_at,
    CASES.c.status,  # SQLite asks for what the condition names, too, and would read the table for it
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)

TIMELINE = sa.Table(
    "timeline",
    METADATA,
    sa.Column("case_no", sa.BigInteger, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("event_id", sa.Text),
    sa.Column("source", sa.Text),
    sa.Column("digest", sa.Text),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("event_time", Instant, nullable=False),
    sa.Column("recorded_at", Instant, nullable=False),
    sa.Column("body", sa.Text),
    sa.Column("decision", sa.Text),
    sa.PrimaryKeyConstraint("case_no", "seq"),
    sa.UniqueConstraint("event_id", "source"),
)

CLOCKS = sa.Table(
    "clocks",
    METADATA,
    sa.Column("case_no", sa.BigInteger, nullable=False),
    sa.Column("clock", sa.Text, nullable=False),
    sa.Column("cycle", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("started_at", Instant, nullable=False),
    sa.Column("due_at", Instant),
    sa.Column("original_due_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("breached", sa.Boolean, nullable=False),
    sa.Column("late_before", sa.Integer),
    sa.Column("against_us", sa.Boolean, nullable=False),
    sa.Column("revision", sa.Text, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("next_step", sa.Text),
    sa.Column("next_at", Instant),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("retry_at", Instant),
    sa.PrimaryKeyConstraint("case_no", "clock", "cycle"),
)
sa.Index(
    "ix_clocks_next_at",
    CLOCKS.c.next_at,
    sqlite_where=CLOCKS.c.next_at.is_not(None),
    postgresql_where=CLOCKS.c.next_at.is_not(None),
)
RUNNING = CLOCKS.c.state == sa.literal_column("'running'")
"""Running clocks, in a literal so that the partial index serves the query."""


AGAINST_US = CLOCKS.c.against_us
"""Clocks on which we are late when they pass; the others only tell."""


def overdue(now: datetime) -> sa.ColumnElement[bool]:
    """Clocks against us that run past their due time, whose whole second still counts."""
    return sa.and_(RUNNING, AGAINST_US, CLOCKS.c.due_at <= now - timedelta(seconds=1))


WITHOUT_NEXT = sa.and_(RUNNING, CLOCKS.c.next_at.is_(None))
sa.Index("ix_clocks_without_next", CLOCKS.c.due_at, sqlite_where=WITHOUT_NEXT, postgresql_where=WITHOUT_NEXT)
"""Running clocks that nobody will look at again; when such a one is due later than now, it was forgotten."""

_FEW = sa.and_(RUNNING, CLOCKS.c.provisional)
sa.Index("ix_clocks_provisional", CLOCKS.c.case_no, sqlite_where=_FEW, postgresql_where=_FEW)
PROVISIONAL = sa.and_(_FEW, CLOCKS.c.case_no > 0)
"""Running clocks counted over dates that no calendar knows yet: few among many. Without a bound on its column SQLite
takes another index and reads every running clock."""

sa.Index(
    "ix_clocks_running_due_at",
    *(CLOCKS.c[name] for name in ("due_at", "case_no", "clock", "against_us", "state")),
    sqlite_where=RUNNING,
    postgresql_where=RUNNING,
)
"""All that figures and listings ask of running clocks, in the order of their deadlines: thousands are due in the same
second, the last of a day, so that the order needs the case's number."""

NOTICES = sa.Table(
    "notices",
    METADATA,
    sa.Column("case_no", sa.BigInteger, nullable=False),
    sa.Column("clock", sa.Text, nullable=False),
    sa.Column("cycle", sa.Integer, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("again", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("resolved", sa.Text),
    sa.PrimaryKeyConstraint("case_no", "clock", "cycle", "step", "due_at", "again"),
)

OUTBOX = sa.Table(
    "outbox",
    METADATA,
    sa.Column("no", BigKey, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("payload", sa.Text, nullable=False),
    sa.Column("is_base64", sa.Boolean, nullable=False),
    sa.Column("headers", sa.Text),
    sa.Column("state", sa.Text, nullable=False, server_default="pending"),
    sa.Column("detail", sa.Text),
    sa.Column("recorded_at", Instant, nullable=False),
)
UNSENT = sa.and_(OUTBOX.c.state.in_([sa.literal_column("'pending'"), sa.literal_column("'held'")]))
"""Outputs still to be published, in literals so that the partial index serves the query."""

sa.Index("ix_outbox_pending", OUTBOX.c.no, sqlite_where=UNSENT, postgresql_where=UNSENT)

OFFSETS = sa.Table(
    "offsets",
    METADATA,
    sa.Column("input", sa.Text, nullable=False),
    sa.Column("partition", sa.Integer, nullable=False),
    sa.Column("next_offset", sa.BigInteger, nullable=False),
    sa.Column("marker", sa.Text),
    sa.Column("trying", sa.BigInteger),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("caught_up_at", Instant),
    sa.PrimaryKeyConstraint("input", "partition"),
)

RULEBOOKS = sa.Table(
    "rulebooks",
    METADATA,
    sa.Column("revision", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("files", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("shadow_run", sa.BigInteger),
)
IS_ACTIVE = RULEBOOKS.c.state == sa.literal_column("'active'")
"""The active revision, in a literal so that the partial index serves the query."""

IN_SHADOW = RULEBOOKS.c.shadow_run.is_not(None)
sa.Index("ix_rulebooks_active", RULEBOOKS.c.state, unique=True, sqlite_where=IS_ACTIVE, postgresql_where=IS_ACTIVE)

RULEBOOK_CHANGES = sa.Table(
    "rulebook_changes",
    METADATA,
    sa.Column("no", BigKey, primary_key=True, autoincrement=True),
    sa.Column("revision", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)

SHADOW_TALLIES = sa.Table(
    "shadow_tallies",
    METADATA,
    sa.Column("run", sa.BigInteger, nullable=False),
    sa.Column("against", sa.Text, nullable=False),
    sa.Column("instance", sa.Text, nullable=False),
    sa.Column("tally", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("run", "against", "instance"),
)

LEASES = sa.Table(
    "leases",
    METADATA,
    sa.Column("duty", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("until", Instant, nullable=False),
)

DEAD_LETTERS = sa.Table(
    "dead_letters",
    METADATA,
    sa.Column("no", BigKey, primary_key=True, autoincrement=True),
    sa.Column("id", sa.Text, nullable=False, unique=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("value", sa.LargeBinary, nullable=False),
    sa.Column("headers", sa.Text),
    sa.Column("case_id", sa.Text),
    sa.Column("is_copy", sa.Boolean, nullable=False),
    sa.Column("redriven_at", Instant),
    sa.Column("redriven_by", sa.Text),
    sa.Column("became", sa.Text),
)

SWITCHES = sa.Table(
    "switches",
    METADATA,
    sa.Column("no", BigKey, primary_key=True, autoincrement=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("switch", sa.Text, nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("until", Instant),
)

AUDIT = sa.Table(
    "audit",
    METADATA,
    sa.Column("no", BigKey, primary_key=True, autoincrement=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)
