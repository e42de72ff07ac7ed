"""The Data set panel: what a network learns from, class by class, and what preprocessing makes of it."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QStackedLayout, QVBoxLayout, QWidget

from visualizer.data.dataset_summary import DatasetSummary
from visualizer.data.duplicate_pictures import ShownDuplicates
from visualizer.ui.numbers import integer, percent, signed
from visualizer.ui.text import plain
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.class_table import ClassTable
from visualizer.ui.widgets.duplicate_search import DuplicateSearch
from visualizer.ui.widgets.export import Export, Row
from visualizer.ui.widgets.panel import PADDING, Panel
from visualizer.ui.widgets.picture_rows import PictureRow, PictureRows
from visualizer.ui.widgets.placeholder import Placeholder
from visualizer.ui.widgets.readouts import Readouts
from visualizer.ui.widgets.section import Section

NOTHING = "Choose data in the Run panel."
FEW_CLASSES = 12  # shown at first: what is below them must stay within reach
FEW_FILES = 6
CONTENT = "sectionContent"  # the name of what stands in a section


class DatasetPanel(Panel):
    """Shows the summary of a data set, and near-duplicates in it.

    Emits ``image_chosen(split, index)``, for training into the images of the first epoch, ``duplicates_requested`` and
    ``duplicates_cancelled``.
    """

    title = "Data set"
    key = "dataset"
    image_chosen = Signal(str, int)
    duplicates_requested = Signal()
    duplicates_cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._summary: DatasetSummary | None = None
        self._facts, self._left_out = _label("small"), _label("warning")
        self.classes, self.figures, self.previews = ClassTable(), Readouts(), PictureRows()
        self.classes.picture_chosen.connect(self._choose)
        self.all_classes = QPushButton()
        self.all_classes.setProperty("role", "small")
        self.all_classes.clicked.connect(self._show_all_classes)
        self.duplicates = DuplicateSearch()
        self.duplicates.requested.connect(self.duplicates_requested)
        self.duplicates.cancelled.connect(self.duplicates_cancelled)
        self.duplicates.pairs.image_chosen.connect(self.image_chosen)
        self._class_section = Section("Classes", _stacked(self.classes, self.all_classes))
        self._preview_section = Section("Preprocessing", _stacked(self.figures, self.previews))
        self._duplicate_section = Section("Near-duplicates", self.duplicates)
        self._empty = Placeholder(NOTHING)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._scrolling_card())

    def _scrolling_card(self) -> QScrollArea:
        self._card = QWidget()
        rows = QVBoxLayout(self._card)
        rows.setContentsMargins(0, 8, 0, 0)
        rows.setSpacing(0)
        for label in (self._facts, self._left_out):
            rows.addWidget(label)
        for section in (self._class_section, self._preview_section, self._duplicate_section):
            rows.addWidget(section)
        rows.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the page keys scroll
        area.setWidget(self._card)
        return area

    # What is shown

    def set_summary(self, summary: DatasetSummary | None, sentence: str = "") -> None:
        """Show a data set; without one, ``sentence`` says why there is none."""
        if summary is None:
            self._empty.set_sentence(sentence or NOTHING)
        if summary is self._summary:
            return
        self._summary = summary
        self._pages.setCurrentIndex(0 if summary is None else 1)
        self.set_subtitle(plain(summary.name) if summary is not None else "")
        if summary is None:
            return
        self._facts.setText("\n".join((_facts(summary), *map(plain, summary.notes))))
        self._left_out.setText(_left_out(summary.unreadable))
        self._left_out.setVisible(bool(summary.unreadable))
        self._show_classes(summary, FEW_CLASSES)
        self.figures.set_pairs((("mean", _channels(summary.mean)), ("std", _channels(summary.std))))
        self._preview_section.set_detail(f"from {integer(summary.examined)} training images")
        self.previews.set_rows(_rows(summary))
        self.duplicates.set_found(None)  # they were those of another data set
        self._settle_layout()

    def set_duplicates(self, found: ShownDuplicates | None) -> None:
        """Show near-duplicates; None where nobody has searched."""
        self.duplicates.set_found(found)
        self._settle_layout()

    def set_search_progress(self, fraction: float | None, step: str = "") -> None:
        """Show how far (0…1) the search for near-duplicates is; None where there is none."""
        self.duplicates.set_progress(fraction, step)

    def _settle_layout(self) -> None:
        """Give every part its height now: left to Qt, a change deep inside takes several turns of the event loop."""
        sections = self._class_section, self._preview_section, self._duplicate_section
        for part in (*self.findChildren(QWidget, CONTENT), self.duplicates, *sections, self._card):
            if layout := part.layout():
                layout.activate()

    def set_waiting(self, waiting: bool) -> None:
        """Say that a data set is being opened."""
        self._empty.set_waiting(waiting)

    def set_colors(self, colors: Colors) -> None:
        for part in (self.classes, self.figures, self.previews, self.duplicates):
            part.set_colors(colors)

    def _show_classes(self, summary: DatasetSummary, most: int) -> None:
        count = len(summary.classes)
        shown = count if count <= most else most
        samples = tuple(summary.samples[row, : summary.sample_counts[row]] for row in range(shown))
        self.classes.set_classes(summary.classes[:shown], summary.splits, summary.counts[:shown], samples)
        self._class_section.set_detail("images of each", integer(count))
        self.all_classes.setText(f"Show all {integer(count)} classes")
        self.all_classes.setVisible(shown < count)

    def _show_all_classes(self) -> None:
        if self._summary is not None:
            self._show_classes(self._summary, len(self._summary.classes))
            self._settle_layout()

    def _choose(self, row: int, number: int) -> None:
        if self._summary is not None:
            self.image_chosen.emit("training", int(self._summary.sample_indices[row, number]))

    # Copy and save

    def export(self) -> Export | None:
        summary = self._summary
        if summary is None:
            return None
        return Export(plain(summary.name), self._picture, table=lambda: _table(summary))

    def _picture(self) -> QPixmap:
        return self._card.grab()


def _stacked(*widgets: QWidget) -> QWidget:
    content = QWidget(objectName=CONTENT)
    rows = QVBoxLayout(content)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setSpacing(6)
    for widget in widgets:
        if isinstance(widget, QPushButton):
            rows.addWidget(widget, alignment=Qt.AlignmentFlag.AlignLeft)
        else:
            rows.addWidget(widget)
    return content


def _label(role: str) -> QLabel:
    label = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)  # names come from files
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setProperty("role", role)
    label.setContentsMargins(PADDING, 0, PADDING, 7)
    return label


def _facts(summary: DatasetSummary) -> str:
    """``20 000 training, 2 000 validation images of 32×32, 3 channels``."""
    totals = zip(summary.counts.sum(axis=0).tolist(), summary.splits, strict=True)
    height, width = summary.mean_image.shape[:2]
    counts = ", ".join(f"{integer(count)} {split}" for count, split in totals)
    channels = len(summary.mean)
    return f"{counts} images of {height}×{width}, {channels} channel{'' if channels == 1 else 's'}"


def _left_out(files: tuple[str, ...]) -> str:
    count = len(files)
    words = (
        "1 file that could not be read is"
        if count == 1
        else f"{integer(count)} files that could not be read are"
    )
    shown = list(map(plain, files[:FEW_FILES]))
    more = [f"and {integer(count - FEW_FILES)} more"] if count > FEW_FILES else []
    return "\n".join([f"{words} left out:", *shown, *more])


def _channels(values: tuple[float, ...]) -> str:
    """One number a channel; the range where there are many."""
    if len(values) > 4:
        return f"{signed(min(values), 3)} … {signed(max(values), 3)}"
    return "  ".join(signed(value, 3) for value in values)


def _rows(summary: DatasetSummary) -> tuple[PictureRow, ...]:
    """The mean image and the previews."""
    mean = PictureRow("Mean image", "", "The mean of the training images", summary.mean_image[None])
    reduced = f"{summary.components} components"
    kept = f"{percent(summary.variance_kept)} kept"
    return (
        mean,
        *(
            PictureRow(
                each.title, kept if each.title == reduced else "", f"{each.title}: {each.words}", each.images
            )
            for each in summary.previews
        ),
    )


def _table(summary: DatasetSummary) -> Iterable[Row]:
    """The images of each class in each split, and of every channel the mean and the standard deviation."""
    yield ("class", *summary.splits)
    for name, counts in zip(summary.classes, summary.counts.tolist(), strict=True):
        yield (name, *counts)
    yield ()
    yield ("channel", "mean", "std")
    for channel, (mean, std) in enumerate(zip(summary.mean, summary.std, strict=True)):
        yield (channel, mean, std)
