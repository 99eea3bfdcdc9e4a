"""The real parts: one Apache Kafka and one PostgreSQL a test run, fresh topics and a fresh database a test.

A part that is missing fails the tests that need it; it never skips them.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.ran import ran_on
from tests.services.desk import ServiceUnavailable
from tests.services.kafka import Broker
from tests.services.postgres import Server

INSTALL = "The tests need the real parts: apt-get install default-jdk-headless maven postgresql"


@dataclass(frozen=True)
class Topics:
    """The names of one test's four topics."""

    events: str
    decisions: str
    alerts: str
    dead_letters: str


@pytest.fixture(scope="session")
def broker(pytestconfig: pytest.Config) -> Iterator[Broker]:
    """The run's Apache Kafka. A test may kill it: `topics` brings it up again for the next."""
    part = Broker()
    _start(part, pytestconfig)
    yield part
    part.close()


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> Iterator[Server]:
    """The run's PostgreSQL. A test may kill it: `postgres_url` brings it up again for the next."""
    part = Server()
    _start(part, pytestconfig)
    yield part
    part.close()


@pytest.fixture
def topics(broker: Broker) -> Topics:
    """Four empty topics that no other test knows; events has six partitions, the others have two."""
    return new_topics(broker)


def new_topics(broker: Broker) -> Topics:
    """The same, for a fixture of a wider scope, and for a test that wants more of them."""
    broker.start()
    prefix = f"test-{uuid.uuid4().hex[:12]}.complaints"
    names = Topics(f"{prefix}.events", f"{prefix}.decisions", f"{prefix}.alerts", f"{prefix}.dead-letters")
    broker.create_topics({names.events: 6, names.decisions: 2, names.alerts: 2, names.dead_letters: 2})
    return names


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database that no other test knows; it is dropped after the test."""
    postgres_server.start()
    url = postgres_server.fresh_database()
    yield url
    postgres_server.start()
    postgres_server.drop_database(url)


def _start(part: Broker | Server, config: pytest.Config) -> None:
    try:
        part.start()
    except ServiceUnavailable as missing:
        part.close()
        pytest.fail(f"{missing}\n{INSTALL}", pytrace=False)
    ran_on(config)[f"started: {part.version.partition(' at ')[0]}"] += 1
