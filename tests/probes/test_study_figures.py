"""All figures of a study in one frozen value, against the single figures and plain loops."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from visualizer.data.transforms import values_of
from visualizer.probes.response import dataset_figures
from visualizer.probes.response.frames import DatasetResponse
from visualizer.probes.response.study_figures import predicted_classes, study_figures

VALUES = values_of("rotation", 45.0)


def made(count: int = 60, done: int = 50, classes: int = 5, asked: int = 3) -> DatasetResponse:
    """An answer with gaps, to images of the first ``asked`` classes."""
    chance = np.random.default_rng(11)
    labels = chance.integers(0, asked, count)
    predicted = chance.integers(-1, asked, (count, len(VALUES))).astype(np.int32)
    probability = chance.random((count, len(VALUES)), dtype=np.float32)
    predicted[done:], probability[done:] = -1, np.nan
    names = tuple(f"class {index}" for index in range(classes))
    return DatasetResponse("n", "d", "rotation", "grey", VALUES, names, labels, predicted, probability, done)


def test_every_figure_is_that_of_the_images_that_are_done() -> None:
    study = made()
    figures = study_figures(study)
    shares = [np.mean(study.predicted[image] == study.labels[image]) for image in range(50)]
    assert (figures.box.median, figures.box.minimum, figures.box.count) == (
        np.median(shares),
        min(shares),
        50,
    )
    assert figures.summary == dataset_figures.study_summary(study)
    np.testing.assert_array_equal(figures.curve.mean, dataset_figures.mean_curve(study).mean)
    assert figures.classes == (0, 1, 2)
    assert figures.counts == tuple(int((study.labels[:50] == index).sum()) for index in range(3))
    for row, index in enumerate(figures.classes):
        of_class = np.flatnonzero(study.labels[:50] == index)
        for at in range(len(VALUES)):
            assert figures.by_class[row, at] == pytest.approx(np.mean(study.predicted[of_class, at] == index))
    with pytest.raises(FrozenInstanceError):
        figures.classes = ()  # type: ignore[misc]


def test_classes_that_nothing_is_taken_for_have_no_row() -> None:
    study = made()
    found = study_figures(study).predicted
    assert (found.classes, found.images) == ((0, 1, 2), 50)
    for row, index in enumerate(found.classes):
        for at in range(len(VALUES)):
            assert found.shares[row, at] == np.mean(study.predicted[:50, at] == index)
    of_one = predicted_classes(study, 1)
    images = study.labels[:50] == 1
    assert of_one.images == images.sum()
    assert of_one.shares[2, 3] == np.mean(study.predicted[:50][images, 3] == 2)


def test_of_very_many_classes_the_rarest_have_no_row() -> None:
    study = made(count=400, done=400, classes=90, asked=80)
    found = predicted_classes(study)
    assert len(found.classes) == 60
    assert list(found.classes) == sorted(found.classes)
    highest = [np.mean(study.predicted == index, axis=0).max() for index in range(90)]
    left_out = [index for index in range(90) if index not in found.classes]
    assert max(highest[index] for index in left_out) <= min(highest[index] for index in found.classes)


def test_counts_do_not_depend_on_the_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    study = made()
    whole = dataset_figures.predicted_share(study)
    monkeypatch.setattr(dataset_figures, "_PIECE", 7 * len(VALUES))
    np.testing.assert_array_equal(dataset_figures.predicted_share(study), whole)


def test_before_an_image_is_done_there_are_figures_without_numbers() -> None:
    figures = study_figures(made(done=0))
    assert (figures.box.count, figures.counts, figures.predicted.images) == (0, (0, 0, 0), 0)
    assert np.isnan(figures.by_class).all()
    assert np.isnan(figures.summary.median)
    assert figures.nbytes >= figures.study.predicted.nbytes
