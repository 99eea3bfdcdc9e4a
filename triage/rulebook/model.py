"""The frozen form of a loaded rulebook: what the files said, checked and typed."""

from datetime import date, datetime
from typing import Any

import msgspec

from monitors.clocks.calendar import Calendar
from monitors.clocks.policy import Policy
from triage.domain.condition import Condition
from triage.domain.event import Person
from triage.domain.facts import Vocabulary

Titles = dict[str, str]
"""Language tag to text."""


class Position(msgspec.Struct, frozen=True, order=True):
    """Where something stands: file relative to the rules directory with `/`, line and column from 1."""

    file: str
    line: int
    column: int


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a rule or policy comes from. `where` is the article or section."""

    title: str = ""
    where: str = ""
    grade: str = ""
    reviewed: date | None = None


class Department(msgspec.Struct, frozen=True, kw_only=True):
    """An owning department. `teams`: most special first. `escalation`: role to person."""

    id: str
    title: Titles
    teams: tuple[str, ...]
    duty_owner: Person
    escalation: dict[str, Person]


class Fallback(msgspec.Struct, frozen=True, kw_only=True):
    """What holds for a field that no rule names. `owner`: the named person while `department` comes from here."""

    department: str
    team: str | None
    priority: str
    handler: str
    owner: Person


class Then(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule asks for; None and empty mean that it does not speak of it."""

    priority: str | None = None
    department: str | None = None
    team: str | None = None
    handler: str | None = None
    tags: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """An example of a rule: facts by dotted name as written, and what is expected of the whole rulebook."""

    given: dict[str, Any]
    expect: dict[str, Any]
    at: Position


class InTable(msgspec.Struct, frozen=True):
    """Where a rule stands that is a row of a decision table: the table's id, the row's place among its rows, and
    whether only the first row that fires counts."""

    table: str
    number: int
    first_only: bool


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One triage rule. `effective_from` / `effective_to`: both inclusive, compared with the date of receipt. `paths`:
    where each test of `when` stands in its file, in the order of `leaf_tests`. `in_table`: None when it is no row of a
    decision table."""

    id: str
    title: Titles
    why: str
    source: Source | None
    when: Condition
    then: Then
    status: str
    effective_from: date | None
    effective_to: date | None
    examples: tuple[Example, ...]
    at: Position
    in_table: InTable | None = None
    paths: tuple[str, ...] = ()

    def in_force(self, on: date) -> bool:
        """Whether the rule is in force for a complaint received on the local date."""
        return (self.effective_from is None or self.effective_from <= on) and (
            self.effective_to is None or on <= self.effective_to
        )


class TableRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a decision table. `rule`: the id of the rule that it is. `name`: what `row` says, else the number that
    a spreadsheet shows. `cells`: as written, one a column."""

    rule: str
    name: str
    cells: tuple[str, ...]
    at: Position


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A decision table; each of its rows is a rule too. `hit`: all | first. `columns`: the header as written. `rows`:
    in the order of the file. `file`: of the cells. `at`: where its sidecar begins."""

    id: str
    title: Titles
    why: str
    source: Source | None
    hit: str
    status: str
    effective_from: date | None
    effective_to: date | None
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    examples: tuple[Example, ...]
    file: str
    at: Position


class TermList(msgspec.Struct, frozen=True, kw_only=True):
    """A list of terms that a text may mention; a hit inside a hit of `not_terms` does not count."""

    id: str
    title: Titles
    terms: tuple[str, ...]
    not_terms: tuple[str, ...]
    hits: tuple[str, ...]
    misses: tuple[str, ...]
    at: Position


class ExampleEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event of a policy's example. `time` in UTC. `id`, `source`: only where another event names them."""

    type: str
    time: datetime
    data: dict[str, Any]
    id: str | None = None
    source: str | None = None


class ExpectedClock(msgspec.Struct, frozen=True, kw_only=True):
    """What a policy's example expects of a clock's last cycle, or of the one named; None: nothing. `due` in UTC."""

    due: datetime | None = None
    state: str | None = None
    breached: bool | None = None
    cycle: int | None = None


class PolicyExample(msgspec.Struct, frozen=True, kw_only=True):
    """An example of a policy, which counts as attached. It is judged at the last event's second, or at `until`.
    `priority`: the case's all along; None: the fallback's."""

    policy: str
    events: tuple[ExampleEvent, ...]
    expect: dict[str, ExpectedClock]
    until: datetime | None
    priority: str | None
    at: Position


class Rulebook(msgspec.Struct, frozen=True, kw_only=True):
    """One loaded, faultless revision. `priorities`, `departments`, `handlers` are in the order of the file,
    highest or most special first. `rules`: the rows of `tables` among them. `revision`: sha256 over the canonical
    content, hexadecimal."""

    name: str
    revision: str
    zone: str
    calendar: str
    currency: str
    jurisdiction: str
    languages: tuple[str, ...]
    examples_on: date | None
    open_cases: str
    priorities: tuple[str, ...]
    handlers: tuple[str, ...]
    roles: tuple[str, ...]
    departments: dict[str, Department]
    fallback: Fallback
    vocabulary: Vocabulary
    terms: dict[str, TermList]
    rules: tuple[Rule, ...]
    policies: dict[str, Policy]
    policy_examples: tuple[PolicyExample, ...]
    calendars: dict[str, Calendar]
    tables: dict[str, Table] = {}
