import itertools
import platform

import pytest
import torch

from visualizer.benchmarks import figures
from visualizer.benchmarks.figures import Benchmark, Figure, ratio
from visualizer.networks.machine import machine


def test_a_figure_holds_up_to_its_goal() -> None:
    assert Figure("a", 1.10, "×", goal=1.10).holds
    assert not Figure("a", 1.11, "×", goal=1.10).holds
    assert not Figure("a", float("nan"), "×", goal=1.10).holds


def test_a_figure_that_is_to_be_large_holds_from_its_goal_on() -> None:
    assert Figure("a", 1.15, "×", goal=1.15, at_least=True).holds
    assert not Figure("a", 1.14, "×", goal=1.15, at_least=True).holds
    assert not Figure("a", float("nan"), "×", goal=1.15, at_least=True).holds


class Clock:
    """A clock that only the measured work moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.order: list[str] = []
        monkeypatch.setattr(figures, "perf_counter", lambda: self.now)

    def work(self, name: str, *durations: float):
        duration = itertools.cycle(durations)

        def run() -> None:
            self.order.append(name)
            self.now += next(duration)

        return run


def test_the_ratio_is_the_median_of_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    ours = clock.work("ours", 1.0, 4.0, 3.0)
    assert ratio(ours, clock.work("bare", 2.0), pairs=3, warm_up=0) == 1.5


def test_what_comes_first_alternates_after_the_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    ratio(clock.work("ours", 1.0), clock.work("bare", 1.0), pairs=2, warm_up=1)
    assert clock.order == ["bare", "ours", "bare", "ours", "ours", "bare"]


def test_a_slow_moment_of_the_computer_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    ours = clock.work("ours", 1.0, 10.0, 1.0)
    bare = clock.work("bare", 1.0, 10.0, 1.0)
    assert ratio(ours, bare, pairs=3, warm_up=0) == 1.0


def test_a_benchmark_is_imported_when_it_is_run() -> None:
    row = Benchmark("none", "visualizer.benchmarks.no_such_module:measure")
    with pytest.raises(ModuleNotFoundError):
        row.measure()


def test_the_machine_is_described() -> None:
    described = machine()
    assert list(described) == ["cpu", "cores", "gpu", "python", "torch"]
    assert described["cpu"]
    assert isinstance(described["cores"], int)
    assert described["cores"] >= 1
    assert described["python"] == platform.python_version()
    assert described["torch"] == torch.__version__
    assert (described["gpu"] is not None) == torch.cuda.is_available()
