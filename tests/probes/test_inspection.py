from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from visualizer.data.inputs import Prepared
from visualizer.errors import UserError
from visualizer.networks.anatomy import examine
from visualizer.networks.network import Network, Preprocessing
from visualizer.probes.frames import Scale
from visualizer.probes.inspection import inspect


class Counting(nn.Module):
    calls = 0

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.fc, self.rare = nn.Conv2d(3, 4, 3), nn.Linear(4, 2), nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        self.calls += x.device.type != "meta"
        x = self.conv(x)
        if x.shape[-1] == 6:
            x = self.rare(x)
        return self.fc(x.mean((2, 3)))


def prepared(side: int) -> Prepared:
    return Prepared(
        torch.rand(1, 3, side, side), np.zeros((side, side, 3), np.uint8), (0, 0, side, side), ("cut",)
    )


def test_one_pass_gives_maps_and_prediction() -> None:
    module = Counting()
    network = Network("test", module.eval(), (3, 8, 8), ("no", "yes"), Preprocessing(8, 8, (), ()))
    anatomy = examine(network)
    module.calls = 0
    ready = prepared(8)
    result = inspect(network, anatomy, ready, anatomy.layers[0], Scale(), "yes")
    assert module.calls == 1
    with torch.no_grad():
        np.testing.assert_array_equal(result.frame.values, module.conv(ready.tensor)[0].numpy())
        expected = module(ready.tensor).softmax(1)[0]
    assert result.prediction is not None
    assert result.prediction.top[0].probability == pytest.approx(expected.max().item())
    assert result.prediction.label == "yes"
    assert result.seen is ready.pixels
    assert (result.crop, result.notes) == ((0, 0, 8, 8), ("cut",))


def test_a_layer_that_is_not_used_is_a_mistake_one_can_mend() -> None:
    network = Network("test", Counting().eval(), (3, 8, 8), (), Preprocessing(8, 8, (), ()))
    anatomy = examine(network)
    rare = next(layer for layer in anatomy.layers if layer.name == "rare")
    with pytest.raises(UserError, match="does not use its layer rare"):
        inspect(network, anatomy, prepared(10), rare, Scale())
