"""Term lists in texts: folding, finding, and what does not count."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import ahocorasick
import msgspec
import opencc

from triage.rulebook.model import TermList

_CJK = "\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\U00020000-\U0003ffff"
_VOICE_MARKS = "\u3099\u309a"  # these would join the kana before them: か ゙ is not が
_GAP = re.compile(f"(?<=[{_CJK}])\\s+(?=[{_CJK}])(?![{_VOICE_MARKS}])")
_CHINESE = re.compile(f"[{_CJK}]")
_FIRST_CJK = 0x3400


class _Folds(dict[int, str]):
    """Character of a text in NFKC to its folded form, made when first met: case, traditional to simplified."""

    def __init__(self) -> None:
        super().__init__()
        self._simplified = opencc.OpenCC("t2s")

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFKC", chr(code).casefold())
        if code >= _FIRST_CJK:
            folded = self._simplified.convert(self._simplified.convert(folded))  # 薴 is 苧, and 苧 is 苎
        self[code] = folded
        return folded


_FOLDS = _Folds()


def fold_text(text: str) -> str:
    """The text as terms are compared: case, width and traditional or simplified do not matter, nor does white space
    between Chinese characters."""
    return _GAP.sub("", _folded(text))


def _folded(text: str) -> str:
    """Folded until nothing changes: an accent after ß joins the second s that comes of it."""
    folded = unicodedata.normalize("NFKC", text).translate(_FOLDS)
    return folded if unicodedata.is_normalized("NFKC", folded) else _folded(folded)


def has_chinese(text: str) -> bool:
    """Whether there is a Chinese (or Japanese) character in it."""
    return _CHINESE.search(text) is not None


def fold_with_spans(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The folded text, and for each of its characters where the written ones begin and end that it stands for."""
    characters: list[str] = []
    spans: list[tuple[int, int]] = []
    for start, cluster in _clusters(text):
        folded = _folded(cluster)
        characters += folded
        spans += [(start, start + len(cluster))] * len(folded)
    plain = "".join(characters)
    dropped = {at for gap in _GAP.finditer(plain) for at in range(*gap.span())}
    kept = [at for at in range(len(plain)) if at not in dropped]
    return "".join(plain[at] for at in kept), [spans[at] for at in kept]


def _clusters(text: str) -> Iterator[tuple[int, str]]:
    """Characters that NFKC makes one of, such as a letter and its accent or a half-width kana and its voice mark, with
    the index of the first."""
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or not _is_joined(text[start:end], text[end]):
            yield start, text[start:end]
            start = end


def _is_joined(before: str, after: str) -> bool:
    if before.isascii() and after.isascii():
        return False
    first, second = unicodedata.normalize("NFKC", before), unicodedata.normalize("NFKC", after)
    return unicodedata.combining(second[0]) > 0 or unicodedata.normalize("NFKC", before + after) != first + second


class Hit(msgspec.Struct, frozen=True):
    """A term in a text. `start`, `end`: in the text as written. `saved_by`: the not_term that it lies in, which keeps
    it from counting, None when it counts."""

    list_id: str
    term: str
    start: int
    end: int
    saved_by: str | None


class Spotted(NamedTuple):
    """A term in a text, as it is counted. `savers`: every not_term that it lies in; it counts when there is none."""

    list_id: str
    term: str
    savers: tuple[str, ...]


class _Entry(msgspec.Struct, frozen=True):
    list_id: str
    written: str
    folded: str
    is_term: bool


class _Found(msgspec.Struct, frozen=True):
    entry: _Entry
    start: int
    end: int


class TermIndex:
    """All term lists of a rulebook as one automaton: a text is read once, however many terms there are."""

    def __init__(self, lists: Mapping[str, TermList]) -> None:
        entries: dict[str, list[_Entry]] = {}
        for one in lists.values():
            for written, is_term in [*((t, True) for t in one.terms), *((t, False) for t in one.not_terms)]:
                folded = fold_text(written)
                entries.setdefault(folded, []).append(_Entry(one.id, written, folded, is_term))
        self._with_not_terms = {one.id for one in lists.values() if one.not_terms}
        self._automaton: Any = _automaton_of(entries) if entries else None
        self.mentioned = lru_cache(maxsize=1024)(self._mentioned)

    def _mentioned(self, text: str) -> frozenset[str]:
        """Ids of the lists that the text mentions."""
        found = list(self._find(fold_text(text)))
        return frozenset(one.entry.list_id for one in found if one.entry.is_term and not self._is_saved(one, found))

    def hits(self, text: str) -> tuple[Hit, ...]:
        """Every term in the text, in its order, those that do not count too."""
        folded, spans = fold_with_spans(text)
        found = list(self._find(folded))
        made = []
        for one in found:
            if one.entry.is_term:
                saved = next(self._savers(one, found), None)
                start, end = spans[one.start][0], spans[one.end - 1][1]
                made.append(Hit(one.entry.list_id, one.entry.written, start, end, saved))
        return tuple(sorted(made, key=lambda hit: (hit.start, hit.end, hit.list_id)))

    def _find(self, folded: str) -> Iterator[_Found]:
        if self._automaton is None:
            return
        for last, entries in self._automaton.iter(folded):
            end = last + 1
            start = end - len(entries[0].folded)
            if stands_alone(folded, start, end):
                for entry in entries:
                    yield _Found(entry, start, end)

    def spotted(self, text: str) -> list[Spotted]:
        """Every term in the text, those that do not count too, each occurrence for itself."""
        found = list(self._find(fold_text(text)))
        terms = (one for one in found if one.entry.is_term)
        return [Spotted(one.entry.list_id, one.entry.written, tuple(self._savers(one, found))) for one in terms]

    def _is_saved(self, hit: _Found, found: list[_Found]) -> bool:
        return hit.entry.list_id in self._with_not_terms and any(self._savers(hit, found))

    def _savers(self, hit: _Found, found: list[_Found]) -> Iterator[str]:
        for other in found:
            same_list = other.entry.list_id == hit.entry.list_id and not other.entry.is_term
            if same_list and other.start <= hit.start and hit.end <= other.end:
                yield other.entry.written


def _automaton_of(entries: Mapping[str, list[_Entry]]) -> Any:
    automaton = ahocorasick.Automaton()
    for folded, same in entries.items():
        automaton.add_word(folded, tuple(same))
    automaton.make_automaton()
    return automaton


def stands_alone(folded: str, start: int, end: int) -> bool:
    """A term that begins or ends with a Latin letter or digit has to begin or end a word there."""
    before = start == 0 or not (_is_latin(folded[start]) and _is_latin(folded[start - 1]))
    after = end == len(folded) or not (_is_latin(folded[end - 1]) and _is_latin(folded[end]))
    return before and after


def _is_latin(character: str) -> bool:
    return character.isalnum() and ord(character) < 0x2E80
