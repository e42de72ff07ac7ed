"""Activations: what the layers of a network give for one input, and how that becomes pictures."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from visualizer.networks.anatomy import Layer
from visualizer.networks.tracing import observing, tensors_in
from visualizer.probes.arrangement import arrange
from visualizer.probes.frames import ActivationFrame, Scale, UnitStatistics

TINY = 1e-30
"""Keeps a division by the range of a layer that is constant from overflowing float32."""


@dataclass(frozen=True, slots=True, eq=False)
class Capture:
    """The outputs of some layers in one forward pass, by layer name, and what the network itself gave.

    Outputs are tensors of the pass itself, on its device, with the batch. A layer that was not called for
    this input is missing. ``result`` is the first tensor the network gave, or None.
    """

    outputs: dict[str, Tensor] = field(repr=False)
    result: Tensor | None = field(repr=False)


def capture(module: nn.Module, tensor: Tensor, layers: Collection[Layer]) -> Capture:
    """Runs ``module`` once on ``tensor`` (1, C, H, W) and keeps the outputs of ``layers``, nothing else.

    In evaluation mode without gradients; hooks and modes are as before afterwards, whatever happens. Outputs
    are kept without copying, except where the anatomy says that later code overwrites them.
    """
    copied = {layer.name for layer in layers if layer.overwritten}
    with observing(module):
        taken, result = _run(module, tensor, layers, copied)
        changed = {name for name, (output, version) in taken.items() if output._version != version}
        if changed:  # code that takes another way than it did for the anatomy
            taken, result = _run(module, tensor, layers, copied | changed)
    outputs = {name: output for name, (output, _) in taken.items()}
    return Capture(outputs, next(tensors_in(result), None))


def _run(
    module: nn.Module, tensor: Tensor, layers: Collection[Layer], copied: Collection[str]
) -> tuple[dict[str, tuple[Tensor, int]], Any]:
    """The wanted outputs with their version at that time, and what the module returned."""
    wanted: dict[str, dict[int, str]] = {}
    for layer in layers:
        wanted.setdefault(layer.module, {})[layer.call] = layer.name
    taken: dict[str, tuple[Tensor, int]] = {}
    hooks = []
    try:
        for path, names in wanted.items():
            part = module.get_submodule(path)
            hooks.append(part.register_forward_hook(_keeping(names, copied, taken)))
        result = module(tensor)
    finally:
        for hook in hooks:
            hook.remove()
    return taken, result


def _keeping(
    names: dict[int, str], copied: Collection[str], taken: dict[str, tuple[Tensor, int]]
) -> Callable[[nn.Module, Any, Any], None]:
    """A hook that keeps the outputs of those calls of a module that have ``names``."""
    calls = 0

    def hook(module: nn.Module, args: Any, result: Any) -> None:
        nonlocal calls
        calls += 1
        name = names.get(calls)
        output = next(tensors_in(result), None) if name else None
        if name is not None and output is not None:
            kept = output.clone() if name in copied else output
            taken[name] = (kept, kept._version)

    return hook


def frame(layer: Layer, output: Tensor, scale: Scale, input_size: tuple[int, int]) -> ActivationFrame:
    """The activations of ``layer`` as pictures and figures, from its ``output`` with the batch.

    ``input_size`` is (height, width) of the network's input: the tokens of a transformer are arranged as a
    grid of its shape. NaN counts as 0 and infinities as ±1e38 in tiles and statistics, and a note says so.
    """
    values, note = arrange(layer, output.detach(), input_size)
    units = values.flatten(1)
    shown, warning = _finite(units)
    columns = _statistics(shown)
    zero, gain, level, limits = _grey(columns["minimum"], columns["maximum"], scale)
    tiles = ((shown - zero[:, None]) if not scale.symmetric else shown) * gain[:, None]
    tiles = tiles.add_(level).clamp_(0, 255).to(torch.uint8).view(values.shape)
    table = (
        torch.stack([*columns.values(), *limits]).cpu().numpy()
    )  # one copy from the device for all figures
    figures = dict(zip(columns, table, strict=False))
    dead = figures["maximum"] == figures["minimum"] if units.shape[1] > 1 else figures["maximum"] == 0
    return ActivationFrame(
        layer=layer,
        scale=scale,
        values=_frozen(values.cpu().numpy()),
        tiles=_frozen(tiles.cpu().numpy()),
        limits=_frozen(table[-2:].T),
        statistics=UnitStatistics(
            **{name: _frozen(row) for name, row in figures.items()}, dead=_frozen(dead)
        ),
        note=" ".join(filter(None, (note, warning))),
    )


def rescale(frame: ActivationFrame, scale: Scale) -> ActivationFrame:
    """The same activations as ``frame`` in other grey levels."""
    statistics = frame.statistics
    zero, gain, level, limits = _grey(statistics.minimum, statistics.maximum, scale)
    values = np.clip(np.nan_to_num(frame.values, nan=0), -1e38, 1e38)
    shown = values - zero[:, None, None] if not scale.symmetric else values
    tiles = np.clip(shown * gain[:, None, None] + np.float32(level), 0, 255).astype(np.uint8)
    return replace(frame, scale=scale, tiles=_frozen(tiles), limits=_frozen(np.stack(limits, axis=1)))


def _finite(units: Tensor) -> tuple[Tensor, str]:
    if torch.isfinite(units.abs().sum()):  # one pass over the values is all that the usual case costs
        return units, ""
    missing, infinite = int(units.isnan().sum()), int(units.isinf().sum())
    notes = [
        f"{missing} values are NaN (not a number), shown as 0." if missing else "",
        f"{infinite} values are infinite." if infinite else "",
    ]
    shown = units.nan_to_num(nan=0, posinf=1e38, neginf=-1e38).clamp(-1e38, 1e38)
    return shown, " ".join(filter(None, notes))


def _statistics(units: Tensor) -> dict[str, Tensor]:
    """The columns of ``UnitStatistics`` but ``dead``, of (U, P) values."""
    positions = units.shape[1]
    minimum, maximum = torch.aminmax(units, dim=1)
    low, high = _percentiles(units, 0.05, 0.95) if positions > 1 else (minimum, maximum)
    variance, mean = torch.var_mean(units, dim=1, correction=0)
    nonpositive = (units <= 0).sum(dim=1) / positions
    return {
        "minimum": minimum,
        "low": low,
        "mean": mean,
        "high": high,
        "maximum": maximum,
        "deviation": variance.sqrt(),
        "nonpositive": nonpositive,
    }


def _percentiles(units: Tensor, *shares: float) -> list[Tensor]:
    """Of (U, P) values, each the nearest one that occurs; of large maps, among 2¹⁴ evenly spread positions."""
    sample = units[:, :: -(-units.shape[1] // 2**14)]
    places = [round(share * (sample.shape[1] - 1)) for share in shares]
    if sample.is_cuda:
        return [sample.kthvalue(place + 1, dim=1).values for place in places]
    ordered = torch.from_numpy(np.partition(sample.numpy(), places, axis=1))  # a third of kthvalue's time
    return [ordered[:, place] for place in places]


def _grey(minimum: Any, maximum: Any, scale: Scale) -> tuple[Any, Any, float, tuple[Any, Any]]:
    """Grey level = (value − zero) · gain + level, cut to 0…255, and the values at 0 and at 255.

    Symmetric: −limit, 0 and +limit become 0, 128 and 255. Works on tensors and on arrays, (U,) each.
    """
    if scale.limits == "layer":
        minimum, maximum = minimum * 0 + minimum.min(), maximum * 0 + maximum.max()
    if not scale.symmetric:
        return minimum, 255 / (maximum - minimum + TINY), 0.5, (minimum, maximum)
    limit = abs(maximum) * (abs(maximum) >= abs(minimum)) + abs(minimum) * (abs(maximum) < abs(minimum))
    return limit * 0, 127.5 / (limit + TINY), 128.0, (-limit, limit)


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    array.setflags(write=False)
    return array
