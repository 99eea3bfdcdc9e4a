"""The store's two databases: every test runs on both, unless it asks for one by name.

A missing PostgreSQL fails the tests that need it, and a run of the whole folder fails when it ran no test on one of
them.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.contract.builders import MovableTime, outside
from tests.ran import is_one_of_several, ran_on
from tests.services.postgres import Server
from triage.adapters.store import schema
from triage.adapters.store.store import SqlStore, open_store
from triage.adapters.store.tables import METADATA

HERE = Path(__file__).parent
SQLITE, POSTGRESQL = "sqlite", "PostgreSQL"

Open = Callable[[], SqlStore]


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of an embedded database that does not exist yet."""
    return f"sqlite:///{tmp_path}/store.db"


@pytest.fixture(scope="session")
def running_server(postgres_server: Server) -> Server:
    """The run's PostgreSQL; who stops it takes `mortal_server`, so that no other test has to look after it."""
    return postgres_server


@pytest.fixture
def bare_postgresql_url(running_server: Server) -> Iterator[str]:
    """The URL of a PostgreSQL database without tables."""
    url = running_server.fresh_database()
    yield url
    running_server.drop_database(url)


@pytest.fixture(scope="session")
def migrated_postgresql_url(running_server: Server) -> Iterator[str]:
    """The URL of the run's database with tables: making one for each test would take most of the time."""
    url = running_server.fresh_database()
    schema.upgrade(url)
    yield url
    running_server.drop_database(url)


@pytest.fixture
def postgresql_url(migrated_postgresql_url: str) -> str:
    """The URL of a PostgreSQL database with empty tables, numbering from 1."""
    with outside(migrated_postgresql_url) as connection:
        connection.exec_driver_sql(f"TRUNCATE {', '.join(METADATA.tables)} RESTART IDENTITY")
    return migrated_postgresql_url


@pytest.fixture
def mortal_server(running_server: Server, postgresql_url: str) -> Iterator[Server]:
    """The server of `postgresql_url`, for tests that stop it: it runs again for the next."""
    yield running_server
    running_server.start()


@pytest.fixture(params=[SQLITE, POSTGRESQL])
def backend(request: pytest.FixtureRequest) -> str:
    """The database that the test runs on."""
    name: str = request.param
    return name


@pytest.fixture
def store_url(backend: str, request: pytest.FixtureRequest) -> str:
    """The URL of an empty store."""
    url: str = request.getfixturevalue("sqlite_url" if backend == SQLITE else "postgresql_url")
    return url


@pytest.fixture
def time() -> MovableTime:
    """The service's time, which the test moves."""
    return MovableTime()


@pytest.fixture
def open_another(store_url: str, time: MovableTime) -> Iterator[Open]:
    """Opens the same store once more, as another process would."""
    opened: list[SqlStore] = []

    def another() -> SqlStore:
        opened.append(open_store(store_url, time))
        return opened[-1]

    yield another
    for store in opened:
        store.close()


@pytest.fixture
def store(open_another: Open) -> SqlStore:
    """An empty store."""
    return open_another()


@pytest.fixture
def sqlite_store(sqlite_url: str, time: MovableTime) -> Iterator[SqlStore]:
    """An empty store on SQLite."""
    opened = open_store(sqlite_url, time)
    yield opened
    opened.close()


@pytest.fixture
def postgresql_store(postgresql_url: str, time: MovableTime) -> Iterator[SqlStore]:
    """An empty store on PostgreSQL."""
    opened = open_store(postgresql_url, time)
    yield opened
    opened.close()


def backend_of(item: pytest.Item) -> str | None:
    """The database that a test of the store runs on, None when it needs none."""
    if not isinstance(item, pytest.Function):
        return None
    fixtures = item.fixturenames
    if "store_url" in fixtures or "empty_url" in fixtures:
        return str(item.callspec.params["backend"])
    if "postgres_server" in fixtures:
        return POSTGRESQL
    return SQLITE if "sqlite_url" in fixtures else None


def verdict(ran: Mapping[str, int], *, whole: bool) -> str | None:
    """Why the run does not count, None when it does. `whole`: every test of the folder was asked for."""
    idle = [name for name in (SQLITE, POSTGRESQL) if not ran.get(told(name))]
    return f"no test of the store contract ran on {' or '.join(idle)}" if whole and idle else None


def told(backend: str) -> str:
    """The tests on a database, among what `tests.ran` tells."""
    return f"tests of the store contract on {backend}"


def _verdict(config: pytest.Config) -> str | None:
    return verdict(ran_on(config), whole=_is_whole(config) and not is_one_of_several(config))


def _is_whole(config: pytest.Config) -> bool:
    chosen = ("keyword", "markexpr", "deselect", "collectonly", "lf")
    if any(config.getoption(name, default=None) for name in chosen):
        return False
    asked = [(config.invocation_params.dir / argument).resolve() for argument in config.args]
    return any(path in (HERE, *HERE.parents) for path in asked)


def pytest_runtest_call(item: pytest.Item) -> None:
    """Count the test: its database is up."""
    if name := backend_of(item):
        ran_on(item.config)[told(name)] += 1


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A whole run without one of the databases has not proved the contract."""
    if _verdict(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what a whole run has missed."""
    if problem := _verdict(config):
        terminalreporter.write_line(f"FAILED: {problem}", red=True)
