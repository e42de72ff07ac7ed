"""The strip of samples: pictures that are at hand without any file."""

from __future__ import annotations

import itertools
from pathlib import Path

from PIL import Image

from visualizer.data import shapes
from visualizer.data.inputs import Input


def shape_samples(seed: int, count: int, side: int) -> tuple[Input, ...]:
    """``count`` pictures of the shapes data set ``seed``, each labelled and named after its class.

    One of each class comes first, in the order of the classes; then whatever comes in the data set.
    """
    return tuple(_sample(seed, index, side) for index in _indices(seed, count))


def save_samples(folder: Path, seed: int = 2026, side: int = 256) -> None:
    """Write one picture of each class as PNG, named after it: how ``resources/images`` was made.

    ``python -c "from pathlib import Path; from visualizer.data.samples import save_samples;
    save_samples(Path('resources/images'))"``
    """
    folder.mkdir(parents=True, exist_ok=True)
    for sample in shape_samples(seed, len(shapes.CLASSES), side):
        path = folder / f"{sample.name.replace(' ', '-')}.png"
        Image.fromarray(sample.pixels).save(path, optimize=True)


def _indices(seed: int, count: int) -> list[int]:
    found: dict[int, int] = {}
    for index in itertools.count():
        if len(found) == len(shapes.CLASSES):
            break
        found.setdefault(int(shapes.labels(seed, index, 1)[0]), index)
    first = [found[label] for label in range(len(shapes.CLASSES))]
    others = (index for index in itertools.count() if index not in first)
    return [*first, *itertools.islice(others, max(0, count - len(first)))][:count]


def _sample(seed: int, index: int, side: int) -> Input:
    pixels, label = shapes.render(seed, index, side)
    pixels.flags.writeable = False
    return Input(pixels, shapes.CLASSES[label], label=shapes.CLASSES[label])
