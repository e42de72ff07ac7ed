from __future__ import annotations

import pytest

from visualizer.benchmarks import rotate
from visualizer.data.transforms import values_of


def test_curves_and_streams_are_compared_with_bare_work(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("PAIRS", 1), ("LOOP_PAIRS", 1), ("IMAGES", 6), ("SLICE", 0.0), ("EVERY", 1)):
        monkeypatch.setattr(rotate, name, value)
    monkeypatch.setattr(rotate, "values_of", lambda name: values_of(name, 30))
    monkeypatch.setattr(rotate.torch.cuda, "is_available", lambda: False)
    curve, one_by_one, one_batch, stream, growth = rotate.measure()
    assert (curve.goal, curve.at_least) == (1.10, False)
    assert (one_by_one.goal, one_by_one.at_least) == (1.3, True)
    assert one_batch.at_least
    assert (stream.goal, stream.at_least) == (0.9, True)
    assert stream.value > 0
    assert (growth.unit, growth.at_least) == ("MB", False)
