"""`triage rules quality`, `triage rules health`: what humans made of the rules, and what the rules did."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from triage.cli.options import RULES_GROUP, AsJson, Config, Language, StoreUrl, group, settings_from, stated_instant
from triage.errors import Refused
from triage.main.rule_folders import compiled_folder
from triage.main.tools import machine_now, opened_store
from triage.service.desk_health import Ask, Health, health
from triage.service.quality_report import QualityReport, RuleQuality, Share, Unmatched, quality
from triage.service.release import Shelf
from triage.service.rule_health import sign_line
from triage.service.rule_quality import Change
from triage.settings import language
from triage.wording.text import Text, say, title_in


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    rules = group(app, *RULES_GROUP)
    rules.command("quality")(show_quality)
    rules.command("health")(show_health)


def show_quality(
    config: Config = None,
    store: StoreUrl = None,
    since: Annotated[str | None, typer.Option("--since", help="Instant or date; default: all.")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Instant or date, not included; default: now.")] = None,
    rule: Annotated[str | None, typer.Option("--rule", help="Only this rule, or fallback.")] = None,
    as_json: AsJson = False,
    lang: Language = None,
) -> None:
    """Show how often humans confirmed or changed what each rule decided, and to what."""
    spoken = language(lang)
    start, end = stated_instant("--since", since), stated_instant("--until", until)
    with opened_store(settings_from(config, store__url=store)) as opened, opened.read() as reading:
        report = quality(reading, Shelf(), start, end, rule)
    if as_json:
        for line in report.lines:
            print(msgspec.json.encode(line).decode())
    else:
        for text, indent in _told(report, spoken):
            print(" " * indent + text.said(spoken))


def _told(report: QualityReport, spoken: str) -> Iterator[tuple[Text, int]]:
    """The lines, each with its indent: what humans changed or confirmed first, then how many rules nobody spoke of."""
    yield (
        say("complaints decided: {cases}; humans spoke of {spoken} of them", cases=report.cases, spoken=report.spoken),
        0,
    )
    if report.unreadable:
        yield say("complaints left out, because a decision cannot be read: {cases}", cases=report.unreadable), 0
    touched = [line for line in report.lines if line.decided > line.unspoken]
    names = list(dict.fromkeys(line.rule for line in touched))
    for name in names:
        lines = [line for line in touched if line.rule == name]
        yield _name(lines[0], spoken), 0
        for line in lines:
            yield from _line(line)
    quiet = {line.rule for line in report.lines} - set(names)
    if quiet:
        yield say("rules of which nobody said anything: {rules}", rules=len(quiet)), 0


def _name(line: RuleQuality, spoken: str) -> Text:
    if line.rule == "fallback":
        return say("fallback: no rule decided")
    if line.rule == "other":
        return say("other: rules of a revision that is not in the store any more")
    if not line.title:
        return say("{rule}: no longer among the rules", rule=line.rule)
    return say("{rule}: {title}", rule=line.rule, title=title_in(line.title, spoken))


def _line(line: RuleQuality) -> Iterator[tuple[Text, int]]:
    yield (
        say(
            "{field}: decided {decided}, confirmed {confirmed}, changed {changed} ({share} %), given back {given_back}",
            field=_field(line.field),
            decided=line.decided,
            confirmed=line.confirmed,
            changed=line.changed,
            share=f"{line.share * 100:.1f}",
            given_back=line.given_back,
        ),
        2,
    )
    if line.changes:
        changes = tuple(map(_change, line.changes))
        yield say("{changes}; latest: {cases}", changes=changes, cases=line.cases), 4
    for unmatched in line.unmatched:
        yield _unmatched(unmatched), 4


def _field(field: str) -> Text:
    return {"priority": say("priority"), "department": say("department"), "handler": say("handler")}[field]


def _change(change: Change) -> str:
    return f"{change.said} → {change.word} {change.cases}"


def _unmatched(unmatched: Unmatched) -> Text:
    return say(
        "sent to {department}: {cases}; causes: {causes}; term lists: {terms}",
        department=unmatched.to,
        cases=unmatched.cases,
        causes=_shares(unmatched.causes),
        terms=_shares(unmatched.terms),
    )


def _shares(shares: tuple[Share, ...]) -> tuple[str, ...] | str:
    return tuple(f"{one.what} {one.cases}" for one in shares) or "-"


USUAL = Ask()


def show_health(  # noqa: PLR0917 # an option a parameter
    config: Config = None,
    store: StoreUrl = None,
    rules: Annotated[Path | None, typer.Option("--rules", help="Rules folder; default: the active revision.")] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=36_500, help="How far back.")] = USUAL.days,
    within: Annotated[int, typer.Option("--within", min=0, max=3_650, help="How far ahead, in days.")] = USUAL.within,
    pause_days: Annotated[int, typer.Option("--pause-days", min=0, max=3_650)] = USUAL.pause_days,
    waiting_days: Annotated[int, typer.Option("--waiting-days", min=0, max=3_650)] = USUAL.waiting_days,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 when there is something to do.")] = False,
    as_json: AsJson = False,
    lang: Language = None,
) -> None:
    """Show rules that never fired, terms that never hit, what ends soon, long pauses, and cases without a person."""
    spoken = language(lang)
    ask = Ask(days=days, within=within, pause_days=pause_days, waiting_days=waiting_days)
    proposed = compiled_folder(rules) if rules else None
    with opened_store(settings_from(config, store__url=store)) as opened, opened.read() as reading:
        found = health(reading, Shelf(), proposed, machine_now(), ask)
    if as_json:
        for sign in found.signs:
            print(msgspec.json.encode(sign_line(sign, spoken)).decode())
    else:
        _show_health(found, spoken)
    if strict and any(sign.is_trouble for sign in found.signs):
        raise Refused([])


def _show_health(found: Health, spoken: str) -> None:
    """By kind: what to do, then each sign."""
    looked_at = say(
        "looked at since {since}: complaints received {complaints}; texts erased {erased}",
        since=f"{found.since:%Y-%m-%d}",
        complaints=found.complaints,
        erased=found.erased,
    )
    print(looked_at.said(spoken))
    for code, signs in groupby(sorted(found.signs, key=lambda sign: sign.code), key=lambda sign: sign.code):
        some = list(signs)
        hint = some[0].hint.said(spoken)
        print(f"\n{code} ({len(some)}){': ' if hint else ''}{hint}")
        for sign in some:
            title = title_in(sign.title, spoken)
            print(f"  {title}{': ' if title else ''}{sign.message.said(spoken)}")
    if not any(sign.is_trouble for sign in found.signs):
        print(say("nothing to do").said(spoken))
