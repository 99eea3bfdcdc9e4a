"""What can be wrong with what rule files mean: rules, term lists, policies and calendars."""

from triage.rulebook.catalogue_files import Entry
from triage.wording.text import say

RULES = {
    "wrong-test": Entry(
        say("a test that does not fit the type of the fact"), say("see the tests by type in the guide to writing rules")
    ),
    "from-memory": Entry(
        say("a source graded `from-memory` on something that is in force"),
        say("read the text and grade it, or set `status: disabled`"),
    ),
    "team-without-department": Entry(say("a rule names a team but no department"), say("name the department too")),
    "not-term-without-term": Entry(
        say("an entry of `not_terms` that holds no term of its list"),
        say("it can never matter: take it out or correct it"),
    ),
    "not-term-is-term": Entry(say("an entry of `not_terms` that is a term of its list"), say("keep it in one of them")),
    "beyond-second-engine": Entry(
        say(
            "a rule that the second engine cannot take: more than 14 groups of `all` and `any`, more than 60 "
            "alternatives that may hold at once, or a number of more than 15 digits (a warning)"
        ),
        say("split it into several rules with the same `then`, or leave it: the first engine decides it alone"),
    ),
    "example-fails": Entry(
        say("an example of a rule, table, term list or policy does not hold, or is missing"),
        say("the message says what came instead: correct the rule, or the example when the rule is meant so"),
    ),
}

POLICIES = {
    "unlisted-pack": Entry(
        say("a folder under `packs/` that rulebook.yaml does not list (a warning)"),
        say("list it under `packs`, or take the folder out"),
    ),
    "never-attached": Entry(
        say("a policy that no rule names and that has no `applies_when`"),
        say("write `applies_when: always`, or name it in a rule"),
    ),
    "stopped-at-start": Entry(
        say("a clock whose start also stops or cancels it"), say("choose another event, or add `when`")
    ),
    "paused-at-start": Entry(
        say("a clock that a pause starts and that a pause may hold at once"),
        say("take `pause` out, or start it with a pause of another reason: `when: {{reason: …}}`"),
    ),
    "clock-circle": Entry(
        say("clocks that wait for each other"), say("the message names them: let one of them start or end by an event")
    ),
    "only-for-days": Entry(
        say("`start_day`, `due` or `roll_forward` on a clock whose limit is in hours"),
        say("take it out: hours are exact to the second"),
    ),
    "only-for-recurring": Entry(
        say("`reset` on a clock that does not recur"),
        say("write `every` instead of `limit`, or `restart` instead of `reset`"),
    ),
    "empty-cycle": Entry(
        say("a recurring clock that counts from its start's own date, or closes before it began"),
        say("take `start_day` or `due` out, or count in working days"),
    ),
    "only-for-add": Entry(
        say("`from` on an extension that has no `add`"), say("`to` always counts from the start: take `from` out")
    ),
    "extension-below-limit": Entry(
        say("an extension that is no longer than the limit itself"),
        say("it would never move anything: write the new total"),
    ),
    "unreachable-step": Entry(
        say("a warning, escalation or reminder of a clock that counts against the customer or the regulator"),
        say("such clocks never alert: take `warn`, `escalate` or `remind` out"),
    ),
    "warning-after-due": Entry(say("a warning above 100 percent"), say("write it under `escalate`")),
    "warning-before-start": Entry(say("a warning further ahead than the limit is long"), say("shorten it")),
    "duplicate-step": Entry(say("two steps of a clock with the same words"), say("take one out")),
    "missing-escalation": Entry(
        say("a department without a person for a role that a ladder speaks to"),
        say("add the person under the department's `escalation`"),
    ),
    "overlapping-hours": Entry(
        say("opening hours that overlap or stand in the wrong order"),
        say("put them in order; `24:00` is written `00:00`"),
    ),
    "never-open": Entry(say("a calendar or working date without opening hours"), say("give it hours")),
    "closed-and-open": Entry(say("a date under both `closed` and `open`"), say("keep one of them")),
    "beyond-known": Entry(
        say("calendar entries outside `known_from` to `known_until` (a warning)"),
        say("move `known_until` once the year is complete"),
    ),
}
