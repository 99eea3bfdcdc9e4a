"""The second engine as the services see it: asked while a batch is handled, never waited for beyond one deadline.

One thread keeps the child: starts it, has it load the rules and prove itself, reads its answers, and on any doubt kills
it and starts another after a pause. While there is none, every decision is `single` at once.
"""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import count
from typing import TypeVar

import msgspec
import structlog

from monitors.ports import Observer, TimeSource
from triage.adapters.durable_child.asking import Difference, Pending, Questions, Ready, same
from triage.adapters.durable_child.protocol import VERSION, Answer, Ask, Hello, Load, Loaded
from triage.adapters.durable_child.session import Lost, Session, Wake, child_command
from triage.errors import describe
from triage.ports.engine import AGREE, DISAGREE, SINGLE, Evaluated
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.durable import SecondForm
from triage.rulebook.durable_probe import Probes

log = structlog.get_logger()

M = TypeVar("M")


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds. `answer`: for all answers of a batch; `start`, `load`: for the child to say that it is there, and that
    it has built the rules; `pause`, `longest_pause`: before it is started again, doubling; `calm`: after so long
    without trouble the pause is short again."""

    answer: float = 0.25
    start: float = 10.0
    load: float = 15.0
    pause: float = 0.1
    longest_pause: float = 30.0
    calm: float = 30.0


SELF_TEST_CASES = 200


class DurableEngine:
    """Implements `triage.ports.engine.Engine`."""

    def __init__(
        self,
        observer: Observer,
        time: TimeSource,
        patience: Patience | None = None,
        command: Callable[[], Sequence[str]] = child_command,
    ) -> None:
        """Starts the thread; the child starts with the first rules."""
        self._observer, self._time, self._command = observer, time, command
        self._patience = patience or Patience()
        self._changed = threading.Condition()
        self._wake = Wake()
        self._wanted: CompiledRulebook | None = None
        self._ready: Ready | None = None
        self._unfit: str | None = None
        self._closing = False
        self._numbers = count(1)
        self._pause = self._patience.pause
        self.trouble, self.runs, self._cannot_run = "it has not started yet", False, False
        self._keeper = threading.Thread(target=self._keep, name="second-engine", daemon=True)
        self._keeper.start()

    @property
    def pid(self) -> int | None:
        """The child's process id, None while there is none that can be asked."""
        ready = self._ready
        return ready.session.pid if ready else None

    def prepare(self, rules: CompiledRulebook) -> None:
        """Have the child load a revision; at once when it is another than before."""
        with self._changed:
            if not self._closing and (self._wanted is None or not same(self._wanted, rules)):
                self._wanted = rules
                self._changed.notify_all()
                self._wake()

    def wait_ready(self, seconds: float) -> bool:
        """Whether the child can be asked about the rules prepared last, within the time; `trouble` tells why not, and
        `runs` whether there is a child at all, whatever it does with the rules."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_ready() or self._is_unfit() or self._cannot_run, seconds)
            return self._is_ready()

    def batch(self) -> "Questions":
        """See `Engine`."""
        return Questions(self)

    def close(self) -> None:
        """End the child and the thread."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            self._wake()
        self._keeper.join()
        self._wake.close()

    def _is_ready(self) -> bool:
        ready, wanted = self._ready, self._wanted
        return ready is not None and wanted is not None and same(ready.rules, wanted)

    def _is_unfit(self) -> bool:
        return self._wanted is not None and self._wanted.rulebook.revision == self._unfit

    # --- called by the threads that handle batches

    def post(self, rules: CompiledRulebook, evaluated: Evaluated) -> Pending | None:
        """Send a question; None when nobody can be asked."""
        ready = self._ready
        if ready is None or not same(ready.rules, rules):
            self.prepare(rules)
            return None
        facts = ready.form.texts(evaluated.facts, evaluated.on)
        if facts is None:
            return None
        pending = Pending(ready, next(self._numbers), evaluated)
        with self._changed:
            ready.open[pending.number] = pending
        return pending if ready.session.put(Ask(ready.generation, pending.number, facts)) else None

    def judge(self, asked: Sequence[Pending | None]) -> list[str]:
        """The marks, after waiting for the answers within the deadline."""
        sent = [one for one in asked if one is not None]
        for ready in {id(one.ready): one.ready for one in sent}.values():
            ready.session.flush()
        with self._changed:
            self._changed.wait_for(lambda: not any(map(self._is_awaited, sent)), self._patience.answer)
            for late in filter(self._is_awaited, sent):
                self._doubt(late.ready, "late")
        return [SINGLE if one is None else self._mark(one) for one in asked]

    def _is_awaited(self, one: Pending) -> bool:
        return one.answer is None and one.ready is self._ready

    def _mark(self, one: Pending) -> str:
        if one.answer is None:
            return SINGLE
        try:
            difference = one.ready.difference(one.evaluated, one.answer)
        except LookupError:
            self._doubt(one.ready, "garbled")
            return SINGLE
        if difference is None:
            return AGREE
        self._tell(one.ready, difference, one.evaluated)
        self._doubt(one.ready, "disagreed")
        return DISAGREE

    def _tell(self, ready: Ready, difference: Difference, evaluated: Evaluated) -> None:
        self._observer.count("engine_disagreements_total")
        _log_line(
            log.error,
            "the engines disagree, the first one stands",
            action="engine.disagree",
            revision=ready.revision,
            only_first=difference.only_first,
            only_second=difference.only_second,
            **evaluated.concerned,
        )

    def _doubt(self, ready: Ready, reason: str) -> None:
        """Ask this child nothing more; the keeper ends it."""
        with self._changed:
            if self._ready is ready:
                self._ready = None
                ready.doubt = reason
                self._changed.notify_all()
                self._wake()

    # --- the keeper's thread

    def _keep(self) -> None:
        while self._await_work():
            began = self._time.monotonic()
            try:
                self._live()
            except Lost as lost:
                self._note_lost(lost)
            except Exception as error:  # noqa: BLE001 # the second engine must never take the service down
                self._note_lost(Lost("failed", describe(error)))
            if self._time.monotonic() - began > self._patience.calm:
                self._pause = self._patience.pause
            with self._changed:
                self._changed.wait_for(lambda: self._closing, self._pause)
            self._pause = min(self._pause * 2, self._patience.longest_pause)

    def _await_work(self) -> bool:
        """Wait for rules that the child has not failed on; False when it is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._closing or self._next_rules() is not None)
            return not self._closing

    def _next_rules(self) -> CompiledRulebook | None:
        return None if self._is_unfit() else self._wanted

    def _live(self) -> None:
        """One child, from its start to its end. Raises Lost."""
        self.runs = False
        session = Session(self._command(), self._wake)
        try:
            hello = self._expect(session, Hello, self._patience.start)
            if hello.version != VERSION:
                raise Lost("garbled", f"protocol {hello.version}")
            self.runs, self._cannot_run = True, False
            generation = 0
            while not self._closing and (rules := self._next_rules()) is not None:
                generation += 1
                ready = self._load(session, rules, generation)
                with self._changed:
                    self._ready = ready
                    self._changed.notify_all()
                _log_line(log.info, "second engine ready", action="engine.ready", revision=rules.rulebook.revision)
                try:
                    self._serve(ready)
                finally:
                    self._forget()
        finally:
            session.kill()

    def _forget(self) -> None:
        with self._changed:
            self._ready = None
            self._changed.notify_all()

    def _load(self, session: Session, rules: CompiledRulebook, generation: int) -> Ready:
        """Load a revision and put made-up cases at the edges of its tests to both engines. Raises Lost."""
        form = SecondForm(rules.rulebook.rules)
        session.send(Load(generation, tuple(one.rules for one in form.networks)))
        if self._expect(session, Loaded, self._patience.load).generation != generation:
            raise Lost("garbled")
        ready = Ready(session, rules, form, generation)
        probes = Probes(rules.rulebook.rules, seed=1)
        for number in range(SELF_TEST_CASES):
            facts, on = probes.case()
            matching = tuple(rule.id for rule in rules.matcher.matching(facts, on))
            self._prove(ready, number, Evaluated(facts, on, matching))
        return ready

    def _prove(self, ready: Ready, number: int, case: Evaluated) -> None:
        texts = ready.form.texts(case.facts, case.on)
        if texts is None:
            return
        ready.session.send(Ask(ready.generation, number, texts))
        answer = self._expect(ready.session, Answer, self._patience.load)
        difference = ready.difference(case, answer.rules)
        if difference is not None:
            self._tell(ready, difference, case)
            with self._changed:
                self._unfit = ready.revision
                self._changed.notify_all()
            raise Lost("self_test", "this revision is decided by the first engine alone")

    def _expect(self, session: Session, kind: type[M], seconds: float) -> M:
        until = self._time.monotonic() + seconds
        while True:
            for message in session.receive(until - self._time.monotonic()):
                if isinstance(message, kind):
                    return message
            if self._closing or self._time.monotonic() > until:
                raise Lost("late")

    def _serve(self, ready: Ready) -> None:
        """Take answers until other rules are wanted. Raises Lost."""
        while not self._closing and self._is_ready():
            messages = ready.session.receive(None)
            with self._changed:
                for message in messages:
                    ready.take(message)
                if messages:
                    self._changed.notify_all()
        if ready.doubt is not None:
            raise Lost(ready.doubt)

    def _note_lost(self, lost: Lost) -> None:
        if self._closing:
            return
        with self._changed:
            self.trouble, self._cannot_run = f"{lost.reason} {lost.detail}".strip(), not self.runs
            self._changed.notify_all()
        self._observer.count("engine_restarts_total", reason=lost.reason)
        _log_line(log.warning, "second engine lost", action="engine.lost", reason=lost.reason, detail=lost.detail)


def _log_line(log_at: Callable[..., object], text: str, **fields: object) -> None:
    """A line of the log; where none can be written, decisions are made and the child is kept all the same."""
    with suppress(OSError, ValueError):
        log_at(text, **fields)
