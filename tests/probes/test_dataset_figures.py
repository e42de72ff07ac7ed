"""Figures over a data set against plain loops and NumPy's own percentiles."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from visualizer.errors import UserError
from visualizer.probes.response.class_matching import class_names, matched_classes
from visualizer.probes.response.dataset_figures import (
    accuracy,
    accuracy_by_class,
    class_rows,
    classes_of,
    curve_rows,
    mean_curve,
    predicted_rows,
    predicted_share,
    share_right,
    share_rows,
    study_summary,
)
from visualizer.probes.response.frames import DatasetResponse

VALUES = np.arange(0.0, 360.0, 45.0)


def made(done: int = 25, count: int = 30, classes: int = 4, missing: float = 0.1) -> DatasetResponse:
    """An answer with gaps; the last class has no images."""
    chance = np.random.default_rng(7)
    labels = chance.integers(0, classes - 1, count)
    predicted = chance.integers(0, classes, (count, len(VALUES))).astype(np.int32)
    probability = chance.random((count, len(VALUES)), dtype=np.float32)
    gaps = chance.random(predicted.shape) < missing
    predicted[gaps], probability[gaps] = -1, np.nan
    predicted[done:], probability[done:] = -1, np.nan
    names = tuple("abcd"[:classes])
    return DatasetResponse("n", "d", "rotation", "grey", VALUES, names, labels, predicted, probability, done)


@pytest.fixture
def result() -> DatasetResponse:
    return made()


def test_shares_are_those_of_a_plain_loop(result: DatasetResponse) -> None:
    for image, share in enumerate(share_right(result)):
        right = [result.predicted[image, at] == result.labels[image] for at in range(len(VALUES))]
        assert share == sum(right) / len(VALUES)
    assert len(share_right(result)) == 25
    assert accuracy(result).mean() == pytest.approx(share_right(result).mean())


def test_quartiles_are_numpys_and_leave_out_what_is_no_number(result: DatasetResponse) -> None:
    curve = mean_curve(result)
    known = result.probability[:25].astype(float)
    np.testing.assert_allclose(curve.mean, np.nanmean(known, axis=0), rtol=1e-6)
    for found, share in ((curve.low, 25), (curve.median, 50), (curve.high, 75)):
        np.testing.assert_allclose(found, np.nanpercentile(known, share, axis=0), rtol=1e-6)


def test_a_value_without_finite_answers_is_a_gap(result: DatasetResponse) -> None:
    probability = result.probability.copy()
    probability[:, 3] = np.nan
    curve = mean_curve(replace(result, probability=probability))
    assert np.isnan([curve.mean[3], curve.low[3], curve.median[3], curve.high[3]]).all()
    assert np.isfinite(np.delete(curve.median, 3)).all()


def test_accuracy_by_class_is_that_of_a_plain_loop(result: DatasetResponse) -> None:
    shares = accuracy_by_class(result)
    for label in range(3):
        images = np.flatnonzero(result.labels[:25] == label)
        for at in range(len(VALUES)):
            assert shares[label, at] == pytest.approx(np.mean(result.predicted[images, at] == label))
    assert np.isnan(shares[3]).all()
    assert classes_of(result).tolist() == [0, 1, 2]


def test_predicted_shares_count_what_is_finite(result: DatasetResponse) -> None:
    shares = predicted_share(result)
    for at in range(len(VALUES)):
        for label in range(4):
            assert shares[at, label] == np.mean(result.predicted[:25, at] == label)
    missing = (result.predicted[:25] < 0).mean(axis=0)
    np.testing.assert_allclose(shares.sum(axis=1), 1 - missing)
    of_one = predicted_share(result, 1)
    images = result.labels[:25] == 1
    assert of_one[2, 3] == np.mean(result.predicted[:25][images, 2] == 3)


def test_a_summary_says_the_same_in_five_figures(result: DatasetResponse) -> None:
    summary = study_summary(result)
    assert summary.median == np.median(share_right(result))
    assert summary.worst == share_right(result).min()
    assert summary.upright == accuracy(result)[0]
    assert summary.weakest_accuracy == accuracy(result).min()
    assert accuracy(result)[VALUES.tolist().index(summary.weakest)] == summary.weakest_accuracy
    assert np.isnan(study_summary(result, neutral=1.0).upright)


def test_nothing_done_is_no_error() -> None:
    nothing = made(done=0)
    assert len(share_right(nothing)) == 0
    for figures in (accuracy(nothing), mean_curve(nothing).median, accuracy_by_class(nothing)):
        assert np.isnan(figures).all()
    assert np.isnan(predicted_share(nothing)).all()
    assert np.isnan(study_summary(nothing).median)
    assert len(list(share_rows([nothing]))) == 1


def test_rows_have_headers_and_every_figure(result: DatasetResponse) -> None:
    other = replace(result, network="m")
    shares = list(share_rows([result, other]))
    assert shares[0] == ("network", "image", "label", "share right")
    assert len(shares) == 1 + 2 * 25
    assert shares[1] == ("n", 0, "abcd"[result.labels[0]], share_right(result)[0])
    curves = list(curve_rows([result, other]))
    assert curves[0] == ("network", "angle", "mean", "low quartile", "median", "high quartile", "accuracy")
    assert curves[2][:2] == ("n", 45.0)
    assert len(curves) == 1 + 2 * len(VALUES)
    by_class = list(class_rows([result]))
    assert by_class[0] == ("network", "class", "angle", "accuracy")
    assert len(by_class) == 1 + 3 * len(VALUES)
    assert len(list(predicted_rows([result]))) == 1 + 4 * len(VALUES)
    assert next(iter(curve_rows([replace(result, transform="blur")])))[1] == "blur"


def test_classes_are_matched_by_name_whatever_the_case() -> None:
    places, note = matched_classes(
        "net", ("Dog", "golden retriever", "cat"), "data", ("CAT", "Golden_Retriever")
    )
    assert places.tolist() == [2, 1]
    assert note == ""


def test_classes_are_matched_by_order_where_no_name_contradicts_it() -> None:
    places, note = matched_classes("net", ("car", "cat"), "data", ("automobile", "cat"))
    assert places.tolist() == [0, 1]
    assert "by their order" in note


@pytest.mark.parametrize(("known", "wanted"), [(("cat", "car"), ("automobile", "cat")), (("a", "b"), ("x",))])
def test_other_classes_are_refused_in_a_sentence(known: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    with pytest.raises(UserError, match="does not know the class"):
        matched_classes("net", known, "data", wanted)


def test_outputs_without_names_are_called_by_number() -> None:
    assert class_names(("a",), 3) == ("a", "class 1", "class 2")
