"""`triage rules …`: a revision from proposal to activation, and back."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from getpass import getuser
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from triage.cli.options import RULES_GROUP, AsJson, Config, Language, StoreUrl, group, settings_from
from triage.cli.terminal import people_console, whole_table
from triage.errors import WrongSettings
from triage.main.rule_folders import files_of
from triage.main.tools import opened_store
from triage.ports import Store
from triage.service import approval
from triage.service.approval import Word
from triage.service.release_history import Happened, history, proposals
from triage.service.revision_states import same_person, short
from triage.settings import language
from triage.wording.text import Text, say

Wanted = Annotated[str, typer.Argument(metavar="REVISION", help="The beginning of its name, or `proposed`.")]
By = Annotated[str | None, typer.Option("--by", help="In whose name; default: the account on this machine.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in history and audit.")]

HAPPENED = {
    "proposed": say("proposed"),
    "activated": say("activated"),
    "approved": say("approved"),
    "rolled_back": say("rolled back to"),
    "retired": say("retired"),
    "rejected": say("rejected"),
    "superseded": say("superseded"),
    "shadow_on": say("put into the shadow"),
    "shadow_off": say("taken out of the shadow"),
}


def add_to(app: typer.Typer) -> None:
    """Register the verbs."""
    verbs = group(app, *RULES_GROUP)
    for verb in (propose, approve, reject, rollback):
        verbs.command(verb.__name__)(verb)
    verbs.command("proposals")(list_proposals)
    verbs.command("history")(list_history)


def word_of(by: str | None, reason: str, lang: str) -> Word:
    """A person's word as the options give it. Raises WrongSettings."""
    faults = [] if reason.strip() else [say("--reason: say why").said(lang)]
    faults += [say("--by: name somebody").said(lang)] if by is not None and not by.strip() else []
    if faults:
        raise WrongSettings(faults)
    account = getuser()
    who = (by or account).strip()
    hand = "" if same_person(who, account) else account
    return Word(who=who, why=reason.strip(), hand=hand, language=lang)


def propose(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Rules folder.")],
    reason: Reason = "",
    by: By = None,
    config: Config = None,
    store: StoreUrl = None,
    lang: Language = None,
) -> None:
    """Propose a folder's rules, whatever `rules.activation` says. Exit 1 when they are faulty or were decided upon."""
    word = word_of(by, reason, language(lang))
    files = files_of(directory, word.language)
    with _opened(config, store) as opened:
        revision = approval.propose_files(opened, files, word)
    _say(say("{revision} is proposed by {who} and waits for somebody else's approval",
             revision=short(revision), who=word.who), word)  # fmt: skip


def approve(
    revision: Wanted,
    reason: Reason = "",
    by: By = None,
    config: Config = None,
    store: StoreUrl = None,
    lang: Language = None,
) -> None:
    """Approve a proposal of somebody else: it is checked again and becomes active. Exit 1 when it cannot."""
    word = word_of(by, reason, language(lang))
    with _opened(config, store) as opened:
        found = approval.approve(opened, revision, word)
    _say(say("{revision} is active, approved by {who}", revision=short(found), who=word.who), word)


def reject(
    revision: Wanted,
    reason: Reason = "",
    by: By = None,
    config: Config = None,
    store: StoreUrl = None,
    lang: Language = None,
) -> None:
    """Refuse a proposal for good: only other content can be proposed. Exit 1 when it is none."""
    word = word_of(by, reason, language(lang))
    with _opened(config, store) as opened:
        found = approval.reject(opened, revision, word)
    _say(say("{revision} is rejected by {who}", revision=short(found), who=word.who), word)


def rollback(
    revision: Annotated[str | None, typer.Argument(metavar="[REVISION]", help="Default: the one before.")] = None,
    reason: Reason = "",
    by: By = None,
    config: Config = None,
    store: StoreUrl = None,
    lang: Language = None,
) -> None:
    """Activate a revision that was active before. The folder is not taken up again by itself."""
    word = word_of(by, reason, language(lang))
    with _opened(config, store) as opened:
        found = approval.roll_back(opened, revision, word)
    _say(say("{revision} is active again; what the folder holds now is not taken up until it changes",
             revision=short(found)), word)  # fmt: skip


def list_proposals(
    config: Config = None, store: StoreUrl = None, lang: Language = None, as_json: AsJson = False
) -> None:
    """List what waits for a decision, the oldest first."""
    with _opened(config, store) as opened, opened.read() as reading:
        found = proposals(reading)
    _show(found, say("nothing waits for a decision"), language(lang), as_json=as_json)


def list_history(config: Config = None, store: StoreUrl = None, lang: Language = None, as_json: AsJson = False) -> None:
    """List everything that became of any revision, the newest first."""
    with _opened(config, store) as opened, opened.read() as reading:
        found = history(reading)
    _show(found, say("no revision is stored"), language(lang), as_json=as_json)


def _opened(config: Path | None, store: str | None) -> AbstractContextManager[Store]:
    return opened_store(settings_from(config, store__url=store))


def _say(text: Text, word: Word) -> None:
    print(text.said(word.language))


def _show(found: Iterable[Happened], nothing: Text, lang: str, *, as_json: bool) -> None:
    if as_json:
        for one in found:
            print(msgspec.json.encode(one).decode())
        return
    heads = (say("when (UTC)"), say("what"), say("revision"), say("name"), say("who"), say("why"))
    table = whole_table(*(head.said(lang) for head in heads))
    for one in found:
        when = one.when.replace("T", " ").removesuffix("Z")
        table.add_row(when, HAPPENED[one.what].said(lang), short(one.revision), one.name, one.who, one.why)
    people_console().print(table if table.row_count else nothing.said(lang))
