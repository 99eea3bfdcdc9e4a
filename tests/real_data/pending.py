"""What finding due steps costs with very many pending clocks: the sweeper's own statement on a filled PostgreSQL.

    python -m tests.real_data.pending CLOCKS...

The rows are made in the database; nothing is due but 500 of them. Prints milliseconds, and bytes a clock.
"""

import sys
import time
from statistics import median

import psycopg

from tests.services.postgres import Server, libpq
from triage.adapters.store import schema

FILL = """
INSERT INTO clocks (case_no, clock, cycle, state, started_at, due_at, original_due_at, breached, against_us, revision,
                    provisional, next_step, next_at)
SELECT n / 5, 'article-18/decision-' || n %% 5, 1, 'running', now() - interval '1 day', now() + n * interval '1 second',
       now() + n * interval '1 second', false, true, '0123456789abcdef', false, '50%%',
       now() + (n - %s - 500) * interval '1 millisecond' + interval '30 days'
FROM generate_series(%s, %s) n
"""
DUE = """
SELECT case_no FROM clocks WHERE next_at IS NOT NULL AND next_at <= now() + interval '30 days'
AND (retry_at IS NULL OR retry_at <= now()) ORDER BY next_at LIMIT 500
"""
IDLE = "SELECT case_no FROM clocks WHERE next_at IS NOT NULL AND next_at <= now() ORDER BY next_at LIMIT 500"


def milliseconds(connection: psycopg.Connection, statement: str, rounds: int = 30) -> float:
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        connection.execute(statement).fetchall()
        taken.append(1000 * (time.perf_counter() - began))
    return median(taken)


def main(sizes: list[int]) -> None:
    with Server(fsync=False) as server:
        url = server.fresh_database()
        schema.upgrade(url)
        filled = 0
        with psycopg.connect(libpq(url), autocommit=True) as connection:
            for size in sizes:
                connection.execute(FILL, (filled, filled, size - 1))
                filled = size
                connection.execute("VACUUM ANALYZE clocks")
                room = connection.execute("SELECT pg_relation_size('clocks'), pg_indexes_size('clocks')").fetchone()
                assert room is not None
                due, idle = milliseconds(connection, DUE), milliseconds(connection, IDLE)
                print(
                    f"{size:,} pending clocks: next 500 due {due:.2f} ms, nothing due {idle:.2f} ms, "
                    f"bytes a clock: heap {room[0] / size:.0f}, indexes {room[1] / size:.0f}",
                    flush=True,
                )


if __name__ == "__main__":
    main([int(one) for one in sys.argv[1:]])
