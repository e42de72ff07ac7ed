import numpy as np
import pytest

from visualizer.data import shapes
from visualizer.data.samples import shape_samples


def test_one_of_each_class_comes_first():
    samples = shape_samples(4, 12, 64)
    assert [sample.label for sample in samples[:9]] == list(shapes.CLASSES)
    assert len(samples) == 12
    assert all(sample.name == sample.label for sample in samples)
    assert all(sample.pixels.shape == (64, 64, 3) for sample in samples)
    with pytest.raises(ValueError, match="read-only"):
        samples[0].pixels[0, 0, 0] = 1
    distinct = {sample.pixels.tobytes() for sample in samples}
    assert len(distinct) == 12


def test_fewer_than_the_classes():
    assert [sample.label for sample in shape_samples(4, 2, 32)] == ["triangle", "parallelogram"]
    assert shape_samples(4, 0, 32) == ()


def test_the_same_seed_gives_the_same_samples():
    first, second = shape_samples(4, 10, 32), shape_samples(4, 10, 32)
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(first, second, strict=True))
