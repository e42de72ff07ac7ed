from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from visualizer.errors import UserError
from visualizer.networks.architectures import ARCHITECTURES, SHAPES, spec
from visualizer.networks.building import build


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("mini-vgg", 1_250_858),  # the reference network's published count
        ("shapes-net", 361_769),
        ("tinycnn", 9_130),
        ("resnet20", 269_722),  # 0.27 M in table 6 of the paper
    ],
)
def test_parameters(name: str, parameters: int) -> None:
    assert sum(p.numel() for p in build(spec(name)).parameters()) == parameters


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_output_is_one_logit_per_class(name: str) -> None:
    row = spec(name)
    assert build(row).eval()(torch.zeros(2, *row.input)).shape == (2, len(row.classes))


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
    with pytest.raises(UserError, match="shapes-net, mini-vgg, tinycnn, resnet20"):
        spec("lenet")
