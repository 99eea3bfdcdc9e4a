"""The promises at full size, on a broker and a PostgreSQL of their own.

python -m tests.e2e.scenarios NAME… | all
"""

import shutil
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from tests.e2e.scenarios import database, deadlines, deaths, groups, outputs
from tests.services.kafka import Broker, GuardedBroker
from tests.services.postgres import Server

FULL = {
    "kill-loop": partial(deaths.kill_loop, complaints=4000, seconds=120, every=3),
    "between-commits": partial(deaths.between_commits, deaths=50),
    "zombie": partial(deaths.zombie, events=2000, frozen=2 * deaths.SESSION),
    "x-kill-loop": partial(deaths.kill_loop, complaints=200, seconds=15, every=3),
    "x-between-commits": partial(deaths.between_commits, deaths=2),
    "database-gone": partial(groups.database_gone, cases=400, seconds=60),
    "storm": partial(groups.storm, seconds=180, per_second=500, every=5),
    "more-partitions": partial(groups.more_partitions, cases=4000, per_second=500),
    "outbox-order": partial(outputs.outbox_order, keys=50, decisions=5000, kills=20, per_second=14),
    "broker-restart": partial(outputs.broker_restart, away=180, per_second=100, load_seconds=60),
    "refused": partial(outputs.refused, cases=1000, per_second=100),
    "database-crash": partial(database.database_crash, per_second=500, seconds=60, away=20),
    "cut-commits": partial(database.cut_commits, per_second=500, seconds=60),
    "disk-full": partial(database.disk_full, per_second=500, seconds=180, full=120),
    "x-outbox-order": partial(outputs.outbox_order, keys=20, decisions=400, kills=2, per_second=14),
    "x-broker-restart": partial(outputs.broker_restart, away=12, per_second=50, load_seconds=8),
    "x-refused": partial(outputs.refused, cases=60, per_second=60),
    "x-database-crash": partial(database.database_crash, per_second=100, seconds=12, away=5),
    "x-cut-commits": partial(database.cut_commits, per_second=100, seconds=10),
    "x-disk-full": partial(database.disk_full, per_second=100, seconds=30, full=12),
    "backfill": partial(deadlines.backfill, cases=260_000, live=1000, per_second=20),
    "broker-gone": partial(deadlines.broker_gone_at_the_deadline, cases=500, hold=900, before_due=60),
    "x-backfill": partial(deadlines.backfill, cases=600, live=200, per_second=20),
    "x-broker-gone": partial(deadlines.broker_gone_at_the_deadline, cases=20, hold=3, before_due=8),
    "x-database-gone": partial(groups.database_gone, cases=20, seconds=35),
    "x-storm": partial(groups.storm, seconds=20, per_second=100, every=4),
    "x-more-partitions": partial(groups.more_partitions, cases=300, per_second=100),
    "x-zombie": partial(deaths.zombie, events=200, frozen=2 * deaths.SESSION),
}


def make_broker(name: str) -> Broker:
    return GuardedBroker() if name.endswith("refused") else Broker()


def main() -> None:
    names = list(FULL) if sys.argv[1:] == ["all"] else sys.argv[1:]
    for name in names:
        directory = Path(tempfile.mkdtemp(prefix=f"triage-{name}-"))
        with make_broker(name) as broker, Server() as server:
            began = time.monotonic()
            figures = FULL[name](directory, broker, server)
        shutil.rmtree(directory)  # after a failure the logs stay
        line = ", ".join(f"{key} {value}" for key, value in figures.items())
        print(f"{name}: {line} ({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
