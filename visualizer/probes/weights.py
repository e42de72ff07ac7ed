"""Weights: the templates of a layer as pictures, each beside its change since the start, and their figures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from visualizer.networks.anatomy import Anatomy, Layer
from visualizer.networks.network import Network
from visualizer.probes.grey import frozen
from visualizer.probes.templates import Layout, layout, nearest, parameter_name, templates
from visualizer.probes.weight_figures import RowFigures, describe_rows, histograms, mean_and_deviation
from visualizer.probes.weight_frames import Bytes, Floats, WeightsFrame, WeightsView
from visualizer.probes.weight_order import order_weights

MOST_TILES = 4096
MOST_VALUES = 2**18  # in all tiles together: a megabyte to copy

Before = Mapping[str, Tensor] | Network | None


def look(
    network: Network,
    anatomy: Anatomy,
    layer: Layer,
    view: WeightsView | None = None,
    before: Before = None,
    previous: WeightsFrame | None = None,
) -> WeightsFrame | None:
    """The weights of ``layer`` as pictures and figures; of the nearest layer that has templates where it has none.

    ``before`` are the tensors at the start, by their names in the module, or the network as it was. The order of
    ``previous`` is kept where its layer and kind of order are the same: a caller that looks many times a second
    gives the last frame, and none now and then. None where no layer has templates. Costs 0.3 ms for 32 filters
    of 3×3×3, 0.6 ms for 64×64 kernels beside their changes; clustering comes on top.
    """
    view = view or WeightsView()
    chosen = nearest(network, anatomy, layer)
    if chosen is None:
        return None
    module = network.module.get_submodule(chosen.module)
    name = parameter_name(module)
    weight = getattr(module, name)
    start = _start(before, chosen.module, name, weight)
    weights = templates(module, weight)
    started = templates(module, start) if start is not None else None
    how = layout(network, anatomy, chosen, weights.shape[1:])
    pictures = _Pictures.of(weights, started, how, int(getattr(module, "groups", 1)))
    words = "" if chosen is layer else f"{layer.name} has no templates; these are of {chosen.name}."
    names = network.classes if _are_scores(network, anatomy, chosen, len(weights)) else ()
    return _frame(chosen, view, pictures, names, words, _kept_order(chosen, view, previous))


def _start(before: Before, path: str, name: str, weight: Tensor) -> Tensor | None:
    """The tensor ``name`` of the module at ``path`` as it was; None where there is none of that shape."""
    if isinstance(before, Network):
        try:
            found = getattr(before.module.get_submodule(path), name, None)
        except AttributeError:  # another network
            found = None
    else:
        found = before.get(f"{path}.{name}" if path else name) if before is not None else None
    return found if isinstance(found, Tensor) and found.shape == weight.shape else None


def _are_scores(network: Network, anatomy: Anatomy, layer: Layer, units: int) -> bool:
    """Whether the units of ``layer`` are the scores of the classes: no weights come behind it."""
    behind = anatomy.layers[layer.index + 1 :]
    return units == len(network.classes) and not any(later.parameters for later in behind)


def _kept_order(layer: Layer, view: WeightsView, previous: WeightsFrame | None) -> NDArray[np.intp] | None:
    if previous is None or (previous.layer, previous.view.order) != (layer, view.order):
        return None
    return previous.order


@dataclass(frozen=True, slots=True, eq=False)
class _Pictures:
    """All weights of a layer, at the start and their change since, (U, I, h, w), and how they are shown."""

    weights: Floats
    started: Floats | None
    changed: Floats | None
    how: Layout
    groups: int
    figures: RowFigures
    change_figures: RowFigures | None

    @classmethod
    def of(cls, weights: Floats, started: Floats | None, how: Layout, groups: int) -> _Pictures:
        with np.errstate(over="ignore", invalid="ignore"):  # infinite weights are told of in the note
            changed = weights - started if started is not None else None
        change_figures = describe_rows(_rows(changed)) if changed is not None else None
        return cls(weights, started, changed, how, groups, describe_rows(_rows(weights)), change_figures)


def _frame(
    layer: Layer,
    view: WeightsView,
    all_: _Pictures,
    names: tuple[str, ...],
    words: str,
    order: NDArray[np.intp] | None,
) -> WeightsFrame:
    rows, figures, change = _rows(all_.weights), all_.figures, all_.change_figures
    started = _rows(all_.started) if all_.started is not None else None
    if order is None:
        order = frozen(order_weights(view.order, rows, figures.norms, change.norms if change else None))
    shown = _page(order, view.unit, all_.how)
    values, tiles = _tiles(all_.weights[shown], all_.how, figures, shown, view)
    differences = changes = None
    if all_.changed is not None and change is not None:
        differences, changes = _tiles(all_.changed[shown], all_.how, change, shown, view)
    edges, counts, start_counts = histograms(rows, started, figures.limit)
    mean, std = mean_and_deviation(rows, figures.norms)
    kept = len(tiles) // len(shown)
    note = (words, _note(all_.how, len(rows), len(shown), kept, view), _unusable(rows, figures.norms))
    return WeightsFrame(
        layer=layer,
        view=view,
        kind=all_.how.kind,
        tiles=tiles,
        changes=changes,
        tile_unit=frozen(np.repeat(shown, kept)),
        tile_channel=frozen(_channels(shown, kept, all_)),
        order=order,
        norms=figures.norms,
        change_norms=change.norms if change else None,
        limit=figures.limit,
        counts=counts,
        edges=edges,
        mean=mean,
        std=std,
        note=" ".join(filter(None, note)),
        values=values,
        differences=differences,
        minima=figures.minima,
        maxima=figures.maxima,
        change_limit=change.limit if change else 0.0,
        start_counts=start_counts,
        names=names,
    )


def _rows(weights: Floats) -> Floats:
    return weights.reshape(len(weights), -1)


# --- pictures ------------------------------------------------------------------------------------


def _page(order: NDArray[np.intp], unit: int, how: Layout) -> NDArray[np.intp]:
    """Those units that are shown, in the order of the layer: all, or of a large layer the page that has ``unit``."""
    values = how.tiles * math.prod(how.side) * (3 if how.color else 1)
    size = max(1, min(MOST_TILES // how.tiles, MOST_VALUES // values))
    if size >= len(order):
        return np.arange(len(order), dtype=np.intp)
    found = np.flatnonzero(order == unit)
    first = int(found[0]) // size * size if len(found) else 0
    return np.sort(order[first : first + size])


def _tiles(
    weights: Floats, how: Layout, figures: RowFigures, shown: NDArray[np.intp], view: WeightsView
) -> tuple[Floats, Bytes]:
    """The values of the tiles, and their grey levels: −limit, 0 and +limit become 0, 128 and 255."""
    # A copy: the weights themselves go on changing.
    values = np.array(how.arrange(weights)[:, :MOST_TILES], np.float32, order="C")
    limits = figures.limits[shown] if view.limits == "unit" else np.full(len(shown), figures.limit)
    gain = np.divide(127.5, limits, out=np.zeros(len(shown)), where=limits > 1e-30)
    with np.errstate(over="ignore", invalid="ignore"):
        levels = values * gain.astype(np.float32).reshape(-1, *[1] * (values.ndim - 1))
    levels += 128
    if not np.isfinite(figures.norms).all():
        levels[np.isnan(levels)] = 128
    np.clip(levels, 0, 255, out=levels)
    shape = (-1, *values.shape[2:])
    return frozen(values.reshape(shape)), frozen(levels.astype(np.uint8).reshape(shape))


def _channels(shown: NDArray[np.intp], kept: int, all_: _Pictures) -> NDArray[np.intp]:
    """The input channel of each tile."""
    if all_.how.kind != "channels":
        return np.full(len(shown), -1, np.intp)
    units, inputs = all_.weights.shape[:2]
    group = shown // max(units // all_.groups, 1)
    channels: NDArray[np.intp] = (group[:, None] * inputs + np.arange(kept)).reshape(-1)
    return channels


# --- words ---------------------------------------------------------------------------------------


def _note(how: Layout, units: int, shown: int, kept: int, view: WeightsView) -> str:
    picture = "×".join(map(str, (*how.side, 3) if how.color else how.side))
    number = f"{units}" if shown == units else f"{shown} of {units}"
    if how.kind == "row":
        what = f"{number} rows of {how.folded} weights, folded to {picture}"
    elif how.kind == "channels" and how.tiles > 1:
        part = f", the first {kept}" if kept < how.tiles else ""
        what = f"{number} units × {how.tiles} input channels{part}, {picture} each"
    else:
        what = f"{number} templates {picture}"
    return f"{what}, {_SCALED[view.limits]} maximum"


_SCALED = {"unit": "each scaled to its own", "layer": "all scaled to the layer's"}


def _unusable(rows: Floats, norms: Floats) -> str:
    """What is to be said of weights that are no numbers, or infinite."""
    known = rows[~np.isfinite(norms)]
    missing, infinite = int(np.isnan(known).sum()), int(np.isinf(known).sum())
    return " ".join(
        f"{count} weight{'s are' if count > 1 else ' is'} {what}."
        for count, what in ((missing, "not a number (NaN), shown as 0"), (infinite, "infinite"))
        if count
    )
