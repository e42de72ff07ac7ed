from __future__ import annotations

from typing import Any

import pytest
import torch
import torchvision
from torch import Tensor, nn

from visualizer.errors import UserError
from visualizer.networks import tracing
from visualizer.networks.anatomy import INPUT, Anatomy, Layer, examine
from visualizer.networks.network import Network, Preprocessing


def open_module(module: nn.Module, size: tuple[int, int, int] = (3, 32, 32)) -> Network:
    return Network("test", module.eval(), size, (), Preprocessing(size[1], size[1], (), ()))


def layer_of(anatomy: Anatomy, name: str) -> Layer:
    return next(layer for layer in anatomy.layers if layer.name == name)


def parents_of(anatomy: Anatomy, name: str) -> list[str]:
    return [
        "input" if parent == INPUT else anatomy.layers[parent].name
        for parent in layer_of(anatomy, name).parents
    ]


def hooks_of(module: nn.Module) -> int:
    return sum(len(part._forward_hooks) + len(part._forward_pre_hooks) for part in module.modules())


class Shared(nn.Module):
    """One ReLU and one convolution used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, padding=1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.relu(self.conv(self.relu(self.conv(x))) + x)


def test_flattening_does_not_change_what_its_input_comes_from() -> None:
    class Branches(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv, self.flatten = nn.Conv2d(3, 1, 32), nn.Flatten()
            self.linear, self.scale = nn.Linear(1, 1), nn.Conv2d(1, 1, 1)

        def forward(self, x: Tensor) -> Tensor:
            x = self.conv(x)
            return self.linear(self.flatten(x)) + self.scale(x)

    anatomy = examine(open_module(Branches()))
    assert parents_of(anatomy, "linear") == ["flatten"]
    assert parents_of(anatomy, "scale") == ["conv"]


def test_an_in_place_change_through_a_view_is_followed() -> None:
    class Written(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one, self.two, self.join = nn.Conv2d(3, 2, 1), nn.Conv2d(3, 2, 1), nn.Conv2d(4, 1, 1)

        def forward(self, x: Tensor) -> Tensor:
            joined = torch.zeros(1, 4, 32, 32, device=x.device)
            joined[:, :2] = self.one(x)
            joined[:, 2:] = self.two(x)
            return self.join(joined)

    assert parents_of(examine(open_module(Written())), "join") == ["one", "two"]


def test_a_reused_module_has_its_parameters_once() -> None:
    anatomy = examine(open_module(Shared()))
    assert [layer.name for layer in anatomy.layers] == ["conv", "relu", "conv#2", "relu#2"]
    assert [layer.parameters for layer in anatomy.layers] == [84, 0, 0, 0]
    assert anatomy.layers[0].macs == anatomy.layers[2].macs == 32 * 32 * 81
    assert anatomy.layers[3].parents == (INPUT, 2)
    assert anatomy.parameters == 84


class Structured(nn.Module):
    """Leaf modules that give tuples, dicts and nothing at all."""

    class Pair(nn.Module):
        def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
            return x + 1, x * 2

    class Named(nn.Module):
        def forward(self, pair: tuple[Tensor, Tensor]) -> dict[str, Any]:
            return {"nothing": None, "sum": pair[0] + pair[1]}

    class Nothing(nn.Module):
        def forward(self, x: Tensor) -> None:
            return None

    def __init__(self) -> None:
        super().__init__()
        self.pair, self.named, self.nothing = self.Pair(), self.Named(), self.Nothing()
        self.conv = nn.Conv2d(3, 4, 1)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        self.nothing(x)
        return {"out": self.conv(self.named(self.pair(x))["sum"])}


def test_tuples_dicts_and_nothing() -> None:
    anatomy = examine(open_module(Structured()))
    assert [layer.name for layer in anatomy.layers] == ["pair", "named", "conv"]
    assert parents_of(anatomy, "named") == ["pair"]
    assert parents_of(anatomy, "conv") == ["named"]
    assert layer_of(anatomy, "named").output == (3, 32, 32)


class OnValues(nn.Module):
    """What meta tensors cannot do: a branch on a value, and a tensor that is not registered."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.other = nn.Conv2d(3, 4, 5)
        self.plain = torch.ones(1)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x * self.plain) if x.sum().item() == 0 else self.other(x)
        return self.relu(x)


def test_a_huge_module_is_followed_on_meta_tensors_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    network = open_module(torchvision.models.resnet18(weights=None))
    devices: set[str] = set()
    hook = nn.modules.module.register_module_forward_hook(
        lambda m, a, result: devices.add(result.device.type)
    )
    try:
        computed = examine(network)
        assert devices == {"cpu"}
        devices.clear()
        monkeypatch.setattr(tracing, "_HUGE", 0)
        assert examine(network) == computed
        assert devices == {"meta"}
    finally:
        hook.remove()


def test_a_module_that_needs_values_is_run_once_on_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "_HUGE", 0)
    module = OnValues().train()
    network = Network("test", module, (3, 32, 32), (), Preprocessing(32, 32, (), ()))
    anatomy = examine(network)
    assert [layer.name for layer in anatomy.layers] == ["conv", "relu"]
    assert anatomy.macs == 30 * 30 * 4 * 27
    assert hooks_of(module) == 0
    assert module.training
    assert module.relu.inplace


class Fails(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3)
        self.second = nn.Sequential(nn.Linear(5, 2))

    def forward(self, x: Tensor) -> Tensor:
        return self.second(self.first(x).flatten(1))


def test_a_network_that_cannot_take_its_input_names_the_layer() -> None:
    module = Fails()
    with pytest.raises(UserError) as caught:
        examine(open_module(module))
    message = str(caught.value)
    assert "3×32×32" in message
    assert "second.0 (Linear)" in message
    assert "mat1" not in message  # the library's words
    assert hooks_of(module) == 0


class Functional(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.einsum("bchw,kc->bkhw", x, torch.ones(5, 3, device=x.device)).relu()


def test_a_module_without_children_is_one_layer() -> None:
    (layer,) = examine(open_module(Functional())).layers
    assert (layer.name, layer.module, layer.output) == ("Functional", "", (5, 32, 32))
    assert layer.macs == 5 * 3 * 32 * 32


def test_functional_macs_count_to_the_whole_network() -> None:
    class Mixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 1)

        def forward(self, x: Tensor) -> Tensor:
            y = self.conv(x).flatten(2)
            return y @ y.transpose(1, 2)

    anatomy = examine(open_module(Mixed()))
    assert [layer.macs for layer in anatomy.layers] == [12 * 1024]
    assert anatomy.macs == 12 * 1024 + 16 * 1024


def test_nothing_of_the_module_changes() -> None:
    module = Shared().train()
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    pointers = [tensor.data_ptr() for tensor in module.parameters()]
    examine(Network("test", module, (3, 32, 32), (), Preprocessing(32, 32, (), ())))
    assert all(torch.equal(before[name], tensor) for name, tensor in module.state_dict().items())
    assert [tensor.data_ptr() for tensor in module.parameters()] == pointers
    assert hooks_of(module) == 0
    assert module.training
    assert module.relu.inplace
