"""Rule folders alone, without what a store or a broker needs: a verb that only reads rules starts at once."""

from pathlib import Path

from triage.adapters.rules_folder import scan
from triage.errors import FaultyRules
from triage.rulebook.decide import CompiledRulebook
from triage.service.release import compile_files


def shipped_rules() -> Path:
    """The rulebook that ships with the package: inside it in a wheel, at the top of a checkout."""
    inside = Path(__file__).parent.parent / "shipped_rules"
    return inside if inside.is_dir() else Path(__file__).parent.parent.parent / "rules"


def compiled_folder(directory: Path | None, language: str = "en") -> CompiledRulebook:
    """The folder's rulebook, the shipped one when None, ready to decide. Raises FaultyRules, with the faults in the
    language."""
    return sound_folder(directory, language)[0]


def sound_folder(directory: Path | None, language: str = "en") -> tuple[CompiledRulebook, dict[str, bytes]]:
    """As `compiled_folder`, and its files. Raises FaultyRules."""
    files = files_of(directory, language)
    return compile_files(files, language), files


def files_of(directory: Path | None, language: str = "en") -> dict[str, bytes]:
    """The rule files of the folder, the shipped one when None. Raises FaultyRules: what is wrong with the folder, in
    the language."""
    found = scan(directory or shipped_rules())
    if found.findings:
        raise FaultyRules([finding.said(language) for finding in found.findings])
    return dict(found.files)
