"""One line of words of several weights that changes many times a second, and never lays the window out anew."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from visualizer.ui.theme import DARK, Colors, font

_SPACE = 5  # px between two runs

Run = tuple[str, str]
"""A text and its role: "strong", "muted" or "" for plain."""


class SteadyRuns(QWidget):
    """Runs of text side by side, with room for ``widest``; what finds no room is cut."""

    def __init__(
        self, widest: Sequence[Run], *, align_right: bool = False, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._runs: tuple[Run, ...] = ()
        self._align_right = align_right
        self._width = _width(widest)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        return " ".join(text for text, _ in self._runs)

    def set_runs(self, *runs: Run) -> None:
        """Show the runs from left to right; the same again costs nothing."""
        if runs != self._runs:
            self._runs = runs
            self.setAccessibleName(self.text())
            self.update()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._width, QFontMetrics(font()).height() + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        left = max(0, self.width() - _width(self._runs)) if self._align_right else 0
        with QPainter(self) as painter:
            for text, role in self._runs:
                painter.setFont(font(bold=role == "strong"))
                painter.setPen(QColor(self._colors.muted if role == "muted" else self._colors.text))
                shown = painter.fontMetrics().elidedText(
                    text, Qt.TextElideMode.ElideRight, max(0, self.width() - left)
                )
                width = painter.fontMetrics().horizontalAdvance(shown)
                painter.drawText(
                    QRectF(left, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, shown
                )
                left += width + _SPACE


def _width(runs: Sequence[Run]) -> int:
    widths = [QFontMetrics(font(bold=role == "strong")).horizontalAdvance(text) for text, role in runs]
    return sum(widths) + _SPACE * max(0, len(widths) - 1) + 3
