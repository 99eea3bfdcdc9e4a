"""`triage cases` on a full store: processor time and plan of each question.

    python -m tests.real_data.listings URL

The store is made by `tests.real_data.million`, which asks these questions too.
"""

import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from triage.adapters.store import listing
from triage.adapters.store.engine import make_engine, parse_url
from triage.adapters.store.store import open_store
from triage.adapters.store.tables import CASES
from triage.adapters.time_source import MachineTime
from triage.ports import Wanted

PAGE = 50
DAY = timedelta(days=1)

QUESTIONS: Mapping[str, Wanted] = {
    "the first page": Wanted(limit=PAGE),
    "--overdue": Wanted(overdue=True, limit=PAGE),
    "--due-within 1d": Wanted(due_within=DAY, limit=PAGE),
    "--sort due": Wanted(by_due=True, limit=PAGE),
    "--department of every case --sort due": Wanted(departments=("desk",), by_due=True, limit=PAGE),
    "--department of every case --status registered --open": Wanted(
        departments=("desk",), statuses=("registered",), is_open=True, limit=PAGE
    ),
    "--owner of no case": Wanted(owners=("nobody",), limit=PAGE),
    "--priority of no case --sort due": Wanted(priorities=("none",), by_due=True, limit=PAGE),
    "--page 200 --sort due": Wanted(by_due=True, skip=199 * PAGE, limit=PAGE),
}


def statements(now: datetime) -> Mapping[str, sa.Select[tuple[int]]]:
    """What the questions are made of."""
    return {
        "overdue": listing.by_due_time(listing.Window(None, now)).limit(PAGE),
        "by due time": listing.by_due_time(None).limit(PAGE),
        "by department": listing.by_number([CASES.c.department == "desk", CASES.c.status == "registered"]),
        "by owner": listing.by_number([CASES.c.owner == "nobody"]),
    }


def ask(url: str) -> None:
    """Each question three times, the quickest counts; then the plans."""
    store = open_store(url, MachineTime(), create=False)
    for words, wanted in QUESTIONS.items():
        took = []
        for _ in range(3):
            began, cpu = time.perf_counter(), time.process_time()
            with store.read() as reading:
                found = sum(1 for _ in reading.listed(wanted, datetime.now(UTC)))
            took.append((time.perf_counter() - began, time.process_time() - cpu))
        wall, cpu = min(took)
        print(f"  triage cases {words}: {found} cases, {1000 * wall:.0f} ms, {1000 * cpu:.0f} ms of our processor")
    store.close()
    engine = make_engine(parse_url(url), immediate=False)
    explain = "EXPLAIN QUERY PLAN" if url.startswith("sqlite") else "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF)"
    with engine.begin() as connection:
        for words, statement in statements(datetime.now(UTC)).items():
            text = statement.compile(engine, compile_kwargs={"literal_binds": True})
            print(f"  {words}:")
            for row in connection.exec_driver_sql(f"{explain} {text}".replace("%%", "%")):
                print(f"    {row[-1]}")
    engine.dispose()


if __name__ == "__main__":
    ask(sys.argv[1])
