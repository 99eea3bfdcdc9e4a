"""The schema: brought up to date by `triage db upgrade`; only SQLite is migrated at a start, after a copy."""

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from triage.adapters.store.engine import make_engine, parse_url, shown
from triage.errors import Unreachable
from triage.ports import SchemaState

MIGRATIONS = Path(__file__).parent / "migrations"
REVISIONS = tuple(sorted(path.name[1:5] for path in (MIGRATIONS / "versions").glob("v*.py")))
"""Of the schema, oldest first; each file is named after its own. Told without Alembic, which takes a tenth of a second
to import: only who upgrades pays for it."""

HEAD = REVISIONS[-1]
CURRENT, BEHIND = "current", "behind"


def upgrade(url: str) -> str:
    """Bring the schema up to date; gives its revision. Raises Unreachable."""
    engine = make_engine(parse_url(url))
    try:
        schema_status(engine)
        with engine.begin() as connection:
            migrate(connection)
    except DBAPIError as error:
        raise unreachable(engine.url, error) from error
    finally:
        engine.dispose()
    return HEAD


def status(url: str) -> SchemaState:
    """How far the schema is. Raises Unreachable, also when it is newer than this version knows."""
    engine = make_engine(parse_url(url))
    try:
        found = _known_revision(engine)
    finally:
        engine.dispose()
    return SchemaState(state=_state(found), revision=found, newest=HEAD)


def schema_status(engine: sa.Engine) -> str:
    """`current` or `behind`. Raises Unreachable, also when the schema is newer than this version knows."""
    return _state(_known_revision(engine))


def _state(revision: str | None) -> str:
    return CURRENT if revision == HEAD else BEHIND


def _known_revision(engine: sa.Engine) -> str | None:
    try:
        with engine.connect() as connection:
            found = _revision(connection)
    except DBAPIError as error:
        raise unreachable(engine.url, error) from error
    if found not in (None, *REVISIONS):
        raise Unreachable(
            [f"store {shown(engine.url)}: the schema ({found}) is newer than this version of triage knows"]
        )
    return found


def migrate_sqlite(url: URL, engine: sa.Engine) -> None:
    """Bring an embedded database up to date; a file that holds data is copied first."""
    if schema_status(engine) == CURRENT:
        return
    is_new = not sa.inspect(engine).get_table_names()
    if not is_new:
        _copy(url, engine)
    upgrade(url.render_as_string(hide_password=False))
    if not is_new:  # earlier versions left what they deleted in free pages
        with closing(engine.raw_connection()) as pooled:
            pooled.cursor().execute("VACUUM")


BEFORE = ".before-"
"""Between the name of an embedded database and the revision before which it was copied."""


def copies(url: URL) -> list[Path]:
    """The copies of an embedded database that were made before migrations."""
    path = Path(url.database or "")
    return sorted(one for one in path.parent.iterdir() if one.name.startswith(f"{path.name}{BEFORE}"))


def _copy(url: URL, engine: sa.Engine) -> None:
    """Beside the file, with what only its write-ahead log holds."""
    path = Path(url.database or "")
    copy = path.with_name(f"{path.name}{BEFORE}{HEAD}")
    try:
        with closing(engine.raw_connection()) as pooled, closing(sqlite3.connect(copy)) as target:
            source = pooled.driver_connection
            assert isinstance(source, sqlite3.Connection), "only embedded databases are copied"
            source.backup(target)
    except sqlite3.Error as error:
        raise Unreachable([f"store {shown(url)}: cannot be copied to {copy}: {error}"]) from error


def unreachable(url: URL, error: DBAPIError) -> Unreachable:
    """What was tried, and what came back, without the password."""
    reason = str(error.orig).strip().splitlines()[0] if error.orig else type(error).__name__
    return Unreachable([f"store {shown(url)}: {reason}"])


def _revision(connection: sa.Connection) -> str | None:
    """What Alembic noted, None in a database without tables."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().one_or_none()


def migrate(connection: sa.Connection, revision: str = HEAD) -> None:
    """Bring the database from where it stands to that revision, in the transaction of the connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
