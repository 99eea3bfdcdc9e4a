"""Dead letters are judged anew: after a defect was mended, a clock has caught up, or rules know a word."""

import hashlib
from collections.abc import Callable

import msgspec

from triage.errors import Refused, RevisionUnusable, TryAgain, describe
from triage.ports import DeadLetter, LetterFilter, Reading, Redriven, Store, Transaction
from triage.service.case_view import instant
from triage.service.handle_event import APPLIED, DUPLICATE, EventHandler
from triage.service.release import Library

ALREADY, REFUSED, STAYS, FAILED = "already", "refused", "stays", "failed"
DONE = (APPLIED, DUPLICATE, ALREADY)
"""Results after which nothing is left to do."""


class RedrivenLine(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one dead letter, as `triage dead-letters redrive --json` prints it. `result`: applied | duplicate
    (its event is on a timeline) | already (somebody redrove it before) | refused (there is nothing to redrive) | stays
    (it is a dead letter for the reason that `detail` gives) | failed (the event fails again)."""

    id: str
    result: str
    case: str | None
    detail: str

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do about it."""
        return self.result in DONE


class Word(msgspec.Struct, frozen=True):
    """In whose name letters are redriven, and why. `dry_run`: only to see what would become of them."""

    who: str
    why: str
    dry_run: bool = False


class _OnlySeen(Exception):
    """Rolls a dry run back."""

    def __init__(self, line: RedrivenLine) -> None:
        super().__init__()
        self.line = line


def named(reading: Reading, names: list[str]) -> list[str]:
    """The ids that these beginnings stand for, in that order. Raises Refused with a line for each that names none or
    several."""
    found = {name: reading.letters.named(name) for name in names}
    faults = [
        f"there is no dead letter {name}" if not ids else f"{name} is the beginning of {len(ids)} dead letters"
        for name, ids in found.items()
        if len(ids) != 1
    ]
    if faults:
        raise Refused(faults)
    return [letter for (letter,) in found.values()]


def chosen(reading: Reading, asked: LetterFilter) -> tuple[list[str], int]:
    """The ids of what a filter chooses, the oldest first, and how many copies it passes over: their events reached
    their cases."""
    heads = reading.letters.heads(asked)[::-1]
    return [head.id for head in heads if not head.copy], sum(head.copy for head in heads)


class Redriver:
    """Redrives letters, each in a transaction of its own, by the active rules."""

    def __init__(self, store: Store, library: Library, handler: EventHandler) -> None:
        self._store, self._library, self._handler = store, library, handler

    def redrive(self, letter: str, word: Word) -> RedrivenLine:
        """Judge a letter anew; who, when, what and why go into the audit when it is done with. Of two operators at once
        the second finds it done. Raises TryAgain; whatever else the event raises leaves it as it was."""
        try:
            return self._library.with_rules(self._store, self._work(letter, word))
        except _OnlySeen as seen:
            return seen.line
        except RevisionUnusable as error:
            if isinstance(error, TryAgain):
                raise
            return RedrivenLine(id=letter, result=FAILED, case=None, detail=str(error))
        except TryAgain:
            raise
        except Exception as error:  # noqa: BLE001 # this letter stays as it was, the others go on
            return RedrivenLine(id=letter, result=FAILED, case=None, detail=describe(error))

    def _work(self, letter: str, word: Word) -> Callable[[], RedrivenLine]:
        def work() -> RedrivenLine:
            with self._store.transaction() as tx:
                line = self._judge(tx, letter, word)
                if word.dry_run:
                    raise _OnlySeen(line)
            return line

        return work

    def _judge(self, tx: Transaction, letter_id: str, word: Word) -> RedrivenLine:
        letter = tx.letters.lock(letter_id)
        if letter is None:
            return RedrivenLine(id=letter_id, result=REFUSED, case=None, detail="there is no such dead letter any more")
        if letter.redriven is not None:
            at, who, became = letter.redriven
            told = f"redriven by {who} at {instant(at)}: {became}"
            return RedrivenLine(id=letter_id, result=ALREADY, case=letter.case, detail=told)
        refusal = _refusal(letter)
        if refusal:
            return RedrivenLine(id=letter_id, result=REFUSED, case=letter.case, detail=refusal)
        anew = self._handler.judge_anew(tx, letter)
        if anew.became not in (APPLIED, DUPLICATE):
            return RedrivenLine(id=letter_id, result=STAYS, case=anew.case, detail=f"{anew.became}: {anew.detail}")
        tx.letters.mark(letter_id, Redriven(tx.now(), word.who, anew.became))
        tx.audit(word.who, f"redrove dead letter {letter_id} of case {anew.case}: {anew.became}", word.why)
        return RedrivenLine(id=letter_id, result=anew.became, case=anew.case, detail="")


def _refusal(letter: DeadLetter) -> str:
    """Why there is nothing to redrive, in words; nothing when there is."""
    if letter.copy:
        return (
            f"a copy: its event is on the timeline of case {letter.case}; "
            "what is wrong in it is mended by its sender, with complaint.amended or complaint.voided"
        )
    if not letter.value:
        return "none of its bytes are kept"
    sums = [value for name, value in letter.headers if name == "dlq_sha256"]
    if sums and sums[-1] != hashlib.sha256(letter.value).hexdigest().encode():
        return "its bytes were cut before they came here; redrive the whole letter that the header dlq_sha256 is of"
    return ""
