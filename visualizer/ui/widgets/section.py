"""A titled part of a panel, with a rule above it from edge to edge."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from visualizer.ui.widgets.panel import PADDING, ElidedLabel


class Section(QWidget):
    """``title`` in bold, a muted ``detail`` behind it, a muted ``end`` at the right, and the content below."""

    def __init__(self, title: str, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        rule = QFrame()
        rule.setProperty("role", "rule")
        rows.addWidget(rule)
        inside = QVBoxLayout()
        inside.setContentsMargins(PADDING, 7, PADDING, 9)
        inside.setSpacing(5)
        inside.addLayout(self._header(title))
        inside.addWidget(content)
        rows.addLayout(inside)

    def _header(self, title: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        name = QLabel(title)
        name.setProperty("role", "section")
        self._detail, self._end = ElidedLabel(), QLabel()
        for label in (self._detail, self._end):
            label.setProperty("role", "small")
        row.addWidget(name)
        row.addWidget(self._detail, 1)
        row.addWidget(self._end)
        return row

    def set_detail(self, detail: str, end: str = "") -> None:
        self._detail.set_full_text(detail)
        self._end.setText(end)
