"""Rows, curves and sentences of what is known of networks over a data set, as its views show them."""

from __future__ import annotations

from functools import partial

import numpy as np

from visualizer.data.transforms import TRANSFORMS
from visualizer.probes.response.study_figures import StudyFigures
from visualizer.ui.numbers import integer, percent, signed
from visualizer.ui.rotation.state import OPEN, Line
from visualizer.ui.rotation.words import value_words
from visualizer.ui.widgets.box_drawing import BoxRow
from visualizer.ui.widgets.quartile_plot import QuartileCurve


def study_sentence(name: str, figures: StudyFigures) -> str:
    """The figures of a network in a sentence."""
    box, summary, study = figures.box, figures.summary, figures.study
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


def box_row(line: Line) -> BoxRow:
    """The row of a line in the box plots."""
    figures = line.studied
    known = figures if figures is not None and figures.study.done else None
    return BoxRow(
        line.key,
        line.name,
        line.color,
        known.box if known is not None else None,
        strong=line.key == OPEN,
        complete=figures is not None and figures.study.complete,
        trouble=line.trouble or line.study_trouble,
        words=partial(study_sentence, line.name, known) if known is not None else str,
    )


def quartile_curve(line: Line, figures: StudyFigures) -> QuartileCurve:
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
    return QuartileCurve(line.name, line.color, values, mean, low, high, strong=line.key == OPEN)
