"""Outputs while publishers die, the broker is away, or a topic refuses them. At full size: `make soak`."""

from pathlib import Path

from tests.e2e.scenarios.outputs import broker_restart, outbox_order, refused
from tests.services.kafka import Broker, GuardedBroker
from tests.services.postgres import Server


def test_outputs_stay_complete_and_in_order_when_their_publisher_is_killed(
    tmp_path: Path, broker: Broker, postgres_server: Server
) -> None:
    """Of three instances the one on duty dies: what is sent twice is the same, numbers rise by one."""
    outbox_order(tmp_path, broker, postgres_server, keys=20, decisions=400, kills=1, per_second=25)


def test_a_broker_that_stops_and_dies_costs_nothing_but_time(
    tmp_path: Path, broker: Broker, postgres_server: Server
) -> None:
    """No event and no notice is lost, no process ends or calls itself ill, and all is sent soon after."""
    broker_restart(tmp_path, broker, postgres_server, away=10, per_second=50, load_seconds=8)


def test_what_a_topic_refuses_holds_nothing_else_up(tmp_path: Path, postgres_server: Server) -> None:
    """A dead letter of 3 MB, a decision that is too large, a topic without the right to write: each is told and
    counted, every other output leaves in time."""
    with GuardedBroker() as broker:
        refused(tmp_path, broker, postgres_server, cases=60, per_second=60)
