"""What befalls the database under load: a crash, cut connections, a full disk. Nobody has to help."""

import re
import time
from pathlib import Path

from tests.e2e.judge import Figures
from tests.e2e.scenarios.desk import PATIENCE, RECOVERY, Desk, lives
from tests.e2e.scenarios.proxy import CuttingProxy
from tests.e2e.workers import Worker, stop_all
from tests.services.kafka import Broker
from tests.services.postgres import Server

CUT_EVERY = 40
"""So many commits for one that is cut."""


def database_crash(
    directory: Path, broker: Broker, server: Server, *, per_second: float, seconds: float, away: float
) -> Figures:
    """PostgreSQL is stopped in immediate mode under load and started again after a while."""
    with Desk(directory, broker, server) as desk:
        workers = started(desk)
        load = desk.load(lives(int(per_second * seconds / 5)), per_second)
        time.sleep(seconds / 3)
        server.stop("immediate")
        began = time.monotonic()
        for worker in workers:
            worker.await_ready(ready=False)
        time.sleep(max(0.0, away - (time.monotonic() - began)))
        server.start()
        recovered = recover(workers)
        load.finish()
        return {"seconds away": away, **judged(desk, workers), "seconds to recover": recovered}


def cut_commits(directory: Path, broker: Broker, server: Server, *, per_second: float, seconds: float) -> Figures:
    """Connections are cut while they commit, before the server has heard of it or before the client hears that it is
    done."""
    with Desk(directory, broker, server) as desk, CuttingProxy(server.port, CUT_EVERY) as proxy:
        url = re.sub(r":\d+/", f":{proxy.port}/", desk.url)
        workers = started(desk, TRIAGE_STORE__URL=url)
        load = desk.load(lives(int(per_second * seconds / 5)), per_second)
        load.finish()
        figures = judged(desk, workers)
        assert min(proxy.cut.values()) > 0, proxy.cut
        return {**figures, "cut before": proxy.cut["unheard"], "cut behind": proxy.cut["done"]}


def disk_full(
    directory: Path, broker: Broker, server: Server, *, per_second: float, seconds: float, full: float
) -> Figures:
    """The file system of the tables is full for a while."""
    server.start()
    with (
        server.small_tablespace("256m") as (tablespace, place),
        Desk(directory, broker, server, tablespace=tablespace) as desk,
    ):
        workers = started(desk)
        load = desk.load(lives(int(per_second * seconds / 5)), per_second)
        time.sleep(seconds / 4)
        ballast = place / "ballast"
        fill(ballast)
        began = time.monotonic()
        for worker in workers:
            worker.await_ready(full, ready=False)
        assert "could not extend file" in Path(server.data / "log").read_text(errors="replace")
        assert {worker.asks("/healthz")[0] for worker in workers} == {200}
        time.sleep(max(0.0, full - (time.monotonic() - began)))
        ballast.unlink()
        recovered = recover(workers)
        load.finish()
        return {"seconds full": full, **judged(desk, workers), "seconds to recover": recovered}


def started(desk: Desk, **environment: str) -> list[Worker]:
    """Two workers that are ready."""
    workers = [desk.worker(**environment) for _ in range(2)]
    for worker in workers:
        worker.await_ready()
    return workers


def fill(ballast: Path) -> None:
    """Write until nothing more fits."""
    with ballast.open("wb", buffering=0) as file:
        for size in (1024 * 1024, 4096):
            try:
                while file.write(b"\0" * size) == size:
                    pass
            except OSError:
                continue


def recover(workers: list[Worker]) -> float:
    """Until every worker is ready again by itself; gives the seconds."""
    began = time.monotonic()
    for worker in workers:
        worker.await_ready(RECOVERY)
    return round(time.monotonic() - began, 1)


def judged(desk: Desk, workers: list[Worker]) -> Figures:
    """What is left when all is read and sent."""
    desk.read_all(seconds=PATIENCE)
    desk.drained(seconds=PATIENCE)
    assert [worker.process.poll() for worker in workers] == [None] * len(workers), "a process has ended"
    assert stop_all(workers) == [0] * len(workers)
    desk.judge.nothing_quarantined()
    return desk.judge.each_once(desk.sent) | desk.judge.outputs()
