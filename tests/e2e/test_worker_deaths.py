"""Workers that die or freeze: nothing is lost, nothing counts twice. At full size: `make soak`."""

from pathlib import Path

from tests.e2e.scenarios.deaths import SESSION, between_commits, kill_loop, zombie
from tests.services.kafka import Broker
from tests.services.postgres import Server


def test_workers_killed_under_load_lose_nothing_and_repeat_nothing(
    tmp_path: Path, broker: Broker, postgres_server: Server
) -> None:
    """kill -9 at random: every event once, outputs without a gap, the same cases, clocks and alerts as an undisturbed
    run leaves."""
    kill_loop(tmp_path, broker, postgres_server, complaints=216, seconds=10, every=3)


def test_a_death_between_the_two_commits_neither_repeats_nor_skips(
    tmp_path: Path, broker: Broker, postgres_server: Server
) -> None:
    """Dead behind the commit in the database and before Kafka's: the restart goes on with the next offset."""
    between_commits(tmp_path, broker, postgres_server, deaths=2)


def test_a_frozen_worker_commits_nothing_of_what_others_took_over(
    tmp_path: Path, broker: Broker, postgres_server: Server
) -> None:
    """Stopped within a transaction for longer than its session: another does its work within that time, and once it
    is awake it commits nothing of what it held and works again."""
    zombie(tmp_path, broker, postgres_server, events=300, frozen=1.7 * SESSION)
