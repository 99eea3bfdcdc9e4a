"""The catalogue of what can be wrong with rule files: every code, what it means and what to do about it.

A new code is one entry in the part that it belongs to, and its Chinese in `triage.wording.chinese`; the pages of the
reference are made from here (`python -m tests.blocks`).
"""

from triage.rulebook.catalogue_files import FOLDER, TEXT, VALUES, Entry
from triage.rulebook.catalogue_meaning import POLICIES, RULES
from triage.rulebook.catalogue_tables import TABLES
from triage.rulebook.catalogue_warnings import WARNINGS
from triage.wording.text import Text, say

SECTIONS: tuple[tuple[Text, dict[str, Entry]], ...] = (
    (say("The folder"), FOLDER),
    (say("Text and YAML"), TEXT),
    (say("Keys and values"), VALUES),
    (say("Rules and term lists"), RULES),
    (say("Decision tables"), TABLES),
    (say("Policies and calendars"), POLICIES),
    (say("What the rules say without meaning to"), WARNINGS),
)
"""The catalogue as people read it: titled parts."""

CODES: dict[str, Entry] = {code: entry for _, entries in SECTIONS for code, entry in entries.items()}
"""Every code. Closed: a code that is not here cannot be reported."""
