"""The settings of a run in the window: takes edits, keeps them, and tells what holds."""

from __future__ import annotations

import json

from PySide6.QtCore import QObject, Signal

from visualizer.data.dataset import DataChoice
from visualizer.networks.layers.kinds import Value
from visualizer.training.config import TrainingConfig
from visualizer.training.expenses import Budget
from visualizer.ui.run_draft import RunDraft
from visualizer.ui.run_form import DataFacts, NetworkFacts, RunForm
from visualizer.ui.run_own_rows import OWN_ROWS, START
from visualizer.ui.run_sections import form_of
from visualizer.ui.training_state import Phase


class RunSettings(QObject):
    """The draft of a run's settings.

    Emits ``changed(RunForm)`` with every change, ``applied(TrainingConfig)`` when changes are to be taken into the
    run under way, ``data_chosen(DataChoice)`` for other data, and ``edited(str)``, what the user has set, as JSON to
    be kept for the next start.
    """

    changed = Signal(object)
    applied = Signal(object)
    data_chosen = Signal(object)
    edited = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._draft = RunDraft()
        self._form: RunForm | None = None
        self._told: DataChoice | None = None

    # --- what holds ------------------------------------------------------------------------------

    @property
    def config(self) -> TrainingConfig:
        """How the next run learns; while one is on, how that does."""
        draft = self._draft
        return draft.in_run.config if draft.in_run is not None else draft.valid

    @property
    def choice(self) -> DataChoice:
        """The data to learn from."""
        return self._draft.choice

    @property
    def fresh(self) -> bool:
        """Whether a run begins with new weights."""
        return self._draft.fresh

    @property
    def budget(self) -> Budget:
        """What watching may take."""
        return self._draft.budget

    @property
    def form(self) -> RunForm:
        """What the panel shows."""
        if self._form is None:
            self._form = form_of(self._draft)
        return self._form

    # --- requests --------------------------------------------------------------------------------

    def set_value(self, key: str, value: Value) -> None:
        """Change a setting. It holds at once, or waits while a run is on."""
        self._edit(self._draft.with_value(key, value))

    def set_on(self, key: str, on: bool) -> None:
        """Switch a setting on or off that has a switch."""
        self._edit(self._draft.with_switch(key, on))

    def apply(self) -> None:
        """Take what waits into the run."""
        if self._draft.is_running:
            self._take(self._draft.applied())
            self.applied.emit(self.config)

    def revert(self) -> None:
        """Go back to what the run learns with."""
        self._edit(self._draft.reverted())

    def reset(self) -> None:
        """Go back to the usual settings."""
        self._edit(self._draft.reset())

    # --- what goes on around it ------------------------------------------------------------------

    def set_phase(self, phase: Phase, obstacle: str = "") -> None:
        """Tell where the run is, and why the network cannot be trained if so."""
        if (phase, obstacle) != (self._draft.phase, self._draft.obstacle):
            self._take(self._draft.in_phase(phase, obstacle))

    def set_network(self, network: NetworkFacts, usual: TrainingConfig, choice: DataChoice) -> None:
        """Another network is open, with the settings of a first try; what the user has set stays.

        What is usual for the data is what is opened without a choice, so that is no choice to be told of.
        """
        self._take(self._draft.following(network, usual, choice))
        if any(OWN_ROWS[key].is_of_data for key in self._draft.edits if key in OWN_ROWS):
            self._tell_choice()

    def set_dataset(self, data: DataFacts) -> None:
        """Tell what there is of the chosen data."""
        if data != self._draft.data:
            self._take(self._draft.with_data(data))

    def restore(self, text: str) -> None:
        """Take what was kept by an earlier start; text that is none, and settings that are gone, are left out."""
        try:
            edits = json.loads(text) if text else {}
        except ValueError:
            return
        if isinstance(edits, dict):
            self._take(self._draft.with_edits({str(key): value for key, value in edits.items()}))

    def _edit(self, draft: RunDraft) -> None:
        before = self._draft
        self._take(draft)
        if draft.choice != before.choice:
            self._tell_choice()
        if draft.edits != before.edits:
            kept = {key: value for key, value in draft.edits.items() if key != START}  # that is for one run
            self.edited.emit(json.dumps(kept))

    def _take(self, draft: RunDraft) -> None:
        if draft is not self._draft:
            self._draft, self._form = draft, None
            self.changed.emit(self.form)

    def _tell_choice(self) -> None:
        if self.choice != self._told:
            self._told = self.choice
            self.data_chosen.emit(self.choice)
