"""`triage test`: the examples of the rule files."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from triage.cli.options import AsJson, Folder, Language, write_file
from triage.errors import Refused
from triage.main.rule_folders import sound_folder
from triage.service.examples import CoveredLine, Report, covered_line, junit, run_examples, total_line
from triage.service.told import JudgedLine, judged_line
from triage.settings import language
from triage.wording.text import Text, say

SHARES: dict[str, Text] = {
    "rule": say("branches of rules"),
    "policy": say("branches of policies"),
    "term": say("terms in sentences"),
}


def add_to(app: typer.Typer) -> None:
    """Register the verb."""
    app.command("test")(judge_examples)


def judge_examples(
    directory: Folder = None,
    coverage: Annotated[bool, typer.Option("--coverage", help="Also what no example shows.")] = False,
    only: Annotated[list[str] | None, typer.Option(help="A rule, term list or policy; may be repeated.")] = None,
    fail_under: Annotated[
        float | None, typer.Option(help="Exit 1 when fewer per cent of the branches are shown.", min=0, max=100)
    ] = None,
    junit_file: Annotated[Path | None, typer.Option("--junit", help="Also write the examples as JUnit XML.")] = None,
    lang: Language = None,
    as_json: AsJson = False,
) -> None:
    """Judge every example of rules, policies and term lists. Exit 1 when one fails or there is none."""
    reader = language(lang)
    compiled, files = sound_folder(directory, reader)
    asked = coverage or fail_under is not None
    report = run_examples(compiled, files, only or (), coverage=asked)
    if junit_file is not None:
        folder = "" if directory is None else directory.as_posix()
        write_file("--junit", junit_file, junit(report.judged, folder, reader))
    for judged in report.judged:
        one = judged_line(judged, reader)
        print(msgspec.json.encode(one).decode() if as_json else _judged_text(one))
    for covered in report.covered if coverage else ():
        line = covered_line(covered, reader)
        print(msgspec.json.encode(line).decode() if as_json else _covered_text(line, reader, terms=bool(only)))
    for kind in SHARES if asked else ():
        sum_of_kind = total_line(kind, report.covered)
        if as_json:
            print(msgspec.json.encode(sum_of_kind).decode())
        elif sum_of_kind.branches:
            figures = f"{sum_of_kind.reached} / {sum_of_kind.branches}, {sum_of_kind.percent:g} %"
            print(f"{SHARES[kind].said(reader)}: {figures}")
    _conclude(report, reader, fail_under, as_json=as_json)


def _judged_text(one: JudgedLine) -> str:
    mark = "ok  " if one.passed else "FAIL"
    return f"{mark} {one.kind} {one.subject} {one.at.file}:{one.at.line} {one.message}".rstrip()


def _covered_text(one: CoveredLine, reader: str, *, terms: bool) -> str:
    """`terms`: whether the terms that no sentence shows are listed too; there are many."""
    parts = [f"{one.reached} / {one.branches}"]
    if one.fires is not None:
        parts.append((say("fires") if one.fires else say("never fires")).said(reader))
    if one.silent is not None:
        parts.append((say("does not fire") if one.silent else say("always fires")).said(reader))
    lines = [f"{one.kind} {one.subject} {one.at.file}:{one.at.line} {', '.join(parts)}"]
    for missing in one.missing if terms or one.kind != "term" else ():
        give = say(": give {given}", given=missing.given).said(reader) if missing.given else ""
        lines.append(f"     {missing.at.file}:{missing.at.line} {missing.what}{give}")
    return "\n".join(lines)


def _conclude(report: Report, reader: str, fail_under: float | None, *, as_json: bool) -> None:
    reasons = _reasons(report, fail_under)
    if reasons:
        raise Refused([one.said(reader) for one in reasons])
    if not as_json:
        print(say("{number} examples hold", number=len(report.judged)).said(reader))


def _reasons(report: Report, fail_under: float | None) -> list[Text]:
    found = []
    if not report.judged:
        found.append(say("no example found"))
    if report.failed:
        found.append(say("{failed} of {number} examples fail", failed=report.failed, number=len(report.judged)))
    if fail_under is not None and report.total.percent < fail_under:
        shown = f"{report.total.percent:g}"
        found.append(
            say("{shown} % of the branches are shown, less than {wanted} %", shown=shown, wanted=f"{fail_under:g}")
        )
    return found
