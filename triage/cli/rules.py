"""`triage test`: what the examples of rule files show, before they go live."""

import msgspec
import typer

from triage.cli.options import AsJson, Folder, Language
from triage.errors import Refused
from triage.main.tools import compiled_folder
from triage.rulebook.judge import judge
from triage.service.told import JudgedLine, judged_line
from triage.settings import language


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    app.command("test")(judge_examples)


def judge_examples(directory: Folder = None, as_json: AsJson = False, lang: Language = None) -> None:
    """Judge every example of rules, policies and term lists. Exit 1 when one fails or there is none."""
    spoken = language(lang)
    judged = [judged_line(one, spoken) for one in judge(compiled_folder(directory, spoken))]
    for one in judged:
        _print_judged(one, as_json=as_json)
    failed = sum(not one.passed for one in judged)
    if failed or not judged:
        raise Refused([f"{failed} of {len(judged)} examples fail"])
    if not as_json:
        print(f"{len(judged)} examples hold")


def _print_judged(one: JudgedLine, *, as_json: bool) -> None:
    if as_json:
        print(msgspec.json.encode(one).decode())
    else:
        mark = "ok  " if one.passed else "FAIL"
        at = f"{one.at.file}:{one.at.line}"
        print(f"{mark} {one.kind} {one.subject} {at} {one.message}".rstrip())
