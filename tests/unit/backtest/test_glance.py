"""A glance at a registration tells as much as a look at everything: random registrations under rules of every kind of
test."""

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.builders_rules import with_rules
from tests.unit.service.desk import at
from triage.domain.event import Event
from triage.domain.facts import History
from triage.service.backtest.lens import Lens

WHENS = {
    "named": "{channel: {in: [phone, web]}}",
    "unnamed": "{claim_no: {not_in: [CL-1, CL-2]}}",
    "known": "{policy_no: {known: true}}",
    "part": "{causes: {contains_any: [claim_delay, surrender]}}",
    "none": "{causes: {contains_none: [claim_denial]}}",
    "some": "{causes: {known: false}}",
    "dear": "{amount_disputed: {at_least: 500 CNY}}",
    "cheap": "{amount_disputed: {between: [10 CNY, 20 CNY]}}",
    "old": "{customer.age: {at_least: 65}}",
    "young": "{customer.age: {less_than: 18}}",
    "many": "{group_size: {more_than: 1}}",
    "heavy": "{weight: {between: [2, 5]}}",
    "vip": "{vip: true}",
    "said": "{description: {mentions: medical}}",
    "late": "{received_at: {at_least: 2026-03-03T00:00:00+08:00}}",
    "again": "{history.complaints_90d: {at_least: 2}}",
    "busy": "{history.open: {at_least: 1}}",
    "here": "{jurisdiction: CN}",
    "both": "{any: [{channel: fax}, {all: [{line_of_business: motor}, {nature: petition}]}]}",
}
THENS = {name: f"{{tags: [{name}]}}" for name in WHENS} | {
    "here": "{tags: [here]}\n    effective: {from: 2026-03-03, to: 2026-03-03}",
}


def absent_or(*values: Any) -> st.SearchStrategy[Any]:
    """One of the values, or nothing."""
    return st.sampled_from([None, *values])


@st.composite
def registrations(draw: st.DrawFn) -> dict[str, Any]:
    """Sound data, as the codec leaves them, with values at the edges of the tests."""
    age = draw(absent_or(17, 18, 64, 65, 66))
    data = {
        "channel": draw(st.sampled_from(["phone", "web", "fax", "email"])),
        "customer": {"id": "K", "age": age, "birth_date": draw(absent_or("1961-03-03", "1961-03-04", "2008-03-03"))},
        "causes": draw(absent_or([], ["claim_delay"], ["claim_denial", "surrender"], ["other", "claim_denial"])),
        "claim_no": draw(absent_or("", "CL-1", "CL-2", "CL-3", "other")),
        "policy_no": draw(absent_or("", "P")),
        "amount_disputed": draw(
            absent_or(*({"value": one, "currency": "CNY"} for one in (9, 10, 10.0, 15, 20, 20.5, 499.99, 500)))
            | st.just({"value": 600, "currency": "USD"})
        ),
        "group_size": draw(absent_or(1, 2, 3)),
        "labels": draw(
            absent_or({"nature": "petition"}, {"weight": 1.5, "vip": True}, {"weight": 5, "vip": False}, {"weight": 2})
        ),
        "description": draw(
            absent_or("", "MALPRACTICE", "this is medical malpractice", "医疗事故", "医疗事故责任险", "no")
        ),
        "jurisdiction": draw(absent_or("CN", "GB")),
        "line_of_business": draw(absent_or("motor", "life")),
    }
    return {name: value for name, value in data.items() if value is not None}


RULES = with_rules(THENS, WHENS)
MOMENTS = st.sampled_from(
    ["2026-03-02 10:00", "2026-03-02 23:59", "2026-03-03 00:00", "2026-03-03 09:00", "2026-03-04 08:00"]
)
Looked = tuple[dict[str, Any], str, int, int]


@settings(deadline=None, max_examples=150)
@example([({"channel": "web", "claim_no": "other"}, "2026-03-02 10:00", 0, 0),
          ({"channel": "web", "claim_no": "CL-1"}, "2026-03-02 10:00", 0, 0)])  # fmt: skip
@given(st.lists(st.tuples(registrations(), MOMENTS, st.integers(0, 3), st.integers(0, 2)), min_size=2, max_size=12))
def test_a_glance_tells_as_much_as_a_look(several: list[Looked]) -> None:
    """Whatever was seen before."""
    lens = Lens([RULES])
    for data, local, complaints, still_open in several:
        moment = at(local)
        event = Event(id="1", source="/t", type="complaint.registered", subject="C", time=moment, data=data)
        on = moment.astimezone(RULES.zone).toordinal()
        past = History(complaints, still_open)
        assert lens.see(event, moment, on, past) is lens.look(event, moment, on, past)


def test_what_no_test_tells_apart_is_looked_at_once() -> None:
    """Amounts on one side of every bound, texts that no rule names, and descriptions without a term."""
    lens = Lens([RULES])
    moment = at("2026-03-02 10:00")
    for number in range(20):
        data = {
            "channel": "phone", "claim_no": f"X-{number}", "description": f"number {number}",
            "amount_disputed": {"value": 1000 + number, "currency": "CNY"}, "customer": {"id": "K", "age": 30 + number},
        }  # fmt: skip
        event = Event(id="1", source="/t", type="complaint.registered", subject="C", time=moment, data=data)
        lens.see(event, moment, moment.astimezone(RULES.zone).toordinal(), History())
    assert len(lens) == 1
