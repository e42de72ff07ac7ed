"""What the program says: a bar of sentences that stop nobody, and one report for what must not happen."""

from __future__ import annotations

import datetime
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

import visualizer
from visualizer.errors import as_sentence
from visualizer.ui.settings import configuration_folder
from visualizer.ui.text import plain
from visualizer.ui.theme import Colors, icon

_SHOWN = 3
_INFO_TIME = 6000  # ms; errors and warnings stay until they are closed
_OFFER_TIME = 15_000  # ms, of an info with a button: time to decide
_LOG_LIMIT = 1_000_000  # bytes


@dataclass(frozen=True, slots=True)
class Offer:
    """A button in a notice: what stands on it, and what pressing it does."""

    text: str
    choose: Callable[[], None] = field(repr=False)


class NoticeBar(QWidget):
    """The newest sentences, one line each, over the lower edge of the window; never takes the focus."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._place = parent
        self._colors: Colors | None = None
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(4)
        self.hide()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        for notice in self._notices():
            notice.set_colors(colors)

    def show_notice(self, kind: str, sentence: str, offer: Offer | None = None) -> None:
        """Show a sentence; ``kind`` is ``info``, ``warning`` or ``error``. The same sentence is shown once."""
        self.dismiss(sentence)
        notice = _Notice(kind, as_sentence(plain(sentence)), offer, self)
        if self._colors:
            notice.set_colors(self._colors)
        notice.closed.clicked.connect(self._remove_sender)
        if notice.offered is not None:
            notice.offered.clicked.connect(self._remove_sender)
        if kind == "info":
            notice.expiry.timeout.connect(self._remove_sender)
            notice.expiry.start(_OFFER_TIME if offer else _INFO_TIME)
        self._rows.addWidget(notice)
        notice.show()  # else the layout does not count it yet
        for old in self._notices()[:-_SHOWN]:
            self._remove(old)
        self.show()
        self.place()

    def sentences(self) -> list[str]:
        """What is shown now, oldest first."""
        return [notice.sentence for notice in self._notices()]

    def dismiss(self, sentence: str) -> None:
        """Take a sentence away if it is shown."""
        sentence = as_sentence(plain(sentence))
        for notice in self._notices():
            if notice.sentence == sentence:
                self._remove(notice)

    def clear(self) -> None:
        for notice in self._notices():
            self._remove(notice)

    def place(self) -> None:
        """Sit at the lower edge of the parent, over all panels; called when their places or its size change."""
        if not self._notices():
            return
        self.raise_()
        parent = self._place
        width = min(parent.width() - 32, 860)
        self.setFixedWidth(width)
        self._rows.invalidate()
        self._rows.activate()
        height = self._rows.totalHeightForWidth(width)
        self.setFixedHeight(height)
        self.move((parent.width() - width) // 2, parent.height() - height - 84)

    def _notices(self) -> list[_Notice]:
        return [child for child in self.children() if isinstance(child, _Notice) and not child.removed]

    def _remove(self, notice: _Notice) -> None:
        self._rows.removeWidget(notice)
        notice.removed = True
        notice.expiry.stop()
        notice.hide()
        notice.deleteLater()
        if self._notices():
            self.place()
        else:
            self.hide()

    def _remove_sender(self) -> None:
        notice = self.sender().parent() if self.sender() else None
        if isinstance(notice, _Notice):
            self._remove(notice)


class _Notice(QFrame):
    def __init__(self, kind: str, sentence: str, offer: Offer | None, parent: QWidget) -> None:
        super().__init__(parent, objectName="notice")
        self.kind, self.sentence = kind, sentence
        self.removed = False
        self.setProperty("kind", kind)
        row = QHBoxLayout(self)
        row.setContentsMargins(11, 6, 6, 6)
        row.setSpacing(8)
        self._mark = QLabel(accessibleName=kind)
        text = QLabel(sentence, wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.closed = QToolButton(toolTip="Close", accessibleName="Close this message", autoRaise=True)
        self.closed.setFixedSize(22, 22)
        self.expiry = QTimer(self, singleShot=True)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(text, 1)
        self.offered: QPushButton | None = None
        if offer is not None:
            choose = offer.choose
            self.offered = QPushButton(plain(offer.text), focusPolicy=Qt.FocusPolicy.NoFocus)
            self.offered.setProperty("role", "small")
            self.offered.clicked.connect(lambda: choose())
            row.addWidget(self.offered, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.closed, 0, Qt.AlignmentFlag.AlignTop)

    def set_colors(self, colors: Colors) -> None:
        color = {"error": colors.error, "warning": colors.warning}.get(self.kind, colors.accent)
        self._mark.setPixmap(icon(self.kind, color).pixmap(16, 16))
        self._mark.setContentsMargins(0, 3, 0, 0)
        self.closed.setIcon(icon("close", colors.muted))


def write_report(traceback_text: str) -> str:
    """Append an unknown error to the log file; returns the report with the versions that matter."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    about = (
        f"CNN Visualizer {visualizer.__version__}, Python {platform.python_version()}, {platform.platform()}"
    )
    report = f"{now}\n{about}\n{traceback_text.rstrip()}\n"
    log = configuration_folder() / "errors.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        if log.exists() and log.stat().st_size > _LOG_LIMIT:
            log.replace(log.with_suffix(".old.log"))
        with log.open("a", encoding="utf-8") as file:
            file.write(report + "\n")
    except OSError:
        pass  # a full disk must not hide the error itself
    print(report, file=sys.stderr)
    return report


class CrashDialog(QMessageBox):
    """Shown once for an unknown error; what was open stays open."""

    def __init__(self, report: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._report = report
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setIcon(QMessageBox.Icon.Warning)
        self.setWindowTitle("Unexpected error")
        self.setText("Something went wrong that should not have. What you had open stays open.")
        self.setInformativeText(f"The report was written to {configuration_folder() / 'errors.log'}.")
        self.setDetailedText(report)
        copy = self.addButton("Copy report", QMessageBox.ButtonRole.ActionRole)
        copy.clicked.disconnect()  # keep the dialog open
        copy.clicked.connect(self._copy)
        self.addButton(QMessageBox.StandardButton.Close)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._report)
