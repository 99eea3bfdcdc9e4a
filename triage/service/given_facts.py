"""Facts as somebody types them at the command line: `channel=phone`."""

from collections.abc import Mapping, Sequence
from typing import Any

from triage.domain.facts import FactSpec, FactType
from triage.errors import WrongSettings
from triage.rulebook.facts import as_written
from triage.rulebook.faults import suggestion
from triage.wording.text import Text

WRITTEN_AS = {
    FactType.NUMBER: "a number",
    FactType.WHOLE: "a whole number",
    FactType.MONEY: "an amount with its currency, such as 50000 CNY",
    FactType.YES_NO: "true or false",
    FactType.DATE: "a date, such as 2026-03-02",
    FactType.INSTANT: "an instant with its offset, such as 2026-03-02T10:00+08:00",
    FactType.TEXT: "a text",
    FactType.TEXTS: "texts, such as a|b",
}


def given_facts(facts: Mapping[str, FactSpec], pairs: Sequence[str]) -> dict[str, Any]:
    """Typed values by fact. A list fact takes several, separated by `|` or given again. Raises WrongSettings with every
    fault."""
    found: dict[str, Any] = {}
    faults: list[str] = []
    for pair in pairs:
        name, equals, text = pair.partition("=")
        spec = facts.get(name)
        if not equals:
            faults.append(f"--given {pair}: write it as fact=value")
        elif name == "description":
            faults.append("--given description: the description is the text that is tried")
        elif spec is None:
            faults.append(_with_hint(f"--given {name}: there is no such fact", suggestion(name, facts)))
        else:
            faults += _read(spec, text.strip(), found)
    if faults:
        raise WrongSettings(faults)
    return found


def _read(spec: FactSpec, text: str, found: dict[str, Any]) -> list[str]:
    """Take in one value; gives its faults."""
    parts = [part.strip() for part in text.split("|")] if spec.type is FactType.TEXTS else [text]
    values = spec.values or ()
    strange = [part for part in parts if values and part not in values]
    if strange:
        unknown = f"--given {spec.name}: there is no value"
        return [_with_hint(f"{unknown} {part or '(nothing)'}", suggestion(part, values)) for part in strange]
    value = as_written(spec, parts if spec.type is FactType.TEXTS else text)
    if value is None:
        return [f"--given {spec.name}: {text or '(nothing)'} is not {WRITTEN_AS[spec.type]}"]
    found[spec.name] = (*found.get(spec.name, ()), *value) if spec.type is FactType.TEXTS else value
    return []


def _with_hint(fault: str, hint: Text) -> str:
    return f"{fault}: {hint}" if hint else fault
