from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from visualizer.networks.anatomy import Anatomy, Layer, examine
from visualizer.networks.network import Network, Preprocessing
from visualizer.probes.activations import capture, frame, rescale
from visualizer.probes.frames import ActivationFrame, Scale


def open_module(module: nn.Module, size: tuple[int, int, int] = (3, 16, 16)) -> tuple[Network, Anatomy]:
    network = Network("test", module.eval(), size, (), Preprocessing(size[1], size[1], (), ()))
    return network, examine(network)


def layer(output: tuple[int, ...], layout: Any = "maps") -> Layer:
    return Layer(0, "layer", "layer", 1, "Conv2d", "", output, layout, 0, 0, None, (), False)


def assert_untouched(module: nn.Module) -> None:
    assert all(not part._forward_hooks and not part._forward_pre_hooks for part in module.modules())


class Residual(nn.Module):
    """In-place ReLU used twice, and an addition in place."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.norm1, self.norm2 = nn.BatchNorm2d(4), nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        identity = self.relu(self.norm1(self.conv1(x)))
        out = self.norm2(self.conv2(identity))
        out += identity
        return self.relu(out)

    def by_hand(self, x: Tensor) -> dict[str, Tensor]:
        conv1 = self.conv1(x)
        norm1 = self.norm1(conv1)
        relu = norm1.relu()
        conv2 = self.conv2(relu)
        norm2 = self.norm2(conv2)
        last = (norm2 + relu).relu()
        names = ("conv1", "norm1", "relu", "conv2", "norm2", "relu#2")
        return dict(zip(names, (conv1, norm1, relu, conv2, norm2, last), strict=True))


@pytest.mark.parametrize("mode", [torch.enable_grad, torch.no_grad, torch.inference_mode])
def test_captured_values_are_those_of_the_moment(mode: Any) -> None:
    torch.manual_seed(0)
    network, anatomy = open_module(Residual())
    image = torch.rand(1, 3, 16, 16)
    with torch.no_grad():
        expected = network.module.by_hand(image)
    with mode():
        captured = capture(network.module, image, anatomy.layers)
    assert captured.outputs.keys() == expected.keys()
    for name, output in captured.outputs.items():
        assert torch.equal(output, expected[name]), name
        assert not output.requires_grad
    assert captured.result is not None
    assert torch.equal(captured.result, expected["relu#2"])
    assert network.module.relu.inplace
    assert_untouched(network.module)


def test_an_unexpected_change_in_place_is_noticed() -> None:
    network, anatomy = open_module(Residual())
    image = torch.rand(1, 3, 16, 16)
    unaware = [replace(layer, overwritten=False) for layer in anatomy.layers]
    with torch.no_grad():
        expected = network.module.by_hand(image)
    captured = capture(network.module, image, unaware)
    assert all(torch.equal(output, expected[name]) for name, output in captured.outputs.items())


def test_only_what_is_asked_for_is_kept() -> None:
    network, anatomy = open_module(Residual())
    second = next(layer for layer in anatomy.layers if layer.name == "relu#2")
    captured = capture(network.module, torch.rand(1, 3, 16, 16), [second])
    assert list(captured.outputs) == ["relu#2"]
    assert not capture(network.module, torch.rand(1, 3, 16, 16), []).outputs


def test_what_is_not_overwritten_is_not_copied() -> None:
    pointers: dict[str, int] = {}
    network, anatomy = open_module(Residual())

    def note(name: str) -> Any:
        def hook(module: nn.Module, args: Any, output: Tensor) -> None:
            pointers.setdefault(name, output.data_ptr())

        return hook

    for name, part in network.module.named_children():
        part.register_forward_hook(note(name))
    captured = capture(network.module, torch.rand(1, 3, 16, 16), anatomy.layers)
    same = {name for name in pointers if captured.outputs[name].data_ptr() == pointers[name]}
    assert same == {"conv1", "norm1", "conv2", "relu"}


def test_training_state_is_restored() -> None:
    network, anatomy = open_module(Residual())
    module = network.module
    module.norm1.train()
    means = module.norm1.running_mean.clone()
    capture(module, torch.rand(1, 3, 16, 16), anatomy.layers)
    assert torch.equal(module.norm1.running_mean, means)
    assert module.norm1.training
    assert not module.norm2.training


class Broken(Residual):
    fails = False

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv1(x)
        if self.fails:
            raise RuntimeError("broken")
        return self.relu(x)


def test_an_exception_leaves_no_hooks() -> None:
    network, anatomy = open_module(Broken())
    network.module.fails = True
    with pytest.raises(RuntimeError, match="broken"):
        capture(network.module, torch.rand(1, 3, 16, 16), anatomy.layers)
    assert_untouched(network.module)
    assert network.module.relu.inplace


class ByValue(nn.Module):
    """Control flow: bright pictures take another way than dark ones."""

    def __init__(self) -> None:
        super().__init__()
        self.dark, self.bright = nn.Conv2d(3, 2, 1), nn.Conv2d(3, 2, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.bright(x) if x.mean().item() > 0.5 else self.dark(x)


def test_layers_off_the_way_are_missing() -> None:
    network, anatomy = open_module(ByValue())
    assert [layer.name for layer in anatomy.layers] == ["dark"]
    assert list(capture(network.module, torch.zeros(1, 3, 16, 16), anatomy.layers).outputs) == ["dark"]
    assert not capture(network.module, torch.ones(1, 3, 16, 16), anatomy.layers).outputs


def test_tuples_and_dicts() -> None:
    class Several(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.pool = nn.MaxPool2d(2, return_indices=True)
            self.attention = nn.MultiheadAttention(3, 1, batch_first=True)

        def forward(self, x: Tensor) -> dict[str, Any]:
            maps, _ = self.pool(x)
            tokens = maps.flatten(2).transpose(1, 2)
            return {"none": None, "logits": self.attention(tokens, tokens, tokens)[0].mean(1)}

    network, anatomy = open_module(Several())
    image = torch.rand(1, 3, 16, 16)
    captured = capture(network.module, image, anatomy.layers)
    assert torch.equal(captured.outputs["pool"], nn.functional.max_pool2d(image, 2))
    assert captured.outputs["attention"].shape == (1, 64, 3)
    assert captured.result is not None
    assert captured.result.shape == (1, 3)


def test_every_layer_of_a_transformer_encoder() -> None:
    class Encoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.block = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
            self.embed = nn.Conv2d(3, 8, 4, 4)

        def forward(self, x: Tensor) -> Tensor:
            return self.block(self.embed(x).flatten(2).transpose(1, 2)).mean(1)

    network, anatomy = open_module(Encoder())
    captured = capture(network.module, torch.rand(1, 3, 16, 16), anatomy.layers)
    assert list(captured.outputs) == [layer.name for layer in anatomy.layers]


# --- frames ------------------------------------------------------------------------------------------------

UNITS = torch.tensor([[[[-1.0, 0.0], [0.5, 2.0]], [[0.0, 0.0], [0.0, 0.0]], [[1.0, 1.0], [3.0, -4.0]]]])


def test_symmetric_levels_of_the_layer() -> None:
    seen = frame(layer((3, 2, 2)), UNITS, Scale(), (2, 2))
    assert seen.tiles.dtype == np.uint8
    assert seen.tiles[:, 0, 0].tolist() == [96, 128, 159]
    assert seen.tiles[2].tolist() == [[159, 159], [223, 0]]
    assert seen.tiles[1].tolist() == [[128, 128], [128, 128]]
    assert seen.limits.tolist() == [[-4, 4]] * 3


def test_levels_of_each_unit() -> None:
    seen = frame(layer((3, 2, 2)), UNITS, Scale("unit", symmetric=True), (2, 2))
    assert seen.limits.tolist() == [[-2, 2], [0, 0], [-4, 4]]
    assert seen.tiles[0].tolist() == [[64, 128], [159, 255]]
    plain = rescale(seen, Scale("unit", symmetric=False))
    assert plain.limits.tolist() == [[-1, 2], [0, 0], [-4, 3]]
    assert plain.tiles[0].tolist() == [[0, 85], [128, 255]]
    assert plain.tiles[1].tolist() == [[0, 0], [0, 0]]


@pytest.mark.parametrize("limits", ["layer", "unit"])
@pytest.mark.parametrize("symmetric", [True, False])
def test_rescaling_equals_a_new_frame(limits: Any, symmetric: bool) -> None:
    output = torch.randn(1, 8, 5, 6, generator=torch.manual_seed(0))
    scale = Scale(limits, symmetric)
    new, old = (
        frame(layer((8, 5, 6)), output, scale, (5, 6)),
        frame(layer((8, 5, 6)), output, Scale(), (5, 6)),
    )
    again = rescale(old, scale)
    assert again.scale == scale
    np.testing.assert_array_equal(again.tiles, new.tiles)
    np.testing.assert_array_equal(again.limits, new.limits)
    assert new.tiles.max() == 255 or new.tiles.min() == 0


def test_statistics_are_numpys() -> None:
    output = torch.randn(1, 8, 31, 30, generator=torch.manual_seed(0))
    found = frame(layer((8, 31, 30)), output, Scale(), (31, 30)).statistics
    units = output.numpy().reshape(8, -1)
    np.testing.assert_array_equal(found.minimum, units.min(1))
    np.testing.assert_array_equal(found.maximum, units.max(1))
    np.testing.assert_allclose(found.mean, units.mean(1), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(found.deviation, units.std(1), rtol=1e-5)
    np.testing.assert_array_equal(found.low, np.percentile(units, 5, axis=1, method="nearest"))
    np.testing.assert_array_equal(found.high, np.percentile(units, 95, axis=1, method="nearest"))
    np.testing.assert_allclose(found.nonpositive, (units <= 0).mean(1), rtol=1e-6)
    assert not found.dead.any()


def test_dead_units() -> None:
    seen = frame(layer((3, 2, 2)), UNITS, Scale(), (2, 2))
    assert seen.statistics.dead.tolist() == [False, True, False]
    vector = frame(layer((3,), "vector"), torch.tensor([[0.0, 5.0, -1.0]]), Scale(), (2, 2))
    assert vector.statistics.dead.tolist() == [True, False, False]
    assert vector.values.shape == (3, 1, 1)


def test_percentiles_of_large_maps_come_from_a_sample() -> None:
    output = torch.arange(200.0 * 200).reshape(1, 1, 200, 200)
    found = frame(layer((1, 200, 200)), output, Scale(), (200, 200)).statistics
    assert abs(found.low[0] / 2000 - 1) < 0.01
    assert abs(found.high[0] / 38000 - 1) < 0.01


def test_values_that_are_no_numbers() -> None:
    output = UNITS.clone()
    output[0, 0, 0, 0], output[0, 1, 0, 0], output[0, 2, 0, 0] = float("nan"), float("inf"), float("-inf")
    seen = frame(layer((3, 2, 2)), output, Scale("unit"), (2, 2))
    assert seen.tiles[0].tolist() == [[128, 128], [159, 255]]
    assert seen.tiles[1].tolist() == [[255, 128], [128, 128]]
    assert seen.tiles[2, 0, 0] == 0
    assert seen.note == "1 values are not a number (NaN), shown as 0. 2 values are infinite."
    assert np.isnan(seen.values[0, 0, 0])
    assert np.isfinite(seen.statistics.deviation).all()
    np.testing.assert_array_equal(rescale(seen, Scale("unit")).tiles, seen.tiles)


@pytest.mark.parametrize("factor", [0, 1e-44, 1e-20, 1e20, 3e38])
def test_extreme_values(factor: float) -> None:
    output = torch.tensor([[[[-1.0, 0.0], [0.5, 1.0]]]]) * factor
    for scale in (Scale(), Scale("unit", symmetric=False)):
        seen = frame(layer((1, 2, 2)), output, scale, (2, 2))
        assert np.isfinite(seen.limits).all()
        assert seen.note == ""


def assert_read_only(seen: ActivationFrame) -> None:
    statistics = [getattr(seen.statistics, name) for name in seen.statistics.__slots__]
    for array in (seen.values, seen.tiles, seen.limits, *statistics):
        assert not array.flags.writeable
        assert array.dtype in (np.float32, np.uint8, np.bool_)


@pytest.mark.parametrize(
    ("shape", "layout", "expected", "note"),
    [
        ((1, 6, 4, 5), "maps", (6, 4, 5), ""),
        ((1, 4, 5, 6), "maps_last", (6, 4, 5), ""),
        ((1, 197, 8), "tokens", (8, 14, 14), "Class token left out."),
        ((1, 196, 8), "tokens", (8, 14, 14), ""),
        ((1, 7, 8), "tokens", (8, 7, 1), "Positions in a column."),
        ((1, 10), "vector", (10, 1, 1), ""),
        ((1,), "vector", (1, 1, 1), ""),
        ((), "vector", (1, 1, 1), ""),
        ((64, 16, 8), "tokens", (8, 4, 4), "The first of 64 outputs."),
        ((16, 1, 8), "tokens", (8, 4, 4), ""),
        ((1, 2, 3, 4, 5), "maps", (6, 4, 5), "2×3 maps in a row."),
    ],
)
def test_arrangement(shape: tuple[int, ...], layout: Any, expected: tuple[int, ...], note: str) -> None:
    output = torch.rand(shape)
    seen = frame(layer(shape[1:], layout), output, Scale(), (224, 224))
    assert seen.values.shape == seen.tiles.shape == expected
    assert seen.note == note
    assert_read_only(seen)


def test_tokens_lie_row_by_row_in_the_shape_of_the_picture() -> None:
    output = torch.arange(1.0 + 8 * 2).reshape(1, 17, 1)
    seen = frame(layer((17, 1), "tokens"), output, Scale(), (64, 16))
    assert seen.values.shape == (1, 8, 2)
    assert seen.values[0, :2].tolist() == [[1, 2], [3, 4]]
    last = torch.arange(24.0).reshape(1, 2, 3, 4)
    maps = frame(layer((2, 3, 4), "maps_last"), last, Scale(), (2, 3))
    np.testing.assert_array_equal(maps.values, last[0].permute(2, 0, 1).numpy())


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64, torch.int64, torch.bool])
def test_other_numbers_become_float32(dtype: torch.dtype) -> None:
    seen = frame(layer((1, 2, 2)), torch.eye(2)[None, None].to(dtype), Scale(), (2, 2))
    assert seen.tiles[0].tolist() == [[255, 128], [128, 255]]
    assert_read_only(seen)
