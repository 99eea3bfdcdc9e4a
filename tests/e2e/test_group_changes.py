"""Changes around the consumer group at the worst moments. At full size: `make soak`."""

from pathlib import Path

from tests.e2e.scenarios.groups import database_gone, more_partitions, storm
from tests.services.kafka import Broker
from tests.services.postgres import Server


def test_a_rebalance_without_the_database_skips_no_offset(
    tmp_path: Path, broker: Broker, postgres_server: Server
) -> None:
    """PostgreSQL is away for longer than a worker keeps its partitions, and another joins meanwhile: both go on by
    themselves, with nothing lost."""
    database_gone(tmp_path, broker, postgres_server, cases=20, seconds=33)


def test_workers_that_come_and_go_under_load_lose_nothing(
    tmp_path: Path, broker: Broker, postgres_server: Server
) -> None:
    """Each joining and leaving moves partitions: no event is lost or repeated, and the backlog is gone soon after."""
    storm(tmp_path, broker, postgres_server, seconds=12, per_second=100, every=2)


def test_partitions_that_are_added_under_load_are_read_from_their_first_event(
    tmp_path: Path, broker: Broker, postgres_server: Server
) -> None:
    """Three become six: nothing of an aborted transaction counts, a case whose key has moved has one history."""
    more_partitions(tmp_path, broker, postgres_server, cases=200, per_second=200)
