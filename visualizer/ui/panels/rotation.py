"""The Rotation panel: what networks say of the input at every angle, or at every value of another transform."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import QPoint, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QMenu, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from visualizer.data.transforms.table import TRANSFORMS, values_of
from visualizer.probes.response.figures import rows
from visualizer.ui.numbers import percent
from visualizer.ui.rotation.state import RotationState, line_names, shown_lines
from visualizer.ui.text import plain
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.export import Export, Row, fill_export_menu
from visualizer.ui.widgets.panel import Panel
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.response_curves import (
    QUANTITIES,
    ResponseQuantity,
    class_looked_at,
    graph_of,
    values_words,
)
from visualizer.ui.widgets.response_figures import ResponseFigures, figure_line
from visualizer.ui.widgets.response_view import ResponseView
from visualizer.ui.widgets.rotation_bar import RotationBar, step_words
from visualizer.ui.widgets.steady_text import SteadyText

NOTHING_OPEN = "Open an image and a network, then turn the dial."
_ALL_HIDDEN = "Every network is hidden: click one of the names above to see its curve."
_RUNNERS = 2
_HEIGHT_A_ROW = 90  # px of the panel for a line of figures: plots need the room more
_PATIENCE = 300  # ms before it is said that something is on its way


class RotationPanel(Panel):
    """Shows ``RotationState``: the curves of all networks, the marker, the figures.

    Emits ``value_requested(value, done)`` for the marker, ``class_requested(name)`` ("": the true or predicted one),
    ``step_requested(step)``, ``transform_requested(name)``, ``line_toggled(key)`` to hide its curves or show them
    again, ``line_removed(key)``, ``cancel_requested``, and ``view_changed(key, value)`` for what the settings may
    remember: ``quantity``, ``runners_up``.
    """

    value_requested = Signal(float, bool)
    class_requested = Signal(str)
    step_requested = Signal(float)
    transform_requested = Signal(str)
    line_toggled = Signal(str)
    line_removed = Signal(str)
    cancel_requested = Signal()
    view_changed = Signal(str, object)
    title = "Rotation"
    key = "rotation"

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: RotationState | None = None
        self._quantity: ResponseQuantity = QUANTITIES[0]
        self._runners_up = True
        self._drawn: tuple[object, ...] = ()  # what the curves are made of
        self.bar, self.view, self.figures = RotationBar(), ResponseView(), ResponseFigures()
        self.transform = QComboBox(accessibleName="Transform", toolTip="What is done to the input")
        self.transform.addItems([row.title for row in TRANSFORMS.values()])
        self.transform.setFixedHeight(20)
        self.transform.activated.connect(lambda index: self.transform_requested.emit(list(TRANSFORMS)[index]))
        self.head = self.transform
        self.placeholder = Placeholder(NOTHING_OPEN)
        self.progress = _Progress(self)
        self._build()
        self._connect()

    def _build(self) -> None:
        self._plots = QWidget()
        below = QVBoxLayout(self._plots)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(4)
        below.addWidget(self.view, 1)
        below.addWidget(self.figures)
        self._content = QWidget()
        self._stack = QStackedLayout(self._content)
        self._stack.addWidget(self.placeholder)
        self._stack.addWidget(self._plots)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self._content, 1)
        self.bar.hide()
        self.progress.hide()

    def _connect(self) -> None:
        self.view.value_requested.connect(self.value_requested)
        self.bar.class_chosen.connect(self.class_requested)
        self.bar.step_chosen.connect(self.step_requested)
        self.bar.quantity_chosen.connect(lambda key: self._choose("quantity", key))
        self.bar.export_clicked.connect(self._open_export)
        self.bar.networks.toggled.connect(self.line_toggled)
        self.bar.networks.removed.connect(self.line_removed)
        self.progress.cancel.clicked.connect(self.cancel_requested)

    # --- what is shown ---------------------------------------------------------------------------

    def set_state(self, state: RotationState) -> None:
        """Show the newest state. While only the value moves, that is the markers alone: 1 ms."""
        before, self._state = self._state, state
        if before is None or _made_of(state) != _made_of(before):
            self._show(state)
        self.view.set_value(state.change.value)
        if before is None or state.progress != before.progress or state.step != before.step:
            self._say_how_far(state)

    def _show(self, state: RotationState) -> None:
        looked, sentence = class_looked_at(state), _no_curves(state)
        if sentence:
            self.placeholder.set_sentence(plain(sentence))
        self._stack.setCurrentIndex(0 if sentence else 1)
        self.bar.setVisible(bool(state.lines))
        self.bar.set_state(state, is_empty=bool(sentence) or looked is None)
        names = list(TRANSFORMS)
        if self.transform.currentIndex() != names.index(state.change.transform):
            self.transform.setCurrentIndex(names.index(state.change.transform))
        self._draw(state)
        self._say_what(state)

    def _draw(self, state: RotationState) -> None:
        """Make the curves and the figures anew where something they are made of has changed."""
        drawn = (*_made_of(state), self._quantity.key, self._runners_up)
        if drawn == self._drawn:
            return
        self._drawn = drawn
        runners = _RUNNERS if self._runners_up else 0
        self.view.set_graph(graph_of(state, TRANSFORMS[state.change.transform], self._quantity, runners))
        looked = class_looked_at(state)
        name = looked[0].classes[looked[1]] if looked is not None else ""
        lines = zip(state.lines, line_names(state.lines), strict=True)
        made = [(line.key, figure_line(replace(line, name=called), name)) for line, called in lines]
        self.figures.set_lines([replace(line, hidden=key in state.hidden) for key, line in made])
        for plot in (self.view.polar, self.view.plot):
            plot.setAccessibleDescription(self.figures.accessibleDescription())

    def _say_what(self, state: RotationState) -> None:
        looked = class_looked_at(state)
        parts = [plain(state.input_name)] if state.input_name else []
        if looked is not None and not _no_curves(state):
            parts.append(f"class {plain(looked[0].classes[looked[1]])}")
            parts.append(f"every {step_words(TRANSFORMS[state.change.transform], state.step)}")
        self.set_subtitle(", ".join(parts) if state.lines else "")

    def _say_how_far(self, state: RotationState) -> None:
        if state.progress is None:
            self.progress.end()
            return
        count = len(values_of(state.change.transform, state.step))
        words = values_words(TRANSFORMS[state.change.transform], count)
        self.progress.tell(f"{words}, {percent(state.progress, 0)}")

    def set_colors(self, colors: Colors) -> None:
        self.bar.set_colors(colors)
        self.view.set_colors(colors)
        self.figures.set_colors(colors)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.figures.set_most_rows(self.height() // _HEIGHT_A_ROW)
        self.progress.place()

    # --- choices ---------------------------------------------------------------------------------

    def set_view(self, values: dict[str, object]) -> None:
        """Take remembered choices; what is missing or of no sense stays as it is."""
        for key in ("quantity", "runners_up"):
            if key in values:
                self._apply(key, values[key])

    def _choose(self, key: str, value: object) -> None:
        self._apply(key, value)
        self.view_changed.emit(key, value)

    def _apply(self, key: str, value: object) -> None:
        if key == "quantity":
            self._quantity = next((row for row in QUANTITIES if row.key == value), self._quantity)
            self.bar.set_quantity(self._quantity)
        elif isinstance(value, bool):
            self._runners_up = value
        if self._state is not None:
            self._draw(self._state)

    def fill_menu(self, menu: QMenu) -> None:
        runners = menu.addAction("Runners-up")
        runners.setCheckable(True)
        runners.setChecked(self._runners_up)
        runners.triggered.connect(lambda on: self._choose("runners_up", on))

    # --- what can be saved -----------------------------------------------------------------------

    def export(self) -> Export | None:
        state = self._state
        if state is None or _no_curves(state) or class_looked_at(state) is None:
            return None
        name = " ".join(part for part in (state.change.transform, plain(state.input_name)) if part)
        return Export(name, picture=self._plots.grab, scene=self.view.scene, table=lambda: _table(state))

    def _open_export(self, place: QPoint) -> None:
        menu = QMenu(self)
        fill_export_menu(menu, self, self.export())
        menu.popup(place)


class _Progress(QWidget):
    """What is awaited and how far it is, with Cancel, over the lower right corner: nothing moves for it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._panel = parent
        self.setAutoFillBackground(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 1, 6, 1)
        row.setSpacing(8)
        self.words = SteadyText("3600 angles, > 99 %")
        self.cancel = QPushButton("Cancel", toolTip="Leave the curves as they are")
        self.cancel.setProperty("role", "small")
        row.addWidget(self.words)
        row.addWidget(self.cancel)
        self._timer = QTimer(self, singleShot=True, interval=_PATIENCE)
        self._timer.timeout.connect(self._appear)

    def tell(self, words: str) -> None:
        self.words.setText(words)
        if not self.isVisible() and not self._timer.isActive():
            self._timer.start()

    def end(self) -> None:
        self._timer.stop()
        self.hide()

    def place(self) -> None:
        """Stand in the lower right corner of the panel."""
        size = self.sizeHint()
        room = self._panel.rect()
        self.setGeometry(
            room.right() - size.width(), room.bottom() - size.height(), size.width(), size.height()
        )

    def _appear(self) -> None:
        self.place()
        self.show()
        self.raise_()


def _made_of(state: RotationState) -> tuple[object, ...]:
    """All that is shown of a state but the value and the progress; lines are told apart by what they are."""
    change = state.change
    return (
        *state.lines,
        state.hidden,
        change.transform,
        change.border,
        state.step,
        state.wanted,
        state.input_name,
        state.live,
        state.sentence,
    )


def _no_curves(state: RotationState) -> str:
    """Why there are no plots; "" where there are some."""
    if state.sentence:
        return state.sentence
    if not state.lines or not (state.input_name or class_looked_at(state) is not None):
        return NOTHING_OPEN
    return "" if shown_lines(state) else _ALL_HIDDEN


def _table(state: RotationState) -> Iterable[Row]:
    """The rows that ``main.py rotate`` writes of what is shown; networks of one name are told apart as in the plots."""
    shown = shown_lines(state)
    return rows([replace(line.response, network=line.name) for line in shown if line.response is not None])
