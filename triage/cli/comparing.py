"""`triage rules diff`, `triage rules shadow`: what other rules would change, told before they change anything."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from triage.cli.options import RULES_GROUP, AsJson, Config, Language, StoreUrl, group, settings_from
from triage.cli.release import By, Reason, word_of
from triage.errors import WrongSettings
from triage.main.backtest_input import Wanted, summary_of
from triage.main.rule_folders import files_of
from triage.main.tools import opened_store
from triage.rulebook.difference import difference
from triage.rulebook.difference_text import as_line, lines
from triage.rulebook.model import Rulebook
from triage.service import approval
from triage.service.approval import Word
from triage.service.backtest.summary import Summary, complaints_of
from triage.service.release import load_files
from triage.service.release_history import ShadowShown, shadow_shown
from triage.service.revision_states import short
from triage.settings import Settings, language
from triage.wording.text import Text, say

Side = Annotated[
    str, typer.Argument(help="A rules folder, the beginning of a revision's name, `active` or `proposed`.")
]


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    verbs = group(app, *RULES_GROUP)
    verbs.command("diff")(diff)
    verbs.command("shadow")(shadow)


def diff(
    before: Side,
    after: Side,
    config: Config = None,
    store: StoreUrl = None,
    events: Annotated[
        str | None, typer.Option("--events", help="Past complaints, JSON Lines: tell how many of them change.")
    ] = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Tell what differs between two rulebooks, in words. Where a rule stands is no difference."""
    settings = settings_from(config, store__url=store)
    chosen = language(lang)
    (first, one), (second, other) = (_rulebook(side, settings, chosen) for side in (before, after))
    changes = difference(one, other)
    counted = None
    if events is not None:
        wanted = Wanted(events=events, rules=second, against=first, settings=settings if store or config else None)
        counted = summary_of(wanted)
    for change in changes:
        if as_json:
            print(msgspec.json.encode(as_line(change)).decode())
        else:
            for line in lines(change, chosen, None if counted is None else complaints_of(change, counted)):
                print(line)
    if not as_json:
        print(_summed_up(len(changes), counted).said(chosen))


def _summed_up(changes: int, counted: Summary | None) -> Text:
    if not changes:
        return say("both decide alike: only notes, comments or files differ, if anything")
    if counted is None:
        return say("{changes} differences", changes=changes)
    return say("{changed} of {all} complaints change", changed=counted.changed, all=counted.complaints)


def _rulebook(side: str, settings: Settings, lang: str) -> tuple[str, Rulebook]:
    """A folder when there is one of that name, else a stored revision; with its whole name."""
    if Path(side).is_dir():
        return side, load_files(files_of(Path(side), lang), lang)
    with opened_store(settings) as opened, opened.read() as reading:
        revision = approval.find(reading.rulebooks, side, Word(who="", why="", language=lang))
        stored = reading.rulebooks.get(revision)
    return revision, load_files(stored.files if stored else {}, lang)


def shadow(
    what: Annotated[
        str | None, typer.Argument(metavar="[REVISION|DIR|off]", help="What runs in the shadow from now on.")
    ] = None,
    show: Annotated[bool, typer.Option("--show", help="Only show what was counted, as without an argument.")] = False,
    reason: Reason = "",
    by: By = None,
    config: Config = None,
    store: StoreUrl = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Run a whole revision in the shadow of the live one, end that, or show what it would have decided otherwise."""
    settings, chosen = settings_from(config, store__url=store), language(lang)
    if what is None or show:
        with opened_store(settings) as opened, opened.read() as reading:
            _show(shadow_shown(reading), chosen, as_json=as_json)
        return
    if as_json:
        raise WrongSettings(["--json: only what is shown has it"])
    word = word_of(by, reason, chosen)
    files = files_of(Path(what), chosen) if Path(what).is_dir() else None
    with opened_store(settings) as opened:
        if what == "off":
            ended = approval.end_shadow(opened, word)
        elif files is not None:
            what = approval.begin_shadow_of_files(opened, files, word)
        else:
            what = approval.begin_shadow(opened, what, word)
    if what != "off":
        print(say("{revision} runs in the shadow; it changes nothing", revision=short(what)).said(chosen))
    elif ended is None:
        print(say("nothing runs in the shadow").said(chosen))
    else:
        print(say("{revision} is out of the shadow; what was counted stays", revision=short(ended)).said(chosen))


def _show(found: list[ShadowShown], lang: str, *, as_json: bool) -> None:
    if as_json:
        for one in found:
            print(msgspec.json.encode(one).decode())
        return
    console = Console(highlight=False)
    if not found:
        console.print(say("nothing runs in the shadow").said(lang))
    for one in found:
        for line in _lines(one):
            console.print(line.said(lang), soft_wrap=True, markup=False)


def _lines(one: ShadowShown) -> Any:
    tally = one.tally
    about = {"revision": short(one.revision), "against": short(one.against), "since": one.since}
    if one.on:
        yield say("{revision} in the shadow of {against} since {since}", **about)
    else:
        yield say("{revision} was in the shadow of {against}, from {since}; it is over", **about)
    yield say("{differ} of {compared} decisions differ", differ=tally.differ, compared=tally.compared)
    if tally.failed:
        yield say("in {failed} batches the shadow failed and was left out", failed=tally.failed)
    for field, count in _most(tally.fields):
        yield say("  field {field}: {count}", field=field, count=count)
    for move, count in _most(tally.departments):
        yield say("  department {move}: {count}", move=move, count=count)
    for rule, counted in sorted(tally.rules.items()):
        yield say("  rule {rule}: {live} times only live, {shadow} times only in the shadow", rule=rule,
                  live=counted.live_only, shadow=counted.shadow_only)  # fmt: skip
    cases = tuple(dict.fromkeys(sample.case for sample in reversed(tally.samples)))
    if cases:
        yield say("  latest cases: {cases}", cases=cases[:10])


def _most(counts: dict[str, int]) -> list[tuple[str, int]]:
    """The most frequent first."""
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))
