"""The figures that the views of a study show, worked out once for each answer and only when they are looked at."""

from __future__ import annotations

from functools import cached_property, partial

import numpy as np
from numpy.typing import NDArray

from visualizer.data.transforms import TRANSFORMS
from visualizer.probes.response.dataset_figures import (
    MeanCurve,
    StudySummary,
    accuracy_by_class,
    classes_of,
    mean_curve,
    predicted_share,
    share_right,
    study_summary,
)
from visualizer.probes.response.frames import DatasetResponse
from visualizer.rendering.boxes import BoxFigures, box_figures
from visualizer.ui.numbers import integer, percent, signed
from visualizer.ui.rotation.state import Line
from visualizer.ui.rotation.words import value_words
from visualizer.ui.widgets.box_drawing import BoxRow
from visualizer.ui.widgets.quartile_plot import QuartileCurve

Shares = NDArray[np.float64]

_LEAST_SHARE = 0.005  # of the images: classes that are never taken so often have no row
_MOST_ROWS = 60


class StudyFigures:
    """What can be seen of one answer; each takes at most 3 ms for 1,000 images at 360 values."""

    def __init__(self, study: DatasetResponse) -> None:
        self.study = study

    @cached_property
    def box(self) -> BoxFigures:
        return box_figures(share_right(self.study))

    @cached_property
    def summary(self) -> StudySummary:
        return study_summary(self.study, TRANSFORMS[self.study.transform].neutral)

    @cached_property
    def curve(self) -> MeanCurve:
        return mean_curve(self.study)

    @cached_property
    def classes(self) -> list[int]:
        """The classes that have images."""
        return [int(index) for index in classes_of(self.study)]

    @cached_property
    def by_class(self) -> Shares:
        """The accuracy (k, A) of the classes that have images."""
        return accuracy_by_class(self.study)[self.classes]

    def predicted(self, label: int | None) -> tuple[list[int], Shares]:
        """The classes (k) that images are taken for, and their shares (k, A); of one true class with ``label``."""
        shares = predicted_share(self.study, label).T
        highest = np.nan_to_num(shares).max(axis=1)
        seen = np.flatnonzero((highest >= _LEAST_SHARE) | np.isin(np.arange(len(shares)), self.classes))
        if len(seen) > _MOST_ROWS:
            seen = np.sort(seen[np.argsort(-highest[seen], kind="stable")[:_MOST_ROWS]])
        return [int(index) for index in seen], shares[seen]

    def words(self, name: str) -> str:
        """The figures in a sentence."""
        box, summary, study = self.box, self.summary, self.study
        neutral = TRANSFORMS[study.transform].neutral
        text = (
            f"{name}: median {signed(box.median)}, half of the images between {signed(box.first)} and "
            f"{signed(box.third)}, worst {signed(box.minimum)}, {integer(box.count)} images. "
            f"{percent(summary.accuracy)} right over all"
        )
        if np.isfinite(summary.upright):
            text += f", {percent(summary.upright)} at {value_words(study.transform, neutral)}"
        weakest = value_words(study.transform, summary.weakest)
        return f"{text}, least at {weakest}: {percent(summary.weakest_accuracy)}."


def box_row(line: Line, name: str, figures: StudyFigures | None, *, is_open: bool) -> BoxRow:
    """The row of a line in the box plots."""
    known = figures if figures is not None and figures.study.done else None
    return BoxRow(
        line.key,
        name,
        line.color,
        known.box if known is not None else None,
        strong=is_open,
        complete=figures is not None and figures.study.complete,
        trouble=line.trouble,
        words=partial(known.words, name) if known is not None else str,
    )


def quartile_curve(line: Line, name: str, figures: StudyFigures, *, is_open: bool) -> QuartileCurve:
    """The curve of a line, closed where the transform is periodic."""
    study, curve, row = figures.study, figures.curve, TRANSFORMS[figures.study.transform]
    columns = (study.values, curve.mean, curve.low, curve.high)
    if row.periodic and len(study.values) and study.values[0] == row.minimum:
        columns = (
            np.append(study.values, row.maximum),
            np.append(curve.mean, curve.mean[0]),
            np.append(curve.low, curve.low[0]),
            np.append(curve.high, curve.high[0]),
        )
    values, mean, low, high = columns
    return QuartileCurve(name, line.color, values, mean, low, high, strong=is_open)
