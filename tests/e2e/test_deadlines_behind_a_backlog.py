"""Deadlines that passed unseen: of past years, or while the broker was away. At full size: `make soak`."""

from pathlib import Path

from tests.e2e.scenarios.deadlines import backfill, broker_gone_at_the_deadline
from tests.services.kafka import Broker
from tests.services.postgres import Server


def test_ten_years_at_once_send_no_notice_of_the_past(tmp_path: Path, broker: Broker, postgres_server: Server) -> None:
    """Their steps are historic; of the live events behind them each deadline is told once, in time."""
    backfill(tmp_path, broker, postgres_server, cases=500, live=120, per_second=20)


def test_deadlines_that_pass_without_the_broker_are_told_as_lagging_and_taken_back(
    tmp_path: Path, broker: Broker, postgres_server: Server
) -> None:
    """Behind the longest hold a breach is told all the same; a reply that was in time takes it back."""
    broker_gone_at_the_deadline(tmp_path, broker, postgres_server, cases=20, hold=2, before_due=10)
