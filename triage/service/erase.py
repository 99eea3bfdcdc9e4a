"""Erasure: what people wrote about a case goes from every row; ids, types, times, clocks and outcomes stay."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import msgspec

from triage.codec.erasing import Eraser
from triage.domain.event import ERASED
from triage.errors import Refused
from triage.ports import CaseRow, Changes, Erased, Erasure, Store, TimelineRow, Transaction
from triage.service.release import Shelf


def active_eraser(store: Store, shelf: Shelf) -> Eraser:
    """Erases by the words of the active revision. Raises ActiveUnusable."""
    with store.read() as reading:
        return shelf.rules(reading.rulebooks).active.eraser


def erase_case(store: Store, eraser: Eraser, case: str, *, who: str, why: str) -> Erased:
    """Erase one case, or what dead letters say of one that was never opened. Raises Refused when nothing is known by
    that id."""
    with store.transaction() as tx:
        rows = tx.cases.lock([case])
        found = erase_rows(tx, list(rows.values()), eraser) if rows else tx.erasing.erase([case], erasure_by(eraser))
        if not rows and not any(found):
            raise Refused([f"there is no case {case}"])
        _audit(tx, case, found, who, why)
    return found


class OfCustomer(NamedTuple):
    """What was erased of a customer: by case, and the dead letters beside them. `once`: cases left alone that named the
    customer before they became another's, who may say whose they are."""

    cases: dict[str, Erased]
    letters: Erased
    once: list[str]


def erase_customer(store: Store, eraser: Eraser, customer: str, *, who: str, why: str) -> OfCustomer:
    """Erase every case of a customer, each in a transaction of its own, then every dead letter that names the customer.
    Raises Refused when nothing is known of the customer."""
    with store.transaction() as tx:
        cases = tx.erasing.with_customer(customer)
    found = {case: erase_case(store, eraser, case, who=who, why=why) for case in cases}
    with store.transaction() as tx:
        letters = tx.erasing.erase_letters_about(customer)
        once = tx.erasing.once_named(customer)
        if not cases and not any(letters):
            raise Refused([f"there is no case of customer {customer}", *map(left_alone, once)])
        tx.audit(who, f"erased the personal data of customer {customer}: {len(cases)} cases, {told(letters)}", why)
    return OfCustomer(found, letters, once)


def left_alone(case: str) -> str:
    """In words."""
    return f"case {case} named this customer and is another's now: not erased; triage erase --case {case} does it"


def erase_rows(tx: Transaction, rows: Sequence[CaseRow], eraser: Eraser) -> Erased:
    """Erase some cases, whose rows are locked, in the transaction at hand. The caller says so in the audit."""
    changes = Changes()
    for row in rows:
        document = eraser.document(row.document)
        erased_at, version = row.erased_at or tx.now(), row.version + 1
        emptied = msgspec.structs.replace(row, document=document, erased_at=erased_at, version=version)
        changes.cases[row.id] = emptied
        changes.timeline.append(
            TimelineRow(
                case=row.id, seq=version, kind="command", type=ERASED, event_time=tx.now(), recorded_at=tx.now()
            )
        )
    tx.cases.write(changes)
    return tx.erasing.erase([row.id for row in rows], erasure_by(eraser))


def erase_around(tx: Transaction, case: str, eraser: Eraser, who: str, why: str) -> None:
    """Erase every row of a case but its document, which the caller has emptied."""
    _audit(tx, case, tx.erasing.erase([case], erasure_by(eraser)), who, why)


def _audit(tx: Transaction, case: str, found: Erased, who: str, why: str) -> None:
    tx.audit(who, f"erased the personal data of case {case}: {told(found)}", why)


def told(found: Erased) -> str:
    """What was erased, in words."""
    return f"{found.timeline} events, {found.dead_letters} dead letters, {found.outputs} outputs"


def erasure_by(eraser: Eraser) -> Erasure:
    """What is left of decisions and outputs."""
    return Erasure(decision=_rewriter(eraser, "decision"), output=_rewriter(eraser, "output"))


def _rewriter(eraser: Eraser, kind: str) -> Callable[[str], str]:
    def rewrite(text: str) -> str:
        found: dict[str, Any] = msgspec.json.decode(text)
        if kind == "decision":
            found["facts"] = None
            _empty_reasons(eraser, found)
        else:
            _empty_reasons(eraser, found.get("data") or {})
        return msgspec.json.encode(found).decode()

    return rewrite


def _empty_reasons(eraser: Eraser, holder: dict[str, Any]) -> None:
    """Values of texts that somebody wrote go from the tests that held, and all that faults have found."""
    if "faults" in holder:
        holder["faults"] = []
    for reason in [*(holder.get("reasons") or ()), *(holder.get("shadow") or ())]:
        for because in reason.get("because") or ():
            if not eraser.may_show(because["fact"]):
                because["value"] = None
