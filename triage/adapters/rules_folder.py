"""The rules directory on disk: which files count, and what is wrong with the folder itself."""

import errno
import os
import pwd
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from triage.rulebook.faults import FAULT, Finding, in_order
from triage.wording.text import NOTHING, Text, say

KNOWN_FOLDERS = ("terms", "triage", "tables", "sla", "calendars", "packs")
TOP_FILES = ("rulebook.yaml", "facts.yaml")
ENDINGS = (".yaml", ".csv", ".xlsx")
SKIPPED_ENDINGS = ("~", ".swp", ".tmp")
_MISTAKEN = {
    **{f"{ending}.txt": ending for ending in ENDINGS}, ".yml.txt": ".yaml", ".yml": ".yaml",
    **{ending: ending for ending in ENDINGS},
}  # fmt: skip
"""Endings that an editor adds or a keyboard writes, in small letters, and the ones that were meant."""

LARGEST = 1 << 20


class Scan(msgspec.Struct, frozen=True):
    """One look at a folder. `owner`: the account that owns its newest file, empty when there is none."""

    files: dict[str, bytes]
    findings: tuple[Finding, ...]
    owner: str = ""


def scan(directory: Path) -> Scan:
    """Read every rule file below the directory. Never raises: what is wrong is a finding."""
    looking = _Looking(directory)
    looking.walk(directory, ())
    return Scan(looking.files, in_order(looking.findings), _owner([directory / name for name in looking.files]))


def _owner(files: Sequence[Path]) -> str:
    """Who owns the newest file: who changed the rules, as far as the system can tell."""
    newest: tuple[int, int] | None = None
    for file in files:
        with suppress(OSError):  # gone since it was read
            found = file.stat()
            newest = max(newest or (0, 0), (found.st_mtime_ns, found.st_uid))
    if newest is None:
        return ""
    try:
        return pwd.getpwuid(newest[1]).pw_name
    except KeyError:
        return f"uid {newest[1]}"


class _Looking:
    def __init__(self, root: Path) -> None:
        self.directory, self.root = root, Path(os.path.realpath(root))
        self.files: dict[str, bytes] = {}
        self.findings: list[Finding] = []

    def add(self, code: str, file: str, message: Text, hint: Text = NOTHING) -> None:
        self.findings.append(
            Finding(severity=FAULT, file=file, line=1, column=1, code=code, message=message, hint=hint)
        )

    def walk(self, folder: Path, above: tuple[str, ...]) -> None:
        """`above`: the real paths of the folders that this one stands in."""
        real = os.path.realpath(folder)
        for entry in self._entries(folder):
            path = Path(entry.path)
            name = _readable(path.relative_to(self.directory).as_posix())
            if not self._is_inside(path, name):
                continue
            if _is_circle(path):
                self.add("looping-link", name, say("a link that leads back to itself"), say("delete the link"))
            elif entry.is_dir():
                if os.path.realpath(path) in (*above, real):
                    message = say("a link that leads back to a folder it stands in")
                    self.add("looping-link", name, message, say("delete the link"))
                else:
                    self.walk(path, (*above, real))
            elif entry.is_file() or entry.is_symlink():
                self._take(path, name)

    def _entries(self, folder: Path) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                found = sorted(entries, key=lambda one: one.name)
        except OSError as error:
            name = folder.relative_to(self.directory).as_posix()
            self.add("unreadable-folder", name, say("{path}: {reason}", path=str(folder), reason=_reason(error)))
            return []
        return [one for one in found if not (one.name.startswith((".", "~$")) or one.name.endswith(SKIPPED_ENDINGS))]

    def _is_inside(self, path: Path, name: str) -> bool:
        if Path(os.path.realpath(path)).is_relative_to(self.root):
            return True
        self.add("outside-link", name, say("a link out of the rules directory"), say("copy the file in"))
        return False

    def _take(self, path: Path, name: str) -> None:
        ending = _meant_ending(path.name)
        if ending:
            sound = path.name[: -len(ending[0])] + ending[1]
            message = say("rule files end in {ending}", ending=ending[1])
            self.add("wrong-ending", name, message, say("rename it to {name}", name=sound))
            return
        if path.suffix not in ENDINGS:
            return
        if name not in TOP_FILES and name.split("/", maxsplit=1)[0] not in KNOWN_FOLDERS:
            advice = say("move it to one of {folders}", folders=KNOWN_FOLDERS)
            self.add("misplaced-file", name, say("no rule file is read here"), advice)
            return
        try:
            content = path.read_bytes()
        except OSError as error:
            self.add("unreadable-file", name, _reason(error))
            return
        self.files[name] = content[: LARGEST + 1]


def _readable(name: str) -> str:
    """A name that can be written down, whatever bytes the disk has for it."""
    return os.fsencode(name).decode("utf-8", "replace")


def _meant_ending(name: str) -> tuple[str, str] | None:
    """The ending of a name that was meant to be a rule file's, and the one that it should have; None: it is right, or
    the file is of another kind."""
    written = next((one for one in _MISTAKEN if name.lower().endswith(one)), "")
    meant = _MISTAKEN.get(written, "")
    return (name[-len(written) :], meant) if written and not name.endswith(meant) else None


_REASONS = {
    errno.ENOENT: say("there is no such file or folder"),
    errno.EACCES: say("reading it is not permitted"),
    errno.EPERM: say("reading it is not permitted"),
    errno.ENOTDIR: say("this is no folder"),
}


def _reason(error: OSError) -> Text:
    """Why something cannot be read, in our words: the system's are not in the reader's language."""
    return _REASONS.get(error.errno or 0) or say("it cannot be read (system error {number})", number=error.errno or 0)


def _is_circle(path: Path) -> bool:
    """Whether the links from here on lead nowhere but to themselves."""
    try:
        path.stat()
    except OSError as error:
        return error.errno == errno.ELOOP
    return False
