"""A forward pass that looks at the outputs of layers at the moment they are there, and keeps none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from torch import Tensor, nn

from visualizer.networks.anatomy import Layer
from visualizer.networks.tracing import tensors_in

Take = Callable[[Layer, Tensor], None]


def visit(module: nn.Module, images: Tensor, layers: Iterable[Layer], take: Take) -> Tensor | None:
    """Runs ``module`` on ``images`` (N, C, H, W) and gives the first tensor that comes out, or None.

    ``take(layer, output)`` is called within the pass, before later code can overwrite the output; it must not keep
    it without copying. Layers that are not called for this input are left out. The mode of the module and that of
    gradients are the caller's.
    """
    parts = dict(module.named_modules(remove_duplicate=False))
    wanted: dict[str, dict[int, Layer]] = {}
    for layer in layers:
        wanted.setdefault(layer.module, {})[layer.call] = layer
    hooks = []
    try:
        for path, calls in wanted.items():
            hooks.append(parts[path].register_forward_hook(_watching(calls, take)))
        return next(tensors_in(module(images)), None)
    finally:
        for hook in hooks:
            hook.remove()


def _watching(calls: dict[int, Layer], take: Take) -> Callable[[nn.Module, Any, Any], None]:
    """A hook that hands over the outputs of some of the calls of a module."""
    count = 0

    def hook(part: nn.Module, args: Any, result: Any) -> None:
        nonlocal count
        count += 1
        output = next(tensors_in(result), None) if count in calls else None
        if output is not None:
            take(calls[count], output)

    return hook
