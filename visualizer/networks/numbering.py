"""Classes without names of their own."""

from __future__ import annotations

from dataclasses import replace

from visualizer.networks.layers.kinds import Shape
from visualizer.networks.planning import plan
from visualizer.networks.spec import MAX_CLASSES, NetworkSpec


def with_numbered_classes(spec: NetworkSpec) -> NetworkSpec:
    """Classes without names of their own follow the number of outputs."""
    if spec.classes != numbered_classes(len(spec.classes)):
        return spec
    output = plan(replace(spec, classes=())).output
    if output is None:
        return spec
    return replace(spec, classes=numbered_classes(output[0] if can_be_numbered(output) else 0))


def can_be_numbered(output: Shape | None) -> bool:
    """Whether a network with this output can have one class per value of it."""
    return output is not None and len(output) == 1 and output[0] <= MAX_CLASSES


def numbered_classes(count: int) -> tuple[str, ...]:
    """Labels for classes without names: ``class 0``, ``class 1`` and so on."""
    return tuple(f"class {index}" for index in range(count))
