"""One line of the checks: an icon, the layer, a sentence, and what would help as buttons below it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from visualizer.networks.fixes import Fix
from visualizer.ui.build_checks import Check
from visualizer.ui.theme import DARK, Colors, icon
from visualizer.ui.widgets.layer_delegate import ACCENT_BAR
from visualizer.ui.widgets.panel import PADDING, ElidedLabel
from visualizer.ui.widgets.row_message import fix_text
from visualizer.ui.widgets.wrapping_bar import WrappingBar

_ICON = 14  # px
_TOP = 5
NAME_WIDTH = 92
_ICONS = {"problem": "error", "note": "warning", "ok": "check"}
_WORDS = {"problem": "Error", "note": "Note", "ok": "Good"}


class CheckLine(QWidget):
    """Emits ``clicked(identity)`` where the line is about a layer, and ``fix_chosen(identity, Fix)``."""

    clicked = Signal(int)
    fix_chosen = Signal(int, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self._check: Check | None = None
        self._fixes: tuple[Fix, ...] = ()
        self._selected = False
        self._name = ElidedLabel()
        self._sentence = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._sentence.setMinimumWidth(1)  # its own hint is wider than a narrow panel
        self._bar = WrappingBar(self)
        self.buttons: list[QPushButton] = []
        texts = QVBoxLayout()
        texts.setSpacing(4)
        texts.addWidget(self._sentence)
        texts.addWidget(self._bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(PADDING + _ICON + 9, _TOP - 2, PADDING, _TOP - 2)
        row.setSpacing(9)
        row.addWidget(self._name, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)

    def set_check(self, check: Check, fixes: tuple[Fix, ...], selected: bool) -> None:
        """Show a check with what would help; ``selected`` if its layer is."""
        if (check, fixes, selected) == (self._check, self._fixes, self._selected):
            return
        self._check, self._selected = check, selected
        self._set_role(self._name, "muted" if check.row is None else "strong")
        self._name.set_full_text(check.name)  # once its font is known
        self._sentence.setText(check.sentence)
        self._set_role(self._sentence, "" if check.what == "problem" else "muted")
        if fixes != self._fixes:
            self._fixes = fixes
            self._make_buttons(check, fixes)
        self._bar.setVisible(bool(fixes))
        is_link = check.row is not None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if is_link else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_link else Qt.CursorShape.ArrowCursor)
        self.setAccessibleName(f"{_WORDS[check.what]}: {check.name}. {check.sentence}")
        self.update()

    def set_name_width(self, width: int) -> None:
        """The width of the names; not told by the line's own, or the two would chase each other."""
        self._name.setFixedWidth(width)

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def _set_role(self, label: QLabel, role: str) -> None:
        if label.property("role") != role:
            label.setProperty("role", role)
            label.style().polish(label)

    def _make_buttons(self, check: Check, fixes: tuple[Fix, ...]) -> None:
        self._bar.take_from(0)
        self.buttons = []
        for fix in fixes:
            assert check.row is not None
            button = QPushButton(fix_text(check.row.spec.row, fix), toolTip="Make this change")
            button.setProperty("role", "small")
            button.setCursor(Qt.CursorShape.ArrowCursor)
            button.clicked.connect(lambda _=False, fix=fix: self._choose(fix))
            self._bar.add(button)
            button.show()
            self.buttons.append(button)
        self._bar.updateGeometry()

    def _choose(self, fix: Fix) -> None:
        if self._check is not None and self._check.identity is not None:
            self.fix_chosen.emit(self._check.identity, fix)

    def _ask(self) -> None:
        if self._check is not None and self._check.identity is not None:
            self.clicked.emit(self._check.identity)

    # --- events ------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._ask()
        else:
            super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._ask()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._check is None:
            return
        colors = self._colors
        tone = {"problem": colors.error, "note": colors.warning, "ok": colors.ok}[self._check.what]
        with QPainter(self) as painter:
            hovered = self.underMouse() and self._check.row is not None
            if self._selected or hovered or self.hasFocus():
                painter.fillRect(self.rect(), QColor(colors.selected if self._selected else colors.header))
            if self._selected or self.hasFocus():
                painter.fillRect(0, 0, ACCENT_BAR, self.height(), QColor(colors.accent))
            icon(_ICONS[self._check.what], tone).paint(painter, QRect(PADDING, _TOP, _ICON, _ICON))
