"""An operator sets the position of a part: after events were lost at the source, or to read some again."""

from triage.errors import Refused
from triage.ports import Part, Store


def set_position(store: Store, part: Part, next_offset: int, *, who: str, reason: str) -> None:
    """Continue the part there; who, what and why go into the audit. A running instance is fenced by it and goes on
    there; a part that it has given up as lost it takes up at its next start. Raises Refused, StoreAway."""
    with store.transaction() as tx:
        before = tx.offsets.place(part, None)
        if before is None or not tx.offsets.put(part, next_offset):
            raise Refused([f"{part.input}, partition {part.partition}: no position is stored"])
        what = f"position of {part.input}, partition {part.partition}: {before.next_offset} to {next_offset}"
        tx.audit(who, what, reason)
