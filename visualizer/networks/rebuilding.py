"""A network built anew after edits: layers that the edits left alone keep their weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from visualizer.networks.blueprint import SEED
from visualizer.networks.building import build
from visualizer.networks.network import Network
from visualizer.networks.spec import LayerSpec, NetworkSpec

_STARTING_VALUES = frozenset({"init", "initial"})
"""Fields that say how a layer's own parameters begin: other values mean to begin anew."""


def rebuild(spec: NetworkSpec, opened: Network | None, opened_spec: NetworkSpec | None) -> Network:
    """The network of ``spec``; layers of ``opened``, which was built from ``opened_spec``, keep their weights.

    A layer or block is kept when one of the same identity was there, with the same kind, shapes of tensors and
    initialisation, wherever it stands and whatever it is called; running statistics count as weights. All others
    begin as the specification says, the same in every run; the global generator stays as it was. What comes out
    shares no memory with ``opened`` and is on its device. Raises ``UserError`` as ``build`` does, before anything
    is allocated.
    """
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(SEED)
        module = build(spec)
    weights = "random weights"
    if opened is not None and opened_spec is not None:
        kept, count = _keep(module, spec, opened.module, opened_spec)
        if kept:
            weights = f"{kept} of {count} layers kept from {opened.name}, {count - kept} new"
    if opened is not None:
        module = module.to(_device(opened.module))
    return Network(
        name=spec.name,
        module=module.eval().requires_grad_(False),
        input=spec.input,
        classes=spec.classes,
        preprocessing=spec.preprocessing,
        weights=weights,
        spec=spec,
    )


def holds_weights(network: Network, other: Network) -> bool:
    """Whether every tensor of ``other`` is in ``network`` with the same values, by the same name or another."""
    state = network.module.state_dict()
    by_shape: dict[torch.Size, list[Tensor]] = {}
    for tensor in state.values():
        by_shape.setdefault(tensor.shape, []).append(tensor)
    return all(
        (key in state and tensor.equal(state[key]))
        or any(tensor.equal(same) for same in by_shape.get(tensor.shape, ()))
        for key, tensor in other.module.state_dict().items()
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """One layer of a built network: its own tensors by name, without those of layers inside a block."""

    layer: LayerSpec
    initialization: str  # its own, or the one it inherits
    tensors: dict[str, Tensor]

    def continues(self, other: _Part) -> bool:
        """Whether the tensors of ``other`` may become those of this one."""
        return (
            self.layer.kind == other.layer.kind
            and self.initialization == other.initialization
            and all(self.layer.values[name] == other.layer.values[name] for name in self._starting_values())
            and _shapes(self.tensors) == _shapes(other.tensors)
        )

    def _starting_values(self) -> frozenset[str]:
        return _STARTING_VALUES & self.layer.values.keys()


def _keep(
    module: nn.Module, spec: NetworkSpec, opened: nn.Module, opened_spec: NetworkSpec
) -> tuple[int, int]:
    """Copy the weights of layers that stayed; with how many of the layers with weights those are."""
    before = {part.layer.identity: part for part in _parts(opened_spec, opened)}
    parts = [part for part in _parts(spec, module) if part.tensors]
    kept = 0
    for part in parts:
        earlier = before.get(part.layer.identity)
        if earlier is not None and part.continues(earlier):
            for name, tensor in part.tensors.items():
                tensor.copy_(earlier.tensors[name])
            kept += 1
    return kept, len(parts)


def _parts(spec: NetworkSpec, module: nn.Module) -> Iterator[_Part]:
    return _parts_of(spec.layers, module.state_dict(), spec.initialization)


def _parts_of(
    layers: tuple[LayerSpec, ...], state: dict[str, Tensor], initialization: str
) -> Iterator[_Part]:
    """By the keys alone: torchvision's networks lack some modules that have no weights (flatten is a call)."""
    for row in layers:
        if row.enabled:
            prefix, chosen = f"{row.name}.", row.initialization or initialization
            inside = {part.name for part in row.layers}
            within = {
                key.removeprefix(prefix): value for key, value in state.items() if key.startswith(prefix)
            }
            own = {key: value for key, value in within.items() if key.partition(".")[0] not in inside}
            yield _Part(row, chosen, own)
            yield from _parts_of(row.layers, within, chosen)


def _shapes(tensors: dict[str, Tensor]) -> dict[str, torch.Size]:
    return {name: tensor.shape for name, tensor in tensors.items()}


def _device(module: nn.Module) -> torch.device:
    tensors = (*module.parameters(), *module.buffers())
    return tensors[0].device if tensors else torch.device("cpu")
