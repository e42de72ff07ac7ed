"""A small bordered button with an icon instead of a text."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QPushButton


def icon_button(name: str) -> QPushButton:
    """A button of 24 px; ``name`` is its tool tip and what a screen reader says. The caller sets the icon."""
    button = QPushButton()
    button.setToolTip(name)
    button.setAccessibleName(name)
    # A text button has room at its sides that would push the icon out.
    button.setStyleSheet("padding: 0; min-height: 22px; min-width: 22px;")
    button.setIconSize(QSize(14, 14))
    button.setFixedSize(24, 24)
    return button
