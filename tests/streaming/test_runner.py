import threading
import time
from collections.abc import Callable, Generator

import pytest

from visualizer.streaming.mailbox import Mailbox
from visualizer.streaming.runner import Finished, Runner

LONG = 10.0  # s that a test waits before it gives up


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.001)


def settle(runner: Runner) -> None:
    wait_until(lambda: not runner.alive())


class Counter:
    """A run of numbers that can be watched from outside."""

    def __init__(self, end: int | None = None) -> None:
        self.end = end
        self.count = 0
        self.closed_in: int | None = None

    def __call__(self) -> Generator[int]:
        try:
            while self.end is None or self.count < self.end:
                self.count += 1
                yield self.count
        finally:
            self.closed_in = threading.get_ident()


def held_at(counter: Counter) -> int:
    """The number at which a run stands still, once the step under way is over."""
    readings = [-1]

    def stands() -> bool:
        time.sleep(0.02)
        readings.append(counter.count)
        return readings[-1] == readings[-2]

    wait_until(stands)
    return counter.count


def test_a_run_ends_with_its_last_result_and_the_end(mailbox: Mailbox) -> None:
    runner = Runner(Counter(1000)(), mailbox, "training")
    runner.start()
    settle(runner)
    messages = dict(mailbox.take())
    assert messages["training"] == 1000
    finished = messages["training finished"]
    assert isinstance(finished, Finished)
    assert (finished.topic, finished.stopped, finished.error) == ("training", False, None)


def test_none_is_a_place_to_pause_and_no_result(mailbox: Mailbox) -> None:
    def run() -> Generator[int | None]:
        yield 1
        yield None

    runner = Runner(run(), mailbox)
    runner.start()
    settle(runner)
    assert dict(mailbox.take())["run"] == 1


def test_stepping_goes_one_yield_at_a_time(mailbox: Mailbox) -> None:
    counter = Counter()
    runner = Runner(counter(), mailbox)
    runner.start(paused=True)
    for steps in range(1, 4):
        runner.step()
        wait_until(lambda steps=steps: counter.count == steps)
    assert held_at(counter) == 3
    runner.step()
    runner.step()
    wait_until(lambda: counter.count == 5)
    assert runner.stop()


def test_pausing_holds_and_resuming_goes_on(mailbox: Mailbox) -> None:
    counter = Counter()
    runner = Runner(counter(), mailbox)
    runner.start()
    wait_until(lambda: counter.count > 10)
    runner.pause()
    held = held_at(counter)
    assert runner.alive()
    runner.resume()
    wait_until(lambda: counter.count > held + 10)
    assert runner.stop()


def test_it_holds_once_the_step_that_was_under_way_is_over(mailbox: Mailbox) -> None:
    is_under_way, may_end = threading.Event(), threading.Event()

    def run() -> Generator[int]:
        is_under_way.set()
        may_end.wait()
        yield 1
        yield 2

    runner = Runner(run(), mailbox)
    assert not runner.holds
    runner.start()
    is_under_way.wait()
    runner.pause()
    assert not runner.holds
    may_end.set()
    wait_until(lambda: runner.holds)
    assert dict(mailbox.take())["run"] == 1
    runner.resume()
    settle(runner)
    assert not runner.holds


def test_stepping_a_running_run_holds_it(mailbox: Mailbox) -> None:
    counter = Counter()
    runner = Runner(counter(), mailbox)
    runner.start()
    runner.step()
    held_at(counter)
    assert runner.stop()


@pytest.mark.parametrize("paused", [False, True])
def test_stopping_ends_the_thread_and_closes_the_generator_in_it(mailbox: Mailbox, paused: bool) -> None:
    counter = Counter()
    runner = Runner(counter(), mailbox)
    runner.start()
    wait_until(lambda: counter.count > 0)
    if paused:
        runner.pause()
    assert runner.stop()
    assert not runner.alive()
    assert counter.closed_in not in (None, threading.get_ident())
    finished = dict(mailbox.take())["run finished"]
    assert isinstance(finished, Finished)
    assert (finished.stopped, finished.error) == (True, None)


def test_a_run_that_never_began_can_be_stopped(mailbox: Mailbox) -> None:
    assert Runner(Counter()(), mailbox).stop()
    assert mailbox.take() == []


def test_a_step_that_does_not_return_is_left_behind(mailbox: Mailbox) -> None:
    entered, go = threading.Event(), threading.Event()

    def run() -> Generator[None]:
        entered.set()
        assert go.wait(LONG)
        yield

    runner = Runner(run(), mailbox)
    runner.start()
    assert entered.wait(LONG)
    assert not runner.stop(timeout=0.05)
    go.set()
    assert runner.stop(LONG)


@pytest.mark.parametrize(
    "error",
    [ValueError("wrong"), RuntimeError("CUDA error"), SystemExit(1), KeyboardInterrupt(), MemoryError()],
    ids=lambda error: type(error).__name__,
)
def test_an_error_of_any_type_is_told(mailbox: Mailbox, error: BaseException) -> None:
    def run() -> Generator[int]:
        yield 1
        raise error

    runner = Runner(run(), mailbox)
    runner.start()
    settle(runner)
    messages = dict(mailbox.take())
    assert messages["run"] == 1
    finished = messages["run finished"]
    assert isinstance(finished, Finished)
    assert finished.error is error
    assert type(error).__name__ in finished.traceback_text
    assert ", in run" in finished.traceback_text


def test_an_error_while_closing_is_told(mailbox: Mailbox) -> None:
    def run() -> Generator[int]:
        try:
            while True:
                yield 1
        finally:
            raise OSError("the disk is full")

    runner = Runner(run(), mailbox)
    runner.start()
    assert runner.stop()
    finished = dict(mailbox.take())["run finished"]
    assert isinstance(finished, Finished)
    assert isinstance(finished.error, OSError)
