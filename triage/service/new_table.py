"""A new decision table, ready to be filled: header, one row as an example, and a sidecar. It is out of force until its
author says otherwise, so that a folder that is watched does not change a decision by it."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence

import msgspec

from triage.errors import Refused, WrongSettings
from triage.rulebook.columns import Column, HeaderReader
from triage.rulebook.load import load
from triage.rulebook.model import Rulebook
from triage.rulebook.nodes import Page
from triage.rulebook.read_conditions import ConditionReader
from triage.rulebook.rule_files import SIDECAR, TABLES
from triage.rulebook.schema import NOTE, ROW, THEN_MARK
from triage.rulebook.sheets import TEXT_TABLE, WORKBOOK, Cell, Row
from triage.rulebook.words import Words
from triage.service.new_workbook import workbook
from triage.service.release import compile_files
from triage.service.table_samples import Given, Samples
from triage.wording.text import Text, say

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_BARE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:/-]*( [A-Z]{3})?")
_FIRST_ROW = "2"
SCHEMA_VERB = "triage schema tables > schemas/tables.schema.json"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted. `facts`: header cells that test, as in `customer.age at_least`. `thens`: keys of `then`.
    `as_workbook`: XLSX, else CSV. `language`: of what is said to the author."""

    name: str
    facts: tuple[str, ...]
    thens: tuple[str, ...]
    as_workbook: bool
    language: str


def new_table(files: Mapping[str, bytes], order: Order) -> dict[str, bytes]:
    """The two files of the table, by path in the rules folder, the cells first. `files`: what is there. Raises
    WrongSettings, FaultyRules when the folder has faults, Refused when the table would have one."""
    book = compile_files(dict(files)).rulebook
    _check_name(files, book, order.name)
    columns = _columns(book, order)
    samples = Samples(book, columns, order.name)
    cells = ["", *map(samples.cell, columns), ""]
    header = [ROW, *(column.header for column in columns), NOTE]
    path = f"{TABLES}/{order.name}"
    if order.as_workbook:
        made = {path + WORKBOOK: workbook(header, cells, samples.helps())}
    else:
        made = {path + TEXT_TABLE: _csv([header, cells])}
    made[path + SIDECAR] = _sidecar(book, samples, order).encode()
    faults = [str(one) for one in load({**files, **made}).findings if one.is_fault]
    if faults:
        raise Refused(faults)
    return made


def _check_name(files: Mapping[str, bytes], book: Rulebook, name: str) -> None:
    if not _NAME.fullmatch(name):
        raise WrongSettings([f"{name!r} cannot be the name of a table: letters, digits, - _ . and no spaces"])
    taken = [one for one in (TEXT_TABLE, WORKBOOK, SIDECAR) if f"{TABLES}/{name}{one}" in files]
    if taken:
        raise WrongSettings([f"{TABLES}/{name}{taken[0]} is there already; nothing was written"])
    if name in book.tables:
        raise WrongSettings([f"the table {name} is there already: {book.tables[name].file}; nothing was written"])


def _columns(book: Rulebook, order: Order) -> list[Column]:
    """The header, checked by the one that reads it later. Raises WrongSettings with every fault."""
    page = Page("", "")
    words = Words(facts=book.vocabulary.facts, facts_known=True)
    reader = HeaderReader(page, words, ConditionReader(words, words.facts, closed=True))
    headers = [*order.facts, *(THEN_MARK + one.removeprefix(THEN_MARK) for one in order.thens)]
    columns = reader.read(Row(1, tuple(Cell(text, 1, number) for number, text in enumerate(headers, start=1))))
    if page.findings:
        raise WrongSettings([f"{one.message} ({one.hint})" if one.hint else str(one.message) for one in page.findings])
    return columns


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    """With the mark by which Excel knows UTF-8."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _sidecar(book: Rulebook, samples: Samples, order: Order) -> str:
    def said(text: Text) -> str:
        return text.said(order.language)

    titles = ", ".join(f"{language}: {order.name}" for language in book.languages)
    silent = samples.silent()
    return "\n".join(
        [
            "# yaml-language-server: $schema=../schemas/tables.schema.json",
            f"# {said(say('The schema for an editor: {verb}', verb=SCHEMA_VERB))}",
            f"id: {order.name}",
            f"title: {{{titles}}} # {said(say('what the table is about'))}",
            f"why: {json.dumps(said(say('Why it is so.')), ensure_ascii=False)}",
            f"hit: first # {said(say('first: only the first row that fits counts; all: every row that fits'))}",
            f"status: disabled # {said(say('delete this line when the table is filled; before, it changes nothing'))}",
            "examples:",
            f"  - given: {_flow(samples.firing())}",
            f"    expect: {{fires: true, row: {_FIRST_ROW}}}",
            *([f"  - given: {_flow(silent)}", "    expect: {fires: false}"] if silent is not None else []),
            "",
        ]
    )


def _flow(given: Given) -> str:
    """Facts as a mapping on one line."""
    return "{" + ", ".join(f"{fact}: {_written(value)}" for fact, value in given.items()) + "}"


def _written(value: str | tuple[str, ...]) -> str:
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_written, value)) + "]"
    return value if _BARE.fullmatch(value) else json.dumps(value, ensure_ascii=False)
