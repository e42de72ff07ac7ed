"""The workspaces: which docks each one shows, and where they stand, as the user has left them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from PySide6.QtCore import QByteArray, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QMainWindow, QTabBar

from visualizer.ui import layout, settings
from visualizer.ui.layout import Docks, Maximiser
from visualizer.ui.settings import Settings
from visualizer.ui.widgets.panel import Dock


@dataclass(frozen=True, slots=True)
class Workspace:
    """One row: the docks that it shows, which of them F11 maximises and how they are arranged at first.

    ``timeline`` is the bar at the bottom, which stays when another one is maximised.
    """

    key: str
    title: str
    icon: str
    shortcuts: tuple[str, ...]
    help: str
    docks: tuple[str, ...]
    main: str
    arrange: Callable[[QMainWindow, Docks, bool], None] = field(repr=False)
    timeline: str = "timeline"


WORKSPACES: tuple[Workspace, ...] = (
    Workspace(
        "inspect",
        "Inspect",
        "inspect",
        ("Ctrl+1",),
        "See what the layers and units of a network respond to",
        ("network", "activations", "rotation", "units", "unit", "input", "prediction", "timeline"),
        "activations",
        layout.arrange_inspect,
    ),
    Workspace(
        "rotate",
        "Rotate",
        "rotate",
        ("Ctrl+5",),
        "Turn the input, and see what networks make of it",
        (
            "network",
            "rotation",
            "rotationStudy",
            "equivariance",
            "activations",
            "unit",
            "input",
            "prediction",
            "timeline",
        ),
        "rotation",
        layout.arrange_rotate,
    ),
    Workspace(
        "train",
        "Train",
        "train",
        ("Ctrl+2",),
        "Let the network learn, and watch it",
        (
            "run",
            "loss",
            "accuracy",
            "weights",
            "activations",
            "statistics",
            "confusion",
            "mistakes",
            "dataset",
            "input",
            "prediction",
            "timeline",
        ),
        "weights",
        layout.arrange_train,
    ),
    Workspace(
        "race",
        "Race",
        "race",
        ("Ctrl+3",),
        "Let optimizers race over a surface",
        (
            "surface",
            "landscape",
            "basins",
            "relief",
            "raceCurves",
            "profile",
            "racers",
            "racer",
            "raceFigures",
            "anatomy",
            "sweep",
            "raceTimeline",
        ),
        "landscape",
        layout.arrange_race,
        timeline="raceTimeline",
    ),
    Workspace(
        "build",
        "Build",
        "build",
        ("Ctrl+4", "Ctrl+B"),
        "Put a network together from layers",
        ("palette", "stack", "checks", "summary", "diagram", "timeline"),
        "stack",
        layout.arrange_build,
    ),
)
BY_KEY: Mapping[str, Workspace] = {row.key: row for row in WORKSPACES}

_WIDE, _NARROW, _OWN = "wide", "narrow", "own"  # what arranged the docks; _OWN: the user


@dataclass(slots=True)
class _Left:
    """How a workspace was left: the state of the docks, and what arranged them."""

    state: bytes = b""
    arrangement: str = ""


class Workspaces(QObject):
    """Shows one workspace at a time.

    Emits ``changed(Workspace)`` when another one is there, and ``arranged`` whenever docks got their places from here.
    """

    changed = Signal(object)
    arranged = Signal()

    def __init__(self, window: QMainWindow, docks: Mapping[str, Dock]) -> None:
        super().__init__(window)
        self.current = WORKSPACES[0]
        self._window, self._docks = window, docks
        self._left = {row.key: _Left() for row in WORKSPACES}
        self._arranging = False
        self._maximiser = Maximiser(window)
        # Later, never inside a resize event: docks that move while Qt lays them out crash it.
        self._rearrange = QTimer(self, singleShot=True, interval=0)
        self._rearrange.timeout.connect(self._follow_width)
        for dock in docks.values():
            dock.dockLocationChanged.connect(self._note_arrangement)
            dock.topLevelChanged.connect(self._note_arrangement)
            dock.dismissed.connect(self._note_arrangement)
            dock.toggleViewAction().triggered.connect(self._note_arrangement)

    @property
    def docks(self) -> dict[str, Dock]:
        """The docks of the workspace that is shown."""
        return {key: self._docks[key] for key in self.current.docks}

    def show(self, key: str) -> None:
        """Show a workspace, as it was left."""
        if key == self.current.key:
            return
        self._leave()
        self.current = BY_KEY[key]
        self._enter()

    def reset(self) -> None:
        """Put every dock of the workspace at its first place, shown and docked."""
        with self._arranges():
            self._maximiser.restore()
            self._arrange()

    def check_width(self) -> None:
        """The window has another size: arrange the docks anew if the width asks for it, unless the user has."""
        if self._left[self.current.key].arrangement not in ("", _OWN, self._width()):
            self._rearrange.start()

    def toggle_maximised(self) -> None:
        """Give the main dock of the workspace the whole window, or everything its place back."""
        with self._arranges():
            if self._maximiser.active:
                self._maximiser.restore()
            else:
                self._maximiser.maximise(self.docks, self.current.main, self.current.timeline)

    def restore_maximised(self) -> None:
        """Give everything its place back."""
        with self._arranges():
            self._maximiser.restore()

    def restore(self, store: Settings) -> None:
        """Show the workspace of the last time, every workspace as it was left then."""
        for key, left in self._left.items():
            left.state = store.get(settings.layout_of(key))
            left.arrangement = store.get(settings.arrangement_of(key))
        self.current = BY_KEY.get(store.get(settings.WORKSPACE), WORKSPACES[0])
        self._enter()

    def save(self, store: Settings) -> None:
        """Remember all that ``restore`` needs."""
        self._leave()
        for key, left in self._left.items():
            store.set(settings.layout_of(key), left.state)
            store.set(settings.arrangement_of(key), left.arrangement)
        store.set(settings.WORKSPACE, self.current.key)

    # --- within ----------------------------------------------------------------------------------

    def _leave(self) -> None:
        self.restore_maximised()
        self._left[self.current.key].state = bytes(self._window.saveState(layout.VERSION).data())

    def _enter(self) -> None:
        left = self._left[self.current.key]
        with self._arranges():
            for key, dock in self._docks.items():
                if key not in self.current.docks:
                    dock.hide()  # first: what is removed while it can be seen is saved, and restored, as visible
                    self._window.removeDockWidget(dock)
            # Another version, or junk: restoreState() returns False and changes nothing.
            as_left = left.arrangement in (_OWN, self._width()) and self._window.restoreState(
                QByteArray(left.state), layout.VERSION
            )
            if not as_left:
                self._arrange()
            self._hide_old_tabs()
        self.changed.emit(self.current)

    def _arrange(self) -> None:
        for dock in self.docks.values():
            dock.setFloating(False)
            self._window.removeDockWidget(dock)
        self.current.arrange(self._window, self.docks, self._width() == _WIDE)
        self._left[self.current.key].arrangement = self._width()

    def _hide_old_tabs(self) -> None:
        """Qt deletes the tabs of docks that are gone later, and would paint them once more."""
        titles = {dock.windowTitle() for dock in self.docks.values()}
        for bar in self._window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if any(bar.tabText(index) not in titles for index in range(bar.count())):
                bar.hide()

    def _width(self) -> str:
        return _WIDE if self._window.width() >= layout.NARROW else _NARROW

    def _follow_width(self) -> None:
        if self._left[self.current.key].arrangement not in ("", _OWN, self._width()):
            self.reset()

    def _note_arrangement(self) -> None:
        """The user has moved, floated or closed a dock: from now on the arrangement is theirs."""
        if not self._arranging:
            self._left[self.current.key].arrangement = _OWN

    @contextmanager
    def _arranges(self) -> Iterator[None]:
        """It is not the user who moves docks now, and nothing is painted before all are in their places."""
        if self._arranging:
            yield
            return
        self._arranging = True
        self._window.setUpdatesEnabled(False)
        try:
            yield
        finally:
            self._window.setUpdatesEnabled(True)
            self._arranging = False
            self.arranged.emit()
