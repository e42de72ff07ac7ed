"""The tour: drives the real window through its states and saves a picture of each.

What a person would do by hand happens through the same events; nothing on the pictures is staged.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import torch  # noqa: F401 - before Qt
from PySide6.QtCore import QSize

from visualizer.atomic import replacing
from visualizer.errors import UserError
from visualizer.ui.application import make_application
from visualizer.ui.driving import PATIENCE, drop, settle, wait
from visualizer.ui.gallery import bundled_pictures
from visualizer.ui.main_window import MainWindow
from visualizer.ui.session import Session
from visualizer.ui.settings import Settings, temporary_configuration
from visualizer.ui.tour_stops import STOPS, Stop

_SETTLED_AFTER = 0.15  # s: tables of numbers that change often are renewed a few times a second


def run_tour(out: Path, size: tuple[int, int], theme: str = "dark") -> int:
    """Draw the tour into ``out``: one PNG a stop, and ``tour.json``. Returns the exit status."""
    _make_folder(out)
    application = make_application()
    errors: list[str] = []
    with temporary_configuration():
        started = time.perf_counter()
        window = MainWindow(Session(), Settings())
        window.session.crashed.connect(errors.append)
        window.set_theme(theme)  # type: ignore[arg-type]
        window.resize(QSize(*size))
        window.reset_layout()
        window.show()
        window.opening.open_command_line([])
        settle(window)
        window_seconds = time.perf_counter() - started
        first, *others = STOPS
        stops = [_take(window, first, out, errors)]
        drop_ms = _timed_drop(window)
        stops += [_take(window, stop, out, errors) for stop in others]
        window.unsaved.forget()  # what the tour has trained is not worth a question
        window.close()
        window.deleteLater()
        application.processEvents()
    record = {
        "stops": stops,
        "window_seconds": round(window_seconds, 3),
        "drop_to_maps_ms": round(drop_ms, 1),
        "errors": errors,
    }
    with replacing(out / "tour.json") as part:
        part.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return 1 if errors else 0


def _timed_drop(window: MainWindow) -> float:
    """Milliseconds from a drop to the last visible panel painted."""
    painted: list[float] = []

    def note(_: object) -> None:
        window.repaint()
        window.activations.tiles.viewport().repaint()
        painted.append(time.perf_counter())

    window.session.unit_changed.connect(note)
    start = time.perf_counter()
    drop(window, [bundled_pictures()[-1]])
    settle(window)
    window.session.unit_changed.disconnect(note)
    return 1000 * (painted[-1] - start) if painted else float("nan")


def _take(window: MainWindow, stop: Stop, out: Path, errors: list[str]) -> dict[str, str]:
    shown = stop.go(window) or window
    if not settle(window):
        errors.append(f"{stop.name}: no answer within {PATIENCE:.0f} s")
    wait(lambda: False, _SETTLED_AFTER)
    path = out / f"{stop.name}.png"
    if not shown.grab().save(str(path)):
        raise UserError(f"{path} could not be written; check the folder and the room on the disk.")
    print(path, file=sys.stderr)
    if shown is not window:
        shown.close()
    return {"name": stop.name, "png": path.name}


def _make_folder(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f"The folder {out} could not be made: {error.strerror}.") from error
