"""Files of triage rules as JSON Schema: every fact with the tests and values that it takes, every name as an offer.

What the vocabulary closes (facts, their values) is closed here too; names that other rule files declare (departments,
term lists, policies) are offered and not enforced, so that a new one is not marked before the schemas are renewed.
"""

from collections.abc import Iterable
from typing import Any

from triage.domain.condition import Op
from triage.domain.facts import FactSpec, FactType
from triage.rulebook import schema as shapes
from triage.rulebook.model import Rulebook
from triage.rulebook.read_conditions import BLOCKS, operators
from triage.rulebook.schema_json import DRAFT, EFFECTIVE, SOURCE, STATUS, TITLES, closed, listed
from triage.wording.text import LANGUAGES, Text, say

CONDITION = {"$ref": "#/$defs/condition"}
ABOUT_OPS: dict[Op, Text] = {
    Op.IS: say("equal to"),
    Op.IS_NOT: say("known, and another value"),
    Op.IN: say("one of these"),
    Op.NOT_IN: say("known, and none of these"),
    Op.AT_LEAST: say("this or more"),
    Op.MORE_THAN: say("more than this"),
    Op.AT_MOST: say("this or less"),
    Op.LESS_THAN: say("less than this"),
    Op.BETWEEN: say("[lowest, highest], both included"),
    Op.CONTAINS: say("the list holds this"),
    Op.CONTAINS_ANY: say("the list holds at least one of these"),
    Op.CONTAINS_NONE: say("the list is known and holds none of these"),
    Op.MENTIONS: say("the text has a term of this list"),
    Op.KNOWN: say("true: there is a value; false: there is none"),
}
FORMS = {
    FactType.MONEY: (
        "^-?[0-9]+([.][0-9]+)? [A-Z]{3}$",
        say("an amount with its currency, as in {example}", example="50000 CNY"),
    ),
    FactType.DATE: ("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", say("a date, as in {example}", example="2026-03-02")),
}
"""How values of a type are written, and what the editor says of them."""


def rules_schema(rulebook: Rulebook) -> dict[str, Any]:
    """A file of rules, with the words of the rulebook."""
    facts = rulebook.vocabulary.facts
    then = _then(rulebook)
    expect = closed(shapes.RULE_EXPECT, fires={"type": "boolean"}, fallback={"type": "boolean"}, **then)
    example = closed(shapes.RULE_EXAMPLE, given=_given(facts.values()), expect=expect)
    rule = closed(
        shapes.RULE,
        title=TITLES,
        when=CONDITION,
        then=closed(shapes.THEN, **then),
        status=STATUS,
        source=SOURCE,
        effective=EFFECTIVE,
        examples=listed(example),
    )
    defs = {"condition": condition_schema(facts.values(), offered(rulebook.terms))}
    return {"$schema": DRAFT, "title": "rules", **closed(shapes.RULES_FILE, rules=listed(rule)), "$defs": defs}


def tables_schema(rulebook: Rulebook) -> dict[str, Any]:
    """The sidecar of a decision table, with the words of the rulebook."""
    expect = closed(shapes.TABLE_EXPECT, fires={"type": "boolean"}, fallback={"type": "boolean"}, **_then(rulebook))
    example = closed(shapes.RULE_EXAMPLE, given=_given(rulebook.vocabulary.facts.values()), expect=expect)
    table = closed(
        shapes.TABLE,
        title=TITLES,
        hit={"enum": list(shapes.HITS)},
        status=STATUS,
        source=SOURCE,
        effective=EFFECTIVE,
        examples=listed(example),
    )
    return {"$schema": DRAFT, "title": "tables", **table}


def condition_schema(facts: Iterable[FactSpec], terms: dict[str, Any]) -> dict[str, Any]:
    """A condition over these facts; `terms`: what `mentions` takes."""
    blocks = {block: {"anyOf": [listed(CONDITION), CONDITION]} for block in BLOCKS}
    tests = {spec.name: _fact(spec, terms) for spec in facts}
    mapping = {"type": "object", "minProperties": 1, "additionalProperties": False, "properties": {**blocks, **tests}}
    return {"anyOf": [{"const": "always"}, mapping]}


def offered(names: Iterable[str]) -> dict[str, Any]:
    """A text; the names are offered. A pack writes its own without the prefix."""
    known = sorted({part for name in names for part in (name, name.rpartition(":")[2])})
    return {"anyOf": [{"enum": known}, {"type": "string"}]} if known else {"type": "string"}


def _then(rulebook: Rulebook) -> dict[str, Any]:
    teams = (team for one in rulebook.departments.values() for team in one.teams)
    tags = (tag for rule in rulebook.rules for tag in rule.then.tags)
    return {
        "priority": offered(rulebook.priorities),
        "department": offered(rulebook.departments),
        "team": offered(teams),
        "handler": offered(rulebook.handlers),
        "tags": listed(offered(tags)),
        "policies": listed(offered(rulebook.policies)),
    }


def _given(facts: Iterable[FactSpec]) -> dict[str, Any]:
    """Facts of an example; unknown ones are left to `triage check`, which says more about them."""
    return {"type": "object", "properties": {spec.name: _given_value(spec) for spec in facts}}


def _given_value(spec: FactSpec) -> dict[str, Any]:
    return listed(_value(spec)) if spec.type is FactType.TEXTS else _value(spec)


def _fact(spec: FactSpec, terms: dict[str, Any]) -> dict[str, Any]:
    """Every form in which a fact may be tested."""
    tests = {op.value: _operand(spec, op, terms) | {"description": _in_all(ABOUT_OPS[op])} for op in operators(spec)}
    forms: list[dict[str, Any]] = [
        {"type": "object", "minProperties": 1, "additionalProperties": False, "properties": tests}
    ]
    if spec.type is not FactType.TEXTS:
        forms += [_value(spec), listed(_value(spec))]
    return {"description": _about(spec), "anyOf": forms}


def _in_all(text: Text) -> str:
    """In every language: an editor does not say which one its user reads."""
    return " / ".join(text.said(language) for language in LANGUAGES)


def _about(spec: FactSpec) -> str:
    titles = " / ".join(dict.fromkeys(spec.title.values()))
    return f"{titles} ({spec.type.value})" if titles else spec.type.value


def _operand(spec: FactSpec, op: Op, terms: dict[str, Any]) -> dict[str, Any]:
    if op is Op.KNOWN:
        return {"type": "boolean"}
    if op is Op.MENTIONS:
        return {"anyOf": [terms, listed(terms)]}
    if op is Op.BETWEEN:
        return listed(_value(spec)) | {"minItems": 2, "maxItems": 2}
    many = op in (Op.IN, Op.NOT_IN, Op.CONTAINS_ANY, Op.CONTAINS_NONE)
    return listed(_value(spec)) if many else _value(spec)


def _value(spec: FactSpec) -> dict[str, Any]:
    """One value. An editor reads types by their look, we by their place: where a text is wanted anything will do."""
    if spec.values is not None:
        return {"enum": list(spec.values)}
    if spec.type in FORMS:
        pattern, about = FORMS[spec.type]
        return {"type": "string", "pattern": pattern, "description": _in_all(about)}
    kinds = {FactType.WHOLE: "integer", FactType.NUMBER: "number", FactType.YES_NO: "boolean"}
    return {"type": kinds[spec.type]} if spec.type in kinds else {}
