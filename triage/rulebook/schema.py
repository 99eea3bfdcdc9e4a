"""The closed schema of the rule files: which keys stand where, and which are required."""

import msgspec

from triage.wording.text import Text, say

FORMAT = "triage/1"


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """The keys of one kind of mapping. `name`: how messages call it, with its article."""

    name: Text
    required: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that has a meaning here."""
        return self.required + self.optional


NOTES = ("title", "why", "owner", "source")
"""May stand on a rulebook, rule, policy, clock, term list and calendar."""


def _noted(*keys: str, without: tuple[str, ...] = ()) -> tuple[str, ...]:
    return keys + tuple(note for note in NOTES if note not in without)


RULEBOOK = Shape(
    name=Text("rulebook.yaml"),
    required=(
        "format", "name", "zone", "calendar", "currency", "jurisdiction", "languages", "priorities", "handlers",
        "departments", "fallback",
    ),
    optional=_noted("examples_on", "open_cases", "roles", "ladders", "packs"),
)  # fmt: skip
PACK = Shape(name=say("a pack"), required=("id", "applies_when"), optional=NOTES)
ROLE = Shape(name=say("a role"), required=("title",))
DEPARTMENT = Shape(name=say("a department"), required=("title", "duty_owner"), optional=("teams", "escalation"))
PERSON = Shape(name=say("a person"), required=("id",), optional=("name",))
FALLBACK = Shape(name=Text("fallback"), required=("department", "priority", "handler", "owner"), optional=("team",))
STEP = Shape(name=say("a step of an escalation"), required=("to",), optional=("at", "after", "every"))
SOURCE = Shape(name=say("a source"), required=("title",), optional=("section", "article", "grade", "reviewed", "url"))
EFFECTIVE = Shape(name=Text("effective"), optional=("from", "to"))

FACTS_FILE = Shape(name=Text("facts.yaml"), optional=("format", "facts", "add_values", "events"))
FACT = Shape(name=say("a fact"), required=("name", "title", "type"), optional=("values", "from", "personal"))
OWN_EVENT = Shape(name=say("an event type"), required=("type",), optional=("title", "data"))

TERM_LIST = Shape(
    name=say("a term list"),
    required=("id", "title", "terms", "hits", "misses"),
    optional=_noted("format", "not_terms", without=("title",)),
)

CALENDAR_FILE = Shape(name=say("a calendar file"), required=("calendar",), optional=("format",))
CALENDAR = Shape(
    name=say("a calendar"),
    required=("id", "title", "zone", "week", "known_until"),
    optional=_noted("closed", "open", "known_from", without=("title",)),
)
WEEK = Shape(name=Text("week"), required=("mon", "tue", "wed", "thu", "fri", "sat", "sun"))
CLOSED_DAY = Shape(name=say("a closed date"), optional=("date", "from", "to", "name"))
OPEN_DAY = Shape(name=say("an open date"), optional=("date", "from", "to", "like", "hours", "name"))

RULES_FILE = Shape(name=say("a rules file"), required=("rules",), optional=("format",))
RULE = Shape(
    name=say("a rule"),
    required=("id", "title", "why", "when", "then", "examples"),
    optional=_noted("effective", "status", without=("title", "why")),
)
THEN = Shape(name=Text("then"), optional=("priority", "department", "team", "handler", "tags", "policies"))
RULE_EXAMPLE = Shape(name=say("an example"), required=("given", "expect"))
RULE_EXPECT = Shape(
    name=Text("expect"),
    optional=("fires", "priority", "department", "team", "handler", "fallback", "tags", "policies", "rules"),
)

TABLE = Shape(
    name=say("the sidecar of a table"),
    required=("id", "title", "why", "hit", "examples"),
    optional=_noted("format", "effective", "status", without=("title", "why")),
)
TABLE_EXPECT = Shape(name=RULE_EXPECT.name, optional=("row", *RULE_EXPECT.optional))
HITS = ("all", "first")
ROW, NOTE, THEN_MARK = "row", "note", "then."
"""Header cells that are no facts: the row's name, a remark, and what stands before a key of `then`."""

POLICIES_FILE = Shape(name=say("a policies file"), required=("policies",), optional=("format",))
POLICY = Shape(
    name=say("a policy"),
    required=("id", "title", "source", "clocks", "examples"),
    optional=_noted("effective", "status", "applies_when", "calendar", "detach", without=("title", "source")),
)
CLOCK = Shape(
    name=say("a clock"),
    required=("id", "start", "stop"),
    optional=_noted(
        "limit", "every", "cancel", "restart", "reset", "pause", "extend", "on_reopen", "counts_against", "start_day",
        "due", "roll_forward", "warn", "escalate", "deliver",
    ),
)  # fmt: skip
EVENT_REFERENCE = Shape(name=say("an event reference"), required=("on",), optional=("when",))
CLOCK_REFERENCE = Shape(name=say("a reference to a clock"), required=("clock", "is"))
PAUSE = Shape(name=say("a reason for pausing"), optional=("needs", "remind"))
EXTENSION = Shape(name=say("an extension"), optional=("to", "add", "from", "needs", "approver", "late"))
CHOSEN_LIMITS = ("later_of", "earlier_of")
POLICY_EXAMPLE = Shape(name=say("an example"), required=("events", "expect"), optional=("until", "priority"))
EXAMPLE_EVENT = Shape(name=say("an event"), required=("type", "time"), optional=("data", "id", "source"))
CLOCK_EXPECT = Shape(name=say("an expected clock"), optional=("due", "state", "breached", "cycle"))

STATUSES = ("active", "shadow", "disabled")
GRADES = ("verified-text", "verified-secondary", "from-memory", "internal")
OPEN_CASES = ("keep", "follow")
DELIVER = ("any_time",)
DETACH = ("cancel",)
START_DAYS = ("included",)
DUES = ("end_of_day", "close_of_business")
EXTENDED_FROM = ("due", "grant")
LATE = ("accepted",)
PAUSE_REASONS = ("appraisal", "mediation", "waiting_customer")
CLOCK_STATES = (
    "running", "paused", "stopped", "missed", "ended", "cancelled", "restarted", "merged", "detached",
)  # fmt: skip
OWNER = "owner"
"""The role that is always there: whoever owns the case."""
