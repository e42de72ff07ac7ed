"""From a specification to a module."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping

from torch import nn

from visualizer.errors import UserError
from visualizer.networks.initialization import DEFAULT, initialize
from visualizer.networks.layers.kinds import Construction
from visualizer.networks.naming import shown
from visualizer.networks.planning import NetworkPlan, RowPlan, plan
from visualizer.networks.spec import LayerSpec, NetworkSpec, Path

Plans = Mapping[Path, RowPlan]


def build(spec: NetworkSpec) -> nn.Sequential:
    """The module of a specification: the layers' names are its children, so keys are ``layer1.0.conv1.weight``.

    Raises ``UserError`` where a layer does not fit the shape it gets, and for a network beyond the limits.
    Under ``Skeleton`` it allocates nothing.
    """
    plans = {row.path: row for row in checked_plan(spec).rows}
    return nn.Sequential(_modules(spec.layers, (), plans, spec.initialization))


def checked_plan(spec: NetworkSpec) -> NetworkPlan:
    """The plan of a network that can be built; raises ``UserError`` with the first problem."""
    planned = plan(spec)
    for problem in planned.problems[:1]:
        raise UserError(f"The network '{shown(spec.name)}' cannot be built: {problem}")
    return planned


def construction(row: LayerSpec, planned: RowPlan) -> Construction:
    """How the module of one layer is made; ``planned`` has no problem."""
    if row.row.is_block:
        made: Construction = row.row.construct(planned.input, planned.inside, **row.values)
    else:
        made = row.row.construct(planned.input, **row.values)
    return made


def _modules(
    layers: tuple[LayerSpec, ...], before: Path, plans: Plans, initialization: str
) -> OrderedDict[str, nn.Module]:
    modules: OrderedDict[str, nn.Module] = OrderedDict()
    for index, row in enumerate(layers):
        if row.enabled:
            modules[row.name] = _module(row, (*before, index), plans, initialization)
    return modules


def _module(row: LayerSpec, path: Path, plans: Plans, initialization: str) -> nn.Module:
    chosen = row.initialization or initialization
    made = construction(row, plans[path])
    if not row.row.is_block:
        module = made.cls(**made.arguments)
        initialize(module, chosen)
        return module
    inside = _modules(row.layers, path, plans, chosen)
    module = made.cls(inside, **made.arguments)
    if chosen != DEFAULT:
        own = {name: part for name, part in module.named_children() if name not in inside}
        for part in own.values():
            initialize(part, chosen)
    return module
