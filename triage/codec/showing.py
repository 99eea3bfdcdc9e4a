"""What a fault may show of what it found: a slip is recognised by it, a person is not."""

import re

CODE = re.compile(r"[\w.:+/-]{1,40}", re.ASCII)
"""How words of closed sets are written, and misspelt."""

MOST_DIGITS = 4
"""More may be a telephone number, a date of birth or the number of an identity card."""

DATED = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([T ][\d:.+Zz-]*)?")


OUR_NAME = re.compile(r"[\w:/.% -]{1,80}", re.ASCII)
"""How clocks and limits are named, in the files and by events."""

LIMIT = re.compile(r"\d{1,4} {1,9}[A-Za-z]+( [A-Za-z]+)?")
"""An amount and a unit, which may be misspelt: `30 calender days`."""


def is_our_name(text: str) -> bool:
    """Whether it may name something of the service's, and nobody."""
    return OUR_NAME.fullmatch(text) is not None and sum(map(str.isdigit, text)) <= MOST_DIGITS


def shown_limit(text: str) -> str:
    """The limit that an event asks for, when it looks like one, else how long it is."""
    return text if LIMIT.fullmatch(text) else shown(text)


def shown(text: str, *, dates: bool = False) -> str:
    """The text when it looks like a code word, else how long it is. `dates`: where an instant is wanted, what looks
    like one is shown too."""
    is_code = CODE.fullmatch(text) is not None and sum(map(str.isdigit, text)) <= MOST_DIGITS
    if is_code or (dates and DATED.fullmatch(text)):
        return text
    return f"a text of {len(text)} characters"


def shown_key(key: str) -> str:
    """A field's name, which a sender may choose freely."""
    return key if shown(key) == key else "…"
