"""The candidates of a kind of complaints, found in the life of one of them."""

from triage.service.backtest.due_times import A_SECOND
from triage.service.backtest.ending import EndedClock
from triage.service.backtest.plain import BREACHED, DUE, STARTED, Candidate, Candidates, Plain


class Growing:
    """The candidates of a kind, while those of one complaint are added."""

    def __init__(self, candidates: Candidates, case: Plain) -> None:
        self.candidates, self.case = candidates, case
        self.breached = candidates.breached(case.starts)
        self.missed: dict[tuple[str, int], int] = {}

    def start(self, ended: EndedClock, started: int) -> tuple[int, int] | None:
        """What started a cycle: the due time of one that was missed before it, an instant of the complaint, or a
        breach."""
        before = self.missed.get((ended.clock, ended.cycle - 1))
        if before is not None:
            return (DUE, before) if self.breached[before] - A_SECOND == started else None
        if started in self.case.starts:
            return STARTED, self.case.starts.index(started)
        return (BREACHED, self.breached.index(started)) if started in self.breached else None

    def add(self, candidate: Candidate) -> None:
        if candidate not in self.candidates.all:
            self.candidates = Candidates([*self.candidates.all, candidate])
            self.breached = self.candidates.breached(self.case.starts)

    def last_due_at(self, start: tuple[int, int], breach: int) -> int | None:
        """The candidate with this start that is breached then."""
        for place, one in enumerate(self.candidates.all):
            if (one.starts_when, one.place) == start and self.breached[place] == breach:
                return place
        return None
