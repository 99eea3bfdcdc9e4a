"""`triage explain`: why a case was decided as it was, why not otherwise, and which clocks run on it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as RichText

from triage.cli.options import AsJson, Config, Language, RulesDir, StoreUrl, settings_from, stated_instant, write_file
from triage.errors import WrongSettings
from triage.main.pages import explanation_page
from triage.main.rule_folders import compiled_folder
from triage.main.tools import event_lines, machine_now, opened_store
from triage.service.explain import Explanation, explain
from triage.service.explain_events import replayed_case
from triage.service.explain_parts import groups_of, personal_texts, words_of_page
from triage.service.explain_stored import stored_case
from triage.service.explain_told import Told
from triage.service.explain_view import ClockReasons, ExplainLine, RuleWhy, in_language
from triage.service.release import Shelf
from triage.settings import language

MARKS = {True: ("✓", "green"), False: ("✗", "red"), None: ("?", "dim")}
"""How a test came out; None: that was not kept."""


def add_to(app: typer.Typer) -> None:
    """Register the verb."""
    app.command("explain")(explain_)


def explain_(
    case: Annotated[str | None, typer.Argument(metavar="CASE", help="The complaint's id.")] = None,
    *,
    event: Annotated[str | None, typer.Option("--event", help="JSON Lines of events instead; - reads stdin.")] = None,
    at: Annotated[str | None, typer.Option("--at", help="As it stood at this instant or local date.")] = None,
    rule: Annotated[str | None, typer.Option("--rule", help="This rule alone: why, or why not.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All rules, not only those that fired or came near.")] = False,
    personal: Annotated[bool, typer.Option("--personal", help="With the complaint's personal data, marked.")] = False,
    html: Annotated[Path | None, typer.Option("--html", help="Write one page that can be mailed.")] = None,
    config: Config = None,
    store: StoreUrl = None,
    rules: RulesDir = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Explain a case: its decision, the rules that fired and why others did not, its clocks. Exit 1 when there is no
    such case."""
    tongue, instant = language(lang), stated_instant("--at", at)
    if event is not None:
        told = replayed_case(event_lines(event, "--event"), compiled_folder(rules), case, instant)
    else:
        told = _stored(case, config, store, rules, instant)
    explanation = explain(told, rule=rule, personal=personal)
    if html is not None:
        page = explanation_page(explanation, tongue, every=every, one=rule is not None)
        write_file("--html", html, page.encode())
    if as_json:
        print(msgspec.json.encode(in_language(explanation, tongue)).decode())
    elif html is None:
        _show(explanation, tongue, every=every, one=rule is not None)


def _stored(case: str | None, config: Path | None, store: str | None, rules: Path | None, at: datetime | None) -> Told:
    if case is None:
        raise WrongSettings(["name a case, or a file of events with --event"])
    if rules is not None:
        raise WrongSettings(["--rules: a stored case is explained by the rules that decided it; it goes with --event"])
    settings = settings_from(config, store__url=store)
    with opened_store(settings) as opened, opened.read() as reading:
        return stored_case(reading, Shelf(), case, machine_now(), at)


def _show(explanation: Explanation, tongue: str, *, every: bool, one: bool) -> None:
    console = Console(markup=False, highlight=False)
    line = in_language(explanation, tongue)
    words = {name: text.said(tongue) for name, text in words_of_page(explanation).items()}
    console.print(RichText(words["title"], style="bold"))
    console.print(RichText(words["as_of"], style="dim"))
    _show_personal(console, words["personal"], personal_texts(line))
    for said in line.decision.why:
        console.print(said)
    _show_faults(console, words["faults"], line)
    if not one:
        _heading(console, words["why"])
        console.print(_outcome(line))
    for group in groups_of(line, every=every, one=one):
        _heading(console, group.title.said(tongue))
        for rule in group.rules:
            _show_rule(console, rule)
        if not group.rules:
            console.print(words["no_rules"])
    if not one:
        _show_clocks(console, words, line.clocks)
        for said in line.refused:
            console.print(said)


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(RichText(text, style="bold underline"))


def _show_personal(console: Console, heading: str, values: Sequence[tuple[str, str]]) -> None:
    if values:
        console.print(RichText(heading, style="bold yellow"))
    for name, value in values:
        console.print(f"  {name}: {value}")


def _show_faults(console: Console, heading: str, line: ExplainLine) -> None:
    if line.decision.faults:
        console.print(RichText(heading, style="yellow"))
    for fault in line.decision.faults:
        console.print(f"  {fault.path}: {fault.found} ({fault.allowed})")


def _outcome(line: ExplainLine) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(max_width=32, overflow="fold")
    table.add_column(overflow="fold")
    for field in line.outcome:
        table.add_row(RichText(field.name), RichText(field.said), RichText("\n".join(field.why)))
    return table


def _show_rule(console: Console, rule: RuleWhy) -> None:
    mark, style = MARKS[rule.fired]
    console.print(RichText.assemble((f"{mark} ", style), (rule.title or rule.rule, "bold"), f" ({rule.rule})"))
    for said in (rule.asks, *rule.why):
        console.print(Padding(RichText(said), (0, 0, 0, 2)))
    for one in rule.when:
        mark, style = MARKS[one.held]
        found = f" — {one.found}" if one.found else ""
        path = (f"  {one.path}", "dim") if one.path else ""
        text = RichText.assemble((f"{mark} ", style), f"{one.said}{found}", path)
        console.print(Padding(text, (0, 0, 0, 4 + 2 * one.depth)))


def _show_clocks(console: Console, words: Mapping[str, str], clocks: Sequence[ClockReasons]) -> None:
    _heading(console, words["clocks"])
    for clock in clocks:
        _show_clock(console, clock)
    if not clocks:
        console.print(words["no_clocks"])


def _show_clock(console: Console, clock: ClockReasons) -> None:
    cycle = f" {clock.cycle}" if clock.cycle and clock.cycle > 1 else ""
    state = (clock.state_in_words, "red" if clock.breached else "green")
    console.print(RichText.assemble((clock.title or clock.clock, "bold"), f" ({clock.clock}{cycle}): ", state))
    for said in clock.why:
        console.print(Padding(RichText(said), (0, 0, 0, 2)))
