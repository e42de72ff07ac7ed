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


def open_torchvision(name: str) -> Network:
    arguments = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
    with torch.device("meta"):
        module = torchvision.models.get_model(name, weights=None, **arguments)
    return open_module(module, (3, 299, 299) if name == "inception_v3" else (3, 224, 224))


def layer_of(anatomy: Anatomy, name: str) -> Layer:
    return next(layer for layer in anatomy.layers if layer.name == name)


def parents_of(anatomy: Anatomy, name: str) -> list[str]:
    return [
        "input" if parent == INPUT else anatomy.layers[parent].name
        for parent in layer_of(anatomy, name).parents
    ]


def hooks_of(module: nn.Module) -> int:
    return sum(len(part._forward_hooks) + len(part._forward_pre_hooks) for part in module.modules())


@pytest.fixture(scope="module")
def resnet18() -> Anatomy:
    return examine(open_torchvision("resnet18"))


def test_resnet18_totals_are_the_published_ones(resnet18: Anatomy) -> None:
    assert resnet18.parameters == 11_689_512
    assert round(resnet18.macs / 1e9, 3) == 1.814
    assert sum(layer.parameters for layer in resnet18.layers) == resnet18.parameters
    assert sum(layer.macs for layer in resnet18.layers) == resnet18.macs


def test_vgg16_totals_are_the_published_ones() -> None:
    anatomy = examine(open_torchvision("vgg16"))
    assert anatomy.parameters == 138_357_544
    assert round(anatomy.macs / 1e9, 2) == 15.47


@pytest.mark.parametrize(
    ("name", "size"), [("conv1", 7), ("maxpool", 11), ("layer1.0.conv1", 19), ("layer4.1.conv2", 435)]
)
def test_receptive_fields_of_resnet18(resnet18: Anatomy, name: str, size: int) -> None:
    field = layer_of(resnet18, name).receptive_field
    assert field is not None
    assert field.size == (size, size)


def test_order_and_names_of_resnet18(resnet18: Anatomy) -> None:
    names = [layer.name for layer in resnet18.layers]
    assert names[:5] == ["conv1", "bn1", "relu", "maxpool", "layer1.0.conv1"]
    assert names[-2:] == ["avgpool", "fc"]
    assert len(names) == 60
    assert [layer.index for layer in resnet18.layers] == list(range(60))
    second = layer_of(resnet18, "layer1.0.relu#2")
    assert (second.module, second.call) == ("layer1.0.relu", 2)


def test_a_relu_after_an_addition_has_two_parents(resnet18: Anatomy) -> None:
    assert parents_of(resnet18, "conv1") == ["input"]
    assert parents_of(resnet18, "layer1.0.relu#2") == ["maxpool", "layer1.0.bn2"]
    assert parents_of(resnet18, "layer2.0.relu#2") == ["layer2.0.bn2", "layer2.0.downsample.1"]
    assert parents_of(resnet18, "fc") == ["avgpool"]


def test_only_what_functional_code_overwrites_is_marked(resnet18: Anatomy) -> None:
    marked = {layer.name for layer in resnet18.layers if layer.overwritten}
    assert marked == {f"layer{stage}.{block}.bn2" for stage in (1, 2, 3, 4) for block in (0, 1)}


def test_a_concatenation_gives_several_parents() -> None:
    squeezenet = examine(open_torchvision("squeezenet1_1"))
    expanded = ["features.3.expand1x1_activation", "features.3.expand3x3_activation"]
    assert parents_of(squeezenet, "features.4.squeeze") == expanded
    assert layer_of(squeezenet, "features.4.squeeze").output == (16, 55, 55)
    googlenet = examine(open_torchvision("googlenet"))
    branches = parents_of(googlenet, "inception3b.branch1.conv")
    assert [name.split(".")[1] for name in branches] == ["branch1", "branch2", "branch3", "branch4"]


@pytest.mark.parametrize(
    ("name", "macs", "parameters"),
    [
        ("alexnet", 0.714, 61_100_840),
        ("densenet121", 2.834, 7_978_856),
        ("mobilenet_v3_small", 0.057, 2_542_856),
        ("shufflenet_v2_x1_0", 0.145, 2_278_604),
        ("efficientnet_b0", 0.386, 5_288_548),
        ("convnext_tiny", 4.456, 28_589_128),
        ("swin_t", 4.491, 28_288_354),
        ("vit_b_16", 17.564, 86_567_656),
        ("inception_v3", 5.713, 27_161_264),
    ],
)
def test_totals_of_other_families(name: str, macs: float, parameters: int) -> None:
    anatomy = examine(open_torchvision(name))
    assert round(anatomy.macs / 1e9, 3) == macs
    assert anatomy.parameters == parameters


def test_layouts_of_a_network_that_keeps_channels_last() -> None:
    anatomy = examine(open_torchvision("convnext_tiny"))
    block = {name: layer_of(anatomy, f"features.1.0.block.{name}") for name in ("0", "1", "2", "3", "4", "6")}
    layouts = {name: layer.layout for name, layer in block.items()}
    assert layouts == dict.fromkeys("1234", "maps_last") | dict.fromkeys("06", "maps")
    assert block["3"].output == (56, 56, 384)
    field = block["3"].receptive_field  # a linear layer over channels looks no further than what is before it
    assert field == block["0"].receptive_field
    assert field is not None
    assert field.stride == (4, 4)
    swin = examine(open_torchvision("swin_t"))
    assert layer_of(swin, "features.1.0.attn").layout == "maps_last"
    assert layer_of(swin, "avgpool").layout == "maps"


def test_layouts_and_fields_of_a_vision_transformer() -> None:
    anatomy = examine(open_torchvision("vit_b_16"))
    patches = layer_of(anatomy, "conv_proj").receptive_field
    assert patches is not None
    assert (patches.size, patches.stride, patches.start) == ((16, 16), (16, 16), (0, 0))
    assert layer_of(anatomy, "encoder.layers.encoder_layer_0.ln_1").receptive_field is None
    attention = layer_of(anatomy, "encoder.layers.encoder_layer_0.self_attention")
    assert (attention.kind, attention.layout, attention.output) == (
        "MultiheadAttention",
        "tokens",
        (197, 768),
    )
    assert attention.parameters == 4 * 768 * 768 + 4 * 768
    assert attention.receptive_field is not None
    assert (attention.receptive_field.size, attention.receptive_field.stride) == ((224, 224), (0, 0))


@pytest.mark.parametrize(("stride", "side"), [(1, 5), (2, 3), (3, 2)])
def test_convolution_arithmetic(stride: int, side: int) -> None:
    anatomy = examine(open_module(nn.Conv2d(1, 1, 3, stride), (1, 7, 7)))
    (layer,) = anatomy.layers
    assert layer.output == (1, side, side)
    assert (layer.parameters, layer.macs) == (10, 9 * side * side)


class Inception(nn.Module):
    def __init__(self, reduced: bool) -> None:
        super().__init__()
        self.one = nn.Conv2d(256, 128, 1)
        self.reduce3 = nn.Conv2d(256, 64, 1) if reduced else nn.Identity()
        self.three = nn.Conv2d(64 if reduced else 256, 192, 3, padding=1)
        self.reduce5 = nn.Conv2d(256, 64, 1) if reduced else nn.Identity()
        self.five = nn.Conv2d(64 if reduced else 256, 96, 5, padding=2)
        self.pool = nn.MaxPool2d(3, 1, 1)
        self.project = nn.Conv2d(256, 64, 1) if reduced else nn.Identity()
        self.out = nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        three, five = self.three(self.reduce3(x)), self.five(self.reduce5(x))
        return self.out(torch.cat([self.one(x), three, five, self.project(self.pool(x))], 1))


@pytest.mark.parametrize(("reduced", "depth", "macs"), [(False, 672, 854.2), (True, 480, 271.4)])
def test_macs_of_an_inception_module(reduced: bool, depth: int, macs: float) -> None:
    anatomy = examine(open_module(Inception(reduced), (256, 28, 28)))
    assert anatomy.layers[-1].output == (depth, 28, 28)
    assert parents_of(anatomy, "out") == sorted(
        ["one", "three", "five", "project"], key=[layer.name for layer in anatomy.layers].index
    )
    assert abs(anatomy.macs / 1e6 - macs) < 0.06  # the oracle is given with rounded summands


def test_an_identity_is_told_from_its_input() -> None:
    anatomy = examine(open_module(Inception(reduced=False), (256, 28, 28)))
    assert parents_of(anatomy, "reduce3") == ["input"]
    assert parents_of(anatomy, "three") == ["reduce3"]
    assert parents_of(anatomy, "five") == ["reduce5"]
    assert parents_of(anatomy, "one") == ["input"]


@pytest.mark.parametrize(("kernel", "layers", "size"), [(3, 3, 7), (2, 2, 3)])
def test_stacked_convolutions(kernel: int, layers: int, size: int) -> None:
    stack = nn.Sequential(*(nn.Conv2d(3, 3, kernel) for _ in range(layers)))
    field = examine(open_module(stack)).layers[-1].receptive_field
    assert field is not None
    assert field.size == (size, size)


FIELDS = {
    "dilated": nn.Sequential(nn.Conv2d(3, 2, 3, dilation=3), nn.MaxPool2d(2)),
    "padded": nn.Sequential(nn.ZeroPad2d((2, 1, 3, 0)), nn.Conv2d(3, 2, (2, 5), stride=(2, 1))),
    "average pool": nn.Sequential(nn.AvgPool2d(3, 2, 1), nn.Conv2d(3, 2, 3)),
    "adaptive pool": nn.Sequential(nn.Conv2d(3, 2, 3, padding=1), nn.AdaptiveAvgPool2d(8)),
    "flattened and back": nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten(2), nn.Unflatten(2, (30, 30))),
    "global": nn.Sequential(nn.Conv2d(3, 2, 3, stride=2), nn.AdaptiveAvgPool2d(1), nn.Flatten()),
    "flattened": nn.Sequential(nn.Conv2d(3, 2, 5, stride=3), nn.Flatten(), nn.Linear(200, 4)),
    "pad after stride": nn.Sequential(nn.Conv2d(3, 2, 1, stride=2), nn.ReflectionPad2d(0), nn.ZeroPad2d(3)),
}


@pytest.mark.parametrize("name", FIELDS)
def test_receptive_fields_are_where_gradients_come_from(name: str) -> None:
    """Every pixel a unit depends on lies in its field, and the field's corners matter where it is exact."""
    torch.manual_seed(0)
    module = FIELDS[name]
    layer = examine(open_module(module)).layers[-1]
    field = layer.receptive_field
    assert field is not None
    picture = torch.rand(1, 3, 32, 32, requires_grad=True)
    output = module(picture)
    maps = output.reshape(output.shape[1], *(output.shape[2:] if output.ndim == 4 else (1, 1)))
    seen_once = False
    for row in range(0, maps.shape[1], 3):
        for column in range(0, maps.shape[2], 4):
            (gradient,) = torch.autograd.grad(maps[:, row, column].sum(), picture, retain_graph=True)
            where = gradient.abs().sum((0, 1)).nonzero()
            if not len(where):
                continue
            for axis, index in ((0, row), (1, column)):
                low = field.start[axis] + index * field.stride[axis]
                high = low + field.size[axis]
                first, last = where[:, axis].min().item(), where[:, axis].max().item() + 1
                assert low <= first
                assert last <= high
                if "pool" not in name and "dilated" not in name:
                    assert (first, last) == (max(low, 0), min(high, 32))
            seen_once = True
    assert seen_once


@pytest.mark.parametrize(
    "module",
    [
        nn.ConvTranspose2d(3, 2, 2, stride=2),
        nn.ConvTranspose2d(3, 2, 4, stride=2, padding=1),
        nn.ConvTranspose2d(3, 2, 3, stride=1, dilation=2),
        nn.Upsample(scale_factor=2),
        nn.Upsample(scale_factor=2, mode="bilinear"),
        nn.Upsample(size=(49, 49), mode="bilinear", align_corners=True),
        nn.Upsample(scale_factor=3, mode="bicubic"),
        nn.AdaptiveAvgPool2d(7),
    ],
    ids=str,
)
def test_fields_of_fractional_strides_cover_the_gradients(module: nn.Module) -> None:
    torch.manual_seed(0)
    stack = nn.Sequential(nn.Conv2d(3, 3, 3, stride=2, padding=1), module)
    field = examine(open_module(stack)).layers[-1].receptive_field
    assert field is not None
    picture = torch.rand(1, 3, 32, 32, requires_grad=True)
    output = stack(picture)
    for index in range(output.shape[-1]):
        (gradient,) = torch.autograd.grad(output[0, :, index, index].sum(), picture, retain_graph=True)
        where = gradient.abs().sum((0, 1)).nonzero()
        low = field.start[0] + index * field.stride[0]
        assert low <= where.min()
        assert where.max() < low + field.size[0]


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


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (nn.Conv2d(3, 4, 3, 2), "Conv 3×3 /2"),
        (nn.Conv2d(64, 64, (1, 7), groups=32), "Conv 1×7, groups 32"),
        (nn.Conv2d(8, 16, 3, groups=8, dilation=2), "Conv 3×3, depthwise, dilation 2"),
        (nn.MaxPool2d(2), "Max-pool 2×2 /2"),
        (nn.AdaptiveAvgPool2d((None, 1)), "Average pool to any×1"),
        (nn.Dropout(0.25), "Dropout 0.25"),
        (nn.BatchNorm2d(3), "Batch norm"),
        (nn.ReLU(), "ReLU"),
        (nn.Sequential(), "Identity"),
        (Functional(), "Functional"),
        (torchvision.ops.FrozenBatchNorm2d(3), "FrozenBatchNorm2d"),
        (torchvision.ops.Conv2dNormActivation(3, 3), "Conv2dNormActivation"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_details_are_short_words(module: nn.Module, words: str) -> None:
    from visualizer.networks.layer_details import detail

    assert detail(module) == words


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory"),
        torch.OutOfMemoryError("out of memory"),
    ],
)
def test_too_little_memory_is_said_in_words(error: Exception) -> None:
    class Hungry(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            raise error

    with pytest.raises(UserError, match="The network test needs more memory than there is"):
        examine(open_module(Hungry()))
