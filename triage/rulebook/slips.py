"""Lines that the parser cannot read, as they were probably meant: slips that are made often."""

import re
from collections.abc import Iterator, Sequence

import yaml

_NO_SPACE = re.compile(r"([ -]*[\w.-]+):([^\s:/].*)")
"""A key and its value with nothing between them but the colon."""

_PLAIN_VALUE = re.compile(r"([ -]*[\w.-]+: +)([^\s\"'\[{|>#&*!][^'\"]*[^\s'\"])\s*")
"""A key and a value without quotes."""

_ESCAPED_VALUE = re.compile(r"([ -]*[\w.-]+: +)\"([^\"']*)\"(\s*)")
"""A key and a value in double quotes."""

LINES_BACK = 3


def readable_forms(lines: Sequence[str], error: yaml.MarkedYAMLError) -> Iterator[tuple[int, str]]:
    """Indices of lines that may have stopped the parser, and what may have been meant by them, the likeliest first."""
    problem, context = (mark.line if mark else 0 for mark in (error.problem_mark, error.context_mark))
    for line in dict.fromkeys((problem, context)):
        if line < len(lines):
            yield from ((line, form) for form in _forms(lines[line]))
    end = _missing_end(lines, error)
    behind = range(problem - 1, max(context, problem - LINES_BACK - 1), -1) if end and end in "]}" else ()
    for line in dict.fromkeys((*behind, context)) if end else ():
        if lines[line].strip():
            yield line, lines[line].rstrip().removesuffix(",") + end


def _forms(line: str) -> Iterator[str]:
    if match := _NO_SPACE.fullmatch(line):
        yield f"{match[1]}: {match[2]}"
    if match := _PLAIN_VALUE.fullmatch(line):
        quote = "'" if "\\" in match[2] else '"'
        yield f"{match[1]}{quote}{match[2]}{quote}"
    if match := _ESCAPED_VALUE.fullmatch(line):
        yield f"{match[1]}'{match[2]}'{match[3]}"


def _missing_end(lines: Sequence[str], error: yaml.MarkedYAMLError) -> str:
    """The sign that may be missing at the end of a line."""
    mark, problem = error.context_mark, error.problem or ""
    if error.context == "while scanning a quoted scalar" and mark and mark.line < len(lines):
        return lines[mark.line][mark.column : mark.column + 1]
    return next((end for end in "]}" if f"'{end}'" in problem), "")


def origins_of(line: str, form: str) -> list[int]:
    """For each character of the form, and its end, the column from 0 that it has in the line."""
    if len(line) == len(form):
        return list(range(len(line) + 1))
    origins, column = [], 0
    for character in form:
        origins.append(column)
        column += line[column : column + 1] == character
    return [*origins, len(line)]
