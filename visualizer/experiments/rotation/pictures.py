"""The pictures of the report: the networks in groups, each beside the baseline."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from visualizer.experiments.rotation.results import Numbers, Results, RunFigures
from visualizer.experiments.rotation.variants import BASELINE, NETWORKS, Variant, title
from visualizer.rendering.boxes import box_figures
from visualizer.rendering.charts import BoxRow, Chart, Series, beside, boxes, lines, polar, write

# Source of the colours: Okabe and Ito, told apart by people of all kinds of colour vision.
_BY_LAYERS = {1: "#0072b2", 2: "#009e73", 3: "#e69f00", 4: "#d55e00"}
_OF_NORMS = {"norm_conv": "#0072b2", "norm_dense": "#009e73", "norm_conv_dense": "#d55e00"}
_FEW = 10  # epochs, each of which has a tick
_TICKS = tuple(float(angle) for angle in range(0, 361, 45))


@dataclass(frozen=True, slots=True)
class Group:
    """Networks that are drawn together, with the baseline."""

    title: str
    names: tuple[str, ...]


def _groups() -> Iterator[Group]:
    for concatenated in (False, True):
        for rotations in (4, 8):
            end = ", concatenated" if concatenated else ", the largest response"
            names = [row.name for row in NETWORKS.values() if _is_of(row, rotations, concatenated)]
            yield Group(f"{rotations} rotations{end}", tuple(names))
    yield Group("Normalised weights", tuple(_OF_NORMS))


def _is_of(row: Variant, rotations: int, concatenated: bool) -> bool:
    return row.rotations == rotations and row.concatenated == concatenated


GROUPS = tuple(_groups())


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the report: its file, what it is called, and what it shows; ``make`` gives None for nothing."""

    file: str
    title: str
    description: str
    make: Callable[[Results], Chart | None]


def write_pictures(results: Results, out: Path) -> tuple[Picture, ...]:
    """Write the pictures that there is something for; which those are. Raises ``UserError`` as writing does."""
    written = []
    for picture in PICTURES:
        chart = picture.make(results)
        if chart is not None:
            write(chart, out / picture.file)
            written.append(picture)
    return tuple(written)


def _color(name: str) -> str:
    """That of a network; the baseline's is neutral."""
    return _OF_NORMS.get(name) or _BY_LAYERS.get(NETWORKS[name].layers, "")


def _series(
    name: str, runs: Sequence[RunFigures], x: Numbers, rows: Sequence[Numbers], length: int
) -> Series:
    """The mean over seeds with a band of one standard deviation; runs that ended sooner count as far as they go."""
    values = np.full((len(rows), length), np.nan)
    for place, row in enumerate(rows):
        values[place, : len(row)] = row
    known = np.isfinite(values).sum(axis=0)
    mean = np.nansum(values, axis=0) / np.maximum(known, 1)
    mean[known == 0] = np.nan
    low = high = None
    if len(runs) > 1:
        squares = np.nansum((values - mean) ** 2, axis=0)
        std = np.sqrt(squares / np.maximum(known - 1, 1))
        low, high = mean - std, mean + std
    return Series(name, _color(name), x, mean, low, high, dashed=name == BASELINE)


def _in_groups(
    results: Results, runs_of: Callable[[str], tuple[RunFigures, ...]], groups: Sequence[Group]
) -> Iterator[tuple[Group, Mapping[str, tuple[RunFigures, ...]]]]:
    """The groups with networks that have runs, each with the baseline's runs first."""
    for group in groups:
        own = {name: runs_of(name) for name in group.names if runs_of(name)}
        base = {BASELINE: results.of(BASELINE)} if results.of(BASELINE) else {}
        if own:
            yield group, {**base, **own}
    if not any(runs_of(name) for group in groups for name in group.names) and results.of(BASELINE):
        yield Group("The baseline", ()), {BASELINE: results.of(BASELINE)}


def _validation(results: Results) -> Chart | None:
    drawn = []
    for group, networks in _in_groups(results, results.of, GROUPS):
        length = max(run.epochs for runs in networks.values() for run in runs)
        x = np.arange(1, length + 1, dtype=np.float64)
        series = [
            _series(name, runs, x, [run.validation for run in runs], length)
            for name, runs in networks.items()
        ]
        drawn.append((group, series, tuple(x.tolist())))
    limits = _limits([one for _, series, _ in drawn for one in series])
    charts = [
        # Between two epochs there is no tick.
        lines(
            group.title,
            series,
            "epoch",
            "validation accuracy",
            y_limits=limits,
            x_ticks=epochs if len(epochs) <= _FEW else None,
        )
        for group, series, epochs in drawn
    ]
    return beside(charts, 2) if charts else None


def _limits(series: Sequence[Series]) -> tuple[float, float]:
    """From 0 to a little more than the largest of all groups, so that they can be compared by eye."""
    top = max((float(np.nanmax(one.y if one.high is None else one.high)) for one in series), default=1.0)
    return 0.0, min(1.0, np.ceil(top * 10 + 0.5) / 10)


def _angles(networks: Mapping[str, tuple[RunFigures, ...]]) -> list[Series]:
    made = []
    for name, runs in networks.items():
        x = np.asarray(runs[0].look.angles, np.float64)
        made.append(_series(name, runs, x, [run.right_at for run in runs], len(x)))
    return made


def _curves(results: Results) -> Chart | None:
    return _over_angles(
        [(group.title, _angles(networks)) for group, networks in _in_groups(results, results.of, GROUPS)]
    )


def _over_angles(groups: Sequence[tuple[str, Sequence[Series]]]) -> Chart | None:
    limits = _limits([one for _, series in groups for one in series])
    charts = [
        lines(
            heading,
            [_closed(one) for one in series],
            "rotation",
            "classified right",
            (0.0, 360.0),
            limits,
            _TICKS,
            x_unit="°",
        )
        for heading, series in groups
    ]
    return beside(charts, 2) if charts else None


def _closed(series: Series) -> Series:
    """The curve up to 360°, which is 0°."""
    low, high = (None if part is None else np.append(part, part[0]) for part in (series.low, series.high))
    return replace(
        series, x=np.append(series.x, 360.0), y=np.append(series.y, series.y[0]), low=low, high=high
    )


def _polar(results: Results) -> Chart | None:
    charts = [
        polar(group.title, _angles(networks)) for group, networks in _in_groups(results, results.of, GROUPS)
    ]
    return beside(charts, 2) if charts else None


def _boxes(results: Results) -> Chart | None:
    rows = []
    for name in results.names:
        shares = np.concatenate([run.shares for run in results.of(name)])
        rows.append(BoxRow(title(name), box_figures(shares), _color(name), name == BASELINE))
    return boxes("", rows, "share of angles classified right, of each image") if rows else None


def _transplant(results: Results) -> Chart | None:
    if not results.transplants:
        return None
    return _over_angles(
        [
            (f"{group.title}, not trained", _angles(networks))
            for group, networks in _in_groups(results, results.transplants_of, GROUPS[:2])
        ]
    )


PICTURES = (
    Picture(
        "validation.png",
        "Validation curves",
        "The share of validation images that is classified right after each epoch.",
        _validation,
    ),
    Picture(
        "rotation.png",
        "Rotation curves",
        "The share of images that is classified right when all are turned by an angle.",
        _curves,
    ),
    Picture("rotation_polar.png", "The same around the circle", "The rim is 1, the middle 0.", _polar),
    Picture(
        "shares.png",
        "How many angles are classified right",
        "Over images: the share of angles at which an image is classified right.",
        _boxes,
    ),
    Picture(
        "transplant.png",
        "Transplant",
        "The baseline, and rotation networks with its weights, which were trained without rotations.",
        _transplant,
    ),
)
