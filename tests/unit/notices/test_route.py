"""Who hears of a notice: each role is a named person, and nobody is nobody."""

import pytest

from monitors.notices.route import OWNER, Addressee, addressees
from tests.builders_rules import changed, compiled
from tests.unit.service.desk import Desk
from triage.domain.event import Person

LIN, ZHOU, GU = Person("lin", "Lin Meihua"), Person("zhou", "Zhou Wen"), Person("gu", "Gu Mingde")
ESCALATION = {"department_head": ZHOU, "compliance": GU}


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (("owner",), [("owner", LIN)]),
        (("department_head",), [("department_head", ZHOU)]),
        (("compliance", "owner"), [("compliance", GU), ("owner", LIN)]),
        (("owner", "department_head", "compliance"), [("owner", LIN), ("department_head", ZHOU), ("compliance", GU)]),
        (("senior_manager",), [("senior_manager", LIN)]),
        ((), []),
    ],
)
def test_roles_become_persons_in_their_order(roles: tuple[str, ...], expected: list[tuple[str, Person]]) -> None:
    """The owner is the case's, the others the department's; a role that it fills with nobody goes to the owner."""
    assert addressees(roles, LIN, ESCALATION) == tuple(Addressee(role, who.id, who.name) for role, who in expected)


def test_the_owner_is_never_the_departments() -> None:
    """A person written beside the roles as `owner` does not hide the case's own."""
    assert addressees((OWNER,), LIN, {OWNER: ZHOU}) == (Addressee("owner", "lin", "Lin Meihua"),)


def heard_of(desk: Desk) -> list[list[dict[str, str]]]:
    return [one["data"]["to"] for one in desk.heard("clock_warning", "clock_breached", "escalated")]


def test_notices_follow_the_case_to_its_owner_and_department() -> None:
    """Whoever owns the case when the notice goes out, and the head of the department that it is in then."""
    desk = Desk()
    desk.is_registered()
    desk.sweeps("2026-03-16 09:00")
    desk.happens("assigned", "2026-03-16 10:00", owner={"id": "zm", "name": "Zhao Min"}, department="care")
    desk.sweeps("2026-03-18 00:00")
    desk.sweeps("2026-03-19 09:00")
    assert heard_of(desk) == [
        [{"role": "owner", "id": "Wang Fang", "name": "Wang Fang"}],
        [{"role": "owner", "id": "zm", "name": "Zhao Min"}],
        [{"role": "department_head", "id": "Zhou Wen", "name": "Zhou Wen"}],
    ]


def test_one_notice_may_go_to_several() -> None:
    """All of a step's roles stand in it, the owner among them."""
    ladder = "    - {after: 1 working day, to: department_head}\n"
    desk = Desk(
        compiled(changed("rulebook.yaml", ladder, ladder.replace("department_head", "[department_head, owner]")))
    )
    desk.is_registered()
    desk.sweeps("2026-03-19 09:00")
    assert [[one["role"] for one in to] for to in heard_of(desk)] == [["department_head", "owner"]]
