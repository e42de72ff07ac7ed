import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from visualizer.errors import UserError
from visualizer.networks.architectures import ARCHITECTURES, SHAPES, spec
from visualizer.networks.building import build
from visualizer.networks.planning import plan
from visualizer.networks.skeleton import Skeleton
from visualizer.networks.spec import walk
from visualizer.networks.spec_json import from_json, to_json

# Counts that papers and science give, or that follow from them by hand.
PARAMETERS = {
    "mini-vgg": 1_250_858,  # the reference network's published count
    "shapes-net": 361_769,
    "tinycnn": 9_130,
    "linear": 3072 * 10 + 10,
    "two-layer": 3072 * 100 + 100 + 100 * 10 + 10,
    "lenet-5": 61_706,
    "deepface": 118_923_774,  # "more than 120 million" in the paper, rounded
    "resnet20": 269_722,  # 0.27 M in table 6 of the paper
    "resnet56": 853_018,  # 0.85 M there
    "resnet110-stochastic-depth": 1_727_962,  # 1.7 M there
    "wide-resnet-16-8": 10_961_370,  # 11.0 M in table 4 of the paper
    "wide-resnet-28-10": 36_479_194,  # 36.5 M there
    "resnext29-8x64d": 34_426_698,  # 34.4 M in table 7 of the paper
    # Rotations and norms have no parameters of their own.
    **dict.fromkeys([f"{turns}_rot_{last}" for turns in (4, 8) for last in (1, 2, 3, 4)], 1_250_858),
    **dict.fromkeys(["norm_conv", "norm_dense", "norm_conv_dense"], 1_250_858),
    # Concatenated responses feed later layers: (9·256 + 1)·32 + (9·256 + 1)·64 + (9·512 + 1)·64 + …
    "8_rot_4_concat": 896 + 73_760 + 147_520 + 294_976 + (8 * 2304 + 1) * 512 + 5_130,
    "4_rot_1_concat": 896 + 9_248 + 18_496 + 36_928 + (4 * 2304 + 1) * 512 + 5_130,
    "googlenet": 13_004_888,  # torchvision's, with both heads
}


@pytest.mark.parametrize(("name", "parameters"), PARAMETERS.items())
def test_parameters(name: str, parameters: int) -> None:
    assert plan(spec(name)).parameters == parameters
    with Skeleton():
        assert sum(p.numel() for p in build(spec(name)).parameters()) == parameters


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_architecture_can_be_built(name: str) -> None:
    """Plan, module and what the module gives agree."""
    described = spec(name)
    planned = plan(described)
    assert planned.problems == ()
    with Skeleton():
        module = build(described)
    module.to("meta").eval()  # buffers that begin with values are not empty
    assert sum(p.numel() for p in module.parameters()) == planned.parameters
    output = tuple(module(torch.empty(1, *described.input, device="meta")).shape[1:])
    assert output == planned.output
    assert output == ((len(described.classes),) if described.classes else described.input)


@pytest.mark.parametrize("name", [name for name in ARCHITECTURES if name.endswith("-32")])
def test_small_relatives_keep_maps_to_pool(name: str) -> None:
    """What the last global pool or flatten gets is at least 2 × 2, but for VGG, whose five pools leave one."""
    described = spec(name)
    assert described.input == (3, 32, 32)
    last = next(row for row in plan(described).rows if row.output and len(row.output) == 1)
    pools = [row for row in plan(described).rows if row.spec.kind == "global_average_pool"]
    shape = (pools[-1] if pools else last).input
    assert shape is not None
    assert min(shape[1:]) >= (1 if name.startswith("vgg") else 2)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_row_says_what_it_is(name: str) -> None:
    row = ARCHITECTURES[name]
    assert (row.name, spec(name).name) == (name, name)
    assert row.title
    assert row.family
    assert row.description.endswith(".")
    assert len(row.description) <= 120
    if row.source is not None:
        assert re.fullmatch(r"arXiv:\d{4}\.\d{4,5}|doi:10\.\d+/\S+", row.source.identifier)
        assert 1990 < row.source.year < 2027
    assert not row.same_keys_as or row.same_keys_as in ARCHITECTURES


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_architecture_round_trips_as_json(name: str) -> None:
    assert from_json(to_json(spec(name))) == spec(name)


def test_a_specification_is_made_once() -> None:
    assert spec("resnet152") is spec("resnet152")


def test_the_table_makes_nothing_when_it_is_imported() -> None:
    code = (
        "from visualizer.networks import spec; made = []; real = spec.checked_layer; "
        "spec.checked_layer = lambda *a: made.append(a) or real(*a); "
        "import visualizer.networks.architectures as t; print(len(made)); t.spec('linear'); print(len(made))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["0", "2"]


def test_blocks_die_more_often_the_deeper_they_are() -> None:
    blocks = [
        row for _, row in walk(spec("resnet110-stochastic-depth").layers) if row.kind == "residual_block"
    ]
    survival = [block.values["survival"] for block in blocks]
    assert len(survival) == 54
    assert survival == pytest.approx([1 - n / 54 * 0.5 for n in range(1, 55)])


@pytest.mark.parametrize("name", ["alexnet-32", "zfnet-32", "nin-32", "vgg16-32", "squeezenet-32", "lenet-5"])
def test_gradients_reach_the_first_layer(name: str) -> None:
    """With torch's own beginnings, that of SqueezeNet would be 1e-7."""
    with torch.random.fork_rng():
        torch.manual_seed(1)
        module = build(spec(name))
        x = torch.randn(4, *spec(name).input)
        torch.nn.functional.cross_entropy(module(x), torch.arange(4)).backward()
    gradient = next(module.parameters()).grad
    assert gradient is not None
    assert gradient.norm() > 0.01


def test_an_auto_encoder_gives_an_image_back() -> None:
    x = torch.rand(2, 3, 32, 32)
    with torch.no_grad():
        assert build(spec("autoencoder")).eval()(x).shape == x.shape


def test_the_shapes_are_the_nine_of_the_data_set() -> None:
    from visualizer.data.shapes import CLASSES

    assert tuple(CLASSES) == SHAPES


def test_tinycnn_takes_its_file(shared_data: Path) -> None:
    tensors = load_file(shared_data / "models" / "tinycnn-mnist.safetensors")
    build(spec("tinycnn")).load_state_dict(tensors, strict=True)


def test_resnet20_computes_what_its_checkpoint_means(shared_data: Path) -> None:
    checkpoint = torch.load(
        shared_data / "models" / "resnet20-12fca82f.th", map_location="cpu", weights_only=True
    )
    state = {key.removeprefix("module."): value for key, value in checkpoint["state_dict"].items()}
    module = build(spec("resnet20")).eval()
    missing, unexpected = module.load_state_dict(state, strict=False)
    assert not unexpected
    assert all(key.endswith("num_batches_tracked") for key in missing)
    x = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        torch.testing.assert_close(module(x), plain_resnet20(state, x), rtol=1e-4, atol=1e-4)


def plain_resnet20(state: dict[str, Tensor], x: Tensor) -> Tensor:
    """The network in plain calls, from the description of the checkpoint."""

    def conv_norm(x: Tensor, conv: str, norm: str, stride: int = 1) -> Tensor:
        x = F.conv2d(x, state[f"{conv}.weight"], stride=stride, padding=1)
        statistics = (state[f"{norm}.running_mean"], state[f"{norm}.running_var"])
        return F.batch_norm(x, *statistics, state[f"{norm}.weight"], state[f"{norm}.bias"])

    x = conv_norm(x, "conv1", "bn1").relu()
    for stage in (1, 2, 3):
        for block in (0, 1, 2):
            at = f"layer{stage}.{block}"
            shrinks = stage > 1 and block == 0
            y = conv_norm(x, f"{at}.conv1", f"{at}.bn1", stride=2 if shrinks else 1).relu()
            y = conv_norm(y, f"{at}.conv2", f"{at}.bn2")
            if shrinks:
                quarter = x.shape[1] // 2
                x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, quarter, quarter))
            x = (x + y).relu()
    return F.linear(x.mean((2, 3)), state["linear.weight"], state["linear.bias"])


def test_dropout_only_acts_in_training() -> None:
    module = build(spec("shapes-net")).eval()
    x = torch.rand(1, 3, 32, 32)
    assert torch.equal(module(x), module(x))
    assert [m.p for m in module if isinstance(m, nn.Dropout)] == [0.25, 0.25, 0.5]


def test_an_unknown_name() -> None:
    with pytest.raises(UserError, match="lenet-5"):
        spec("lenet")


VARIANTS = {
    f"{rotations}_rot_{last}{suffix}": (str(rotations), last, merge)
    for rotations in (4, 8)
    for last in (1, 2, 3, 4)
    for suffix, merge in (("", "max"), ("_concat", "concatenate"))
}


@pytest.mark.parametrize(("name", "turned"), VARIANTS.items(), ids=VARIANTS)
def test_the_last_convolutions_of_a_variant_are_turned(name: str, turned: tuple[str, int, str]) -> None:
    """Every other layer is that of mini-VGG."""
    rotations, last, merge = turned
    pairs = list(zip(spec("mini-vgg").layers, spec(name).layers, strict=True))
    convs = [(plain, found) for plain, found in pairs if plain.kind == "conv"]
    assert [(plain, found) for plain, found in pairs if plain.kind != "conv"] == [
        (plain, plain) for plain, _ in pairs if plain.kind != "conv"
    ]
    for place, (plain, found) in enumerate(convs):
        assert found.name == plain.name
        if place < len(convs) - last:
            assert found == plain
        else:
            assert found.kind == "rotation_conv"
            assert dict(found.values) == {**plain.values, "rotations": rotations, "merge": merge}


def test_what_normalised_variants_replace() -> None:
    kinds = {name: [row.kind for row in spec(name).layers] for name in ("mini-vgg", "norm_conv_dense")}
    replaced = {"conv": "norm_conv", "linear": "norm_linear"}
    assert kinds["norm_conv_dense"] == [replaced.get(kind, kind) for kind in kinds["mini-vgg"]]
    assert [row.kind for row in spec("norm_conv").layers].count("linear") == 2
    assert [row.kind for row in spec("norm_dense").layers].count("conv") == 4


@pytest.mark.parametrize("name", ["8_rot_4", "4_rot_2", "norm_conv_dense"])
def test_variants_begin_with_the_weights_of_mini_vgg(name: str) -> None:
    torch.manual_seed(5)
    plain = build(spec("mini-vgg")).state_dict()
    torch.manual_seed(5)
    state = build(spec(name)).state_dict()
    assert list(state) == list(plain)
    assert all(torch.equal(state[key], plain[key]) for key in plain)
