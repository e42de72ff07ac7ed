"""Networks that are asked about many images at once, among them those that take one at a time."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from response_bench import Wrapped, convolutions, network, run, seeded
from torch import Tensor, nn

from visualizer.data.transforms import transformed, values_of
from visualizer.errors import UserError
from visualizer.probes.response import forward
from visualizer.probes.response.curve import ResponseRun
from visualizer.probes.response.forward import Forward

__all__ = ["seeded"]  # a fixture


def flattens_the_batch(inner: nn.Module, x: Tensor) -> Tensor:
    return inner[:3](x).reshape(1, -1) @ torch.ones(24, 4) + inner(x[:1])


def asserts_one(inner: nn.Module, x: Tensor) -> object:
    assert len(x) == 1
    return inner(x)


def gives_the_mean(inner: nn.Module, x: Tensor) -> object:
    return inner(x).mean(dim=0, keepdim=True)


def works_in_place_and_refuses(inner: nn.Module, x: Tensor) -> object:
    outputs = inner(x.mul_(2))
    if len(x) > 1:
        raise ValueError("one image at a time")
    return outputs


@pytest.mark.parametrize("way", [flattens_the_batch, asserts_one, gives_the_mean, works_in_place_and_refuses])
@torch.no_grad()
def test_networks_that_take_one_image_at_a_time(way: Callable[[nn.Module, Tensor], object]) -> None:
    module = Wrapped(nn.Sequential(*convolutions()), way)
    of = network(module)
    image = torch.randn(1, 3, 12, 12)
    angles = values_of("rotation", 30)
    response = ResponseRun(of, image, "rotation", angles, "grey").advance()
    for index in range(len(angles)):
        turned = transformed(image, angles[index : index + 1], "rotation", "grey", of.preprocessing)
        np.testing.assert_allclose(response.outputs[index], module(turned)[0], atol=1e-5)


def test_pieces_become_smaller_where_memory_does_not_suffice() -> None:
    sizes: list[int] = []

    def limited(inner: nn.Module, x: Tensor) -> object:
        sizes.append(len(x))
        if len(x) > 5:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return inner(x)

    asked = Forward(network(Wrapped(nn.Sequential(*convolutions()), limited)))
    images = torch.randn(30, 3, 12, 12)
    outputs = asked(images)
    assert asked.size == 3  # 29, 14, 7
    assert sizes[:5] == [1, 29, 14, 7, 3]
    with torch.no_grad():
        torch.testing.assert_close(outputs, asked._module.inner(images))
    assert asked(images).shape == (30, 4)


def test_images_that_a_network_overwrites_are_asked_again_as_they_were() -> None:
    most = [30]

    def limited(inner: nn.Module, x: Tensor) -> object:
        outputs = inner(x.mul_(2))
        if len(x) > most[0]:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return outputs

    asked = Forward(network(Wrapped(nn.Sequential(*convolutions()), limited)))
    images = torch.randn(30, 3, 12, 12)
    expected = asked(images.clone())
    most[0] = 4
    torch.testing.assert_close(asked(images.clone()), expected)
    assert asked.size <= 4


def test_no_memory_at_all_is_one_sentence() -> None:
    def fails(inner: nn.Module, x: Tensor) -> object:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes.")

    with pytest.raises(UserError, match="memory does not suffice"):
        run(network(Wrapped(nn.Identity(), fails))).advance()


def test_pieces_follow_the_largest_tensor(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Forward(network(nn.Sequential(*convolutions())))
    largest = 6 * 10 * 10 * 4  # bytes, behind the convolution
    asked(torch.randn(1, 3, 12, 12))
    assert asked.size == forward._MOST
    monkeypatch.setitem(forward._LARGEST, "cpu", 7 * largest)
    asked = Forward(network(nn.Sequential(*convolutions())))
    assert asked(torch.randn(20, 3, 12, 12)).shape == (20, 4)
    assert asked.size == 7
    small = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 4))
    asked = Forward(network(small, input=(3, 20, 20)))  # whose images are the largest
    assert asked(torch.randn(9, 3, 20, 20)).shape == (9, 4)
    assert asked.size == 7 * largest // (3 * 20 * 20 * 4) == 3


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (
            nn.Conv2d(3, 2, 3),
            r"Small gives pictures \(2×10×10\), not scores of classes; choose a classifier\.",
        ),
        (Wrapped(nn.Identity(), lambda inner, x: x.sum()), "not scores of classes"),
        (Wrapped(nn.Identity(), lambda inner, x: "cat"), "gives no tensor, not scores"),
        (Wrapped(nn.Identity(), lambda inner, x: x.mean((2, 3)) * 1j), "gives complex numbers"),
        (Wrapped(nn.Identity(), lambda inner, x: x.flatten(1)[:, :0]), "not scores of classes"),
    ],
)
def test_networks_without_scores_are_one_sentence(module: nn.Module, words: str) -> None:
    with pytest.raises(UserError, match=words):
        run(network(module)).advance()


def test_scores_may_be_first_of_several() -> None:
    module = Wrapped(nn.Sequential(*convolutions()), lambda inner, x: (inner(x), x))
    assert run(network(module)).advance().outputs.shape == (36, 4)


def test_values_that_are_not_finite_leave_gaps() -> None:
    def breaks(inner: nn.Module, x: Tensor) -> Tensor:
        outputs = inner(x)
        outputs[:, 1] = torch.where(x[:, 0, 0, 0] == 0, torch.inf, outputs[:, 1])  # grey, in the corner
        return outputs

    response = run(network(Wrapped(nn.Sequential(*convolutions()), breaks))).advance()
    gaps = np.isnan(response.probabilities).all(axis=1)
    assert 0 < gaps.sum() < 36
    assert not np.isnan(response.probabilities[~gaps]).any()
    assert np.isnan(response.outputs[gaps, 1]).all()
    assert np.isfinite(response.outputs[gaps, 0]).all()
    assert response.note == f"At {gaps.sum()} of 36 angles small gives no finite numbers."


@pytest.mark.parametrize(("transform", "what"), [("rotation", "angle"), ("shift", "value")])
def test_nothing_finite_is_said(transform: str, what: str) -> None:
    module = Wrapped(nn.Sequential(*convolutions()), lambda inner, x: inner(x) * math.nan)
    response = run(network(module), transform=transform).advance()
    assert response.note == f"small gives no finite numbers at any {what}: there is no curve."
