"""The tables that the code names are the tables that the migrations make, on both databases."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from tests.contract.builders import NOW, SECOND, MovableTime, a_case, row_counts, write
from tests.contract.conftest import SQLITE
from triage.adapters.store import schema
from triage.adapters.store.columns import Instant
from triage.adapters.store.engine import make_engine, parse_url
from triage.adapters.store.store import open_store
from triage.adapters.store.tables import METADATA
from triage.errors import Unreachable
from triage.ports import LetterFilter, Mute, Pause


@pytest.fixture
def empty_url(backend: str, request: pytest.FixtureRequest) -> str:
    """The URL of a database without tables."""
    url: str = request.getfixturevalue("sqlite_url" if backend == SQLITE else "bare_postgresql_url")
    return url


def differences(url: str, metadata: sa.MetaData) -> list[Any]:
    """What autogenerate would change in the database to make it match."""
    engine = make_engine(parse_url(url))
    try:
        with engine.connect() as connection:
            options = {"compare_type": True, "compare_server_default": True}
            return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))
    finally:
        engine.dispose()


def test_migrations_and_tables_agree(empty_url: str) -> None:
    """Nothing is left to generate; a column that only one of them has would be seen."""
    schema.upgrade(empty_url)
    assert differences(empty_url, METADATA) == []
    planted = sa.MetaData(naming_convention=METADATA.naming_convention)
    for table in METADATA.tables.values():
        table.to_metadata(planted)
    planted.tables["cases"].append_column(sa.Column("planted", sa.Text))
    assert [change[0] for change in differences(empty_url, planted)] == ["add_column"]


def test_partial_indexes_are_partial(empty_url: str) -> None:
    """The due, the running and the unsent are found without a look at all the others."""
    schema.upgrade(empty_url)
    engine = make_engine(parse_url(empty_url))
    indexes = [index for table in ("cases", "clocks", "outbox") for index in sa.inspect(engine).get_indexes(table)]
    engine.dispose()
    wheres = {
        index["name"]: str(where)
        for index in indexes
        for option, where in index.get("dialect_options", {}).items()
        if option.endswith("_where")
    }
    assert set(wheres) == {
        "ix_clocks_next_at", "ix_clocks_provisional", "ix_clocks_running_due_at", "ix_clocks_without_next",
        "ix_cases_open", "ix_outbox_pending",
    }  # fmt: skip
    assert "next_at IS NOT NULL" in wheres["ix_clocks_next_at"]
    assert "'running'" in wheres["ix_clocks_running_due_at"]
    assert "'closed'" in wheres["ix_cases_open"]
    assert "provisional" in wheres["ix_clocks_provisional"]
    assert "next_at IS NULL" in wheres["ix_clocks_without_next"]
    assert "'pending'" in wheres["ix_outbox_pending"]


def test_upgrading_is_told_and_may_be_repeated(empty_url: str, time: MovableTime) -> None:
    """Behind, then current; a second upgrade changes nothing and keeps the rows."""
    assert schema.status(empty_url).state == schema.BEHIND
    revision = schema.upgrade(empty_url)
    assert schema.status(empty_url).state == schema.CURRENT
    store = open_store(empty_url, time)
    write(store, a_case())
    store.close()
    assert schema.upgrade(empty_url) == revision
    assert row_counts(empty_url) == {"cases": 1}


def test_revisions_are_those_of_the_migrations() -> None:
    """Each file is named after the revision in it, and each revision follows the one before it."""
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    scripts = reversed(list(ScriptDirectory.from_config(config).walk_revisions()))
    assert tuple(script.revision for script in scripts) == schema.REVISIONS


def test_a_store_of_the_first_release_keeps_its_rules(empty_url: str, time: MovableTime) -> None:
    """What was active stays active, what was before is retired, and both begin the history."""
    engine = make_engine(parse_url(empty_url))
    with engine.begin() as connection:
        schema.migrate(connection, "0001")
        for number, active in ((1, False), (2, True)):
            connection.execute(
                sa.text(
                    'INSERT INTO rulebooks (revision, name, files, activated_at, "by", is_active) '
                    "VALUES (:revision, 'desk', '{}', :at, 'host', :active)"
                ).bindparams(sa.bindparam("at", type_=Instant())),
                {"revision": f"r{number}", "at": NOW + number * SECOND, "active": active},
            )
    engine.dispose()
    assert schema.status(empty_url).state == schema.BEHIND
    schema.upgrade(empty_url)
    store = open_store(empty_url, time)
    with store.read() as reading:
        assert reading.rulebooks.states() == {"r1": "retired", "r2": "active"}
        assert [(one.no, one.revision, one.what, one.at, one.who) for one in reading.rulebooks.changes()] == [
            (1, "r1", "activated", NOW + SECOND, "host"),
            (2, "r2", "activated", NOW + 2 * SECOND, "host"),
        ]
    store.close()


def test_a_store_before_operators_keeps_switches_and_letters(empty_url: str, time: MovableTime) -> None:
    """A mute stays in force, a dead letter waits to be redriven, and a pause without an end finds room."""
    engine = make_engine(parse_url(empty_url))
    with engine.begin() as connection:
        schema.migrate(connection, "0002")
        for statement in (
            "INSERT INTO switches (at, who, why, switch, scope, value, until) "
            "VALUES (:at, 'li.na', 'x', 'mute', 'case', 'C-1', :until)",
            "INSERT INTO dead_letters (id, reason, detail, origin, at, value, is_copy) "
            "VALUES ('dl1', 'quarantined', 'x', 'events', :at, :value, :no)",
        ):
            bound = [sa.bindparam("at", type_=Instant()), sa.bindparam("until", type_=Instant())]
            given = {"at": NOW, "until": NOW + SECOND, "value": b"{", "no": False}
            wanted = {name: value for name, value in given.items() if f":{name}" in statement}
            connection.execute(sa.text(statement).bindparams(*(one for one in bound if one.key in wanted)), wanted)
    engine.dispose()
    schema.upgrade(empty_url)
    store = open_store(empty_url, time)
    pause = Pause("sweep", NOW, None, "li.na", "x")
    with store.transaction() as tx:
        tx.switches.pause(pause)
        assert tx.switches.mutes(NOW) == (Mute("case", "C-1", NOW + SECOND),)
        assert tx.switches.pauses(NOW) == (pause,)
        assert [(head.id, head.redriven) for head in tx.letters.heads(LetterFilter())] == [("dl1", None)]
    store.close()


def test_postgresql_is_never_migrated_by_a_start(bare_postgresql_url: str, time: MovableTime) -> None:
    """A schema that is behind refuses the start with exit code 3 and the command that mends it."""
    with pytest.raises(Unreachable, match=r"the schema is behind, run triage db upgrade$") as refused:
        open_store(bare_postgresql_url, time)
    assert refused.value.exit_code == 3
    assert schema.status(bare_postgresql_url).state == schema.BEHIND
    schema.upgrade(bare_postgresql_url)
    open_store(bare_postgresql_url, time).close()


def test_an_embedded_database_is_upgraded_when_opened(sqlite_url: str, time: MovableTime) -> None:
    """A new file gets its tables at once, without a copy beside it."""
    open_store(sqlite_url, time).close()
    assert schema.status(sqlite_url).state == schema.CURRENT
    assert [path.name for path in file_of(sqlite_url).parent.glob("*before*")] == []


def test_data_is_copied_before_an_upgrade(sqlite_url: str, time: MovableTime) -> None:
    """A file that is behind and holds data is copied whole first, what only its write-ahead log holds included."""
    path = file_of(sqlite_url)
    with sqlite3.connect(path) as old:
        old.execute("PRAGMA journal_mode = WAL")
        old.execute("CREATE TABLE kept (text TEXT)")
        old.execute("INSERT INTO kept VALUES ('投诉')")
        old.commit()
        open_store(sqlite_url, time).close()
    old.close()
    assert schema.status(sqlite_url).state == schema.CURRENT
    (copy,) = path.parent.glob("*before*")
    for database in (path, copy):
        reader = sqlite3.connect(database)
        assert reader.execute("SELECT text FROM kept").fetchall() == [("投诉",)]
        reader.close()


def test_a_newer_schema_refuses_the_start(empty_url: str, time: MovableTime) -> None:
    """After a step back to an older version: exit code 3, and the database stays as it is."""
    schema.upgrade(empty_url)
    engine = make_engine(parse_url(empty_url))
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    for call in (
        lambda: open_store(empty_url, time),
        lambda: schema.upgrade(empty_url),
        lambda: schema.status(empty_url),
    ):
        with pytest.raises(Unreachable, match=r"the schema \(9999\) is newer"):
            call()


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))
