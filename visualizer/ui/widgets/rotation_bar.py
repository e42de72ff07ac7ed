"""The row above the plots of a response: networks, class, step, quantity, export."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QWidget

from visualizer.data.transforms.table import MOST_VALUES, TRANSFORMS, Transform
from visualizer.ui.rotation.state import RotationState
from visualizer.ui.theme import Colors, icon
from visualizer.ui.widgets.class_choice import ClassChoice
from visualizer.ui.widgets.network_chips import NetworkChips
from visualizer.ui.widgets.panel import PADDING
from visualizer.ui.widgets.response_curves import QUANTITIES, ResponseQuantity, class_looked_at, value_words
from visualizer.ui.widgets.wrapping_bar import WrappingBar, labelled

_ANGLES = (0.5, 1.0, 2.0, 5.0, 10.0, 15.0)
_STEP_WIDTH = 70  # px
_LEAST_CLASS, _USUAL_CLASS, _WIDEST_CLASS = 100, 140, 240  # px
_COMPACT = 560  # px: in less, boxes have no words before them
_BEHIND_WORD = 6  # px
_MULTIPLES = (1.0, 2.0, 5.0, 10.0)  # of the usual step of other transforms


def steps_of(transform: Transform) -> tuple[float, ...]:
    """The distances of values that are offered; all of them allowed."""
    if transform.periodic:
        return _ANGLES
    span = transform.maximum - transform.minimum
    steps = (round(transform.step * factor, 9) for factor in _MULTIPLES)
    return tuple(step for step in steps if 2 * step <= span <= step * (MOST_VALUES - 2))


class RotationBar(WrappingBar):
    """Emits ``class_chosen(name)``, ``step_chosen(step)``, ``quantity_chosen(key)`` and ``export_clicked(place)``.

    What its chips emit is on ``networks``.
    """

    class_chosen = Signal(str)
    step_chosen = Signal(float)
    quantity_chosen = Signal(str)
    export_clicked = Signal(QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, margins=(PADDING, 6, PADDING, 6), spacing=7)
        self.networks = NetworkChips()
        self.classes = ClassChoice()
        self.classes.class_chosen.connect(self.class_chosen)
        self._steps: tuple[float, ...] = ()
        self.step = QComboBox(accessibleName="Step", toolTip="The distance between two values of the curve")
        self.step.activated.connect(lambda index: self.step_chosen.emit(self._steps[index]))
        self.quantity = QComboBox(accessibleName="Value", toolTip="What is drawn of the class")
        self.quantity.addItems([quantity.name for quantity in QUANTITIES])
        self.quantity.activated.connect(lambda index: self.quantity_chosen.emit(QUANTITIES[index].key))
        self.export = QPushButton(
            "Export", toolTip="Copy or save plots and numbers of the networks that are shown"
        )
        self.export.setAccessibleName("Export")
        self.export.setProperty("role", "small")
        self.export.clicked.connect(self._ask_for_export)
        for box in (self.classes, self.step, self.quantity, self.export):
            box.setFixedHeight(24)
        self.step.setFixedWidth(_STEP_WIDTH)
        self.classes.setFixedWidth(_USUAL_CLASS)
        self._transform: Transform | None = None
        self.add(self.networks)
        self._pairs = [
            labelled(word, box)
            for word, box in (("Class", self.classes), ("Step", self.step), ("Value", self.quantity))
        ]
        self._words = [word for pair in self._pairs for word in pair.findChildren(QLabel)]
        for pair in self._pairs:
            self.add(pair)
        self.add_space()
        self.add(self.export)

    # --- what is shown ---------------------------------------------------------------------------

    def set_state(self, state: RotationState, *, is_empty: bool) -> None:
        """Show the networks and the class of a state; ``is_empty``: nothing can be exported."""
        self.networks.set_lines(state.lines, live=state.live, hidden=state.hidden)
        self._share_room(self.width())
        self._set_class(state)
        self._set_step(TRANSFORMS[state.change.transform], state.step)
        self.export.setEnabled(not is_empty)

    def _set_class(self, state: RotationState) -> None:
        looked = class_looked_at(state)
        if looked is None:
            self.classes.set_classes((), "–", "")
            return
        response, index = looked
        if state.wanted and state.wanted in response.classes:
            index = index_of_usual(state)
        usual = response.classes[index]
        word = "true" if usual == response.label else "predicted"
        self.classes.set_classes(response.classes, f"{usual} ({word})", state.wanted)

    def _set_step(self, transform: Transform, step: float) -> None:
        steps = tuple(sorted({*steps_of(transform), step}))
        if steps != self._steps or transform is not self._transform:
            self._steps, self._transform = steps, transform
            self.step.clear()
            self.step.addItems([step_words(transform, each) for each in steps])
        if self.step.currentIndex() != steps.index(step):
            self.step.setCurrentIndex(steps.index(step))

    def set_quantity(self, quantity: ResponseQuantity) -> None:
        """Show which quantity is drawn."""
        self.quantity.setCurrentIndex(QUANTITIES.index(quantity))

    def set_colors(self, colors: Colors) -> None:
        self.networks.set_colors(colors)
        self.export.setIcon(icon("export", colors.text, colors.disabled))

    def resizeEvent(self, event: QResizeEvent) -> None:
        compact = event.size().width() < _COMPACT
        self.networks.set_compact(compact)
        self.export.setText("" if compact else "Export")
        self._share_room(event.size().width())
        super().resizeEvent(event)

    def _share_room(self, width: int) -> None:
        """Give the names of classes what the others leave in one line; their least width where that is too little.

        The words before the boxes go before anything goes on in a second line.
        """
        boxes = (self.networks, self.step, self.quantity, self.export)
        least = sum(self._size(each, width).width() for each in boxes) + _LEAST_CLASS
        words = sum(word.sizeHint().width() + _BEHIND_WORD for word in self._words)
        room = width - 2 * PADDING - len(boxes) * self._spacing
        for word in self._words:
            word.setVisible(width >= _COMPACT and least + words <= room)
        others = (self.networks, *self._pairs[1:], self.export)
        before = self._pairs[0].sizeHint().width() - self.classes.width()
        taken = sum(each.sizeHint().width() for each in others) + before + len(others) * self._spacing
        free = width - 2 * PADDING - taken
        wanted = min(free, _WIDEST_CLASS) if free >= _LEAST_CLASS else _USUAL_CLASS
        if wanted != self.classes.width():
            self.classes.setFixedWidth(wanted)

    def _ask_for_export(self) -> None:
        self.export_clicked.emit(self.export.mapToGlobal(QPoint(0, self.export.height())))


def index_of_usual(state: RotationState) -> int:
    """The class that would be looked at if none were asked for."""
    looked = class_looked_at(RotationState(lines=state.lines))
    return looked[1] if looked is not None else 0


def step_words(transform: Transform, step: float) -> str:
    """A distance of values: "1°", "0.05 ×"; with the decimals that it has."""
    shown = value_words(transform, step)
    return shown if float(f"{step:.{transform.decimals}f}") == step else f"{step:g}{transform.unit}"
