import numpy as np
import pytest

from visualizer.data import shapes
from visualizer.networks.architectures import spec

LUMA = np.array([0.299, 0.587, 0.114])


def test_nine_classes_in_the_order_that_the_bundled_network_has():
    assert len(shapes.CLASSES) == 9
    assert spec("shapes-net").classes == shapes.CLASSES


def test_a_picture_depends_on_seed_and_index_only():
    images, labels = shapes.batch(7, 0, 40)
    part, part_labels = shapes.batch(7, 25, 10)
    assert np.array_equal(images[25:35], part)
    assert np.array_equal(labels[25:35], part_labels)
    pixels, label = shapes.render(7, 30)
    assert np.array_equal(pixels, images[30].transpose(1, 2, 0))
    assert label == labels[30]
    assert not np.array_equal(shapes.batch(8, 0, 40)[0], images)


def test_types_and_shapes_of_a_batch():
    images, labels = shapes.batch(0, 10**9, 3, side=20)
    assert (images.shape, images.dtype) == ((3, 3, 20, 20), np.uint8)
    assert (labels.shape, labels.dtype) == ((3,), np.int64)
    assert shapes.batch(0, 0, 0)[0].shape == (0, 3, 32, 32)


@pytest.mark.parametrize("seed", [-1, 2**63, 2**64 + 5])
def test_any_whole_number_is_a_seed(seed):
    assert shapes.render(seed, 2**40)[0].shape == (32, 32, 3)


def test_the_classes_are_equally_frequent():
    counts = np.bincount(shapes.labels(1, 0, 18_000), minlength=9)
    assert counts.min() > 1_800  # 2,000 are expected, with a standard deviation of 42
    assert counts.max() < 2_200


def test_the_same_scene_at_every_size():
    for index in range(30):
        small, label = shapes.render(3, index, 32)
        large, label_of_large = shapes.render(3, index, 256)
        assert label == label_of_large
        averaged = large.reshape(32, 8, 32, 8, 3).mean(axis=(1, 3))
        difference = np.abs(averaged - small)
        assert difference.mean() < 1.0
        assert np.percentile(difference, 99) < 25  # at the edges, where the two antialias differently


def test_objects_are_inside_apart_and_stand_out():
    scenes = shapes._scenes(5, np.arange(5_000))
    radii = np.linalg.norm(scenes.outlines, axis=-1).max(axis=-1)
    is_pair = scenes.kinds[:, 1] != shapes._NONE
    present = np.stack([np.ones_like(is_pair), is_pair], axis=1)
    margin = np.minimum(scenes.centres, 1 - scenes.centres).min(axis=-1) - radii
    assert margin[present].min() > -1e-9
    distance = np.linalg.norm(scenes.centres[:, 0] - scenes.centres[:, 1], axis=-1)
    assert (distance - radii.sum(axis=1))[is_pair].min() > 0.049
    corners = np.array([[-0.5, -0.5], [-0.5, 0.5], [0.5, -0.5], [0.5, 0.5]])
    ground = scenes.ground[:, None] + np.einsum("nij,kj->nki", scenes.slope, corners)
    contrast = np.abs((scenes.colours @ LUMA)[:, :, None] - (ground @ LUMA)[:, None])
    assert contrast[present].min() > 0.15
    for colours in (ground, scenes.colours):
        assert colours.min() > -1e-9
        assert colours.max() < 1 + 1e-9


def test_every_object_covers_enough_pixels():
    for index in range(200):
        pixels, _ = shapes.render(11, index, 32)
        luma = pixels @ LUMA
        stands_out = np.abs(luma - np.median(luma[[0, 0, -1, -1], [0, -1, 0, -1]])) > 30
        assert stands_out.sum() > 25
