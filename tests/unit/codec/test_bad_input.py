"""Every row of the reference's table "How bad input ends"."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.codec.samples import CODEC, MONEY, REGISTERED, decode, envelope, faulty_paths, raw, vocabulary
from triage.codec.decode import Arrival, Codec, DeadLetter
from triage.domain.facts import FactSpec, FactType, look_up

REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "events.md"
DECIDED_BY_THE_SERVICE = {"duplicate", "id conflict", "event that cannot be applied"}
"""Rows that need the store; here stands only what the codec gives for them."""


def documented() -> dict[str, str]:
    """Row name to its end, out of the reference."""
    table = REFERENCE.read_text(encoding="utf-8").split("| input | end | what happens |")[1]
    rows = [line.split("|") for line in table.splitlines() if line.startswith("| ")]
    return {cells[1].strip(): cells[2].strip() for cells in rows}


def reg(**changes: Any) -> bytes:
    data = {key: value for key, value in (REGISTERED | changes).items() if value is not ...}
    return raw("complaint.registered", data)


def amended(change: Any) -> bytes:
    return raw("complaint.amended", {"patch": change})


def cut_in(old: bytes, new: bytes) -> bytes:
    """A sound event with some bytes exchanged."""
    sound = raw(data={"channel": "web", "x": 1})
    assert old in sound
    return sound.replace(old, new)


def without(part: str) -> bytes:
    return json.dumps({name: value for name, value in envelope().items() if name != part}).encode()


def nested(depth: int) -> Any:
    value: Any = "deep"
    for _ in range(depth):
        value = [value]
    return value


BODY = REGISTERED | {"description": "x" * 2_000_000}

INPUTS: dict[str, bytes] = {
    "not UTF-8": cut_in(b"web", b"w\xffb"),
    "byte order mark": b"\xef\xbb\xbf" + raw(data={"channel": "web"}),
    "not JSON": raw()[:-1],
    "not a JSON object": b"[1]",
    "NaN or Infinity": cut_in(b'"x": 1', b'"x": NaN'),
    "number beyond a double": cut_in(b'"x": 1', b'"x": 1e400'),
    "duplicate keys": cut_in(b'"id": "1"', b'"id": 5, "id": "1"'),
    "lone surrogate": reg(description="a\ud800b"),
    "U+0000": reg(description="a\x00b"),
    "field nested deeper than 50": reg(labels={"free": nested(60)}),
    "nested too deep to be read": cut_in(b'"x": 1', b'"x": ' + b"[" * 100_000 + b"]" * 100_000),
    "event of 2 MB": raw("complaint.registered", BODY),
    **{f"missing {name}": without(name) for name in ("id", "source", "type", "subject", "time")},
    "empty id": raw(id=""),
    "id longer than 512 bytes": raw(id="x" * 513),
    "id that is no text": raw(id=5),
    "time without offset": raw(time="2026-03-02T10:00:00"),
    "time that is none": raw(time="2026-03-02T23:59:60Z"),
    "time outside of 1900 to 8999": raw(time="0001-01-01T00:00:00Z"),
    "time more than 5 minutes ahead": raw(time="2026-03-02T10:05:01+08:00"),
    "other specversion": raw(specversion="0.3"),
    "traceparent that is no text": raw(traceparent=5),
    "unknown type": raw("complaint.praised", {"stars": 5}),
    "no data": raw("complaint.verified", ...),
    "data that is no mapping": raw("complaint.registered", ["Lin"]),
    "unknown field": reg(shoe_size=44),
    "wrong type of a field": reg(group_size="two"),
    "value outside the declared set": reg(channel="telegram"),
    "empty text": reg(line_of_business="", policy_no=""),
    "empty text in a required field": raw("complaint.verified", {"by": ""}),
    "faulty list entry": reg(causes=["claim_delay", "weather"]),
    "amount without currency": reg(amount_disputed={"value": 5}),
    "missing required field": reg(customer=...),
    "neither description nor causes": reg(description=..., causes=[]),
    "birth date that cannot be": reg(customer={"id": "K", "birth_date": "2027-01-01"}),
    "receipt after the event": reg(received_at="2062-03-01T09:00:00+08:00"),
    "null for a required field in a patch": amended({"channel": None, "policy_no": None}),
    "patch that is no mapping": amended("Lin moved"),
    "duplicate": raw(),
    "id conflict": raw(),
    "event that cannot be applied": raw(),
}

FAULTS: dict[str, list[str]] = {
    "lone surrogate": ["description"],
    "U+0000": ["description"],
    "field nested deeper than 50": ["labels"],
    "other specversion": ["specversion"],
    "no data": ["by"],
    "data that is no mapping": ["data"],
    "wrong type of a field": ["group_size"],
    "value outside the declared set": ["channel"],
    "empty text in a required field": ["by"],
    "faulty list entry": ["causes[1]"],
    "amount without currency": ["amount_disputed"],
    "missing required field": ["customer"],
    "neither description nor causes": ["description"],
    "birth date that cannot be": ["customer.birth_date"],
    "receipt after the event": ["received_at"],
    "null for a required field in a patch": ["patch.channel"],
    "patch that is no mapping": ["patch"],
}
"""Rows that end as a fault, with the paths that are named."""


def test_the_table_and_these_tests_have_the_same_rows() -> None:
    """Every documented row is tested, and every tested one documented."""
    assert documented().keys() == INPUTS.keys()


@pytest.mark.parametrize("name", INPUTS)
def test_bad_input_ends_as_documented(name: str) -> None:
    """Dead letter with its reason, fault with its path, or taken: as the reference says."""
    end, found = documented()[name], decode(INPUTS[name])
    reason = re.search(r"`(\w+)`", end)
    if name in DECIDED_BY_THE_SERVICE:
        assert isinstance(found, Arrival)
    elif end.startswith("dead letter"):
        assert isinstance(found, DeadLetter)
        assert reason is not None
        assert found.reason == reason[1]
    else:
        assert end in ("fault", "taken")
        assert faulty_paths(found) == FAULTS.get(name, [])
        assert bool(FAULTS.get(name)) == (end == "fault")


NAMELESS = {"not JSON", "not a JSON object", "nested too deep to be read", "missing subject"}
"""Dead letters in which no case can be read."""


@pytest.mark.parametrize("name", INPUTS)
def test_a_dead_letter_knows_its_case_where_one_can_be_read(name: str) -> None:
    """So that it goes out under the case's key, and an erasure of the case finds it."""
    found = decode(INPUTS[name])
    if isinstance(found, DeadLetter):
        assert found.case == (None if name in NAMELESS else envelope()["subject"])


@pytest.mark.parametrize("subject", ["", "x" * 513, None, 5, ["C-1"], "C\x00", "C\ud800"])
def test_what_can_be_no_key_names_no_case(subject: Any) -> None:
    """A dead letter of nobody rather than of a case that there cannot be."""
    found = decode(raw(subject=subject, id=5))
    assert isinstance(found, DeadLetter)
    assert found.case is None


def test_a_name_in_garbled_bytes_is_none() -> None:
    """Nobody knows which case was meant; a sound name beside garbled bytes is one."""
    name, data = decode(raw(subject="C-~").replace(b"~", b"\xff")), decode(INPUTS["not UTF-8"])
    assert isinstance(name, DeadLetter)
    assert isinstance(data, DeadLetter)
    assert (name.reason, name.case) == ("unreadable", None)
    assert (data.reason, data.case) == ("unreadable", envelope()["subject"])


def data_of(name: str) -> dict[str, Any]:
    found = decode(INPUTS[name])
    assert isinstance(found, Arrival)
    return found.event.data


LEFT: dict[str, Callable[[dict[str, Any]], bool]] = {
    "number beyond a double": lambda data: data["x"] == "inf",
    "lone surrogate": lambda data: data["description"] == "a\ufffdb",
    "U+0000": lambda data: data["description"] == "a\ufffdb",
    "field nested deeper than 50": lambda data: "labels" not in data and data["policy_no"] == "P-1",
    "event of 2 MB": lambda data: len(data["description"]) == 2_000_000,
    "unknown type": lambda data: data == {"stars": 5},
    "no data": lambda data: data == {},
    "data that is no mapping": lambda data: data == {},
    "unknown field": lambda data: data["shoe_size"] == 44,
    "wrong type of a field": lambda data: "group_size" not in data,
    "value outside the declared set": lambda data: "channel" not in data,
    "empty text": lambda data: not data["line_of_business"] and not data["policy_no"],
    "faulty list entry": lambda data: data["causes"] == ["claim_delay"],
    "amount without currency": lambda data: "amount_disputed" not in data,
    "birth date that cannot be": lambda data: data["customer"] == {"id": "K"},
    "receipt after the event": lambda data: "received_at" not in data,
    "null for a required field in a patch": lambda data: data["patch"] == {"policy_no": None},
    "patch that is no mapping": lambda data: "patch" not in data,
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_left_of_the_data(name: str) -> None:
    """A faulty field counts as absent; everything beside it is kept."""
    assert LEFT[name](data_of(name))


@pytest.mark.parametrize("name", ["id", "source", "type", "subject"])
@pytest.mark.parametrize("value", ["", "x" * 513, None, 5, ["x"]])
def test_every_key_of_the_envelope_has_to_be_a_text_of_1_to_512_bytes(name: str, value: Any) -> None:
    """An envelope that no index can hold is a dead letter and names the part."""
    found = decode(raw(**{name: value}))
    assert isinstance(found, DeadLetter)
    assert (found.reason, name in found.detail) == ("no_envelope", True)


@pytest.mark.parametrize(
    "time",
    [
        "2026-03-02T02:00:00Z",
        "2026-03-02t02:00:00z",
        "2026-03-02 10:00:00+08:00",
        "2026-03-01T21:00:00-05:00",
        "2026-03-02T10:05:00+08:00",
        "2026-03-02T10:00:00.123456789+08:00",
    ],
)
def test_instants_of_rfc_3339_are_read(time: str) -> None:
    """Offsets, fractions, lower case, and up to five minutes ahead are fine."""
    assert isinstance(decode(raw(time=time)), Arrival)


def test_in_virtual_time_no_event_is_ahead() -> None:
    """Without an arrival there is no future."""
    assert isinstance(CODEC.decode(raw(time="2099-01-01T00:00:00Z"), None), Arrival)


def test_details_of_unreadable_bytes_say_where() -> None:
    """An operator finds the byte or the column."""
    not_text, not_json = decode(INPUTS["not UTF-8"]), decode(INPUTS["not JSON"])
    assert isinstance(not_text, DeadLetter)
    assert isinstance(not_json, DeadLetter)
    assert re.search(r"byte \d+ is not UTF-8", not_text.detail)
    assert "line 1 column" in not_json.detail


def test_odd_characters_never_reach_what_is_kept() -> None:
    """Keys, values and the paths of faults can all be stored and sent."""
    data = {"\ud800": "\x00", "\x00": {"\udfff": ["\ud800"]}}
    found = decode(json.dumps(envelope("complaint.praised", data, subject="C\x00")).encode())
    assert isinstance(found, Arrival)
    kept = json.dumps(
        [found.event.data, found.event.subject, [[f.path, f.found] for f in found.event.faults]], ensure_ascii=False
    )
    assert "\\u0000" not in kept
    kept.encode("utf-8")
    assert len(found.event.faults) >= 4


def test_a_partial_amount_in_a_patch_is_sound() -> None:
    """A merge patch may change one part of an amount."""
    assert faulty_paths(decode(amended({"amount_disputed": {"value": 7}}))) == []
    assert faulty_paths(decode(amended({"amount_disputed": {"value": "7"}}))) == ["patch.amount_disputed"]
    assert faulty_paths(decode(amended({"amount_disputed": MONEY}))) == []


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({"customer": None}, ["patch.customer"]),
        ({"customer": {"id": None, "age": 5}}, ["patch.customer.id"]),
        ({"channel": "", "description": "x"}, ["patch.channel"]),
        ({"customer": {"birth_date": "2030-01-01"}}, ["patch.customer.birth_date"]),
        ({"received_at": "2030-01-01T00:00:00Z"}, ["patch.received_at"]),
        ({"causes": [5, "other"]}, ["patch.causes[0]"]),
        ({"labels": {"nature": "praise", "free": None}}, ["patch.labels.nature"]),
        ({"line_of_business": None, "labels": None}, []),
    ],
)
def test_patches_are_checked_like_registered_data(change: dict[str, Any], paths: list[str]) -> None:
    """What a registration may not say, a patch may not either; null removes what is not required."""
    assert faulty_paths(decode(amended(change))) == paths


TYPED = Codec(
    vocabulary(
        FactSpec(name="days", type=FactType.WHOLE, path="labels.waiting.days"),
        FactSpec(name="ward", type=FactType.TEXT, values=("east", "west"), path="labels.waiting.ward"),
        FactSpec(name="share", type=FactType.NUMBER, path="share"),
        FactSpec(name="vip", type=FactType.YES_NO, path="customer.vip"),
        FactSpec(name="paid", type=FactType.MONEY, path="paid"),
        FactSpec(name="since", type=FactType.DATE, path="since"),
        FactSpec(name="branch", type=FactType.TEXT, path="branch.name"),
        FactSpec(name="whole branch", type=FactType.TEXT, path="branch"),
    )
)


@pytest.mark.parametrize(
    ("change", "paths"),
    [
        ({"labels": {"waiting": {"days": 3, "ward": "east"}}, "share": 0.5, "paid": MONEY, "since": "2026-01-02"}, []),
        ({"labels": {"waiting": {"days": "3"}}, "share": "0.5", "paid": "1200 CNY", "customer": {"vip": "true"}}, []),
        ({"labels": {"waiting": {"days": 3.5, "ward": "north", "else": 1}}, "share": "half"},
         ["labels.waiting.days", "labels.waiting.ward", "share"]),
        ({"customer": {"vip": "perhaps"}, "paid": "much", "since": "yesterday"}, ["customer.vip", "paid", "since"]),
        ({"labels": {"waiting": "long"}, "share": "nan"}, ["labels.waiting", "share"]),
        ({"share": "", "labels": {"waiting": {"days": None}}}, []),
        ({"branch": ["anything"]}, []),
    ],
)  # fmt: skip
def test_facts_of_a_deployment_are_checked_at_any_depth(change: dict[str, Any], paths: list[str]) -> None:
    """By type and by values, in a registration and in a patch of it; what does not fit counts as absent."""
    sent = REGISTERED | change | {"customer": REGISTERED["customer"] | change.get("customer", {})}
    found = TYPED.decode(json.dumps(envelope("complaint.registered", sent)).encode(), None)
    assert sorted(faulty_paths(found)) == sorted(paths)
    patched = TYPED.decode(json.dumps(envelope("complaint.amended", {"patch": change})).encode(), None)
    assert sorted(faulty_paths(patched)) == sorted(f"patch.{path}" for path in paths)
    assert isinstance(found, Arrival)
    assert all(look_up(found.event.data, path) is None for path in paths)
