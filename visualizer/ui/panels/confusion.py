"""The Confusion panel: which classes of validation images are taken for which."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from visualizer.training.frames import Evaluation
from visualizer.ui.numbers import integer
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.confusion_matrix import Cell, ConfusionMatrix
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.panel import PADDING, Panel
from visualizer.ui.widgets.placeholder import Placeholder

NOTHING = "No evaluation up to here: each epoch of training ends with a look at all validation images."


class ConfusionPanel(Panel):
    """Shows an evaluation.

    Emits ``cell_chosen(true, predicted)``, ``cell_opened`` where its images are to be seen, and ``cell_dismissed``.
    """

    title = "Confusion"
    key = "confusion"
    cell_chosen = Signal(int, int)
    cell_opened = Signal()
    cell_dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._evaluation: Evaluation | None = None
        self._stale_words = ""
        self._label: str | None = None
        self.matrix = ConfusionMatrix()
        self.matrix.cell_chosen.connect(self.cell_chosen)
        self.matrix.cell_opened.connect(self.cell_opened)
        self.matrix.cell_dismissed.connect(self.cell_dismissed)
        page = QWidget()
        rows = QVBoxLayout(page)
        rows.setContentsMargins(PADDING, 6, 6, 6)
        rows.addWidget(self.matrix)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(Placeholder(NOTHING))
        self._pages.addWidget(page)

    def set_evaluation(self, evaluation: Evaluation | None, stale_words: str = "") -> None:
        """Show an evaluation; ``stale_words`` say why it is not of the moment shown: "from step 5 001"."""
        if evaluation is not self._evaluation or stale_words != self._stale_words:
            self._stale_words = stale_words
            words = _subtitle(evaluation, stale_words) if evaluation else ""
            self.set_subtitle(words, warning=bool(stale_words))
        if evaluation is self._evaluation:
            return
        self._evaluation = evaluation
        self._pages.setCurrentIndex(0 if evaluation is None else 1)
        if evaluation is not None:
            self.matrix.set_counts(evaluation.confusion(), evaluation.classes)
            self._mark_label()

    def set_label(self, name: str | None) -> None:
        """Outline the row of the input's true class; None where it is not known."""
        self._label = name
        self._mark_label()

    def set_cell(self, cell: Cell | None) -> None:
        """Frame the cell whose images are shown elsewhere."""
        self.matrix.set_cell(cell)

    def set_colors(self, colors: Colors) -> None:
        self.matrix.set_colors(colors)

    def _mark_label(self) -> None:
        classes = self._evaluation.classes if self._evaluation is not None else ()
        self.matrix.set_label(classes.index(self._label) if self._label in classes else -1)

    def export(self) -> Export | None:
        evaluation = self._evaluation
        if evaluation is None:
            return None
        name = f"confusion at step {evaluation.step}"
        return Export(name, self.matrix.grab, table=lambda: _table(evaluation), array=evaluation.confusion)


def _subtitle(evaluation: Evaluation, stale_words: str) -> str:
    return f"{stale_words}, val, row %" if stale_words else f"val, step {integer(evaluation.step)}, row %"


def _table(evaluation: Evaluation) -> Iterable[Row]:
    """The counts of images: a row for each true class, a column for each predicted one."""
    yield ("true class \\ predicted", *evaluation.classes)
    for name, row in zip(evaluation.classes, evaluation.confusion().tolist(), strict=True):
        yield (name, *row)
