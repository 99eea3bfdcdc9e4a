"""The real child without its supervisor: many rulebooks and many cases, one after the other."""

from collections.abc import Sequence
from datetime import date
from types import TracebackType
from typing import Self

from triage.adapters.durable_child.protocol import Answer, Ask, Hello, Load, Loaded
from triage.adapters.durable_child.session import Session, Wake, child_command
from triage.domain.condition import holds
from triage.domain.facts import Facts
from triage.rulebook.durable import SecondForm
from triage.rulebook.model import Rule

Case = tuple[Facts, date]


def reference(rules: Sequence[Rule], case: Case) -> frozenset[str]:
    """The rules that match by the definition of conditions, one rule at a time."""
    facts, on = case
    return frozenset(
        rule.id for rule in rules if rule.status == "active" and rule.in_force(on) and holds(rule.when, facts)
    )


class BareChild:
    """A child that is asked directly; Lost is raised when it dies."""

    def __enter__(self) -> Self:
        self._wake = Wake()
        self.session = Session(child_command(), self._wake)
        self._generation = 0
        self._heard: list[object] = []
        assert isinstance(self._next(), Hello)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.session.kill()
        self._wake.close()

    def load(self, form: SecondForm) -> None:
        """Take these rules in place of those before."""
        self._generation += 1
        self.session.send(Load(self._generation, tuple(one.rules for one in form.networks)))
        assert self._next() == Loaded(self._generation)

    def ask(self, form: SecondForm, cases: Sequence[Case]) -> list[frozenset[str]]:
        """The rules that the loaded form finds for each case."""
        for number, (facts, on) in enumerate(cases):
            texts = form.texts(facts, on)
            assert texts is not None
            self.session.send(Ask(self._generation, number, texts))
        answers = [self._next() for _ in cases]
        assert [one.number for one in answers if isinstance(one, Answer)] == list(range(len(cases)))
        return [form.ids(one.rules) for one in answers if isinstance(one, Answer)]

    def _next(self) -> object:
        while not self._heard:
            self._heard += self.session.receive(60)
        return self._heard.pop(0)
