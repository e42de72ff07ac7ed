"""The panels of what a network gets wrong, of the data, and of one class over training."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from visualizer.data.dataset import Dataset
from visualizer.data.dataset_summary import DatasetSummary, pictures, summarise
from visualizer.data.inputs import Input
from visualizer.probes.frames import Inspection
from visualizer.probes.over_training import ProbabilityHistory
from visualizer.training.frames import Evaluation
from visualizer.training.mistakes import Cell, MistakePictures, pictures_of
from visualizer.ui import training_jobs
from visualizer.ui.learning_wiring import LearningPanels
from visualizer.ui.panels.confusion import ConfusionPanel
from visualizer.ui.panels.dataset import DatasetPanel
from visualizer.ui.panels.mistakes import MistakesPanel
from visualizer.ui.panels.prediction import PredictionPanel
from visualizer.ui.training_data import DataState
from visualizer.ui.training_state import TrainingState

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow


class EvaluationPanels(QObject):
    """Connects Confusion and Mistakes with the newest evaluation at the moment that is shown."""

    def __init__(self, window: MainWindow, learning: LearningPanels) -> None:
        super().__init__(window)
        self._session, self._training = window.session, window.session.training
        self._cell: Cell | None = None
        self._own: Evaluation | None = None  # asked for, of a moment that had none
        # Whose pictures are shown or awaited.
        self._pictured: tuple[Evaluation, Cell | None] | None = None
        self._confusion: ConfusionPanel | None = None
        self._mistakes: MistakesPanel | None = None
        for dock in window.docks.values():
            if isinstance(dock.panel, ConfusionPanel):
                self._connect_confusion(dock.panel)
                learning.add(dock.panel, self._show_confusion)
            elif isinstance(dock.panel, MistakesPanel):
                self._connect_mistakes(dock.panel)
                learning.add(dock.panel, self._show_mistakes)
        self._session.answer("mistakes", self._pictures_made)
        self._session.answer("evaluation", self._evaluated)
        self._training.changed.connect(self._forget_run)

    def _connect_confusion(self, panel: ConfusionPanel) -> None:
        self._confusion = panel
        panel.cell_chosen.connect(lambda true, predicted: self._choose((true, predicted)))
        panel.cell_dismissed.connect(partial(self._choose, None))
        self._session.input_changed.connect(lambda shown: panel.set_label(shown.label))

    def _connect_mistakes(self, panel: MistakesPanel) -> None:
        self._mistakes = panel
        panel.cell_dismissed.connect(partial(self._choose, None))
        panel.picture_chosen.connect(self._open_picture)
        panel.evaluation_requested.connect(self._evaluate)

    def _forget_run(self, state: TrainingState) -> None:
        """Another run begins, or another network is open: its steps and classes are others."""
        if state.frame is None:
            self._own = None
            self._session.cancel("evaluation")
            if self._cell is not None:
                self._choose(None)

    def _evaluation(self, state: TrainingState) -> tuple[Evaluation | None, str]:
        """What to show, and where it is from if that is not the moment shown."""
        if self._own is not None and state.frame is not None and self._own.step == state.step:
            return self._own, ""
        return state.evaluation, state.stale_words

    def _show_confusion(self, state: TrainingState) -> None:
        assert self._confusion is not None
        self._confusion.set_evaluation(*self._evaluation(state))

    def _show_mistakes(self, state: TrainingState) -> None:
        assert self._mistakes is not None
        evaluation, _ = self._evaluation(state)
        dataset = self._training.data.dataset
        self._mistakes.set_can_evaluate(dataset is not None and state.frame is not None)
        if evaluation is None or dataset is None or not _is_of(evaluation, dataset):
            self._pictured = None
            self._mistakes.set_pictures(None)
            return
        wanted = (evaluation, self._cell)
        if wanted != self._pictured and not self._session.awaits("mistakes"):
            self._pictured = wanted
            cell = self._cell
            self._session.ask("mistakes", lambda _: pictures_of(dataset.validation, evaluation, cell))

    def _pictures_made(self, value: object) -> None:
        assert isinstance(value, MistakePictures)
        if self._mistakes is not None and self._pictured is not None:
            state = self._training.state
            self._mistakes.set_pictures(value, self._evaluation(state)[1])
            self._show_mistakes(state)  # there may have been another evaluation meanwhile

    def _choose(self, cell: Cell | None) -> None:
        self._cell = cell
        if self._confusion is not None:
            self._confusion.set_cell(cell)
        if self._mistakes is not None:
            self._session.cancel("mistakes")
            self._pictured = None
            self._show_mistakes(self._training.state)

    def _open_picture(self, index: int) -> None:
        dataset = self._training.data.dataset
        if dataset is not None and index < len(dataset.validation):
            label = dataset.classes[int(dataset.validation.labels[index])]
            name = f"{dataset.name}, validation image {index}"
            picture = pictures(dataset.validation.images[index : index + 1])[0]
            self._session.show_input(Input(picture, name, label=label))

    def _evaluate(self) -> None:
        run, dataset, step = self._training.run, self._training.data.dataset, self._training.state.step
        if run is not None and dataset is not None:
            self._session.ask("evaluation", lambda report: training_jobs.evaluate(run, dataset, step, report))

    def _evaluated(self, value: object) -> None:
        assert isinstance(value, Evaluation)
        self._own = value
        self._training.tell()


def _is_of(evaluation: Evaluation, dataset: Dataset) -> bool:
    """Whether these validation images were looked at: other data may have been chosen since."""
    labels = dataset.validation.labels.cpu().numpy()
    return evaluation.classes == dataset.classes and np.array_equal(evaluation.labels, labels)


class DataPanelWiring(QObject):
    """Lets the Data set panel show the chosen data, which is opened when somebody can see it."""

    def __init__(self, window: MainWindow, panel: DatasetPanel, learning: LearningPanels) -> None:
        super().__init__(window)
        self._session, self._data = window.session, window.session.training.data
        self._panel, self._visible = panel, learning.visible
        self._summarised: object = None
        self._session.answer("summary", self._summary_made)
        self._session.failed.connect(self._failed)
        self._data.changed.connect(self._show)
        learning.visible.changed.connect(self._look)

    def _look(self) -> None:
        if any(key in self._visible for key in ("run", self._panel.key)):
            self._data.open()
        self._show(self._data.state)

    def _show(self, state: DataState) -> None:
        if self._panel.key not in self._visible:
            return
        dataset = state.dataset
        if dataset is None:
            self._summarised = None
            self._session.cancel("summary")
            self._panel.set_summary(None, state.problem)
        elif dataset is not self._summarised:
            self._summarised, seed = dataset, self._data.seed
            self._panel.set_summary(None)
            self._session.ask("summary", lambda _: summarise(dataset, seed))
        self._panel.set_waiting(bool(state.opening) or self._session.awaits("summary"))

    def _summary_made(self, value: object) -> None:
        assert isinstance(value, DatasetSummary)
        self._panel.set_waiting(False)
        self._panel.set_summary(value)

    def _failed(self, topic: str) -> None:
        if topic == "summary":
            self._panel.set_waiting(False)
            self._panel.set_summary(None, "The data set could not be looked through.")


class HistoryOfInput(QObject):
    """Follows the probability of the input's true class through the moments of the run, for Prediction."""

    def __init__(self, window: MainWindow, panel: PredictionPanel, learning: LearningPanels) -> None:
        super().__init__(window)
        self._session, self._training, self._panel = window.session, window.session.training, panel
        self._visible = learning.visible
        self._job: training_jobs.HistoryOfClass | None = None
        self._made_for: tuple[object, ...] = ()
        self._history: ProbabilityHistory | None = None
        self._said: tuple[object, ...] = ()  # what the panel was told last
        self._has_gaps = False  # a run that goes on is looked at when there is time
        self._session.answer("history", self._known)
        self._session.inspection_changed.connect(self._looked)
        self._training.changed.connect(self._follow_run)
        learning.add(panel, self._show)

    def _follow_run(self, state: TrainingState) -> None:
        """Keep nothing of a run that is gone, neither out of sight: its moments are large."""
        self._has_gaps = self._has_gaps or state.phase == "running"
        if state.frame is None:
            self._session.cancel("history")
            self._forget()

    def _forget(self) -> None:
        was_shown = bool(self._said) or self._history is not None
        self._job, self._history, self._made_for, self._said = None, None, (), ()
        if was_shown:
            self._panel.set_history(None)

    def _show(self, state: TrainingState) -> None:
        frame = state.frame
        if frame is None:
            return
        visited = None if state.visited is None else state.epoch
        said = (self._history, visited, frame.epochs)
        if said != self._said:
            self._said = said
            self._panel.set_history(self._history, visited, float(frame.epochs))
        if self._has_gaps and state.phase in ("paused", "ended"):
            self._has_gaps = False
            self._ask()

    def _looked(self, inspection: Inspection) -> None:
        """What the run says of the input while it goes on costs nothing more."""
        self._ask_anew()
        state, history, prediction = self._training.state, self._history, inspection.prediction
        if history is None or prediction is None or state.frame is None or not self._training.is_live:
            return
        if self._session.is_turning:  # it is of the input as it lay before
            return
        if prediction.label == history.label and prediction.label_probability is not None:
            self._history = history.with_value(state.frame.epoch, prediction.label_probability)

    def _ask_anew(self) -> None:
        """Another input may be there, or another run."""
        if self._session.is_turning:
            return
        known, run, shown = self._session.prepared, self._training.run, self._session.input
        if known is None or run is None or shown is None or shown.label is None:
            if run is None or shown is None or shown.label is None:
                self._forget()
            return
        if self._made_for != (run, known.prepared):
            self._made_for = (run, known.prepared)
            self._job = training_jobs.HistoryOfClass(run, known.prepared, shown.label)
            self._ask()

    def _ask(self) -> None:
        job = self._job
        if job is not None and self._panel.key in self._visible and not self._session.awaits("history"):
            self._session.ask("history", job)

    def _known(self, value: object) -> None:
        if value is None or isinstance(value, ProbabilityHistory):
            self._history = value
            self._show(self._training.state)
