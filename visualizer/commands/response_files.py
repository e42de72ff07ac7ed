"""What networks say of a changing input, as a table for people, as CSV and as a chart."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np

from visualizer.atomic import replacing
from visualizer.commands.progress import Report
from visualizer.commands.tables import Column, draw
from visualizer.data.transforms import BORDERS, TRANSFORMS, Transform
from visualizer.errors import UserError
from visualizer.probes.response.figures import Row, rows, runners_up, summary
from visualizer.probes.response.frames import Response, Values
from visualizer.rendering import charts
from visualizer.rendering.drawing.colors import SERIES

ENDINGS = (".csv", *charts.ENDINGS)
_REPORT_EVERY = 20_000  # rows


@dataclass(frozen=True, slots=True)
class Look:
    """What a network says, and the class of it that is looked at."""

    response: Response
    index: int

    @property
    def name(self) -> str:
        """That of the class."""
        return self.response.classes[self.index]

    @property
    def curve(self) -> Values:
        """Its probability at every value."""
        return self.response.probabilities[:, self.index]


def check_file(path: Path) -> None:
    """Raise ``UserError`` for a file that nothing can be written to."""
    if path.suffix.lower() not in ENDINGS:
        raise UserError(f"--out is a file that ends with {', '.join(ENDINGS)}, not '{path.name}'.")
    if not path.absolute().parent.is_dir():
        raise UserError(f"The folder of '{path}' does not exist: create it first.")
    if path.is_dir():
        raise UserError(f"'{path}' is a folder: name a file in it.")


def as_table(looks: Sequence[Look], *, asked: bool) -> Iterator[str]:
    """The lines of a table of the curves' figures, a row for each network.

    The last column is the share of values where the class is the predicted one: "right" of a class that was
    ``asked`` for, "same" of the prediction.
    """
    transform = TRANSFORMS[looks[0].response.transform]
    at_neutral = f"{transform.neutral:g}{transform.unit}"
    titles = (at_neutral, "mean", "std", "min", "at", "flips", "right" if asked else "same")
    columns = (
        Column("network"),
        Column("class", widest=24),
        *(Column(title, numbers=True) for title in titles),
    )
    return draw(columns, [_table_row(look, transform, asked=asked) for look in looks])


def _table_row(look: Look, transform: Transform, *, asked: bool) -> tuple[str, ...]:
    response = look.response
    figures = summary(response, look.index)
    if not math.isfinite(figures.mean):  # nor is any class predicted
        return response.network, look.name if asked else "–", *("–",) * 7
    neutral = response.probabilities[response.values == transform.neutral, look.index]
    return (
        response.network,
        look.name,
        _number(float(neutral[0]) if neutral.size else math.nan),
        _number(figures.mean),
        _number(figures.std),
        _number(figures.minimum),
        f"{figures.minimum_at:g}{transform.unit}",
        str(figures.flips),
        _share(figures.share_right),
    )


def _number(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "–"


def _share(share: float) -> str:
    """The same; what would round to none or to all but is neither says so."""
    text = _number(share)
    if share > 0 and text == "0.000":
        return "<0.001"
    return ">0.999" if share < 1 and text == "1.000" else text


def write(looks: Sequence[Look], picture: str, path: Path, *, only: bool, report: Report) -> None:
    """Write it to ``path``, whole or not at all: .csv with every class or ``only`` that looked at, .png or .svg."""
    if path.suffix.lower() != ".csv":
        charts.write(chart(looks, picture), path)
        return
    total = sum(len(look.response.values) * (1 if only else len(look.response.classes)) for look in looks)
    try:
        with replacing(path) as part, part.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            for count, row in enumerate(_rows(looks, only)):
                table.writerow(row)
                if count % _REPORT_EVERY == 0:
                    report(f"Writing {path.name}", count / total)
    except OSError:
        raise UserError(f"'{path}' cannot be written: choose another folder or free some space.") from None


def _rows(looks: Sequence[Look], only: bool) -> Iterator[Row]:
    """One heading, then row by row: a thousand classes at 3,600 values are never all there as text."""
    for place, look in enumerate(looks):
        yield from islice(rows([look.response], look.name if only else ""), 1 if place else 0, None)


def chart(looks: Sequence[Look], picture: str) -> charts.Chart:
    """The probability of the class looked at, of one network also of its runners-up, over the values.

    What comes round to its beginning stands around a circle as well.
    """
    response = looks[0].response
    transform, classes = TRANSFORMS[response.transform], {look.name for look in looks}
    series = _runners_up(looks[0]) if len(looks) == 1 else _networks(looks, len(classes) == 1)
    title, note, x_label, x_unit = _words(looks, picture, transform)
    over = charts.lines(
        "" if transform.periodic else title,
        [_around(one, transform) for one in series],
        x_label,
        "probability",
        (transform.minimum, transform.maximum),
        (0.0, 1.0),
        range(0, 361, 45) if transform.periodic else None,
        y_ticks=(0, 0.25, 0.5, 0.75, 1),
        x_unit=x_unit,
        note="" if transform.periodic else note,
    )
    if not transform.periodic:
        return over
    circle = charts.polar("", series, names=False)
    return charts.beside((circle, over), title=title, note=note)


def _words(looks: Sequence[Look], picture: str, transform: Transform) -> tuple[str, str, str, str]:
    """The title, the note below it, the name of the values, and what stands behind their numbers."""
    response, classes = looks[0].response, {look.name for look in looks}
    turns = transform.name == "rotation"
    of = f"Probability of {looks[0].name}" if len(classes) == 1 else "Probability"
    title = f"{of} while the picture turns" if turns else f"{of}: {transform.title.lower()}"
    parts = [response.network] if len(looks) == 1 else []
    parts += [picture, f"{len(response.values):,} {'angles' if turns else 'values'}"]
    if transform.uses_border or response.border == "circle":
        parts.append(f"border: {BORDERS[response.border].title.lower()}")
    unit = transform.unit if transform.unit in ("°", "×") else ""
    x_label = "angle" if turns else transform.title.lower()
    if transform.unit and not unit:
        x_label += f" in {transform.unit}"
    note = ", ".join(parts)
    empty = [look.response.note for look in looks if look.response.note and not np.isfinite(look.curve).any()]
    if empty:  # an empty plot says why it is
        note = ". ".join([note, *dict.fromkeys(empty)])
    return title, note, x_label, unit


def _networks(looks: Sequence[Look], of_one_class: bool) -> list[charts.Series]:
    return [
        charts.Series(
            look.response.network if of_one_class else f"{look.name}, {look.response.network}",
            SERIES[place % len(SERIES)],
            look.response.values,
            look.curve,
            dashed=place // len(SERIES) % 2 == 1,
        )
        for place, look in enumerate(looks)
    ]


def _runners_up(look: Look) -> list[charts.Series]:
    """The class looked at, and thinner by dashes those that come next to it."""
    response = look.response
    return [
        charts.Series(
            response.classes[index],
            SERIES[place % len(SERIES)],
            response.values,
            response.probabilities[:, index],
            dashed=place > 0,
        )
        for place, index in enumerate((look.index, *runners_up(response, look.index)))
    ]


def _around(series: charts.Series, transform: Transform) -> charts.Series:
    """The curve of a periodic transform, closed by its first value at the end."""
    if not transform.periodic or not series.x.size or series.x[0] != transform.minimum:
        return series
    x, y = np.append(series.x, transform.maximum), np.append(series.y, series.y[0])
    return replace(series, x=x, y=y)
