"""What an experiment is told, as frozen data; what it says of itself in the folder that keeps it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from visualizer.errors import UserError
from visualizer.experiments.pool import MOST_JOBS
from visualizer.experiments.rotation.variants import NETWORKS, named
from visualizer.networks.naming import shown

SETTINGS = "experiment.json"
EXPERIMENT = "rotation"
MOST_EPOCHS, MOST_SEEDS, MOST_IMAGES, MOST_SEED = 10_000, 100, 1_000_000, 2**32 - 1


@dataclass(frozen=True, slots=True)
class Recipe:
    """One row: how much of everything. None of ``per_epoch`` and ``validation`` is what the data set has.

    ``width`` is the share of mini-VGG's channels and hidden units that a network has, ``side`` the height and width
    of the pictures; ``images`` are looked at every ``step`` degrees.
    """

    name: str
    title: str
    description: str
    data: str
    epochs: int
    learning_rate: float
    width: float
    side: int
    images: int
    step: float
    per_epoch: int | None = None
    validation: int | None = None


RECIPES: Mapping[str, Recipe] = {
    row.name: row
    for row in (
        Recipe(
            "try",
            "A try",
            "Narrow networks, small pictures of the built-in shapes and few epochs: a minute or two on two cores. "
            "Differences between networks are often smaller than chance makes them.",
            "shapes",
            epochs=8,
            learning_rate=0.0015,
            width=0.25,
            side=14,  # 12, 6, 4 and 2 behind it: no pooling drops a row
            images=250,
            step=10.0,
            per_epoch=3_000,
            validation=1_000,
        ),
        Recipe(
            "full",
            "The full recipe",
            "The whole networks on CIFAR-10, up to 200 epochs each: hours on a GPU, weeks on a processor.",
            "cifar-10",
            epochs=200,
            learning_rate=0.001,
            width=1.0,
            side=32,
            images=1_000,
            step=1.0,
        ),
    )
}
"""How much an experiment does, by name."""


@dataclass(frozen=True, slots=True)
class RotationSettings:
    """What is trained and looked at; None takes the recipe's.

    ``data`` is the name of a data set or a folder, looked for in ``data_folder`` first. ``images`` of it are turned
    by every multiple of ``step`` degrees. With ``download`` files of the data set that are not there are fetched, into
    ``data_folder`` if there is one. ``jobs`` processes work at a time (None: one for each GPU, or for each
    core); they, and where the data lies, change no figure.
    """

    out: Path
    recipe: str = "try"
    data: str | None = None
    data_folder: Path | None = None
    epochs: int | None = None
    networks: tuple[str, ...] = tuple(NETWORKS)
    seeds: tuple[int, ...] = (1337,)
    jobs: int | None = None
    images: int | None = None
    step: float | None = None
    device: str = "auto"
    download: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The settings without anything left open: what decides the figures, as it is kept in the folder.

    ``device`` is "cpu" or "cuda".
    """

    recipe: str
    data: str
    epochs: int
    networks: tuple[str, ...]
    seeds: tuple[int, ...]
    images: int
    step: float
    device: str

    @property
    def row(self) -> Recipe:
        """The row of its recipe."""
        return RECIPES[self.recipe]


def plan_of(settings: RotationSettings, device: str) -> Plan:
    """The settings with the recipe's values where they say nothing; raises ``UserError`` for what cannot be."""
    recipe = RECIPES.get(settings.recipe)
    if recipe is None:
        names = " or ".join(RECIPES)
        raise UserError(f"there is no recipe '{shown(settings.recipe)}'; choose {names}")
    networks = tuple(dict.fromkeys(named(name) for name in settings.networks))
    epochs = recipe.epochs if settings.epochs is None else settings.epochs
    images = recipe.images if settings.images is None else settings.images
    step = recipe.step if settings.step is None else settings.step
    if not networks:
        raise UserError("the experiment has no networks; name at least one")
    _check_number("epochs", epochs, MOST_EPOCHS)
    _check_number("images", images, MOST_IMAGES)
    _check_number("jobs", settings.jobs if settings.jobs is not None else 1, MOST_JOBS)
    _check_seeds(settings.seeds)
    return Plan(
        recipe.name,
        settings.data or recipe.data,
        epochs,
        tuple(name for name in NETWORKS if name in networks),  # always in one order
        settings.seeds,
        images,
        float(step),
        device,
    )


def _check_number(what: str, value: int, most: int) -> None:
    if not 1 <= value <= most:
        raise UserError(f"the number of {what} must lie between 1 and {most:,}, not be {value:,}")


def _check_seeds(seeds: tuple[int, ...]) -> None:
    if not 1 <= len(seeds) <= MOST_SEEDS:
        raise UserError(f"give between 1 and {MOST_SEEDS} seeds")
    if len(set(seeds)) < len(seeds):
        raise UserError("a seed is named twice; the same run twice tells nothing of chance")
    if not all(0 <= seed <= MOST_SEED for seed in seeds):
        raise UserError(f"a seed is a whole number from 0 to {MOST_SEED}")


def to_json(plan: Plan) -> str:
    """The plan as it is kept, beside what its recipe says, which another version may change."""
    return json.dumps({"experiment": EXPERIMENT, **asdict(plan), "row": asdict(plan.row)}, indent=2) + "\n"


def from_json(text: str) -> Plan:
    """The plan that ``to_json`` wrote; raises ``ValueError`` for anything else."""
    given: Any = json.loads(text)
    if not isinstance(given, dict) or given.pop("experiment", None) != EXPERIMENT:
        raise ValueError("no experiment with rotations")
    try:
        row = given.pop("row")
        plan = Plan(**{**given, "networks": tuple(given["networks"]), "seeds": tuple(given["seeds"])})
        if row != asdict(plan.row) or not set(plan.networks) <= set(NETWORKS):
            raise ValueError("settings of another version")
    except (KeyError, TypeError) as error:
        raise ValueError("no settings of an experiment") from error
    return plan
