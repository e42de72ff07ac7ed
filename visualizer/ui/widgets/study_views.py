"""The four views of networks over a data set: box plots, mean curve, accuracy per class, predicted classes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from PySide6.QtWidgets import QStackedLayout, QWidget

from visualizer.probes.response.dataset_figures import class_rows, curve_rows, predicted_rows, share_rows
from visualizer.probes.response.frames import DatasetResponse
from visualizer.probes.response.study_figures import StudyFigures, predicted_classes
from visualizer.ui.numbers import integer, percent
from visualizer.ui.rotation.state import Line
from visualizer.ui.rotation.words import value_words
from visualizer.ui.theme import Colors
from visualizer.ui.widgets.angle_matrix import AngleMatrix
from visualizer.ui.widgets.box_page import BoxPage
from visualizer.ui.widgets.export import Row
from visualizer.ui.widgets.quartile_plot import QuartilePlot
from visualizer.ui.widgets.study_figures import box_row, quartile_curve
from visualizer.ui.widgets.study_words import asked_words, share_title, value_range

BOXES, CURVE, CLASSES, MATRIX = range(4)


@dataclass(frozen=True, slots=True)
class StudyView:
    """One row of the table of views; ``of_one``: of a single network, which is chosen."""

    key: str
    title: str
    rows: Callable[[Iterable[DatasetResponse]], Iterable[Row]]
    of_one: bool = False


VIEWS = (
    StudyView("box plots", "Box plots", share_rows),
    StudyView("mean curve", "Mean curve", curve_rows),
    StudyView("per class", "Per class", class_rows, of_one=True),
    StudyView("predicted classes", "{} × class", predicted_rows, of_one=True),
)


class StudyViews(QWidget):
    """Shows the lines that were asked in the view that is chosen."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = BOXES
        self._lines: tuple[Line, ...] = ()
        self._shown: tuple[object, ...] = ()
        self.boxes, self.curve, self.classes, self.matrix = (
            BoxPage(),
            QuartilePlot(),
            AngleMatrix(),
            AngleMatrix(),
        )
        self.boxes.room_found.connect(self._show_curves_below)
        self.classes.setAccessibleName("Accuracy by class and value")
        self.matrix.setAccessibleName("Predicted classes by value")
        self._stack = QStackedLayout(self)
        for widget in (self.boxes, self.curve, self.classes, self.matrix):
            self._stack.addWidget(widget)

    # --- what is shown -----------------------------------------------------------------------------

    def set_lines(self, lines: tuple[Line, ...]) -> None:
        """Take the lines, each with a name of its own."""
        self._lines = lines

    def show_view(self, view: int, key: str, label: int | None) -> None:
        """Show one of the views: of the network ``key`` and its true class ``label`` (None: all) where it is of one."""
        known = (
            (line.key, line.name, line.color, line.studied, box_row(line).trouble) for line in self._lines
        )
        shown = (view, key, label, *known)
        if shown == self._shown:
            return
        self._shown, self.view = shown, view
        if self._stack.currentIndex() != view:
            self._stack.setCurrentIndex(view)
        if view == BOXES:
            self._show_boxes()
        elif view == CURVE:
            self._show_curves(self.curve, f"p(true class), mean and quartiles, {self.caption()}")
        else:
            figures = next((line.studied for line in self._lines if line.key == key), None)
            if figures is not None and figures.study.done:
                self._show_classes(figures) if view == CLASSES else self._show_matrix(figures, label)

    def answers(self) -> list[DatasetResponse]:
        """What is known of the lines, in their order."""
        return [line.study for line in self._lines if line.study is not None and line.study.done]

    def caption(self) -> str:
        """How many images and values are asked about."""
        answers = [line.study for line in self._lines if line.study is not None]
        # Networks are asked one after the other: the one that is asked just now says how far it is.
        going_on = [study for study in answers if not study.complete]
        return asked_words((going_on or answers)[-1]) if answers else ""

    def _show_boxes(self) -> None:
        answers = self.answers()
        rows = [box_row(line) for line in self._lines]
        self.boxes.set_rows(rows, self.caption(), share_title(answers[0].transform) if answers else "")
        self._show_curves_below()

    def _show_curves_below(self) -> None:
        if not self.boxes.curve.isHidden():
            self._show_curves(self.boxes.curve, "p(true class), mean and quartiles")

    def _show_curves(self, plot: QuartilePlot, caption: str) -> None:
        answers = self.answers()
        if not answers:
            plot.set_curves((), "", "rotation", (0.0, 360.0))
            return
        transform = answers[0].transform
        known = [(line, line.studied) for line in self._lines if line.studied is not None]
        curves = [
            quartile_curve(line, figures)
            for line, figures in known
            if figures.study.done and figures.study.transform == transform
        ]
        plot.set_curves(curves, caption, transform, value_range(answers[0]))

    def _show_classes(self, figures: StudyFigures) -> None:
        study, cells, counts = figures.study, figures.by_class, figures.counts
        names = [study.classes[index] for index in figures.classes]

        def words(row: int, column: int) -> str:
            at = value_words(study.transform, float(study.values[column]))
            return f"{names[row]} at {at}: {percent(float(cells[row, column]))} of {counts[row]} images right"

        values, caption = study.values, asked_words(study)
        self.classes.set_cells(cells, names, values, study.transform, caption, "share right", words)

    def _show_matrix(self, figures: StudyFigures, label: int | None) -> None:
        study = figures.study
        of_all = label is None or figures.classes == (label,)
        found = figures.predicted if of_all else predicted_classes(study, label)
        cells, names = found.shares, [study.classes[index] for index in found.classes]
        whose = "images" if label is None else f"{integer(found.images)} images of {study.classes[label]}"

        def words(row: int, column: int) -> str:
            at = value_words(study.transform, float(study.values[column]))
            return f"at {at} {percent(float(cells[row, column]))} of the {whose} are taken for {names[row]}"

        values, caption = study.values, asked_words(study) if label is None else whose
        self.matrix.set_cells(cells, names, values, study.transform, caption, "taken for", words, fit=True)

    def set_colors(self, colors: Colors) -> None:
        for widget in (self.boxes, self.curve, self.classes, self.matrix):
            widget.set_colors(colors)

    # --- what can be saved -------------------------------------------------------------------------

    def picture_of(self) -> QWidget:
        """The widget of the view that is shown, all of it."""
        return (self.boxes, self.curve, self.classes, self.matrix)[self.view]

    def table(self, key: str) -> Iterable[Row]:
        """The numbers of the view that is shown, of one network where it is of one; by the names of the lines."""
        view = VIEWS[self.view]
        return view.rows(
            replace(line.study, network=line.name)
            for line in self._lines
            if line.study is not None and line.study.done and (line.key == key or not view.of_one)
        )
