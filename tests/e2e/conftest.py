"""The desks that end-to-end tests of both kinds run on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.desks import FILES, KINDS, Desk, Desks


@pytest.fixture(params=KINDS)
def desks(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Desks]:
    """As many desks as a test wants, on files and SQLite, and again on Kafka and PostgreSQL."""
    parts = () if request.param == FILES else tuple(map(request.getfixturevalue, ("broker", "postgres_server")))
    with Desks(tmp_path, *parts) as found:
        yield found


@pytest.fixture
def desk(desks: Desks) -> Desk:
    """An empty desk of each kind."""
    return desks.new("desk")
