"""What is wrong with a row, or worth a note: a sentence, and what would help as buttons."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from visualizer.networks.fixes import Fix, fixes
from visualizer.networks.layers import LAYERS
from visualizer.networks.layers.kinds import LayerKind, words
from visualizer.ui.theme import DARK, Colors, icon
from visualizer.ui.widgets.stack_rows import ShownRow
from visualizer.ui.widgets.wrapping_bar import WrappingBar, labelled

_ICON = 14  # px
_BUTTONS = 3  # at most: they are to fit into one line with the sentence


def fix_text(kind: LayerKind, fix: Fix) -> str:
    """What the button of a fix says: ``Stride 2 → 64×3×3``."""
    if fix.insert:
        return f"Insert {LAYERS[fix.insert].title}"
    label = next(setting.label for setting in kind.fields if setting.name == fix.field)
    value = fix.value.replace("_", " ") if isinstance(fix.value, str) else fix.value
    if isinstance(fix.value, bool):
        value = "on" if fix.value else "off"
    output = words(fix.output)
    return f"{label} {value}" if output == str(value) else f"{label} {value} → {output}"


class RowMessage(WrappingBar):
    """Red and bold for what cannot be built, amber for a note. Emits ``fix_chosen(Fix)``."""

    fix_chosen = Signal(object)
    show_clicked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, margins=(0, 0, 8, 9), spacing=4)
        self._colors: Colors = DARK
        self._is_problem = False
        self._key: object = None
        self.buttons: list[QPushButton] = []
        self._sentence = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._sentence.setContentsMargins(_ICON + 6, 2, 8, 2)
        self.add(_OneLine(self._sentence, self))

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def set_row(self, shown: ShownRow, classes: int) -> None:
        """Show a row's problem or note; ``classes`` is the number of outputs wanted, 0 for any."""
        plan = shown.plan
        key: tuple[object, ...] = (
            plan.problem,
            plan.note,
            plan.insert,
            plan.input,
            plan.inside,
            plan.spec.values,
            classes,
        )
        key = (*key, shown.hidden and (shown.hidden.spec.name, shown.hidden.problem))
        if key == self._key:
            return
        self._key = key
        self._is_problem = bool(plan.problem or shown.hidden)
        sentence = plan.problem or plan.note
        if shown.hidden and not plan.problem:
            sentence = f"Inside, '{shown.hidden.spec.name}': {shown.hidden.problem}"
        self._sentence.setText(sentence)
        role = "problem" if self._is_problem else "note"
        if self._sentence.property("role") != role:
            self._sentence.setProperty("role", role)
            self._sentence.style().polish(self._sentence)
        self._make_buttons(shown, classes)

    def _make_buttons(self, shown: ShownRow, classes: int) -> None:
        self.take_from(1)
        self.buttons = []
        if shown.hidden and not shown.plan.problem:
            self._add_button("", "Show", "Open the block").clicked.connect(self.show_clicked)
        for fix in fixes(shown.plan, classes, _BUTTONS):
            label = "" if self.buttons else "Fix"
            button = self._add_button(label, fix_text(shown.plan.spec.row, fix), "Make this change")
            button.clicked.connect(lambda _=False, fix=fix: self.fix_chosen.emit(fix))

    def _add_button(self, label: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, toolTip=tip)
        button.setProperty("role", "small")
        button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # the stack itself knows the order for the Tab key
        part = labelled(label, button) if label else button  # the label stays beside the first button
        self.add(part)
        part.show()
        self.buttons.append(button)
        return button

    def paintEvent(self, event: QPaintEvent) -> None:
        color = self._colors.error if self._is_problem else self._colors.warning
        at = self._sentence.mapTo(self, self._sentence.rect().topLeft())
        with QPainter(self) as painter:
            place = QRect(at.x(), at.y() + 3, _ICON, _ICON)
            icon("warning", color).paint(painter, place)


class _OneLine(QWidget):
    """A label that wants one line, and wraps only where that is wider than the room."""

    def __init__(self, label: QLabel, parent: QWidget) -> None:
        super().__init__(parent)
        self._label = label
        label.setParent(self)

    def sizeHint(self) -> QSize:
        margins = self._label.contentsMargins()
        self._label.ensurePolished()
        metrics = self._label.fontMetrics()
        width = metrics.horizontalAdvance(self._label.text()) + margins.left() + margins.right() + 2
        return QSize(width, metrics.height() + margins.top() + margins.bottom())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._label.heightForWidth(width)

    def resizeEvent(self, event: object) -> None:
        self._label.resize(self.size())
