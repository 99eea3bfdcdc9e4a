"""What can be wrong with the rules directory itself: how to make it so, and what has to be found."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple


class FolderRow(NamedTuple):
    """`make` spoils a sound directory; `expected`: the findings, as `file:line:column code`."""

    name: str
    make: Callable[[Path], object]
    expected: tuple[str, ...]


def write(directory: Path, files: Mapping[str, bytes]) -> Path:
    """The directory with the files in it."""
    for name, content in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return directory


def _put(directory: Path, name: str) -> None:
    write(directory, {name: b"x: y\n"})


def _link(directory: Path, name: str, target: str) -> None:
    (directory / name).symlink_to(target)


def _link_out(directory: Path, name: str) -> None:
    outside = directory.parent / "outside"
    write(outside, {"secret.yaml": b"x: y\n"})
    (directory / name).symlink_to(outside / "secret.yaml" if name.endswith(".yaml") else outside)


def _remove(directory: Path) -> None:
    for path in sorted(directory.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    directory.rmdir()


FOLDER_ROWS = (
    FolderRow("no folder", _remove, (".:1:1 unreadable-folder",)),
    FolderRow(
        "a dangling link",
        lambda folder: _link(folder, "terms/gone.yaml", "nowhere.yaml"),
        ("terms/gone.yaml:1:1 unreadable-file",),
    ),
    FolderRow(
        "a file from outside", lambda folder: _link_out(folder, "terms/out.yaml"), ("terms/out.yaml:1:1 outside-link",)
    ),
    FolderRow("a folder from outside", lambda folder: _link_out(folder, "terms/out"), ("terms/out:1:1 outside-link",)),
    FolderRow("a loop to the top", lambda folder: _link(folder, "terms/loop", ".."), ("terms/loop:1:1 looping-link",)),
    FolderRow(
        "a loop in one folder", lambda folder: _link(folder, "sla/again", "../sla"), ("sla/again:1:1 looping-link",)
    ),
    FolderRow(
        "a link to itself",
        lambda folder: _link(folder, "terms/self.yaml", "self.yaml"),
        ("terms/self.yaml:1:1 looping-link",),
    ),
    FolderRow("a rule file at the top", lambda folder: _put(folder, "more.yaml"), ("more.yaml:1:1 misplaced-file",)),
    FolderRow(
        "a rule file in a folder of its own",
        lambda folder: _put(folder, "extra/more.yaml"),
        ("extra/more.yaml:1:1 misplaced-file",),
    ),
    FolderRow("a table at the top", lambda folder: _put(folder, "matrix.xlsx"), ("matrix.xlsx:1:1 misplaced-file",)),
    FolderRow("a .yml", lambda folder: _put(folder, "terms/more.yml"), ("terms/more.yml:1:1 wrong-ending",)),
    FolderRow("capitals", lambda folder: _put(folder, "terms/more.YAML"), ("terms/more.YAML:1:1 wrong-ending",)),
    FolderRow("a .Yml", lambda folder: _put(folder, "sla/more.Yml"), ("sla/more.Yml:1:1 wrong-ending",)),
    FolderRow(
        "what an editor adds", lambda folder: _put(folder, "sla/m.yaml.txt"), ("sla/m.yaml.txt:1:1 wrong-ending",)
    ),
    FolderRow("a table in capitals", lambda folder: _put(folder, "tables/a.CSV"), ("tables/a.CSV:1:1 wrong-ending",)),
    FolderRow("a .yml at the top", lambda folder: _put(folder, "facts.yml"), ("facts.yml:1:1 wrong-ending",)),
)
