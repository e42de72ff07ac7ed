"""The small buttons in a row of the stack: further settings, remove, take in again."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize, Qt, Signal, SignalInstance
from PySide6.QtWidgets import QToolButton, QWidget

from visualizer.ui.theme import Colors, icon
from visualizer.ui.widgets.stack_columns import Columns


class RowButtons(QObject):
    """Makes the buttons of one row and puts them into its columns; all that they do can be done by keys too."""

    more_clicked = Signal()
    remove_clicked = Signal()
    enable_clicked = Signal()

    def __init__(self, row: QWidget) -> None:
        super().__init__(row)
        self._row = row
        self.more = self._button("Further settings (Alt+Enter)", self.more_clicked)
        self._remove = self._button("Remove (Delete)", self.remove_clicked, size=11)
        self._off: QToolButton | None = None  # few rows need it

    def _button(self, name: str, signal: SignalInstance, size: int = 14) -> QToolButton:
        button = QToolButton(self._row, toolTip=name, accessibleName=name)
        button.setProperty("role", "row")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setIconSize(QSize(size, size))
        button.clicked.connect(signal)
        return button

    def set_colors(self, colors: Colors) -> None:
        self.more.setIcon(icon("more", colors.muted))
        self._remove.setIcon(icon("close", colors.axis))

    def set_state(self, *, has_more: bool, enabled: bool) -> None:
        """Show the buttons that make sense."""
        self.more.setVisible(has_more)
        if not enabled and self._off is None:
            self._off = self._button("Take the layer in again", self.enable_clicked)
            self._off.setText("off")
            self._off.setProperty("framed", True)
        if self._off is not None:
            self._off.setVisible(not enabled)

    def place(self, columns: Columns, height: int) -> None:
        """Put them into the columns of a line of this height."""
        self.more.setGeometry(columns.editor("more", height))
        self._remove.setGeometry(columns.editor("remove", height))
        if self._off is not None:
            self._off.setGeometry(columns.editor("output", height).adjusted(24, 2, 0, -2))
