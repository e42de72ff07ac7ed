"""How the layers do over time: activations of a pinned batch, gradients, updates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from visualizer.networks.anatomy import Anatomy, Layer
from visualizer.networks.network import Network
from visualizer.networks.tracing import observing, tensors_in
from visualizer.training.frames import Floats

IMAGES = 16
MACS = 1e9  # of the pinned batch: fewer images of costly networks
_SAMPLE = 2**14
_NORMS = (nn.modules.batchnorm._NormBase, nn.LayerNorm, nn.GroupNorm, nn.LocalResponseNorm)
_PASSED = (*_NORMS, nn.Dropout, nn.Dropout2d, nn.AlphaDropout, nn.Identity)
_NOT_ACTIVATIONS = (nn.MultiheadAttention, nn.Softmax, nn.Softmax2d, nn.LogSoftmax, nn.Softmin)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One look at L layers: ``mean``, ``std`` and ``dead`` (L,), and a sample of the outputs of each, (n,)."""

    mean: Floats = field(repr=False)
    std: Floats = field(repr=False)
    dead: Floats = field(repr=False)
    samples: tuple[Floats, ...] = field(repr=False)


def watched_layers(anatomy: Anatomy, module: nn.Module) -> tuple[Layer, ...]:
    """The layers with weights: those with a parameter that has rows and columns, at their first call."""
    return tuple(
        layer
        for layer in anatomy.layers
        if layer.call == 1
        and not isinstance(part := module.get_submodule(layer.module), _NORMS)
        and any(parameter.ndim > 1 for parameter in part.parameters())
    )


def activation_behind(layer: Layer, anatomy: Anatomy, module: nn.Module) -> Layer:
    """The activation function that ``layer`` feeds, directly or through normalisation and dropout; else itself."""
    place = layer.index
    while True:
        children = [other for other in anatomy.layers if place in other.parents]
        if not children:
            return layer
        part = module.get_submodule(children[0].module)
        if is_activation(part):
            return children[0]
        if not isinstance(part, _PASSED):
            return layer
        place = children[0].index


def is_activation(part: nn.Module) -> bool:
    """Whether ``part`` is one of torch's activation functions."""
    return type(part).__module__ == "torch.nn.modules.activation" and not isinstance(part, _NOT_ACTIVATIONS)


class LayerStatistics:
    """Measures the outputs of the layers of one network on ``images`` (N, C, H, W), standardised, on its device."""

    def __init__(self, anatomy: Anatomy, module: nn.Module, images: Tensor) -> None:
        self.layers = watched_layers(anatomy, module)
        self._behind = tuple(activation_behind(layer, anatomy, module) for layer in self.layers)
        self._images = images

    def measure(self, network: Network) -> Measured:
        """One forward pass in evaluation mode; modes are as before and hooks removed afterwards."""
        module = network.module
        taken = _Taken()
        wanted: dict[str, list[tuple[Layer, Callable[[Tensor, Layer], None]]]] = {}
        for layer in self.layers:
            wanted.setdefault(layer.module, []).append((layer, taken.take_output))
        for layer in dict.fromkeys(self._behind):
            wanted.setdefault(layer.module, []).append((layer, taken.take_dead))
        hooks = []
        try:
            for path, takers in wanted.items():
                hooks.append(module.get_submodule(path).register_forward_hook(_hook(takers)))
            with observing(module):
                module(self._images)
        finally:
            for hook in hooks:
                hook.remove()
        names = [layer.name for layer in self.layers]
        behind = [layer.name for layer in self._behind]
        missing = torch.tensor(math.nan, device=self._images.device)

        def column(values: dict[str, Tensor], row: list[str]) -> Floats:
            read: Floats = torch.stack([values.get(name, missing) for name in row]).cpu().numpy()
            return read

        return Measured(
            mean=column(taken.mean, names),
            std=column(taken.std, names),
            dead=column(taken.dead, behind),
            samples=tuple(taken.sample.get(name, missing[None][:0]).cpu().numpy() for name in names),
        )


class _Taken:
    """What the hooks of one forward pass measured, by the names of the layers."""

    def __init__(self) -> None:
        self.mean: dict[str, Tensor] = {}
        self.std: dict[str, Tensor] = {}
        self.dead: dict[str, Tensor] = {}
        self.sample: dict[str, Tensor] = {}

    def take_output(self, output: Tensor, layer: Layer) -> None:
        values = _flat(output).float()
        mean = values.mean()
        self.mean[layer.name] = mean
        # Several times as fast as torch.std_mean.
        self.std[layer.name] = torch.linalg.vector_norm(values - mean) / math.sqrt(len(values))
        self.sample[layer.name] = _sample(values)

    def take_dead(self, output: Tensor, layer: Layer) -> None:
        self.dead[layer.name] = dead_share(output, layer)


def dead_share(output: Tensor, layer: Layer) -> Tensor:
    """The share (0…1) of the units of ``output`` that are ≤ 0 everywhere in the batch."""
    axis = output.ndim - 1 if layer.layout in ("maps_last", "tokens") else min(1, output.ndim - 1)
    others = [dim for dim in range(output.ndim) if dim != axis]
    return (output.amax(dim=others) <= 0).float().mean()


def _hook(
    takers: Sequence[tuple[Layer, Callable[[Tensor, Layer], None]]],
) -> Callable[[nn.Module, Any, Any], None]:
    """Hands the output of each wanted call to those who want it, before later code may overwrite it."""
    calls = 0

    def hook(module: nn.Module, args: Any, result: Any) -> None:
        nonlocal calls
        calls += 1
        output = result if isinstance(result, Tensor) else next(tensors_in(result), None)
        for layer, take in takers:
            if layer.call == calls and output is not None and output.numel():
                take(output, layer)

    return hook


def _flat(output: Tensor) -> Tensor:
    """All values of ``output`` in the order in which they stand in memory, where that needs no copy."""
    if output.ndim == 4 and output.is_contiguous(memory_format=torch.channels_last):
        output = output.permute(0, 2, 3, 1)
    return output.flatten()


def _sample(values: Tensor) -> Tensor:
    """Evenly spread values, so many that a histogram is smooth; an odd distance does not meet the same columns."""
    return values[:: max(1, -(-values.numel() // _SAMPLE) | 1)].clone()


class GradientStatistics:
    """Measures gradients and updates of one step: ``before`` and ``after`` the optimizer moves the weights."""

    def __init__(self, layers: Sequence[Layer], module: nn.Module) -> None:
        self._parameters: list[nn.Parameter] = []
        rows: list[int] = []
        for row, layer in enumerate(layers):
            own = list(module.get_submodule(layer.module).parameters())
            self._parameters += own
            rows += [row] * len(own)
        self._count = len(layers)
        device = self._parameters[0].device if self._parameters else torch.device("cpu")
        self._rows = torch.tensor(rows, dtype=torch.int64, device=device)
        self._gradient: Tensor | None = None
        self._before: list[Tensor] = []
        self._update: Tensor | None = None

    def before(self) -> None:
        """Take the gradients and the weights; of several calls in one step (L-BFGS) the first weights count."""
        if not self._parameters:
            return
        with torch.no_grad():
            zero = self._parameters[0].new_zeros(())
            norms = [
                zero if parameter.grad is None else parameter.grad.norm() for parameter in self._parameters
            ]
            self._gradient = self._by_layer(norms)
            if not self._before:
                self._before = [parameter.detach().clone() for parameter in self._parameters]

    def after(self) -> None:
        """Compare the weights with those before the step."""
        if not self._before:
            return
        with torch.no_grad():
            changes = torch._foreach_sub(list(self._parameters), self._before)
            update = self._by_layer(list(torch._foreach_norm(changes)))
            self._update = update / self._by_layer(list(torch._foreach_norm(self._before)))
            self._before = []

    def take(self) -> tuple[Tensor, Tensor] | None:
        """Norms of the gradients and ratios of update to weight of the step, (L,) each on the device, once."""
        taken = (
            (self._gradient, self._update)
            if self._gradient is not None and self._update is not None
            else None
        )
        self._gradient = self._update = None
        self._before = []
        return taken

    def _by_layer(self, norms: Sequence[Tensor]) -> Tensor:
        squares = torch.stack(list(norms)).float().square()
        return torch.zeros(self._count, device=squares.device).index_add_(0, self._rows, squares).sqrt()
