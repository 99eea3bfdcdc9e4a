"""Rule files to a rulebook: every fault at once, or the frozen model."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import tzinfo
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from monitors.clocks.calendar import Calendar
from monitors.clocks.policy import Policy
from triage.domain.condition import Always
from triage.domain.facts import FactSpec
from triage.rulebook import nouns
from triage.rulebook.event_fields import event_fields
from triage.rulebook.faults import FAULT, WARNING, Finding, in_order, suggestion
from triage.rulebook.lint import check_circles, check_escalations, check_policies_attached
from triage.rulebook.model import PolicyExample, Rule, Rulebook, Table, TermList
from triage.rulebook.nodes import ABSENT, Node, Scalar
from triage.rulebook.nodes import Mapping as MappingNode
from triage.rulebook.noting import fault, misfit, no_such, shown
from triage.rulebook.read_calendar import read_calendar
from triage.rulebook.read_conditions import ConditionReader
from triage.rulebook.read_facts import read_facts
from triage.rulebook.read_policies import policy_nodes, read_policy
from triage.rulebook.read_rows import row_name
from triage.rulebook.read_rulebook import read_rulebook
from triage.rulebook.read_rules import read_rule, rule_nodes
from triage.rulebook.read_tables import read_table, row_id
from triage.rulebook.read_terms import read_term_list
from triage.rulebook.reading import fields, items, name
from triage.rulebook.reading_values import notes
from triage.rulebook.revision import revision
from triage.rulebook.rule_files import FACTS_FILE, RULEBOOK_FILE, RuleFiles, TableFiles
from triage.rulebook.schema import PACK
from triage.rulebook.words import Words
from triage.wording.text import say

T = TypeVar("T")


class Loaded(msgspec.Struct, frozen=True):
    """What came of the files. `rulebook` is None when a finding is a fault."""

    rulebook: Rulebook | None
    findings: tuple[Finding, ...]


def load(files: Mapping[str, bytes]) -> Loaded:
    """Read, check and freeze the rule files. `files`: by path relative to the rules directory, with `/`. Pure."""
    opened = RuleFiles(files)
    if RULEBOOK_FILE not in files:
        opened.page(RULEBOOK_FILE).add("missing-file", 1, 1, say("{file} is missing", file=RULEBOOK_FILE))
    rulebook = _Loading(opened, revision(files)).rulebook()
    findings = in_order([finding for page in opened.pages for finding in page.told()])
    has_fault = any(finding.severity == FAULT for finding in findings)
    return Loaded(None if has_fault else rulebook, findings)


class _Loading:
    """One load on its way from nodes to the model."""

    def __init__(self, files: RuleFiles, name_of_revision: str) -> None:
        self.files, self.revision = files, name_of_revision

    def rulebook(self) -> Rulebook | None:
        desk = read_rulebook(self.files.rulebook_node)
        is_read = not self.files.is_broken(RULEBOOK_FILE) and self.files.rulebook_node is not ABSENT
        words = desk.words if is_read else Words()
        vocabulary = read_facts(self.files.facts_node, words, desk.parts["jurisdiction"])
        facts_sound = not self.files.is_broken(FACTS_FILE)
        words = msgspec.structs.replace(
            words,
            facts=vocabulary.facts if facts_sound else _with_open_values(vocabulary.facts),
            facts_known=facts_sound,
            event_types=vocabulary.event_types if facts_sound else None,
            event_fields=event_fields(vocabulary),
        )
        packs = self._packs(desk.packs_node, words)
        words = msgspec.structs.replace(words, packs=dict.fromkeys(packs, Always()))
        terms = self._each("terms", words, read_term_list, lambda one: one.id)
        calendars = self._each("calendars", words, read_calendar, lambda one: one.id)
        words = self._with_ids(words, terms, calendars)
        reader = ConditionReader(words, words.facts, closed=words.facts_known)
        words = msgspec.structs.replace(words, packs={pack: reader.read(node) for pack, node in packs.items()})
        self._check_calendar(desk.calendar_node, words)
        tables, rows = self._tables(words)
        read = [*self._rules(words), *rows]
        policies, examples = self._policies(words)
        self._check_together(read, policies, desk.parts)
        if words.languages is None:
            return None
        return Rulebook(
            **desk.parts,
            revision=self.revision,
            vocabulary=vocabulary,
            terms=terms,
            rules=tuple(read),
            policies={key: policy for key, (policy, _) in policies.items()},
            policy_examples=tuple(examples),
            calendars=calendars,
            tables=tables,
        )

    def _check_together(
        self, rules: list[Rule], policies: dict[str, tuple[Policy, Node]], parts: Mapping[str, Any]
    ) -> None:
        if not (self.files.is_broken("triage") or self.files.is_broken("tables")):
            check_policies_attached(policies, rules)
        check_circles(policies)
        check_escalations(parts["departments"], parts["roles"], self.files.rulebook_node, policies)

    def _packs(self, node: Node, words: Words) -> dict[str, Node]:
        """Where the condition of every pack that rulebook.yaml lists stands. Files of others are not read."""
        listed: dict[str, Node] = {}
        for item in items(node, "packs") if node is not ABSENT else ():
            found = fields(item, PACK)
            notes(found, words.languages)
            noted = len(item.page.findings)
            pack = name(found["id"])
            is_sound = pack and len(item.page.findings) == noted
            if is_sound and pack not in listed and pack not in self.files.packs:
                fault("unknown-value", found["id"], say("there is no folder {folder}", folder=f"packs/{pack}"))
            _put(listed, pack, found["applies_when"], item)
        for pack, page in self.files.unlisted.items():
            if not self.files.is_broken(RULEBOOK_FILE):
                message = say("rulebook.yaml does not list the pack {pack}: its files are not in force", pack=pack)
                advice = say("write {word}", word=f"packs: [{{id: {pack}, applies_when: …}}]")
                page.add("unlisted-pack", 1, 1, message, advice, WARNING)
        return listed

    def _read(self, folder: str, words: Words) -> Iterator[tuple[Words, Node]]:
        """The files of a folder that are in force, with the words of their pack."""
        for pack, node in self.files.nodes(folder):
            yield msgspec.structs.replace(words, pack=pack) if pack else words, node

    def _with_ids(self, words: Words, terms: Mapping[str, TermList], calendars: Mapping[str, Calendar]) -> Words:
        """The words, with the ids that files declare; those of a broken folder are not known."""
        policies = [(own, node) for own, file in self._read("sla", words) for node in policy_nodes(file)]
        rules = [own.full(_id_of(node)) for own, file in self._read("triage", words) for node in rule_nodes(file)]
        rows = [row for own, files in self._table_files(words) for row in _row_ids(own, files)]
        rules_sound = not self.files.is_broken("triage") and not self.files.is_broken("tables")
        zones: dict[str, tzinfo] = {one.id: ZoneInfo(one.zone) for one in calendars.values() if _is_zone(one.zone)}
        return msgspec.structs.replace(
            words,
            terms=self._known("terms", terms),
            calendars=self._known("calendars", calendars),
            zones=zones,
            policies=self._known("sla", filter(None, (own.full(_id_of(node)) for own, node in policies))),
            rules=tuple(filter(None, [*rules, *rows])) if rules_sound else None,
            clocks=self._known("sla", (clock for own, node in policies for clock in _clock_names(own, node))),
        )

    def _known(self, folder: str, names: Iterable[str]) -> tuple[str, ...] | None:
        return None if self.files.is_broken(folder) else tuple(names)

    def _each(
        self, folder: str, words: Words, read: Callable[[Node, Words], T | None], id_of: Callable[[T], str]
    ) -> dict[str, T]:
        """One thing a file, by its id."""
        found: dict[str, T] = {}
        for own, node in self._read(folder, words):
            made = read(node, own)
            if made is not None:
                _put(found, id_of(made), made, node)
        return found

    def _rules(self, words: Words) -> list[Rule]:
        """Every rule as read, those too whose id was given before."""
        rules: list[Rule] = []
        by_id: dict[str, Rule] = {}
        for own, file in self._read("triage", words):
            for node in rule_nodes(file):
                rule = read_rule(node, own)
                _put(by_id, rule.id, rule, node)
                rules.append(rule)
        return rules

    def _table_files(self, words: Words) -> Iterator[tuple[Words, TableFiles]]:
        for files in self.files.tables():
            yield msgspec.structs.replace(words, pack=files.pack), files

    def _tables(self, words: Words) -> tuple[dict[str, Table], list[Rule]]:
        """Every decision table by its id, and the rules that the rows are."""
        tables: dict[str, Table] = {}
        rows: list[Rule] = []
        for own, files in self._table_files(words):
            table, rules = read_table(files, own)
            _put(tables, table.id, table, files.sidecar)
            rows += rules
        return tables, rows

    def _policies(self, words: Words) -> tuple[dict[str, tuple[Policy, Node]], list[PolicyExample]]:
        policies: dict[str, tuple[Policy, Node]] = {}
        examples: list[PolicyExample] = []
        for own, file in self._read("sla", words):
            for node in policy_nodes(file):
                policy, shown_by = read_policy(node, own)
                _put(policies, policy.id, (policy, node), node)
                examples += shown_by
        return policies, examples

    def _check_calendar(self, node: Node, words: Words) -> None:
        if isinstance(node, Scalar) and node.text and words.calendars is not None and node.text not in words.calendars:
            misfit("unknown-value", node, no_such(node.text, nouns.CALENDAR), suggestion(node.text, words.calendars))


def _put(found: dict[str, T], key: str, value: T, node: Node) -> None:
    if key in found:
        fault("duplicate-id", node, say("{word} was given before", word=shown(key)), say("choose another id"))
    elif key:
        found[key] = value


def _with_open_values(facts: Mapping[str, FactSpec]) -> dict[str, FactSpec]:
    """The facts with any value allowed: what facts.yaml adds to their values is not known."""
    return {key: msgspec.structs.replace(spec, values=None) for key, spec in facts.items()}


def _is_zone(name: str) -> bool:
    try:
        return bool(ZoneInfo(name))
    except (ValueError, OSError, LookupError):
        return False


def _id_of(node: Node) -> str:
    """The id that a node declares, empty when there is none; read without noting faults: the readers do that."""
    entry = node.entries.get("id") if isinstance(node, MappingNode) else None
    return entry[1].text if entry and isinstance(entry[1], Scalar) else ""


def _row_ids(words: Words, files: TableFiles) -> list[str]:
    """The rules that the rows of a table are."""
    table = words.full(_id_of(files.sidecar))
    header, *rows = files.sheet.rows if files.sheet is not None else (None,)
    return [row_id(table, row_name(header, row)) for row in rows] if header is not None else []


def _clock_names(words: Words, node: Node) -> list[str]:
    policy = words.full(_id_of(node))
    entry = node.entries.get("clocks") if isinstance(node, MappingNode) else None
    listed = getattr(entry[1], "items", []) if entry else []
    return [f"{policy}/{clock}" for one in listed if (clock := _id_of(one))]
