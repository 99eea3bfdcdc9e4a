"""`triage try`: what a text would do, at once."""

import sys
from collections.abc import Iterator
from datetime import date
from itertools import chain, islice
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from triage.cli.options import AsJson, Language, RulesDir
from triage.errors import WrongSettings
from triage.main.rule_folders import compiled_folder
from triage.rulebook.decide import CompiledRulebook
from triage.service.given_facts import given_facts
from triage.service.near_rules import NearRule, Unmet
from triage.service.try_text import OtherScript, Tried, TriedHit, try_text
from triage.settings import language
from triage.wording.text import Text, say, title_in

SHOWN_NEAR = 5
COUNTED, SAVED = ("【", "】", "bold green"), ("〔", "〕", "dim")
"""How a hit is marked in the text: before, behind, style."""


def add_to(app: typer.Typer) -> None:
    """Register the verb."""
    app.command("try")(try_)


def try_(
    text: Annotated[str, typer.Argument(help="A complaint's text; - reads stdin, a text a line.")],
    rules: RulesDir = None,
    given: Annotated[
        list[str] | None, typer.Option("--given", help="Another fact: channel=phone. May be repeated.")
    ] = None,
    on: Annotated[str | None, typer.Option("--on", help="Date of receipt; default: examples_on.")] = None,
    as_json: AsJson = False,
    lang: Language = None,
) -> None:
    """Show which terms a text hits, what saved it, the decision that the rules would make, and which came near."""
    spoken = language(lang)
    book = compiled_folder(rules)
    facts = given_facts(book.rulebook.vocabulary.facts, given or ())
    received = _date(on)
    lines, several = _texts(text)
    for line in lines:
        tried = try_text(book, line, facts, received)
        if as_json:
            print(msgspec.json.encode(tried).decode())
        elif several:
            print(f"{_in_short(tried).said(spoken)} ← {line}")
        else:
            _show(Console(), tried, book, spoken)


def _texts(text: str) -> tuple[Iterator[str], bool]:
    """The texts to be tried, and whether they are several. A person at a terminal is answered line by line."""
    if text != "-":
        return iter([_readable(text.encode("utf-8", "surrogateescape"))]), False
    lines = (_readable(line) for line in sys.stdin.buffer if line.strip())
    if sys.stdin.isatty():
        return lines, False
    first = list(islice(lines, 2))
    return chain(first, lines), len(first) > 1


def _readable(raw: bytes) -> str:
    try:
        return raw.decode().strip()
    except UnicodeDecodeError:
        raise WrongSettings(["the text is not UTF-8: save it as UTF-8"]) from None


def _date(text: str | None) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise WrongSettings([f"--on: {text} is no date, write 2026-03-02"]) from None


def _show(console: Console, tried: Tried, book: CompiledRulebook, spoken: str) -> None:
    if tried.hits:
        _tell(console, _marked(tried))
        console.print(_hits_table(tried.hits, spoken))
    else:
        _tell(console, say("no term list is hit").said(spoken))
    _tell(console, _outcome(tried, book, spoken).said(spoken))
    for reason in tried.reasons:
        tests = ", ".join(dict.fromkeys(f"{one.fact} {one.test}" for one in reason.because))
        because = say("because {title} ({rule})", title=title_in(reason.title, spoken), rule=reason.rule).said(spoken)
        _tell(console, f"  {because}: {tests}" if tests else f"  {because}")
    for near in tried.near[:SHOWN_NEAR]:
        _tell(console, f"  {_near(near, spoken).said(spoken)}", style="dim")
    if len(tried.near) > SHOWN_NEAR:
        _tell(console, f"  {say('and {more} more came near', more=len(tried.near) - SHOWN_NEAR).said(spoken)}")
    if tried.other_script is not None:
        _tell(console, _other(tried.other_script).said(spoken))


def _tell(console: Console, line: str | Styled, style: str | None = None) -> None:
    """One line, as it is: a complaint may hold what rich would take for its own marks."""
    console.print(line, style=style, markup=False, highlight=False, soft_wrap=True)


def _marked(tried: Tried) -> Styled:
    """The text with its hits marked; where hits overlap, one that counts shows."""
    states: list[tuple[str, str, str] | None] = [None] * len(tried.text)
    for hit in sorted(tried.hits, key=lambda hit: hit.saved_by is None):
        states[hit.start : hit.end] = [SAVED if hit.saved_by else COUNTED] * (hit.end - hit.start)
    shown, current = Styled(), None
    for character, state in zip(f"{tried.text} ", [*states, None], strict=True):
        if state is not current:
            shown.append(current[1] if current else "").append(state[0] if state else "")
            current = state
        shown.append(character, style=state[2] if state else "")
    shown.rstrip()
    return shown


def _hits_table(hits: tuple[TriedHit, ...], spoken: str) -> Table:
    table = Table(box=None)
    for name in (say("term list"), say("term"), say("as written"), say("script"), say("saved by")):
        table.add_column(name.said(spoken))
    for hit in hits:
        title = title_in(hit.title, spoken)
        script = _script(hit.term_script).said(spoken)
        if hit.found_script != hit.term_script:
            script += f" → {_script(hit.found_script).said(spoken)}"
        cells = (f"{title} ({hit.list})", hit.term, hit.found, script, hit.saved_by or "-")
        table.add_row(*map(Styled, cells))
    return table


def _script(script: str) -> Text:
    return {
        "traditional": say("traditional"),
        "simplified": say("simplified"),
        "either": say("either script"),
        "latin": say("Latin"),
    }[script]


def _outcome(tried: Tried, book: CompiledRulebook, spoken: str) -> Text:
    outcome = tried.outcome
    title = title_in(book.rulebook.departments[outcome.department].title, spoken)
    places = {
        "priority": outcome.priority,
        "department": f"{title} ({outcome.department})",
        "team": outcome.team or "-",
        "handler": outcome.handler,
    }
    if outcome.fallback:
        return say("priority {priority}, department {department}, team {team}, handler {handler} (fallback: no rule "
                   "names a department)", **places)  # fmt: skip
    return say("priority {priority}, department {department}, team {team}, handler {handler}", **places)


def _near(near: NearRule, spoken: str) -> Text:
    lacks = tuple(_alternatives(group, spoken) for group in near.missing)
    return say("near: {title} ({rule}); it would need {lacks}", title=title_in(near.title, spoken), rule=near.rule,
               lacks=lacks)  # fmt: skip


def _alternatives(group: tuple[Unmet, ...], spoken: str) -> str:
    return say(" or ").said(spoken).join(_unmet(one).said(spoken) for one in group)


def _unmet(unmet: Unmet) -> Text:
    test = f"{unmet.fact} {unmet.test}"
    return say("not {test}", test=test) if unmet.holds else say("{test}", test=test)


def _other(other: OtherScript) -> Text:
    script = _script(other.script)
    if other.same:
        return say("the same in the {script} script: {text}", script=script, text=other.text)
    return say("decided OTHERWISE in the {script} script: {text}", script=script, text=other.text)


def _in_short(tried: Tried) -> Text:
    outcome = tried.outcome
    return say(
        "{priority}, {department}, {handler}; term lists: {lists}; rules: {rules}",
        priority=outcome.priority, department=outcome.department, handler=outcome.handler,
        lists=tried.mentioned or "-", rules=tuple(reason.rule for reason in tried.reasons) or "-",
    )  # fmt: skip
