"""Inputs that are mirrored: exactly, whatever the picture and the network."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some
from torchvision.transforms import functional

from visualizer.data.inputs import FLIPS, NOT_FLIPPED, Flip, Input
from visualizer.data.preprocessing import prepare, prepare_input
from visualizer.data.transforms import Change, changed
from visualizer.data.transforms.close_up import close_up, sharp_part
from visualizer.networks.network import Preprocessing

HORIZONTAL, VERTICAL, BOTH = FLIPS.values()


def picture(height: int, width: int, seed: int = 0) -> Input:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Input(pixels, "noise.png", label="noise", notes=("first of 2 frames",))


def usual(resize: int, crop: int, channels: int = 3, interpolation: str = "bilinear") -> Preprocessing:
    return Preprocessing(resize, crop, (0.4,) * channels, (0.2,) * channels, interpolation)


def by_torchvision(tensor: torch.Tensor, flip: Flip) -> torch.Tensor:
    mirrored = functional.hflip(tensor) if flip.horizontal else tensor
    return functional.vflip(mirrored) if flip.vertical else mirrored


@settings(max_examples=60, deadline=None)
@given(
    size=some.tuples(some.integers(1, 70), some.integers(1, 70)),
    taken=some.tuples(some.sampled_from((1, 2, 3, 6)), some.integers(1, 33), some.integers(1, 33)),
    resize=some.integers(2, 40),
    interpolation=some.sampled_from(("nearest", "bilinear", "bicubic")),
    flip=some.sampled_from((HORIZONTAL, VERTICAL, BOTH)),
)
def test_what_a_network_takes_is_mirrored_to_the_bit(size, taken, resize, interpolation, flip):
    opened = picture(*size)
    preprocessing = usual(resize, max(taken[1:]), taken[0], interpolation)
    plain = prepare(opened.pixels, preprocessing, taken)
    found = prepare_input(opened.flipped(flip), preprocessing, taken)
    assert torch.equal(found.tensor, by_torchvision(plain.tensor, flip))
    assert np.array_equal(found.pixels, flip.of(plain.pixels))
    assert found.notes == plain.notes
    same = prepare_input(opened, preprocessing, taken)
    assert torch.equal(same.tensor, plain.tensor)
    assert same.crop == plain.crop


def test_a_centred_crop_is_what_the_mirrored_picture_itself_gives():
    opened, preprocessing = picture(64, 128), usual(32, 32)
    for flip in FLIPS.values():
        flipped = opened.flipped(flip)
        found = prepare_input(flipped, preprocessing, (3, 32, 32))
        assert torch.equal(found.tensor, prepare(flipped.pixels, preprocessing, (3, 32, 32)).tensor)
        assert found.crop == (32.0, 0.0, 64.0, 64.0)


def test_the_crop_says_where_the_pixels_lie_in_the_mirrored_picture():
    opened = picture(34, 60)  # odd numbers of rows and columns are cut away, so the crop is not in the middle
    for flip in FLIPS.values():
        flipped = opened.flipped(flip)
        found = prepare_input(flipped, usual(34, 23), (3, 23, 23))
        left, top, width, height = (round(edge) for edge in found.crop)
        assert np.array_equal(flipped.pixels[top : top + height, left : left + width], found.pixels)


def test_a_flip_undoes_itself_and_two_are_one():
    opened = picture(5, 7)
    for flip in FLIPS.values():
        assert opened.flipped(flip).flipped(flip) is opened
    across, down = opened.flipped(HORIZONTAL), opened.flipped(VERTICAL)
    assert np.array_equal(across.pixels, opened.pixels[:, ::-1])
    assert np.array_equal(down.pixels, opened.pixels[::-1])
    both = across.flipped(VERTICAL)
    assert both.flip == BOTH
    assert np.array_equal(both.pixels, np.rot90(opened.pixels, 2))
    assert np.array_equal(both.flipped(HORIZONTAL).pixels, down.pixels)
    assert opened.flipped(NOT_FLIPPED) is opened


def test_all_but_the_pixels_stays_and_nothing_is_copied():
    opened = picture(5, 7)
    opened.pixels.flags.writeable = False
    flipped = opened.flipped(BOTH)
    assert np.shares_memory(flipped.pixels, opened.pixels)
    assert not flipped.pixels.flags.writeable
    assert flipped.as_opened is opened
    assert (flipped.name, flipped.label, flipped.notes) == (opened.name, opened.label, opened.notes)


def test_the_title_says_which_way():
    opened = picture(1, 1)
    titles = [opened.flipped(flip).title for flip in (NOT_FLIPPED, *FLIPS.values())]
    assert titles == [
        "noise.png",
        "noise.png, flipped horizontally",
        "noise.png, flipped vertically",
        "noise.png, flipped horizontally and vertically",
    ]


@pytest.mark.parametrize("channels", [1, 2, 3, 6])
def test_the_change_is_of_the_mirrored_input(channels):
    """Turned to the left after a flip is the flip of what is turned to the right."""
    opened, preprocessing = picture(20, 20), usual(20, 20, channels)
    plain = prepare_input(opened, preprocessing, (channels, 20, 20))
    flipped = prepare_input(opened.flipped(HORIZONTAL), preprocessing, (channels, 20, 20))
    left = changed(flipped, Change(value=30.0), preprocessing)
    right = changed(plain, Change(value=330.0), preprocessing)
    assert torch.allclose(left.tensor, right.tensor.flip(3), atol=1e-5)
    assert np.abs(left.pixels.astype(int) - right.pixels[:, ::-1]).max() <= 1


def test_the_close_up_is_mirrored():
    opened, preprocessing, change = picture(64, 128), usual(32, 32), Change(value=90.0)
    for flip in FLIPS.values():
        flipped = opened.flipped(flip)
        prepared = prepare_input(flipped, preprocessing, (3, 32, 32))
        sharp = sharp_part(flipped.pixels, prepared)
        shown = close_up(sharp, changed(prepared, change, preprocessing), change)
        upright = np.rot90(shown, -1)
        left, top, width, height = (round(edge) for edge in prepared.crop)
        part = flipped.pixels[top : top + height, left : left + width]
        assert upright.shape == part.shape
        assert np.abs(upright.astype(int) - part).max() <= 1
