"""The mark of the second engine: beside the decision, in every place where it is told, and nowhere else."""

import json

import msgspec
import pytest

from tests.builders_rules import compiled, rules_of, sound_rules
from tests.unit.service.desk import Desk
from triage.ports import Evaluated, OneEngine
from triage.rulebook.decide import CompiledRulebook
from triage.rulebook.durable import SecondForm
from triage.service.second_engine import ask, marked, with_mark


class Told:
    """Questions whose marks are known."""

    def __init__(self, *marks: str) -> None:
        self._marks = marks
        self.asked: list[Evaluated] = []

    def ask(self, rules: CompiledRulebook, evaluated: Evaluated) -> None:  # noqa: ARG002 # nobody looks at them
        self.asked.append(evaluated)

    def marks(self) -> list[str]:
        return list(self._marks)


@pytest.mark.parametrize("mark", ["agree", "disagree", "single"])
def test_the_mark_is_in_the_message_and_in_the_timeline_and_changes_no_other_byte(mark: str) -> None:
    """A mark is written where the step left `single`; id, order of keys, numbers and texts stay as they were."""
    before = Desk().is_registered(description='"engines":"single" 投诉', labels={"engines": "single"})
    after = with_mark(before, mark)
    assert before.told is not None
    old, new = before.messages[before.told], after.messages[before.told]
    assert json.loads(new.payload)["data"]["engines"] == mark
    expected = old.payload.replace(b'"engines":"single","faults"', b'"engines":"%s","faults"' % mark.encode())
    assert new.payload == expected
    assert msgspec.structs.replace(new, payload=b"") == msgspec.structs.replace(old, payload=b"")
    (old_row,), (new_row,) = before.timeline, after.timeline
    assert new_row.decision is not None
    assert old_row.decision is not None
    assert json.loads(new_row.decision) == json.loads(old_row.decision) | {"engines": mark}
    kept = '"engines":"single","rules_said"'
    assert old_row.decision.count(kept) == 1
    assert new_row.decision == old_row.decision.replace(kept, f'"engines":"{mark}","rules_said"')
    assert after.row == before.row


def test_marks_go_to_the_steps_in_which_rules_ran() -> None:
    """One question and one mark for each of them, in their order, told or not; each is counted."""
    desk = Desk()
    steps = [desk.is_registered(), desk.happens("contacted", "2026-03-02 11:00", direction="from_customer")]
    untouched = msgspec.structs.replace(steps[0], evaluated=None)
    questions = Told("agree", "disagree")
    for step in (steps[0], untouched, steps[1]):
        ask(questions, desk.rules.active, step)
    assert len(questions.asked) == 2
    done = marked([steps[0], untouched, steps[1]], questions)
    assert steps[1].told is None
    counted = [[count.labels for count in one.counts if count.name == "engine_decisions_total"] for one in done]
    assert counted == [[{"result": "agree"}], [], [{"result": "disagree"}]]
    assert done[1] is untouched
    assert done[2].timeline == steps[1].timeline


def with_one_in_shadow() -> CompiledRulebook:
    """A rule in force, and one in shadow that fires for complaints by email."""
    shadow = rules_of({"in-shadow": "{priority: urgent}"}, {"in-shadow": "{channel: email}"})
    files = {
        "triage/rules.yaml": rules_of({"live": "{priority: high, policies: [contact]}"}),
        "triage/shadow.yaml": shadow.replace("    when:", "    status: shadow\n    when:"),
    }
    return compiled(sound_rules() | {name: text.encode() for name, text in files.items()})


def test_a_rule_in_shadow_is_no_question_to_the_second_engine() -> None:
    """Neither is it among its rules, nor among those that it is compared with, though it fires; the decision in which
    only the shadow changed has the mark on the timeline, where alone it stands."""
    desk = Desk(with_one_in_shadow())
    desk.is_registered()
    step = desk.happens("amended", "2026-03-02 11:00", patch={"channel": "email"})
    assert SecondForm(desk.rules.active.rulebook.rules).rules == ("live",)
    assert step.evaluated is not None
    assert step.evaluated.matching == ("live",)
    assert step.told is None
    after = with_mark(step, "agree")
    decision = json.loads(after.timeline[0].decision or "")
    assert [one["rule"] for one in decision["shadow"]] == ["in-shadow"]
    assert decision == json.loads(step.timeline[0].decision or "") | {"engines": "agree"}
    assert after.messages == step.messages
    assert after.row == step.row


def test_without_a_second_engine_every_mark_is_single() -> None:
    """And every effect stays as it was."""
    desk = Desk()
    step = desk.is_registered()
    questions = OneEngine().batch()
    ask(questions, desk.rules.active, step)
    (done,) = marked([step], questions)
    assert done.messages == step.messages
    assert step.evaluated is not None
    assert step.evaluated.matching == tuple(
        reason["rule"] for reason in json.loads(step.timeline[0].decision or "")["reasons"]
    )
