"""A PostgreSQL database of its own for one measurement."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from triage.adapters.processes import server_of
from triage.adapters.store import schema
from triage.adapters.store.engine import is_away, make_engine, parse_url
from triage.errors import Unreachable, WrongSettings


@contextmanager
def scratch_database(url: str) -> Iterator[str]:
    """The URL of a new database on the server of the URL, its schema current; it is dropped at the end. Raises
    WrongSettings: not PostgreSQL, or the user may create none; Unreachable."""
    parsed = parse_url(url)
    if parsed.drivername == "sqlite":
        raise WrongSettings([f"store.url {parsed.render_as_string()!r}: a PostgreSQL server is needed"])
    name = f"triage_bench_{uuid4().hex[:8]}"
    _administer(parsed, f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        own = parsed.set(database=name).render_as_string(hide_password=False)
        schema.upgrade(own)
        yield own
    finally:
        _administer(parsed, f'DROP DATABASE "{name}" WITH (FORCE)')


def server_process(url: str) -> int | None:
    """The first process of the server of the URL; None when it runs on another machine."""
    engine = make_engine(parse_url(url))
    try:
        with engine.connect() as connection:
            return server_of(int(connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()))
    finally:
        engine.dispose()


def _administer(url: URL, statement: str) -> None:
    engine = make_engine(url)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text(statement))
    except DBAPIError as error:
        where = f"store {url.render_as_string()}"
        if is_away(error):
            raise Unreachable([f"{where}: the server does not answer"]) from error
        raise WrongSettings([f"{where}: no database can be created there: {str(error.orig).strip()}"]) from error
    finally:
        engine.dispose()
