"""Save playback: the moments of the run as a film of one panel, or of the whole window."""

from __future__ import annotations

import queue
from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QFileDialog, QProgressBar, QProgressDialog, QWidget

from visualizer.atomic import replacing
from visualizer.rendering.film import FORMATS, Pixels, write_film
from visualizer.streaming.mailbox import Mailbox
from visualizer.streaming.prober import Cancelled
from visualizer.streaming.runner import Finished, Runner
from visualizer.ui import settings
from visualizer.ui.numbers import integer
from visualizer.ui.theme import SMALL_SIZE, font
from visualizer.ui.training_state import PLAYBACK, TrainingState
from visualizer.ui.widgets.panel import PADDING, Panel

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow

RATE = 15  # frames a second
MOST = 600  # frames of one film
CAPTION = 24  # px above the picture of a panel
_AHEAD = 4  # frames that may wait for the thread that writes
_LOOK = 20  # ms between two looks whether the encoder has room
_TOPIC = "film"
_LAST, _CANCELLED = "last", "cancelled"  # in place of a frame


class Recording(QObject):
    """Visits one moment after the other, takes a picture when all panels show it, and writes them in a thread.

    Offers itself in the menus of the panels while there are moments to be played.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._training = window, window.session.training
        self._panels = [dock.panel for dock in window.docks.values()]
        self._widget: QWidget = window
        self._steps: list[int] = []  # still to be visited, the next one last
        self._count = 0
        self._frames: queue.Queue[Pixels | str] = queue.Queue()
        self._is_ready = False  # the moment is shown, and no picture of it taken
        self._runner: Runner | None = None
        self._mailbox = Mailbox()
        self._path = Path()
        self._came_from: int | None = None  # the moment that was visited before
        self._progress: QProgressDialog | None = None
        self._timer = QTimer(self, interval=_LOOK)
        self._timer.timeout.connect(self._look)
        for panel in self._panels:
            panel.playback_requested.connect(partial(self.ask, panel))
        self._training.changed.connect(self._offer)
        self._training.moments.arrived.connect(self._arrived)
        window.closing.connect(self.cancel)

    @property
    def is_on(self) -> bool:
        """Whether a film is being made."""
        return self._runner is not None

    def ask_for_window(self) -> None:
        """Ask where to save a film of the whole window."""
        self.ask(self._window)

    def ask(self, widget: QWidget) -> None:
        """Ask where to save a film of ``widget``, and in which format; then make it."""
        if self.is_on:
            return
        if len(self._training.moments.recorded) < 2:
            sentence = "Nothing was recorded yet that could be played. Press play in the Timeline."
            self._window.session.noticed.emit("info", sentence)
            return
        title = widget.title if isinstance(widget, Panel) else self._training.state.name
        folder = self._window.settings.get(settings.SAVE_FOLDER) or str(Path.home())
        dialog = QFileDialog(self._window, "Save playback", folder, "MP4 (*.mp4);;GIF (*.gif)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("mp4")
        dialog.filterSelected.connect(lambda text: dialog.setDefaultSuffix("gif" if "gif" in text else "mp4"))
        dialog.selectFile(f"{title.lower()} playback.mp4")
        dialog.fileSelected.connect(lambda chosen: self.start(widget, Path(chosen)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def start(self, widget: QWidget, path: Path) -> None:
        """Make a film of ``widget`` at ``path``, at the speed of the playback."""
        if path.suffix.lower() not in FORMATS:
            self._window.session.noticed.emit(
                "error",
                f"A film is saved as .mp4 or .gif, not as '{path.suffix}'; choose one of these endings.",
            )
            return
        self._window.settings.set(settings.SAVE_FOLDER, str(path.parent))
        state, recorded = self._training.state, self._training.moments.recorded
        count = min(len(recorded), MOST, max(2, round(PLAYBACK / state.speed * RATE)))
        places = np.linspace(0, len(recorded) - 1, count).round().astype(np.intp)
        self._steps = [int(step) for step in recorded[places][::-1]]
        self._count, self._widget, self._path = count, widget, path
        self._came_from = state.visited
        self._frames, self._mailbox = queue.Queue(), Mailbox()
        self._runner = Runner(_writing(path, self._frames), self._mailbox, _TOPIC)
        self._runner.start()
        self._show_progress()
        self._training.playback.hold()
        self._timer.start()
        self._visit_next()

    def cancel(self) -> None:
        """Write nothing, and show what was shown before."""
        if self._runner is not None:
            self._frames.put(_CANCELLED)
            self._runner.stop(0.5)  # a frame takes milliseconds
            self._end()

    # --- one frame after the other ---------------------------------------------------------------

    def _visit_next(self) -> None:
        self._is_ready = False
        self._training.moments.visit(self._steps.pop())

    def _arrived(self, _: int) -> None:
        if self.is_on:
            # Behind the other receivers of what has just arrived.
            QTimer.singleShot(0, self, self._be_ready)

    def _be_ready(self) -> None:
        self._is_ready = self.is_on
        self._take()

    def _take(self) -> None:
        """Hand the picture of the moment to the thread, if that has room, and go on to the next one."""
        if not self._is_ready or self._frames.qsize() >= _AHEAD:
            return
        self._is_ready = False
        self._frames.put(picture_of(self._widget, self._caption()))
        if self._progress is not None:
            self._progress.setValue(self._count - len(self._steps))
        if self._steps:
            self._visit_next()
        else:
            self._frames.put(_LAST)

    def _caption(self) -> str:
        """What a panel alone does not say; the window says it in the Timeline."""
        widget, state = self._widget, self._training.state
        if not isinstance(widget, Panel):
            return ""
        return f"{state.name}  ·  {widget.title}  ·  step {integer(state.step)}, epoch {state.epoch:.2f}"

    def _look(self) -> None:
        for _, message in self._mailbox.take():
            if isinstance(message, Finished):
                self._finish(message)
                return
        self._take()

    def _finish(self, finished: Finished) -> None:
        session = self._window.session
        self._end()
        if isinstance(finished.error, OSError | ValueError):
            session.noticed.emit(
                "error", f"'{self._path.name}' could not be written; check the folder and the free space."
            )
        elif finished.error is not None:
            session.crashed.emit(finished.traceback_text)
        elif not finished.stopped:
            session.noticed.emit("info", f"Saved as {self._path.name}: {self._count} moments.")

    def _end(self) -> None:
        self._timer.stop()
        self._runner = None
        self._steps = []
        progress, self._progress = self._progress, None
        if progress is not None:
            progress.close()
            progress.deleteLater()
        if self._came_from is None:
            self._training.go_live()
        else:
            self._training.visit(self._came_from)

    def _show_progress(self) -> None:
        progress = QProgressDialog("Saving the playback …", "Cancel", 0, self._count, self._window)
        progress.setWindowTitle("Save playback")
        progress.setBar(QProgressBar(progress, textVisible=False))  # a thin line: no room for a figure
        progress.setWindowModality(Qt.WindowModality.WindowModal)
        progress.setMinimumDuration(0)
        progress.setAutoClose(False)
        progress.setAutoReset(False)
        progress.canceled.connect(self.cancel)
        progress.setValue(0)
        self._progress = progress

    def _offer(self, state: TrainingState) -> None:
        there_is = state.frame is not None and len(state.frame.recorded) > 1
        for panel in self._panels:
            panel.can_play_back = there_is


def picture_of(widget: QWidget, caption: str = "") -> Pixels:
    """What a widget shows, (H, W, 3) uint8 in the pixels of the screen, below a line for the ``caption`` if any."""
    pixmap = widget.grab()
    image = (_captioned(pixmap, caption) if caption else pixmap).toImage()
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def _captioned(pixmap: QPixmap, caption: str) -> QPixmap:
    ratio, palette = pixmap.devicePixelRatio(), QGuiApplication.palette()
    made = QPixmap(pixmap.width(), pixmap.height() + round(CAPTION * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(palette.color(QPalette.ColorRole.Window))
    with QPainter(made) as painter:
        painter.drawPixmap(QPointF(0, CAPTION), pixmap)
        painter.setFont(font(SMALL_SIZE))
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        room = QRectF(PADDING, 0, pixmap.width() / ratio - 2 * PADDING, CAPTION)
        # The start gives way where the room is short: the step is what counts.
        text = painter.fontMetrics().elidedText(caption, Qt.TextElideMode.ElideLeft, int(room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    return made


def _writing(path: Path, frames: queue.Queue[Pixels | str]) -> Generator[None]:
    """Write what comes through the queue up to the last one; the file appears when it is whole."""
    with replacing(path) as part:
        write_film(part, path.suffix.lower(), _taken(frames), RATE)
    yield


def _taken(frames: queue.Queue[Pixels | str]) -> Iterator[Pixels]:
    """The frames; raises ``Cancelled`` where they are not wanted any more."""
    while not isinstance(frame := frames.get(), str):
        yield frame
    if frame == _CANCELLED:
        raise Cancelled
