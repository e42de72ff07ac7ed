"""Writes a race to a file, as the ending of its name says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from visualizer.atomic import replacing
from visualizer.errors import UserError
from visualizer.race.export import style
from visualizer.race.export.film import SIZE as FILM_SIZE
from visualizer.race.export.film import Report, film
from visualizer.race.export.picture import LEAST_SIZE, MOST_SIZE, SIZE, RacePicture
from visualizer.race.export.trajectories import write_csv
from visualizer.race.frames import RaceFrame
from visualizer.race.link import to_text
from visualizer.race.surface import Window
from visualizer.rendering.drawing.canvas import Canvas
from visualizer.rendering.drawing.svg import to_svg

ENDINGS: Mapping[str, str] = {
    ".png": "Picture",
    ".svg": "Drawing",
    ".gif": "Animation",
    ".mp4": "Film",
    ".csv": "Trajectories",
    ".json": "Link",
}
"""What a race can be written as: the endings of files, each with a word."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to be written, and how large."""

    frame: RaceFrame
    size: tuple[int, int]
    moment: float | None
    window: Window | None
    report: Report = field(repr=False)


def write(
    frame: RaceFrame,
    path: Path,
    *,
    size: tuple[int, int] | None = None,
    moment: float | None = None,
    window: Window | None = None,
    report: Report | None = None,
) -> None:
    """Write the race to ``path``: .png, .svg, .gif, .mp4, .csv or .json (its link).

    ``size`` in pixels, by default 1200 × 760 for pictures and 960 × 608 for films. Pictures show the race at
    ``moment`` of its clock (the end by default), films up to the end; both show ``window``, by default that of the
    surface. ``report(text, fraction)`` is told of the progress of films, and ends them by raising; the file then
    is as it was before. Costs 0.4 s for a picture, 7 s for a film. Raises ``UserError`` for other endings, sizes
    that pictures cannot have, and where the file cannot be written.
    """
    kind = ending(path)
    chosen = size or (FILM_SIZE if kind in (".gif", ".mp4") else SIZE)
    check_size(chosen)
    if not path.absolute().parent.is_dir():
        raise UserError(f"the folder of '{path}' does not exist: create it first")
    try:
        with replacing(path) as part:
            _WRITERS[kind](_Wish(frame, chosen, moment, window, report or _silent), part)
    except OSError:
        raise UserError(f"'{path}' cannot be written: choose another folder or free some space") from None


def ending(path: Path) -> str:
    """The ending of a file that a race can be written to; raises ``UserError`` for any other."""
    kind = path.suffix.lower()
    if kind not in ENDINGS:
        raise UserError(f"a race is written to files that end with {', '.join(ENDINGS)}, not '{path.name}'")
    return kind


def check_size(size: tuple[int, int] | None) -> None:
    """Raise ``UserError`` for a size in pixels that pictures of races cannot have."""
    if size and not all(a <= side <= b for a, side, b in zip(LEAST_SIZE, size, MOST_SIZE, strict=True)):
        least, most = ("×".join(map(str, limits)) for limits in (LEAST_SIZE, MOST_SIZE))
        raise UserError(
            f"a picture of a race is between {least} and {most} pixels large; choose another size"
        )


def _silent(text: str, fraction: float | None = None) -> None:
    """Tell nobody."""


def _png(wish: _Wish, path: Path) -> None:
    picture = RacePicture(wish.frame, wish.size, wish.window)
    canvas = Canvas(wish.size, picture.scale, style.GROUND, 3 if wish.size[0] * wish.size[1] < 4e6 else 2)
    canvas.draw(picture.scene(wish.moment).shapes)
    canvas.picture().save(path, format="PNG", optimize=False)


def _svg(wish: _Wish, path: Path) -> None:
    scene = RacePicture(wish.frame, wish.size, wish.window).scene(wish.moment)
    title = f"Optimizers race: {wish.frame.race.surface.title or wish.frame.race.surface.formula}"
    path.write_text(to_svg(scene, wish.size, title), encoding="utf-8", newline="\n")


def _gif(wish: _Wish, path: Path) -> None:
    film(wish.frame, path, ".gif", wish.size, wish.window, wish.report)


def _mp4(wish: _Wish, path: Path) -> None:
    film(wish.frame, path, ".mp4", wish.size, wish.window, wish.report)


def _csv(wish: _Wish, path: Path) -> None:
    write_csv(wish.frame, path)


def _json(wish: _Wish, path: Path) -> None:
    path.write_text(to_text(wish.frame.race), encoding="utf-8", newline="\n")


_WRITERS: dict[str, Callable[[_Wish, Path], None]] = {
    ".png": _png,
    ".svg": _svg,
    ".gif": _gif,
    ".mp4": _mp4,
    ".csv": _csv,
    ".json": _json,
}
