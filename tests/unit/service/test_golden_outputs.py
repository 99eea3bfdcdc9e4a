"""Every output keeps its shape: whoever changes one changes its golden file, and this test says so until then."""

import json
from typing import Any

import jsonschema
import pytest

from monitors.notices.message import TOPIC_OF
from monitors.notices.outputs import OUTPUTS, DeadLetterHeaders
from tests.golden import DEAD_LETTER, FOLDER, SCENARIOS, text_of
from triage.service.output_schemas import outputs_schema

CHECK = jsonschema.Draft202012Validator(outputs_schema())


def golden(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{kind}.json").read_text(encoding="utf-8"))
    return found


def test_every_output_has_a_golden_file_and_a_type() -> None:
    """A new output cannot be forgotten."""
    assert set(SCENARIOS) == set(OUTPUTS) == set(TOPIC_OF)
    assert {path.stem for path in FOLDER.glob("*.json")} == {*SCENARIOS, DEAD_LETTER}


@pytest.mark.parametrize("kind", [*SCENARIOS, DEAD_LETTER])
def test_an_output_is_as_its_golden_file_says(kind: str) -> None:
    """Byte by byte, keys in their order; `python -m tests.golden` writes the files anew."""
    assert text_of(kind) == (FOLDER / f"{kind}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", SCENARIOS)
def test_the_schema_describes_every_field_of_the_example(kind: str) -> None:
    """The example is valid, says every field of its type, and is invalid without any of them."""
    example = golden(kind)
    CHECK.validate(example)
    assert list(example["data"]) == list(OUTPUTS[kind].__struct_fields__)
    required = {field for field in example["data"] if not CHECK.is_valid(_without(example, field))}
    assert required >= set(OUTPUTS[kind].__struct_fields__[: -len(OUTPUTS[kind].__struct_defaults__) or None])


def _without(example: dict[str, Any], field: str) -> dict[str, Any]:
    return example | {"data": {key: value for key, value in example["data"].items() if key != field}}


@pytest.mark.parametrize(("field", "wrong"), [("because", "whim"), ("cycle", "1"), ("due_at", 5)])
def test_the_schema_refuses_what_is_never_sent(field: str, wrong: object) -> None:
    """A word outside the list, a text for a number, a number for an instant."""
    example = golden("complaint.deadline_set")
    assert not CHECK.is_valid(example | {"data": example["data"] | {field: wrong}})


def test_a_dead_letter_has_the_headers_of_its_type() -> None:
    """Beside its own; that of the whole's digest only when it had to be cut."""
    names = {name for name in golden(DEAD_LETTER)["headers"] if name.startswith("dlq_")}
    assert names == set(DeadLetterHeaders.__struct_fields__) - {"dlq_sha256"}
