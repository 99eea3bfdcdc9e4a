"""What can be wrong with clocks, their limits and packs: further rows of changes and findings."""

from tests.unit.rulebook_load.fault_rows import DESK, SLA, Row

HOURS, DAYS = "limit: 4 working hours", "limit: 15 calendar days"
"""The limits of the sound clocks `contact/call` and `decision/answer`."""

START = "start: complaint.registered\n        stop: complaint.contacted"
"""How the clock `contact/call` starts and stops."""

LAST = "- {after: 1 working day, to: department_head}"
"""The last step of the sound ladder."""


def _hours(codes: str, keys: str, says: str = "") -> Row:
    """Further keys on the clock that counts working hours."""
    return Row(codes, SLA, HOURS, f"{HOURS}\n        {keys}", says)


def _days(codes: str, keys: str, says: str = "") -> Row:
    """Further keys on the clock that counts calendar days and has warnings and a ladder."""
    return Row(codes, SLA, DAYS, f"{DAYS}\n        {keys}", says)


def _limit(codes: str, limit: str, says: str = "") -> Row:
    """Another limit."""
    return Row(codes, SLA, HOURS, f"limit: {limit}", says)


def _stop(codes: str, stop: str, says: str = "") -> Row:
    """Another stop of `contact/call`."""
    return Row(codes, SLA, "stop: complaint.contacted", f"stop: {stop}", says)


LIMITS = (
    _limit("wrong-type", "¦{}", "write 15 calendar days"),
    _limit("wrong-type", "¦[1 hour, 2 hours]", "a limit is wanted"),
    _limit("wrong-type", "¦{later_of: [1 hour, 2 hours], earlier_of: [1 hour, 2 hours]}", "by: priority"),
    _limit("unknown-key", "{¦later_off: [1 hour, 2 hours]}", 'did you mean "later_of"?'),
    _limit("empty-list", "{later_of: ¦[1 hour]}", "later_of needs"),
    _limit("wrong-type", "{earlier_of: ¦1 hour}", "earlier_of is a list"),
    _limit("wrong-type", "{earlier_of: [1 hour, ¦1 fortnight]}"),
    _limit("unknown-key", "{later_of: [1 hour, {¦earlier: [1 hour, 1 week]}]}", 'did you mean "earlier_of"?'),
    _limit("missing-key", "¦{by: priority, urgent: 1 hour, high: 2 hours, low: 1 week}", "no limit for normal"),
    _limit(
        "unknown-value",
        "{by: priority, urgent: 1 hour, ¦hihg: 2 hours, normal: 1 week, low: 1 month}",
        'did you mean "high"?',
    ),
    _limit("unknown-value", "{by: ¦severity, urgent: 1 hour, high: 2 hours, normal: 1 week, low: 1 month}"),
    _limit("out-of-range", "{by: priority, urgent: ¦0 hours, high: 2 hours, normal: 1 week, low: 1 month}"),
    _limit("out-of-range", "¦523 weeks", "1 to 522 weeks"),
    _limit("out-of-range", "¦121 months", "1 to 120 months"),
    _limit("wrong-type", "¦2 fortnights", "one of: hours, working hours, calendar days, working days, weeks, months"),
    _limit("wrong-type", "¦4 working hour s\n        warn: [5 hours before]\n        roll_forward: true"),
    _limit("out-of-range", "¦0 hours\n        warn: [5 hours before]\n        due: close_of_business"),
    Row("missing-key", SLA, f"id: call\n        {START}\n        {HOURS}", f"¦id: call\n        {START}", "or every"),
    Row("missing-key", SLA, f"id: call\n        {START}\n", f"¦id: call\n        {START}\n        every: 1 hour\n"),
)
"""Limits. What cannot be read calls forth no fault of what is measured against it."""

COUNTING = (
    _hours("only-for-days", "¦roll_forward: true", "take it out"),
    _hours("only-for-days", "¦due: close_of_business", "due means nothing"),
    _hours("only-for-days", "¦start_day: included"),
    _limit("only-for-days", "{later_of: [1 hour, 8 working hours]}\n        ¦due: end_of_day"),
    _days("unknown-value", "start_day: ¦counted", "one of: included"),
    _days("unknown-value", "due: ¦close", "close_of_business"),
    _days("wrong-type", "roll_forward: ¦yes", "did you mean true?"),
    _hours("only-for-recurring", "¦reset: complaint.contacted", "write restart"),
    _days("unknown-value", "on_reopen: ¦again", "one of: none, restart, resume"),
    _days("unknown-value", "deliver: ¦anytime", 'did you mean "any_time"?'),
)
"""How a limit is counted, and when it begins anew."""

AGAINST = (
    _hours("unknown-value", "counts_against: ¦them", "one of: us, customer, regulator"),
    Row(
        "unreachable-step unreachable-step",
        SLA,
        f"{DAYS}\n        warn: [80%, 1 working day before]\n        escalate: standard",
        f"{DAYS}\n        counts_against: customer\n        ¦warn: [80%]\n        ¦escalate: standard",
        "a clock against the customer never alerts",
    ),
    _hours(
        "unreachable-step",
        "counts_against: regulator\n        ¦pause: [{mediation: {remind: 1 working day}}]",
        "a clock against the regulator never alerts",
    ),
)
"""Whose deadline it is."""

PAUSES = (
    _days("wrong-type", "pause: ¦appraisal", "write [appraisal]"),
    _days("empty-list", "pause: ¦[]"),
    _days("unknown-value", "pause: [¦holiday]", "one of: appraisal, mediation, waiting_customer"),
    _days("empty-value", "pause: [{¦appraisal: }]"),
    _days("unknown-key", "pause: [{appraisal: {¦need: [complainant_informed]}}]", 'did you mean "needs"?'),
    _days("unknown-value", "pause: [{appraisal: {needs: [¦reason]}}]", "one of: complainant_informed"),
    _days("empty-list", "pause: [{appraisal: {needs: ¦[]}}]"),
    _days("wrong-type", "pause: [{appraisal: {remind: ¦10 days}}]", 'did you mean "10 calendar days"?'),
    _days("duplicate-key", "pause: [mediation, ¦mediation]", "stands twice"),
    _days("duplicate-key", "pause: [mediation, {¦mediation: {remind: 1 week}}]"),
    Row(
        "paused-at-start",
        SLA,
        START,
        f"{START.replace('registered', 'paused')}\n        ¦pause: [appraisal]",
        "may hold it at once",
    ),
    Row(
        "paused-at-start",
        SLA,
        START,
        "start: [complaint.verified, {on: complaint.paused, when: {reason: [appraisal, mediation]}}]\n"
        "        stop: complaint.contacted\n        ¦pause: [waiting_customer, {mediation: {remind: 1 week}}]",
    ),
)
"""What a clock may stand for."""

EXTENSIONS = (
    _days("wrong-type", "extend: ¦30 calendar days", "extend is a list"),
    _days("empty-list", "extend: ¦[]"),
    _days("missing-key missing-key", "extend: [¦{needs: [reason]}, ¦{late: accepted}]", "either to or add"),
    _days("missing-key", "extend: [¦{to: 30 calendar days, add: 15 calendar days}]", "either to or add"),
    _days("extension-below-limit", "extend: [{to: ¦15 calendar days}]", "no longer than the limit"),
    _days("only-for-add", "extend: [{to: 30 calendar days, ¦from: grant}]", "take it out"),
    _days("unknown-value", "extend: [{add: 30 calendar days, from: ¦start}]", "one of: due, grant"),
    _days("unknown-value", "extend: [{to: 30 calendar days, needs: [¦money]}]", "one of: reason, complainant_informed"),
    _days("unknown-value", "extend: [{to: 30 calendar days, approver: ¦owner}]", "one of: department_head"),
    _days("unknown-value", "extend: [{to: 30 calendar days, late: ¦allowed}]", "one of: accepted"),
    _days("duplicate-key", "extend: [{to: 30 calendar days}, ¦{to: 30 calendar day}]", "two extensions"),
    _days("duplicate-key", "extend: [{to: 30 calendar days}, ¦{add: 30 calendar days}]"),
    _limit("wrong-type", "4 hours\n        extend: [{to: ¦8 hour s}]"),
)
"""How a clock may be extended."""

REFERENCES = (
    Row(
        "stopped-at-start",
        SLA,
        START,
        "start: {on: complaint.contacted, when: {direction: to_customer}}\n        stop: ¦complaint.contacted",
        "complaint.contacted starts the clock and ends it at once",
    ),
    Row(
        "stopped-at-start",
        SLA,
        START,
        "start: {clock: decision/answer, is: met}\n        stop: complaint.contacted\n"
        "        cancel: ¦{clock: decision/answer, is: met}",
        "decision/answer starts the clock",
    ),
    _stop("unknown-value", "{clock: ¦cal, is: met}", 'did you mean "call"?'),
    _stop("unknown-value", "{clock: ¦answer, is: met}", "is not a clock"),
    _stop("unknown-value", "{clock: ¦decision/anwser, is: met}", 'did you mean "decision/answer"?'),
    _stop("unknown-value", "{clock: decision/answer, is: ¦closed}", "one of: met, stopped, breached, ended"),
    _stop("missing-key", "¦{clock: decision/answer}", '"is"'),
    _stop("missing-key", "[complaint.contacted, ¦{is: met}]", '"clock"'),
    _stop("unknown-key", "{clock: decision/answer, is: met, ¦when: {kind: final}}"),
    _stop("empty-list", "[complaint.contacted, ¦[]]"),
    _days("wrong-type", "restart: ¦{clock: contact/call, is: met}", "only start, stop and cancel"),
    _days("unknown-value", "restart: ¦complaint.amend", 'did you mean "complaint.amended"?'),
    _days("unknown-key", "restart: {on: complaint.amended, when: {¦new_fact: true}}", 'did you mean "new_facts"?'),
)
"""What starts and ends a clock."""

STEPS = (
    _hours("wrong-type", "warn: ¦50%", "write [50%]"),
    _hours("wrong-type", "warn: [¦1 hour]", "write 80% or 1 working day before"),
    _hours("wrong-type", "warn: [¦1 day before]", 'did you mean "1 calendar days"?'),
    _hours("warning-after-due", "warn: [¦100.5%]", "write it under escalate"),
    _hours("duplicate-step", "warn: [1 hour before, 50%, ¦1 hour before]", "two warnings"),
    _hours("warning-before-start", "warn: [4 working hours before, ¦5 working hours before]"),
    Row("warning-before-start", SLA, "[80%, 1 working day before]", "[80%, ¦16 calendar days before]", "further ahead"),
    _hours("unknown-value", "escalate: [{after: 1 hour, to: ¦boss}]", "one of: owner, department_head"),
    _hours("duplicate-step", "escalate: [{after: 1 hour, to: owner}, ¦{after: 1 hour, to: department_head}]"),
    _hours("wrong-type", "escalate: [{after: 1 hour, to: owner, every: ¦1 day}]", 'did you mean "1 calendar days"?'),
    _hours("missing-key", "escalate: [¦{at: due, to: owner, every: 1 hour}]", "needs a first time"),
    Row("missing-key", DESK, LAST, "- ¦{after: 1 working day, to: department_head, at: due}", "either at or after"),
)
"""Warnings and escalations."""

CYCLES = (
    Row(
        "empty-cycle",
        SLA,
        "limit: 15 calendar days",
        "every: 15 calendar days\n        ¦start_day: included",
        "no length",
    ),
    Row("empty-cycle", SLA, "limit: 15 calendar days", "every: 1 calendar day\n        ¦due: close_of_business"),
)
"""Cycles that would follow each other for ever."""

UNTIL = "until: 2026-03-02 15:00:01"

POLICIES = (
    Row("unknown-value", SLA, "applies_when: always\n", "applies_when: always\n    detach: ¦close\n", "one of: cancel"),
    Row("unknown-value", SLA, UNTIL, f"{UNTIL}\n        priority: ¦hihg", 'did you mean "high"?'),
    Row("wrong-type", SLA, "{call: {state: running", "{call: {cycle: ¦first, state: running", "a whole number"),
    Row("empty-list", SLA, "{call: {state: running, breached: true}}", "{call: ¦{cycle: 1}}", "nothing is expected"),
    Row("unknown-key", SLA, "{call: {state: running, breached: true}}", "{call: {¦stat: running}}", '"state"'),
)
"""Policies and their examples."""

PACKS = (
    Row("wrong-type", DESK, "ladders:\n", "packs: ¦{gb: always}\nladders:\n", "packs is a list"),
    Row(
        "unknown-value",
        DESK,
        "ladders:\n",
        "packs: [{id: ¦gb, applies_when: {jurisdiction: GB}}]\nladders:\n",
        "there is no folder packs/gb",
    ),
)
"""Packs that are named without being there; those that are there: `test_packs.py`."""

ROWS = (
    *LIMITS, *COUNTING, *CYCLES, *AGAINST, *PAUSES, *EXTENSIONS, *REFERENCES, *STEPS, *POLICIES, *PACKS,
)  # fmt: skip
