"""Real complaints through the real service, checked by counts that know nothing of it.

    python -m tests.real_data.connecticut DATA [DIRECTORY]

`DATA` holds the Parquet file of the Connecticut Insurance Department's complaints. Prints the table of priority and
department, the shares that fall back, and the share late at 30 days beside the one that pandas counts.
"""

import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from tests.e2e.workers import Worker, count_events, dump, query

HERE = Path(__file__).parent
FILE = "ct_complaints_complaint_level.parquet"
HOUR = 3600


def triage(directory: Path, *arguments: str) -> float:
    """Run a verb to its end; gives the seconds it took."""
    began = time.monotonic()
    with Worker(directory, *arguments) as worker:
        code = worker.process.wait(timeout=HOUR)
        if code:
            raise SystemExit(worker.output())
    return time.monotonic() - began


def main() -> None:
    data = Path(sys.argv[1]) / FILE
    directory = Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else Path(tempfile.mkdtemp())
    directory.mkdir(parents=True, exist_ok=True)
    print(f"import: {triage(directory, 'import', str(data), '--map', str(HERE / 'ct.yaml')):.1f} s")
    shipped(directory)
    thirty_days(directory, data)


def run(directory: Path, url: str, *more: str) -> float:
    today = datetime.now(UTC).date().isoformat()
    arguments = ("--source", "events.jsonl", "--store", url, "--once", "--backfill-before", today, *more)
    return triage(directory, "run", *arguments)


def shipped(directory: Path) -> None:
    url = f"sqlite:///{directory}/shipped.sqlite"
    seconds = run(directory, url)
    events = count_events(url)
    print(f"shipped rules, files + SQLite: {events} events in {seconds:.1f} s, {events / seconds:.0f} a second")
    rows = query(url, "SELECT priority, department, count(*) FROM cases GROUP BY 1, 2 ORDER BY 3 DESC")
    for priority, department, count in rows:
        print(f"  {priority:8} {department:20} {count}")
    cases = query(url, "SELECT count(*), count(priority), count(department), count(owner) FROM cases")[0]
    print(f"cases, with priority, department, owner: {cases}")
    states = "json_extract(document, '$.outcome.fallback')"
    faulty = "id IN (SELECT case_id FROM dead_letters WHERE is_copy)"
    for name, condition in (("state a reason", f"NOT {faulty}"), ("state none", faulty)):
        total, fallback = query(url, f"SELECT count(*), coalesce(sum({states}), 0) FROM cases WHERE {condition}")[0]
        print(f"files that {name}: {total}, fall back {fallback} ({100 * fallback / total:.2f} %)")
    before = dump(url)
    print(f"second run: {run(directory, url):.1f} s, unchanged: {dump(url) == before}")


def thirty_days(directory: Path, data: Path) -> None:
    url = f"sqlite:///{directory}/thirty.sqlite"
    seconds = run(directory, url, "--rules", str(HERE / "rules"), "--out", "out-thirty")
    stopped = "FROM clocks WHERE state = 'stopped' AND clock = 'days/d30'"
    late, total = query(url, f"SELECT sum(breached), count(*) {stopped}")[0]
    table = pd.read_parquet(data).drop_duplicates("file_no")
    days = pd.to_datetime(table["closed"]) - pd.to_datetime(table["opened"])
    counted = int((days.dt.days > 30).sum())
    print(f"30 days: {seconds:.1f} s, late {late} of {total} ({100 * late / total:.2f} %)")
    print(f"pandas:  late {counted} of {len(table)} ({100 * counted / len(table):.2f} %)")


if __name__ == "__main__":
    main()
