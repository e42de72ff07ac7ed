import threading
from itertools import pairwise

from visualizer.streaming.mailbox import Mailbox


def test_the_newest_message_of_a_topic_is_kept(mailbox: Mailbox) -> None:
    for number in range(1000):
        mailbox.put("frame", number)
    assert mailbox.take() == [("frame", 999)]


def test_taking_empties_the_mailbox(mailbox: Mailbox) -> None:
    mailbox.put("frame", 1)
    mailbox.take()
    assert mailbox.take() == []


def test_messages_come_in_the_order_of_their_newest(mailbox: Mailbox) -> None:
    for topic, message in [("a", 1), ("b", 1), ("c", 1), ("a", 2)]:
        mailbox.put(topic, message)
    assert mailbox.take() == [("b", 1), ("c", 1), ("a", 2)]


def test_none_is_a_message_like_any_other(mailbox: Mailbox) -> None:
    mailbox.put("frame", None)
    assert mailbox.take() == [("frame", None)]


def test_discarding_empties_one_slot(mailbox: Mailbox) -> None:
    mailbox.put("a", 1)
    mailbox.put("b", 2)
    mailbox.discard("a")
    mailbox.discard("never used")
    assert mailbox.take() == [("b", 2)]


def test_nothing_is_lost_or_told_twice_between_threads(mailbox: Mailbox) -> None:
    """Two writers, one reader: each topic's numbers rise, and the last one arrives."""
    last = 20_000
    taken: dict[str, list[int]] = {"a": [], "b": []}

    def write(topic: str) -> None:
        for number in range(last + 1):
            mailbox.put(topic, number)

    def read() -> None:
        for topic, message in mailbox.take():
            assert isinstance(message, int)
            taken[topic].append(message)

    writers = [threading.Thread(target=write, args=(topic,)) for topic in taken]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        read()
    for writer in writers:
        writer.join()
    read()
    for numbers in taken.values():
        assert numbers[-1] == last
        assert all(earlier < later for earlier, later in pairwise(numbers))
