"""The form of a draft: the tables of settings as sections of rows, and the learning rates that they lead to."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from visualizer.data.shapes import CLASSES
from visualizer.errors import as_sentence
from visualizer.training import settings
from visualizer.training.config import TrainingConfig
from visualizer.training.schedules import factor
from visualizer.training.settings import Section, Setting
from visualizer.ui.run_draft import RunDraft
from visualizer.ui.run_form import SOURCE, DataFacts, FormRow, FormSection, RunForm
from visualizer.ui.run_own_rows import OWN_ROWS, OwnRow, is_endless
from visualizer.ui.widgets.schedule_plot import PlannedRates
from visualizer.ui.widgets.value_slider import Scale

_POINTS = 160  # of the planned learning rates
_USUAL_STEPS = 64  # an epoch, while the data is not open
_OPEN = ("data", "optimizer", "schedule", "augmentation")
"""The sections that begin unfolded."""
_SCALES = {
    "learning_rate": Scale(1e-5, 1.0, logarithmic=True),
    "optimizer.momentum": Scale(0.0, 0.999),
    "optimizer.weight_decay": Scale(1e-6, 0.1, logarithmic=True, has_zero=True),
}
"""The settings that have a slider."""
_PLACES = {
    "batch": "data",
    "precision": "run",
    "epochs": "schedule",
    "seed": "run",
    "validate_every": "run",
}
"""The settings that stand in another section than the table's: where people look for them."""
_MINOR = frozenset(
    {
        "optimizer.beta1",
        "optimizer.beta2",
        "optimizer.eps",
        "schedule.rise",
        "schedule.start",
        "schedule.end",
    }
)
"""The settings that few people change."""
_UNITS = {
    "batch": "images",
    "epochs": "epochs",
    "warm_up": "epochs",
    "patience": "epochs",
    "schedule.patience": "epochs",
    "schedule.rate": "per epoch",
    "schedule.rise": "of the run",
    "schedule.start": "of the rate",
    "schedule.end": "of the start",
    "schedule.lowest": "of the rate",
    "averaging.start": "of the run",
    "body_rate": "× the rate",
    "validate_every": "steps",
    "augmentation.shift": "of the side",
    "augmentation.crop": "px",
    "augmentation.flip": "of images",
    "augmentation.rotation": "°",
    "augmentation.cutout": "of the side",
}
_SMALLEST = 0.001  # of a strength: 0 is off, which the switch says
_HINTS = {"augmentation": "training images only"}
_LOCKED, _LIVE = "locked while running", "applies at next step"


@dataclass(frozen=True, slots=True)
class _Marks:
    """What is to be marked: the sentences about wrong values by key, and the keys of values that wait."""

    problems: Mapping[str, str]
    waiting: frozenset[str]


def form_of(draft: RunDraft) -> RunForm:
    """What the panel shows of a draft."""
    sections = _sections(draft)
    rows = [row for section in sections for row in section.rows]
    return RunForm(
        phase=draft.phase,
        is_running=draft.is_running,
        subtitle=draft.network.name,
        obstacle=draft.obstacle,
        sections=sections,
        source=draft.choice.source,
        data=shown_data(draft),
        rates=planned_rates(draft.valid, shown_data(draft).training),
        waiting=sum(row.waiting for row in rows),
        changed=_changed(draft, rows),
    )


def shown_data(draft: RunDraft) -> DataFacts:
    """What there is of the data; how much there is of the built-in shapes is known before they are drawn."""
    data, choice = draft.data, draft.choice
    if data.classes or data.problem or not is_endless(draft):
        return data
    return replace(
        data, training=choice.per_epoch or 0, validation=choice.validation_count or 0, classes=len(CLASSES)
    )


def _sections(draft: RunDraft) -> tuple[FormSection, ...]:
    """Data and its split first, then how the network learns, at the end what watching may cost."""
    split = "images to learn from and to validate with"
    waiting = _differing(draft.config, draft.in_run.config) if draft.in_run is not None else frozenset()
    marks = _Marks(draft.problems, waiting)
    placed: dict[str, tuple[FormRow, ...]] = {}
    for section in settings.SECTIONS:
        for row in section.fields(draft.config, draft.network.layers):
            key = _PLACES.get(row.key, section.key)
            made = _row(draft, section, row, marks)
            placed[key] = (*placed.get(key, ()), made)
    return (
        _section(draft, "data", "Data", "", (*_own_rows(draft, "data"), *placed["data"])),
        _section(draft, "split", "Split", split, _own_rows(draft, "split")),
        *(
            _section(draft, section.key, section.title, section.hint, placed[section.key])
            for section in settings.SECTIONS
            if section.key in placed
        ),
        _section(draft, "live", "Live view", "what watching may take", _own_rows(draft, "live")),
    )


def _section(draft: RunDraft, key: str, title: str, help: str, rows: tuple[FormRow, ...]) -> FormSection:
    hint = _LOCKED if all(row.locked for row in rows) else _LIVE if draft.is_running else _HINTS.get(key, "")
    return FormSection(key, title, hint, rows, help, folded=key not in _OPEN)


# --- rows ----------------------------------------------------------------------------------------


def _own_rows(draft: RunDraft, section: str) -> tuple[FormRow, ...]:
    return tuple(
        _own_row(draft, row) for row in OWN_ROWS.values() if row.section == section and row.is_shown(draft)
    )


def _own_row(draft: RunDraft, row: OwnRow) -> FormRow:
    made = row.setting(draft)
    return FormRow(
        key=row.key,
        setting=made,
        value=row.read(draft),
        label=made.label,
        unit=row.unit,
        titles=row.titles(draft),
        locked=draft.is_running,
        problem=as_sentence(draft.data.problem) if row.key == SOURCE and draft.data.problem else "",
    )


def _row(draft: RunDraft, section: Section, setting: Setting, marks: _Marks) -> FormRow:
    key, made = setting.key, setting.field
    value = settings.get(draft.config, key)
    switch: bool | None = None
    if setting.usual is not None:
        switch = value != made.default
        value = value if switch else draft.strengths.get(key, setting.usual)
        made = replace(made, minimum=max(made.minimum, 1 if made.type is int else _SMALLEST))
    return FormRow(
        key=key,
        setting=made,
        value=value,
        label="Kind" if made.choices and made.label == section.title else made.label,
        unit=_UNITS.get(key, ""),
        titles=setting.titles,
        scale=_SCALES.get(key),
        switch=switch,
        locked=draft.is_running and not section.live,
        waiting=key in marks.waiting,
        problem=marks.problems.get(key, ""),
        is_minor=key in _MINOR,
    )


def _differing(config: TrainingConfig, before: TrainingConfig) -> frozenset[str]:
    """The settings with another value than before; those that another kind of optimizer brings come with that."""
    now, then = (
        {row.key: settings.get(made, row.key) for row in settings.settings(made)} for made in (config, before)
    )
    return frozenset(key for key in now.keys() & then.keys() if now[key] != then[key])


def _changed(draft: RunDraft, rows: Sequence[FormRow]) -> int:
    """The number of settings that are not the usual ones."""
    usual = draft.reset()
    own = (OWN_ROWS[row.key] for row in rows if row.key in OWN_ROWS)
    return len(_differing(draft.config, usual.config)) + sum(
        row.read(draft) != row.read(usual) for row in own
    )


# --- the schedule --------------------------------------------------------------------------------


def planned_rates(config: TrainingConfig, training_count: int) -> PlannedRates:
    """The learning rate over a run on so many training images (0: not known yet)."""
    per_epoch = math.ceil(training_count / config.batch) if training_count else _USUAL_STEPS
    total = max(1, per_epoch * config.epochs)
    steps = np.unique(np.linspace(0, total - 1, min(total, _POINTS)).astype(np.int64))
    highest = float(settings.get(config, "learning_rate"))
    rates = [highest * factor(config, step, total) for step in steps.tolist()]
    return PlannedRates(config.epochs, (steps / per_epoch).astype(np.float32), np.array(rates, np.float32))
