"""What is said of networks over a data set, in the words of the transform."""

from __future__ import annotations

from visualizer.data.transforms import TRANSFORMS, values_of
from visualizer.errors import UserError
from visualizer.probes.response.frames import DatasetResponse
from visualizer.ui.numbers import integer
from visualizer.ui.rotation.words import value_words
from visualizer.ui.widgets.axes import round_ticks, tick_texts

Labels = list[tuple[float, str]]

STEPS = (1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 45.0)  # degrees
_QUARTERS = (360, 180, 90, 45)  # degrees between two ticks of an axis


def values_noun(transform: str, count: int = 2) -> str:
    """``angles`` of a rotation, else ``values``; one of them where there is one."""
    noun = "angle" if transform == "rotation" else "value"
    return noun if count == 1 else f"{noun}s"


def asked_words(study: DatasetResponse) -> str:
    """``1 000 test images, 360 angles each``; before all are done ``412 of 1 000 …``."""
    total, values = len(study.labels), len(study.values)
    done = "" if study.complete else f"{integer(study.done)} of "
    images = "image" if total == 1 else "images"
    return (
        f"{done}{integer(total)} {study.split} {images}, "
        f"{integer(values)} {values_noun(study.transform, values)} each"
    )


def invitation(transform: str, count: int, step: float) -> str:
    """The sentence that says what Run would do; ``step`` (degrees) matters to a rotation alone."""
    try:
        values = len(values_of(transform, step if transform == "rotation" else None))
    except UserError as refused:
        return str(refused)
    how = (
        "each turned by" if transform == "rotation" else f"each with {TRANSFORMS[transform].title.lower()} at"
    )
    return f"Press Run: {integer(count)} images, {how} {integer(values)} {values_noun(transform, values)}."


def share_title(transform: str) -> str:
    """What the boxes are of."""
    return f"share of {values_noun(transform)} classified right"


def step_choices(step: float) -> tuple[float, ...]:
    """The distances of angles to choose from, rising; ``step`` is one of them. Other transforms have their own."""
    return tuple(sorted({*STEPS, step}))


def axis_title(transform: str) -> str:
    """The name of the axis of values, with its unit."""
    row = TRANSFORMS[transform]
    if transform == "rotation":
        return "angle"
    return f"{row.title.lower()}, {row.unit}" if row.unit else row.title.lower()


def value_range(study: DatasetResponse) -> tuple[float, float]:
    """The values at the ends of the axis: all the way round for what is periodic."""
    row = TRANSFORMS[study.transform]
    if row.periodic:
        return row.minimum, row.maximum
    low, high = float(study.values[0]), float(study.values[-1])
    return (low, high) if high > low else (low - 1, high + 1)


def value_labels(transform: str, low: float, high: float, most: int) -> Labels:
    """At most ``most`` ticks of the axis: eighths of a turn for rotation, else round numbers."""
    if transform != "rotation":
        ticks = round_ticks(low, high, most)
        return list(zip(ticks, tick_texts(ticks), strict=True))
    step = next((each for each in reversed(_QUARTERS) if 360 // each + 1 <= most), _QUARTERS[0])
    return [(float(angle), value_words(transform, angle)) for angle in range(0, 361, step)]
