"""What parent and child say to each other: frames of four bytes of length and a MessagePack body.

Nothing of a complaint crosses but numbers: fields and rules are numbered, texts are codes (`rulebook.durable`).
"""

import struct
from collections.abc import Iterator

import msgspec

VERSION = 1
LENGTH = struct.Struct(">I")
LARGEST_FRAME = 64 * 1024 * 1024
"""Bytes; a rulebook of 4,000 rules takes about one million."""


class Garbled(Exception):
    """Bytes that are no frame of this protocol."""


class Load(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Parent: take these networks, in the engine's JSON, in place of those before."""

    generation: int
    networks: tuple[str, ...]


class Ask(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Parent: which rules fire? `facts`: JSON, one for each network."""

    generation: int
    number: int
    facts: tuple[str, ...]


class Hello(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Child: the engine is imported."""

    version: int


class Loaded(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Child: the networks stand."""

    generation: int


class Answer(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Child: these rules fire, by their numbers, each once."""

    generation: int
    number: int
    rules: tuple[int, ...]


class Failed(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Child, its last word: why it cannot go on."""

    why: str


FromParent = Load | Ask
FromChild = Hello | Loaded | Answer | Failed

_encoder = msgspec.msgpack.Encoder()
from_parent = msgspec.msgpack.Decoder(FromParent)
from_child = msgspec.msgpack.Decoder(FromChild)


def frame(message: FromParent | FromChild) -> bytes:
    """The message as it crosses the pipe."""
    body = _encoder.encode(message)
    return LENGTH.pack(len(body)) + body


class Frames:
    """Cuts a stream of bytes into bodies."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The bodies that are complete now. Raises Garbled."""
        self._rest += piece
        start = 0
        while len(self._rest) - start >= LENGTH.size:
            (length,) = LENGTH.unpack_from(self._rest, start)
            if length > LARGEST_FRAME:
                raise Garbled
            end = start + LENGTH.size + length
            if len(self._rest) < end:
                break
            yield bytes(self._rest[start + LENGTH.size : end])
            start = end
        del self._rest[:start]
