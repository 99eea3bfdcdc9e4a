"""Ten deaths on real complaints: kill -9 at random moments, then the same as an undisturbed run.

    python -m tests.real_data.kills EVENTS.jsonl DIRECTORY

`EVENTS`: written by `triage import`. Runs on files + SQLite and on Kafka + PostgreSQL with two workers, which it starts
itself. Prints what was killed when, and whether the dumps are equal.
"""

import random
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from tests.e2e.test_kafka_and_postgres import environment, upgrade
from tests.e2e.workers import Worker, count_events, dump, wait_for_events
from tests.real_data.two_workers import report, topics_with_events
from tests.services.kafka import Broker
from tests.services.postgres import Server

KILLS, LONG = 10, 3600
BACKFILL = ("--backfill-before", datetime.now(UTC).date().isoformat())


def finish(directory: Path, *arguments: str, **environment: str) -> float:
    began = time.monotonic()
    with Worker(directory, *arguments, **environment) as worker:
        if worker.process.wait(timeout=LONG):
            raise SystemExit(worker.output())
    return time.monotonic() - began


def disturb(url: str, total: int, start: Callable[[ExitStack], list[Worker]]) -> None:
    """Start, wait for a random number of new events, kill -9 one; so often, in equal stretches of the input."""
    chance = random.Random(17)
    for kill in range(1, KILLS + 1):
        goal = int(total * (kill + chance.uniform(-0.4, 0.1)) / (KILLS + 1.5))
        with ExitStack() as stack:
            workers = start(stack)
            wait_for_events(url, max(goal, count_events(url) + 1), seconds=300)
            chance.choice(workers).kill()
            share = count_events(url) / total
            print(f"  kill {kill} at {100 * share:.0f} % of the events, mid-run: {0.05 < share < 0.95}")


def compare(ours: str, theirs: str, names: tuple[str, ...]) -> None:
    """Dead letters are named after the place that their event came from, so only other outputs can be equal."""
    a, b = dump(ours), dump(theirs)
    for name in names:
        one, other = ([row for row in found[name] if "dead_letters" not in row] for found in (a, b))
        print(f"  {name}: {len(one)} rows, equal: {one == other}")
        for row in sorted(set(one) ^ set(other), key=str)[:4]:
            print(f"    differs: {row}")
    for url in (ours, theirs):
        print(f"  events on the timeline: {count_events(url)}")


def on_files(events: Path, directory: Path, total: int) -> str:
    calm, killed = f"sqlite:///{directory}/calm.sqlite", f"sqlite:///{directory}/killed.sqlite"
    run = ("run", "--source", str(events), *BACKFILL)
    print(f"files + SQLite, undisturbed: {finish(directory, *run, '--store', calm, '--once', '--out', 'calm'):.0f} s")

    def start(stack: ExitStack) -> list[Worker]:
        return [stack.enter_context(Worker(directory, *run, "--store", killed, "--out", "killed"))]

    disturb(killed, total, start)
    print(f"  then {finish(directory, *run, '--store', killed, '--once', '--out', 'killed'):.0f} s to the end")
    compare(killed, calm, ("cases", "clocks", "due times", "notices", "outputs"))
    return calm


def on_kafka(events: Path, directory: Path, total: int, calm: str) -> None:
    with Broker() as broker, Server(fsync=True) as server:
        topics = topics_with_events(broker, "kills", events.read_bytes().splitlines())
        url = server.fresh_database()
        upgrade(directory, url)
        env = environment(broker, topics, url)

        def start(stack: ExitStack) -> list[Worker]:
            """With --once the sweep comes when all is read, as in the undisturbed run: one between two events of a case
            would add a row to its timeline."""
            return [stack.enter_context(Worker(directory, "run", "--once", *BACKFILL, **env)) for _ in range(2)]

        print("Kafka + PostgreSQL, two workers:")
        disturb(url, total, start)
        print(f"  then {finish(directory, 'run', *BACKFILL, '--once', **env):.0f} s to the end")
        compare(url, calm, ("cases", "clocks", "due times", "notices", "outputs"))
        report(broker, topics, url)


def main() -> None:
    events, directory = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    total = sum(1 for _ in events.open("rb"))
    calm = on_files(events, directory, total)
    on_kafka(events, directory, total, calm)


if __name__ == "__main__":
    main()
