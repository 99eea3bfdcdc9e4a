"""The closed schema of the rule files as JSON Schema, for editors."""

from typing import Any

from monitors.clocks.policy import Against, Need, OnReopen
from triage.domain.facts import FactType, Vocabulary
from triage.rulebook import schema as shapes
from triage.rulebook.schema import Shape

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def _closed(shape: Shape, **inner: Any) -> dict[str, Any]:
    """The mapping with exactly these keys; `inner`: schemas of some of them."""
    return {
        "type": "object",
        "required": list(shape.required),
        "additionalProperties": False,
        "properties": {key: inner.get(key, {}) for key in shape.keys},
    }


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "items": item}


_TITLES = {"type": "object", "additionalProperties": {"type": "string"}}
_STATUS = {"enum": list(shapes.STATUSES)}
_SOURCE = _closed(shapes.SOURCE, grade={"enum": list(shapes.GRADES)})
_LIMIT = {
    "type": "string",
    "pattern": "^[0-9]+ (working hours?|hours?|calendar days?|working days?|weeks?|months?)$",
}
_ANY_LIMIT = {"anyOf": [_LIMIT, {"type": "object"}]}


def _one_of(words: Any) -> dict[str, Any]:
    return {"enum": [str(word) for word in words]}


def file_schema(title: str, words: Vocabulary) -> dict[str, Any]:
    """A file of triage rules, with the facts of the vocabulary."""
    condition = {
        "anyOf": [
            {"const": "always"},
            {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    **{block: {"type": ["array", "object"]} for block in ("all", "any", "none")},
                    **{name: {"description": spec.type.value} for name, spec in words.facts.items()},
                },
            },
        ]
    }
    rule = _closed(
        shapes.RULE,
        title=_TITLES,
        when=condition,
        then=_closed(shapes.THEN),
        status=_STATUS,
        source=_SOURCE,
        effective=_closed(shapes.EFFECTIVE),
        examples=_list(_closed(shapes.RULE_EXAMPLE, expect=_closed(shapes.RULE_EXPECT))),
    )
    return {"$schema": DRAFT, "title": title, **_closed(shapes.RULES_FILE, rules=_list(rule))}


def table_schema(words: Vocabulary) -> dict[str, Any]:
    """The sidecar of a decision table, with the facts of the vocabulary in its examples."""
    given = {"type": "object", "additionalProperties": False, "properties": {name: {} for name in words.facts}}
    example = _closed(shapes.RULE_EXAMPLE, given=given, expect=_closed(shapes.TABLE_EXPECT))
    table = _closed(
        shapes.TABLE,
        title=_TITLES,
        hit=_one_of(shapes.HITS),
        status=_STATUS,
        source=_SOURCE,
        effective=_closed(shapes.EFFECTIVE),
        examples=_list(example),
    )
    return {"$schema": DRAFT, "title": "tables", **table}


_NEEDS = _list(_one_of(Need))
_NEEDS_OF_PAUSE = _list(_one_of(need for need in Need if need is not Need.REASON))
_PAUSE = {
    "anyOf": [
        _one_of(shapes.PAUSE_REASONS),
        {"type": "object", "additionalProperties": _closed(shapes.PAUSE, needs=_NEEDS_OF_PAUSE, remind=_LIMIT)},
    ]
}
_EXTENSION = _closed(
    shapes.EXTENSION,
    to=_LIMIT,
    add=_LIMIT,
    needs=_NEEDS,
    late=_one_of(shapes.LATE),
    **{"from": _one_of(shapes.EXTENDED_FROM)},
)
_CLOCK = _closed(
    shapes.CLOCK,
    limit=_ANY_LIMIT,
    every=_ANY_LIMIT,
    pause=_list(_PAUSE),
    extend=_list(_EXTENSION),
    on_reopen=_one_of(OnReopen),
    counts_against=_one_of(Against),
    start_day=_one_of(shapes.START_DAYS),
    due=_one_of(shapes.DUES),
    roll_forward={"type": "boolean"},
    deliver=_one_of(shapes.DELIVER),
)
_POLICY = _closed(
    shapes.POLICY,
    title=_TITLES,
    status=_STATUS,
    source=_SOURCE,
    clocks=_list(_CLOCK),
    effective=_closed(shapes.EFFECTIVE),
    detach=_one_of(shapes.DETACH),
    examples=_list(_closed(shapes.POLICY_EXAMPLE, events=_list(_closed(shapes.EXAMPLE_EVENT)))),
)
POLICIES_SCHEMA: dict[str, Any] = {
    "$schema": DRAFT,
    "title": "policies",
    **_closed(shapes.POLICIES_FILE, policies=_list(_POLICY)),
}
"""A file of SLA policies."""

_HOURS = {"type": "array", "items": {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$"}}
_CALENDAR = _closed(
    shapes.CALENDAR,
    title=_TITLES,
    week=_closed(shapes.WEEK, **dict.fromkeys(shapes.WEEK.required, _HOURS)),
    closed=_list(_closed(shapes.CLOSED_DAY)),
    open=_list(_closed(shapes.OPEN_DAY, like={"enum": list(shapes.WEEK.required)}, hours=_HOURS)),
)
CALENDAR_SCHEMA: dict[str, Any] = {
    "$schema": DRAFT,
    "title": "calendar",
    **_closed(shapes.CALENDAR_FILE, calendar=_CALENDAR),
}
"""A calendar file."""

_PERSON = {"anyOf": [{"type": "string"}, _closed(shapes.PERSON)]}
_STEPS = _list(_closed(shapes.STEP, at={"const": "due"}, after=_LIMIT, every=_LIMIT))
RULEBOOK_SCHEMA: dict[str, Any] = {
    "$schema": DRAFT,
    "title": "rulebook",
    **_closed(
        shapes.RULEBOOK,
        format={"const": shapes.FORMAT},
        title=_TITLES,
        open_cases={"enum": list(shapes.OPEN_CASES)},
        roles={"type": "object", "additionalProperties": _closed(shapes.ROLE, title=_TITLES)},
        departments={
            "type": "object",
            "additionalProperties": _closed(
                shapes.DEPARTMENT,
                title=_TITLES,
                duty_owner=_PERSON,
                escalation={"type": "object", "additionalProperties": _PERSON},
            ),
        },
        fallback=_closed(shapes.FALLBACK, owner=_PERSON),
        ladders={"type": "object", "additionalProperties": _STEPS},
        packs={"type": "array", "items": _closed(shapes.PACK, title=_TITLES)},
    ),
}
"""rulebook.yaml."""

_FACT = _closed(
    shapes.FACT, title=_TITLES, type={"enum": [kind.value for kind in FactType]}, personal={"type": "boolean"}
)
FACTS_SCHEMA: dict[str, Any] = {"$schema": DRAFT, "title": "facts", **_closed(shapes.FACTS_FILE, facts=_list(_FACT))}
"""facts.yaml."""

_TEXTS = {"type": "array", "items": {"type": "string"}}
TERMS_SCHEMA: dict[str, Any] = {
    "$schema": DRAFT,
    "title": "terms",
    **_closed(shapes.TERM_LIST, title=_TITLES, **dict.fromkeys(("terms", "not_terms", "hits", "misses"), _TEXTS)),
}
"""A term list."""
