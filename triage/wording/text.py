"""One thing said: an English template with named places, filled for a reader of a language."""

import re
from collections.abc import Sequence
from string import Formatter
from typing import Any

import msgspec

from triage.wording.chinese import CHINESE

LANGUAGES = ("en", "zh-Hant", "zh-Hans")
"""The languages of people who read what we say; the first is that of the templates."""

_MEETS = re.compile("[A-Za-z0-9][\u4e00-\u9fff]|[\u4e00-\u9fff][A-Za-z0-9]")
_NUMBER = re.compile("[0-9.,:]+")
_CHINESE = re.compile("[\u4e00-\u9fff]")

Titles = dict[str, str]
"""Language tag to text, as rule files write titles."""


class Text(msgspec.Struct, frozen=True):
    """What is said, not yet in a language. `template`: English, with `{name}` for each value. `values`: by name; a
    value that is a Text, a title by language, or a tuple of them, is said in the reader's language too."""

    template: str
    values: tuple[tuple[str, Any], ...] = ()

    def __str__(self) -> str:
        return self.said("en")

    def __bool__(self) -> bool:
        return bool(self.template)

    def said(self, language: str) -> str:
        """In one of LANGUAGES; in English where a translation is missing."""
        values = {name: _said(value, language) for name, value in self.values}
        if language == "en" or self.template not in CHINESE:
            return self.template.format_map(values)
        return _spaced(CHINESE[self.template][LANGUAGES.index(language) - 1], values)


NOTHING = Text("")
"""Nothing is said."""


def say(template: str, **values: Any) -> Text:
    """A text. The template is a literal, so that a test finds each one and asks for its translations."""
    return Text(template, tuple(values.items()))


def as_is(value: Any) -> Text:
    """A value that is the same in every language, a title by language, or several of them."""
    return Text("{value}", (("value", value),))


def title_in(titles: Titles, language: str) -> str:
    """A title in the language, else in English, else in any."""
    return titles.get(language) or titles.get("en") or next(iter(titles.values()), "")


def _spaced(template: str, values: dict[str, Any]) -> str:
    """The template filled, with a space where a Latin word meets a Chinese one at the edge of a place. A number stands
    without, and so does what begins or ends with one in a Chinese text: 15天, 2026年3月2日."""
    made, last = "", ""
    for literal, name, spec, _ in Formatter().parse(template):
        made += _gap(last, literal, of=last) + literal
        piece = "" if name is None else format(values[name], spec or "")
        made += _gap(made, piece, of=piece) + piece
        last = piece
    return made


def _gap(before: str, after: str, *, of: str) -> str:
    """What stands between two texts. `of`: the one of them that fills a place."""
    edge = before[-1:] + after[:1]
    is_number = edge.strip("0123456789") != edge and (_NUMBER.fullmatch(of) or _CHINESE.search(of))
    return " " if _MEETS.fullmatch(edge) and not is_number else ""


def _said(value: Any, language: str) -> Any:
    if isinstance(value, Text):
        return value.said(language)
    if isinstance(value, dict):
        return title_in(value, language)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ("、" if language != "en" else ", ").join(str(_said(one, language)) for one in value)
    return value
