"""The framed buttons of the bars at the bottom: an icon, a tool tip, and whether what they do goes on."""

from __future__ import annotations

from PySide6.QtWidgets import QToolButton

from visualizer.ui.text import plain, plain_tip
from visualizer.ui.theme import Colors, icon


class FramedButton(QToolButton):
    """Each of its setters costs nothing where nothing changes: bars are told many times a second."""

    def __init__(
        self, name: str = "", tip: str = "", width: int = 28, height: int = 28, text: str = ""
    ) -> None:
        super().__init__(text=text)
        self.setProperty("role", "framed")
        self.setFixedSize(width, height)
        self._name, self._drawn = name, ("", "")
        self.tell(tip)

    def tell(self, tip: str) -> None:
        """Say what a press would do."""
        shown = plain_tip(tip)
        if shown != self.toolTip():
            self.setToolTip(shown)
            self.setAccessibleName(plain(tip))

    def mark(self, active: bool) -> None:
        """Show whether it is on."""
        if bool(self.property("active")) != active:
            self.setProperty("active", active)
            self.style().polish(self)

    def draw(self, colors: Colors, name: str = "") -> None:
        """Draw its icon in the colours of the theme, or ``name`` in its place."""
        drawn = (name or self._name, colors.text)
        if drawn != self._drawn:
            self._drawn = drawn
            self.setIcon(icon(drawn[0], colors.text, colors.disabled))
