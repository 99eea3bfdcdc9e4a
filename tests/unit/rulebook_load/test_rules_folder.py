"""The rules directory on disk: what is read, what is passed over in silence, what is refused."""

import os
from pathlib import Path

import pytest

from tests.builders_rules import places, sound_rules
from tests.unit.rulebook_load.folders import FOLDER_ROWS, FolderRow, write
from triage.adapters.rules_folder import LARGEST, scan
from triage.rulebook.load import load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "rules", sound_rules())


def test_a_sound_folder_is_read_as_it_is(folder: Path) -> None:
    """Every rule file comes with its path from the top and its bytes, and nothing is found."""
    found = scan(folder)
    assert found.files == sound_rules()
    assert found.findings == ()


@pytest.mark.parametrize("row", FOLDER_ROWS, ids=lambda row: row.name)
def test_what_is_wrong_with_the_folder_is_told(folder: Path, row: FolderRow) -> None:
    """Each fault of the folder is found at its file, alone, and the sound files are read all the same."""
    row.make(folder)
    found = scan(folder)
    assert places(found.findings) == list(row.expected)
    if folder.exists():
        assert found.files == sound_rules()


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.yaml", ".git/config.yaml", "terms/.medical.yaml.swp", "terms/~$medical.xlsx", "terms/medical.yaml~",
        "terms/medical.yaml.swp", "terms/medical.yaml.tmp", "README.md", "notes/plan.txt", "terms/medical.json",
    ],
)  # fmt: skip
def test_leftovers_of_editors_and_other_files_are_passed_over(folder: Path, name: str) -> None:
    """Hidden files, lock files, backups and files of other kinds are no rule files and no faults."""
    write(folder, {name: b"nonsense: ["})
    assert scan(folder) == scan(write(folder.parent / "clean", sound_rules()))


def test_a_link_inside_the_folder_is_followed(folder: Path) -> None:
    """A link to another rule file of the directory stands for that file, a link to the directory itself is fine."""
    (folder / "terms" / "same.yaml").symlink_to("medical.yaml")
    (folder.parent / "current").symlink_to(folder)
    found = scan(folder.parent / "current")
    assert found.findings == ()
    assert found.files["terms/same.yaml"] == sound_rules()["terms/medical.yaml"]


def test_sub_folders_are_read(folder: Path) -> None:
    """Rule files may be sorted into folders below the known ones."""
    write(folder, {"triage/health/more.yaml": b"rules: []"})
    found = scan(folder)
    assert found.findings == ()
    assert "triage/health/more.yaml" in found.files


def test_a_name_that_is_no_text_can_be_told(folder: Path) -> None:
    """Bytes of a name that are not UTF-8, as an archive from elsewhere brings them, are shown by a sign."""
    (folder / os.fsdecode(b"terms/\xd2.yaml")).write_bytes(b"x: y\n")
    found = scan(folder)
    assert "terms/\ufffd.yaml" in found.files
    (folder / os.fsdecode(b"terms/\xff.yml")).write_bytes(b"")
    assert places(scan(folder).findings) == ["terms/\ufffd.yml:1:1 wrong-ending"]


def test_a_huge_file_is_cut_and_then_refused(folder: Path) -> None:
    """Of a file over 1 MiB no more than needed is kept, and the loader refuses it."""
    write(folder, {"terms/huge.yaml": b"#" * (LARGEST + 100)})
    found = scan(folder)
    assert len(found.files["terms/huge.yaml"]) == LARGEST + 1
    assert places(load(found.files).findings) == ["terms/huge.yaml:1:1 too-large"]
