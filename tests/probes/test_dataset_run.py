"""A network over a data set against a plain loop over images and angles, in slices, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from visualizer.data.dataset import Dataset, Examples
from visualizer.data.datasets.shapes import shapes_dataset
from visualizer.data.preprocessing import prepare, standardised
from visualizer.data.transforms import Change, changed, values_of
from visualizer.errors import UserError
from visualizer.networks.network import Network, Preprocessing
from visualizer.networks.zoo import open_network
from visualizer.probes.prediction import predict
from visualizer.probes.response.dataset import DatasetRun
from visualizer.probes.response.dataset_figures import share_right

EIGHTHS = values_of("rotation", 45)
NAMES = ("a", "b", "c")


class Brightest(nn.Module):
    """Scores by the mean of three stripes: what it says follows from the picture alone."""

    def forward(self, images: Tensor) -> Tensor:
        return torch.stack([part.mean(dim=(1, 2, 3)) for part in images.chunk(3, dim=3)], dim=1) * 50


def small(module: nn.Module | None = None, channels: int = 3, size: tuple[int, int] = (9, 12)) -> Network:
    preprocessing = Preprocessing(12, 12, (0.4,) * channels, (0.3,) * channels)
    return Network("net", module or Brightest(), (channels, *size), NAMES, preprocessing)


def data_for(network: Network, count: int = 6, test: int = 0, classes: tuple[str, ...] = NAMES) -> Dataset:
    made = torch.Generator().manual_seed(3)

    def examples(number: int) -> Examples:
        images = torch.randint(0, 256, (number, *network.input), generator=made, dtype=torch.uint8)
        return Examples(images, torch.arange(number) % len(classes))

    channels = network.input[0]
    return Dataset(
        "data",
        classes,
        lambda epoch: examples(1),
        1,
        examples(count),
        (0.5,) * channels,
        (0.5,) * channels,
        False,
        test=examples(test) if test else None,
    )


@pytest.fixture(scope="module")
def shapes_net() -> Network:
    return open_network("shapes-net")


@pytest.fixture(scope="module")
def shapes(shapes_net: Network) -> Dataset:
    return shapes_dataset(shapes_net.input, shapes_net.preprocessing, 1337, 10, 12)


def test_each_answer_is_that_of_a_plain_loop_over_images_and_angles(
    shapes_net: Network, shapes: Dataset
) -> None:
    result = DatasetRun(shapes_net, shapes, "rotation", EIGHTHS, "reflect", count=3, seed=4).advance()
    order = torch.randperm(12, generator=torch.Generator().manual_seed(4))[:3]
    for row, index in enumerate(order.tolist()):
        assert result.labels[row] == shapes.validation.labels[index]
        pixels = shapes.validation.images[index].permute(1, 2, 0).numpy()
        prepared = prepare(pixels, shapes_net.preprocessing, shapes_net.input)  # as a picture that is opened
        for column, angle in enumerate(EIGHTHS.tolist()):
            turned = changed(prepared, Change("rotation", angle, "reflect"), shapes_net.preprocessing)
            with torch.inference_mode():
                scores = shapes_net.module(turned.tensor)
            said = predict(scores, shapes_net.classes, label=shapes.classes[result.labels[row]])
            assert said is not None
            assert result.predicted[row, column] == said.top[0].index
            assert result.probability[row, column] == pytest.approx(said.label_probability, abs=1e-5)
    expected = [(result.predicted[row] == result.labels[row]).mean() for row in range(3)]
    assert share_right(result).tolist() == expected
    assert (result.complete, result.done, result.note, result.split) == (True, 3, "", "validation")


def test_slices_give_the_same_as_the_whole_and_grow_image_by_image() -> None:
    network = small()
    data = data_for(network, 11)
    values = values_of("rotation", 15)
    whole = DatasetRun(network, data, "rotation", values, "grey").advance()
    run = DatasetRun(network, data, "rotation", values, "grey")
    before = run.advance(0)
    counts = [before.done]
    while not run.complete:
        after = run.advance(0)
        np.testing.assert_array_equal(after.predicted[: before.done], before.predicted[: before.done])
        assert (after.predicted[after.done :] == -1).all()
        assert np.isnan(after.probability[after.done :]).all()
        counts.append(after.done)
        before = after
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert len(set(counts)) > 2
    np.testing.assert_array_equal(before.predicted, whole.predicted)
    np.testing.assert_allclose(before.probability, whole.probability, atol=1e-6)
    assert run.advance() is not None
    assert before.seconds > 0


def test_a_result_that_was_given_stays_as_it_was() -> None:
    network = small()
    run = DatasetRun(network, data_for(network, 9), "rotation", EIGHTHS, "grey")
    first = run.advance(0)
    kept = first.predicted.copy(), first.done
    run.advance()
    np.testing.assert_array_equal(first.predicted, kept[0])
    assert first.done == kept[1]
    with pytest.raises(ValueError, match="read-only"):
        first.predicted[0, 0] = 1


def test_images_of_the_test_split_come_first_and_are_standardised_by_the_network() -> None:
    network = small()
    data = data_for(network, 4, test=5)
    result = DatasetRun(network, data, "rotation", np.zeros(1), "grey", count=5, seed=2).advance()
    assert result.split == "test"
    assert data.test is not None
    order = torch.randperm(5, generator=torch.Generator().manual_seed(2))
    inputs = standardised(data.test.images[order], network.preprocessing)
    likely = network.module(inputs).softmax(dim=1)
    assert result.predicted[:, 0].tolist() == likely.argmax(dim=1).tolist()
    assert result.labels.tolist() == data.test.labels[order].tolist()


def test_fewer_images_than_asked_for_are_all_and_a_note() -> None:
    network = small()
    result = DatasetRun(network, data_for(network, 6), "blur", np.array([0.0, 5.0]), "grey").advance()
    assert len(result.labels) == 6
    assert result.note == "data has 6 validation images: these are all."


def test_classes_in_another_order_are_matched_by_name() -> None:
    network = small()
    data = data_for(network, 6, classes=("C", "A", "B"))
    result = DatasetRun(network, data, "rotation", EIGHTHS, "grey", count=6).advance()
    order = torch.randperm(6, generator=torch.Generator().manual_seed(1337))
    expected = [(2, 0, 1)[label] for label in data.validation.labels[order].tolist()]
    assert result.labels.tolist() == expected
    assert result.classes == NAMES


class Gaps(nn.Module):
    """No numbers for dark pictures; some inputs are changed in place, as networks may do."""

    def forward(self, images: Tensor) -> Tensor:
        scores = Brightest()(images)
        scores[images.mean(dim=(1, 2, 3)) < 0] = float("nan")
        images.zero_()
        return scores


def test_answers_that_are_not_finite_are_wrong_and_noted() -> None:
    network = small(Gaps())
    data = data_for(network, 4)
    data.validation.images[1] = 0
    values = np.array([0.5, 1.0, 2.0])
    result = DatasetRun(network, data, "brightness", values, "grey", count=4).advance()
    dark = standardised(data.validation.images, network.preprocessing).mean(dim=(1, 2, 3)) < 0
    assert dark.any()
    order = torch.randperm(4, generator=torch.Generator().manual_seed(1337))
    row = order.tolist().index(1)
    assert (result.predicted[row] == -1).all()
    assert np.isnan(result.probability[row]).all()
    assert share_right(result)[row] == 0
    bad = int((result.predicted < 0).sum())
    assert result.note == f"{bad} of 12 answers are not finite numbers; they count as wrong."


class OneByOne(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        assert len(images) == 1
        return Brightest()(images)


def test_a_network_for_single_images_gives_the_same() -> None:
    data = data_for(small(), 3)
    expected = DatasetRun(small(), data, "rotation", EIGHTHS, "zero", count=3).advance()
    result = DatasetRun(small(OneByOne()), data, "rotation", EIGHTHS, "zero", count=3).advance()
    np.testing.assert_array_equal(result.predicted, expected.predicted)


@pytest.mark.parametrize("channels", [1, 6])
@pytest.mark.parametrize("size", [(1, 3), (9, 12)])
def test_other_channels_and_tiny_images_are_answered(channels: int, size: tuple[int, int]) -> None:
    network = small(channels=channels, size=size)
    for transform in ("rotation", "noise", "scale"):
        values = values_of(transform)[:5]
        result = DatasetRun(network, data_for(network, 3), transform, values, "circle", count=3).advance()
        assert result.complete
        assert (result.predicted >= 0).all()


class One(nn.Module):
    def forward(self, images: Tensor) -> Tensor:
        return images.mean(dim=(1, 2, 3))[:, None]


def test_what_cannot_be_asked_is_said_in_a_sentence() -> None:
    network = small()
    data = data_for(network, 6)
    values = np.linspace(0, 359, 3000)
    with pytest.raises(UserError, match="gives one number"):
        DatasetRun(small(One()), data, "rotation", EIGHTHS, "grey")
    with pytest.raises(UserError, match="not scores of classes"):
        DatasetRun(small(nn.Identity()), data, "rotation", EIGHTHS, "grey")
    with pytest.raises(UserError, match="3×9×12, net takes 3×4×4; open the data"):
        DatasetRun(replace(network, input=(3, 4, 4)), data, "rotation", EIGHTHS, "grey")
    with pytest.raises(UserError, match="does not know the class 'x'"):
        DatasetRun(network, replace(data, classes=("x", "y")), "rotation", EIGHTHS, "grey")
    with pytest.raises(UserError, match="has no validation images"):
        DatasetRun(
            network,
            replace(data, validation=Examples(torch.zeros(0, 3, 9, 12), torch.zeros(0))),
            "rotation",
            EIGHTHS,
            "grey",
        )
    with pytest.raises(UserError, match="at least one image"):
        DatasetRun(network, data, "rotation", EIGHTHS, "grey", count=0)
    many = replace(
        data, validation=Examples(torch.zeros(1, 3, 9, 12).expand(4000, -1, -1, -1), torch.zeros(4000))
    )
    with pytest.raises(UserError, match="fewer images or a larger step"):
        DatasetRun(network, many, "rotation", values, "grey", count=4000)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_gpu_says_the_same() -> None:
    shapes_net = open_network("shapes-net")
    shapes = shapes_dataset(shapes_net.input, shapes_net.preprocessing, 1337, 10, 12)
    expected = DatasetRun(shapes_net, shapes, "rotation", EIGHTHS, "grey", count=6).advance()
    shapes_net.module.cuda()
    result = DatasetRun(shapes_net, shapes, "rotation", EIGHTHS, "grey", count=6).advance()
    np.testing.assert_allclose(result.probability, expected.probability, atol=1e-3)
