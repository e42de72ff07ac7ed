"""Which parameters learn, and how fast: layers that keep their weights, and a body that learns at another rate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn
from torch.nn import Parameter

from visualizer.errors import UserError
from visualizer.networks.naming import shown

RATE = "rate"
"""The key of a parameter group for what its learning rate is multiplied by."""


def freezable(module: nn.Module) -> tuple[str, ...]:
    """The names of the layers with weights of their own but the last, in their order: what may be frozen up to."""
    return tuple(name for name, _ in _owners(module))[:-1]


def freeze(module: nn.Module, last: str) -> tuple[nn.Module, ...]:
    """Keep the weights of all layers up to ``last``; gives these layers, which stay in evaluation mode.

    ``last`` may be a layer or a block; "" freezes nothing. Raises ``UserError`` where there is no such layer, or
    nothing would be left to learn.
    """
    if not last:
        return ()
    parts = list(module.named_modules())
    names = [name for name, _ in parts]
    if last not in names:
        raise UserError(
            f"there is no layer '{shown(last)}' to freeze up to; choose one of the network's layers"
        )
    end = max(place for place, name in enumerate(names) if name == last or name.startswith(f"{last}."))
    kept = [part for name, part in parts[: end + 1] if not _is_around(name, names[end + 1 :])]
    for part in kept:
        for parameter in part.parameters(recurse=False):
            parameter.requires_grad_(False)
    if not any(parameter.requires_grad for parameter in module.parameters()):
        raise UserError(f"freezing up to {shown(last)} leaves nothing to learn; choose an earlier layer")
    return tuple(kept)


def _is_around(name: str, later: Sequence[str]) -> bool:
    """Whether a block holds some of the later layers, so that it is not wholly frozen."""
    return not name or any(other.startswith(f"{name}.") for other in later)


def parameter_groups(module: nn.Module, body_rate: float) -> list[dict[str, Any]]:
    """What learns, in groups for an optimizer: the last layer, the body at ``body_rate``, matrices apart.

    ``matrices`` marks weights (outputs, inputs) between the first and the last layer.
    """
    owners = _owners(module)
    learning = [(name, part) for name, part in owners if any(p.requires_grad for p in _own(part))]
    first, last = owners[0][1], owners[-1][1]
    groups: dict[tuple[float, bool], list[Parameter]] = {}
    taken: set[int] = set()  # a layer used twice has its parameters once
    for _, part in learning:
        rate = 1.0 if part is last else body_rate
        for parameter in _own(part):
            if parameter.requires_grad and id(parameter) not in taken:
                taken.add(id(parameter))
                inside = parameter.ndim == 2 and part is not first and part is not last
                groups.setdefault((rate, inside), []).append(parameter)
    return [{"params": own, RATE: rate, "matrices": inside} for (rate, inside), own in groups.items()]


def has_matrices(module: nn.Module) -> bool:
    """Whether there are weights (outputs, inputs) between the first and the last layer, as Muon takes them."""
    return any(parameter.ndim == 2 for _, part in _owners(module)[1:-1] for parameter in _own(part))


def _owners(module: nn.Module) -> list[tuple[str, nn.Module]]:
    return [(name, part) for name, part in module.named_modules() if _own(part)]


def _own(part: nn.Module) -> list[Parameter]:
    return list(part.parameters(recurse=False))
