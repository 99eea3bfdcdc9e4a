"""Two rulebooks over a few complaints: what is called changed, by what, and which deadline moved how."""

import json
from datetime import datetime

import msgspec
import pytest

from tests.builders_rules import compiled, policies_of, rules_of, sound_rules, with_rules
from tests.unit.backtest.naive import backtested, naive
from tests.unit.service.desk import ANSWER, at
from tests.unit.service.test_replay import line, registered
from triage.main.pages import backtest_page
from triage.rulebook.decide import CompiledRulebook
from triage.service.backtest.bucket import Backtest, Line
from triage.service.backtest.comparison import Changed
from triage.service.backtest.due_times import to_number
from triage.service.backtest.index import MARKS, index_lines, plan
from triage.service.backtest.plots import bars, heat, line_plots
from triage.service.backtest.summary import summary
from triage.service.backtest.tally import Tally

END = at("2026-04-20 12:00")


def book(
    limit: str = "15 calendar days", then: str = "{tags: [some]}", when: str = "always", grade: str = "verified-text"
) -> CompiledRulebook:
    """One rule and one clock."""
    text = policies_of({"sla": [ANSWER.replace("limit: 15 calendar days", f"limit: {limit}")]})
    text = text.replace("grade: internal", f"article: '1', grade: {grade}")
    return with_rules({"some": then}, {"some": when}, {"sla/policies.yaml": text})


def changed(after: CompiledRulebook, before: CompiledRulebook, *lines: bytes) -> tuple[Tally, list[Changed]]:
    """What a backtest finds, which is what two replays find."""
    found = backtested(after, before, lines, END)
    expected, changes = naive(after, before, lines, END)
    assert found[1] == changes
    assert msgspec.structs.replace(found[0], work=expected.work) == expected
    return found


EVENTS = (registered(), registered("2026-03-05 10:00", "C-2"), line(1, "reply_sent", "2026-03-18 10:00", kind="final"))


def test_nothing_changes_under_the_same_rules() -> None:
    tally, found = changed(book(), book(), *EVENTS)
    assert (tally.complaints, found, tally.differences.changed) == (2, [], 0)


@pytest.mark.parametrize(
    ("limit", "grade", "moved", "laxer"),
    [
        ("16 calendar days", "verified-text", "later", 2),
        ("16 calendar days", "internal", "later", 0),
        ("14 calendar days", "verified-text", "earlier", 0),
        ("15 calendar days", "verified-text", None, 0),
    ],
)
def test_a_statutory_deadline_that_moves_later_is_counted(
    limit: str, grade: str, moved: str | None, laxer: int
) -> None:
    """Only what rests on more than the house's own word, and only later."""
    tally, found = changed(book(limit, grade=grade), book(grade=grade), *EVENTS)
    assert {clock.moved for one in found for clock in one.clocks} == ({moved} if moved else set())
    assert {one.rules for one in found} == ({("sla/sla",)} if moved else set())
    assert tally.differences.complaints_laxer == laxer


def test_a_statutory_clock_that_no_longer_runs_is_a_deadline_moved_later() -> None:
    """Also when its policy is called internal in the proposed rulebook, or stands in it no more."""
    text = policies_of({"sla": [ANSWER]}, more="applies_when: {channel: web}")
    after = with_rules({"some": "{tags: [some]}"}, None, {"sla/policies.yaml": text})
    tally, found = changed(after, book(), *EVENTS)
    assert [clock.moved for one in found for clock in one.clocks] == ["gone", "gone"]
    assert tally.differences.complaints_laxer == 2


def test_the_rule_that_made_the_difference_is_named() -> None:
    """One that says something else, one that came; their fields; from where to where."""
    tally, found = changed(book(then="{priority: high, department: claims}"), book(), *EVENTS)
    assert {(one.fields, one.rules) for one in found} == {(("priority", "department", "team", "tags"), ("some",))}
    assert tally.differences.moves["department", "coordination", "claims"] == 2
    assert tally.differences.moves["tags", "some", ""] == 2
    _, found = changed(book(when="{channel: web}"), book(), *EVENTS)
    assert {one.rules for one in found} == {("some",)}


def test_rulebooks_with_other_words_read_the_same_events_each_in_its_own_way() -> None:
    """A channel that only one of them declares is a fault to the other; a term that only one has is heard by one."""
    files = sound_rules() | {
        "facts.yaml": sound_rules()["facts.yaml"].replace(b"channel: [fax]", b"channel: [fax, telegram]"),
        "terms/medical.yaml": sound_rules()["terms/medical.yaml"].replace(b"malpractice]", b"malpractice, surgeon]"),
        "triage/rules.yaml": rules_of(
            {"wire": "{priority: high}", "doctor": "{tags: [doctor]}"},
            {"wire": "{channel: telegram}", "doctor": "{description: {mentions: medical}}"},
        ).encode(),
    }
    files["sla/policies.yaml"] = files["sla/policies.yaml"].replace(
        b"  - id: contact\n", b"  - id: contact\n    applies_when: {channel: telegram}\n"
    )
    before = files | {
        "facts.yaml": sound_rules()["facts.yaml"],
        "terms/medical.yaml": sound_rules()["terms/medical.yaml"],
    }
    before["triage/rules.yaml"] = files["triage/rules.yaml"].replace(b"telegram", b"fax")
    before["sla/policies.yaml"] = files["sla/policies.yaml"].replace(b"telegram", b"fax")
    lines = (
        registered("2026-03-02 10:00", "C-1", channel="telegram"),
        registered("2026-03-02 11:00", "C-2", description="the surgeon was late", customer={"id": "K-2"}),
        registered("2026-03-02 12:00", "C-3", channel="fax", customer={"id": "K-3"}),
    )
    _, found = changed(compiled(files), compiled(before), *lines)
    assert [(one.case, one.rules) for one in found] == [
        ("C-1", ("sla/contact", "wire")), ("C-2", ("doctor",)), ("C-3", ("sla/contact", "wire")),
    ]  # fmt: skip


def test_workload_is_counted_by_the_local_week_of_receipt() -> None:
    """Sunday night in Shanghai belongs to the week that ends with it."""
    sunday = registered("2026-03-08 23:59:59", "C-3")
    tally, _ = changed(book(), book(), *EVENTS[:1], sunday, registered("2026-03-09 00:00", "C-4"))
    monday = datetime(2026, 3, 2).toordinal()  # noqa: DTZ001 # a date
    assert tally.after.workload == {("coordination", monday): 2, ("coordination", monday + 7): 1}


def test_what_a_breach_against_the_customer_decides_is_decided_at_the_next_step() -> None:
    """A clock against the customer that is attached when its time has passed fires nothing; the next warning of
    another clock, whichever it is, makes the rules see it."""
    papers = (
        "id: papers, start: complaint.registered, stop: complaint.assigned, limit: 40 hours, counts_against: customer"
    )
    text = policies_of({"sla": [f"{ANSWER}, warn: [50%]"]})
    text += policies_of({"late": [papers]}, more="").removeprefix("policies:\n")
    thens = {"asks": "{policies: [late]}", "seen": "{priority: high}"}
    whens = {
        "asks": "{happened: {contains: complaint.contacted}}",
        "seen": "{clocks.breached: {contains: late/papers}}",
    }
    after = with_rules(thens, whens, {"sla/policies.yaml": text})
    contacted = line(1, "contacted", "2026-03-06 10:00", direction="to_customer")
    for until, priority in (("2026-03-07 10:00", "normal"), ("2026-03-11 10:00", "high")):
        for found in (backtested, naive):
            tally, _ = found(after, book(), [registered(), contacted], at(until))
            assert tally.after.priority == {priority: 1}


def test_events_come_once_and_conflicts_are_told() -> None:
    """As in a replay: the same again is nothing, other content under the same name is no event."""
    other = line(1, "reply_sent", "2026-03-25 10:00", kind="final")
    lines = [*EVENTS, EVENTS[2], b"{", b"", other]
    offsets = dict(enumerate(lines))
    index = index_lines(offsets.items(), None, customers=True)
    found = plan([index], lambda offset, _length: offsets[offset])
    assert [(one.line, one.reason) for one in found.unreadable] == [(5, "unreadable"), (7, "id_conflict")]
    assert (found.events, found.duplicates) == (3, 1)
    assert found.end == to_number(at("2026-03-18 10:00")), "what is no event moves no time"


def test_stretches_make_no_difference() -> None:
    """Cut anywhere, the input is the same; now is the greatest time of all stretches before."""
    lines = [registered("2026-03-09 10:00"), registered("2026-03-02 10:00", "C-2"), EVENTS[2]]
    whole = plan([index_lines(enumerate(lines), None, customers=True)], lambda offset, _: lines[offset])
    parts = [index_lines([(number, raw)], None, customers=True) for number, raw in enumerate(lines)]
    cut = plan(parts, lambda offset, _: lines[offset])
    assert msgspec.to_builtins([list(one.now) for one in cut.parts]) == [list(one.now) for one in whole.parts]
    assert [list(one.place) for one in cut.parts] == [[0, 1, 2]]
    assert MARKS % 8 == 0


def test_one_rulebook_alone_has_figures_and_no_differences() -> None:
    running = Backtest(book(), None, to_number(END))
    raws = [Line(place, raw, 0, 0) for place, raw in enumerate([registered()])]
    number = to_number(at("2026-03-02 10:00"))
    tally = running.run(msgspec.structs.replace(one, at=number, now=number) for one in raws)
    assert (tally.complaints, tally.after.clocks, tally.differences.changed) == (
        1,
        {("sla/answer", "open_overdue"): 1},
        0,
    )


@pytest.mark.parametrize("language", ["en", "zh-Hant", "zh-Hans"])
def test_a_report_needs_nothing_else_and_escapes_what_it_shows(language: str) -> None:
    """No script, no link, no resource; a case's id is no markup."""
    after, before = book("16 calendar days", "{priority: high}"), book()
    tally, _ = backtested(after, before, [registered("2026-03-02 10:00", "<b>C&1</b>")], END)
    result = summary(
        tally, after, before, events=1, duplicates=0, unreadable=[], seconds=1.0, accepted=None
    )  # fmt: skip
    page = backtest_page(tally, result, after, before, language)
    assert "&lt;b&gt;C&amp;1&lt;/b&gt;" in page
    assert not [word for word in ("<script", "<link", "http:", "https:", "<b>C", "src=", "url(") if word in page]
    assert page.count("<svg") == page.count("</svg>") > 2
    assert json.loads(msgspec.json.encode(result))["statutory_later"] == 1


def test_plots_are_drawn_to_the_largest_figure() -> None:
    """A week without complaints stands at nought; a name that never has any has no plot."""
    (plot,) = line_plots({("a", 7): 4, ("a", 21): 2}, {}, ["a", "b"])
    assert (plot.after, plot.before) == ("0.0,0.0 160.0,90.0 320.0,45.0", "")
    assert [bar.length for bar in bars([("x", "a", 2), ("y", "b", 1), ("z", "b", 0)])] == [300, 150, 0]
    found = heat({("a", "b"): 4, ("b", "a"): 1}, ["a", "b"])
    assert found is not None
    assert [(row, [cell.share for cell in cells]) for row, cells in found.rows] == [("a", [0, 1]), ("b", [0.25, 0])]
    assert heat({}, ["a"]) is None
