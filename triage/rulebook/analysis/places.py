"""Places: where in the files the things of a rulebook stand, tests of conditions among them."""

from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from triage.rulebook.model import Position
from triage.rulebook.nodes import Mapping as MappingNode
from triage.rulebook.nodes import Node, Scalar, Sequence
from triage.rulebook.read_conditions import BLOCKS
from triage.rulebook.read_policies import policy_nodes
from triage.rulebook.read_rules import rule_nodes
from triage.rulebook.reading import day
from triage.rulebook.rule_files import FOLDERS, RuleFiles

KINDS = {"triage": "rule", "sla": "policy", "calendars": "calendar", "tables": "table", "terms": "terms"}
"""What stands in a folder, in one word."""

CONDITIONS = ("when", "applies_when")


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule, policy, table, term list or calendar notes beside what it says. `kind`: one of KINDS. `source_at`:
    where its date of review stands, or its source when it has none. `ends`: its last day."""

    kind: str
    id: str
    disabled: bool
    grade: str
    source_at: Position | None
    reviewed: date | None
    ends: date | None
    ends_at: Position | None


class Places:
    """The places of faultless files, each by kind and name: `fact`, `ladder`, `role`, `department`, `team` (named
    `department/team`), `desk` (named by a key of rulebook.yaml), and those of KINDS. `noted`: of everything that has
    notes. `ladders_used`: by clocks."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        opened = RuleFiles(files)
        self._at: dict[tuple[str, str], Position] = {}
        self._tests: dict[tuple[str, str], tuple[Position, ...]] = {}
        self._of_pack: dict[tuple[str, str], int] = {}
        self._terms: dict[tuple[str, str], tuple[Position, ...]] = {}
        self.noted: list[Noted] = []
        self.ladders_used: set[str] = set()
        self._read_rulebook(opened.rulebook_node)
        for fact in _items(_get(opened.facts_node, "facts")):
            self._at["fact", _text(fact, "name")] = position(fact)
        packs = {_text(one, "id"): one for one in _items(_get(opened.rulebook_node, "packs"))}
        for folder in FOLDERS:
            for pack, file in opened.nodes(folder):
                for node in _things(folder, file):
                    self._read(KINDS[folder], node, pack, packs.get(pack))
        for table in opened.tables():
            self._read("table", table.sidecar, table.pack, packs.get(table.pack))

    def of(self, kind: str, name: str) -> Position:
        """Where it stands; the top of rulebook.yaml when that is not known."""
        return self._at.get((kind, name), Position("rulebook.yaml", 1, 1))

    def knows(self, kind: str, name: str) -> bool:
        """Whether the files declare it."""
        return (kind, name) in self._at

    def tests(self, kind: str, name: str) -> tuple[Position, ...]:
        """Where each test of the condition of a rule or a policy stands, in the order of `leaf_tests`; empty when that
        is not known."""
        return self._tests.get((kind, name), ())

    def tests_of_pack(self, kind: str, name: str) -> int:
        """How many of the tests, the first, are those of the pack that it belongs to."""
        return self._of_pack.get((kind, name), 0)

    def terms(self, name: str, key: str = "terms") -> tuple[Position, ...]:
        """Where each term of a list stands; `key`: `terms` or `not_terms`."""
        return self._terms.get((name, key), ())

    @property
    def ladders(self) -> list[str]:
        """The ladders of rulebook.yaml."""
        return [name for kind, name in self._at if kind == "ladder"]

    def _read_rulebook(self, node: Node) -> None:
        self._at |= {("desk", key.text): position(key) for key, _ in _entries(node)}
        for kind, key in (("ladder", "ladders"), ("role", "roles"), ("department", "departments")):
            for name, value in _entries(_get(node, key)):
                self._at[kind, name.text] = position(name)
                for team in _items(_get(value, "teams")) if kind == "department" else ():
                    self._at["team", f"{name.text}/{_plain(team)}"] = position(team)

    def _read(self, kind: str, node: Node, pack: str, of_pack: Node | None) -> None:
        name = f"{pack}:{_text(node, 'id')}" if pack else _text(node, "id")
        self._at[kind, name] = position(node)
        self.noted.append(_noted(kind, name, node))
        own = [test for key in CONDITIONS for test in _tests(_get(node, key))]
        packs = list(_tests(_get(of_pack, "applies_when")))
        self._tests[kind, name], self._of_pack[kind, name] = (*packs, *own), len(packs)
        for key in ("terms", "not_terms"):
            self._terms[name, key] = tuple(position(one) for one in _items(_get(node, key)))
        self.ladders_used.update(_text(clock, "escalate") for clock in _items(_get(node, "clocks")))


def _things(folder: str, file: Node) -> list[Node]:
    match folder:
        case "triage":
            return rule_nodes(file)
        case "sla":
            return policy_nodes(file)
        case "calendars":
            return [one for one in [_get(file, "calendar")] if one is not None]
        case _:
            return [file]


def _noted(kind: str, name: str, node: Node) -> Noted:
    source, ends = _get(node, "source"), _get(_get(node, "effective"), "to")
    reviewed = _get(source, "reviewed")
    source_at = reviewed or source
    return Noted(
        kind=kind,
        id=name,
        disabled=_text(node, "status") == "disabled",
        grade=_text(source, "grade"),
        source_at=None if source_at is None else position(source_at),
        reviewed=None if reviewed is None else day(reviewed),
        ends=None if ends is None else day(ends),
        ends_at=None if ends is None else position(ends),
    )


def _tests(node: Node | None) -> Iterator[Position]:
    """The tests of a condition in the order in which they are read."""
    for key, value in _entries(node):
        if key.text in BLOCKS:
            for one in value.items if isinstance(value, Sequence) else [value]:
                yield from _tests(one)
        elif isinstance(value, MappingNode):
            yield from (position(operator) for operator, _ in _entries(value))
        else:
            yield position(key)


def position(node: Node) -> Position:
    """Where a node stands."""
    return Position(node.page.file, node.line, node.column)


def _get(node: Node | None, key: str) -> Node | None:
    entry = node.entries.get(key) if isinstance(node, MappingNode) else None
    return entry[1] if entry else None


def _entries(node: Node | None) -> list[tuple[Scalar, Node]]:
    return list(node.entries.values()) if isinstance(node, MappingNode) else []


def _items(node: Node | None) -> list[Node]:
    return node.items if isinstance(node, Sequence) else []


def _plain(node: Node | None) -> str:
    return node.text if isinstance(node, Scalar) else ""


def _text(node: Node | None, key: str) -> str:
    return _plain(_get(node, key))
