"""What the form of a run has beside its rows: the line about the data, the sentence on top, the buttons below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from visualizer.ui.numbers import integer
from visualizer.ui.run_form import DataFacts, RunForm
from visualizer.ui.theme import DARK, Colors, icon
from visualizer.ui.widgets.panel import PADDING, ElidedLabel
from visualizer.ui.widgets.setting_row import FIELD, FIELD_X, ROW

_ICON = 14  # px


def counts_text(data: DataFacts) -> str:
    """Images of training and validation, and classes: ``4 096 / 1 024, 9 classes``."""
    if data.opening:
        return data.opening
    if not data.classes:
        return "not open"
    return f"{integer(data.training)} / {integer(data.validation)}, {data.classes} classes"


class DataLine(QWidget):
    """How many images there are; a button to look at them, or to download them where they are missing."""

    look_clicked = Signal()
    download_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = QLabel("Images")
        self._label.setProperty("role", "muted")
        self._counts = ElidedLabel()
        self._counts.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.look = QPushButton("Look at the data")
        self.look.setToolTip("Samples, counts, mean image and statistics of the chosen data")
        self.look.clicked.connect(self.look_clicked)
        self.download = QPushButton("Download")
        self.download.setToolTip("Get the files of this data set from where they are published")
        self.download.clicked.connect(self.download_clicked)
        for button in (self.look, self.download):
            button.setProperty("role", "field")
            button.setFixedHeight(FIELD)
            button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # narrow docks cut it
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setContentsMargins(PADDING, 0, PADDING, 0)
            row.setSpacing(6)
        first.setContentsMargins(PADDING, 0, PADDING + 7, 0)  # as far as the text of the fields
        first.addWidget(self._label)
        first.addWidget(self._counts, 1)
        second.addSpacing(FIELD_X - PADDING)
        second.addWidget(self.look, 1)
        second.addWidget(self.download, 1)
        self._note = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._note.setProperty("role", "small")
        self._note.setContentsMargins(PADDING, 1, PADDING, 4)
        self._note.hide()
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(0)
        for row in (first, second):
            line = QWidget()
            line.setFixedHeight(ROW)
            line.setLayout(row)
            rows.addWidget(line)
        rows.addWidget(self._note)

    def set_data(self, data: DataFacts) -> None:
        """Show what there is."""
        self._counts.set_full_text(counts_text(data))
        test = f", {integer(data.test)} for the last test" if data.test else ""
        words = f"{integer(data.training)} images to learn from, {integer(data.validation)} to validate with{test}"
        self._counts.setToolTip(words if data.classes else "")
        self._counts.setAccessibleName(words if data.classes else counts_text(data))
        self._note.setText(data.note)
        self._note.setVisible(bool(data.note))
        self.download.setVisible(data.is_missing)
        self.look.setVisible(not data.is_missing)
        self.look.setEnabled(bool(data.classes))


class Obstacle(QFrame):
    """Why the network cannot be trained, on top of the form; hidden where it can."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors: Colors = DARK
        self.setProperty("role", "obstacle")
        self._sentence = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        row = QHBoxLayout(self)
        row.setContentsMargins(PADDING + _ICON + 8, 7, PADDING, 8)
        row.addWidget(self._sentence)
        self.hide()

    def set_sentence(self, sentence: str) -> None:
        if sentence != self._sentence.text():
            self._sentence.setText(sentence)
            self.setAccessibleName(sentence)
        self.setVisible(bool(sentence))

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            icon("warning", self._colors.error).paint(painter, PADDING, 9, _ICON, _ICON)


class ApplyBar(QFrame):
    """While a run is on, what takes the changes into it; else what brings the usual settings back."""

    apply_clicked = Signal()
    revert_clicked = Signal()
    reset_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.apply = self._button("Apply", "Take the changes into the run, at its next step (Enter)")
        self.apply.setProperty("role", "primary")
        self.revert = self._button("Revert", "Go back to the settings that the run learns with")
        self.reset = self._button(
            "Usual settings", "Go back to the settings of a first try with this network"
        )
        self._words = QLabel(alignment=Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._words.setProperty("role", "small")
        self.apply.clicked.connect(self.apply_clicked)
        self.revert.clicked.connect(self.revert_clicked)
        self.reset.clicked.connect(self.reset_clicked)
        row = QHBoxLayout(self)
        row.setContentsMargins(PADDING, 9, PADDING, 9)
        row.setSpacing(8)
        for button in (self.apply, self.revert, self.reset):
            row.addWidget(button)
        row.addWidget(self._words, 1)
        self.set_form(RunForm())

    def _button(self, text: str, tip: str) -> QPushButton:
        return QPushButton(text, toolTip=tip)

    def set_form(self, form: RunForm) -> None:
        """Show what can be done."""
        in_run = (self.apply, self.revert)
        for button in (self.reset,) if form.is_running else in_run:
            button.hide()  # first: all three side by side would make the dock wider for ever
        for button in in_run if form.is_running else (self.reset,):
            button.show()
        for button in in_run:
            button.setEnabled(form.waiting > 0)
        self.reset.setEnabled(form.changed > 0)
        self._words.setText(_words(form))


def _words(form: RunForm) -> str:
    count = form.waiting if form.is_running else form.changed
    if not count:
        return "nothing waits" if form.is_running else ""
    noun = "change" if form.is_running else "setting"
    plural = "" if count == 1 else "s"
    return f"{count} {noun}{plural} {'waiting' if form.is_running else 'changed'}"
