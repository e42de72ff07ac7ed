"""The settings of a run that are not how the network learns: its data, where it starts from, what watching may cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from visualizer.data.dataset import DataChoice
from visualizer.data.datasets.table import DATASETS, FOLDER
from visualizer.networks.layers.kinds import Field, Value
from visualizer.training.expenses import Budget
from visualizer.ui.run_form import SOURCE

if TYPE_CHECKING:
    from visualizer.ui.run_draft import RunDraft

_MIB = 2**20
_ENDLESS = "shapes"  # drawn anew in each epoch: its numbers of images are a choice
_WEIGHTS = ("its weights", "new weights")
START = "start"
"""The key of what a run begins with."""


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One row: the field, how its value is read from a draft and written to one, and when it is shown."""

    key: str
    section: str
    setting: Callable[[RunDraft], Field] = field(repr=False)
    read: Callable[[RunDraft], Value] = field(repr=False)
    write: Callable[[RunDraft, Value], RunDraft] = field(repr=False)
    unit: str = ""
    titles: Callable[[RunDraft], tuple[str, ...]] = field(default=lambda draft: (), repr=False)
    is_shown: Callable[[RunDraft], bool] = field(default=lambda draft: True, repr=False)

    @property
    def is_of_data(self) -> bool:
        """Whether it is part of the choice of data."""
        return self.key.startswith("data.")


def _source_words(draft: RunDraft) -> tuple[str, ...]:
    names = tuple(row.name for row in DATASETS if row.name != FOLDER)
    source = draft.choice.source
    return (*names, *(() if source in names else (source,)), FOLDER)


def _source_titles(draft: RunDraft) -> tuple[str, ...]:
    titles = {row.name: row.title for row in DATASETS} | {FOLDER: "Folder…"}
    return tuple(titles.get(word) or Path(word).name or word for word in _source_words(draft))


def _source_field(draft: RunDraft) -> Field:
    about = next(
        (row.description for row in DATASETS if row.name == draft.choice.source), draft.choice.source
    )
    return Field("source", str, _ENDLESS, 0, 0, about, _source_words(draft), "Data set")


def _with_source(draft: RunDraft, source: Value) -> RunDraft:
    usual = draft.usual_choice
    return replace(draft, choice=usual if source == usual.source else DataChoice(str(source)))


def is_endless(draft: RunDraft) -> bool:
    """Whether the data is drawn anew in each epoch."""
    return draft.choice.source == _ENDLESS


def _plain(made: Field) -> Callable[[RunDraft], Field]:
    return lambda draft: made


def _of_choice(name: str) -> Callable[[RunDraft, Value], RunDraft]:
    return lambda draft, value: replace(draft, choice=replace(draft.choice, **{name: value}))  # type: ignore[arg-type]


def _of_budget(name: str, times: float) -> Callable[[RunDraft, Value], RunDraft]:
    def write(draft: RunDraft, value: Value) -> RunDraft:
        kind = type(getattr(Budget(), name))
        return replace(draft, budget=replace(draft.budget, **{name: kind(float(value) * times)}))

    return write


_PER_EPOCH = Field("per_epoch", int, None, 16, 1_000_000, "drawn for each epoch", title="Each epoch")
_VALIDATION = Field("validation_count", int, None, 16, 100_000, "drawn once for the run", title="Validation")
_SHARE = Field(
    "validation_share", float, 20.0, 1.0, 90.0,
    "of the training images, where the data has none of its own for validation", title="Validation",
)  # fmt: skip
_FRESH = Field("fresh", str, _WEIGHTS[0], 0, 0, "what the run begins with", _WEIGHTS, "Start from")
_TIME = Field(
    "share", float, 5.0, 0.1, 90.0, "of the training time that the panels may take together", title="May cost"
)
_FRAMES = Field(
    "frames", int, 11, 1, 60, "how often the panels are renewed, if the time allows", title="At most"
)
_MEMORY = Field("memory", int, 512, 1, 1_000_000, "for the recorded moments of a run", title="Moments")

_ROWS = (
    OwnRow(
        SOURCE, "data", _source_field, lambda d: d.choice.source, _with_source, titles=_source_titles
    ),
    OwnRow(
        "data.per_epoch", "split", _plain(_PER_EPOCH), lambda d: d.choice.per_epoch or 4096,
        _of_choice("per_epoch"), "images", is_shown=is_endless,
    ),
    OwnRow(
        "data.validation_count", "split", _plain(_VALIDATION), lambda d: d.choice.validation_count or 1024,
        _of_choice("validation_count"), "images", is_shown=is_endless,
    ),
    OwnRow(
        "data.validation_share", "split", _plain(_SHARE), lambda d: round(100 * d.choice.validation_share, 6),
        lambda d, value: _of_choice("validation_share")(d, float(value) / 100), "%",
        is_shown=lambda d: not is_endless(d),
    ),
    OwnRow(
        START, "data", _plain(_FRESH), lambda d: _WEIGHTS[d.fresh],
        lambda d, value: replace(d, fresh=value == _WEIGHTS[1]), titles=lambda d: ("Its weights", "New weights"),
    ),
    OwnRow(
        "live.share", "live", _plain(_TIME), lambda d: round(100 * d.budget.share, 6),
        _of_budget("share", 0.01), "% of the time",
    ),
    OwnRow(
        "live.frames", "live", _plain(_FRAMES), lambda d: int(d.budget.frames_per_second),
        _of_budget("frames_per_second", 1), "frames / s",
    ),
    OwnRow(
        "live.memory", "live", _plain(_MEMORY), lambda d: d.budget.moment_bytes // _MIB,
        _of_budget("moment_bytes", _MIB), "MB",
    ),
)  # fmt: skip

OWN_ROWS: Mapping[str, OwnRow] = {row.key: row for row in _ROWS}
"""Every row by its key, in the order of the form."""
