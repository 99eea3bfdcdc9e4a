"""A case is closed when it was answered and asked how it went, and not before."""

from itertools import permutations

import pytest

from tests.unit.domain.builders import CLOSING, FINAL_REPLY, FOLLOWUP, REGISTRATION, at, case_of, event, voiding
from triage.domain.event import Event
from triage.domain.lifecycle import missing_for_closing

REPLY, ASKED = "complaint.reply_sent", "complaint.followup_completed"


def attempts(*times: str) -> list[Event]:
    return [event("followup_attempted", time) for time in times]


def test_a_complete_case_closes() -> None:
    """At the time of the request, with its outcome."""
    case = case_of(REGISTRATION, FINAL_REPLY, FOLLOWUP, CLOSING)
    assert (case.status, case.closed_at, case.outcome, case.missing) == ("closed", at("7 01:00"), "upheld", None)


@pytest.mark.parametrize(
    ("evidence", "missing"), [([], (REPLY, ASKED)), ([FINAL_REPLY], (ASKED,)), ([FOLLOWUP], (REPLY,))]
)
def test_an_incomplete_case_is_refused(evidence: list[Event], missing: tuple[str, ...]) -> None:
    """The refusal names each thing that is missing, and the case stays open."""
    case = case_of(REGISTRATION, *evidence, CLOSING)
    assert (case.is_open, case.closed_at, case.missing) == (True, None, missing)


def test_without_a_request_nothing_closes() -> None:
    """Evidence alone is no request, and nothing is missing for one."""
    case = case_of(REGISTRATION, FINAL_REPLY, FOLLOWUP)
    assert (case.status, case.missing) == ("followed_up", None)


@pytest.mark.parametrize("kind", ["holding", "interim"])
def test_only_a_final_reply_answers(kind: str) -> None:
    """A holding or interim reply is no answer; a reply that does not say is final."""
    assert case_of(event("reply_sent", "5 01:00", {"kind": kind}), FOLLOWUP, CLOSING).missing == (REPLY,)
    assert case_of(event("reply_sent", "5 01:00"), FOLLOWUP, CLOSING).missing is None


def test_a_refused_request_closes_when_the_evidence_arrives() -> None:
    """At the time of what was missing last; nobody has to ask again."""
    late = event("followup_completed", "9 01:00")
    case = case_of(REGISTRATION, FINAL_REPLY, CLOSING, late)
    assert (case.status, case.closed_at, case.outcome) == ("closed", at("9 01:00"), "upheld")


def test_three_attempts_on_three_dates_stand_for_the_followup() -> None:
    """Dates of the rulebook's zone: 16:30 UTC is the next date in Shanghai."""
    three, two = attempts("5 02:00", "5 16:30", "6 16:30"), attempts("5 02:00", "5 09:00", "5 16:30")
    assert case_of(REGISTRATION, FINAL_REPLY, *three, CLOSING).status == "closed"
    assert case_of(REGISTRATION, FINAL_REPLY, *two, CLOSING).missing == (ASKED,)


def test_the_third_attempt_closes_a_refused_request() -> None:
    """It is evidence as good as any."""
    case = case_of(REGISTRATION, FINAL_REPLY, CLOSING, *attempts("5 02:00", "6 02:00", "8 02:00"))
    assert (case.status, case.closed_at) == ("closed", at("8 02:00"))


@pytest.mark.parametrize(
    "ending", [event("withdrawn", "5 01:00"), event("linked", "5 01:00", {"to": "D", "relation": "duplicate"})]
)
def test_withdrawn_and_merged_cases_are_exempt(ending: Event) -> None:
    """They close without reply and follow-up, before or after the request."""
    case = case_of(REGISTRATION, ending, CLOSING)
    assert (case.status, case.closed_at, case.missing) == ("closed", at("7 01:00"), None)
    early = event("close_requested", "4 01:00", {"outcome": "settled"})
    assert case_of(REGISTRATION, early, ending).closed_at == at("5 01:00")


@pytest.mark.parametrize("relation", ["repeat", "group"])
def test_other_links_are_not_exempt(relation: str) -> None:
    """Only a duplicate has its answer elsewhere."""
    link = event("linked", "5 01:00", {"to": "D", "relation": relation})
    assert case_of(REGISTRATION, link, CLOSING).missing == (REPLY, ASKED)


@pytest.mark.parametrize(("voided", "missing"), [(FINAL_REPLY, REPLY), (FOLLOWUP, ASKED)])
def test_voided_evidence_undoes_a_closing(voided: Event, missing: str) -> None:
    """The case is open again with the furthest status reached, the request on record."""
    case = case_of(REGISTRATION, FINAL_REPLY, FOLLOWUP, CLOSING, voiding(voided, "9 01:00"))
    assert (case.is_open, case.closed_at, case.missing) == (True, None, (missing,))
    assert case.status == ("followed_up" if voided is FINAL_REPLY else "registered")
    anew = event(voided.type, "10 01:00", voided.data, name="anew")
    assert case_of(*case.events, anew).closed_at == at("10 01:00")


def test_a_voided_request_was_never_made() -> None:
    """Nothing is missing for what nobody asked."""
    case = case_of(REGISTRATION, FINAL_REPLY, FOLLOWUP, CLOSING, voiding(CLOSING, "9 01:00"))
    assert (case.status, case.missing, case.outcome) == ("followed_up", None, None)


def test_a_reopening_begins_anew() -> None:
    """Old evidence and an old request do not close the case again."""
    again = event("reopened", "8 01:00")
    events = [REGISTRATION, FINAL_REPLY, FOLLOWUP, CLOSING, again]
    reopened = case_of(*events)
    assert (reopened.is_open, reopened.missing, reopened.closed_at) == (True, None, None)
    second = event("close_requested", "9 01:00", {"outcome": "settled"})
    assert case_of(*events, second).missing == (REPLY, ASKED)
    new = [event("reply_sent", "9 02:00"), event("followup_completed", "9 03:00")]
    closed = case_of(*events, second, *new)
    assert (closed.status, closed.closed_at, closed.outcome) == ("closed", at("9 03:00"), "settled")


def test_a_refused_request_ends_with_the_reopening() -> None:
    """It stays on record until then, and no longer."""
    events = [REGISTRATION, CLOSING, event("reopened", "8 01:00")]
    assert case_of(*events, event("reply_sent", "9 01:00"), event("followup_completed", "9 02:00")).is_open


def test_the_order_of_arrival_never_decides_on_a_closing() -> None:
    """All orders of a life with a refused request give one case."""
    events = [REGISTRATION, CLOSING, FINAL_REPLY, event("followup_completed", "8 01:00"), event("reopened", "9 01:00")]
    expected = case_of(*events)
    assert all(case_of(*some) == expected for some in permutations(events))


def test_missing_is_named_in_order() -> None:
    """Reply first, follow-up second."""
    assert missing_for_closing([], at("1 01:00").tzinfo or pytest.fail("aware")) == (REPLY, ASKED)
