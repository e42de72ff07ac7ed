"""Whole data sets at the input of a network, against ``prepare``, which does one picture at a time."""

import numpy as np
import pytest
import torch
from PIL import Image

from visualizer.data.dataset import Examples
from visualizer.data.datasets.assembly import FittedWhenRead
from visualizer.data.datasets.fitting import fit, luminance
from visualizer.data.preprocessing import prepare
from visualizer.networks.network import Preprocessing


def images(count, channels, height, width):
    generator = torch.Generator().manual_seed(height)
    smooth = torch.rand(count, channels, 4, 4, generator=generator)
    large = torch.nn.functional.interpolate(smooth, (height, width), mode="bicubic")
    return (large * 255).clamp(0, 255).to(torch.uint8)


@pytest.mark.parametrize("source", [(1, 28, 28), (3, 32, 32), (3, 20, 33), (1, 41, 17)])
@pytest.mark.parametrize(
    ("input", "resize", "crop"),
    [
        ((3, 32, 32), 32, 32),
        ((1, 28, 28), 28, 28),
        ((3, 24, 24), 28, 24),
        ((4, 20, 36), 32, 32),
        ((1, 48, 16), 32, 32),
    ],
)
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic", "nearest"])
def test_many_at_a_time_are_what_prepare_makes_of_each(source, input, resize, crop, interpolation):
    three = (0.5,) * input[0]
    preprocessing = Preprocessing(resize, crop, three, three, interpolation)
    several = images(5, *source)
    fitted = fit(several, preprocessing, input)
    assert fitted.shape == (5, *input)
    assert fitted.dtype == torch.uint8
    assert fitted.is_contiguous()
    for image, found in zip(several, fitted, strict=True):
        pixels = np.ascontiguousarray(image.expand(3, -1, -1).permute(1, 2, 0).numpy())
        expected = prepare(pixels, preprocessing, input).tensor[0] * 127.5 + 127.5
        assert (found - expected).abs().max() <= 2.01


def test_images_of_the_right_size_stay_as_they_are():
    several = images(7, 3, 32, 32)
    preprocessing = Preprocessing(32, 32, (0.5,) * 3, (0.5,) * 3)
    assert torch.equal(fit(several, preprocessing, (3, 32, 32)), several)
    assert torch.equal(fit(several[:, :1], preprocessing, (3, 32, 32)), several[:, :1].expand(-1, 3, -1, -1))


def test_luminance_is_the_one_that_pillow_has():
    several = torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8)
    for grey, image in zip(luminance(several), several, strict=True):
        pillow = Image.fromarray(image.permute(1, 2, 0).numpy()).convert("L")
        assert np.array_equal(grey[0].numpy(), np.asarray(pillow))


def test_what_is_fitted_when_read_is_the_same():
    several = images(9, 1, 28, 28)
    preprocessing = Preprocessing(40, 40, (0.5,) * 3, (0.5,) * 3)
    stored = FittedWhenRead(Examples(several, torch.arange(9)), preprocessing, (3, 40, 40))
    assert len(stored) == 9
    order = torch.tensor([8, 0, 3, 3])
    assert torch.equal(stored.read(order), fit(several, preprocessing, (3, 40, 40))[order])
