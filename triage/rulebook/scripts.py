"""In which script a text is written, and the same text in the other Chinese script."""

from functools import lru_cache
from typing import Any

import opencc

from triage.rulebook.terms import has_chinese

TRADITIONAL, SIMPLIFIED, EITHER, LATIN = "traditional", "simplified", "either", "latin"
"""`either`: Chinese characters that both scripts share. `latin`: anything without Chinese characters."""


@lru_cache(maxsize=2)
def _converter(direction: str) -> Any:
    return opencc.OpenCC(direction)  # simplified to traditional takes 40 ms to load: only when it is asked for


def script_of(text: str) -> str:
    """One of the four. A text in both scripts counts as traditional."""
    if not has_chinese(text):
        return LATIN
    if _converter("t2s").convert(text) != text:
        return TRADITIONAL
    return SIMPLIFIED if _converter("s2t").convert(text) != text else EITHER


def in_other_script(text: str) -> tuple[str, str] | None:
    """The other script and the text in it; None when both write the text alike."""
    script = script_of(text)
    if script == TRADITIONAL:
        return SIMPLIFIED, _converter("t2s").convert(text)
    return (TRADITIONAL, _converter("s2t").convert(text)) if script == SIMPLIFIED else None
