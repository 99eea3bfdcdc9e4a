"""Where the shipped rule files are, and faults put into a copy of them to see that somebody notices."""

from pathlib import Path

RULES = Path(__file__).parent.parent.parent / "rules"


def planted(files: dict[str, bytes], file: str, old: str, new: str) -> dict[str, bytes]:
    """A copy with the first such text of a file replaced."""
    text = files[file].decode()
    assert old in text
    return files | {file: text.replace(old, new, 1).encode()}
