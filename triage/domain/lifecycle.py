"""The life of a case: which event reaches which status, and what a closing needs."""

from collections.abc import Iterable
from datetime import tzinfo

from triage.domain import event as ev
from triage.domain.event import Event

REACHES: dict[str, str] = {
    ev.REGISTERED: "registered",
    ev.VERIFIED: "verified",
    ev.ASSIGNED: "assigned",
    "complaint.investigation_started": "investigating",
    "complaint.solution_proposed": "proposed",
    "complaint.solution_accepted": "agreed",
    "complaint.payment_completed": "executing",
    "complaint.solution_executed": "executed",
    ev.FOLLOWUP_COMPLETED: "followed_up",
}
"""Event type to the status that it reaches; steps may be skipped."""

PROGRESS: tuple[str, ...] = ("unregistered", *REACHES.values())
"""The open statuses, from first to furthest."""

FINAL_STATUSES = frozenset({"closed", "withdrawn", "merged"})

AFTER_THE_END = frozenset(
    {
        ev.LINKED, ev.VOIDED, ev.ERASED, "complaint.regulator_inquiry", "complaint.regulator_answered",
        "complaint.review_requested", "complaint.review_decided", "complaint.referred",
    }
)  # fmt: skip
"""What is expected of an ended case too; a deployment's own event types are always."""

ATTEMPT_DATES_NEEDED = 3
"""Follow-up attempts on so many different dates stand for a completed follow-up."""


def furthest(status: str, reached: str) -> str:
    """The later of two open statuses."""
    return max(status, reached, key=PROGRESS.index)


def fits(event_type: str, status: str) -> bool:
    """Whether an event of this type is expected in this status. One that is not is kept and counted."""
    if event_type == ev.REOPENED:
        return status in FINAL_STATUSES
    if status in FINAL_STATUSES:
        closes = event_type == ev.CLOSE_REQUESTED and status != "closed"
        return closes or event_type in AFTER_THE_END or event_type not in ev.EVENT_TYPES
    if event_type == "complaint.solution_rejected":
        return PROGRESS.index(status) >= PROGRESS.index("proposed")
    reached = REACHES.get(event_type)
    return reached is None or PROGRESS.index(reached) >= PROGRESS.index(status)


def is_final_reply(event: Event) -> bool:
    """Whether the event answers the complaint: only a reply of kind `final` does, which is the default kind."""
    return event.type == ev.REPLY_SENT and event.data.get("kind", "final") == "final"


def missing_for_closing(events: Iterable[Event], zone: tzinfo) -> tuple[str, ...]:
    """What a closing still needs, as event types, given the events since the last reopening.

    A case is closed only after a final reply and a follow-up; attempts on three different dates of `zone` stand
    for the follow-up.
    """
    replied = followed_up = False
    attempt_dates = set()
    for event in events:
        replied = replied or is_final_reply(event)
        followed_up = followed_up or event.type == ev.FOLLOWUP_COMPLETED
        if event.type == ev.FOLLOWUP_ATTEMPTED:
            attempt_dates.add(event.time.astimezone(zone).date())
    followed_up = followed_up or len(attempt_dates) >= ATTEMPT_DATES_NEEDED
    missing = ((replied, ev.REPLY_SENT), (followed_up, ev.FOLLOWUP_COMPLETED))
    return tuple(name for there, name in missing if not there)
