"""The images behind an evaluation: which ones, in which order, and how they look."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from visualizer.data.dataset import Examples
from visualizer.data.thumbnails import LARGEST_SIDE, full_picture
from visualizer.training.frames import Evaluation
from visualizer.training.mistakes import pictures_of

LABELS = np.array([0, 0, 1, 1, 2, 2, 2, 0])
PREDICTED = np.array([0, 1, 1, 1, 0, 0, 2, 1])
CONFIDENCE = np.array([0.9, 0.6, 0.8, 0.5, 0.7, 0.95, 0.4, 0.6], np.float32)


def evaluation() -> Evaluation:
    return Evaluation(7, 1.0, 0.5, 0.5, ("a", "b", "c"), LABELS, PREDICTED, CONFIDENCE)


def examples(channels: int = 3, height: int = 4, width: int = 6) -> Examples:
    """Every image is filled with its index; its channels differ."""
    levels = torch.arange(8).view(8, 1, 1, 1) * 10 + torch.arange(channels).view(1, channels, 1, 1)
    return Examples(
        levels.expand(8, channels, height, width).to(torch.uint8).contiguous(), torch.from_numpy(LABELS)
    )


def test_wrong_images_come_with_the_surest_first() -> None:
    found = pictures_of(examples(), evaluation())
    assert found.indices.tolist() == [5, 4, 1, 7]  # 1 and 7 are equally sure: by their index
    assert found.count == 4
    assert found.cell is None
    assert found.confidence.tolist() == pytest.approx([0.95, 0.7, 0.6, 0.6])
    assert found.pictures[:, 0, 0].tolist() == [[i * 10, i * 10 + 1, i * 10 + 2] for i in (5, 4, 1, 7)]


def test_a_cell_gives_its_images_only_and_the_diagonal_the_right_ones() -> None:
    table = evaluation().confusion()
    for true in range(3):
        for predicted in range(3):
            found = pictures_of(examples(), evaluation(), (true, predicted))
            assert found.count == table[true, predicted] == len(found.indices)
            assert set(LABELS[found.indices]) <= {true}
            assert set(PREDICTED[found.indices]) <= {predicted}
    assert pictures_of(examples(), evaluation(), (1, 1)).indices.tolist() == [2, 3]


def test_a_limit_cuts_the_pictures_but_not_the_count() -> None:
    found = pictures_of(examples(), evaluation(), limit=2)
    assert found.indices.tolist() == [5, 4]
    assert (found.count, found.pictures.shape) == (4, (2, 4, 6, 3))


def test_nothing_wrong_is_no_pictures() -> None:
    found = pictures_of(examples(), evaluation(), (0, 2))
    assert found.count == 0
    assert found.pictures.shape == (0, 4, 6, 3)


@pytest.mark.parametrize(
    ("channels", "color"), [(1, (50, 50, 50)), (2, (50, 51, 0)), (3, (50, 51, 52)), (5, (50, 51, 52))]
)
def test_images_of_any_number_of_channels_become_rgb(channels: int, color: tuple[int, int, int]) -> None:
    found = pictures_of(examples(channels), evaluation(), limit=1)
    assert tuple(found.pictures[0, 0, 0]) == color
    assert tuple(full_picture(examples(channels), 5)[0, 0]) == color


def test_large_images_are_made_smaller_to_be_looked_at_but_not_to_be_opened() -> None:
    large = examples(3, 192, 384)
    assert pictures_of(large, evaluation(), limit=1).pictures.shape == (1, LARGEST_SIDE // 2, LARGEST_SIDE, 3)
    assert full_picture(large, 5).shape == (192, 384, 3)


def test_nothing_of_it_can_be_written() -> None:
    found = pictures_of(examples(), evaluation())
    for array in (found.pictures, found.indices, found.labels, found.predicted, found.confidence):
        assert not array.flags.writeable


def test_an_evaluation_of_other_images_is_refused() -> None:
    with pytest.raises(ValueError, match="2 images, but 8 predictions"):
        pictures_of(Examples(torch.zeros(2, 3, 4, 4, dtype=torch.uint8), torch.zeros(2)), evaluation())
