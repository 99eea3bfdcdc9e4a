"""What the YAML parser could not read, in our words: its own are for programmers and in English only."""

import yaml

from triage.wording.text import Text, say

_COLON = (say("a key without a colon"), say("write `key: value`, with a space behind the colon"))
_NO_VALUE = (
    say("a character that cannot begin a value"),
    say("put the text in quotes; indent with spaces"),
)
_ESCAPE = (
    say("a backslash that means nothing in double quotes"),
    say("put the text in single quotes, or write the backslash twice"),
)
_NAMES = (say("a text that begins with a sign of YAML's own"), say("put the text in quotes"))
_OTHER = (say("this line cannot be read"), say("look at the indentation and the quotes of the line above too"))

_WORDS: dict[str, tuple[Text, Text]] = {
    "could not find expected ':'": _COLON,
    "mapping values are not allowed in this context": (
        say("a colon where no key can stand"),
        say('indent keys of one mapping alike; put a text that holds ": " in quotes'),
    ),
    "did not find expected key": (say("indentation that fits no mapping"), say("indent keys of one mapping alike")),
    "did not find expected '-' indicator": (
        say("indentation that fits no list"),
        say("begin each entry of the list with `- `"),
    ),
    "block sequence entries are not allowed in this context": (
        say("a list entry where none can stand"),
        say("begin each entry of the list with `- ` in a line of its own"),
    ),
    "did not find expected ',' or ']'": (
        say("a list that is not closed"),
        say("separate entries by commas and end with `]`"),
    ),
    "did not find expected ',' or '}'": (
        say("a mapping that is not closed"),
        say("separate keys by commas and end with `}}`"),
    ),
    "found unexpected end of stream": (
        say("a text in quotes that is not closed"),
        say("end it with the same quote"),
    ),
    "found unexpected document indicator": (
        say("a text in quotes that is not closed"),
        say("end it with the same quote"),
    ),
    "did not find expected node content": (
        say("a comma or bracket where a value should stand"),
        say("put the text in quotes, or take the sign out"),
    ),
    "found character that cannot start any token": _NO_VALUE,
    "found a tab character where an indentation space is expected": (
        say("a tab in the indentation"),
        say("indent with spaces"),
    ),
    "found unknown escape character": _ESCAPE,
    "did not find expected hexdecimal number": _ESCAPE,
    "found invalid Unicode character escape code": _ESCAPE,
    "found unknown directive name": _NAMES,
    "did not find expected alphabetic or numeric character": _NAMES,
    "found undefined tag handle": _NAMES,
    "did not find expected comment or line break": (
        say("more behind a `|` or `>` than may stand there"),
        say("put the text in quotes, or begin it in the next line"),
    ),
}
"""The parser's words to ours, with a hint."""


def problem_of(error: yaml.MarkedYAMLError) -> tuple[Text, Text]:
    """What is wrong and what to do, whatever the parser calls it."""
    return _WORDS.get(error.problem or "", _OTHER)
