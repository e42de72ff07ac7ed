import gc
import threading
import time
import weakref
from collections.abc import Callable

import pytest

from visualizer.streaming.mailbox import Mailbox
from visualizer.streaming.prober import Answer, Cancelled, Failure, Job, Prober, Progress, Report

LONG = 10.0  # s that a test waits before it gives up


def settle(prober: Prober) -> None:
    wait_until(lambda: not prober.busy())


def wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.001)


class Gate:
    """A job that waits until it is let go."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self._open = threading.Event()

    def job(self, value: object = None) -> Job:
        def wait(report: Report) -> object:
            self.entered.set()
            assert self._open.wait(LONG)
            return value

        return wait

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def gate() -> Gate:
    return Gate()


def answers(mailbox: Mailbox) -> list[tuple[str, object]]:
    return [(topic, m.value) for topic, m in mailbox.take() if isinstance(m, Answer)]


def test_an_answer_carries_its_topic_generation_and_value(prober: Prober, mailbox: Mailbox) -> None:
    generation = prober.ask("sum", lambda report: 2 + 3)
    settle(prober)
    [(topic, answer)] = mailbox.take()
    assert topic == "sum"
    assert isinstance(answer, Answer)
    assert (answer.topic, answer.generation, answer.value) == ("sum", generation, 5)


def test_generations_rise_over_all_topics(prober: Prober) -> None:
    generations = [prober.ask(topic, lambda report: None) for topic in ("a", "b", "a")]
    assert generations == sorted(set(generations))


def test_jobs_run_in_one_thread_of_their_own(prober: Prober, mailbox: Mailbox) -> None:
    for topic in ("a", "b"):
        prober.ask(topic, lambda report: threading.get_ident())
    settle(prober)
    [first, second] = [value for _, value in answers(mailbox)]
    assert first == second != threading.get_ident()


def test_a_newer_request_replaces_the_waiting_one(prober: Prober, mailbox: Mailbox, gate: Gate) -> None:
    called: list[int] = []
    prober.ask("gate", gate.job())
    assert gate.entered.wait(LONG)
    for number in range(100):
        prober.ask("slider", lambda report, number=number: called.append(number))
    gate.open()
    settle(prober)
    assert called == [99]


def test_a_stale_answer_is_dropped(prober: Prober, mailbox: Mailbox, gate: Gate) -> None:
    prober.ask("slider", gate.job("old"))
    assert gate.entered.wait(LONG)
    prober.ask("slider", lambda report: "new")
    gate.open()
    settle(prober)
    assert answers(mailbox) == [("slider", "new")]


def test_a_stale_failure_is_dropped(prober: Prober, mailbox: Mailbox, gate: Gate) -> None:
    def fail(report: Report) -> None:
        gate.job()(report)
        raise ValueError("too late to matter")

    prober.ask("slider", fail)
    assert gate.entered.wait(LONG)
    prober.ask("slider", lambda report: "new")
    gate.open()
    settle(prober)
    assert answers(mailbox) == [("slider", "new")]


def test_a_stale_job_ends_at_its_next_report(prober: Prober, mailbox: Mailbox, gate: Gate) -> None:
    ended: list[type[BaseException]] = []

    def slow(report: Report) -> None:
        gate.job()(report)
        try:
            report("half done", 0.5)
        except BaseException as error:
            ended.append(type(error))
            raise

    prober.ask("slider", slow)
    assert gate.entered.wait(LONG)
    prober.ask("slider", lambda report: "new")
    gate.open()
    settle(prober)
    assert ended == [Cancelled]
    assert [type(message) for _, message in mailbox.take()] == [Answer]


def test_topics_are_answered_in_the_order_of_asking(prober: Prober, gate: Gate) -> None:
    order: list[str] = []
    prober.ask("gate", gate.job())
    assert gate.entered.wait(LONG)
    for topic in ("a", "b", "c", "a"):  # asked again, "a" goes behind the others
        prober.ask(topic, lambda report, topic=topic: order.append(topic))
    assert prober.pending() == ("gate", "b", "c", "a")
    gate.open()
    settle(prober)
    assert order == ["b", "c", "a"]
    assert prober.pending() == ()


def test_progress_arrives_under_the_topic(prober: Prober, mailbox: Mailbox, gate: Gate) -> None:
    reported = threading.Event()

    def slow(report: Report) -> None:
        report("looking")
        report("41 %", 0.41)
        reported.set()
        gate.job()(report)

    generation = prober.ask("angles", slow)
    assert reported.wait(LONG)
    assert mailbox.take() == [("angles", Progress("angles", generation, "41 %", 0.41))]
    gate.open()
    settle(prober)


class OddError(BaseException):
    pass


@pytest.mark.parametrize(
    "error",
    [
        ValueError("wrong"),
        RuntimeError("CUDA error: out of memory"),
        StopIteration(),
        SystemExit(3),
        KeyboardInterrupt(),
        GeneratorExit(),
        MemoryError(),
        Cancelled(),
        OddError("odd"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_failure_of_any_type_is_told_and_the_thread_lives_on(
    prober: Prober, mailbox: Mailbox, error: BaseException
) -> None:
    def fail(report: Report) -> None:
        raise error

    generation = prober.ask("fail", fail)
    settle(prober)
    [(topic, failure)] = mailbox.take()
    assert isinstance(failure, Failure)
    assert (topic, failure.generation, failure.error) == ("fail", generation, error)
    assert type(error).__name__ in failure.traceback_text
    assert ", in fail" in failure.traceback_text
    prober.ask("next", lambda report: "alive")
    settle(prober)
    assert answers(mailbox) == [("next", "alive")]


class Tensor:
    """Stands for something large."""


def test_nothing_keeps_a_job_and_its_tensors_alive(prober: Prober, mailbox: Mailbox) -> None:
    tensor = Tensor()
    seen = weakref.ref(tensor)

    def fail(report: Report, tensor: Tensor = tensor) -> None:
        raise ValueError

    gc.disable()  # as in the window: no cycle may hold it either
    try:
        prober.ask("fail", fail)
        settle(prober)
        del tensor, fail
        message = mailbox.take()  # the failure itself is still at hand
        wait_until(lambda: seen() is None)
        assert message
    finally:
        gc.enable()


def test_after_cancelling_no_message_arrives(prober: Prober, mailbox: Mailbox, gate: Gate) -> None:
    prober.ask("running", gate.job("answer"))
    assert gate.entered.wait(LONG)
    prober.ask("waiting", lambda report: "answer")
    for topic in ("running", "waiting", "unknown"):
        prober.cancel(topic)
    assert prober.pending() == ()
    assert prober.busy()  # the running job has not returned yet
    gate.open()
    settle(prober)
    assert mailbox.take() == []


def test_cancelling_takes_back_an_answer_that_was_not_taken(prober: Prober, mailbox: Mailbox) -> None:
    prober.ask("done", lambda report: "answer")
    settle(prober)
    prober.cancel("done")
    assert mailbox.take() == []


def test_stopping_while_idle_ends_the_thread(mailbox: Mailbox) -> None:
    prober = Prober(mailbox)
    assert prober.stop()
    assert prober.stop()  # once more does no harm
    with pytest.raises(RuntimeError, match="has stopped"):
        prober.ask("late", lambda report: None)


def test_stopping_while_busy_ends_a_job_that_reports(mailbox: Mailbox) -> None:
    prober = Prober(mailbox)
    entered = threading.Event()

    def endless(report: Report) -> None:
        while True:
            report("on and on")
            entered.set()

    prober.ask("endless", endless)
    prober.ask("waiting", lambda report: "never")
    assert entered.wait(LONG)
    assert prober.stop()
    assert mailbox.take() == []


def test_a_job_that_does_not_return_is_left_behind(mailbox: Mailbox, gate: Gate) -> None:
    prober = Prober(mailbox)
    prober.ask("stuck", gate.job("late"))
    assert gate.entered.wait(LONG)
    assert not prober.stop(timeout=0.05)
    gate.open()
    assert prober.stop(LONG)
    assert mailbox.take() == []


def test_many_threads_may_ask(prober: Prober, mailbox: Mailbox) -> None:
    def ask(topic: str) -> None:
        for number in range(200):
            prober.ask(topic, lambda report, number=number: number)

    askers = [threading.Thread(target=ask, args=(topic,)) for topic in "abcd"]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    settle(prober)
    assert sorted(answers(mailbox)) == [(topic, 199) for topic in "abcd"]
