"""One thing said: an English template with named places, filled for a reader of a language."""

from collections.abc import Sequence
from typing import Any

import msgspec

from triage.wording.chinese import CHINESE

LANGUAGES = ("en", "zh-Hant", "zh-Hans")
"""The languages of people who read what we say; the first is that of the templates."""

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
        template = self.template
        if language != "en" and template in CHINESE:
            template = CHINESE[template][LANGUAGES.index(language) - 1]
        return template.format_map({name: _said(value, language) for name, value in self.values})


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


def _said(value: Any, language: str) -> Any:
    if isinstance(value, Text):
        return value.said(language)
    if isinstance(value, dict):
        return title_in(value, language)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ("、" if language != "en" else ", ").join(str(_said(one, language)) for one in value)
    return value
