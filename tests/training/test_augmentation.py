import torch

from visualizer.training.augmentation import augment, flip, shift


def test_shift_moves_and_repeats_the_border():
    image = torch.arange(12).reshape(1, 1, 3, 4)
    down = shift(image, torch.tensor([1]), torch.tensor([0]))
    assert down[0, 0].tolist() == [[0, 1, 2, 3], [0, 1, 2, 3], [4, 5, 6, 7]]
    left = shift(image, torch.tensor([0]), torch.tensor([-2]))
    assert left[0, 0].tolist() == [[2, 3, 3, 3], [6, 7, 7, 7], [10, 11, 11, 11]]


def test_each_image_has_its_own_shift_and_flip():
    images = torch.arange(24, dtype=torch.uint8).reshape(2, 3, 1, 4)
    shifted = shift(images, torch.tensor([0, 0]), torch.tensor([0, 1]))
    assert torch.equal(shifted[0], images[0])
    assert shifted[1, 0, 0].tolist() == [12, 12, 13, 14]
    flipped = flip(images, torch.tensor([True, False]))
    assert torch.equal(flipped[0], images[0].flip(-1))
    assert torch.equal(flipped[1], images[1])


def test_augment_shifts_by_a_tenth_at_most_and_flips_half():
    images = torch.zeros(400, 1, 21, 21, dtype=torch.uint8)
    images[:, :, 10, 10] = 255
    augmented = augment(images, torch.Generator().manual_seed(1))
    assert augmented.dtype == torch.uint8
    places = augmented.nonzero()
    assert len(places) == 400
    for axis in (2, 3):
        assert set(places[:, axis].tolist()) == {8, 9, 10, 11, 12}
    marked = torch.zeros(400, 1, 1, 2)
    marked[..., 0] = 1
    share = (augment(marked, torch.Generator().manual_seed(1))[..., 1] == 1).float().mean()
    assert 0.4 < share < 0.6
    again = augment(images, torch.Generator().manual_seed(1))
    assert torch.equal(augmented, again)
