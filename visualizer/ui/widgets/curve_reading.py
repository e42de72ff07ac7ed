"""What the curves say at one step."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from visualizer.ui.numbers import integer, percent, short, signed
from visualizer.ui.widgets.curve_picture import CurvePicture

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Reading:
    """The figures at ``step``, NaN where there are none: ``average`` is that of training, where it still has one.

    ``validation`` is the last one up to the step, of ``validation_step`` (0 for none).
    """

    step: int
    epoch: float = math.nan
    loss: float = math.nan
    accuracy: float = math.nan
    learning_rate: float = math.nan
    average: float = math.nan
    validation: float = math.nan
    validation_loss: float = math.nan
    validation_accuracy: float = math.nan
    validation_step: int = 0


def reading(picture: CurvePicture, step: int | None) -> Reading:
    """The figures at ``step``, or at the last one for None."""
    curves = picture.curves
    if curves is None:
        return Reading(0)
    last = int(curves.step[-1]) if len(curves.step) else 0
    step = last if step is None else min(step, last)
    made = Reading(step)
    place = int(np.searchsorted(curves.step, step, side="right")) - 1
    if place >= 0:
        averages = picture.averages()
        shown = averages if place < len(averages) else picture.quantity.train(curves)
        made = replace(
            made,
            epoch=float(curves.epoch[place]),
            loss=float(curves.loss[place]),
            accuracy=float(curves.accuracy[place]),
            learning_rate=float(curves.learning_rate[place]),
            average=float(shown[place]),
        )
    seen = int(np.searchsorted(curves.validation_step, step, side="right")) - 1
    if seen >= 0:
        made = replace(
            made,
            validation=float(picture.quantity.validation(curves)[seen]),
            validation_loss=float(curves.validation_loss[seen]),
            validation_accuracy=float(curves.validation_accuracy[seen]),
            validation_step=int(curves.validation_step[seen]),
        )
    return made


def rows_of(at: Reading, changes: tuple[str, ...]) -> list[tuple[str, str]]:
    """The reading as rows (what, value) for the box beside the pointer, and what was changed there."""
    epoch = "" if math.isnan(at.epoch) else f", epoch {at.epoch:.2f}"
    rows = [(f"step {integer(at.step)}{epoch}", "")]
    if not math.isnan(at.epoch):
        rows.append(("train", f"{_loss(at.loss)}   {_accuracy(at.accuracy)}"))
    if at.validation_step:
        name = "val" if at.validation_step == at.step else f"val, step {integer(at.validation_step)}"
        rows.append((name, f"{_loss(at.validation_loss)}   {_accuracy(at.validation_accuracy)}"))
    if not math.isnan(at.learning_rate):
        rows.append(("learning rate", rate_text(at.learning_rate)))
    return [*rows, *((text, "") for text in changes)]


def rate_text(rate: float) -> str:
    """A learning rate with three significant figures."""
    return (
        f"{rate:.2e}".replace("-", "\u2212")
        if 0 < rate < 1e-4
        else short(rate)
        if rate >= 1
        else f"{rate:.3g}"
    )


def _loss(value: float) -> str:
    return signed(value, 3)


def _accuracy(value: float) -> str:
    return percent(value)
