"""The settings of a run as they are being made: what the form says, what holds, what waits, what is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from visualizer.data.dataset import DataChoice
from visualizer.networks.layers.kinds import Field, Value
from visualizer.training import settings
from visualizer.training.config import TrainingConfig
from visualizer.training.expenses import Budget
from visualizer.ui.run_form import SOURCE, DataFacts, NetworkFacts
from visualizer.ui.run_own_rows import OWN_ROWS, START
from visualizer.ui.training_state import Phase

RUNNING: frozenset[Phase] = frozenset({"starting", "running", "paused", "stopping"})
"""The phases in which a run is on."""

Edits = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class RunDraft:
    """Everything that the form depends on.

    ``edits`` are what the user has set, in order: they hold for the next network too, on top of what is ``usual``
    for it. ``config`` is what the form says; ``valid`` the last of it without anything wrong. ``strengths`` are those
    of what was switched off. ``in_run`` is the draft as the run under way has it, None while there is none.
    """

    usual: TrainingConfig = field(default_factory=TrainingConfig)
    usual_choice: DataChoice = field(default_factory=DataChoice)
    edits: Edits = field(default_factory=dict)
    config: TrainingConfig = field(default_factory=TrainingConfig)
    valid: TrainingConfig = field(default_factory=TrainingConfig)
    choice: DataChoice = field(default_factory=DataChoice)
    fresh: bool = False
    budget: Budget = field(default_factory=Budget)
    phase: Phase = "impossible"
    network: NetworkFacts = field(default_factory=NetworkFacts)
    data: DataFacts = field(default_factory=DataFacts)
    obstacle: str = ""
    strengths: Edits = field(default_factory=dict)
    in_run: RunDraft | None = None

    @property
    def is_running(self) -> bool:
        """Whether a run is on."""
        return self.in_run is not None

    @property
    def problems(self) -> Mapping[str, str]:
        """What is wrong with the values of the form: a sentence by key."""
        return self._problems_of(self.config)

    def _problems_of(self, config: TrainingConfig) -> Mapping[str, str]:
        layers = self.network.layers if self.network.name else None
        return settings.problems(
            config,
            training_count=self.data.training or None,
            layers=layers,
            has_matrices=self.network.has_matrices,
        )

    # --- edits -----------------------------------------------------------------------------------

    def with_value(self, key: str, value: Value) -> RunDraft:
        """One setting changed."""
        edits = {**{old: given for old, given in self.edits.items() if old != key}, key: value}
        if key in OWN_ROWS:
            return replace(OWN_ROWS[key].write(self, value), edits=edits)
        changed = replace(self, config=settings.with_value(self.config, key, value), edits=edits)
        return changed._settled(settings.with_value(self.valid, key, value))

    def with_switch(self, key: str, on: bool) -> RunDraft:
        """A setting whose default means off switched on, with its last strength, or off."""
        setting = next(row for row in settings.settings(self.config) if row.key == key)
        assert setting.usual is not None, "only such settings have a switch"
        assert setting.field.default is not None, "what can be switched off has a default"
        if on:
            return self.with_value(key, self.strengths.get(key, setting.usual))
        strengths = {**self.strengths, key: settings.get(self.config, key)}
        return replace(self, strengths=strengths).with_value(key, setting.field.default)

    def _settled(self, other: TrainingConfig) -> RunDraft:
        """Take the form's values as valid if nothing is wrong with them, else ``other`` if nothing is with that."""
        for candidate in (self.config, other):
            if not self._problems_of(candidate):
                return replace(self, valid=candidate)
        return self

    def applied(self) -> RunDraft:
        """The changes taken into the run."""
        return replace(self, in_run=replace(self, config=self.valid, in_run=None))

    def reverted(self) -> RunDraft:
        """Back to what the run learns with."""
        if self.in_run is None:
            return self
        before = self.in_run
        return replace(self, config=before.config, valid=before.config, edits=before.edits)

    def reset(self) -> RunDraft:
        """Back to the usual settings, with the same data."""
        source = {SOURCE: self.edits[SOURCE]} if SOURCE in self.edits else {}
        return replace(self, edits=source)._renewed(self.network, self.usual, self.usual_choice)

    # --- what goes on around it ------------------------------------------------------------------

    def in_phase(self, phase: Phase, obstacle: str) -> RunDraft:
        """Another phase of the run: at its beginning what is valid is what it learns with; at its end all holds.

        Once it has begun with new weights, these are the network's.
        """
        began = (self.in_run or replace(self, config=self.valid)) if phase in RUNNING else None
        draft = replace(self, phase=phase, obstacle=obstacle, in_run=began)
        if self.phase == "starting" and phase in ("running", "paused"):
            edits = {key: value for key, value in self.edits.items() if key != START}
            return replace(draft, fresh=False, edits=edits)
        return draft

    def with_data(self, data: DataFacts) -> RunDraft:
        """Other data; with it other values may fit."""
        return replace(self, data=data)._settled(self.valid)

    def following(self, network: NetworkFacts, usual: TrainingConfig, choice: DataChoice) -> RunDraft:
        """Another network, with what is usual for it; what the user has set stays, as far as it fits."""
        if (network, usual, choice) == (self.network, self.usual, self.usual_choice):
            return self
        if self.is_running:  # the same run in other clothes: a new last layer
            return replace(self, network=network, usual=usual, usual_choice=choice)
        return self._renewed(network, usual, choice)

    def _renewed(self, network: NetworkFacts, usual: TrainingConfig, choice: DataChoice) -> RunDraft:
        plain = replace(
            self,
            network=network,
            usual=usual,
            usual_choice=choice,
            config=usual,
            valid=usual,
            choice=choice,
            fresh=network.knows_data,
            budget=Budget(),
            edits={},
        )
        return plain.with_edits(self.edits)

    def with_edits(self, edits: Edits) -> RunDraft:
        """The settings of an earlier time; those that are none, or have no such value, are left out."""
        draft = self
        for key, value in edits.items():
            setting = draft.field_of(key)
            if setting is not None and (takes(setting, value) or (key == SOURCE and value)):
                draft = draft.with_value(key, value)
        return draft

    def field_of(self, key: str) -> Field | None:
        """The field of a setting that the form has now."""
        if key in OWN_ROWS:
            return OWN_ROWS[key].setting(self)
        rows = settings.settings(self.config, self.network.layers)
        return next((row.field for row in rows if row.key == key), None)


def takes(setting: Field, value: object) -> bool:
    """Whether a field takes a value that was read from a file."""
    if setting.type is bool:
        return isinstance(value, bool)
    if setting.type is str:
        return value in setting.choices
    if isinstance(value, bool) or not isinstance(value, int | float if setting.type is float else int):
        return False
    return math.isfinite(value) and setting.minimum <= value <= setting.maximum
