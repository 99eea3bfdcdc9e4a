"""What the report of a backtest says to people who answer for the rules. No values of complaints stand in it but their
ids."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from triage.rulebook.decide import CompiledRulebook
from triage.service.backtest.comparison import RULEBOOK, Changed, Moved
from triage.service.backtest.ending import Decided
from triage.service.backtest.plots import Bar, Heat, bars, heat, line_plots
from triage.service.backtest.report_words import WORDS, deadline_words, outcome_words
from triage.service.backtest.rule_changes import rule_changes
from triage.service.backtest.summary import Clocks, Summary, week_name
from triage.service.backtest.tally import OUTCOMES, Tally
from triage.wording.text import NOTHING, Text, say, title_in

MOST_SHIFTS = 40
"""So many bars has a plot of shifts; the rarest are left out."""


def report_values(
    tally: Tally, result: Summary, after: CompiledRulebook, before: CompiledRulebook | None, language: str
) -> dict[str, Any]:
    """What the page shows, in one of the languages of `triage.wording`."""
    books = [after] if before is None else [after, before]
    names = _names(books, language)
    shown = {name: text.said(language) for name, text in {**WORDS, **_headline(tally, result)}.items()}
    return {
        "language": language,
        "t": shown,
        "both": before is not None,
        "verdict_class": "bad" if result.statutory_later and not result.accepted else "good",
        "unreadable": result.unreadable,
        "counts": list(_counts(result, names, shown)),
        "rules": _rules(result, after, before, language),
        "heats": list(_heats(tally, after, names, shown)),
        "deadlines": list(result.deadlines.items()),
        "shifts": list(_shifts(tally)),
        "breaches": list(_breaches(result, language)),
        "workload": line_plots(tally.after.workload, tally.before.workload, list(names)),
        "departments": names,
        "cases": [_case(changed, names, language) for _, changed in tally.differences.shown],
    }


def _names(books: Sequence[CompiledRulebook], language: str) -> dict[str, str]:
    """Department to its title."""
    return {
        name: title_in(one.title, language)
        for book in reversed(books)
        for name, one in book.rulebook.departments.items()
    }


def _headline(tally: Tally, result: Summary) -> dict[str, Text]:
    books = result.rulebooks
    weeks = sorted({week for _, week in tally.after.workload})
    span = f"{week_name(weeks[0])} – {week_name(weeks[-1])}" if weeks else "–"
    told = {
        "about": say("Complaints received in {span}; {events} events.", span=span, events=f"{result.events:,}"),
        "side_a": say("A, proposed: {name} {revision}", name=books.after.name, revision=books.after.revision[:12]),
        "unreadable": say("{number} lines could not be read and are left out.", number=result.unreadable),
        "verdict": _verdict(result),
        "side_b": NOTHING,
    }
    if books.before is None:
        return told | {
            "headline": say("{complaints} complaints under one rulebook", complaints=_big(result.complaints))
        }
    before, revision = books.before.name, books.before.revision[:12]
    return told | {
        "headline": say(
            "{changed} of {complaints} complaints change",
            changed=_big(result.changed),
            complaints=_big(result.complaints),
        ),
        "side_b": say("B, compared with: {name} {revision}", name=before, revision=revision),
    }


def _verdict(result: Summary) -> Text:
    number = _big(result.statutory_later)
    if not result.statutory_later:
        return say("No statutory deadline moves later.") if result.against is not None else NOTHING
    if result.accepted:
        return say("Statutory deadlines move later for {number} complaints: accepted, {reason}",
                   number=number, reason=result.accepted)  # fmt: skip
    return say("Statutory deadlines move later for {number} complaints: refused", number=number)


def _big(number: int) -> str:
    return f"{number:,}"


def _counts(
    result: Summary, names: dict[str, str], shown: dict[str, str]
) -> Iterator[tuple[str, list[tuple[str, int, int]]]]:
    for field, caption in (("priority", shown["priority"]), ("department", shown["department"])):
        ours = getattr(result.by, field)
        theirs = getattr(result.against.by, field) if result.against else {}
        rows = [(names.get(one, one), ours.get(one, 0), theirs.get(one, 0)) for one in dict.fromkeys([*ours, *theirs])]
        yield caption, rows


def _rules(
    result: Summary, after: CompiledRulebook, before: CompiledRulebook | None, language: str
) -> list[tuple[str, str, list[str], int]]:
    """Rules that were changed, and others that made a difference because those were."""
    if before is None:
        return []
    numbers = dict(result.changed_by.rule)
    rows = [
        (one.name, one.title, list(one.what), numbers.pop(one.name, 0)) for one in rule_changes(after, before, language)
    ]
    titles = {rule.id: rule.title for book in (before, after) for rule in book.rulebook.rules}
    for rule, number in numbers.items():
        told = say("itself unchanged: fires otherwise because of other changes")
        if rule == RULEBOOK:
            told = say("not a rule: policies, calendars, or the order and words of the rulebook")
        rows.append((rule, title_in(titles.get(rule, {}), language), [told.said(language)], number))
    return rows


def _heats(
    tally: Tally, rules: CompiledRulebook, names: dict[str, str], shown: dict[str, str]
) -> Iterator[tuple[str, Heat, dict[str, str]]]:
    book = rules.rulebook
    for field, order in (("department", list(names)), ("priority", book.priorities), ("handler", book.handlers)):
        moves = {
            (before, after): number
            for (name, before, after), number in tally.differences.moves.items()
            if name == field
        }
        known = [*order, *sorted({one for pair in moves for one in pair} - set(order))]
        found = heat(moves, known)
        if found is not None:
            yield shown[field], found, names if field == "department" else {}


def _shifts(tally: Tally) -> Iterator[tuple[str, list[Bar]]]:
    by_clock: dict[str, Counter[int]] = {}
    for (clock, days), number in tally.differences.shifts.items():
        by_clock.setdefault(clock, Counter())[days] += number
    for clock, shifts in sorted(by_clock.items()):
        kept = sorted(shifts.most_common(MOST_SHIFTS))
        yield (
            clock,
            bars([(f"{days:+d} d" if days else "< 1 d", "b" if days > 0 else "a", number) for days, number in kept]),
        )


def _breaches(result: Summary, language: str) -> Iterator[tuple[str, list[Bar]]]:
    for name, both in result.by_clock.items():
        sides: list[tuple[str, Clocks]] = [("a", both.after), *([("b", both.before)] if both.before else [])]
        yield name, bars([
            (f"{outcome_words(outcome).said(language)} {side.upper()}", side, getattr(figures, outcome))
            for outcome in OUTCOMES
            for side, figures in sides
        ])  # fmt: skip


def _case(changed: Changed, names: dict[str, str], language: str) -> dict[str, Any]:
    return {
        "case": changed.case,
        "before": _decided(changed.before, names),
        "after": _decided(changed.after, names),
        "rules": changed.rules,
        "clocks": [_clock(one, language) for one in changed.clocks],
    }


def _decided(one: Decided, names: dict[str, str]) -> str:
    return ", ".join([one.priority, names.get(one.department, one.department), one.handler, *one.tags])


def _clock(one: Moved, language: str) -> str:
    return f"{one.clock}: {deadline_words(one).said(language)}"
