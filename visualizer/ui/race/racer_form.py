"""The settings of one racer as rows of a form, made from the tables of racers and schedules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from visualizer.networks.layers.kinds import Field, Value
from visualizer.race.config import Racer
from visualizer.race.racers import RACERS
from visualizer.training.schedules import SCHEDULES
from visualizer.ui.run_form import FormRow

OPTIMIZER, RATE, SCHEDULE = "optimizer", "learning_rate", "schedule"
RATE_FIELD = Field(
    RATE,
    float,
    None,
    1e-30,
    1e30,
    "what each step is multiplied by; free, too large ones diverge",
    title="Learning rate",
)
_SETTING, _SCHEDULE_SETTING = "setting.", "schedule_setting."


@dataclass(frozen=True, slots=True)
class RacerForm:
    """Two columns of rows, side by side."""

    left: tuple[FormRow, ...]
    right: tuple[FormRow, ...]


def racer_form(racer: Racer) -> RacerForm:
    """The form of a racer: who it is and how fast at the left, its memory at the right, then whatever is shorter."""
    row = RACERS.get(racer.optimizer)
    fields = row.fields if row is not None else ()
    left = [_optimizer_row(racer), FormRow(RATE, RATE_FIELD, racer.learning_rate, "Learning rate")]
    right = [_row(_SETTING, field, racer.settings) for field in fields if field.name != "weight_decay"]
    left += [_row(_SETTING, field, racer.settings) for field in fields if field.name == "weight_decay"]
    # The slider below the learning rate takes the place of a row.
    (right if len(right) <= len(left) + 1 else left).append(_schedule_row(racer))
    more = _schedule_settings(racer)
    half = -(-(len(left) + 1 + len(right) + len(more)) // 2)
    first = min(max(half - len(left) - 1, 0), len(more))
    left, right = left + more[:first], right + more[first:]
    return RacerForm(tuple(left), tuple(right))


def edited(
    racer: Racer, key: str, value: Value, rates: Mapping[str, float], taken: Sequence[str] = ()
) -> Racer:
    """The racer with another value for a row of its form.

    Another optimizer comes with its own settings, the rate that ``rates`` has for it, and its colour unless one of
    the others has it (``taken``).
    """
    if key == OPTIMIZER:
        return _as_other(racer, str(value), rates, taken)
    if key == RATE:
        return replace(racer, learning_rate=float(value))
    if key == SCHEDULE:
        return replace(racer, schedule=str(value), schedule_settings=())
    if key.startswith(_SETTING):
        return with_setting(racer, key.removeprefix(_SETTING), value)
    settings = {**dict(racer.schedule_settings), key.removeprefix(_SCHEDULE_SETTING): value}
    return replace(racer, schedule_settings=tuple(settings.items()))


def with_setting(racer: Racer, name: str, value: Value) -> Racer:
    """The racer with another value of a setting of its optimizer; what is usual is not kept."""
    settings = {**dict(racer.settings), name: value}
    row = RACERS.get(racer.optimizer)
    if row is not None and any(field.name == name and field.default == value for field in row.fields):
        del settings[name]
    return replace(racer, settings=tuple(settings.items()))


def _as_other(racer: Racer, optimizer: str, rates: Mapping[str, float], taken: Sequence[str]) -> Racer:
    row = RACERS.get(optimizer)
    if row is None or optimizer == racer.optimizer:
        return racer
    before = RACERS.get(racer.optimizer)
    had_its_own = before is not None and racer.color == before.color
    color = row.color if had_its_own and row.color not in taken else racer.color
    rate = rates.get(optimizer, row.learning_rate)
    return replace(racer, optimizer=optimizer, learning_rate=rate, settings=(), color=color)


def _optimizer_row(racer: Racer) -> FormRow:
    names, titles = list(RACERS), [row.title for row in RACERS.values()]
    if racer.optimizer not in RACERS:
        names.append(racer.optimizer)
        titles.append(racer.optimizer.rpartition(":")[2])
    field = Field(OPTIMIZER, str, "sgd", 0, 0, "who runs", tuple(names), title="Optimizer")
    return FormRow(OPTIMIZER, field, racer.optimizer, "Optimizer", titles=tuple(titles))


def _schedule_row(racer: Racer) -> FormRow:
    titles = tuple(row.title for row in SCHEDULES.values())
    help = "how the learning rate changes on the way"
    field = Field(SCHEDULE, str, "constant", 0, 0, help, tuple(SCHEDULES), title="Schedule")
    return FormRow(SCHEDULE, field, racer.schedule, "Schedule", titles=titles)


def _schedule_settings(racer: Racer) -> list[FormRow]:
    row = SCHEDULES.get(racer.schedule)
    fields = row.fields if row is not None else ()
    return [_row(_SCHEDULE_SETTING, field, racer.schedule_settings) for field in fields]


def _row(stem: str, field: Field, given: Sequence[tuple[str, Value]]) -> FormRow:
    value = dict(given).get(field.name, field.default)
    assert value is not None
    titles = tuple(word[:1].upper() + word[1:] for word in field.choices) if field.type is str else ()
    return FormRow(stem + field.name, field, value, field.label, titles=titles)
