"""Where a setting comes from: which place wins, and that each place can set each of them."""

from pathlib import Path

import pytest

from tests.unit.settings.builders import SAMPLES, given, keys, value_of, variable
from triage.settings import Settings

ONE_VALUE = {"kafka.client"}
"""Settings with one allowed value, which is the default."""


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ((), 9108),
        (("file",), 1),
        (("environment",), 2),
        (("flag",), 3),
        (("file", "environment"), 2),
        (("file", "flag"), 3),
        (("environment", "flag"), 3),
        (("file", "environment", "flag"), 3),
    ],
)
def test_a_flag_outranks_the_environment_the_environment_the_file_and_the_file_the_default(
    tmp_path: Path, layers: tuple[str, ...], expected: int
) -> None:
    """Of all places that name a setting the highest one counts."""
    settings = given(
        tmp_path,
        "[http]\nport = 1\n" if "file" in layers else None,
        {"TRIAGE_HTTP__PORT": "2"} if "environment" in layers else None,
        {"http.port": 3} if "flag" in layers else None,
    )
    assert settings.http.port == expected


def test_places_complete_each_other_within_a_table(tmp_path: Path) -> None:
    """A higher place that names one key of a table leaves the table's other keys as the lower ones have them."""
    file = '[kafka]\ngroup_id = "file"\ntopic_events = "file"\ntopic_alerts = "file"\n'
    environment = {"TRIAGE_KAFKA__GROUP_ID": "environment", "TRIAGE_KAFKA__TOPIC_EVENTS": "environment"}
    kafka = given(tmp_path, file, environment, {"kafka.group_id": "flag"}).kafka
    assert (kafka.group_id, kafka.topic_events, kafka.topic_alerts, kafka.topic_decisions) == (
        "flag", "environment", "file", "complaints.decisions",
    )  # fmt: skip


def test_a_flag_that_was_not_given_decides_nothing(tmp_path: Path) -> None:
    """None stands for no flag; a flag of zero is a flag."""
    settings = given(tmp_path, "[http]\nport = 1\n", None, {"http.port": None, "notices.per_minute": 0})
    assert (settings.http.port, settings.notices.per_minute) == (1, 0)


def test_every_setting_has_a_sample() -> None:
    """The next two tests leave no setting out."""
    assert set(SAMPLES) == set(keys())


@pytest.mark.parametrize("key", SAMPLES)
def test_each_setting_is_read_from_the_environment(tmp_path: Path, key: str) -> None:
    """TRIAGE_<TABLE>__<KEY> sets it, to what the same text in a flag sets it to."""
    settings = given(tmp_path, environment={variable(key): SAMPLES[key]})
    text = SAMPLES[key]
    assert value_of(settings, key) == value_of(
        given(tmp_path, flags={key: text.split(",") if key == "run.roles" else text}), key
    )
    assert (value_of(settings, key) != value_of(Settings(), key)) == (key not in ONE_VALUE)


@pytest.mark.parametrize("key", SAMPLES)
def test_each_setting_is_read_from_the_file(tmp_path: Path, key: str) -> None:
    """A key of a table of the TOML file sets it, to what the environment sets it to."""
    table, name = key.split(".")
    text = SAMPLES[key]
    written = text if key in ("sla.max_hold", "notices.per_minute", "http.port", "backfill.before") else f'"{text}"'
    if key == "run.roles":
        written = str(text.split(","))
    settings = given(tmp_path, f"[{table}]\n{name} = {written}\n")
    assert value_of(settings, key) == value_of(given(tmp_path, environment={variable(key): text}), key)
