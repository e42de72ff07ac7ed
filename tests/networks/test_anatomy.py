from __future__ import annotations

import pytest
import torch
import torchvision
from torch import Tensor, nn

from visualizer.errors import UserError
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


class Functional(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return torch.einsum("bchw,kc->bkhw", x, torch.ones(5, 3, device=x.device)).relu()


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
