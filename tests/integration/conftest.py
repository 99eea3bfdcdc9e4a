"""The real parts of `tests.fixtures` under the names that these tests import, and the clients they are held on."""

import pytest

from tests.contract.sources.inputs import CLIENTS
from tests.fixtures import Topics
from triage.main.kafka_clients import Client, client_named

__all__ = ["Topics"]


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> Client:
    """One of the Kafka clients."""
    return client_named(request.param)
