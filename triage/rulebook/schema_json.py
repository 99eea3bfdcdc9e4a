"""The closed schema of the rule files as JSON Schema, for editors."""

from typing import Any

from monitors.clocks.policy import Against, Need, OnReopen
from triage.domain.facts import FactType
from triage.rulebook import schema as shapes
from triage.rulebook.schema import Shape

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def closed(shape: Shape, **inner: Any) -> dict[str, Any]:
    """The mapping with exactly these keys; `inner`: schemas of some of them."""
    return {
        "type": "object",
        "required": list(shape.required),
        "additionalProperties": False,
        "properties": {key: inner.get(key, {}) for key in shape.keys},
    }


def listed(item: dict[str, Any]) -> dict[str, Any]:
    """A list of at least one."""
    return {"type": "array", "minItems": 1, "items": item}


TITLES = {"type": "object", "additionalProperties": {"type": "string"}}
STATUS = {"enum": list(shapes.STATUSES)}
EFFECTIVE = closed(shapes.EFFECTIVE)
SOURCE = closed(shapes.SOURCE, grade={"enum": list(shapes.GRADES)})
_LIMIT = {
    "type": "string",
    "pattern": "^[0-9]+ (working hours?|hours?|calendar days?|working days?|weeks?|months?)$",
}
_ANY_LIMIT = {"anyOf": [_LIMIT, {"type": "object"}]}


def _one_of(words: Any) -> dict[str, Any]:
    return {"enum": [str(word) for word in words]}


_NEEDS = listed(_one_of(Need))
_NEEDS_OF_PAUSE = listed(_one_of(need for need in Need if need is not Need.REASON))
_PAUSE = {
    "anyOf": [
        _one_of(shapes.PAUSE_REASONS),
        {"type": "object", "additionalProperties": closed(shapes.PAUSE, needs=_NEEDS_OF_PAUSE, remind=_LIMIT)},
    ]
}
_EXTENSION = closed(
    shapes.EXTENSION,
    to=_LIMIT,
    add=_LIMIT,
    needs=_NEEDS,
    late=_one_of(shapes.LATE),
    **{"from": _one_of(shapes.EXTENDED_FROM)},
)
_CLOCK = closed(
    shapes.CLOCK,
    limit=_ANY_LIMIT,
    every=_ANY_LIMIT,
    pause=listed(_PAUSE),
    extend=listed(_EXTENSION),
    on_reopen=_one_of(OnReopen),
    counts_against=_one_of(Against),
    start_day=_one_of(shapes.START_DAYS),
    due=_one_of(shapes.DUES),
    roll_forward={"type": "boolean"},
    deliver=_one_of(shapes.DELIVER),
)
_POLICY = closed(
    shapes.POLICY,
    title=TITLES,
    status=STATUS,
    source=SOURCE,
    clocks=listed(_CLOCK),
    effective=EFFECTIVE,
    detach=_one_of(shapes.DETACH),
    examples=listed(closed(shapes.POLICY_EXAMPLE, events=listed(closed(shapes.EXAMPLE_EVENT)))),
)
POLICIES_SCHEMA: dict[str, Any] = {
    "$schema": DRAFT,
    "title": "policies",
    **closed(shapes.POLICIES_FILE, policies=listed(_POLICY)),
}
"""A file of SLA policies."""

_HOURS = {"type": "array", "items": {"type": "string", "pattern": "^[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$"}}
_CALENDAR = closed(
    shapes.CALENDAR,
    title=TITLES,
    week=closed(shapes.WEEK, **dict.fromkeys(shapes.WEEK.required, _HOURS)),
    closed=listed(closed(shapes.CLOSED_DAY)),
    open=listed(closed(shapes.OPEN_DAY, like={"enum": list(shapes.WEEK.required)}, hours=_HOURS)),
)
CALENDAR_SCHEMA: dict[str, Any] = {
    "$schema": DRAFT,
    "title": "calendar",
    **closed(shapes.CALENDAR_FILE, calendar=_CALENDAR),
}
"""A calendar file."""

_PERSON = {"anyOf": [{"type": "string"}, closed(shapes.PERSON)]}
_STEPS = listed(closed(shapes.STEP, at={"const": "due"}, after=_LIMIT, every=_LIMIT))
RULEBOOK_SCHEMA: dict[str, Any] = {
    "$schema": DRAFT,
    "title": "rulebook",
    **closed(
        shapes.RULEBOOK,
        format={"const": shapes.FORMAT},
        title=TITLES,
        open_cases={"enum": list(shapes.OPEN_CASES)},
        roles={"type": "object", "additionalProperties": closed(shapes.ROLE, title=TITLES)},
        departments={
            "type": "object",
            "additionalProperties": closed(
                shapes.DEPARTMENT,
                title=TITLES,
                duty_owner=_PERSON,
                escalation={"type": "object", "additionalProperties": _PERSON},
            ),
        },
        fallback=closed(shapes.FALLBACK, owner=_PERSON),
        ladders={"type": "object", "additionalProperties": _STEPS},
        packs={"type": "array", "items": closed(shapes.PACK, title=TITLES)},
    ),
}
"""rulebook.yaml."""

_FACT = closed(
    shapes.FACT, title=TITLES, type={"enum": [kind.value for kind in FactType]}, personal={"type": "boolean"}
)
FACTS_SCHEMA: dict[str, Any] = {"$schema": DRAFT, "title": "facts", **closed(shapes.FACTS_FILE, facts=listed(_FACT))}
"""facts.yaml."""

_TEXTS = {"type": "array", "items": {"type": "string"}}
TERMS_SCHEMA: dict[str, Any] = {
    "$schema": DRAFT,
    "title": "terms",
    **closed(shapes.TERM_LIST, title=TITLES, **dict.fromkeys(("terms", "not_terms", "hits", "misses"), _TEXTS)),
}
"""A term list."""
