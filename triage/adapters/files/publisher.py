"""Outputs as JSON Lines: decisions.jsonl, alerts.jsonl, dead-letters.jsonl."""

import os
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from monitors.notices.message import ALERTS, DEAD_LETTERS, DECISIONS, Message, published
from monitors.ports import Delivery
from triage.errors import Unreachable

FILES = {DECISIONS: "decisions.jsonl", ALERTS: "alerts.jsonl", DEAD_LETTERS: "dead-letters.jsonl"}

CHUNK = 64 * 1024


class FilePublisher:
    """Implements `monitors.ports.Publisher`: at least once, one line an output, on the disk before it is acknowledged.
    A line that a crash tore is cut away when the file is opened again, so that every line parses."""

    def __init__(self, directory: Path) -> None:
        try:
            directory.mkdir(parents=True, exist_ok=True)
            self._files = {topic: _open(directory / name) for topic, name in FILES.items()}
        except OSError as error:
            raise Unreachable([f"output directory {directory}: {error.strerror}"]) from error

    def publish(self, messages: Sequence[Message]) -> Sequence[Delivery]:
        """Append all; when a file cannot be written, its messages are to be tried again."""
        by_topic: dict[str, list[Message]] = {}
        for message in messages:
            by_topic.setdefault(message.topic, []).append(message)
        deliveries: list[Delivery] = []
        for topic, same in by_topic.items():
            deliveries += _append(self._files[topic], same)
        return deliveries

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()


def _open(path: Path) -> BinaryIO:
    file = path.open("ab+", buffering=0)
    _cut_torn_line(file)
    return file


def _append(file: BinaryIO, messages: Sequence[Message]) -> list[Delivery]:
    data = b"".join(_line(message) for message in messages)
    try:
        end = _cut_torn_line(file)
        try:
            _write_all(file, data)
            os.fsync(file.fileno())
        except OSError:
            file.truncate(end)
            raise
    except OSError as error:
        return [Delivery(message.no, "retry", error.strerror or str(error)) for message in messages]
    return [Delivery(message.no, "sent") for message in messages]


def _cut_torn_line(file: BinaryIO) -> int:
    """Cut away what stands behind the last newline; gives the end of the file. Raises OSError."""
    end = file.seek(0, os.SEEK_END)
    keep = end
    while keep and not (tail := os.pread(file.fileno(), min(keep, CHUNK), max(0, keep - CHUNK))).endswith(b"\n"):
        keep -= len(tail) - (tail.rfind(b"\n") + 1)
    if keep < end:
        file.truncate(keep)
    return keep


def _write_all(file: BinaryIO, data: bytes) -> None:
    view = memoryview(data)
    while view:
        written = file.write(view)
        view = view[written:]


def _line(message: Message) -> bytes:
    if message.topic != DEAD_LETTERS:
        return message.payload + b"\n"
    sent = published(message)
    letter: dict[str, object] = {
        "id": sent.id,
        "key": sent.key,
        "headers": {name: value.decode("utf-8", "replace") for name, value in sent.headers},
    }
    try:
        letter["value"] = sent.payload.decode()
    except UnicodeDecodeError:
        letter["value_base64"] = b64encode(sent.payload).decode()
    return msgspec.json.encode(letter) + b"\n"
