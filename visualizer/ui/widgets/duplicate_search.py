"""The search for near-duplicates: a button, its progress, and what was found."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from visualizer.data.duplicate_pictures import ShownDuplicates
from visualizer.ui.numbers import integer, percent
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.pair_list import PairList

FIND, STOP = "Find near-duplicates", "Stop"
ONLY_HISTOGRAMS = (
    "Most share no more than a histogram, as small images do: those whose pixels differ least come first."
)
_UNLIKE = 0.05  # mean difference of pixels, 0…1


class DuplicateSearch(QWidget):
    """Emits ``requested`` and, while a search goes on, ``cancelled``."""

    requested = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._searching = False
        self.button = QPushButton(FIND)
        self.button.setToolTip("Compare all images with all others, in all splits")
        self.button.setProperty("role", "small")
        self.button.clicked.connect(self._press)
        self._step = QLabel()
        self._step.setProperty("role", "small")
        self._progress = QProgressBar(textVisible=False, minimum=0, maximum=1000)
        self._words = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._words.setProperty("role", "small")
        self.pairs = PairList()
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.button)
        head.addWidget(self._step, 1)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(6)
        rows.addLayout(head)
        for widget in (self._progress, self._words, self.pairs):
            rows.addWidget(widget)
        self.set_progress(None)
        self.set_found(None)

    def set_progress(self, fraction: float | None, step: str = "") -> None:
        """Show how far (0…1) a search is, and with what; None where there is none."""
        self._searching = fraction is not None
        self.button.setText(STOP if self._searching else FIND)
        self._progress.setVisible(self._searching)
        self._progress.setValue(round(1000 * (fraction or 0)))
        self._step.setText(f"{step}, {percent(fraction, 0)}" if fraction is not None else "")

    def set_found(self, shown: ShownDuplicates | None) -> None:
        """Show what was found; None where nobody has searched."""
        self.pairs.set_pairs(shown)
        self.pairs.setVisible(self.pairs.count() > 0)
        self._words.setVisible(shown is not None)
        if shown is not None:
            self._words.setText("\n".join((findings(shown), *shown.found.notes)))

    def set_colors(self, colors: Colors) -> None:
        self.pairs.set_colors(colors)

    def _press(self) -> None:
        (self.cancelled if self._searching else self.requested).emit()


def findings(shown: ShownDuplicates) -> str:
    """``12 pairs, 2 of them with different labels, 3 across splits; the nearest 5 here``."""
    found, pairs = shown.found, shown.found.pairs
    if not pairs:
        return f"No near-duplicates among {integer(found.examined)} images."
    differing, leaks = sum(pair.is_inconsistent for pair in pairs), sum(pair.is_leak for pair in pairs)
    total = max(found.found, len(pairs))
    text = f"{integer(total)} pair{'' if total == 1 else 's'} among {integer(found.examined)} images"
    if differing:
        text += f", {integer(differing)} with different labels"
    if leaks:
        text += f", {integer(leaks)} across splits"
    if total > len(shown.pictures):
        text += f"; the first {integer(len(shown.pictures))} here"
    many = sum(pair.difference > _UNLIKE for pair in pairs) > len(pairs) / 2
    return f"{text}. {ONLY_HISTOGRAMS}" if many else text
