"""The JSON Schemas that editors use agree with the loader on the shipped rules, and mark common slips."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.rules.shipped import RULES
from triage.rulebook.decide import CompiledRulebook
from triage.service.schemas import SCHEMA_FILES, schema_of


class EditorLoader(yaml.SafeLoader):
    """Values as editors read them: YAML 1.2, where only true and false are booleans and a date is a text."""


EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rpartition(":")[2] in ("int", "float", "null")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
EditorLoader.add_implicit_resolver("tag:yaml.org,2002:bool", yaml.SafeLoader.yaml_implicit_resolvers["t"][0][1], "tf")


def as_editor(text: str) -> Any:
    return yaml.load(text, EditorLoader)


def files() -> Iterator[tuple[Path, str]]:
    """Every shipped file with the schema that its first line names."""
    for path in sorted(RULES.rglob("*.yaml")):
        yield path, path.read_text(encoding="utf-8").partition("\n")[0].rpartition("/")[2]


@pytest.fixture(scope="module")
def schemas(rules: CompiledRulebook) -> dict[str, Draft202012Validator]:
    made = {name: schema_of(what, rules) for name, what in SCHEMA_FILES.items()}
    for schema in made.values():
        Draft202012Validator.check_schema(schema)
    return {name: Draft202012Validator(schema) for name, schema in made.items()}


@pytest.mark.parametrize(("path", "schema"), list(files()), ids=lambda one: str(one).removeprefix(f"{RULES}/"))
def test_no_shipped_file_is_marked(path: Path, schema: str, schemas: dict[str, Draft202012Validator]) -> None:
    errors = [f"{error.json_path}: {error.message[:200]}" for error in schemas[schema].iter_errors(
        as_editor(path.read_text(encoding="utf-8"))
    )]  # fmt: skip
    assert errors == []


RULE = """
rules:
  - id: one
    title: {en: One}
    why: because
    when: WHEN
    then: THEN
    examples: [{given: {channel: phone}, expect: {fires: true}}]
"""
SOUND = [
    "always",
    "{channel: phone}",
    "{channel: [phone, email]}",
    "{causes: {contains: surrender}, any: [{group_size: {at_least: 3}}, {description: {mentions: elderly}}]}",
    "{none: {amount_disputed: {between: [1 CNY, 2.5 CNY]}}, received_at: {known: true}}",
    "{customer.birth_date: {less_than: 1950-01-01}}",
]
SLIPS = [
    "{chanel: phone}",
    "{channel: phnoe}",
    "{causes: surrender}",
    "{causes: {contians: surrender}}",
    "{amount_disputed: {at_least: 50000}}",
    "{group_size: {at_least: three}}",
    "{group_size: {between: [1]}}",
    "{followup.satisfied: yes}",
    "{}",
    "sometimes",
]


def is_good(schema: Draft202012Validator, when: str, then: str = "{priority: high}") -> bool:
    return bool(schema.is_valid(as_editor(RULE.replace("WHEN", when).replace("THEN", then))))


@pytest.mark.parametrize("when", SOUND)
def test_a_sound_condition_is_not_marked(when: str, schemas: dict[str, Draft202012Validator]) -> None:
    assert is_good(schemas["rules.schema.json"], when)


@pytest.mark.parametrize("when", SLIPS)
def test_a_slip_in_a_condition_is_marked(when: str, schemas: dict[str, Draft202012Validator]) -> None:
    assert not is_good(schemas["rules.schema.json"], when)


def test_names_are_offered_and_new_ones_not_marked(schemas: dict[str, Draft202012Validator]) -> None:
    schema = schemas["rules.schema.json"]
    then = schema.schema["properties"]["rules"]["items"]["properties"]["then"]["properties"]
    assert "claims-assessment" in then["department"]["anyOf"][0]["enum"]
    assert is_good(schema, "always", "{department: brand-new}")
    assert not is_good(schema, "always", "{departement: coordination}")
