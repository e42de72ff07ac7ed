"""The Run panel: its settings become those of the next run and of the one under way, its data that to learn from."""

from __future__ import annotations

import operator
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from visualizer.data.dataset import DataChoice
from visualizer.ui import settings, training_jobs
from visualizer.ui.panels.run import RunPanel
from visualizer.ui.run_form import SOURCE, DataFacts, NetworkFacts, RunForm
from visualizer.ui.run_settings import RunSettings
from visualizer.ui.training_data import DataState
from visualizer.ui.training_jobs import Start, Usual
from visualizer.ui.training_state import TrainingState

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow

_TOPIC = "usual"


class RunWiring(QObject):
    """Connects the Run panel with the training of the session. Emits ``data_wanted()`` to look at the data."""

    data_wanted = Signal()

    def __init__(self, window: MainWindow, panel: RunPanel) -> None:
        super().__init__(window)
        self._window, self._panel = window, panel
        self._session, self._training = window.session, window.session.training
        self.settings = RunSettings(self)
        self._chosen: tuple[object, ...] = ()
        self._usual_for: tuple[object, ...] = ()
        self._connect_panel()
        self.settings.changed.connect(self._settings_changed)
        self.settings.applied.connect(self._training.apply)
        self.settings.data_chosen.connect(self._choose)
        self.settings.edited.connect(lambda text: window.settings.set(settings.RUN, text))
        self._training.changed.connect(self._run_changed)
        self._training.data.changed.connect(self._data_changed)
        self._session.network_changed.connect(lambda _: self._ask_for_usual())
        self._session.answer(
            _TOPIC, self._usual_known, lambda _: None
        )  # it will be said when play is pressed
        self.settings.restore(window.settings.get(settings.RUN))
        panel.set_form(self.settings.form)

    def _connect_panel(self) -> None:
        panel, run_settings = self._panel, self.settings
        panel.value_changed.connect(run_settings.set_value)
        panel.switched.connect(run_settings.set_on)
        panel.apply_requested.connect(run_settings.apply)
        panel.revert_requested.connect(run_settings.revert)
        panel.reset_requested.connect(run_settings.reset)
        panel.folder_requested.connect(self._choose_folder)
        panel.look_at_data_requested.connect(self._training.data.open)
        panel.look_at_data_requested.connect(self.data_wanted)
        panel.download_requested.connect(self._download)

    def _settings_changed(self, form: RunForm) -> None:
        run_settings = self.settings
        self._panel.set_form(form)
        chosen = (run_settings.config, run_settings.fresh, run_settings.budget)
        if chosen != self._chosen:
            self._chosen = chosen
            self._training.how = Start(*chosen)
            self._training.data.seed = run_settings.config.seed

    def _choose(self, choice: DataChoice) -> None:
        self._training.data.choose(choice)

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self._window, "Folder of class folders")
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(lambda path: self.settings.set_value(SOURCE, path))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _download(self, name: str) -> None:
        self._training.data.choose(replace(self.settings.choice, source=name), download=True)

    def _ask_for_usual(self) -> None:
        """Learn what suits the network and the data, where these are others."""
        opened, data = self._session.opened, self._training.data
        if opened is None:
            return
        source, dataset = data.source, data.dataset
        asked_for = (opened.anatomy, source, dataset)
        if len(self._usual_for) != 3 or not all(map(operator.is_, asked_for, self._usual_for)):
            self._usual_for = asked_for
            self._session.ask(_TOPIC, lambda _: training_jobs.usual(opened, source, dataset))

    def _usual_known(self, value: object) -> None:
        assert isinstance(value, Usual)
        facts = NetworkFacts(
            value.network,
            value.layers,
            value.parameters,
            value.classes,
            value.has_matrices,
            value.knows_data,
        )
        self.settings.set_network(facts, value.config, value.choice)

    def _run_changed(self, state: TrainingState) -> None:
        self.settings.set_phase(state.phase, state.reason if state.phase == "impossible" else "")
        frame = state.frame
        self._panel.set_progress(state.epoch, frame.curves if frame is not None else None)

    def _data_changed(self, state: DataState) -> None:
        self.settings.set_dataset(facts_of(state))
        self._ask_for_usual()


def facts_of(state: DataState) -> DataFacts:
    """What the Run panel says of the data."""
    dataset = state.dataset
    if dataset is None:
        return DataFacts(problem=state.problem, opening=state.opening, is_missing=state.is_missing)
    return DataFacts(
        training=dataset.training_count,
        validation=len(dataset.validation),
        test=len(dataset.test) if dataset.test is not None else 0,
        classes=len(dataset.classes),
        note="\n".join(dataset.notes),
    )
