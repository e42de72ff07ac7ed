"""The rotation experiment in the window: asked for in a dialog, computed by processes of its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from visualizer.errors import UserError, as_sentence
from visualizer.experiments.rotation import Outcome, RotationSettings
from visualizer.ui.experiment_dialog import ExperimentDialog
from visualizer.ui.rotation import jobs

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow

_TOPIC = "experiment"


class RotationExperiment(QObject):
    """Opens the dialog, runs what is started there, and keeps it going while the dialog is hidden."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self.dialog: ExperimentDialog | None = None
        self._session.answer(_TOPIC, self._finished, self._refused)
        self._session.progressed.connect(self._tell)
        self._session.failed.connect(self._failed)

    def open(self) -> None:
        """Show the dialog: its form, or how far the experiment is."""
        if self.dialog is None:
            self.dialog = ExperimentDialog(self._window)
            self.dialog.start_requested.connect(self._start)
            self.dialog.cancel_requested.connect(self._cancel)
        self.dialog.open()

    def _start(self, settings: RotationSettings) -> None:
        self._session.ask(_TOPIC, partial(jobs.run_experiment, settings))

    def _cancel(self) -> None:
        self._session.cancel(_TOPIC)
        self._end("")

    def _tell(self, topic: str, text: str, fraction: float | None) -> None:
        if topic == _TOPIC and self.dialog is not None:
            self.dialog.set_progress(text, fraction)

    def _finished(self, outcome: object) -> None:
        assert isinstance(outcome, Outcome)
        if self.dialog is None:
            return
        self.dialog.set_finished(outcome.report, outcome.findings)
        if not self.dialog.isVisible():
            words = (
                f"The rotation experiment is done: {outcome.report}. Rotate > Rotation experiment shows it."
            )
            self._session.noticed.emit("info", words)
        for name, sentence in outcome.failures:
            self._session.noticed.emit("error", as_sentence(f"{name} failed: {sentence}"))

    def _refused(self, error: UserError) -> None:
        self._end(as_sentence(str(error)))

    def _failed(self, topic: str) -> None:
        if topic == _TOPIC and self.dialog is not None and self.dialog.is_running:
            self._end("It ended with an error, which has been reported.")

    def _end(self, sentence: str) -> None:
        if self.dialog is not None:
            self.dialog.set_failed(sentence)
            if sentence and not self.dialog.isVisible():
                self._session.noticed.emit("error", sentence)
