"""The rule files of a folder as pages and nodes, sorted by what stands in them and by the pack that they belong to."""

from collections.abc import Collection, Iterator, Mapping

import msgspec

from triage.rulebook.nodes import ABSENT, Node, Scalar, Sequence
from triage.rulebook.nodes import Mapping as MappingNode
from triage.rulebook.page import Page
from triage.rulebook.sheets import TEXT_TABLE, WORKBOOK, Sheet, open_csv
from triage.rulebook.syntax import open_page
from triage.rulebook.workbooks import open_workbook
from triage.wording.text import say

RULEBOOK_FILE, FACTS_FILE = "rulebook.yaml", "facts.yaml"
TABLES = "tables"
FOLDERS = ("terms", "triage", TABLES, "sla", "calendars")
PACKS = "packs"
SIDECAR = ".table.yaml"


class TableFiles(msgspec.Struct):
    """The two files of a decision table. `path`: of both, without their endings. `sheet`, `sidecar`: None and ABSENT
    where the file is missing or could not be read; the pages tell which. `pack`: empty for the rulebook's own."""

    path: str
    pack: str
    sheet_page: Page | None = None
    sheet: Sheet | None = None
    sidecar_page: Page | None = None
    sidecar: Node = ABSENT


class RuleFiles:
    """Every file opened once. `packs`: those that rulebook.yaml lists and that have files. `unlisted`: packs that it
    does not list, with a page of theirs; their files are not opened."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.pages: list[Page] = []
        self.packs: set[str] = set()
        self.unlisted: dict[str, Page] = {}
        self.rulebook_node: Node = ABSENT
        self.facts_node: Node = ABSENT
        self._nodes: dict[str, list[tuple[str, Node]]] = {folder: [] for folder in FOLDERS}
        self._tables: dict[str, TableFiles] = {}
        self._broken: set[str] = set()
        if RULEBOOK_FILE in files:
            self._open(RULEBOOK_FILE, files[RULEBOOK_FILE], ())
        listed = _listed(self.rulebook_node)
        for path in sorted(files.keys() - {RULEBOOK_FILE}):
            self._open(path, files[path], listed)

    def page(self, path: str) -> Page:
        """A page for findings about a file that is not read."""
        page = Page(path, "")
        self.pages.append(page)
        return page

    def nodes(self, folder: str) -> Iterator[tuple[str, Node]]:
        """Pack (empty for the rulebook's own) and content of each file of a folder."""
        return iter(self._nodes[folder])

    def tables(self) -> list[TableFiles]:
        """The files of each decision table, in the order of their paths."""
        return [self._tables[path] for path in sorted(self._tables)]

    def is_broken(self, what: str) -> bool:
        """Whether a file of the folder, or this file, could not be parsed: what it declares is not known."""
        if what == TABLES and any(one.sheet is None or one.sidecar is ABSENT for one in self._tables.values()):
            return True
        return what in self._broken

    def _open(self, path: str, content: bytes, listed: Collection[str]) -> None:
        pack, folder = _place(path)
        if pack and folder not in FOLDERS:
            folders = tuple(f"{PACKS}/{pack}/{one}" for one in FOLDERS)
            advice = say("move it to one of {folders}", folders=folders)
            self.page(path).add("misplaced-file", 1, 1, say("no rule file is read here"), advice)
            return
        if pack and pack not in listed:
            if pack not in self.unlisted:
                self.unlisted[pack] = self.page(path)
            return
        if pack:
            self.packs.add(pack)
        if folder == TABLES:
            self._open_table(path, pack, content)
            return
        page, node = open_page(path, content)
        self._keep(page, path if path in (RULEBOOK_FILE, FACTS_FILE) else folder)
        if node is not None:
            self._sort(path, pack, folder, node)

    def _keep(self, page: Page, part: str) -> None:
        self.pages.append(page)
        if page.broken:
            self._broken.add(part)

    def _open_table(self, path: str, pack: str, content: bytes) -> None:
        """A file of cells or a sidecar; the two of one table find each other by their names."""
        ending = next((one for one in (TEXT_TABLE, WORKBOOK, SIDECAR) if path.endswith(one)), None)
        if ending is None:
            hint = say("here stand NAME.csv or NAME.xlsx, each with NAME.table.yaml")
            self.page(path).add("misplaced-file", 1, 1, say("no rule file is read here"), hint)
            return
        name = path.removesuffix(ending)
        table = self._tables.setdefault(name, TableFiles(name, pack))
        if ending == SIDECAR:
            table.sidecar_page, node = open_page(path, content)
            table.sidecar = ABSENT if node is None else node
            self._keep(table.sidecar_page, TABLES)
            return
        if table.sheet_page is not None:
            message = say("{other} is there too", other=table.sheet_page.file)
            self.page(path).add("two-tables", 1, 1, message, say("keep one of them"))
            return
        table.sheet_page, table.sheet = (open_csv if ending == TEXT_TABLE else open_workbook)(path, content)
        self._keep(table.sheet_page, TABLES)

    def _sort(self, path: str, pack: str, folder: str, node: Node) -> None:
        if path == RULEBOOK_FILE:
            self.rulebook_node = node
        elif path == FACTS_FILE:
            self.facts_node = node
        elif folder in FOLDERS:
            self._nodes[folder].append((pack, node))


def _listed(rulebook: Node) -> set[str]:
    """The ids under `packs`, read without noting faults: the loader does that."""
    packs = rulebook.entries.get("packs") if isinstance(rulebook, MappingNode) else None
    listed = packs[1].items if packs and isinstance(packs[1], Sequence) else []
    ids = [one.entries["id"][1] for one in listed if isinstance(one, MappingNode) and "id" in one.entries]
    return {one.text for one in ids if isinstance(one, Scalar)}


def _place(path: str) -> tuple[str, str]:
    """Pack and folder; a file directly under `packs/` has its own name as pack."""
    first, *rest = path.split("/")
    if first != PACKS or not rest:
        return "", first if rest else ""
    return rest[0], rest[1] if len(rest) > 2 else ""
