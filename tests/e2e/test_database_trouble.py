"""What befalls PostgreSQL under load. At full size: `make soak`."""

from pathlib import Path

from tests.e2e.scenarios.database import cut_commits, database_crash, disk_full
from tests.services.kafka import Broker
from tests.services.postgres import Server


def test_a_crash_of_the_database_costs_nothing_but_time(
    tmp_path: Path, broker: Broker, postgres_server: Server
) -> None:
    """Not ready while it is away, ready by itself soon after; nothing is lost, repeated or quarantined."""
    database_crash(tmp_path, broker, postgres_server, per_second=100, seconds=9, away=3)


def test_a_connection_that_is_cut_at_its_commit_neither_loses_nor_repeats(
    tmp_path: Path, broker: Broker, postgres_server: Server
) -> None:
    """Whether the server had heard of the commit or not."""
    cut_commits(tmp_path, broker, postgres_server, per_second=100, seconds=6)


def test_a_full_disk_costs_nothing_but_time(tmp_path: Path, broker: Broker, postgres_server: Server) -> None:
    """Not ready while no row fits, ready by itself once there is room; nothing is lost, repeated or quarantined."""
    disk_full(tmp_path, broker, postgres_server, per_second=100, seconds=15, full=5)
