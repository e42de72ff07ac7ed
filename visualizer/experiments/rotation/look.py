"""What is measured of a trained network: its accuracy, and what it says of turned images."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import torch

from visualizer.atomic import replacing
from visualizer.data.dataset import Dataset, Examples
from visualizer.data.preprocessing import standardised
from visualizer.data.transforms import values_of
from visualizer.experiments.rotation.recipe import tested
from visualizer.experiments.rotation.settings import Plan
from visualizer.networks.network import Network
from visualizer.probes.response import dataset_figures
from visualizer.probes.response.dataset import DatasetRun

TRANSFORM, BORDER = "rotation", "grey"
IMAGES_SEED = 1337  # every network, of every seed, is shown the same images
_SLICE = 0.5  # s
_BATCH = 250
_DIGITS = 6  # of figures in files: more would only be the noise of sums in another order


@dataclass(frozen=True, slots=True)
class Look:
    """``accuracy`` is the share right of ``tested`` images as they are.

    ``shares`` (N,) is for each of N images the share of ``angles`` (A,) at which it is classified right,
    ``right_at`` (A,) the share of these images that are right at an angle, and ``mean``, ``low``, ``median``,
    ``high`` (A,) the probability of their true class: mean and quartiles. ``loss`` and ``validation`` (E,) are loss
    and accuracy of the validation images at the ends of the epochs of its training, which took so many ``seconds``;
    a network with the weights of another has none.
    """

    accuracy: float
    tested: int
    angles: tuple[float, ...] = field(repr=False)
    right_at: tuple[float, ...] = field(repr=False)
    mean: tuple[float, ...] = field(repr=False)
    low: tuple[float, ...] = field(repr=False)
    median: tuple[float, ...] = field(repr=False)
    high: tuple[float, ...] = field(repr=False)
    shares: tuple[float, ...] = field(repr=False)
    labels: tuple[int, ...] = field(repr=False)
    note: str = ""
    loss: tuple[float, ...] = field(default=(), repr=False)
    validation: tuple[float, ...] = field(default=(), repr=False)
    seconds: float = 0.0


def look_at(
    network: Network, dataset: Dataset, plan: Plan, report: Callable[[str, float | None], None]
) -> Look:
    """Measure a network; ``report`` is told the share done (0…1). Raises ``UserError`` as ``DatasetRun`` does."""
    network.module.eval()
    report("looking at images as they are", 0.0)
    examples = tested(dataset)[1]
    right = accuracy(network, examples)
    run = DatasetRun(
        network, dataset, TRANSFORM, values_of(TRANSFORM, plan.step), BORDER, plan.images, IMAGES_SEED
    )
    while not run.complete:
        result = run.advance(_SLICE)
        report(f"turning images, {result.done} of {len(result.labels)}", result.done / len(result.labels))
    result = run.advance(0.0)
    curve = dataset_figures.mean_curve(result)
    return Look(
        accuracy=round(right, _DIGITS),
        tested=len(examples),
        angles=tuple(result.values.tolist()),
        right_at=_rounded(dataset_figures.accuracy(result)),
        mean=_rounded(curve.mean),
        low=_rounded(curve.low),
        median=_rounded(curve.median),
        high=_rounded(curve.high),
        shares=_rounded(dataset_figures.share_right(result)),
        labels=tuple(result.labels.tolist()),
        note=result.note,
    )


def accuracy(network: Network, examples: Examples) -> float:
    """The share of images that are classified right; scores that are not finite are wrong."""
    device = next(network.module.parameters()).device
    right = 0
    for first in range(0, len(examples), _BATCH):
        images = examples.images[first : first + _BATCH].to(device)
        labels = examples.labels[first : first + _BATCH].to(device)
        with torch.inference_mode():
            scores = network.module(standardised(images, network.preprocessing))
        finite = scores.isfinite().all(dim=1)
        right += int(((scores.argmax(dim=1) == labels) & finite).sum())
    return right / len(examples)


def _rounded(values: dataset_figures.Numbers) -> tuple[float, ...]:
    return tuple(values.round(_DIGITS).tolist())


def save(look: Look, path: Path) -> None:
    """Write a look, whole or not at all: where the file is, the network needs none any more."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as part:
        part.write_text(json.dumps(asdict(look)) + "\n", encoding="utf-8")


def load(path: Path, classes: int) -> Look | None:
    """The look in a file; None where there is no file, or none that ``save`` wrote for so many ``classes``."""
    try:
        given: Any = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(given, dict) or given.keys() != {row.name for row in fields(Look)}:
            return None
        look = Look(**_with_tuples(given))
        return look if _is_whole(look, classes) else None
    except (OSError, ValueError, TypeError):
        return None


def _with_tuples(given: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in given.items()}


def _is_whole(look: Look, classes: int) -> bool:
    """Whether everything in it is a number, and as many as there must be."""
    at_angles = (look.right_at, look.mean, look.low, look.median, look.high)
    rows = (look.angles, *at_angles, look.shares, look.loss, look.validation)
    numbers = (look.accuracy, look.tested, look.seconds, *itertools.chain(*rows))
    return (
        all(isinstance(number, int | float) for number in numbers)
        and all(len(row) == len(look.angles) > 0 for row in at_angles)
        and len(look.labels) == len(look.shares) > 0
        and len(look.loss) == len(look.validation)
        and set(look.labels) <= set(range(classes))
        and isinstance(look.note, str)
    )
