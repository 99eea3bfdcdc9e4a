"""Questions to a child that has proved itself, and what its answers mean."""

from collections.abc import Sequence
from typing import Protocol
from weakref import WeakValueDictionary

import msgspec

from triage.adapters.durable_child.protocol import Answer, FromChild
from triage.adapters.durable_child.session import Lost, Session
from triage.ports.engine import Evaluated
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.durable import SecondForm


class Difference(msgspec.Struct, frozen=True):
    """Ids of the rules that one engine found and the other did not, sorted."""

    only_first: list[str]
    only_second: list[str]


class Pending:
    """A question that was sent. `answer`: None until it came."""

    __slots__ = ("__weakref__", "answer", "evaluated", "number", "ready")

    def __init__(self, ready: "Ready", number: int, evaluated: Evaluated) -> None:
        self.ready, self.number, self.evaluated = ready, number, evaluated
        self.answer: tuple[int, ...] | None = None


class Ready:
    """A child that has loaded one revision. `open`: the questions somebody still waits for. `doubt`: why it is to be
    asked nothing more."""

    def __init__(self, session: Session, rules: CompiledRulebook, form: SecondForm, generation: int) -> None:
        self.session, self.rules, self.form, self.generation = session, rules, form, generation
        self.revision = rules.rulebook.revision
        self.open: WeakValueDictionary[int, Pending] = WeakValueDictionary()
        self.doubt: str | None = None

    def take(self, message: FromChild) -> None:
        """Keep an answer for who waits for it. Raises Lost."""
        if not isinstance(message, Answer) or message.generation != self.generation:
            raise Lost("garbled")
        pending = self.open.pop(message.number, None)
        if pending is not None:
            pending.answer = message.rules

    def difference(self, evaluated: Evaluated, answer: Sequence[int]) -> Difference | None:
        """Between what the first engine found and the answer, leaving out the rules that the second one cannot take.
        Raises LookupError for a rule that was not asked about."""
        first = frozenset(evaluated.matching) - self.form.left_out.keys()
        second = self.form.ids(answer)
        return None if first == second else Difference(sorted(first - second), sorted(second - first))


def same(one: CompiledRulebook, other: CompiledRulebook) -> bool:
    """Whether both are one revision."""
    return one is other or one.rulebook.revision == other.rulebook.revision


class Asked(Protocol):
    """Who puts the questions."""

    def post(self, rules: CompiledRulebook, evaluated: Evaluated) -> Pending | None:
        """Send one; None when nobody can be asked."""
        ...

    def judge(self, asked: Sequence[Pending | None]) -> list[str]:
        """Their marks."""
        ...


class Questions:
    """The questions of one batch. Implements `triage.ports.engine.Questions`."""

    def __init__(self, engine: Asked) -> None:
        self._engine = engine
        self._asked: list[Pending | None] = []

    def ask(self, rules: CompiledRulebook, evaluated: Evaluated) -> None:
        """See `triage.ports.engine.Questions`."""
        self._asked.append(self._engine.post(rules, evaluated))

    def marks(self) -> list[str]:
        """See `triage.ports.engine.Questions`."""
        return self._engine.judge(self._asked)
