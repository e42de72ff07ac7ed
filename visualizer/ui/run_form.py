"""What the Run panel shows: sections of rows, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass, field

from visualizer.networks.layers.kinds import Field, Value
from visualizer.ui.numbers import THIN, integer
from visualizer.ui.widgets.number_edit import number_text
from visualizer.ui.widgets.schedule_plot import PlannedRates
from visualizer.ui.widgets.value_slider import Scale

SOURCE = "data.source"
"""The key of the row that chooses the data."""


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """What of the open network the settings depend on.

    ``layers`` are the names of those with weights, in order; ``has_matrices`` says whether there are weights for Muon.
    ``knows_data``: there is little to see of how it learns the data, unless it begins with new weights.
    """

    name: str = ""
    layers: tuple[str, ...] = ()
    parameters: int = 0
    classes: int = 0
    has_matrices: bool = True
    knows_data: bool = False


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What there is of the chosen data: numbers of images and classes, 0 while it is not open.

    ``problem`` says why it cannot be opened; ``is_missing`` that a download would help. ``opening`` is the sentence
    about the work that is under way, "" for none, ``note`` what else the user should know.
    """

    training: int = 0
    validation: int = 0
    test: int = 0
    classes: int = 0
    note: str = ""
    problem: str = ""
    is_missing: bool = False
    opening: str = ""


@dataclass(frozen=True, slots=True)
class FormRow:
    """One setting: its field and value, and how the row shows it.

    ``titles`` are what a choice's words are called, ``switch`` is whether the whole setting is on (None: it has no
    switch), ``waiting`` that the value waits for Apply, ``problem`` what is wrong with it. ``is_minor`` rows stand
    behind the others, folded into one line.
    """

    key: str
    setting: Field
    value: Value
    label: str
    unit: str = ""
    titles: tuple[str, ...] = ()
    scale: Scale | None = None
    switch: bool | None = None
    locked: bool = False
    waiting: bool = False
    problem: str = ""
    is_minor: bool = False

    @property
    def value_text(self) -> str:
        """The value as the row shows it."""
        words = dict(zip(self.setting.choices, self.titles, strict=False))
        if isinstance(self.value, str):
            return words.get(self.value, self.value)
        number = integer(self.value) if isinstance(self.value, int) else number_text(self.value)
        return f"{number}{THIN}{self.unit}" if self.unit else number


@dataclass(frozen=True, slots=True)
class FormSection:
    """Rows under one head; ``hint`` stands at its right, ``help`` is its tool tip. ``folded`` is how it begins."""

    key: str
    title: str
    hint: str
    rows: tuple[FormRow, ...]
    help: str = ""
    folded: bool = False

    @property
    def major(self) -> tuple[FormRow, ...]:
        """The rows that are always there."""
        return tuple(row for row in self.rows if not row.is_minor)

    @property
    def minor(self) -> tuple[FormRow, ...]:
        """The rows behind them."""
        return tuple(row for row in self.rows if row.is_minor)

    @property
    def summary(self) -> str:
        """The value of its first row, for when it is folded."""
        return self.rows[0].value_text if self.rows else ""

    @property
    def waiting(self) -> int:
        """The number of its changes that wait."""
        return sum(row.waiting for row in self.rows)

    @property
    def problems(self) -> int:
        """The number of its values that cannot be taken."""
        return sum(bool(row.problem) for row in self.rows)


@dataclass(frozen=True, slots=True, eq=False)
class RunForm:
    """Everything that the Run panel shows, but for the play head.

    ``obstacle`` says why the network cannot be trained, "" if it can. While a run is on (``is_running``), changes
    wait until they are applied: ``waiting`` of them. ``changed`` settings are not the usual ones.
    """

    phase: str = "idle"
    is_running: bool = False
    subtitle: str = ""
    obstacle: str = ""
    sections: tuple[FormSection, ...] = ()
    source: str = ""
    data: DataFacts = field(default_factory=DataFacts)
    rates: PlannedRates = field(default_factory=PlannedRates)
    waiting: int = 0
    changed: int = 0
