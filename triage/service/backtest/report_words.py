"""The fixed words of a report."""

from triage.service.backtest.comparison import EARLIER, GONE, LATER, NEW, Moved
from triage.service.backtest.tally import IN_TIME, LATE
from triage.wording.text import Text, say

WORDS: dict[str, Text] = {
    "title": say("Backtest"),
    "decisions": say("Decisions"),
    "priority": say("Priority"),
    "department": say("Department"),
    "handler": say("Handler"),
    "rules": say("Changed rules, and rules that fire otherwise"),
    "rule": say("Rule"),
    "what": say("What changed"),
    "complaints": say("Complaints"),
    "moves": say("Changed decisions, from row to column"),
    "from_to": say("from ↓ to →"),
    "deadlines": say("Changed deadlines"),
    "clock": say("Clock"),
    "earlier": say("earlier"),
    "later": say("later"),
    "new": say("new"),
    "gone": say("gone"),
    "statutory_later": say("statutory, later or gone"),
    "shifts": say("Moved by whole days:"),
    "breaches": say("In time and late, by clock"),
    "workload": say("Workload: complaints received in a week, by department"),
    "at_most": say("at most"),
    "cases": say("Changed complaints, the first of them"),
    "case": say("Case"),
    "before": say("Before (B)"),
    "after": say("After (A)"),
    "rules_short": say("Rules"),
    "clocks": say("Clocks"),
}
"""Name in the template to what is said."""


def outcome_words(outcome: str) -> Text:
    """How an outcome of a clock is called."""
    if outcome == IN_TIME:
        return say("in time")
    return say("late") if outcome == LATE else say("open and overdue")


def deadline_words(one: Moved) -> Text:
    """How a cycle of a clock differs."""
    before, after = one.due_before or "–", one.due_after or "–"
    if one.moved == EARLIER:
        return say("due {after} instead of {before}, earlier", after=after, before=before)
    if one.moved == LATER:
        return say("due {after} instead of {before}, later", after=after, before=before)
    if one.moved == NEW:
        return say("new, due {after}", after=after)
    if one.moved == GONE:
        return say("gone, was due {before}", before=before)
    ends, ended = one.state_after or "–", one.state_before or "–"
    return say("due as before, ends as {after} instead of {before}", after=ends, before=ended)
