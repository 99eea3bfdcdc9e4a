"""The second engine may die, hang, lie or never come: no decision is late by more than its deadline, none is wrong."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.engine.desk import (
    DEADLINE,
    PATIENCE,
    Desk,
    batches,
    children,
    engine_of,
    is_gone,
    stat_of,
    without_marks,
)
from tests.unit.metrics.test_metrics import counted, samples
from triage.adapters.durable_child.supervisor import DurableEngine, Patience

AMPLE = 30.0
"""Seconds within which what has to happen does happen, on a busy machine too."""

SLACK = 4.0
"""Seconds that a batch may take beside waiting for the second engine, on a busy machine."""

STAND_IN = Path(__file__).parent / "stand_in.py"


def stand_in(file: Path) -> Callable[[], Sequence[str]]:
    return lambda: [sys.executable, str(STAND_IN), str(file), str(os.getpid())]


def comes_true(condition: Callable[[], bool]) -> bool:
    """Look until it does, or until ample time is over."""
    until = time.monotonic() + AMPLE
    pause = threading.Event()
    while not condition():
        if time.monotonic() > until:
            return False
        pause.wait(0.005)
    return True


def next_child(engine: DurableEngine, before: int | None) -> bool:
    return comes_true(lambda: engine.pid not in (None, before))


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP, signal.SIGSEGV], ids=lambda one: one.name)
def test_under_load_a_child_that_dies_or_stops_costs_its_deadline_and_nothing_else(
    tmp_path: Path, blow: signal.Signals
) -> None:
    """Struck five times at moments of its own while batches run: every decision is that of a desk without a second
    engine, none waits longer than the deadline, each new child answers again, and nothing is left behind."""
    with engine_of() as engine:
        desk, calm = Desk(tmp_path / "desk", engine), Desk(tmp_path / "calm")
        engine.prepare(desk.rules)
        assert engine.wait_ready(AMPLE)
        struck: list[int] = []
        is_over = threading.Event()

        def strike() -> None:
            while len(struck) < 5 and next_child(engine, struck[-1] if struck else None):
                pid = engine.pid
                if pid is not None:
                    os.kill(pid, blow)
                    struck.append(pid)
            is_over.set()

        striker = threading.Thread(target=strike)
        striker.start()
        seconds: list[float] = []
        load = batches(1000)

        def handle_next() -> None:
            batch = next(load)
            seconds.append(desk.handle(batch))
            calm.handle(batch)

        while not is_over.is_set():
            handle_next()
        striker.join(AMPLE)
        assert len(set(struck)) == 5
        handle_next()  # a child that stands still is found by the batch that asks it
        assert next_child(engine, struck[-1])
        before = len(desk.marks())
        handle_next()
        handle_next()
        marks = desk.marks()
        assert max(seconds) < DEADLINE + SLACK
        assert without_marks(desk.decisions()) == without_marks(calm.decisions())
        assert set(marks[:before]) <= {"agree", "single"}
        assert set(marks[before:]) == {"agree"}
        assert set(calm.marks()) == {"single"}


BAD_ANSWERS = {
    "silent": "late",
    "hangs": "late",
    "garbage": "garbled",
    "nonsense": "garbled",
    "unknown-rule": "garbled",
    "negative-rule": "garbled",
    "other-message": "garbled",
    "half": "died",
    "dies": "died",
    "error": "failed",
    "wrong": "disagreed",
}
"""What the stand-in does, and as what the child is given up."""


@pytest.mark.parametrize(("how", "reason"), BAD_ANSWERS.items())
def test_an_answer_that_is_none_or_false(tmp_path: Path, how: str, reason: str) -> None:
    """The first engine's decision stands, the child is given up and counted by its reason, and the next one agrees; an
    answer that differs is marked and counted."""
    word = tmp_path / "trouble"
    patience = Patience(answer=0.3, start=30, load=30, pause=0.05)
    with engine_of(patience, stand_in(word)) as engine:
        desk, calm = Desk(tmp_path / "desk", engine), Desk(tmp_path / "calm")
        engine.prepare(desk.rules)
        assert engine.wait_ready(AMPLE), engine.trouble
        load, first = batches(40), engine.pid
        word.write_text(f"ask {how}")
        batch = next(load)
        assert desk.handle(batch) < 0.3 + SLACK
        calm.handle(batch)
        assert ("disagree" in desk.marks()) == (how == "wrong")
        assert set(desk.marks()) & {"single", "disagree"}
        assert next_child(engine, first)
        before = len(desk.marks())
        batch = next(load)
        desk.handle(batch)
        calm.handle(batch)
        assert set(desk.marks()[before:]) == {"agree"}
        assert without_marks(desk.decisions()) == without_marks(calm.decisions())
        assert counted(engine.metrics, "engine_restarts_total") == {(reason,): 1.0}
        disagreements = samples(engine.metrics, "engine_disagreements_total")
        assert disagreements == {(): 1.0 if how == "wrong" else 0.0}


def test_a_hang_while_the_rules_are_built(tmp_path: Path) -> None:
    """As durable_rules hangs in create_ruleset, holding its lock: decisions are made at once, the child is ended after
    its time, and the next one builds them."""
    word = tmp_path / "trouble"
    word.write_text("load hangs")
    with engine_of(Patience(answer=20, start=30, load=1, pause=0.05), stand_in(word)) as engine:
        desk = Desk(tmp_path / "desk", engine)
        engine.prepare(desk.rules)
        load = batches(40)
        assert desk.handle(next(load)) < SLACK
        assert set(desk.marks()) == {"single"}
        assert engine.wait_ready(AMPLE)
        before = len(desk.marks())
        desk.handle(next(load))
        assert set(desk.marks()[before:]) == {"agree"}


def test_a_child_that_reads_no_more_never_blocks_a_batch(tmp_path: Path) -> None:
    """With the pipe and all room before it full, questions are dropped; asking never waits."""
    word = tmp_path / "trouble"
    with engine_of(Patience(answer=0.2, start=30, load=30, pause=0.05), stand_in(word)) as engine:
        desk = Desk(tmp_path / "desk", engine)
        rules = desk.rules
        engine.prepare(rules)
        assert engine.wait_ready(AMPLE)
        desk.handle(next(batches(40)))
        word.write_text("ask deaf")
        from triage.ports import Evaluated
        from triage.rulebook.durable_probe import Probes

        facts, on = Probes(rules.rulebook.rules, 1).case()
        questions = engine.batch()
        began = time.monotonic()
        for _ in range(20_000):
            questions.ask(rules, Evaluated(facts, on, ()))
        asked = time.monotonic() - began
        marks = questions.marks()
        assert len(marks) == 20_000
        assert set(marks[1000:]) == {"single"}
        assert asked < AMPLE
        assert time.monotonic() - began - asked < 0.2 + SLACK


def test_a_revision_that_the_child_gets_wrong_is_decided_by_the_first_engine_alone(tmp_path: Path) -> None:
    """Found at load, by made-up cases: told and counted once, not tried again and again; another revision is."""
    word = tmp_path / "trouble"
    word.write_text("ask wrong")
    with engine_of(PATIENCE, stand_in(word)) as engine:
        desk = Desk(tmp_path / "desk", engine)
        engine.prepare(desk.rules)
        assert not engine.wait_ready(AMPLE)
        load = batches(40)
        desk.handle(next(load))
        assert set(desk.marks()) == {"single"}
        assert samples(engine.metrics, "engine_disagreements_total") == {(): 1.0}
        assert counted(engine.metrics, "engine_restarts_total") == {("self_test",): 1.0}
        files = dict(desk.rules_files)
        files["rulebook.yaml"] = files["rulebook.yaml"].replace(b"\nname: ", b"\nname: new-")
        desk.library.propose(desk.store, files, "test")
        engine.prepare(desk.rules)
        assert engine.wait_ready(AMPLE)
        before = len(desk.marks())
        desk.handle(next(load))
        assert set(desk.marks()[before:]) == {"agree"}


def test_new_rules_are_loaded_while_the_old_are_asked(tmp_path: Path) -> None:
    """The same child takes the next revision; decisions in between are those of the first engine."""
    with engine_of() as engine:
        desk = Desk(tmp_path / "desk", engine)
        engine.prepare(desk.rules)
        assert engine.wait_ready(AMPLE)
        load, child = batches(80), engine.pid
        desk.handle(next(load))
        for turn in range(3):
            files = dict(desk.rules_files)
            files["rulebook.yaml"] = files["rulebook.yaml"].replace(b"\nname: ", b"\nname: new-%d-" % turn)
            desk.library.propose(desk.store, files, "test")
            desk.handle(next(load))
            assert engine.wait_ready(AMPLE)
            before = len(desk.marks())
            desk.handle(next(load))
            assert set(desk.marks()[before:]) == {"agree"}
        assert engine.pid == child
        assert set(desk.marks()) <= {"agree", "single"}


def test_decisions_of_the_sweeper_are_evaluated_twice_too(tmp_path: Path) -> None:
    """A due time that passes decides again; with the child stopped the sweep waits for its deadline and goes on."""
    with engine_of() as engine:
        desk = Desk(tmp_path / "desk", engine)
        engine.prepare(desk.rules)
        assert engine.wait_ready(AMPLE)
        for batch in batches(60):
            desk.handle(batch)
        desk.all_is_read()
        before = samples(desk.metrics, "engine_decisions_total")
        assert desk.sweep(2).cases == 2
        after = samples(desk.metrics, "engine_decisions_total")
        risen = {mark: after[mark] - before[mark] for mark in after}
        assert risen == {("agree",): 2.0, ("disagree",): 0.0, ("single",): 0.0}
        assert engine.pid is not None
        os.kill(engine.pid, signal.SIGSTOP)
        began = time.monotonic()
        assert desk.sweep(2).cases == 2
        assert time.monotonic() - began < DEADLINE + SLACK
        assert samples(desk.metrics, "engine_decisions_total")["single",] == 2.0


PARENT = """
import sys, time
from monitors.metrics.registry import Metrics
from triage.adapters.durable_child.supervisor import DurableEngine
from triage.adapters.time_source import MachineTime
from triage.adapters.logs import set_up_logs
from triage.main.rule_folders import compiled_folder
set_up_logs("error", "json")
engine = DurableEngine(Metrics(), MachineTime())
engine.prepare(compiled_folder(None))
assert engine.wait_ready(60)
print(engine.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("state", ["idle", "stopped"])
def test_the_child_ends_with_its_parent(state: str) -> None:
    """Also when the parent is killed with -9, and when the child itself cannot run."""
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        if state == "stopped":
            os.kill(child, signal.SIGSTOP)
            assert comes_true(lambda: stat_of(child)[:1] == ["T"])
        parent.kill()
        parent.wait()
        assert comes_true(lambda: is_gone(child))


HANGING_PARENT = """
import time
from triage.adapters.durable_child.protocol import Load
from triage.adapters.durable_child.session import Session, Wake, child_command
session = Session(child_command(), Wake())
session.receive(60)
rules = ",".join('"%d_0":{"all":[{"m":{"$gte":{"f0":%d}}}]}' % (n, n) for n in range(600))
session.send(Load(1, ("{" + rules + "}",)))
assert session.receive(1.0) == []
print(session.pid, flush=True)
time.sleep(600)
"""


def test_a_true_hang_of_the_engine_ends_with_the_parent() -> None:
    """600 tests behind one node, which our networks never have: durable_rules searches for ever and lets no signal of
    Python through. The end of the parent is the child's all the same."""
    parent = subprocess.Popen([sys.executable, "-c", HANGING_PARENT], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not is_gone(child)
        parent.kill()
        parent.wait()
        assert comes_true(lambda: is_gone(child))


def test_the_child_holds_nothing_of_ours(tmp_path: Path) -> None:
    """No file or socket of the service is open in it, no environment, and its memory is bounded."""
    others = children()
    with (tmp_path / "secret").open("w") as secret, engine_of() as engine:
        os.set_inheritable(secret.fileno(), True)
        engine.prepare(Desk(tmp_path / "desk").rules)
        assert engine.wait_ready(AMPLE)
        proc = Path(f"/proc/{engine.pid}")
        targets = [os.readlink(one) for one in (proc / "fd").iterdir()]
        assert all(one.startswith("pipe:") or one == "/dev/null" for one in targets), targets
        assert (proc / "environ").read_bytes() == b""
        limits = (proc / "limits").read_text()
        assert "Max address space         1073741824" in limits
        assert children() - others == {engine.pid}
