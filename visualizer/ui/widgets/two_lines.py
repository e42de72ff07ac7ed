"""Two short lines of figures in a bar, whose widths do not jump while the figures change."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from visualizer.ui.theme import font

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TwoLines(QWidget):
    """Two lines of cells; ``columns`` gives for each column its role, and the widest text that it has room for.

    Cells of the role "strong" are aligned to the right, with ``align_right`` all.
    """

    def __init__(
        self,
        columns: Sequence[tuple[str, str]],
        names: Sequence[str] = ("", ""),
        *,
        align_right: bool = False,
    ) -> None:
        super().__init__()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        self._cells: list[list[QLabel]] = []
        for line in range(2):
            cells = []
            for column, (role, widest) in enumerate(columns):
                to_right = align_right or role == "strong"
                label = QLabel(alignment=_RIGHT if to_right else Qt.AlignmentFlag.AlignVCenter)
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setProperty("role", role)
                label.setAccessibleName(names[line])
                metrics = QFontMetrics(font(bold=role == "strong"))
                label.setMinimumWidth(metrics.horizontalAdvance(widest))
                grid.addWidget(label, line, column)
                cells.append(label)
            self._cells.append(cells)

    def set_texts(self, *lines: Sequence[str]) -> None:
        """Show the texts of the two lines; what did not change costs nothing."""
        for cells, texts in zip(self._cells, lines, strict=True):
            for label, text in zip(cells, texts, strict=True):
                if label.text() != text:
                    label.setText(text)
