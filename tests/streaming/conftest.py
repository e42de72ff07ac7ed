import threading
from collections.abc import Iterator

import pytest

from visualizer.streaming.mailbox import Mailbox
from visualizer.streaming.prober import Prober


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before]
    assert not left, f"threads left behind: {left}"


@pytest.fixture
def prober(mailbox: Mailbox, no_thread_left: None) -> Iterator[Prober]:
    prober = Prober(mailbox)
    yield prober
    assert prober.stop()
