"""The tour: drives the real window through its states and saves a picture of each.

What a person would do by hand happens through the same events; nothing on the pictures is staged.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch  # noqa: F401 - before Qt
from PySide6.QtCore import QEventLoop, QMimeData, QPointF, QSize, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from visualizer.atomic import replacing
from visualizer.errors import UserError
from visualizer.networks import editing
from visualizer.networks.layers.kinds import Value
from visualizer.networks.spec import walk
from visualizer.ui.application import make_application
from visualizer.ui.gallery import bundled_pictures
from visualizer.ui.main_window import MainWindow
from visualizer.ui.session import Session
from visualizer.ui.settings import Settings, temporary_configuration

_PATIENCE = 60.0  # s for one stop, on the slowest machine


@dataclass(frozen=True, slots=True)
class Stop:
    """One picture: its name, what is done before it is taken, and which widget is shown (the window, or a dialog)."""

    name: str
    go: Callable[[MainWindow], QWidget | None]


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


def settle(window: MainWindow, patience: float = _PATIENCE) -> bool:
    """Run the event loop until every answer has come and is painted; False if that takes too long."""
    end = time.monotonic() + patience
    while True:  # a real loop, once at least: what Qt deletes later stays on the screen without it
        loop = QEventLoop()
        QTimer.singleShot(5, loop.quit)
        loop.exec()
        if not window.session.waiting or time.monotonic() > end:
            break
    QApplication.processEvents()
    return not window.session.waiting


def drop(window: QWidget, paths: list[Path]) -> None:
    """Drop files on the middle of the window, by the events that Qt sends for a real drop."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    middle = QPointF(window.rect().center())
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(middle.toPoint(), Qt.DropAction.CopyAction, mime, buttons, keys)
    QApplication.sendEvent(window, enter)
    QApplication.sendEvent(window, QDropEvent(middle, Qt.DropAction.CopyAction, mime, buttons, keys))


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
        errors.append(f"{stop.name}: no answer within {_PATIENCE:.0f} s")
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


# --- the stops -----------------------------------------------------------------------------------


def _first_start(window: MainWindow) -> None:
    window.notices.clear()


def _deeper(window: MainWindow) -> None:
    for _ in range(8):
        window.actions_by_id["layer_down"].trigger()


def _by_strength(window: MainWindow) -> None:
    window.activations.choose(map="viridis", limits="unit", order="strength")


def _classifier(window: MainWindow) -> None:
    window.activations.choose(map="grey", limits="layer", order="index")
    assert window.session.opened is not None
    window.session.select_layer(len(window.session.opened.anatomy.layers) - 1)


def _light(window: MainWindow) -> None:
    window.session.select_layer(2)
    window.actions_by_id["theme"].trigger()


def _other_theme(window: MainWindow) -> None:
    window.actions_by_id["theme"].trigger()


def _maximised(window: MainWindow) -> None:
    window.actions_by_id["theme"].trigger()
    window.actions_by_id["maximise"].trigger()


def _mistake(window: MainWindow) -> None:
    window.actions_by_id["restore"].trigger()
    drop(window, [Path(__file__)])


def _open_network(window: MainWindow) -> QWidget | None:
    window.notices.clear()
    window.actions_by_id["open_network"].trigger()
    return window.opening.dialog


def _keys(window: MainWindow) -> QWidget | None:
    window.actions_by_id["shortcuts"].trigger()
    return window.findChild(QWidget, "keys")


def _build(window: MainWindow) -> None:
    """Three convolutions for the shapes, with a window that does not come out even and one output too many."""
    window.notices.clear()
    window.building.new_network()
    editor = window.editor
    editor.set_name("three-convs")
    editor.set_input((3, 56, 56))
    window.building.set_classes("shapes")
    for kind, name, values in _THREE_CONVS:
        editor.add(kind)
        added = editor.selected[0]
        for field, value in values.items():
            editor.set_value(added, field, value)
        if name:
            editor.rename(added, name)
    editor.add("residual_block", editing.place_after(editor.spec, _named(window, "pool1")))
    editor.select((_named(window, "pool3"),))


_THREE_CONVS: tuple[tuple[str, str, dict[str, Value]], ...] = (
    ("conv", "", {"out_channels": 32, "padding": 1}),
    ("batch_norm", "", {}),
    ("relu", "", {}),
    ("max_pool", "pool1", {}),
    ("conv", "", {"out_channels": 64, "padding": 1}),
    ("relu", "", {}),
    ("max_pool", "pool2", {}),
    ("conv", "", {"out_channels": 128, "stride": 2, "padding": 1}),
    ("relu", "", {}),
    ("average_pool", "pool3", {"kernel_size": 3, "stride": 3}),
    ("flatten", "flatten", {}),
    ("linear", "fc", {"out_features": 10}),
)


def _named(window: MainWindow, name: str) -> int:
    return next(row.identity for _, row in walk(window.editor.spec.layers) if row.name == name)


def _created(window: MainWindow) -> None:
    window.actions_by_id["theme"].trigger()
    window.editor.set_value(_named(window, "fc"), "out_features", 9)
    window.editor.create()


def _inspect_created(window: MainWindow) -> None:
    window.notices.clear()
    window.actions_by_id["inspect"].trigger()


STOPS: tuple[Stop, ...] = (
    Stop("inspect", _first_start),
    Stop("inspect-deeper", _deeper),
    Stop("inspect-by-strength", _by_strength),
    Stop("inspect-classifier", _classifier),
    Stop("inspect-other-theme", _light),
    Stop("inspect-maximised", _maximised),
    Stop("notice", _mistake),
    Stop("open-network", _open_network),
    Stop("keys", _keys),
    Stop("build", _build),
    Stop("build-other-theme", _other_theme),
    Stop("build-created", _created),
    Stop("inspect-created", _inspect_created),
)
