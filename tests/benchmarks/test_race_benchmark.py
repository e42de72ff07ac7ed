import sys
from types import SimpleNamespace

import pytest
import torch

from visualizer.benchmarks import race
from visualizer.race.racers import RACERS


def test_batches_are_compared_with_single_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    if "torch._dynamo" not in sys.modules:  # a step of torch's imports it; it takes seconds
        compiler = SimpleNamespace(graph_break=lambda: None)
        monkeypatch.setitem(sys.modules, "torch._dynamo", compiler)
        monkeypatch.setattr(torch, "_dynamo", compiler, raising=False)
    monkeypatch.setattr(race, "STARTS", 20)
    monkeypatch.setattr(race, "STEPS", 30)
    alone: list[str] = []
    real = race._alone

    def spied(on, racer, start, steps):
        alone.append(racer.optimizer)
        return real(on, racer, start, steps) + (1e-3 if racer.optimizer == "asgd" else 0.0)

    monkeypatch.setattr(race, "_alone", spied)
    speed, apart = race.measure()
    assert set(alone) == {name for name, row in RACERS.items() if row.elementwise}
    assert speed.value > 1
    assert (speed.goal, speed.at_least) == (200, True)
    assert apart.value == pytest.approx(1e-3)  # the one that was put aside, and no other
    assert not apart.holds
