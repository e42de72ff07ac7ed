"""The choices of a study: the distance of values, and which network and class a matrix is of."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QWidget

from visualizer.ui.rotation.words import value_words
from visualizer.ui.text import plain, plain_tip
from visualizer.ui.widgets.elided_choice import ElidedChoice


class NameChoice(ElidedChoice):
    """One of some names. Emits ``chosen(index)`` when the user takes another one."""

    chosen = Signal(int)

    def __init__(self, label: str, tip: str, characters: int, parent: QWidget | None = None) -> None:
        super().__init__(parent, toolTip=plain_tip(tip), accessibleName=label)
        self._names: tuple[str, ...] = ()
        self.setMinimumContentsLength(characters)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.activated.connect(self.chosen)

    def set_names(self, names: Sequence[str], index: int) -> None:
        """Offer these names and show which one it is; the same again costs nothing."""
        if tuple(names) != self._names:
            self._names = tuple(names)
            self.clear()
            self.addItems([plain(name) for name in names])
        if index != self.currentIndex():
            self.setCurrentIndex(index)


class StepChoice(NameChoice):
    """The distance of angles. Emits ``step_chosen(degrees)``."""

    step_chosen = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Step", "The distance between two angles that are asked about", 3, parent)
        self._steps: tuple[float, ...] = ()
        self.chosen.connect(lambda index: self.step_chosen.emit(self._steps[index]))

    def set_steps(self, steps: tuple[float, ...], step: float) -> None:
        """Offer these steps, degrees, and show which one it is."""
        self._steps = steps
        self.set_names([value_words("rotation", each) for each in steps], steps.index(step))
