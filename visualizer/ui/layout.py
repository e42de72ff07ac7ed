"""Where the docks of a workspace stand at first, in wide and in narrow windows, and maximising one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow

VERSION = 4
"""Raised when docks are added or renamed: an older saved layout is then left alone."""

NARROW = 1240  # px; a narrower window has room for fewer columns
_HORIZONTAL, _VERTICAL = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
_SUMMARY, _CHECKS, _NARROW_CHECKS = 216, 124, 140  # px
_ABOVE_AND_BELOW = 150  # px: menus, toolbar, Timeline, gaps
_CURVES, _PICTURES, _TABLES = 216, 268, 292  # parts of the height in the Train workspace
_RACERS = (42, 22, 36)  # hundredths of the height: racers, the selected one, its steps

Docks = Mapping[str, QDockWidget]


def arrange_inspect(window: QMainWindow, docks: Docks, wide: bool) -> None:
    """Layers, maps above the chart of units, the unit, the input above the prediction."""
    network, activations, units = docks["network"], docks["activations"], docks["units"]
    unit, shown, prediction = docks["unit"], docks["input"], docks["prediction"]
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, network)
    window.splitDockWidget(network, activations, _HORIZONTAL)
    if wide:
        window.splitDockWidget(activations, unit, _HORIZONTAL)
        window.splitDockWidget(unit, shown, _HORIZONTAL)
    else:
        window.splitDockWidget(activations, shown, _HORIZONTAL)
    window.splitDockWidget(activations, units, _VERTICAL)
    window.splitDockWidget(shown, prediction, _VERTICAL)
    window.tabifyDockWidget(activations, docks["rotation"])
    if not wide:
        window.tabifyDockWidget(shown, unit)
    _add_timeline(window, docks)
    for dock in (activations, shown):
        dock.raise_()
    if wide:
        _set_widths(window, (network, activations, unit, shown), (304, 0, 308, 280))
    else:
        _set_widths(window, (network, activations, shown), (256, 0, 264))
    height = _height(window)
    window.resizeDocks([activations, units], [height * 3 // 4, height // 4], _VERTICAL)
    window.resizeDocks([shown, prediction], [height * 3 // 5, height * 2 // 5], _VERTICAL)


def arrange_rotate(window: QMainWindow, docks: Docks, wide: bool) -> None:
    """Layers; the curves above networks over a data set and the maps that turn; the input above the prediction."""
    network, rotation, study = docks["network"], docks["rotation"], docks["rotationStudy"]
    activations, shown, prediction = docks["activations"], docks["input"], docks["prediction"]
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, network if wide else rotation)
    if wide:
        window.splitDockWidget(network, rotation, _HORIZONTAL)
    window.splitDockWidget(rotation, shown, _HORIZONTAL)
    window.splitDockWidget(rotation, study, _VERTICAL)
    window.splitDockWidget(study, activations, _HORIZONTAL)
    window.splitDockWidget(shown, prediction, _VERTICAL)
    if not wide:
        window.tabifyDockWidget(study, network)
    window.tabifyDockWidget(study, docks["equivariance"])
    window.tabifyDockWidget(activations, docks["unit"])
    _add_timeline(window, docks)
    for dock in (study, activations, shown):
        dock.raise_()
    if wide:
        _set_widths(window, (network, rotation, shown), (304, 0, 280))
        middle = max(480, window.width() - 304 - 280 - 20)
    else:
        _set_widths(window, (rotation, shown), (0, 264))
        middle = max(480, window.width() - 264 - 16)
    window.resizeDocks([study, activations], [middle * 53 // 100, middle * 47 // 100], _HORIZONTAL)
    height = _height(window)
    window.resizeDocks([rotation, study], [height * 46 // 100, height * 54 // 100], _VERTICAL)
    share = 62 if wide else 66  # so that there is room for the dial
    window.resizeDocks([shown, prediction], [height * share // 100, height * (100 - share) // 100], _VERTICAL)


def arrange_build(window: QMainWindow, docks: Docks, wide: bool) -> None:
    """Kinds of layers, the stack above the checks, the summary above the diagram.

    In a narrow window the stack takes the right side, because its rows are long.
    """
    palette, stack, checks = docks["palette"], docks["stack"], docks["checks"]
    summary, diagram = docks["summary"], docks["diagram"]
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, palette)
    window.splitDockWidget(palette, stack, _HORIZONTAL)
    if wide:
        window.splitDockWidget(stack, summary, _HORIZONTAL)
        window.splitDockWidget(summary, diagram, _VERTICAL)
        window.splitDockWidget(stack, checks, _VERTICAL)
    else:
        window.splitDockWidget(stack, checks, _VERTICAL)
        window.splitDockWidget(checks, summary, _HORIZONTAL)
        window.tabifyDockWidget(palette, diagram)
    _add_timeline(window, docks)
    palette.raise_()
    height = _height(window)
    if wide:
        _set_widths(window, (palette, stack, summary), (232, 0, 320))
        window.resizeDocks([stack, checks], [height - _CHECKS, _CHECKS], _VERTICAL)
        window.resizeDocks([summary, diagram], [_SUMMARY, height - _SUMMARY], _VERTICAL)
    else:
        _set_widths(window, (palette, stack), (200, 0))
        _set_widths(window, (palette, checks, summary), (200, 0, 300))
        window.resizeDocks([stack, checks], [height - _NARROW_CHECKS, _NARROW_CHECKS], _VERTICAL)


def arrange_train(window: QMainWindow, docks: Docks, wide: bool) -> None:
    """The form at the left; curves above weights and maps above statistics and confusion; input and prediction."""
    run, loss, accuracy, weights = docks["run"], docks["loss"], docks["accuracy"], docks["weights"]
    activations, statistics, confusion = docks["activations"], docks["statistics"], docks["confusion"]
    shown, prediction = docks["input"], docks["prediction"]
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, run)
    window.splitDockWidget(run, loss, _HORIZONTAL)
    window.splitDockWidget(loss, shown, _HORIZONTAL)
    window.splitDockWidget(loss, weights, _VERTICAL)
    window.splitDockWidget(weights, statistics, _VERTICAL)
    window.splitDockWidget(shown, prediction, _VERTICAL)
    if wide:
        window.splitDockWidget(loss, accuracy, _HORIZONTAL)
        window.splitDockWidget(weights, activations, _HORIZONTAL)
        window.splitDockWidget(statistics, confusion, _HORIZONTAL)
    else:
        window.tabifyDockWidget(loss, accuracy)
        window.tabifyDockWidget(weights, activations)
        window.tabifyDockWidget(statistics, confusion)
    window.tabifyDockWidget(confusion, docks["mistakes"])
    window.tabifyDockWidget(confusion, docks["dataset"])
    _add_timeline(window, docks)
    for dock in (loss, weights, confusion if wide else statistics):
        dock.raise_()
    _set_widths(window, (run, loss, shown), (304, 0, 280) if wide else (264, 0, 248))
    height = _height(window)
    rows = [height * part // (_CURVES + _PICTURES + _TABLES) for part in (_CURVES, _PICTURES, _TABLES)]
    window.resizeDocks([loss, weights, statistics], rows, _VERTICAL)
    window.resizeDocks([shown, prediction], [height * 11 // 20, height * 9 // 20], _VERTICAL)
    if wide:
        middle = max(640, window.width() - 304 - 280 - 20)
        window.resizeDocks([loss, accuracy], [middle // 2, middle // 2], _HORIZONTAL)
        window.resizeDocks([weights, activations], [middle // 2, middle // 2], _HORIZONTAL)
        window.resizeDocks([statistics, confusion], [middle * 2 // 3, middle // 3], _HORIZONTAL)


def arrange_race(window: QMainWindow, docks: Docks, wide: bool) -> None:
    """Surfaces at the left; the landscape above the curves; the racers above the selected one and its steps."""
    surface, landscape, curves = docks["surface"], docks["landscape"], docks["raceCurves"]
    racers, racer, steps = docks["racers"], docks["racer"], docks["raceFigures"]
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, surface)
    window.splitDockWidget(surface, landscape, _HORIZONTAL)
    window.splitDockWidget(landscape, racers, _HORIZONTAL)
    window.splitDockWidget(landscape, curves, _VERTICAL)
    window.splitDockWidget(racers, racer, _VERTICAL)
    if wide:
        window.splitDockWidget(racer, steps, _VERTICAL)
    else:
        window.tabifyDockWidget(racer, steps)
    for key, place in (
        ("basins", landscape),
        ("relief", landscape),
        ("profile", curves),
        ("sweep", racer),
        ("anatomy", steps),
    ):
        window.tabifyDockWidget(place, docks[key])
    _add_timeline(window, docks, "raceTimeline")
    for dock in (landscape, curves, steps, racer):
        dock.raise_()
    _set_widths(window, (surface, landscape, racers), (248, 0, 456) if wide else (232, 0, 336))
    height = _height(window)
    window.resizeDocks([landscape, curves], [height * 16 // 25, height * 9 // 25], _VERTICAL)
    if wide:
        rows = [height * part // 100 for part in _RACERS]
        window.resizeDocks([racers, racer, steps], rows, _VERTICAL)
    else:
        window.resizeDocks([racers, racer], [height // 2, height // 2], _VERTICAL)


def _add_timeline(window: QMainWindow, docks: Docks, key: str = "timeline") -> None:
    window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, docks[key])
    for dock in docks.values():
        dock.show()


def _set_widths(window: QMainWindow, columns: Sequence[QDockWidget], widths: Sequence[int]) -> None:
    """Give columns widths in px; 0 is what remains. Qt distributes what is given in proportion."""
    remaining = max(320, window.width() - sum(widths) - 4 * len(widths) - 4)
    window.resizeDocks(list(columns), [width or remaining for width in widths], _HORIZONTAL)


def _height(window: QMainWindow) -> int:
    return max(400, window.height() - _ABOVE_AND_BELOW)


class Maximiser:
    """Gives one dock the whole window, and everything back afterwards."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._before: QByteArray | None = None

    @property
    def active(self) -> bool:
        return self._before is not None

    def maximise(self, docks: Docks, key: str, timeline: str) -> None:
        """Hide all of the docks but this one and the Timeline."""
        if self._before is not None:
            return
        self._before = self._window.saveState(VERSION)
        for name, dock in docks.items():
            if name not in (key, timeline):
                dock.hide()
        docks[key].show()

    def restore(self) -> None:
        if self._before is not None:
            self._window.restoreState(self._before, VERSION)
            self._before = None
