import math

import pytest
import torch
from torchvision.transforms.v2 import functional as V

from visualizer.training.augmentation import (
    AUGMENTATIONS,
    augment,
    brightness,
    contrast,
    crop,
    cutout,
    flip,
    rotate,
    saturation,
    shift,
    usual_augmentation,
)


def pictures(count=4, channels=3, height=12, width=16):
    generator = torch.Generator().manual_seed(5)
    return torch.randint(0, 256, (count, channels, height, width), dtype=torch.uint8, generator=generator)


def one_by_one(function, images, *values):
    return torch.stack([function(image, *each) for image, *each in zip(images, *values, strict=True)])


def difference(first, second):
    return int((first.int() - second.int()).abs().max())


def test_shift_moves_and_repeats_the_border():
    image = torch.arange(12).reshape(1, 1, 3, 4)
    down = shift(image, torch.tensor([1]), torch.tensor([0]))
    assert down[0, 0].tolist() == [[0, 1, 2, 3], [0, 1, 2, 3], [4, 5, 6, 7]]
    left = shift(image, torch.tensor([0]), torch.tensor([-2]))
    assert left[0, 0].tolist() == [[2, 3, 3, 3], [6, 7, 7, 7], [10, 11, 11, 11]]


def test_flip_is_torchvisions():
    images = pictures()
    flipped = flip(images, torch.tensor([True, False, True, False]))
    assert torch.equal(flipped[::2], V.horizontal_flip(images[::2]))
    assert torch.equal(flipped[1::2], images[1::2])


def test_crop_is_torchvisions_pad_and_crop():
    images, top, left = pictures(), torch.tensor([0, 3, 6, 2]), torch.tensor([6, 0, 3, 5])
    expected = one_by_one(
        lambda image, top, left: V.crop(V.pad(image, [3]), int(top), int(left), 12, 16), images, top, left
    )
    assert torch.equal(crop(images, top, left, 3), expected)


def test_cutout_is_torchvisions_erase():
    images = pictures()
    expected = one_by_one(lambda image: V.erase(image, 2, 5, 4, 4, torch.zeros(1, dtype=torch.uint8)), images)
    assert torch.equal(cutout(images, torch.full((4,), 2), torch.full((4,), 5), 4), expected)
    outside = cutout(images, torch.full((4,), -2), torch.full((4,), 14), 4)
    assert (outside[:, :, :2, 14:] == 0).all()
    assert torch.equal(outside[:, :, 2:], images[:, :, 2:])


@pytest.mark.parametrize("size", [(15, 15), (12, 16)])
def test_rotation_is_torchvisions_within_the_circle(size):
    images, degrees = pictures(4, 3, *size), torch.tensor([0.0, 30.0, -75.0, 180.0])
    expected = one_by_one(
        lambda image, angle: V.rotate(image, float(angle), V.InterpolationMode.BILINEAR), images, degrees
    )
    rows, columns = (torch.arange(side) - (side - 1) / 2 for side in size)
    inside = torch.hypot(rows[:, None], columns[None, :]) < min(size) / 2 - 1.5
    assert difference(rotate(images, degrees)[..., inside], expected[..., inside]) <= 1
    assert torch.equal(rotate(images, degrees)[0], images[0])


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (brightness, V.adjust_brightness),
        (contrast, V.adjust_contrast),
        (saturation, V.adjust_saturation),
    ],
)
def test_colours_change_as_torchvisions_do(ours, theirs):
    images, factor = pictures(), torch.tensor([0.0, 0.6, 1.0, 1.7])
    expected = one_by_one(lambda image, each: theirs(image, float(each)), images, factor)
    assert difference(ours(images, factor), expected) <= 1
    assert difference(ours(images, torch.ones(4)), images) <= 1


def test_grey_images_have_no_saturation_but_contrast():
    images = pictures(channels=1)
    assert torch.equal(saturation(images, torch.full((4,), 0.3)), images)
    assert contrast(images, torch.full((4,), 0.3)).float().std() < images.float().std() / 2


@pytest.mark.parametrize("name", AUGMENTATIONS)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_augmentation_of_the_table(name, channels):
    row, images = AUGMENTATIONS[name], pictures(9, channels)
    given = {name: row.usual}
    changed = augment(images, given, torch.Generator().manual_seed(3))
    assert changed.dtype == torch.uint8
    assert changed.shape == images.shape
    assert torch.equal(changed, augment(images, given, torch.Generator().manual_seed(3)))
    if not (name == "saturation" and channels == 1):
        assert not torch.equal(changed, images)
    assert torch.equal(augment(images, {name: 0}, torch.Generator()), images)
    assert row.strength.minimum < row.usual <= row.strength.maximum
    extreme = augment(images, {name: row.strength.maximum}, torch.Generator().manual_seed(3))
    assert extreme.shape == images.shape


def test_shift_by_a_tenth_at_most_and_flip_half():
    images = torch.zeros(400, 1, 21, 21, dtype=torch.uint8)
    images[:, :, 10, 10] = 255
    places = augment(images, {"shift": 0.1}, torch.Generator().manual_seed(1)).nonzero()
    assert len(places) == 400
    for axis in (2, 3):
        assert set(places[:, axis].tolist()) == {8, 9, 10, 11, 12}
    marked = torch.zeros(400, 1, 1, 2, dtype=torch.uint8)
    marked[..., 0] = 1
    share = (augment(marked, {"flip": 0.5}, torch.Generator().manual_seed(1))[..., 1] == 1).float().mean()
    assert 0.4 < share < 0.6


def test_grey_pictures_are_not_mirrored():
    assert usual_augmentation(pictures()) == {"shift": 0.1, "flip": 0.5}
    assert usual_augmentation(pictures(channels=1)) == {"shift": 0.1}
    assert usual_augmentation(pictures(channels=1).expand(-1, 3, -1, -1)) == {"shift": 0.1}


def test_a_cutout_hides_its_share_on_average():
    images = torch.full((500, 1, 32, 32), 255, dtype=torch.uint8)
    hidden = (augment(images, {"cutout": 0.25}, torch.Generator().manual_seed(1)) == 0).float().mean()
    assert math.isclose(hidden, (8 / 32) ** 2 * 0.88, rel_tol=0.06)  # some are partly outside


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_every_device_gets_the_same_numbers(name):
    images, given = pictures(9), {name: AUGMENTATIONS[name].usual}
    here = augment(images, given, torch.Generator().manual_seed(3))
    there = augment(images.cuda(), given, torch.Generator().manual_seed(3)).cpu()
    assert difference(here, there) <= 1
