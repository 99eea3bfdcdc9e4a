"""What was changed in a rulebook, as far as it may change a decision or a deadline, in the reader's words."""

from collections.abc import Iterator, Sequence

import msgspec

from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.difference import Change, difference
from triage.rulebook.difference_text import in_words, lines
from triage.rulebook.model import Rule
from triage.service.backtest.comparison import CALENDARS, POLICIES
from triage.service.backtest.lens import same_rule
from triage.service.explain_rules import said_then
from triage.wording.text import Titles, say, title_in

DECIDING = (
    "priority", "department", "team", "handler", "tags", "policies", "when", "status", "effective_from", "effective_to",
)  # fmt: skip
"""Fields of a rule that may change a decision; its examples, titles and reasons may not."""


class RuleChange(msgspec.Struct, frozen=True):
    """A rule that came, went or says something else, or a policy or calendar that does: `sla/ID`, `calendars/ID`."""

    name: str
    title: str
    what: tuple[str, ...]


def rule_changes(after: CompiledRulebook, before: CompiledRulebook, language: str) -> list[RuleChange]:
    """Every rule that differs, by id, then policies and calendars."""
    found = difference(before.rulebook, after.rulebook)
    ours, theirs = ({rule.id: rule for rule in book.rulebook.rules} for book in (after, before))
    changed = [one for one in found if one.about == "rule" and not _is_same(ours.get(one.id), theirs.get(one.id))]
    rules = [RuleChange(one.id, title_in(one.title, language), _of_rule(one, ours, language)) for one in changed]
    return [*rules, *_of_others(found, (before, after), language)]


def _is_same(new: Rule | None, old: Rule | None) -> bool:
    return new is not None and old is not None and same_rule(new, old)


def _of_rule(change: Change, ours: dict[str, Rule], language: str) -> tuple[str, ...]:
    if change.kind == "removed":
        return (say("taken out").said(language),)
    if change.kind == "added":
        asks = said_then(msgspec.structs.asdict(ours[change.id].then))
        return say("new").said(language), asks.said(language)
    return tuple(in_words(one).said(language) for one in change.details if one.field in DECIDING)


def _of_others(found: Sequence[Change], books: Sequence[CompiledRulebook], language: str) -> Iterator[RuleChange]:
    """Policies with their clocks, and calendars."""
    titles: dict[str, Titles] = {}
    for rulebook in (book.rulebook for book in books):
        titles |= {POLICIES + one.id: one.title for one in rulebook.policies.values()}
        titles |= {CALENDARS + one.id: one.title for one in rulebook.calendars.values()}
    told: dict[str, list[str]] = {}
    for one in found:
        if one.about in ("policy", "clock"):
            told.setdefault(POLICIES + one.id.partition("/")[0], []).extend(lines(one, language))
        elif one.about == "calendar":
            told.setdefault(CALENDARS + one.id, []).extend(lines(one, language))
    for name, what in told.items():
        yield RuleChange(name, title_in(titles.get(name, {}), language), tuple(what))
