import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms._presets import ImageClassification

from visualizer.data import preprocessing
from visualizer.data.preprocessing import prepare
from visualizer.networks.network import Preprocessing

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
PRESETS = [
    (256, 224, "bilinear"),  # alexnet, resnet, squeezenet …
    (232, 224, "bilinear"),
    (342, 299, "bilinear"),  # inception_v3
    (255, 240, "bicubic"),  # efficientnet_b1
    (518, 518, "bicubic"),  # vit_h_14
    (32, 32, "nearest"),
    (28, 32, "bilinear"),  # padded
    (233, 229, "bicubic"),
]
SIZES = [(1, 1), (451, 300), (8, 8), (223, 225), (333, 777)]
CASES = [(size, preset) for size in SIZES for preset in PRESETS]
CASES += [
    ((4000, 20), PRESETS[0]),
    ((20, 4000), PRESETS[0]),
    ((4000, 20), PRESETS[3]),
    ((20, 4000), PRESETS[7]),
]


def noise(width, height):
    return np.random.default_rng(width * 7 + height).integers(0, 256, (height, width, 3), dtype=np.uint8)


def torchvision_s(picture, preset, mean=MEAN, std=STD):
    transform = ImageClassification(
        resize_size=preset[0],
        crop_size=preset[1],
        interpolation=InterpolationMode(preset[2]),
        mean=mean,
        std=std,
    )
    return transform(picture)


@pytest.mark.parametrize(("size", "preset"), CASES, ids=str)
def test_equal_to_torchvision_to_the_last_bit(size, preset):
    pixels = noise(*size)
    ours = prepare(
        pixels, Preprocessing(preset[0], preset[1], MEAN, STD, preset[2]), (3, preset[1], preset[1])
    )
    assert torch.equal(ours.tensor[0], torchvision_s(Image.fromarray(pixels), preset))
    assert ours.notes == ()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 70), st.integers(1, 70), st.integers(1, 50), st.integers(1, 50))
def test_equal_to_torchvision_for_any_sizes(width, height, resize, crop):
    pixels = noise(width, height)
    ours = prepare(pixels, Preprocessing(resize, crop, MEAN, STD), (3, crop, crop))
    assert torch.equal(ours.tensor[0], torchvision_s(Image.fromarray(pixels), (resize, crop, "bilinear")))


def test_one_channel_is_luminance():
    pixels = noise(60, 40)
    ours = prepare(pixels, Preprocessing(28, 28, (0.1307,), (0.3081,)), (1, 28, 28))
    grey = Image.fromarray(pixels).convert("L")
    assert torch.equal(ours.tensor[0], torchvision_s(grey, (28, 28, "bilinear"), (0.1307,), (0.3081,)))
    assert ours.pixels.shape == (28, 28, 3)
    assert np.array_equal(ours.pixels[..., 0], ours.pixels[..., 2])


def test_other_channels_repeat_red_green_and_blue():
    pixels = noise(32, 32)
    ours = prepare(pixels, Preprocessing(32, 32, (0.0,) * 5, (1.0,) * 5), (5, 32, 32))
    red = torch.from_numpy(pixels[..., 0]).float() / 255
    assert torch.equal(ours.tensor[0, 0], red)
    assert torch.equal(ours.tensor[0, 3], red)
    assert torch.equal(ours.tensor[0, 4], torch.from_numpy(pixels[..., 1]).float() / 255)
    assert len(ours.notes) == 1


def test_the_crop_says_where_a_network_pixel_lies():
    pixels = np.zeros((300, 451, 3), np.uint8)
    pixels[40:60, 200:220] = 255  # a bright square; its centre is at (210, 50)
    ours = prepare(pixels, Preprocessing(256, 224, MEAN, STD), (3, 224, 224))
    rows, columns = np.nonzero(ours.pixels[..., 0] > 127)
    x, y, width, height = ours.crop
    assert x + (columns.mean() + 0.5) * width / 224 == pytest.approx(210, abs=0.5)
    assert y + (rows.mean() + 0.5) * height / 224 == pytest.approx(50, abs=0.5)


def test_the_crop_of_a_padded_picture_starts_outside():
    ours = prepare(noise(28, 28), Preprocessing(28, 32, MEAN, STD), (3, 32, 32))
    assert ours.crop == (-2, -2, 32, 32)
    assert ours.pixels[0].max() == 0


def test_an_input_that_is_not_the_crop_shows_the_same_part():
    pixels = noise(100, 80)
    usual = prepare(pixels, Preprocessing(256, 224, MEAN, STD), (3, 224, 224))
    half = prepare(pixels, Preprocessing(256, 224, MEAN, STD), (3, 112, 112))
    assert half.tensor.shape == (1, 3, 112, 112)
    assert half.crop == pytest.approx(usual.crop, abs=1)


@pytest.mark.parametrize("size", [(1, 500_000), (500_000, 1), (3, 200_000)], ids=str)
def test_elongated_pictures_need_no_endless_memory(size):
    ours = prepare(noise(*size), Preprocessing(256, 224, MEAN, STD), (3, 224, 224))  # in full: 128 gigapixels
    assert ours.tensor.shape == (1, 3, 224, 224)


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
@pytest.mark.parametrize("size", [(1, 50), (400, 7), (333, 77), (8, 8)], ids=str)
def test_cropping_first_changes_values_by_two_levels_at_most(size, interpolation, monkeypatch):
    settings = Preprocessing(64, 60, MEAN, STD, interpolation)
    exact = prepare(noise(*size), settings, (3, 60, 60))
    monkeypatch.setattr(preprocessing, "_MAX_RESIZED_PIXELS", 0)
    close = prepare(noise(*size), settings, (3, 60, 60))
    assert np.abs(exact.pixels.astype(int) - close.pixels).max() <= 2
    assert exact.crop == close.crop
