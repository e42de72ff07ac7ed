"""The formula of the surface and its window: read while it is typed, applied when the typing rests."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from visualizer.networks.layers.kinds import Field
from visualizer.race.formula import FormulaError, parse
from visualizer.race.surface import Window
from visualizer.ui.race.state import RaceState
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.folding_section import FoldingSection
from visualizer.ui.widgets.formula_edit import FormulaEdit
from visualizer.ui.widgets.number_line import NumberLine
from visualizer.ui.widgets.paced import Paced
from visualizer.ui.widgets.panel import PADDING

PAUSE = 250  # ms without a key
FARTHEST = 1e9  # of a window's edge
_NARROWEST = 1e-9  # of a window, over the size of its numbers
_EDGES = (
    ("left", "x", "left end"),
    ("right", "x", "right end"),
    ("bottom", "y", "lower end"),
    ("top", "y", "upper end"),
)


class FormulaSection(FoldingSection):
    """Emits ``formula_requested(text)`` for one that can be read, and ``window_requested(Window)``."""

    formula_requested = Signal(str)
    window_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Formula", parent)
        self._applied: tuple[str, str, int] | None = None  # the state's formula, trouble and place
        self._window: Window | None = None
        self.edit, self.message = FormulaEdit(), QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.message.setProperty("role", "fieldError")
        self.message.hide()
        self._build()
        self._formulas = Paced(PAUSE, self, at_once=False)
        self._formulas.told.connect(lambda text: self.formula_requested.emit(text))
        self._windows = Paced(PAUSE, self, at_once=False)
        self._windows.told.connect(self.window_requested)
        self.edit.typed.connect(self._typed)
        self.edit.entered.connect(self._entered)
        self.edit.reverted.connect(self.revert)

    def _build(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(PADDING, 2, PADDING, 2)
        head.setSpacing(4)
        for part in (QLabel("f(x, y) ="), self.edit, self.message):
            head.addWidget(part)
        self.rows.addLayout(head)
        self.lines = {"x": NumberLine(), "y": NumberLine()}
        self.edges = {}
        for name, axis, words in _EDGES:
            line = self.lines[axis]
            line.add_word("to" if line.edits else axis, width=0 if line.edits else 10)
            field = Field(
                name, float, None, -FARTHEST, FARTHEST, f"the {words} of the window", title=f"{axis}, {words}"
            )
            self.edges[name] = line.add_number(field)
            self.edges[name].value_changed.connect(self._edge_changed)
            self.edges[name].finished.connect(self._flush_window)
        for line in self.lines.values():
            self.rows.addWidget(line)

    # --- what is shown ---------------------------------------------------------------------------

    def set_state(self, state: RaceState) -> None:
        """Show what is raced on; a formula that is being typed stays."""
        applied = (state.formula or state.race.surface.formula, state.trouble, state.trouble_at)
        if applied != self._applied:
            self._applied = applied
            if not (self.edit.hasFocus() and (self._formulas.is_waiting or self.edit.isModified())):
                self._show_text(applied[0])
            if self.edit.text() == applied[0]:
                self._show_trouble(state.trouble, state.trouble_at)
        window = state.race.surface.window
        if window != self._window and not self._windows.is_waiting:
            self._window = window
            for name, edit in self.edges.items():
                edit.restore()
                edit.set_value(getattr(window, name))
            self._say_order(window)

    def revert(self) -> None:
        """Let go of what was typed and is not applied."""
        self._formulas.drop()
        if self._applied is not None:
            self._show_text(self._applied[0])
            self._show_trouble(self._applied[1], self._applied[2])

    def _show_text(self, text: str) -> None:
        if text != self.edit.text():
            self.edit.setText(text)
            self.edit.setCursorPosition(0)
        self.edit.setModified(False)

    def _show_trouble(self, sentence: str, place: int) -> None:
        self.edit.show_trouble(sentence, place)
        self.band.set_hint("not valid" if sentence else "valid", "error" if sentence else "")
        if sentence != self.message.text():
            self.message.setText(sentence)
            self.message.setVisible(bool(sentence))

    def set_colors(self, colors: Colors) -> None:
        self.band.set_colors(colors)
        self.edit.set_colors(colors)
        for line in self.lines.values():
            line.set_colors(colors)

    # --- what is typed ---------------------------------------------------------------------------

    def _typed(self, text: str) -> None:
        sentence, place = read_trouble(text)
        self._show_trouble(sentence, place)
        if sentence:
            self._formulas.drop()
        else:
            self._formulas.put(text)

    def _entered(self, text: str) -> None:
        self._typed(text)
        self._formulas.flush()
        self.edit.setModified(False)

    def _edge_changed(self) -> None:
        values = {name: edit.value for name, edit in self.edges.items()}
        window = Window(**{name: float(value or 0.0) for name, value in values.items()})
        if self._say_order(window):
            self._windows.put(window)
        else:
            self._windows.drop()

    def _flush_window(self) -> None:
        """Enter in an edge: apply the window now."""
        self._windows.flush()

    def _say_order(self, window: Window) -> bool:
        """Say which ends of the window are in the wrong order; whether none are."""
        fits = True
        for axis, low, high in (("x", "left", "right"), ("y", "bottom", "top")):
            first, second = getattr(window, low), getattr(window, high)
            is_wrong = not second - first > _NARROWEST * max(1.0, math.fabs(first), math.fabs(second))
            for name in (low, high):
                if not self.edges[name].reason:  # it has a trouble of its own
                    self.edges[name].set_invalid(is_wrong)
            self.lines[axis].say(f"{axis} must end above where it begins." if is_wrong else "")
            fits &= not is_wrong
        return fits


def read_trouble(text: str) -> tuple[str, int]:
    """Why a formula cannot be read, and at which of its characters; ("", −1) if it can."""
    try:
        parse(text)
    except FormulaError as error:
        return str(error), error.position
    return "", -1
