"""Rule quality: what humans made of the rules' decisions, counted by rule from the decisions that the store keeps.

Every case counts once for each of priority, department and handler: by the last thing that a human said of that field,
compared with what the rules said in the decision that took the human's word in. The rules that decided the field stand
for it, each of them: those that fired and named what the rules said; FALLBACK where none did.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

import msgspec

from triage.domain.case import HUMAN_FIELDS
from triage.domain.decision import Outcome, RulesSaid, new_words, words_held
from triage.ports import KeptDecision
from triage.rulebook.combine import FALLBACK, deciders
from triage.rulebook.model import Rule

OTHER = "other"
"""Stands for the rules of a revision that cannot be had any more."""

SAMPLES = 5
"""Ids of cases that a human decided otherwise, shown for a rule and field: the latest."""

FiredOf = Callable[[str, Collection[str]], Iterable[Rule] | None]
"""Of a revision, the rules with these ids; None when the revision cannot be had."""


class _Named(msgspec.Struct, frozen=True):
    rule: str


class _Kept(msgspec.Struct, frozen=True):
    """As much of a kept decision as is counted; it holds nothing personal."""

    outcome: Outcome
    revision: str = ""
    reasons: tuple[_Named, ...] = ()
    rules_said: RulesSaid | None = None


_KEPT = msgspec.json.Decoder(_Kept)


class Stand(NamedTuple):
    """How one field of one case stands. `word`: what a human said last; None with `given_back`: it was given back to
    the rules, without: nobody said anything. `said`: what the rules said then; `rules`: those that decided."""

    case: str
    field: str
    at: datetime
    said: str
    word: str | None
    given_back: bool
    rules: tuple[str, ...]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a human made of a rule's word, and in how many cases."""

    said: str = msgspec.field(name="from")
    word: str = msgspec.field(name="to")
    cases: int


class Figures(msgspec.Struct):
    """The counts of one rule and one field. `samples`: (when, case), the latest last."""

    decided: int = 0
    unspoken: int = 0
    confirmed: int = 0
    given_back: int = 0
    changes: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)
    samples: list[tuple[datetime, str]] = msgspec.field(default_factory=list)

    @property
    def changed(self) -> int:
        """Cases in which a human said something else."""
        return sum(self.changes.values())

    def add(self, stand: Stand) -> None:
        """Count one case."""
        self.decided += 1
        if stand.word is None:
            self.given_back += stand.given_back
            self.unspoken += not stand.given_back
        elif stand.word == stand.said:
            self.confirmed += 1
        else:
            self.changes[stand.said, stand.word] += 1
            self.samples = sorted([*self.samples, (stand.at, stand.case)])[-SAMPLES:]


class Tally(msgspec.Struct):
    """All counts. `unmatched`: cases that no rule gave a department and a human gave another, by the human's.
    `unreadable`: cases left out because a decision of theirs cannot be read."""

    figures: dict[tuple[str, str], Figures] = msgspec.field(default_factory=dict)
    unmatched: dict[str, list[str]] = msgspec.field(default_factory=dict)
    cases: int = 0
    spoken: int = 0
    unreadable: int = 0


def tally(rows: Iterable[KeptDecision], fired_of: FiredOf, since: datetime | None = None) -> Tally:
    """Count. `rows`: case by case, in the order in which they were decided. `since`: what was said and decided before
    it is only looked at to know what is new."""
    counted = Tally()
    for case, decisions in groupby(rows, key=lambda row: row.case):
        try:
            stands = list(stands_of(case, decisions, fired_of, since))
        except msgspec.DecodeError:
            counted.unreadable += 1
            continue
        _add(counted, stands)
    return counted


def _add(counted: Tally, stands: list[Stand]) -> None:
    counted.cases += bool(stands)
    counted.spoken += any(stand.word is not None or stand.given_back for stand in stands)
    for stand in stands:
        for rule in stand.rules:
            counted.figures.setdefault((rule, stand.field), Figures()).add(stand)
        if stand.field == "department" and stand.rules == (FALLBACK,) and stand.word not in (None, stand.said):
            counted.unmatched.setdefault(str(stand.word), []).append(stand.case)


def stands_of(
    case: str, rows: Iterable[KeptDecision], fired_of: FiredOf, since: datetime | None = None
) -> Iterator[Stand]:
    """How the fields of one case stand. A field that a human's word from before `since` decides is left out. Raises
    msgspec.DecodeError."""
    said_last: dict[str, tuple[KeptDecision, _Kept]] = {}
    last: tuple[KeptDecision, _Kept] | None = None
    previous: Outcome | None = None
    for row in rows:
        kept = _KEPT.decode(row.decision)
        if since is None or row.at >= since:
            last = (row, kept)
            new = new_words(kept.outcome, previous)
            back = words_held(previous).keys() - words_held(kept.outcome).keys()
            said_last |= dict.fromkeys([*new, *back], last)
        previous = kept.outcome
    for field in HUMAN_FIELDS:
        found = said_last.get(field) or last
        is_held = last is not None and field in words_held(last[1].outcome)
        if found is not None and found[1].rules_said is not None and (field in said_last or not is_held):
            yield _stand(case, field, *found, fired_of, spoken=field in said_last)


def _stand(case: str, field: str, row: KeptDecision, kept: _Kept, fired_of: FiredOf, *, spoken: bool) -> Stand:
    word = words_held(kept.outcome).get(field)
    said: str = getattr(kept.rules_said, field)
    fired = fired_of(kept.revision, {reason.rule for reason in kept.reasons})
    rules = (OTHER,) if fired is None else deciders(fired, field, said)
    return Stand(case, field, row.at, said, word, spoken and word is None, rules)
