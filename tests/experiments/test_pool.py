"""Work in processes: what fails fails alone, and nothing is left behind."""

import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from visualizer.errors import UserError
from visualizer.experiments.pool import Answer, Report, Task, work_through


def square(argument: int, number: int, report: Report) -> int:
    report("squaring", 0.5)
    return argument**2


def refuse(argument: str, number: int, report: Report) -> None:
    raise UserError(argument)


def die(argument: int, number: int, report: Report) -> None:
    os._exit(argument)


def stumble(argument: object, number: int, report: Report) -> None:
    raise ZeroDivisionError("a bug")


def sleep(argument: float, number: int, report: Report) -> None:
    report("sleeping", 0.0)
    time.sleep(argument)


def chatter(argument: int, number: int, report: Report) -> None:
    for count in range(argument):
        report("chattering", count / argument)


def silent(answers: Mapping[str, Answer], under_way: Mapping[str, Any]) -> None:
    pass


def test_who_fails_ends_no_other_and_nobody_is_left() -> None:
    tasks = [
        Task("dies", die, 7),
        Task("refuses", refuse, "a loss is no number; lower the rate"),
        Task("waits in vain", square, 1, ("refuses",)),
        Task("three", square, 3),
        Task("after three", square, 4, ("three",)),
    ]
    seen: list[str] = []

    def progress(answers: Mapping[str, Answer], under_way: Mapping[str, tuple[str, float]]) -> None:
        seen.extend(under_way)
        assert len(under_way) <= 2

    answers = work_through(tasks, 2, progress)
    assert multiprocessing.active_children() == []
    assert {name: answers[name].result for name in ("three", "after three")} == {
        "three": 9,
        "after three": 16,
    }
    assert "status 7" in answers["dies"].failure
    assert answers["refuses"].failure == "A loss is no number; lower the rate."
    assert "refuses" in answers["waits in vain"].failure
    assert "waits in vain" not in seen


def test_a_task_that_tells_of_every_step_does_not_flood_the_pipe() -> None:
    seen: set[float] = set()

    def progress(answers: Mapping[str, Answer], under_way: Mapping[str, tuple[str, float]]) -> None:
        seen.update(share for _, share in under_way.values())

    work_through([Task("chatters", chatter, 50_000)], 1, progress)
    assert len(seen) < 500


def test_a_bug_is_told_with_its_place() -> None:
    with pytest.raises(RuntimeError, match=r"(?s)stumble.*ZeroDivisionError: a bug"):
        work_through([Task("one", stumble, None), Task("two", sleep, 60.0)], 2, silent)
    assert multiprocessing.active_children() == []


class Stopped(Exception):
    pass


def test_a_wish_to_stop_is_heard_at_once() -> None:
    started: list[float] = []

    def progress(answers: Mapping[str, Answer], under_way: Mapping[str, tuple[str, float]]) -> None:
        if any(text == "sleeping" for text, _ in under_way.values()):
            started.append(time.monotonic())
            raise Stopped

    with pytest.raises(Stopped):
        work_through([Task("long", sleep, 600.0)], 1, progress)
    assert time.monotonic() - started[0] < 60  # not the ten minutes of the task
    assert multiprocessing.active_children() == []


PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
from test_pool import Task, sleep, silent, work_through
def told(answers, under_way):
    if any(text for text, _ in under_way.values()):
        print("sleeping", flush=True)
if __name__ == "__main__":
    work_through([Task("long", sleep, 600.0)], 1, told)
"""


def test_processes_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.format(folder=str(Path(__file__).parent)))
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root}
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"sleeping\n"
        children = psutil.Process(parent.pid).children(recursive=True)
        assert children
        parent.kill()
        _, alive = psutil.wait_procs(children, timeout=10)
        assert not alive
