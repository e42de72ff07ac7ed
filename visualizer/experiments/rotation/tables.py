"""The figures as CSV files, and the figures of a network over its seeds."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from visualizer.atomic import replacing
from visualizer.experiments.rotation.results import Numbers, Results, RunFigures
from visualizer.experiments.rotation.variants import spec_of
from visualizer.networks.planning import plan as planned

VALIDATION, CURVES, SHARES = "validation.csv", "rotation_curves.csv", "shares.csv"
SUMMARY, TRANSPLANT = "summary.csv", "transplant.csv"

Row = Iterable[object]


@dataclass(frozen=True, slots=True)
class Spread:
    """A mean over seeds and its standard deviation; 0 where there is one seed."""

    mean: float
    std: float


@dataclass(frozen=True, slots=True)
class Summary:
    """One network over its seeds; ``worst_angle`` is where the fewest images are classified right, over all seeds."""

    name: str
    parameters: int
    seeds: int
    accuracy: Spread
    epochs: Spread
    seconds: Spread
    share: Spread
    worst_angle: float
    worst: Spread


def summary(results: Results, name: str, runs: tuple[RunFigures, ...]) -> Summary:
    """The figures of some runs of one network."""
    row = results.plan.row
    at = np.array([run.right_at for run in runs])
    worst = int(at.mean(axis=0).argmin())
    return Summary(
        name,
        planned(spec_of(name, results.data.classes, row.width, row.side)).parameters,
        len(runs),
        spread([run.look.accuracy for run in runs]),
        spread([run.epochs for run in runs]),
        spread([run.look.seconds for run in runs]),
        spread([run.shares.mean() for run in runs]),
        runs[0].look.angles[worst],
        spread(at[:, worst]),
    )


def spread(values: Iterable[float] | Numbers) -> Spread:
    """Mean and standard deviation (of a sample) of some numbers, at least one."""
    numbers = np.array(list(values), np.float64)
    return Spread(float(numbers.mean()), float(numbers.std(ddof=1)) if len(numbers) > 1 else 0.0)


def write_tables(results: Results, out: Path) -> None:
    """Write every table. Raises ``OSError`` as writing does."""
    header = ("network", "seed")
    _write(out / VALIDATION, (*header, "epoch", "loss", "accuracy"), _validation(results))
    quartiles = ("mean probability", "low quartile", "median", "high quartile")
    _write(out / CURVES, (*header, "angle", "accuracy", *quartiles), _curves(results))
    _write(out / SHARES, (*header, "image", "label", "share right"), _shares(results))
    figures = ("accuracy", "epochs", "seconds", "mean share right")
    columns = [column for figure in figures for column in (figure, f"{figure} std")]
    ends = ("worst angle", "accuracy there", "accuracy there std")
    _write(out / SUMMARY, ("network", "parameters", "seeds", *columns, *ends), _summaries(results))
    names = ("accuracy", "mean share right", "worst angle", "accuracy there")
    _write(out / TRANSPLANT, (*header, *names), _transplants(results))


def _write(path: Path, header: Row, rows: Iterable[Row]) -> None:
    with replacing(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _validation(results: Results) -> Iterator[Row]:
    for run in results.runs:
        for epoch, (loss, accuracy) in enumerate(
            zip(run.look.loss, run.look.validation, strict=True), start=1
        ):
            yield run.name, run.seed, epoch, f"{loss:.6g}", f"{accuracy:.6g}"


def _curves(results: Results) -> Iterator[Row]:
    for run in results.runs:
        look = run.look
        columns = (look.angles, look.right_at, look.mean, look.low, look.median, look.high)
        for angle, *figures in zip(*columns, strict=True):
            yield run.name, run.seed, f"{angle:g}", *figures


def _shares(results: Results) -> Iterator[Row]:
    classes = results.data.classes
    for run in results.runs:
        for image, (label, share) in enumerate(zip(run.look.labels, run.look.shares, strict=True), start=1):
            yield run.name, run.seed, image, classes[label], share


def _summaries(results: Results) -> Iterator[Row]:
    for name in results.names:
        row = summary(results, name, results.of(name))
        spreads = (row.accuracy, row.epochs, row.seconds, row.share)
        figures = [f"{value:.6g}" for each in spreads for value in (each.mean, each.std)]
        worst = (f"{row.worst_angle:g}", f"{row.worst.mean:.6g}", f"{row.worst.std:.6g}")
        yield name, row.parameters, row.seeds, *figures, *worst


def _transplants(results: Results) -> Iterator[Row]:
    for run in results.transplants:
        worst = int(run.right_at.argmin())
        share = f"{run.shares.mean():.6g}"
        yield run.name, run.seed, run.look.accuracy, share, f"{run.look.angles[worst]:g}", run.right_at[worst]
