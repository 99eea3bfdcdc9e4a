"""JSON Schemas of the formats that others type or read."""

from collections.abc import Callable
from typing import Any

import msgspec

from triage.codec.schema import event_schema
from triage.ports import SchemaState
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.difference_text import ChangeLine
from triage.rulebook.schema_json import (
    CALENDAR_SCHEMA,
    FACTS_SCHEMA,
    POLICIES_SCHEMA,
    RULEBOOK_SCHEMA,
    TERMS_SCHEMA,
)
from triage.rulebook.schema_rules import rules_schema, tables_schema
from triage.service.apply_policy import Moved
from triage.service.audit_view import AuditLine
from triage.service.backtest.comparison import Changed
from triage.service.backtest.summary import Summary
from triage.service.calendar_view import CalendarDay
from triage.service.case_view import CaseLine, TimelineLine
from triage.service.counted_days import CountedDay
from triage.service.examples import CoveredLine, TotalLine
from triage.service.explain_view import ExplainLine
from triage.service.letter_view import LetterLine, LetterShown
from triage.service.mute import MuteLine
from triage.service.outbox_desk import OutputLine
from triage.service.output_schemas import outputs_schema
from triage.service.pause import PauseLine
from triage.service.quality_report import RuleQuality
from triage.service.redrive import RedrivenLine
from triage.service.release_history import Happened, ShadowShown
from triage.service.replay import ReplayedCase
from triage.service.rule_health import SignLine
from triage.service.table_view import ShownRow
from triage.service.told import FindingLine, JudgedLine
from triage.service.try_text import Tried
from triage.service.verify import Difference

SCHEMAS: tuple[str, ...] = (
    "events", "outputs", "rulebook", "facts", "terms", "rules", "tables", "policies", "calendars", "cli",
)  # fmt: skip

SCHEMA_FILES = {
    "rulebook.schema.json": "rulebook",
    "facts.schema.json": "facts",
    "terms.schema.json": "terms",
    "rules.schema.json": "rules",
    "tables.schema.json": "tables",
    "policies.schema.json": "policies",
    "calendar.schema.json": "calendars",
}
"""The files that editors find by the first line of a rule file, and the format that each is for."""

INTEGRATION_FILES = {
    "schemas/events.schema.json": "events",
    "schemas/outputs.schema.json": "outputs",
    "schemas/cli.schema.json": "cli",
    "asyncapi.json": "asyncapi",
}
"""The files of the reference for those who send, consume or call, and what each is of."""


def schema_of(what: str, rules: CompiledRulebook) -> dict[str, Any]:
    """The JSON Schema of a format, with the words of the rulebook. `what`: one of `SCHEMAS`."""
    makers: dict[str, Callable[[], dict[str, Any]]] = {
        "events": lambda: event_schema(rules.rulebook.vocabulary),
        "rules": lambda: rules_schema(rules.rulebook),
        "tables": lambda: tables_schema(rules.rulebook),
        "rulebook": lambda: RULEBOOK_SCHEMA,
        "facts": lambda: FACTS_SCHEMA,
        "terms": lambda: TERMS_SCHEMA,
        "policies": lambda: POLICIES_SCHEMA,
        "calendars": lambda: CALENDAR_SCHEMA,
        "cli": _cli,
        "outputs": outputs_schema,
    }
    return makers[what]()


def _cli() -> dict[str, Any]:
    shapes = {
        "cases": CaseLine,
        "case timeline": TimelineLine,
        "case days": CountedDay,
        "explain": ExplainLine,
        "check": FindingLine,
        "test": JudgedLine,
        "table show": ShownRow,
        "test coverage": CoveredLine,
        "test total": TotalLine,
        "replay": ReplayedCase,
        "verify": Difference,
        "apply-policy": Moved,
        "calendar": CalendarDay,
        "db status": SchemaState,
        "mute": MuteLine,
        "pause": PauseLine,
        "dead-letters list": LetterLine,
        "dead-letters show": LetterShown,
        "dead-letters redrive": RedrivenLine,
        "outbox list": OutputLine,
        "audit": AuditLine,
        "try": Tried,
        "rules quality": RuleQuality,
        "rules health": SignLine,
        "backtest": Summary,
        "backtest --diff": Changed,
        "rules proposals": Happened,
        "rules history": Happened,
        "rules diff": ChangeLine,
        "rules shadow": ShadowShown,
    }
    schemas, definitions = msgspec.json.schema_components(shapes.values(), ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "what the verbs print with --json, one object a line",
        "properties": dict(zip(shapes, schemas, strict=True)),
        "$defs": definitions,
    }
