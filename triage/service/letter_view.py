"""Dead letters as operators and tools read them."""

from base64 import b64encode
from typing import Any

import msgspec

from triage.ports import DeadLetter, LetterHead
from triage.service.case_view import instant


class LetterLine(msgspec.Struct, frozen=True, kw_only=True):
    """One dead letter as `triage dead-letters list --json` prints it: nothing that its sender wrote. `at`,
    `redriven_at`: UTC with `Z`. `copy`: the event reached its case too. `bytes`: how many are kept. `became`: applied |
    duplicate, once it was redriven."""

    id: str
    reason: str
    detail: str
    origin: str
    at: str
    case: str | None
    copy: bool
    bytes: int
    redriven_at: str | None
    redriven_by: str | None
    became: str | None


class Header(msgspec.Struct, frozen=True):
    """A header of the record; bytes that are no UTF-8 as escapes."""

    name: str
    value: str


class LetterShown(LetterLine, frozen=True, kw_only=True, omit_defaults=True):
    """One dead letter as `triage dead-letters show --json` prints it. `value`, or `value_base64` when the bytes are no
    UTF-8: only when they were asked for."""

    headers: tuple[Header, ...]
    value: str | None = None
    value_base64: str | None = None


def letter_line(head: LetterHead) -> LetterLine:
    """A dead letter in a list."""
    return LetterLine(**_told(head), bytes=head.size)


def letter_shown(letter: DeadLetter, *, with_bytes: bool) -> LetterShown:
    """A dead letter by itself. `with_bytes`: they may hold personal data."""
    headers = tuple(Header(name, value.decode("utf-8", "backslashreplace")) for name, value in letter.headers)
    text, base64 = None, None
    if with_bytes:
        try:
            text = letter.value.decode()
        except UnicodeDecodeError:
            base64 = b64encode(letter.value).decode()
    return LetterShown(**_told(letter), bytes=len(letter.value), headers=headers, value=text, value_base64=base64)


def _told(letter: LetterHead | DeadLetter) -> dict[str, Any]:
    redriven = letter.redriven
    return {
        "id": letter.id,
        "reason": letter.reason,
        "detail": letter.detail,
        "origin": letter.origin,
        "at": instant(letter.at),
        "case": letter.case,
        "copy": letter.copy,
        "redriven_at": instant(redriven.at) if redriven else None,
        "redriven_by": redriven.who if redriven else None,
        "became": redriven.became if redriven else None,
    }
