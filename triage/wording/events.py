"""What happens to a complaint, by name."""

from triage.wording.text import Text, as_is, say

EVENTS: dict[str, Text] = {
    "complaint.registered": say("registration"),
    "complaint.amended": say("amendment"),
    "complaint.acknowledged": say("acknowledgement"),
    "complaint.verified": say("verification"),
    "complaint.assigned": say("assignment"),
    "complaint.contacted": say("contact with the customer"),
    "complaint.investigation_started": say("start of the investigation"),
    "complaint.investigated": say("end of the investigation"),
    "complaint.solution_proposed": say("proposal of a solution"),
    "complaint.solution_accepted": say("acceptance of the solution"),
    "complaint.solution_rejected": say("rejection of the solution"),
    "complaint.solution_executed": say("execution of the solution"),
    "complaint.payment_completed": say("payment"),
    "complaint.reply_sent": say("reply to the customer"),
    "complaint.followup_attempted": say("attempt to follow up"),
    "complaint.followup_completed": say("follow-up"),
    "complaint.close_requested": say("request to close the case"),
    "complaint.withdrawn": say("withdrawal"),
    "complaint.reopened": say("reopening"),
    "complaint.paused": say("pause"),
    "complaint.resumed": say("resumption"),
    "complaint.extension_granted": say("extension"),
    "complaint.regulator_inquiry": say("inquiry of the regulator"),
    "complaint.regulator_answered": say("answer to the regulator"),
    "complaint.review_requested": say("request for a review"),
    "complaint.review_decided": say("decision on the review"),
    "complaint.referred": say("referral"),
    "complaint.linked": say("link to another case"),
    "complaint.voided": say("voiding of an event"),
    "complaint.erased": say("erasure of personal data"),
    "complaint.opened": say("opening for an event that could not be applied"),
    "complaint.steps_fired": say("a due time that passed"),
    "complaint.policy_applied": say("move to the active rules"),
}
"""Type of an event, or of a row of the timeline, to its name."""


def event_name(event_type: str) -> Text:
    """Name and type: `reply to the customer (complaint.reply_sent)`; of a deployment's own the type alone."""
    name = EVENTS.get(event_type)
    return say("{name} ({type})", name=name, type=event_type) if name else as_is(event_type)
