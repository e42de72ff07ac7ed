"""What is being waited for: old content stays, an accent bar after 0.3 s, words and Cancel after 1 s."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from visualizer.ui.session import Session
from visualizer.ui.widgets.panel import Dock

TOPICS = {
    "network": "Opening the network",
    "input": "Reading the picture",
    "inspect": "Looking",
    "folder": "Reading the folder",
    "save": "Saving the network",
    "data": "Opening the data set",
    "save race": "Writing the race",
    "surface": "Looking for minima",
}
_DOCKS = {
    "network": ("network", "stack"),
    "input": ("input",),
    "folder": ("input",),
    "inspect": ("activations", "units", "prediction"),
    "save": (),
    "data": ("run", "dataset"),
    "save race": (),
    "surface": ("landscape",),
}
_BAR_AFTER, _WORDS_AFTER = 300, 1000  # ms


class WaitingBar(QObject):
    """Shows the accent bars of the docks that wait, and in the status bar what is going on and how far it is."""

    def __init__(self, session: Session, docks: Mapping[str, Dock], parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._docks = session, docks
        self._waiting: dict[str, str] = {}
        self._bars = QTimer(self, singleShot=True, interval=_BAR_AFTER)
        self._words = QTimer(self, singleShot=True, interval=_WORDS_AFTER)
        self._bars.timeout.connect(self._show_bars)
        self._words.timeout.connect(self._show_words)
        self._panel = _Panel(parent)
        self._panel.cancel.clicked.connect(self.cancel)
        session.waiting_changed.connect(self._note)
        session.progressed.connect(self._tell)

    def cancel(self) -> None:
        """Want none of the pending answers any more; what is open stays."""
        for topic in list(self._waiting):
            if topic == "data":
                self._session.training.data.cancel()
            else:
                self._session.cancel(topic)
            self._session.noticed.emit("info", f"{TOPICS[topic]}: cancelled. What was open stays open.")

    def _note(self, topic: str, waiting: bool) -> None:
        if topic not in TOPICS:
            return
        if waiting:
            if not self._waiting:
                self._bars.start()
                self._words.start()
            self._waiting[topic] = TOPICS[topic]
        else:
            self._waiting.pop(topic, None)
            for key in _DOCKS[topic]:
                self._docks[key].set_loading(False)
        if not self._waiting:
            self._bars.stop()
            self._words.stop()
            self._panel.hide()

    def _tell(self, topic: str, text: str, fraction: float | None) -> None:
        if topic in self._waiting:
            self._waiting[topic] = text
            self._panel.show_progress(text, fraction)

    def _show_bars(self) -> None:
        for topic in self._waiting:
            for key in _DOCKS[topic]:
                self._docks[key].set_loading(True)

    def _show_words(self) -> None:
        if self._waiting:
            self._panel.show_progress(f"{next(iter(self._waiting.values()))} …", None)
            self._panel.place()


class _Panel(QWidget):
    """A small panel in the middle of the lower edge: what goes on, how far, Cancel."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, objectName="untitledPanel")
        self._place = parent
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(self)
        row.setContentsMargins(11, 8, 11, 8)
        row.setSpacing(11)
        self._text = QLabel()
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedWidth(160)
        self.cancel = QPushButton("Cancel", toolTip="Ctrl+.")
        row.addWidget(self._text, 1)
        row.addWidget(self._bar)
        row.addWidget(self.cancel)
        self.hide()

    def show_progress(self, text: str, fraction: float | None) -> None:
        self._text.setText(text)
        self._bar.setRange(0, 0 if fraction is None else 1000)
        if fraction is not None:
            self._bar.setValue(round(1000 * fraction))
        if self.isVisible():
            self.place()

    def place(self) -> None:
        parent = self._place
        self.adjustSize()
        self.move((parent.width() - self.width()) // 2, parent.height() - self.height() - 84)
        self.show()
        self.raise_()
