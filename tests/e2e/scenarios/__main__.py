"""The promises at full size, each on a broker and a PostgreSQL of its own. One line of figures for each.

    python -m tests.e2e.scenarios NAME… | all

A promise that does not hold ends the run; the logs of its workers stay in the directory that is named.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.e2e.judge import Figures
from tests.e2e.scenarios import database, deadlines, deaths, groups, outputs
from tests.services.kafka import Broker, GuardedBroker
from tests.services.postgres import Server

GUARDED = "refused"

FULL: dict[str, Callable[..., Figures]] = {
    "kill-loop": partial(deaths.kill_loop, complaints=3922, seconds=120, every=3),
    "two-hundred-kills": partial(deaths.kill_loop, complaints=3922, seconds=600, every=3),
    "between-commits": partial(deaths.between_commits, deaths=50),
    "zombie": partial(deaths.zombie, events=2000, frozen=2 * deaths.SESSION),
    "database-gone": partial(groups.database_gone, cases=400, seconds=60),
    "storm": partial(groups.storm, seconds=180, per_second=500, every=5),
    "more-partitions": partial(groups.more_partitions, cases=4000, per_second=500),
    "backfill": partial(deadlines.backfill, cases=260_000, live=1000, per_second=20),
    "broker-gone": partial(deadlines.broker_gone_at_the_deadline, cases=500, hold=900, before_due=60),
    "race": partial(deadlines.reply_beside_breach, cases=10_000),
    "outbox-order": partial(outputs.outbox_order, keys=50, decisions=5000, kills=20, per_second=14),
    "broker-restart": partial(outputs.broker_restart, away=180, per_second=100, load_seconds=60),
    GUARDED: partial(outputs.refused, cases=1000, per_second=100),
    "database-crash": partial(database.database_crash, per_second=500, seconds=60, away=20),
    "cut-commits": partial(database.cut_commits, per_second=500, seconds=60),
    "disk-full": partial(database.disk_full, per_second=500, seconds=180, full=120),
}
"""Name to scenario and size."""


def main() -> None:
    names = list(FULL) if sys.argv[1:] == ["all"] else sys.argv[1:]
    if not names or not set(names) <= FULL.keys():
        sys.exit(f"{__doc__}\nNames: {', '.join(FULL)}")
    for name in names:
        directory = Path(tempfile.mkdtemp(prefix=f"triage-{name}-"))
        print(f"{name}: in {directory}", file=sys.stderr)
        with GuardedBroker() if name == GUARDED else Broker() as broker, Server() as server:
            began = time.monotonic()
            figures = FULL[name](directory, broker, server)
        shutil.rmtree(directory)
        line = ", ".join(f"{key} {value}" for key, value in figures.items())
        print(f"{name}: {line} ({time.monotonic() - began:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
