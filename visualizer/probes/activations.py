"""Activations: what the layers of a network give for one input, and how that becomes pictures."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from typing import Any

from torch import Tensor, nn

from visualizer.networks.anatomy import Layer
from visualizer.networks.tracing import observing, tensors_in
from visualizer.probes.arrangement import arrange
from visualizer.probes.frames import ActivationFrame, Scale
from visualizer.probes.grey import describe, finite, frozen, grey_levels


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
    with observing(module) as in_place:
        taken, result = _run(module, tensor, layers, copied, in_place)
        changed = {name for name, (output, version) in taken.items() if output._version != version}
        if changed:  # code that takes another way than it did for the anatomy
            taken, result = _run(module, tensor, layers, copied | changed, in_place)
    outputs = {name: output for name, (output, _) in taken.items()}
    return Capture(outputs, next(tensors_in(result), None))


def _run(
    module: nn.Module,
    tensor: Tensor,
    layers: Collection[Layer],
    copied: Collection[str],
    in_place: Collection[nn.Module],
) -> tuple[dict[str, tuple[Tensor, int]], Any]:
    """The wanted outputs with their version at that time, and what the module returned."""
    parts = dict(module.named_modules(remove_duplicate=False))
    wanted: dict[str, dict[int, str]] = {}
    for layer in layers:
        wanted.setdefault(layer.module, {})[layer.call] = layer.name
    taken: dict[str, tuple[Tensor, int]] = {}
    kept = {id(tensor)}  # what must not be overwritten; ``taken`` keeps these alive, so their ids stay theirs
    hooks = []
    try:
        for part in in_place:
            hooks.append(part.register_forward_pre_hook(_sparing(kept)))
        for path, names in wanted.items():
            hooks.append(parts[path].register_forward_hook(_keeping(names, copied, taken, kept)))
        result = module(tensor)
    finally:
        for hook in hooks:
            hook.remove()
    return taken, result


def _keeping(
    names: dict[int, str], copied: Collection[str], taken: dict[str, tuple[Tensor, int]], kept: set[int]
) -> Callable[[nn.Module, Any, Any], None]:
    """A hook that keeps the outputs of those calls of a module that have ``names``."""
    calls = 0

    def hook(module: nn.Module, args: Any, result: Any) -> None:
        nonlocal calls
        calls += 1
        name = names.get(calls)
        if name is None:
            return
        output = result if isinstance(result, Tensor) else next(tensors_in(result), None)
        if output is not None:
            mine = output.clone() if name in copied else output
            taken[name] = (mine, mine._version)
            kept.add(id(mine))

    return hook


def _sparing(kept: set[int]) -> Callable[[nn.Module, Any], None]:
    """A hook that lets an in-place module work in place after all, unless its input is kept: less memory to write."""

    def hook(module: nn.Module, args: Any) -> None:
        module.__dict__["inplace"] = bool(args) and id(args[0]) not in kept

    return hook


def frame(layer: Layer, output: Tensor, scale: Scale, input_size: tuple[int, int]) -> ActivationFrame:
    """The activations of ``layer`` as pictures and figures, from its ``output`` with the batch.

    ``input_size`` is (height, width) of the network's input: the tokens of a transformer are arranged as a
    grid of its shape. NaN counts as 0 and infinities as ±1e38 in tiles and statistics, and a note says so.
    """
    # Copied from the device once; then numpy, which unlike torch needs no second core to be free for small work.
    maps, note = arrange(layer, output.detach(), input_size)
    values = maps.cpu().numpy()
    shown, warning = finite(values.reshape(len(values), -1))
    statistics = describe(shown)
    tiles, limits = grey_levels(shown, statistics, scale)
    return ActivationFrame(
        layer=layer,
        scale=scale,
        values=frozen(values),
        tiles=frozen(tiles.reshape(values.shape)),
        limits=limits,
        statistics=statistics,
        note=" ".join(filter(None, (note, warning))),
    )


def rescale(frame: ActivationFrame, scale: Scale) -> ActivationFrame:
    """The same activations as ``frame`` in other grey levels."""
    shown, _ = finite(frame.values.reshape(len(frame.values), -1))
    tiles, limits = grey_levels(shown, frame.statistics, scale)
    return replace(frame, scale=scale, tiles=frozen(tiles.reshape(frame.values.shape)), limits=limits)
