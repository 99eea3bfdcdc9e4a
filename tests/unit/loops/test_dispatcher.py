"""The dispatcher: what was committed goes out in order, by one instance, and nothing is marked that was not sent."""

from collections.abc import Iterable

import pytest

from monitors.loops.dispatcher import BATCH, DUTY, LEASE_SECONDS, Dispatcher
from monitors.notices.message import Message
from tests.contract.builders import MovableTime
from tests.unit.loops.fakes import Broker, Duties, Noted, Rows
from triage.errors import StoreAway


def message(no: int, key: str = "C-1", topic: str = "decisions") -> Message:
    """The output with this number."""
    return Message(no=no, id=f"m{no}", topic=topic, key=key, sequence=no, payload=b'{"no":%d}' % no)


class Post:
    """A dispatcher with everything around it."""

    def __init__(self, messages: Iterable[Message], duties: Duties | None = None, holder: str = "a") -> None:
        self.rows, self.broker, self.noted = Rows(list(messages)), Broker(), Noted()
        self.duties, self.time = duties or Duties(), MovableTime()
        self.dispatcher = Dispatcher(self.rows, self.broker, self.duties, self.noted, holder, self.time)

    def sent(self) -> list[int]:
        return [one.no for one in self.broker.got]


def test_outputs_go_out_in_the_order_of_their_numbers() -> None:
    """Over all keys and topics, each once, and are then marked as sent."""
    post = Post([message(3, "C-2"), message(1), message(2, topic="alerts"), message(4)])
    assert post.dispatcher.dispatch() == 4
    assert post.sent() == [1, 2, 3, 4]
    assert set(post.rows.state.values()) == {"sent"}
    assert post.dispatcher.dispatch() == 0
    assert post.sent() == [1, 2, 3, 4]
    assert post.noted.counts == {}


def test_what_has_to_be_tried_again_is_not_overtaken_by_its_key() -> None:
    """It stays pending with what stands behind it; other keys go on; later all of it goes out in order."""
    post = Post([message(1), message(2, "C-2"), message(3), message(4, "C-2"), message(5)])
    post.broker.refuses = {3: "retry"}
    assert post.dispatcher.dispatch() == 3
    assert post.rows.state == {1: "sent", 2: "sent", 3: "pending", 4: "sent", 5: "pending"}
    assert not post.dispatcher.drain()
    post.broker.refuses = {}
    assert post.dispatcher.drain()
    assert [one.no for one in post.broker.got if one.key == "C-1"] == [1, 3, 5]
    assert post.noted.counts == {}


def test_what_can_never_be_sent_fails_alone() -> None:
    """It is marked, counted and never tried again; what stands behind it goes out, of its key too."""
    post = Post([message(1), message(2), message(3)])
    post.broker.refuses = {2: "failed"}
    assert post.dispatcher.drain()
    assert post.rows.state == {1: "sent", 2: "failed", 3: "sent"}
    assert post.noted.counts == {("dispatch_failures_total", "failed"): 1}
    post.broker.refuses = {}
    assert post.dispatcher.drain()
    assert post.sent() == [1, 3]


def test_what_a_topic_refuses_waits_for_an_operator_and_goes_out_then() -> None:
    """It is held and counted; a drain does not wait for it; once the topic takes it, it is sent."""
    post = Post([message(1, topic="alerts"), message(2)])
    post.broker.refuses = {1: "held"}
    assert post.dispatcher.drain()
    assert post.rows.state == {1: "held", 2: "sent"}
    assert post.noted.counts["dispatch_failures_total", "held"] >= 1
    post.broker.refuses = {}
    assert post.dispatcher.dispatch() == 1
    assert post.rows.state == {1: "sent", 2: "sent"}


def test_with_the_broker_away_nothing_is_marked_and_nothing_is_lost() -> None:
    """The failure is counted, the rows wait; when it is back they go out in order."""
    post = Post([message(1), message(2)])
    post.broker.away = True
    assert post.dispatcher.dispatch() == 0
    assert not post.dispatcher.drain()
    assert post.rows.state == {1: "pending", 2: "pending"}
    assert post.noted.counts == {("dispatch_failures_total", "broker_away"): 2}
    post.broker.away = False
    assert post.dispatcher.drain()
    assert post.sent() == [1, 2]


def test_what_was_sent_and_not_marked_is_sent_again_with_the_same_bytes() -> None:
    """The store goes away between sending and marking: the loop tries again, and readers can tell."""
    post = Post([message(1), message(2)])
    post.rows.away = True
    with pytest.raises(StoreAway):
        post.dispatcher.dispatch()
    post.rows.away = False
    assert post.dispatcher.drain()
    first, second = post.broker.got[:2], post.broker.got[2:]
    assert first == second == [message(1), message(2)]


def test_a_drain_goes_on_over_batches() -> None:
    """More than one batch waits: all of it goes out, in order."""
    post = Post(message(no) for no in range(1, 2 * BATCH + 2))
    assert post.dispatcher.dispatch() == BATCH
    assert post.dispatcher.drain()
    assert post.sent() == list(range(1, 2 * BATCH + 2))


def test_a_drain_of_nothing_is_done() -> None:
    """An empty outbox waits for nobody."""
    assert Post([]).dispatcher.drain()


def test_one_instance_publishes_at_a_time() -> None:
    """Another one does not even read the outbox, and says that it is not done while rows wait; when the first gives
    the duty back it takes over."""
    duties = Duties()
    first, second = Post([message(1)], duties, "a"), Post([message(2)], duties, "b")
    assert first.dispatcher.dispatch() == 1
    assert not second.dispatcher.on_duty()
    assert not second.dispatcher.drain()
    assert (second.sent(), second.rows.reads) == ([], 0)
    first.dispatcher.stop()
    assert second.dispatcher.drain()
    assert second.sent() == [2]
    assert not first.dispatcher.on_duty()


def test_an_instance_off_duty_is_done_when_the_other_has_sent_all() -> None:
    """By whomever it was sent."""
    duties = Duties()
    duties.hold(DUTY, "other", 15)
    post = Post([message(1)], duties)
    assert not post.dispatcher.drain()
    post.rows.state[1] = "sent"
    assert post.dispatcher.drain()


def test_only_the_holder_gives_the_duty_back() -> None:
    """An instance that stops off duty takes it from nobody."""
    duties = Duties()
    duties.hold(DUTY, "other", 15)
    Post([], duties).dispatcher.stop()
    assert duties.holders == {DUTY: "other"}


def test_the_duty_is_renewed_with_every_batch() -> None:
    """A long drain keeps it."""
    post = Post(message(no) for no in range(1, BATCH + 2))
    post.dispatcher.drain()
    assert len(post.duties.asked) == 3  # two batches, and the look that found nothing
    assert all(seconds > 0 for seconds in post.duties.asked)


def test_the_duty_is_sure_for_as_long_as_the_lease_and_no_longer() -> None:
    """Counted from before the store was asked; not once another holds it, nor once it is given back."""
    duties = Duties()
    one, other = Post([], duties, "a"), Post([], duties, "b")
    assert not one.dispatcher.surely_on_duty()
    assert one.dispatcher.on_duty()
    assert not other.dispatcher.on_duty()
    assert (one.dispatcher.surely_on_duty(), other.dispatcher.surely_on_duty()) == (True, False)
    one.time.forward(LEASE_SECONDS - 1)
    assert one.dispatcher.surely_on_duty()
    one.time.forward(1)
    assert not one.dispatcher.surely_on_duty()
    assert one.dispatcher.on_duty()
    one.dispatcher.stop()
    assert not one.dispatcher.surely_on_duty()


def test_while_paused_nothing_is_sent_and_the_duty_is_kept() -> None:
    """The holder exports the gauges, which tell of the pause; a drain says that rows wait, and ends."""
    rows, broker, duties = Rows([message(1), message(2)]), Broker(), Duties()
    paused = [True, True, False, False, False]
    dispatcher = Dispatcher(rows, broker, duties, Noted(), "a", MovableTime(), lambda: paused.pop(0))
    assert dispatcher.dispatch() == 0
    assert not dispatcher.drain()
    assert (broker.got, rows.reads, duties.holders) == ([], 0, {DUTY: "a"})
    assert dispatcher.drain()
    assert [one.no for one in broker.got] == [1, 2]


def test_a_last_drain_ends_when_its_time_is_over() -> None:
    """Other instances may go on writing: what is left goes out at the next start, or by another's hand."""
    post = Post(message(no) for no in range(1, 2 * BATCH + 2))
    assert not post.dispatcher.drain(lambda: False)
    assert len(post.broker.got) == BATCH
