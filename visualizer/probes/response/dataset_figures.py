"""Figures of networks over a data set: pure arithmetic on what is known of the images that are done.

What is not finite counts as wrong; means and quartiles of probabilities leave it out.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from visualizer.probes.response.frames import DatasetResponse, Floats

Numbers = NDArray[np.float64]
Row = tuple[object, ...]

_PIECE = 500_000  # answers that are counted at a time


@dataclass(frozen=True, slots=True, eq=False)
class MeanCurve:
    """The probability of the true class over the images at each value: each (A,), NaN where nothing is known."""

    mean: Numbers = field(repr=False)
    low: Numbers = field(repr=False)  # the first quartile
    median: Numbers = field(repr=False)
    high: Numbers = field(repr=False)  # the third quartile


def is_right(result: DatasetResponse) -> NDArray[np.bool_]:
    """Whether each image that is done is classified right at each value, (n, A)."""
    return np.asarray(result.predicted[: result.done] == result.labels[: result.done, None])


def share_right(result: DatasetResponse) -> Numbers:
    """The share (n,) of values at which an image is classified right, of those that are done."""
    return np.asarray(is_right(result).mean(axis=1))


def accuracy(result: DatasetResponse) -> Numbers:
    """The share (A,) of images that are classified right at each value; NaN before one is done."""
    nothing = np.full(len(result.values), math.nan)
    return np.asarray(is_right(result).mean(axis=0)) if result.done else nothing


def mean_curve(result: DatasetResponse) -> MeanCurve:
    """The curve of the true class; 2 ms for 1,000 images at 360 values, a quarter of NumPy's own percentiles."""
    ordered = np.ascontiguousarray(result.probability[: result.done].T)
    ordered = np.sort(ordered, axis=1)  # what is no number comes last
    counts = np.isfinite(ordered).sum(axis=1)
    sums = np.nansum(ordered, axis=1, dtype=np.float64)
    mean = np.divide(sums, counts, out=np.full(len(counts), math.nan), where=counts > 0)
    low, median, high = (_quantile(ordered, counts, share) for share in (0.25, 0.5, 0.75))
    return MeanCurve(mean, low, median, high)


def _quantile(ordered: Floats, counts: NDArray[np.intp], share: float) -> Numbers:
    """The quantile (A,) of the first ``counts`` (A,) values of each row of ``ordered`` (A, n), between two of them."""
    if not ordered.shape[1]:
        return np.full(len(ordered), math.nan)
    places = np.maximum(counts - 1, 0) * share
    below = np.floor(places).astype(np.intp)
    above = np.minimum(below + 1, np.maximum(counts - 1, 0))
    rows = np.arange(len(ordered))
    first, second = (ordered[rows, column].astype(np.float64) for column in (below, above))
    return np.asarray(first + (second - first) * (places - below), np.float64)


def classes_of(result: DatasetResponse) -> NDArray[np.int64]:
    """The indices (k,) of the classes that have images here, rising."""
    return np.unique(result.labels)


def accuracy_by_class(result: DatasetResponse) -> Numbers:
    """The share (K, A) of the images of each class that are classified right at each value.

    NaN for a class without images that are done.
    """
    shares = np.full((len(result.classes), len(result.values)), math.nan)
    labels, right = result.labels[: result.done], is_right(result)
    for index in np.unique(labels).tolist():
        shares[index] = right[labels == index].mean(axis=0)
    return shares


def predicted_share(result: DatasetResponse, label: int | None = None) -> Numbers:
    """The share (A, K) of the images that are taken for each class at each value; of one true class with ``label``.

    A row is below 1 in sum where answers are not finite, and NaN where there are no images.
    """
    predicted = result.predicted[: result.done]
    if label is not None:
        predicted = predicted[result.labels[: result.done] == label]
    values, classes = len(result.values), len(result.classes)
    if not len(predicted):
        return np.full((values, classes), math.nan)
    # One count for all: classes from 1 on, 0 for what is not finite, side by side for each value.
    places = 1 + np.arange(values) * (classes + 1)
    counts = np.zeros(values * (classes + 1), np.int64)
    images = max(1, _PIECE // values)  # in pieces: counting them lets no other thread run
    for first in range(0, len(predicted), images):
        piece = (predicted[first : first + images] + places).ravel()
        counts += np.bincount(piece, minlength=len(counts))
    return np.asarray(counts.reshape(values, -1)[:, 1:] / len(predicted))


@dataclass(frozen=True, slots=True)
class StudySummary:
    """A network in figures: shares of values at which an image is classified right, over the images done.

    ``accuracy`` is the mean share over images and values, ``upright`` the one at the value that changes nothing,
    NaN where that is not among the values. ``worst`` is the smallest share of an image, ``weakest`` the value with
    the lowest accuracy and ``weakest_accuracy`` that.
    """

    median: float
    worst: float
    accuracy: float
    upright: float
    weakest: float
    weakest_accuracy: float


def study_summary(result: DatasetResponse, neutral: float = 0.0) -> StudySummary:
    """The figures of a result; ``neutral`` is the value that changes nothing. NaN before an image is done."""
    shares, at = share_right(result), accuracy(result)
    if not len(shares):
        return StudySummary(*(math.nan,) * 6)
    upright = np.flatnonzero(result.values == neutral)
    weakest = int(at.argmin())
    return StudySummary(
        median=float(np.median(shares)),
        worst=float(shares.min()),
        accuracy=float(shares.mean()),
        upright=float(at[upright[0]]) if len(upright) else math.nan,
        weakest=float(result.values[weakest]),
        weakest_accuracy=float(at[weakest]),
    )


def value_title(transform: str) -> str:
    """What the values of a transform are called in tables: ``angle`` for rotation, else its name."""
    return "angle" if transform == "rotation" else transform


def share_rows(results: Iterable[DatasetResponse]) -> Iterator[Row]:
    """A row for each network and image, under a header; images are counted from 0 in the order they were drawn."""
    yield "network", "image", "label", "share right"
    for result in results:
        for image, share in enumerate(share_right(result).tolist()):
            yield result.network, image, result.classes[result.labels[image]], share


def curve_rows(results: Iterable[DatasetResponse]) -> Iterator[Row]:
    """A row for each network and value, under a header: the probability of the true class, and the accuracy."""
    known = list(results)
    title = value_title(known[0].transform) if known else "angle"
    yield "network", title, "mean", "low quartile", "median", "high quartile", "accuracy"
    for result in known:
        curve = mean_curve(result)
        columns = (result.values, curve.mean, curve.low, curve.median, curve.high, accuracy(result))
        for row in zip(*(column.tolist() for column in columns), strict=True):
            yield result.network, *row


def class_rows(results: Iterable[DatasetResponse]) -> Iterator[Row]:
    """A row for each network, class with images and value, under a header: the accuracy."""
    known = list(results)
    yield "network", "class", value_title(known[0].transform) if known else "angle", "accuracy"
    for result in known:
        shares, values = accuracy_by_class(result), result.values.tolist()
        for index in classes_of(result).tolist():
            for value, share in zip(values, shares[index].tolist(), strict=True):
                yield result.network, result.classes[index], value, share


def predicted_rows(results: Iterable[DatasetResponse]) -> Iterator[Row]:
    """A row for each network, value and class, under a header: the share of images taken for that class."""
    known = list(results)
    yield "network", value_title(known[0].transform) if known else "angle", "predicted class", "share"
    for result in known:
        for value, shares in zip(result.values.tolist(), predicted_share(result).tolist(), strict=True):
            for name, share in zip(result.classes, shares, strict=True):
                yield result.network, value, name, share
