"""The networks that are compared: mini-VGG, and the same with other layers in the place of some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from visualizer.errors import UserError
from visualizer.networks import architectures
from visualizer.networks.adapting import adapted
from visualizer.networks.layers.kinds import Value
from visualizer.networks.naming import shown
from visualizer.networks.spec import LayerSpec, NetworkSpec

BASELINE = "mini-vgg"
_ALIAS = "baseline"
_ALL_NAMES = (
    "baseline, 4_rot_1 to 4_rot_4 and 8_rot_1 to 8_rot_4, each of these also with _concat behind it, norm_conv, "
    "norm_dense and norm_conv_dense"
)


@dataclass(frozen=True, slots=True)
class Variant:
    """One network: a row of the table of architectures.

    ``rotations`` (0: none) are tried in the last ``layers`` convolutions, ``concatenated`` or their largest kept.
    """

    name: str
    rotations: int = 0
    layers: int = 0
    concatenated: bool = False

    @property
    def takes_weights(self) -> bool:
        """Whether the baseline's weights fit into it, though it computes something else with them."""
        return self.rotations > 0 and not self.concatenated


NETWORKS: Mapping[str, Variant] = {
    row.name: row
    for row in (
        Variant(BASELINE),
        *(
            Variant(f"{rotations}_rot_{layers}{'_concat' * concatenated}", rotations, layers, concatenated)
            for concatenated in (False, True)
            for rotations in (4, 8)
            for layers in (1, 2, 3, 4)
        ),
        Variant("norm_conv"),
        Variant("norm_dense"),
        Variant("norm_conv_dense"),
    )
}
"""Every network of the experiment by its name, the baseline first."""


def named(name: str) -> str:
    """The name of a network as it is written here; raises ``UserError`` for one that is not of the experiment."""
    plain = name.strip().lower().replace("-", "_")
    if plain == _ALIAS:
        return BASELINE
    for own in NETWORKS:
        if own.replace("-", "_") == plain:
            return own
    raise UserError(f"the experiment has no network '{shown(name)}'; there are {_ALL_NAMES}")


def title(name: str) -> str:
    """The network as tables and pictures call it."""
    return f"{name} (baseline)" if name == BASELINE else name


def spec_of(name: str, classes: tuple[str, ...], width: float, side: int) -> NetworkSpec:
    """The network for ``classes`` and pictures of 3 × side × side, with ``width`` times its channels and units."""
    spec = architectures.spec(name)
    whole = adapted(spec, (3, side, side), classes, spec.preprocessing.with_side(side))
    *inside, last = whole.layers
    return replace(whole, layers=(*(_scaled(row, width) for row in inside), last))


def _scaled(row: LayerSpec, width: float) -> LayerSpec:
    values: dict[str, Value] = dict(row.values)
    for field in ("out_channels", "out_features"):
        if field in values:
            values[field] = max(1, round(float(values[field]) * width))
    return replace(row, values=values)
