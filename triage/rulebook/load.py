"""Rule files to a rulebook: every fault at once, or the frozen model."""

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from monitors.clocks.calendar import Calendar
from monitors.clocks.policy import Policy
from triage.domain.facts import FactSpec
from triage.rulebook.event_fields import event_fields
from triage.rulebook.faults import FAULT, Finding, in_order, suggestion
from triage.rulebook.lint import check_escalations, check_policies_attached
from triage.rulebook.model import PolicyExample, Rule, Rulebook, TermList
from triage.rulebook.nodes import ABSENT, Node, Page, Scalar
from triage.rulebook.nodes import Mapping as MappingNode
from triage.rulebook.read_calendar import read_calendar
from triage.rulebook.read_facts import read_facts
from triage.rulebook.read_policies import policy_nodes, read_policy
from triage.rulebook.read_rulebook import read_rulebook
from triage.rulebook.read_rules import read_rule, rule_nodes
from triage.rulebook.read_terms import read_term_list
from triage.rulebook.reading import fault, misfit, shown
from triage.rulebook.revision import revision
from triage.rulebook.syntax import open_page
from triage.rulebook.words import Words

RULEBOOK_FILE, FACTS_FILE = "rulebook.yaml", "facts.yaml"
FOLDERS = ("terms", "triage", "sla", "calendars")
LATER_FOLDERS = ("tables", "packs")

T = TypeVar("T")


class Loaded(msgspec.Struct, frozen=True):
    """What came of the files. `rulebook` is None when a finding is a fault."""

    rulebook: Rulebook | None
    findings: tuple[Finding, ...]


def load(files: Mapping[str, bytes]) -> Loaded:
    """Read, check and freeze the rule files. `files`: by path relative to the rules directory, with `/`. Pure."""
    loading = _Loading(files)
    if RULEBOOK_FILE not in files:
        loading.page(RULEBOOK_FILE).add("missing-file", 1, 1, f"{RULEBOOK_FILE} is missing")
    rulebook = loading.rulebook()
    findings = in_order([finding for page in loading.pages for finding in page.findings])
    has_fault = any(finding.severity == FAULT for finding in findings)
    return Loaded(None if has_fault else rulebook, findings)


class _Loading:
    """The pages of one load, and what was read of them."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.pages: list[Page] = []
        self.nodes: dict[str, list[Node]] = {folder: [] for folder in FOLDERS}
        self.broken: set[str] = set()
        self.rulebook_node: Node = ABSENT
        self.facts_node: Node = ABSENT
        for path in sorted(files):
            self._open(path)

    def page(self, path: str) -> Page:
        page = Page(path, "")
        self.pages.append(page)
        return page

    def _open(self, path: str) -> None:
        folder, _, rest = path.partition("/")
        if folder in LATER_FOLDERS and rest:
            self.page(path).add("not-supported-yet", 1, 1, f"{folder} are not supported yet", "take the file out")
            return
        page, node = open_page(path, self.files[path])
        self.pages.append(page)
        if page.broken:
            self.broken.add(path if path in (RULEBOOK_FILE, FACTS_FILE) else folder)
        if node is None:
            return
        if path == RULEBOOK_FILE:
            self.rulebook_node = node
        elif path == FACTS_FILE:
            self.facts_node = node
        elif folder in FOLDERS:
            self.nodes[folder].append(node)

    def rulebook(self) -> Rulebook | None:
        desk = read_rulebook(self.rulebook_node)
        words = desk.words if RULEBOOK_FILE not in self.broken and self.rulebook_node is not ABSENT else Words()
        vocabulary = read_facts(self.facts_node, words, desk.parts["jurisdiction"])
        facts_sound = FACTS_FILE not in self.broken
        words = msgspec.structs.replace(
            words,
            facts=vocabulary.facts if facts_sound else _with_open_values(vocabulary.facts),
            facts_known=facts_sound,
            event_types=vocabulary.event_types if facts_sound else None,
            event_fields=event_fields(vocabulary),
        )
        terms = self._each("terms", lambda node: read_term_list(node, words), lambda one: one.id)
        calendars = self._each("calendars", lambda node: read_calendar(node, words), lambda one: one.id)
        words = self._with_ids(words, terms, calendars)
        self._check_calendar(desk.calendar_node, words)
        read = self._rules(words)
        policies, examples = self._policies(words)
        if "triage" not in self.broken:
            check_policies_attached(policies, read)
        check_escalations(desk.parts["departments"], self.rulebook_node, policies)
        if words.languages is None:
            return None
        return Rulebook(
            **desk.parts,
            revision=revision(self.files),
            vocabulary=vocabulary,
            terms=terms,
            rules=tuple(read),
            policies={key: policy for key, (policy, _) in policies.items()},
            policy_examples=tuple(examples),
            calendars=calendars,
        )

    def _with_ids(self, words: Words, terms: Mapping[str, TermList], calendars: Mapping[str, Calendar]) -> Words:
        """The words, with the ids that files declare; those of a broken folder are not known."""
        policies = [node for file in self.nodes["sla"] for node in policy_nodes(file)]
        rules = [node for file in self.nodes["triage"] for node in rule_nodes(file)]
        zones: dict[str, tzinfo] = {one.id: ZoneInfo(one.zone) for one in calendars.values() if _is_zone(one.zone)}
        return msgspec.structs.replace(
            words,
            terms=self._known("terms", terms),
            calendars=self._known("calendars", calendars),
            zones=zones,
            policies=self._known("sla", filter(None, map(_id_of, policies))),
            rules=self._known("triage", filter(None, map(_id_of, rules))),
            clocks=self._known("sla", (name for node in policies for name in _clock_names(node))),
        )

    def _known(self, folder: str, names: Any) -> tuple[str, ...] | None:
        return None if folder in self.broken else tuple(names)

    def _each(self, folder: str, read: Callable[[Node], T | None], id_of: Callable[[T], str]) -> dict[str, T]:
        """One thing a file, by its id."""
        found: dict[str, T] = {}
        for node in self.nodes[folder]:
            made = read(node)
            if made is not None:
                _put(found, id_of(made), made, node)
        return found

    def _rules(self, words: Words) -> list[Rule]:
        """Every rule as read, those too whose id was given before."""
        rules: list[Rule] = []
        by_id: dict[str, Rule] = {}
        for file in self.nodes["triage"]:
            for node in rule_nodes(file):
                rule = read_rule(node, words)
                _put(by_id, rule.id, rule, node)
                rules.append(rule)
        return rules

    def _policies(self, words: Words) -> tuple[dict[str, tuple[Policy, Node]], list[PolicyExample]]:
        policies: dict[str, tuple[Policy, Node]] = {}
        examples: list[PolicyExample] = []
        for file in self.nodes["sla"]:
            for node in policy_nodes(file):
                policy, own = read_policy(node, words)
                _put(policies, policy.id, (policy, node), node)
                examples += own
        return policies, examples

    def _check_calendar(self, node: Node, words: Words) -> None:
        if isinstance(node, Scalar) and node.text and words.calendars is not None and node.text not in words.calendars:
            hint = suggestion(node.text, words.calendars)
            misfit("unknown-value", node, f"unknown calendar {shown(node.text)}", hint)


def _put(found: dict[str, T], key: str, value: T, node: Node) -> None:
    if key in found:
        fault("duplicate-id", node, f"{shown(key)} was given before")
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


def _id_of(node: Node) -> str | None:
    """The id that a node declares, read without noting faults: the readers do that."""
    entry = node.entries.get("id") if isinstance(node, MappingNode) else None
    return entry[1].text if entry and isinstance(entry[1], Scalar) else None


def _clock_names(node: Node) -> list[str]:
    policy = _id_of(node)
    entry = node.entries.get("clocks") if isinstance(node, MappingNode) else None
    listed = getattr(entry[1], "items", []) if entry else []
    return [f"{policy}/{clock}" for one in listed if (clock := _id_of(one))]
