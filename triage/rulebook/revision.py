"""The name of a rulebook's content."""

import hashlib
from collections.abc import Mapping

from triage.rulebook.sheets import WORKBOOK


def revision(files: Mapping[str, bytes]) -> str:
    """sha256, in hexadecimal, over paths and contents in the order of the paths. Line ends and a byte order mark of
    texts do not matter: the same rules saved on another system are the same revision."""
    digest = hashlib.sha256()
    for path in sorted(files):
        content = files[path]
        if not path.endswith(WORKBOOK):
            content = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
        for part in (path.encode(), content):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()
