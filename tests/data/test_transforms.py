from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torchvision.transforms.functional as V
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from visualizer.data.inputs import Prepared
from visualizer.data.preprocessing import prepare
from visualizer.data.transforms import (
    BORDERS,
    NOTHING,
    TRANSFORMS,
    Change,
    changed,
    transformed,
    turned_picture,
    values_of,
)
from visualizer.errors import UserError
from visualizer.networks.network import Preprocessing

BILINEAR = V.InterpolationMode.BILINEAR
SIZES = [(3, 32, 32), (1, 28, 28), (3, 12, 33), (6, 31, 16), (3, 2, 3), (1, 1, 1), (2, 1, 5)]


def preprocessing(channels: int) -> Preprocessing:
    return Preprocessing(32, 32, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)).with_channels(channels)


def plain(channels: int) -> Preprocessing:
    """Under which standardised values are those of the picture."""
    return Preprocessing(1, 1, (0.0,) * channels, (1.0,) * channels)


def pictures(*shape: int, seed: int = 1) -> Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


def standardised(images: Tensor, by: Preprocessing) -> Tensor:
    mean, std = (torch.tensor(values)[:, None, None] for values in (by.mean, by.std))
    return (images - mean) / std


# --- rotation -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("border", list(BORDERS))
@pytest.mark.parametrize("size", SIZES)
def test_a_rotation_is_torchvisions_in_the_interior(size: tuple[int, int, int], border: str) -> None:
    image = standardised(pictures(1, *size), preprocessing(size[0]))
    angles = np.array([0.0, 1, 30, 45, 89.5, 90, 137, 180, 222.2, 270, 359])
    turned = transformed(image, angles, "rotation", border, preprocessing(size[0]))
    assert turned.shape == (len(angles), *size)
    rows, columns = (torch.arange(side) - (side - 1) / 2 for side in size[1:])
    seen = (
        rows[:, None] ** 2 + columns**2 <= (min(size[1:]) / 2) ** 2
        if border == "circle"
        else torch.tensor(True)
    )
    for angle, ours in zip(angles, turned, strict=True):
        expected = V.rotate(image, float(angle), BILINEAR)[0]
        interior = V.rotate(torch.ones_like(image), float(angle), BILINEAR)[0] > 1 - 1e-5
        torch.testing.assert_close(
            ours[interior & seen], expected[interior & seen], atol=1e-4, rtol=0, msg=f"at {angle}°"
        )


@pytest.mark.parametrize(("border", "value"), [("grey", 0.5), ("zero", 0.0), ("circle", 0.5)])
def test_what_the_picture_does_not_reach_is_of_one_level(border: str, value: float) -> None:
    image = standardised(torch.ones(1, 3, 16, 24), preprocessing(3))
    turned = transformed(image, np.array([45.0]), "rotation", border, preprocessing(3))
    level = standardised(torch.full((1, 3, 1, 1), value), preprocessing(3))[0, :, 0, 0]
    torch.testing.assert_close(turned[0, :, 0, 0], level)


def test_the_seam_of_a_fill_is_blended_exactly() -> None:
    image = torch.ones(1, 1, 9, 9)
    share = V.rotate(image, 20.0, BILINEAR)  # how much of each pixel is image
    turned = transformed(image, np.array([20.0]), "rotation", "grey", plain(1))
    torch.testing.assert_close(turned, share + (1 - share) * 0.5, atol=1e-5, rtol=0)
    assert ((share > 0.05) & (share < 0.95)).any()


@pytest.mark.parametrize(("border", "column"), [("replicate", 0), ("reflect", 1)])
def test_borders_that_go_on(border: str, column: int) -> None:
    image = pictures(1, 3, 4, 8)
    moved = transformed(image, np.array([25.0]), "shift", border, plain(3))  # by two pixels
    torch.testing.assert_close(moved[..., 0], image[..., column], atol=1e-6, rtol=0)
    torch.testing.assert_close(moved[..., 2:], image[..., :-2], atol=1e-6, rtol=0)


@given(st.integers(1, 24), st.integers(-8, 8), st.sampled_from(sorted(BORDERS)))
@settings(max_examples=30, deadline=None)
def test_quarter_turns_of_squares_move_pixels(side: int, quarters: int, border: str) -> None:
    image = standardised(pictures(1, 3, side, side), preprocessing(3))
    turned = transformed(image, np.array([90.0 * quarters]), "rotation", border, preprocessing(3))
    expected = torch.rot90(image, quarters, (2, 3))
    if border == "circle":
        expected = transformed(expected, np.array([0.0]), "rotation", border, preprocessing(3))
    assert torch.equal(turned, expected)


def test_the_circle_hides_the_corners_at_every_angle() -> None:
    image = pictures(1, 3, 15, 15)
    turned = transformed(image, values_of("rotation", 7), "rotation", "circle", plain(3))
    hidden = (turned == 0.5).all(dim=1)
    assert torch.equal(hidden.all(dim=0), hidden.any(dim=0))  # the same pixels at every angle
    assert hidden[0, 0, 0]
    assert not hidden[0, 7, 0]
    bright = transformed(torch.ones(1, 1, 16, 16), values_of("rotation", 7), "rotation", "circle", plain(1))
    # A disc looks the same at every angle.
    torch.testing.assert_close(bright, bright[:1].expand_as(bright), atol=1e-5, rtol=0)


# --- the other rows -----------------------------------------------------------------------------------


def affine(image: Tensor, shift: tuple[int, int] = (0, 0), scale: float = 1.0, shear: float = 0.0) -> Tensor:
    return V.affine(image, 0.0, list(shift), scale, [shear, 0.0], BILINEAR)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("shift", 25.0, lambda image: affine(image, (4, 0))),
        ("shift", -12.5, lambda image: affine(image, (-2, 0))),
        ("shift-down", 50.0, lambda image: affine(image, (0, 10))),
        ("scale", 0.25, lambda image: affine(image, scale=0.25)),
        ("scale", 1.7, lambda image: affine(image, scale=1.7)),
        ("shear", 30.0, lambda image: affine(image, shear=30.0)),
        ("shear", -45.0, lambda image: affine(image, shear=-45.0)),
        ("brightness", 0.0, lambda image: V.adjust_brightness(image, 0.0)),
        ("brightness", 1.6, lambda image: V.adjust_brightness(image, 1.6)),
        ("contrast", 0.3, lambda image: V.adjust_contrast(image, 0.3)),
        ("contrast", 2.0, lambda image: V.adjust_contrast(image, 2.0)),
        ("blur", 2.5, lambda image: V.gaussian_blur(image, [5, 5], [0.4, 0.4])),
        ("blur", 12.5, lambda image: V.gaussian_blur(image, [17, 17], [2.0, 2.0])),
    ],
)
@pytest.mark.parametrize("channels", [1, 3])
def test_rows_that_torchvision_has(name: str, value: float, expected, channels: int) -> None:
    image = pictures(1, channels, 20, 16)
    by = preprocessing(channels)
    ours = transformed(standardised(image, by), np.array([value]), name, "zero", by)
    torch.testing.assert_close(ours, standardised(expected(image), by), atol=1e-4, rtol=0)


def test_a_blur_wider_than_the_picture_leaves_one_colour_a_tiny_one() -> None:
    flat = transformed(torch.full((1, 3, 2, 9), 0.3), np.array([12.5]), "blur", "grey", plain(3))
    torch.testing.assert_close(flat, torch.full((1, 3, 2, 9), 0.3))
    one = transformed(pictures(1, 1, 1, 1), np.array([12.5]), "blur", "grey", plain(1))
    torch.testing.assert_close(one, pictures(1, 1, 1, 1))


def test_noise_is_one_pattern_that_grows() -> None:
    image = torch.full((1, 3, 40, 40), 0.5)
    noisy = transformed(image, np.array([0.05, 0.1]), "noise", "grey", plain(3)) - 0.5
    assert noisy[0].std().item() == pytest.approx(0.05, rel=0.05)
    torch.testing.assert_close(noisy[1], 2 * noisy[0], atol=1e-6, rtol=0)
    again = transformed(image, np.array([0.1]), "noise", "grey", plain(3)) - 0.5
    assert torch.equal(again[0], noisy[1])


@pytest.mark.parametrize(("side", "value"), [(8, 50.0), (9, 100 / 3), (8, 100.0), (9, 10.0)])
def test_the_occlusion_covers_its_share(side: int, value: float) -> None:
    covered = transformed(torch.zeros(1, 1, side, side), np.array([value]), "occlusion", "grey", plain(1))
    assert (covered.sum() / 0.5).item() == pytest.approx((value / 100 * side) ** 2, abs=1e-4)
    torch.testing.assert_close(covered, covered.flip(2).transpose(2, 3))


def test_brighter_than_white_is_white() -> None:
    by = preprocessing(3)
    bright = transformed(standardised(pictures(1, 3, 8, 8), by), np.array([2.0]), "brightness", "grey", by)
    white = standardised(torch.ones(1, 3, 1, 1), by)
    assert (bright <= white + 1e-6).all()


# --- every row ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(TRANSFORMS))
@pytest.mark.parametrize("size", [(3, 16, 16), (6, 5, 7), (1, 1, 1)])
def test_the_neutral_value_is_the_input_to_the_bit(name: str, size: tuple[int, int, int]) -> None:
    row, by = TRANSFORMS[name], preprocessing(size[0])
    images = standardised(pictures(3, *size), by)
    values = np.array([row.neutral, row.maximum / 2, row.neutral])
    for border in ("grey", "zero", "replicate", "reflect"):
        result = transformed(images, values, name, border, by)
        assert torch.equal(result[0], images[0])
        assert torch.equal(result[2], images[2])
        assert result.isfinite().all()


@pytest.mark.parametrize("name", list(TRANSFORMS))
@pytest.mark.parametrize("border", ["grey", "circle", "reflect"])
def test_batches_are_their_images_one_by_one(name: str, border: str) -> None:
    by = preprocessing(3)
    images = standardised(pictures(4, 3, 9, 12), by)
    row = TRANSFORMS[name]
    values = np.linspace(row.minimum, row.maximum, 6)[1:5]
    together = transformed(images, values, name, border, by)
    same = transformed(images, np.full(4, values[0]), name, border, by)
    spread = transformed(images[:1], values, name, border, by)
    for index in range(4):
        alone = transformed(images[index : index + 1], values[index : index + 1], name, border, by)
        torch.testing.assert_close(together[index], alone[0], atol=1e-5, rtol=0)
        alone = transformed(images[index : index + 1], values[:1], name, border, by)
        torch.testing.assert_close(same[index], alone[0], atol=1e-5, rtol=0)
        alone = transformed(images[:1], values[index : index + 1], name, border, by)
        torch.testing.assert_close(spread[index], alone[0], atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", list(TRANSFORMS))
def test_the_input_is_left_as_it_is(name: str) -> None:
    image = pictures(1, 3, 8, 8)
    before = image.clone()
    for border in BORDERS:
        values = values_of(name, TRANSFORMS[name].maximum / 8)
        transformed(image, torch.from_numpy(values.copy()), name, border, plain(3)).zero_()
    assert torch.equal(image, before)


@pytest.mark.parametrize("name", list(TRANSFORMS))
def test_values_rise_from_end_to_end_with_the_neutral_one(name: str) -> None:
    row = TRANSFORMS[name]
    for step in (None, row.step * 3.3, (row.maximum - row.minimum) / 7):
        values = values_of(name, step)
        assert (np.diff(values) > 0).all()
        assert values[0] == row.minimum
        assert row.neutral in values
        assert (values[-1] < row.maximum) if row.periodic else (values[-1] == row.maximum)


def test_the_values_of_a_rotation() -> None:
    assert values_of("rotation").tolist() == list(range(360))
    assert values_of("rotation", 7)[-1] == 357
    assert len(values_of("rotation", 0.1)) == 3600
    assert values_of("rotation", 0.1)[3] == 0.3
    assert values_of("rotation", 360).tolist() == [0]
    assert 1.0 in values_of("scale", 0.4)


@pytest.mark.parametrize("step", [0, -1, 0.0999, 1e-300, 360.5, math.nan, math.inf])
def test_steps_that_are_none_are_refused(step: float) -> None:
    with pytest.raises(UserError, match="give a"):
        values_of("rotation", step)


def test_what_is_not_in_the_tables_is_refused() -> None:
    image, angle = pictures(1, 3, 4, 4), np.array([1.0])
    with pytest.raises(UserError, match="choose one of rotation, shift"):
        values_of("spin")
    with pytest.raises(UserError, match="choose one of rotation, shift"):
        transformed(image, angle, "spin", "grey", plain(3))
    with pytest.raises(UserError, match="choose one of grey, zero"):
        transformed(image, angle, "rotation", "pink", plain(3))
    with pytest.raises(UserError, match=r"Scale by 0 × cannot be done: choose 0\.25 to 2\."):
        transformed(image, np.array([0.0]), "scale", "grey", plain(3))
    with pytest.raises(UserError, match="cannot be done"):
        transformed(image, np.array([math.nan]), "rotation", "grey", plain(3))


# --- inputs and pictures ------------------------------------------------------------------------------


def prepared(channels: int) -> tuple[Prepared, Preprocessing]:
    picture = (pictures(32, 32, 3) * 255).to(torch.uint8).numpy()
    by = preprocessing(channels)
    return prepare(picture, by, (channels, 32, 32)), by


@pytest.mark.parametrize("change", [NOTHING, Change("scale", 1.0), Change("rotation", 720.0, "zero")])
def test_an_input_without_a_change_is_itself(change: Change) -> None:
    before, by = prepared(3)
    assert changed(before, change, by) is before
    assert turned_picture(before.pixels, change) is before.pixels


@pytest.mark.parametrize("channels", [1, 2, 3, 6])
@pytest.mark.parametrize(
    "change", [Change("rotation", 33.0), Change("noise", 0.2), Change(border="circle"), Change("blur", 5.0)]
)
def test_a_changed_input_shows_what_the_network_sees(channels: int, change: Change) -> None:
    before, by = prepared(channels)
    after = changed(before, change, by)
    expected = transformed(before.tensor, np.array([change.value]), change.transform, change.border, by)
    assert torch.equal(after.tensor, expected)
    assert after.pixels.dtype == np.uint8
    assert after.pixels.shape == before.pixels.shape
    assert not np.array_equal(after.pixels, before.pixels)
    if channels != 2:
        seen = torch.from_numpy(after.pixels.copy()).permute(2, 0, 1)[None, : min(3, channels)].float() / 255
        shown = standardised(seen, by.with_channels(min(3, channels))) - after.tensor[:, :3]
        assert shown.abs().max().item() < 0.51 / 255 / min(by.std) + 1e-4


def test_a_turned_picture_is_the_turned_input() -> None:
    before, by = prepared(3)
    for change in (Change("rotation", 33.0), Change("shear", 20.0, "reflect"), Change("occlusion", 40.0)):
        ours = turned_picture(before.pixels, change).astype(int)
        assert abs(ours - changed(before, change, by).pixels.astype(int)).max() <= 1


def test_a_large_picture_is_blurred_alike() -> None:
    rows, columns = np.mgrid[:700, :600]
    picture = np.repeat(((rows // 50 + columns // 70) % 2 * 255).astype(np.uint8)[..., None], 3, axis=2)
    ours = turned_picture(picture, Change("blur", 2.0)).astype(int)
    exact = transformed(
        torch.from_numpy(picture.copy()).permute(2, 0, 1)[None] / 255,
        np.array([2.0]),
        "blur",
        "grey",
        plain(3),
    )
    middle = (slice(100, 600), slice(100, 500))
    difference = abs(ours - (exact[0] * 255).permute(1, 2, 0).numpy())[middle]
    assert difference.max() < 8
