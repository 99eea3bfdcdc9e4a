"""The schema: brought up to date by `triage db upgrade`; only SQLite is migrated at a start, after a copy."""

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from triage.adapters.store.engine import make_engine, parse_url, shown
from triage.errors import Unreachable

MIGRATIONS = Path(__file__).parent / "migrations"
CURRENT, BEHIND = "current", "behind"


def upgrade(url: str) -> str:
    """Bring the schema up to date; gives its revision. Raises Unreachable."""
    engine = make_engine(parse_url(url))
    try:
        schema_status(engine)
        with engine.begin() as connection:
            command.upgrade(_config(connection), "head")
    except DBAPIError as error:
        raise unreachable(engine.url, error) from error
    finally:
        engine.dispose()
    return _head()


def status(url: str) -> str:
    """`current` or `behind`. Raises Unreachable."""
    engine = make_engine(parse_url(url))
    try:
        return schema_status(engine)
    finally:
        engine.dispose()


def schema_status(engine: sa.Engine) -> str:
    """`current` or `behind`. Raises Unreachable, also when the schema is newer than this version knows."""
    try:
        with engine.connect() as connection:
            found = MigrationContext.configure(connection).get_current_revision()
    except DBAPIError as error:
        raise unreachable(engine.url, error) from error
    if found not in (None, *(script.revision for script in _scripts().walk_revisions())):
        raise Unreachable(
            [f"store {shown(engine.url)}: the schema ({found}) is newer than this version of triage knows"]
        )
    return CURRENT if found == _head() else BEHIND


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
    copy = path.with_name(f"{path.name}{BEFORE}{_head()}")
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


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)


def _head() -> str:
    head = _scripts().get_current_head()
    assert head is not None, "there is at least one migration"
    return head
