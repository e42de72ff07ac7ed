"""Work in processes of its own: several tasks at a time, none left behind, and one that fails ends no other."""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from visualizer.allocator import keep_freed_memory
from visualizer.errors import UserError
from visualizer.networks.memory import is_out_of_memory

_TICK = 0.1  # s: how soon a wish to stop is heard
_PATIENCE = 2.0  # s that a process may take to end
MOST_JOBS = 60  # Windows can wait for 63 pipes

Report = Callable[[str, float | None], None]
Work = Callable[[Any, int, Report], object]
"""``work(argument, number of the process, report)`` → what can be pickled; a function of a module."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do, once all tasks named in ``after`` have been done well."""

    name: str
    work: Work
    argument: Any = field(repr=False)
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """How a task ended: with a result, or with a sentence that says why there is none."""

    result: Any = field(default=None, repr=False)
    failure: str = ""


Progress = Callable[[Mapping[str, Answer], Mapping[str, tuple[str, float]]], None]
"""The answers so far, and of each task under way the last text and the share done (0…1)."""


def work_through(tasks: Sequence[Task], jobs: int, progress: Progress) -> dict[str, Answer]:
    """Do all tasks in up to ``jobs`` processes; the answers by their names.

    ``progress`` is called at least ten times a second; what it raises ends all processes at once. A ``UserError``, a
    lack of memory and a process that dies end their task alone. Any other exception of a task is raised here.
    """
    return _Pool(tasks, progress).run(min(jobs, len(tasks)))


class _Pool:
    def __init__(self, tasks: Sequence[Task], progress: Progress) -> None:
        self._waiting = list(tasks)
        self._progress = progress
        self._answers: dict[str, Answer] = {}
        self._under_way: dict[str, tuple[str, float]] = {}
        self._processes: list[_Process | None] = []

    def run(self, jobs: int) -> dict[str, Answer]:
        self._processes = [None] * jobs
        try:
            while self._waiting or self._under_way:
                self._give_out()
                self._progress(self._answers, self._under_way)
                self._take_in()
            self._progress(self._answers, self._under_way)
        finally:
            for process in self._processes:
                if process is not None:
                    process.end()
        return self._answers

    def _give_out(self) -> None:
        """Give every idle process the first task that nothing stands before."""
        for number, process in enumerate(self._processes):
            if process is not None and process.task is not None:
                continue
            task = self._next()
            if task is None:
                return
            if process is None:
                process = self._processes[number] = _Process(number)
            process.give(task)
            self._under_way[task.name] = ("", 0.0)

    def _next(self) -> Task | None:
        for task in list(self._waiting):
            missing = [name for name in task.after if name not in self._answers]
            failed = [name for name in task.after if name not in missing and self._answers[name].failure]
            if failed:
                self._waiting.remove(task)
                self._answers[task.name] = Answer(failure=f"It needs {failed[0]}, which failed.")
            elif not missing:
                self._waiting.remove(task)
                return task
        return None

    def _take_in(self) -> None:
        busy = [process for process in self._processes if process is not None and process.task is not None]
        ready = wait([process.connection for process in busy], _TICK)
        for process in busy:
            if process.connection not in ready or process.task is None:
                continue
            name = process.task.name
            try:
                kind, *told = process.connection.recv()
            except (EOFError, OSError):
                self._processes[process.number] = None
                self._answer(name, Answer(failure=process.death()))
                continue
            if kind == "progress":
                self._under_way[name] = (
                    told[0],
                    told[1] if told[1] is not None else self._under_way[name][1],
                )
            elif kind == "bug":
                raise RuntimeError(f"{name} failed:\n{told[0]}")
            else:
                process.task = None
                self._answer(name, Answer(result=told[0]) if kind == "result" else Answer(failure=told[0]))

    def _answer(self, name: str, answer: Answer) -> None:
        self._under_way.pop(name)
        self._answers[name] = answer


class _Process:
    """One process, and the task that it works at."""

    def __init__(self, number: int) -> None:
        context = multiprocessing.get_context("spawn")  # a fork of a process with threads may hang
        self.number = number
        self.task: Task | None = None
        self.connection, theirs = context.Pipe()
        self._process: BaseProcess = context.Process(target=_serve, args=(number, theirs), daemon=True)
        with _deaf_to_ctrl_c():
            self._process.start()
        theirs.close()  # so that the end of the process is the end of the pipe

    def give(self, task: Task) -> None:
        self.task = task
        # One that died meanwhile is noticed when its answer is read.
        with contextlib.suppress(OSError):
            self.connection.send((task.work, task.argument))

    def death(self) -> str:
        """Why it is no more, in a sentence; the process has closed its pipe."""
        self._process.join(_PATIENCE)
        code = self._process.exitcode
        self.end()
        return f"Its process was ended (status {code}), perhaps for a lack of memory; run fewer at a time."

    def end(self) -> None:
        """Whatever it does, it is over when this returns."""
        self.connection.close()
        self._process.terminate()
        self._process.join(_PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Processes started here do not hear Ctrl-C, not even while Python begins: whoever started them ends them."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _serve(number: int, connection: Connection) -> None:
    """The life of a process: take a task, tell its answer, until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    keep_freed_memory()
    with contextlib.suppress(EOFError, OSError):
        while True:
            work, argument = connection.recv()
            connection.send(_answered(work, argument, number, _reporter(connection)))


def _reporter(connection: Connection) -> Report:
    """Tells of one task no more often than is listened: a message for every step would keep both sides busy."""
    last = -math.inf

    def report(text: str, fraction: float | None = None) -> None:
        nonlocal last
        if time.monotonic() - last >= _TICK:
            last = time.monotonic()
            connection.send(("progress", text, fraction))

    return report


def _answered(work: Work, argument: Any, number: int, report: Report) -> tuple[str, object]:
    try:
        return "result", work(argument, number, report)
    except UserError as error:
        return "failure", str(error)
    except OSError as error:
        return (
            "failure",
            f"Its folder cannot be written to ({error.strerror}); free some space or choose another.",
        )
    except Exception as error:
        if is_out_of_memory(error):
            return "failure", "There was not enough memory; run fewer at a time."
        return "bug", traceback.format_exc()


def _end_with_parent() -> None:
    """A parent that is killed cannot end its processes, so they look after it themselves."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
