"""The Mistakes panel: the validation images that the network takes for something else."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from visualizer.training.mistakes import MistakePictures
from visualizer.ui.numbers import integer, percent
from visualizer.ui.theme import Colors, icon
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.icon_button import icon_button
from visualizer.ui.widgets.panel import PADDING, ElidedLabel, Panel
from visualizer.ui.widgets.picture_grid import Caption, PictureGrid
from visualizer.ui.widgets.placeholder import Placeholder

NOTHING = "No evaluation yet. Press play: each epoch ends with a look at all validation images."
NOT_YET = "These weights have not looked at the validation images yet."
EVALUATE = "Evaluate now"


class MistakesPanel(Panel):
    """Shows pictures of an evaluation.

    Emits ``picture_chosen(index)`` into the validation images, ``cell_dismissed`` to go back to the wrong images of
    all classes, and ``evaluation_requested``.
    """

    title = "Mistakes"
    key = "mistakes"
    picture_chosen = Signal(int)
    cell_dismissed = Signal()
    evaluation_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: MistakePictures | None = None
        self._stale_words, self._can_evaluate = "", False
        self.grid = PictureGrid()
        self.grid.chosen.connect(self._choose)
        self._sentence = ElidedLabel()
        self.back = icon_button("Back to the most confidently wrong images of all classes")
        self.evaluate = QPushButton(EVALUATE, toolTip="Look at all validation images with the weights shown")
        self.evaluate.setProperty("role", "small")
        self.back.clicked.connect(self.cell_dismissed)
        self.evaluate.clicked.connect(self.evaluation_requested)
        self._empty, self._idle = Placeholder(NOTHING), Placeholder(NOT_YET, EVALUATE)
        self._idle.clicked.connect(self.evaluation_requested)
        self._pages = QStackedLayout()
        for page in (self._empty, self._idle, self.grid):
            self._pages.addWidget(page)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(PADDING, 6, 0, 0)
        rows.setSpacing(6)
        rows.addWidget(self._build_head())
        rows.addLayout(self._pages, 1)
        self._choose_page()

    def _build_head(self) -> QWidget:
        self._head = QWidget()
        row = QHBoxLayout(self._head)
        row.setContentsMargins(0, 0, PADDING, 0)
        row.setSpacing(6)
        for widget, stretch in ((self.back, 0), (self._sentence, 1), (self.evaluate, 0)):
            row.addWidget(widget, stretch)
        return self._head

    def set_pictures(self, pictures: MistakePictures | None, stale_words: str = "") -> None:
        """Show pictures; ``stale_words`` say why they are not of the moment shown: "from step 5 001"."""
        if pictures is self._shown and stale_words == self._stale_words:
            return
        if pictures is not self._shown and pictures is not None:
            self._show(pictures)
        self._shown, self._stale_words = pictures, stale_words
        words = _subtitle(pictures, stale_words) if pictures is not None else ""
        self.set_subtitle(words, warning=bool(stale_words))
        self._choose_page()

    def set_can_evaluate(self, possible: bool) -> None:
        """Offer to look at the validation images now: there are some, and a network that could."""
        if possible != self._can_evaluate:
            self._can_evaluate = possible
            self._choose_page()

    def set_colors(self, colors: Colors) -> None:
        self.back.setIcon(icon("previous", colors.text))
        self.grid.set_colors(colors)

    def _show(self, shown: MistakePictures) -> None:
        self._sentence.set_full_text(headline(shown) if len(shown.indices) else "")
        self.back.setVisible(shown.cell is not None)
        self._empty.set_sentence(headline(shown))
        self.grid.set_pictures(shown.pictures, tuple(_caption(shown, i) for i in range(len(shown.indices))))

    def _choose_page(self) -> None:
        shown = self._shown
        self._head.setVisible(shown is not None)
        self.evaluate.setVisible(self._can_evaluate and bool(self._stale_words))
        if shown is None:
            self._empty.set_sentence(NOTHING)
            self._pages.setCurrentWidget(self._idle if self._can_evaluate else self._empty)
        else:
            self._pages.setCurrentWidget(self.grid if len(shown.indices) else self._empty)

    def _choose(self, position: int) -> None:
        if self._shown is not None:
            self.picture_chosen.emit(int(self._shown.indices[position]))

    def export(self) -> Export | None:
        shown = self._shown
        if shown is None or not len(shown.indices):
            return None
        name = "mistakes" if shown.cell is None else f"{_name(shown, 0)} as {_name(shown, 1)}"
        return Export(f"{name} at step {shown.step}", self.grid.render_image, table=lambda: _table(shown))


def _subtitle(shown: MistakePictures, stale_words: str) -> str:
    return (
        f"{stale_words}, val, surest first"
        if stale_words
        else f"val, step {integer(shown.step)}, surest first"
    )


def headline(shown: MistakePictures) -> str:
    """What the pictures are: "dog taken for cat: 9 images"."""
    count = f"{integer(shown.count)} image{'' if shown.count == 1 else 's'}"
    first = f", the surest {len(shown.indices)} here" if shown.count > len(shown.indices) else ""
    if shown.cell is None:
        return (
            f"Most confidently wrong: {count}{first}"
            if shown.count
            else "Every validation image is recognised."
        )
    true, predicted = _name(shown, 0), _name(shown, 1)
    if true == predicted:
        return f"{true} recognised: {count}{first}" if shown.count else f"No image of {true} is recognised."
    return (
        f"{true} taken for {predicted}: {count}{first}"
        if shown.count
        else f"No {true} is taken for {predicted}."
    )


def _name(shown: MistakePictures, which: int) -> str:
    return shown.classes[shown.cell[which]] if shown.cell is not None else ""


def _caption(shown: MistakePictures, position: int) -> Caption:
    true, predicted = (shown.classes[each[position]] for each in (shown.labels, shown.predicted))
    sure = percent(float(shown.confidence[position]), 0)
    tip = f"{true} → {predicted}, {percent(float(shown.confidence[position]), 2)} sure, validation image {{}}"
    return Caption(true, f"→ {predicted}", sure, tip.format(shown.indices[position]))


def _table(shown: MistakePictures) -> Iterable[Row]:
    yield ("validation image", "true class", "predicted class", "confidence")
    for index, label, predicted, sure in zip(
        shown.indices.tolist(), shown.labels, shown.predicted, shown.confidence.tolist(), strict=True
    ):
        yield (index, shown.classes[label], shown.classes[predicted], sure)
