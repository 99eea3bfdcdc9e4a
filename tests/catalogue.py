"""The catalogue of faults as pages of the reference, made from the texts of the service and from planted faults."""

from pathlib import Path

from tests.unit.rulebook_load.provoked import examples
from triage.rulebook.catalogue import SECTIONS
from triage.rulebook.catalogue_files import Entry
from triage.wording.text import say

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"
PAGES = {"faults.md": "en", "faults.zh-Hant.md": "zh-Hant", "faults.zh-Hans.md": "zh-Hans"}
"""The pages, and their languages."""

BEGIN = "<!-- the catalogue, made by `python -m tests.blocks` -->\n"
LONGEST = 70
GUIDE = {"en": "the guide to writing rules", "zh-Hant": "規則撰寫指南", "zh-Hans": "规则撰写指南"}
"""How advice calls the guide, which is linked."""

HEADINGS = {
    "en": ("code", "meaning", "what to do", "for example"),
    "zh-Hant": ("代碼", "意思", "怎麼做", "例如"),
    "zh-Hans": ("代码", "意思", "怎么做", "例如"),
}


def page_text(name: str) -> str:
    """The page with its catalogue made anew; what stands above it is written by hand."""
    written = (REFERENCE / name).read_text(encoding="utf-8")
    above, begin, _ = written.partition(BEGIN)
    assert begin, f"{name} has no place for the catalogue"
    return above + begin + _catalogue(PAGES[name])


def _catalogue(language: str) -> str:
    return "".join(_section(str(title.said(language)), entries, language) for title, entries in SECTIONS)


def _section(title: str, entries: dict[str, Entry], language: str) -> str:
    rows = [_row(code, entry, language) for code, entry in entries.items()]
    head = f"| {' | '.join(HEADINGS[language])} |\n|---|---|---|---|\n"
    return f"\n## {title}\n\n{head}{''.join(rows)}"


def _row(code: str, entry: Entry, language: str) -> str:
    advice = entry.advice.said(language).replace(GUIDE[language], f"[{GUIDE[language]}](../how-to/write-rules.md)")
    cells = [f"`{code}`", entry.meaning.said(language), advice, _example(code, language)]
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _example(code: str, language: str) -> str:
    """The line of a planted fault and what is said about it."""
    found = examples().get(code)
    if found is None or not found.line_text.isprintable():
        return ""
    message = found.message.said(language)
    line = found.line_text.strip()
    if not line or len(line) > LONGEST:
        return message
    quote = "``" if "`" in line else "`"
    return say("{message}: {about}", message=f"{quote}{line}{quote}", about=message).said(language)
