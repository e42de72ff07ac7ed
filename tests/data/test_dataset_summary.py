"""The summary of a data set, against NumPy's counts and means and an exact decomposition."""

import numpy as np
import pytest
import torch

from visualizer.data.dataset import DataChoice, Dataset, Examples
from visualizer.data.dataset_summary import pictures, summarise
from visualizer.data.datasets import open_dataset
from visualizer.data.principal_components import principal_components
from visualizer.networks.network import Preprocessing


def examples(count, channels=3, side=12, classes=4, seed=1):
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (count, channels, side, side), dtype=torch.uint8, generator=generator)
    return Examples(images, torch.arange(count) % classes)


def dataset(training, validation=None, test=None, classes=4):
    return Dataset(
        "numbers", tuple(f"c{i}" for i in range(classes)), lambda epoch: training, len(training),
        validation or examples(9), (0.5,), (0.5,), True, notes=("a note",), test=test, unreadable=("x.png: no",),
    )  # fmt: skip


def test_counts_means_and_samples_are_the_true_ones():
    training = examples(100)
    training.labels[training.labels == 2] = 3
    training.labels[:3] = 2
    summary = summarise(dataset(training, test=examples(13)), seed=5)
    assert summary.splits == ("training", "validation", "test")
    assert summary.counts.T.tolist() == [
        np.bincount(training.labels, minlength=4).tolist(),
        [3, 2, 2, 2],
        [4, 3, 3, 3],
    ]
    values = training.images.double() / 255
    assert summary.mean == pytest.approx(values.mean((0, 2, 3)).tolist())
    assert summary.std == pytest.approx(values.std((0, 2, 3), unbiased=False).tolist())
    expected = training.images.double().mean(0).permute(1, 2, 0).numpy()
    assert np.abs(summary.mean_image - expected).max() <= 0.51
    assert summary.sample_counts.tolist() == [8, 8, 3, 8]
    for label in range(4):
        for place in range(summary.sample_counts[label]):
            index = summary.sample_indices[label, place]
            assert training.labels[index] == label
            assert np.array_equal(summary.samples[label, place], pictures(training.images[[index]])[0])
    assert not summary.samples[2, 3:].any()
    assert (summary.sample_indices[2, 3:] == -1).all()
    assert (summary.notes, summary.unreadable) == (("a note",), ("x.png: no",))


def test_the_seed_draws_the_samples_and_nothing_else_is_drawn():
    data = dataset(examples(100))
    state = torch.get_rng_state()
    first, again, other = (summarise(data, seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), state)
    assert np.array_equal(first.samples, again.samples)
    assert not np.array_equal(first.samples, other.samples)
    for ours, theirs in zip(first.previews, again.previews, strict=True):
        assert np.array_equal(ours.images, theirs.images)


def test_previews_show_each_step():
    training = examples(300)
    summary = summarise(dataset(training), 1)
    drawn = [preview.images.astype(float) for preview in summary.previews]
    original, less_mean, standardised, reduced, whitened = drawn
    assert np.abs(less_mean * 2 - 255 + summary.mean_image - original).max() <= 3
    mean, std = np.array(summary.mean), np.array(summary.std)
    assert np.abs((standardised / 255 - 0.5) * 6 * std + mean - original / 255).max() < 0.02
    assert summary.components == 144
    assert 0.4 < summary.variance_kept < 1
    assert np.abs(reduced - original).mean() < np.abs(summary.mean_image - original).mean()
    assert abs(whitened.mean() - 127.5) < 10


def test_all_components_of_few_images_lose_nothing():
    training = examples(20)
    summary = summarise(dataset(training), 1)
    assert summary.components == 19
    assert summary.variance_kept == pytest.approx(1, abs=1e-4)
    assert np.abs(summary.previews[3].images.astype(int) - summary.previews[0].images).max() <= 1


@pytest.mark.parametrize(("channels", "side"), [(1, 12), (2, 12), (5, 12), (3, 70)])
def test_other_inputs(channels, side):
    summary = summarise(dataset(examples(60, channels, side)), 1)
    assert len(summary.mean) == channels
    assert summary.mean_image.shape == (side, side, 3)
    assert summary.previews[0].images.shape == (8, side, side, 3)
    assert summary.previews[4].images.shape == (8, min(side, 32), min(side, 32), 3)


def test_images_that_are_all_the_same():
    training = Examples(torch.full((30, 1, 8, 8), 7, dtype=torch.uint8), torch.arange(30) % 4)
    summary = summarise(dataset(training), 1)
    assert summary.variance_kept == 1
    assert summary.std == (0.0,)


def test_real_photographs(shared_data):
    source = str(shared_data / "datasets" / "FashionMNIST")
    preprocessing = Preprocessing(32, 32, (0.5,) * 3, (0.5,) * 3)
    data = open_dataset(DataChoice(source), (3, 32, 32), preprocessing, 1)
    summary = summarise(data, 1)
    assert summary.counts.sum(axis=0).tolist() == [48_000, 12_000, 10_000]
    assert summary.mean[0] == pytest.approx(0.286, abs=0.01)
    values = data.training(0).images[:2_500, 0].flatten(1).float() / 255
    variances = torch.linalg.eigvalsh(values.T.cov())
    exact = float(variances[-144:].sum() / variances.sum())
    assert summary.variance_kept == pytest.approx(exact, abs=0.005)


@pytest.mark.parametrize("shape", [(60, 300), (300, 60), (250, 300), (3, 50)])
def test_components_are_those_of_an_exact_decomposition(shape):
    generator = torch.Generator().manual_seed(1)
    values = torch.randn(shape, generator=generator) @ torch.diag(0.9 ** torch.arange(shape[1]).float()) + 3
    found = principal_components(values, 20, generator)
    centred = (values - values.mean(0)).double()
    _, singular, rows = torch.linalg.svd(centred, full_matrices=False)
    count = min(20, shape[0] - 1)
    variances = singular[:count] ** 2 / (shape[0] - 1)
    assert found.variances.tolist() == pytest.approx(variances.tolist(), rel=1e-3)
    assert found.total == pytest.approx(float((singular**2).sum()) / (shape[0] - 1), rel=1e-4)
    alike = (found.components.double() * rows[:count]).sum(1).abs()
    assert alike[: min(5, count)].min() > 0.999
