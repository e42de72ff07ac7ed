from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torchvision.transforms.functional as V
from response_bench import CLASSES, Wrapped, convolutions, network, run, seeded
from torch import Tensor, nn

from visualizer.data.transforms import TRANSFORMS, transformed, values_of
from visualizer.networks.network import Network, Preprocessing
from visualizer.networks.zoo import open_network
from visualizer.probes.prediction import predict, reading_of
from visualizer.probes.response.curve import ResponseRun, coarse_first
from visualizer.probes.response.frames import Response

__all__ = ["seeded"]  # a fixture

# --- the curve ------------------------------------------------------------------------------------------


@torch.no_grad()
def test_the_curve_is_that_of_a_plain_loop_over_torchvisions_rotate() -> None:
    of = open_network("mini-vgg")
    rows, columns = (torch.arange(32) - 15.5 for _ in range(2))
    disc = rows[:, None] ** 2 + columns**2 < 14**2
    image = torch.randn(1, 3, 32, 32) * disc  # zero where torchvision and we may fill differently
    middle = Network(of.name, of.module, of.input, of.classes, Preprocessing(32, 32, (0.0,) * 3, (1.0,) * 3))
    angles = values_of("rotation", 12)
    response = ResponseRun(middle, image, "rotation", angles, "zero").advance()
    for index, angle in enumerate(angles.tolist()):
        outputs = of.module(V.rotate(image, angle, V.InterpolationMode.BILINEAR))[0]
        np.testing.assert_allclose(response.outputs[index], outputs, atol=1e-4)
        np.testing.assert_allclose(response.probabilities[index], outputs.softmax(0), atol=1e-5)
    assert response.complete
    assert response.reading == "softmax"
    assert response.note == ""


@pytest.mark.parametrize("transform", ["rotation", "shift", "scale", "noise", "occlusion"])
@pytest.mark.parametrize("input", [(3, 12, 12), (6, 9, 14), (1, 5, 3)])
@torch.no_grad()
def test_every_transform_and_shape(transform: str, input: tuple[int, int, int]) -> None:
    of = network(nn.Sequential(*convolutions(input[0])), input)
    image = torch.randn(1, *input)
    values = values_of(transform)[::9]
    response = ResponseRun(of, image, transform, values, "grey").advance()
    for index in range(len(values)):
        one = transformed(image, values[index : index + 1], transform, "grey", of.preprocessing)
        np.testing.assert_allclose(response.outputs[index], of.module(one)[0], atol=1e-5)


def test_slices_are_the_whole_and_coarse_values_come_first() -> None:
    of = network(nn.Sequential(*convolutions()))
    whole = run(of, 1, label="frog").advance()
    sliced = run(of, 1, label="frog")
    seen, slices = [], 0
    while not sliced.complete:
        before = sliced.count_done
        part = sliced.advance(0.0)
        slices += 1
        assert sliced.count_done > before
        assert part.known.sum() == sliced.count_done
        assert np.isnan(part.probabilities[~part.known]).all()
        seen.append(part.known)
        assert abs(part.probabilities - whole.probabilities)[part.known].max() < 1e-6
    assert slices > 2
    assert sliced.advance().complete
    assert (part.label, part.classes) == ("frog", CLASSES)
    assert seen[0].nonzero()[0].tolist() == [0]  # an answer at once


def test_what_was_given_stays_as_it_is() -> None:
    of = run(network(nn.Sequential(*convolutions())))
    first = of.advance(0.0)
    before = first.probabilities.copy()
    of.advance()
    np.testing.assert_array_equal(first.probabilities, before)
    for array in (first.known, first.outputs, first.probabilities, first.values):
        assert not array.flags.writeable


@pytest.mark.parametrize("step", [0.5, 1, 2, 7, 45, 360])
@pytest.mark.parametrize("transform", ["rotation", "scale", "shear"])
def test_coarse_values_before_fine_ones(transform: str, step: float) -> None:
    row = TRANSFORMS[transform]
    values = values_of(transform, step / 360 * (row.maximum - row.minimum))
    order = coarse_first(values, transform)
    assert sorted(order) == list(range(len(values)))
    assert values[order[0]] == (1 if transform == "scale" else 0)
    if transform == "rotation" and step == 1:
        assert sorted(values[order[:8]]) == list(range(0, 360, 45))
        assert sorted(values[order[:24]]) == list(range(0, 360, 15))
        assert sorted(values[order[:72]]) == list(range(0, 360, 5))


def test_the_module_is_neither_hooked_nor_changed() -> None:
    module = nn.Sequential(*convolutions(), nn.BatchNorm1d(4), nn.Dropout(0.5)).train()
    calls: list[int] = []
    module.register_forward_hook(lambda *_: calls.append(1))
    of = Network("small", module, (3, 12, 12), CLASSES, Preprocessing(12, 12, (0.5,) * 3, (0.5,) * 3))
    before = {name: value.clone() for name, value in module.state_dict().items()}
    image = torch.randn(1, 3, 12, 12)
    kept = image.clone()
    first, second = (
        ResponseRun(of, image, "rotation", values_of("rotation", 30), "grey").advance() for _ in "ab"
    )
    np.testing.assert_array_equal(first.outputs, second.outputs)
    assert module.training
    assert torch.equal(image, kept)
    assert all(torch.equal(before[name], value) for name, value in module.state_dict().items())
    assert len(module._forward_hooks) == 1


# --- readings -----------------------------------------------------------------------------------------------


def both(module: nn.Module) -> tuple[Response, Tensor]:
    """A response, and the outputs for the input as it is."""
    asked = run(network(module))
    with torch.no_grad():
        return asked.advance(), module(asked._image)


def test_one_output_is_read_by_a_sigmoid() -> None:
    response, outputs = both(nn.Sequential(*convolutions(outputs=1)))
    assert (response.reading, response.classes) == ("sigmoid", ("cat",))
    np.testing.assert_allclose(response.probabilities[0], outputs[0].sigmoid(), rtol=1e-5)


def test_sigmoid_outputs_are_probabilities_and_no_distribution() -> None:
    response, outputs = both(nn.Sequential(*convolutions(), nn.Sigmoid()))
    assert response.reading == "as they are"
    np.testing.assert_allclose(response.probabilities[0], outputs[0], rtol=1e-5)
    assert response.note == "Each class is judged for itself: the probabilities do not sum to 1."


@pytest.mark.parametrize("last", [nn.Softmax(1), nn.LogSoftmax(1), nn.Identity()])
def test_a_softmax_is_not_taken_twice(last: nn.Module) -> None:
    response, outputs = both(nn.Sequential(*convolutions(), last, nn.Dropout()))
    expected = outputs if isinstance(last, nn.Softmax) else outputs.softmax(1)
    np.testing.assert_allclose(response.probabilities[0], expected[0], rtol=1e-5)
    assert response.note == ""


def test_a_sigmoid_that_is_not_the_last_to_be_called() -> None:
    module = Wrapped(nn.Sequential(*convolutions()), lambda inner, x: inner(x) * 9)
    module.gate = nn.Sigmoid()
    assert reading_of(module) == "as they are"  # as far as its structure tells
    response, outputs = both(module)
    assert response.reading == "softmax"
    np.testing.assert_allclose(response.probabilities[0], outputs[0].softmax(0), rtol=1e-4)


@pytest.mark.parametrize("last", [nn.Identity(), nn.Softmax(1), nn.Sigmoid()])
@pytest.mark.parametrize("count", [1, 4])
def test_the_prediction_says_the_same(last: nn.Module, count: int) -> None:
    module = nn.Sequential(*convolutions(outputs=count), last)
    response, outputs = both(module)
    prediction = predict(outputs, CLASSES, "dog", reading_of(module, outputs))
    assert prediction is not None
    for row in prediction.top:
        assert row.probability == response.probabilities[0, row.index]  # to the last digit
    assert bool(prediction.note) == (bool(response.note) or count == 1)
    assert math.isnan(prediction.entropy) == (count > 1 and isinstance(last, nn.Sigmoid))


# --- devices ------------------------------------------------------------------------------------------------


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("transform", ["rotation", "shift", "contrast", "blur", "noise", "occlusion"])
def test_the_curve_on_a_gpu_is_that_of_the_processor(transform: str) -> None:
    of = open_network("mini-vgg")
    image = torch.randn(1, 3, 32, 32)
    values = values_of(transform)
    on_processor = ResponseRun(of, image, transform, values, "circle").advance()
    of.module.to("cuda")
    on_gpu = ResponseRun(of, image, transform, values, "circle").advance()
    np.testing.assert_allclose(on_gpu.probabilities, on_processor.probabilities, atol=1e-4)
