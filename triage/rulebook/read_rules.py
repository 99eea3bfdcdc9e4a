"""Reading triage rules."""

from typing import Any

from triage.domain.facts import FactSpec, FactType
from triage.rulebook import nouns
from triage.rulebook.faults import suggestion
from triage.rulebook.model import Example, Position, Rule, Then
from triage.rulebook.nodes import ABSENT, Node
from triage.rulebook.noting import fault, misfit, no_such
from triage.rulebook.paths import paths_of_tests
from triage.rulebook.read_conditions import ConditionReader
from triage.rulebook.reading import each, entries, fields, flag, items, name, referred, text, word
from triage.rulebook.reading_values import effective, notes, reason, source, status, titles
from triage.rulebook.schema import RULE, RULE_EXAMPLE, RULE_EXPECT, RULES_FILE, THEN, Shape
from triage.rulebook.words import Words
from triage.wording.text import say


def rule_nodes(node: Node) -> list[Node]:
    """The rules of a file."""
    return items(fields(node, RULES_FILE)["rules"], "rules", least=1)


def read_rule(node: Node, words: Words) -> Rule:
    """One rule."""
    found = fields(node, RULE)
    notes(found, words.languages)
    reader = ConditionReader(words, words.facts, closed=words.facts_known)
    rule_status = status(found["status"])
    start, end = found.read("effective", effective) or (None, None)
    return Rule(
        id=words.full(name(found["id"])),
        title=titles(found["title"], words.languages),
        why=reason(found["why"], words.languages),
        source=found.read("source", source, rule_status),
        when=words.applied(reader.read(found["when"])),
        then=read_then(found["then"], words),
        status=rule_status,
        effective_from=start,
        effective_to=end,
        examples=read_examples(found["examples"], words, reader, RULE_EXPECT),
        at=Position(node.page.file, node.line, node.column),
        paths=(*words.paths_of_pack(), *paths_of_tests(found["when"], "when")),
    )


def read_then(node: Node, words: Words) -> Then:
    """What a rule asks for."""
    found = fields(node, THEN)
    teams = words.teams
    department = found.read("department", word, tuple(teams) if teams else None, nouns.DEPARTMENT)
    if "team" in found and department is None:
        fault(
            "team-without-department", found["team"], say("a team needs its department"), say("name the department too")
        )
    of_department = teams.get(department) if teams and department else None
    if node is not ABSENT and not any(key in found for key in THEN.keys):
        advice = say("name a priority, department, handler, tags or policies")
        fault("empty-list", node, say("then asks for nothing"), advice)
    return Then(
        priority=found.read("priority", word, words.priorities, nouns.PRIORITY),
        department=department,
        team=found.read("team", word, of_department, nouns.TEAM),
        handler=found.read("handler", word, words.handlers, nouns.HANDLER),
        tags=found.read("tags", each, "tags", name, least=1) or (),
        policies=found.read("policies", _policies, words) or (),
    )


def read_examples(node: Node, words: Words, reader: ConditionReader, expect: Shape) -> tuple[Example, ...]:
    """Examples of a rule or table. `expect`: the words that what is expected may use."""
    return tuple(_example(item, words, reader, expect) for item in items(node, "examples", least=1))


def _example(node: Node, words: Words, reader: ConditionReader, expect: Shape) -> Example:
    found = fields(node, RULE_EXAMPLE)
    given = {key.text: _given(key, value, words, reader) for key, value in entries(found["given"], "given")}
    return Example(
        given=given, expect=_expect(found["expect"], words, expect), at=Position(node.page.file, node.line, node.column)
    )


def _given(key: Node, value: Node, words: Words, reader: ConditionReader) -> Any:
    fact = text(key)
    spec = words.facts.get(fact)
    if spec is None:
        if words.facts_known:
            misfit("unknown-key", key, no_such(fact, nouns.FACT), suggestion(fact, list(words.facts)))
        return None
    if spec.type is FactType.TEXTS:
        return list(each(value, fact, lambda one: str(reader.value(spec, one))))
    return reader.value(spec, value)


def _expect(node: Node, words: Words, shape: Shape) -> dict[str, Any]:
    found = fields(node, shape)
    expect: dict[str, Any] = {
        "fires": found.read("fires", flag),
        "row": found.read("row", word, words.rows, say("a row")),
        "fallback": found.read("fallback", flag),
        "priority": found.read("priority", word, words.priorities, nouns.PRIORITY),
        "department": found.read("department", word, tuple(words.teams) if words.teams else None, nouns.DEPARTMENT),
        "team": found.read("team", text),
        "handler": found.read("handler", word, words.handlers, nouns.HANDLER),
        "tags": found.read("tags", each, "tags", name),
        "policies": found.read("policies", _policies, words),
        "rules": found.read("rules", each, "rules", lambda one: referred(one, words.rules, words, nouns.RULE)),
    }
    return {key: value for key, value in expect.items() if value is not None}


def _policies(node: Node, words: Words) -> tuple[str, ...]:
    return each(node, "policies", lambda one: referred(one, words.policies, words, nouns.POLICY))


OUTCOME_TEXTS = ("priority", "department", "team", "handler")


def outcome_specs(words: Words) -> dict[str, FactSpec]:
    """What `applies_when` may test of the outcome, beside the facts."""
    teams = tuple(team for own in (words.teams or {}).values() for team in own)
    values = {
        "priority": words.priorities,
        "department": tuple(words.teams) if words.teams else None,
        "team": teams or None,
        "handler": words.handlers,
    }
    specs = {key: FactSpec(name=key, type=FactType.TEXT, values=values[key]) for key in OUTCOME_TEXTS}
    return specs | {"tags": FactSpec(name="tags", type=FactType.TEXTS)}
