import pytest
import torch

from visualizer.networks.layers import LAYERS
from visualizer.networks.layers.kinds import LayerKind
from visualizer.networks.spec import layer

GIVEN = {
    "conv": {"out_channels": 5},
    "linear": {"out_features": 7},
    "residual_stage": {"channels": 6},
}
VARIED = [
    ("conv", {"out_channels": 4, "kernel_size": 3, "stride": 2, "padding": 2, "dilation": 2, "groups": 2}),
    ("conv", {"out_channels": 4, "kernel_size": 1, "bias": False}),
    ("max_pool", {"kernel_size": 3, "stride": 2, "padding": 1}),
    ("average_pool", {"kernel_size": 4, "stride": 3}),
    ("residual_stage", {"channels": 8, "blocks": 3, "stride": 2}),
    ("dropout", {"p": 0.25}),
]


@pytest.mark.parametrize("kind", LAYERS.values(), ids=LAYERS)
def test_a_row_tells_the_shape_its_module_produces(kind: LayerKind) -> None:
    for rank in kind.ranks:
        check(kind, GIVEN.get(kind.name, {}), (4, 9, 11) if rank == 3 else (12,))


@pytest.mark.parametrize(("name", "values"), VARIED)
def test_shapes_with_other_fields(name: str, values: dict[str, float]) -> None:
    check(LAYERS[name], values, (4, 13, 10))


def check(kind: LayerKind, given: dict[str, float], shape: tuple[int, ...]) -> None:
    values = layer(kind.name, "x", **given).values
    module = kind.build(shape, **values).eval()
    with torch.no_grad():
        assert kind.output(shape, **values) == tuple(module(torch.zeros(1, *shape)).shape[1:])


@pytest.mark.parametrize("kind", LAYERS.values(), ids=LAYERS)
def test_defaults_lie_within_their_ranges(kind: LayerKind) -> None:
    assert kind.description.endswith(".")
    for field in kind.fields:
        assert field.help
        assert field.default is None or field.minimum <= field.default <= field.maximum
