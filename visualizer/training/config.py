"""How a network learns, as frozen data: what the form, the command line and a run on disk say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from visualizer.networks.layers.kinds import Value

Settings = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """How a network learns; ``learning_rate`` None is the optimizer's own.

    ``…_settings`` hold what differs from the defaults of the chosen row's fields. ``augmentation`` names what is
    done to training images, each with its strength; what is missing is off. ``freeze_to`` is the name of the last
    layer that keeps its weights ("" for none), and the layers behind it but the last learn with the learning rate
    times ``body_rate``. ``validate_every`` steps the validation images are looked at, 0 for the ends of epochs.
    ``patience`` epochs without a better validation loss end the run early (0: never). Every ``reading`` steps
    ``Step`` tells loss and accuracy, as means since the last reading.
    """

    epochs: int = 8
    batch: int = 64
    optimizer: str = "adamw"
    learning_rate: float | None = None
    optimizer_settings: Settings = field(default_factory=dict)
    schedule: str = "one-cycle"
    schedule_settings: Settings = field(default_factory=dict)
    warm_up: float = 0.0  # epochs
    loss: str = "cross-entropy"
    label_smoothing: float = 0.0
    l1: float = 0.0
    l2: float = 0.0
    averaging: str = "none"
    averaging_settings: Settings = field(default_factory=dict)
    augmentation: Settings = field(default_factory=dict)
    patience: int = 0
    freeze_to: str = ""
    body_rate: float = 1.0
    precision: str = "auto"
    validate_every: int = 0
    seed: int = 1337
    reading: int = 20
