"""A race as a film: trails grow from frame to frame, evenly on the clock, and the end stays for a moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from visualizer.race.clock import length
from visualizer.race.export import style
from visualizer.race.export.picture import RacePicture
from visualizer.race.frames import RaceFrame
from visualizer.race.surface import Window
from visualizer.rendering.drawing.canvas import Canvas, Pixels
from visualizer.rendering.film import write_film

SIZE = (960, 608)
RATES = {".gif": 20, ".mp4": 25}  # frames a second
_LONGEST, _SHORTEST, _HOLD = 8.0, 3.0, 1.5  # seconds; between the two, a frame for each step
_SMOOTHING = 2

Report = Callable[..., None]
"""``report(text, fraction)``; what it raises ends the work."""


def film(
    frame: RaceFrame, path: Path, kind: str, size: tuple[int, int], window: Window | None, report: Report
) -> None:
    """Write the race as ``kind`` (".gif", ".mp4"). Costs 30 ms a frame of 960 × 608, less than it lasts."""
    reel = _Reel(frame, size, window, RATES[kind])
    palette = reel.last() if kind == ".gif" else None
    write_film(path, kind, reel.frames(report), RATES[kind], palette)


class _Reel:
    """The frames of a film: what stands still is drawn once, and of trails only what is new."""

    def __init__(self, frame: RaceFrame, size: tuple[int, int], window: Window | None, rate: int) -> None:
        self._picture, self._size = RacePicture(frame, size, window), size
        count = round(rate * min(_LONGEST, max(_SHORTEST, frame.race.steps / rate)))
        self._moments = np.linspace(0.0, length(frame), count + 1).tolist()
        self._hold = round(rate * _HOLD)

    def last(self) -> Pixels:
        """The last frame."""
        scene = self._picture.scene()
        canvas = self._canvas()
        canvas.draw(scene.shapes)
        return canvas.pixels()

    def frames(self, report: Report) -> Iterator[Pixels]:
        """All frames, one by one."""
        canvas = self._canvas()
        canvas.draw(self._picture.ground())
        drawn = self._picture.rows(0.0)
        pixels = None
        for index, moment in enumerate(self._moments):
            report("Drawing the film", index / len(self._moments))
            rows = self._picture.rows(moment)
            canvas.draw(self._picture.added(drawn, rows))
            shot = canvas.copy()
            shot.draw(self._picture.moving(moment, rows))
            drawn, pixels = rows, shot.pixels()
            yield pixels
        for _ in range(self._hold):
            assert pixels is not None
            yield pixels

    def _canvas(self) -> Canvas:
        return Canvas(self._size, self._picture.scale, style.GROUND, _SMOOTHING)
