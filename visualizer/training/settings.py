"""The settings of a run as a form shows them: sections, what may be said in each, and what is wrong with it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from visualizer.errors import UserError, as_sentence
from visualizer.networks.layers.kinds import Field, Value
from visualizer.networks.naming import shown
from visualizer.training import fields
from visualizer.training.augmentation import AUGMENTATIONS
from visualizer.training.averaging import AVERAGINGS, averaging
from visualizer.training.config import TrainingConfig
from visualizer.training.losses import LOSSES, loss_kind
from visualizer.training.optimizers import OPTIMIZERS, optimizer
from visualizer.training.schedules import SCHEDULES, schedule

LOCKED = (
    "batch", "averaging", "averaging_settings", "freeze_to", "body_rate", "precision", "validate_every", "seed",
    "reading",
)  # fmt: skip
"""What stays as it is while a run goes on."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: ``key`` for ``get`` and ``with_value``, ``field`` for its editor.

    ``titles`` are the choices of the field in words, in their order. Where ``usual`` is not None, the default means
    off, and ``usual`` is what switching it on gives.
    """

    key: str
    field: Field
    titles: tuple[str, ...] = ()
    usual: Value | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Settings that belong together; those that are not ``live`` are locked while a run goes on.

    ``rows(config, layers)`` are the settings there are: those of an optimizer depend on which it is. ``layers`` are
    the names of the layers with weights but the last (``transfer.freezable``).
    """

    key: str
    title: str
    hint: str
    live: bool
    rows: Callable[[TrainingConfig, Sequence[str]], tuple[Setting, ...]] = field(repr=False)

    def fields(self, config: TrainingConfig, layers: Sequence[str] = ()) -> tuple[Setting, ...]:
        """The settings of this section, in their order."""
        return self.rows(config, layers)


def _of_row(prefix: str, rows: Sequence[Field]) -> tuple[Setting, ...]:
    return tuple(Setting(f"{prefix}.{row.name}", row) for row in rows)


def _choice(key: str, title: str, help: str, default: str, rows: Mapping[str, object]) -> Setting:
    """A choice of the rows of a table."""
    titles = tuple(str(getattr(row, "title", name)) for name, row in rows.items())
    return Setting(key, Field(key, str, default, 0, 0, help, choices=tuple(rows), title=title), titles)


_USUAL = fields.USUAL


def _batch(config: TrainingConfig, layers: Sequence[str]) -> tuple[Setting, ...]:
    return (
        Setting("batch", fields.BATCH),
        Setting("precision", fields.PRECISION, ("Automatic", "float32", "bfloat16")),
    )


def _optimizer(config: TrainingConfig, layers: Sequence[str]) -> tuple[Setting, ...]:
    row = optimizer(config.optimizer)
    rate = Field(
        "learning_rate", float, row.learning_rate, 1e-9, 1e6, "length of the steps", title="Learning rate"
    )
    kinds = _choice("optimizer", "Optimizer", row.description, _USUAL.optimizer, OPTIMIZERS)
    return (kinds, Setting("learning_rate", rate), *_of_row("optimizer", row.fields))


def _schedule(config: TrainingConfig, layers: Sequence[str]) -> tuple[Setting, ...]:
    row = schedule(config.schedule)
    kinds = _choice("schedule", "Schedule", row.description, _USUAL.schedule, SCHEDULES)
    return (kinds, *_of_row("schedule", row.fields), Setting("warm_up", fields.WARM_UP))


def _loss(config: TrainingConfig, layers: Sequence[str]) -> tuple[Setting, ...]:
    row = loss_kind(config.loss)
    kinds = _choice("loss", "Loss", row.description, _USUAL.loss, LOSSES)
    smoothing = (Setting("label_smoothing", fields.SMOOTHING),) if row.smooths else ()
    return (kinds, *smoothing, Setting("l2", fields.L2), Setting("l1", fields.L1))


def _augmentation(config: TrainingConfig, layers: Sequence[str]) -> tuple[Setting, ...]:
    return tuple(
        Setting(f"augmentation.{name}", row.strength, usual=row.usual) for name, row in AUGMENTATIONS.items()
    )


def _averaging(config: TrainingConfig, layers: Sequence[str]) -> tuple[Setting, ...]:
    row = averaging(config.averaging)
    kinds = _choice("averaging", "Averaging", row.description, _USUAL.averaging, AVERAGINGS)
    return (kinds, *_of_row("averaging", row.fields))


def _transfer(config: TrainingConfig, layers: Sequence[str]) -> tuple[Setting, ...]:
    choices = ("", *layers)
    freeze = Field(
        "freeze_to",
        str,
        "",
        0,
        0,
        "this layer and all before it keep their weights",
        choices,
        title="Freeze up to",
    )
    return (Setting("freeze_to", freeze, ("Nothing", *layers)), Setting("body_rate", fields.BODY_RATE))


def _run(config: TrainingConfig, layers: Sequence[str]) -> tuple[Setting, ...]:
    return (Setting("epochs", fields.EPOCHS), Setting("patience", fields.PATIENCE))


def _repeatable(config: TrainingConfig, layers: Sequence[str]) -> tuple[Setting, ...]:
    return (Setting("seed", fields.SEED), Setting("validate_every", fields.VALIDATE))


SECTIONS = (
    Section("batch", "Batch", "how many images each step sees", False, _batch),
    Section("optimizer", "Optimizer", "how weights follow their gradients", True, _optimizer),
    Section("schedule", "Schedule", "how the learning rate changes during the run", True, _schedule),
    Section("loss", "Loss", "what is made small, and what keeps weights small", True, _loss),
    Section(
        "augmentation", "Augmentation", "changes training images at random; 0 is off", True, _augmentation
    ),
    Section("averaging", "Averaging", "what validation looks at", False, _averaging),
    Section("transfer", "Transfer", "keep what a network has learnt elsewhere", False, _transfer),
    Section("run", "Run", "how long it goes on", True, _run),
    Section(
        "repeatable", "Repeatable", "what is drawn at random, and when it is checked", False, _repeatable
    ),
)
"""The sections of the form, in their order."""


def get(config: TrainingConfig, key: str) -> Value:
    """The value of a setting: what was said, else its default."""
    if "." in key:
        default = next((row.field.default for row in settings(config) if row.key == key), 0)
        value = _own(config, key).get(key.partition(".")[2], default)
    elif key == "learning_rate" and config.learning_rate is None:
        value = optimizer(config.optimizer).learning_rate
    else:
        value = getattr(config, key)
    assert value is not None
    return value


def with_value(config: TrainingConfig, key: str, value: Value) -> TrainingConfig:
    """The settings with one of them changed.

    Another optimizer begins with its own learning rate and settings, as another schedule and averaging do. What is
    set to its default is left out, so that settings that mean the same are equal.
    """
    head, dot, name = key.partition(".")
    if dot:
        default = next((row.field.default for row in settings(config) if row.key == key), None)
        own = {other: kept for other, kept in _own(config, key).items() if other != name}
        changed = own if value == default else {**own, name: value}
        return _replaced(config, head if head == "augmentation" else f"{head}_settings", changed)
    if key == "optimizer" and value != config.optimizer:
        return replace(config, optimizer=str(value), learning_rate=None, optimizer_settings={})
    if key in ("schedule", "averaging") and value != getattr(config, key):
        return _replaced(_replaced(config, key, value), f"{key}_settings", {})
    return _replaced(config, key, value)


def _own(config: TrainingConfig, key: str) -> Mapping[str, Value]:
    head = key.partition(".")[0]
    own: Mapping[str, Value] = getattr(config, head if head == "augmentation" else f"{head}_settings")
    return own


def _replaced(config: TrainingConfig, name: str, value: object) -> TrainingConfig:
    return replace(config, **{name: value})  # type: ignore[arg-type]


def settings(config: TrainingConfig, layers: Sequence[str] = ()) -> Iterator[Setting]:
    """The settings of all sections."""
    for section in SECTIONS:
        yield from section.fields(config, layers)


def with_locked(config: TrainingConfig, running: TrainingConfig) -> TrainingConfig:
    """The settings, but what is locked as it is in the run that is going on."""
    return replace(config, **{name: getattr(running, name) for name in LOCKED})


def changes(before: TrainingConfig, after: TrainingConfig) -> tuple[str, ...]:
    """What differs, as words: "learning rate 0.01", "optimizer Adam"."""
    texts = []
    for row in settings(after):
        value, head = get(after, row.key), row.key.partition(".")[0]
        if head != "augmentation" and head != row.key and getattr(before, head) != getattr(after, head):
            is_same = value == row.field.default  # of an optimizer that was not there before
        else:
            is_same = value == get(before, row.key)
        if not is_same:
            words = dict(zip(row.field.choices, row.titles, strict=False)).get(str(value), _words(value))
            texts.append(f"{_label(row.field)} {words}")
    return tuple(texts)


def _label(row: Field) -> str:
    """What a field is called within a sentence; "L1" and the like keep their capitals."""
    return row.label[0].lower() + row.label[1:] if row.label[1:2].islower() else row.label


def _words(value: Value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def problems(
    config: TrainingConfig,
    *,
    training_count: int | None = None,
    layers: Sequence[str] | None = None,
    has_matrices: bool = True,
) -> Mapping[str, str]:
    """What is wrong with the settings, a sentence for each key; nothing where a run can begin.

    ``training_count`` is the number of training images, ``layers`` the names of the layers that may be frozen
    (``transfer.freezable``), ``has_matrices`` whether there are weights for Muon; what is not known is not checked.
    """
    found: dict[str, str] = {}
    for key, look in (
        ("optimizer", optimizer),
        ("schedule", schedule),
        ("loss", loss_kind),
        ("averaging", averaging),
    ):
        try:
            look(str(getattr(config, key)))
        except UserError as error:
            found[key] = as_sentence(str(error))
    if found:  # what settings there are is not known
        return found
    for row in settings(config, layers or ()):
        if sentence := _out_of_range(row.field, get(config, row.key), layers is not None):
            found[row.key] = sentence
    return found or dict(_conflicts(config, training_count, has_matrices))


def _out_of_range(row: Field, value: Value, layers_known: bool) -> str:
    label = _label(row)
    if row.choices:
        if value in row.choices or (row.name == "freeze_to" and not layers_known):
            return ""
        return f"There is no {label} '{shown(str(value))}': choose one of {', '.join(filter(None, row.choices))}."
    if isinstance(value, str) or isinstance(value, bool) is not (row.type is bool):
        return f"The setting {label} needs a number, not {shown(str(value))}."
    if not math.isfinite(value):
        return f"The setting {label} must be a number above 0: try {row.default:g}."
    if row.type is int and value != int(value):
        return f"The setting {label} must be a whole number: try {round(value)}."
    if value < row.minimum:
        words = "above 0" if row.minimum < 1e-4 and row.minimum > 0 else f"at least {row.minimum:g}"
        return f"The setting {label} must be {words}, not {value:g}: try {row.default:g}."
    if value > row.maximum:
        return f"The setting {label} must be at most {row.maximum:g}, not {value:g}: try {row.default:g}."
    return ""


def _conflicts(
    config: TrainingConfig, training_count: int | None, has_matrices: bool
) -> Iterator[tuple[str, str]]:
    if training_count is not None and config.batch > training_count:
        yield (
            "batch",
            f"A batch of {config.batch} is larger than the data: there are {training_count:,} training images. "
            f"Take {training_count} or fewer.",
        )
    if optimizer(config.optimizer).needs_closure and config.body_rate != 1.0:
        yield (
            "body_rate",
            "L-BFGS has one learning rate for all layers: set this to 1 or choose another optimizer.",
        )
    if config.optimizer == "muon" and not has_matrices:
        yield (
            "optimizer",
            "Muon is for weights of linear layers between the first and the last layer, and there are none: "
            "choose AdamW.",
        )
    if config.warm_up >= config.epochs:
        yield "warm_up", f"The warm-up must be shorter than the run of {config.epochs} epochs: try 1 or less."
