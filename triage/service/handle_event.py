"""From bytes to committed decision: one transaction holds everything that a batch of events causes."""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial

import msgspec

from monitors.ports import Observer, TimeSource
from triage.codec.decode import Arrival, Codec, DeadLetter, customers_in
from triage.domain.lifecycle import FINAL_STATUSES
from triage.domain.trace import trace_id
from triage.ports import CaseRow, Cases, Changes, Engine, OneEngine, Part, Record, Sibling, Store, Tracing, Transaction
from triage.ports import DeadLetter as DeadLetterRow
from triage.rulebook.decide import CompiledRulebook
from triage.service.dead_letters import dead_letter, emptied, letter_again, tell, to_messages
from triage.service.draft import Considered, Count, Effects, Moment, Rules, report
from triage.service.erase import erase_around
from triage.service.low_mark import LowMark
from triage.service.release import Library
from triage.service.second_engine import ask, marked
from triage.service.step import apply, nobody, open_for_quarantined
from triage.service.tracing import Buried, Decided, ways

APPLIED, DUPLICATE = "applied", "duplicate"


class Anew(msgspec.Struct, frozen=True):
    """What becomes of a dead letter that is judged anew. `became`: APPLIED, DUPLICATE (its event is on a timeline), or
    the reason for which it stays a dead letter, with `detail`."""

    became: str
    case: str | None
    detail: str = ""


class EventHandler:
    """Applies records to cases, batch by batch, in the store's transaction."""

    def __init__(
        self,
        store: Store,
        library: Library,
        observer: Observer,
        low_mark: LowMark,
        time: TimeSource,
        engine: Engine | None = None,
        tracing: Tracing | None = None,
    ) -> None:
        """`engine`: the second one; None: there is none. `tracing`: None: nobody traces."""
        self._store, self._library, self._observer = store, library, observer
        self._low_mark, self._time = low_mark, time
        self._engine = engine or OneEngine()
        self._tracing = tracing
        self._codecs: dict[str, Codec] = {}

    def handle(self, part: Part, known: int, records: Sequence[Record]) -> int:
        """Apply the records in one transaction; gives the position behind them. Raises Fenced, TryAgain, or
        whatever an event at fault raises; nothing is kept then."""
        return self._library.with_rules(self._store, lambda: self._handle(part, known, records))

    def _handle(self, part: Part, known: int, records: Sequence[Record]) -> int:
        after, began = records[-1].next_offset, self._time.monotonic()
        with self._store.transaction() as tx:
            tx.offsets.advance(part, known, after)
            batch = _Batch(partial(dead_letter, part), tx, self._low_mark.moment(tx), self._engine)
            active = self._library.current(tx).active
            self._decode(active, batch, records)
            self._apply_all(tx, batch, active)
            batch.write(active)
        report(self._observer, batch.counts)
        for letter in batch.changes.dead_letters:
            tell(letter)
        self._library.compare(batch.considered)
        self._trace(part, batch, began)
        return after

    def quarantine(self, part: Part, known: int, record: Record, error: str) -> int:
        """Put the record into the dead letters and move on; its case is opened when there is none."""
        return self._library.with_rules(self._store, lambda: self._quarantine(part, known, record, error))

    def _quarantine(self, part: Part, known: int, record: Record, error: str) -> int:
        began = self._time.monotonic()
        with self._store.transaction() as tx:
            tx.offsets.advance(part, known, record.next_offset)
            batch = _Batch(partial(dead_letter, part), tx, self._low_mark.moment(tx), self._engine)
            rules = self._library.current(tx)
            decoded = self._codec(rules.active).decode(record.value, batch.moment.now, record.headers)
            case = decoded.event.subject if isinstance(decoded, Arrival) else decoded.case
            batch.bury(record, "quarantined", error, case)
            batch.lock(set())
            if isinstance(decoded, Arrival) and not tx.cases.exists(decoded.event.subject):
                batch.take(open_for_quarantined(decoded, rules, batch.moment))
            batch.write(rules.active)
        report(self._observer, batch.counts)
        self._trace(part, batch, began)
        return record.next_offset

    def judge_anew(self, tx: Transaction, letter: DeadLetterRow) -> Anew:
        """What becomes of a dead letter's bytes as if they had just come, in a transaction that the caller has begun;
        written when they are applied. Raises NotAtHand, ActiveUnusable, or whatever the event at fault raises."""
        batch = _Batch(partial(letter_again, letter), tx, self._low_mark.moment(tx), self._engine)
        active = self._library.current(tx).active
        record = Record(offset=0, next_offset=0, value=letter.value, headers=letter.headers)
        self._decode(active, batch, [record])
        self._apply_all(tx, batch, active)
        case = next((arrival.event.subject for _, arrival in batch.arrivals), letter.case)
        if batch.steps:
            batch.write(active)
            return Anew(APPLIED, case)
        if batch.changes.dead_letters:
            (still,) = batch.changes.dead_letters
            return Anew(still.reason, still.case or case, still.detail)
        return Anew(DUPLICATE, case)

    def _trace(self, part: Part, batch: "_Batch", began: float) -> None:
        """Tell the way of the batch's events, once they are committed."""
        if self._tracing is not None:
            ended = self._time.monotonic()
            self._tracing.handled(ways(part, batch.decided, batch.buried, (began, ended)))

    def _codec(self, rules: CompiledRulebook) -> Codec:
        revision = rules.rulebook.revision
        if revision not in self._codecs:
            self._codecs = {revision: Codec(rules.rulebook.vocabulary)}
        return self._codecs[revision]

    def _decode(self, active: CompiledRulebook, batch: "_Batch", records: Sequence[Record]) -> None:
        codec = self._codec(active)
        for record in records:
            decoded = codec.decode(record.value, batch.moment.now, record.headers)
            if isinstance(decoded, DeadLetter):
                batch.bury(record, decoded.reason, decoded.detail, decoded.case)
            else:
                batch.arrivals.append((record, decoded))

    def _apply_all(self, tx: Transaction, batch: "_Batch", active: CompiledRulebook) -> None:
        known = tx.cases.known_events({_key(arrival) for _, arrival in batch.arrivals})
        fresh = [pair for pair in batch.arrivals if batch.is_new(active, known, *pair)]
        batch.lock({arrival.event.subject for _, arrival in fresh})
        rules = self._library.current(tx, (row.document for row in batch.rows.values()))
        customers = _Customers(tx.cases, batch.rows) if rules.active.asks_history else None
        if customers is not None:
            customers.load({customer for _, arrival in fresh for customer in customers_in(arrival.event.data)})
        for record, arrival in fresh:
            self._apply_one(batch, rules, customers, record, arrival)

    def _apply_one(
        self,
        batch: "_Batch",
        rules: Rules,
        customers: "_Customers | None",
        record: Record,
        arrival: Arrival,
    ) -> None:
        event = arrival.event
        row = batch.rows.get(event.subject)
        began = self._time.monotonic()
        effects = apply(row, arrival, rules, batch.moment, nobody if customers is None else customers.cases_of)
        batch.take(effects)
        ask(batch.questions, rules.active, effects)
        ended, trace = self._time.monotonic(), trace_id(arrival.traceparent)
        batch.counts.append(Count("decision_seconds", {}, ended - began, histogram=True, trace=trace))
        batch.decided.append((record, arrival, (began, ended)))
        if record.timestamp is not None:
            waited = max(0.0, (batch.moment.now - record.timestamp).total_seconds())
            batch.counts.append(Count("end_to_end_seconds", {}, waited, histogram=True, trace=trace))
        if customers is not None:
            customers.move(row, effects.row)
        if effects.faults:
            detail = "; ".join(f"{fault.path}: {fault.found}, allowed: {fault.allowed}" for fault in effects.faults)
            batch.bury(record, "faulty_data", detail, event.subject, copy=True)


class _Customers:
    """The cases of each customer, as the events of the batch so far leave them. `rows`: the batch's cases by id, which
    go on changing."""

    def __init__(self, cases: Cases, rows: Mapping[str, CaseRow]) -> None:
        self._cases, self._rows = cases, rows
        self._known: dict[str, dict[str, Sibling]] = {}
        self.load({row.customer for row in rows.values() if row.customer})

    def load(self, customers: Collection[str]) -> None:
        """Read the cases of those customers that are not known yet."""
        new = set(customers) - self._known.keys()
        stored = self._cases.of_customers(new)
        for customer in new:
            kept = {one.case: one for one in stored.get(customer, ()) if one.case not in self._rows}
            ours = {row.id: sibling_of(row) for row in self._rows.values() if row.customer == customer}
            self._known[customer] = kept | ours

    def cases_of(self, customer: str) -> Sequence[Sibling]:
        """Every case that the customer has by now."""
        if customer not in self._known:
            self.load({customer})
        return tuple(self._known[customer].values())

    def move(self, before: CaseRow | None, row: CaseRow) -> None:
        """The case has the customer that it has now and no other."""
        if before is not None and before.customer in self._known:
            self._known[before.customer].pop(row.id, None)
        if row.customer in self._known:
            self._known[row.customer][row.id] = sibling_of(row)


class _Batch:
    """The rows of one transaction, case by case the latest."""

    def __init__(self, letter: Callable[..., DeadLetterRow], tx: Transaction, moment: Moment, engine: Engine) -> None:
        """`letter`: makes a dead letter of a record, as `dead_letter` does once it knows the part."""
        self.letter, self.tx, self.moment = letter, tx, moment
        self.questions = engine.batch()
        self.steps: list[Effects] = []
        self.arrivals: list[tuple[Record, Arrival]] = []
        self.rows: dict[str, CaseRow] = {}
        self.erased: set[str] = set()
        self.changes = Changes()
        self.counts: list[Count] = []
        self.considered: list[Considered] = []
        self.decided: list[Decided] = []
        self.buried: list[Buried] = []

    def is_new(
        self, active: CompiledRulebook, known: dict[tuple[str, str], str], record: Record, arrival: Arrival
    ) -> bool:
        """Whether nothing came before under the event's name; if so, that is counted. `known`: digests, which grow."""
        digest = known.setdefault(_key(arrival), "")
        if not digest:
            known[_key(arrival)] = arrival.digest
            return True
        if digest == arrival.digest:
            kind = active.type_label(arrival.event.type)
            self.counts.append(Count("events_total", {"type": kind, "outcome": "duplicate"}))
        else:
            detail = "an event of this id and source came before with other content"
            self.bury(record, "id_conflict", detail, arrival.event.subject)
            self.counts.append(Count("id_conflicts_total", {}))
        return False

    def lock(self, cases: set[str]) -> None:
        """Lock and read these cases; lock those of the dead letters so far too, which may be erased, or unreadable."""
        buried = {one.case for one in self.changes.dead_letters if one.case is not None}
        if buried:
            self.erased = self.tx.cases.lock_erased(buried | cases)
        self.rows = self.tx.cases.lock(cases)

    def take(self, effects: Effects) -> None:
        row = effects.row
        self.rows[row.id] = row
        self.steps.append(effects)

    def bury(self, record: Record, reason: str, detail: str, case: str | None = None, *, copy: bool = False) -> None:
        letter = self.letter(record, reason=reason, detail=detail, at=self.moment.now, case=case, copy=copy)
        self.changes.dead_letters.append(letter)
        self.counts.append(Count("dead_letters_total", {"reason": reason}))
        if not copy:
            self.buried.append((record, case, reason))

    def write(self, active: CompiledRulebook) -> None:
        for effects in marked(self.steps, self.questions):
            collect(self.changes, effects)
            self.counts.extend(effects.counts)
            if effects.considered is not None:
                self.considered.append(effects.considered)
        erased = self.erased | {case for case, row in self.rows.items() if row.erased_at is not None}
        self.changes.dead_letters = [emptied(one) if one.case in erased else one for one in self.changes.dead_letters]
        self.changes.messages.extend(to_messages(self.changes.dead_letters))
        self.tx.cases.write(self.changes)
        for effects in self.steps:
            if effects.erased_by is not None:
                erase_around(self.tx, effects.row.id, active.eraser, *effects.erased_by)


def collect(changes: Changes, effects: Effects) -> None:
    """Add one step's effects to what the transaction writes; a later step of a case outdoes an earlier one."""
    case = effects.row.id
    changes.cases[case] = effects.row
    changes.timeline.extend(effects.timeline)
    for clock in effects.clocks:
        changes.clocks[case, clock.clock, clock.cycle] = clock
        changes.gone_clocks.discard((case, clock.clock, clock.cycle))  # an earlier step's: it starts after all
    for name, cycle in effects.gone_clocks:
        changes.clocks.pop((case, name, cycle), None)
        changes.gone_clocks.add((case, name, cycle))
    changes.steps.extend((case, step) for step in effects.steps)
    changes.messages.extend(effects.messages)


def _key(arrival: Arrival) -> tuple[str, str]:
    return (arrival.event.id, arrival.event.source)


def sibling_of(row: CaseRow) -> Sibling:
    """The case as another case of its customer sees it."""
    return Sibling(row.id, row.received_at, row.status not in FINAL_STATUSES)
