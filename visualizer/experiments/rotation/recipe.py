"""How every network learns, what it learns from, and where that differs from the recipe of the reference network."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch

from visualizer.data.dataset import DataChoice, Dataset, Examples
from visualizer.data.datasets import kind_named, open_dataset, search_folders
from visualizer.data.datasets.request import Progress, silent
from visualizer.data.datasets.shapes import PER_EPOCH, shapes_dataset
from visualizer.experiments.rotation.settings import Plan
from visualizer.experiments.rotation.variants import BASELINE, spec_of
from visualizer.networks.building import build
from visualizer.networks.initialization import INITIALIZATIONS
from visualizer.networks.network import Network, Preprocessing
from visualizer.training.config import TrainingConfig
from visualizer.training.first_try import suited

BATCH, EPOCHS, RATE, SIDE = 32, 200, 0.001, 32
FACTOR, STALLED, PATIENCE = 0.1, 3, 10  # of the learning rate; epochs until it falls, and until the end
AUGMENTATION = {"shift": 0.1, "flip": 0.5}
INITIALIZATION = "xavier_uniform"  # with torch's own some of the networks do not begin to learn
_TEST_SHAPES = 4_000  # at least: chance moves an accuracy by 1.5 points then
_TEST_SEED = 1 << 33  # of shapes that nobody learns from or chooses by; those of validation have 1 << 32


@dataclass(frozen=True, slots=True)
class DataFacts:
    """What a report says of the data; ``tested`` images of the ``split`` are what accuracies are measured on."""

    name: str
    classes: tuple[str, ...] = field(repr=False)
    trained: int
    validated: int
    tested: int
    split: str
    is_augmented: bool
    augmentation: tuple[tuple[str, float], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def chance(self) -> float:
        """The accuracy of guessing, where all classes are as frequent."""
        return 1 / max(len(self.classes), 1)


@functools.lru_cache(maxsize=1)
def data_of(plan: Plan, seed: int, folder: Path | None) -> Dataset:
    """As ``open_data``; one is kept in memory."""
    return open_data(plan, seed, folder)


def open_data(
    plan: Plan, seed: int, folder: Path | None, download: bool = False, report: Progress = silent
) -> Dataset:
    """The data for a seed, which draws what is kept for validation.

    Looked for, and with ``download`` fetched, as ``open_dataset`` does; raises ``UserError`` as that does.
    """
    row = plan.row
    preprocessing = _preprocessing(row.side)
    dataset = open_dataset(
        DataChoice(plan.data, per_epoch=row.per_epoch, validation_count=row.validation),
        (3, row.side, row.side),
        preprocessing,
        seed,
        report,
        folders=(folder, *search_folders()) if folder else None,
        download=download,
        download_to=folder,
    )
    if not _are_built_in_shapes(plan):
        return dataset
    count = max(plan.images, _TEST_SHAPES)
    return replace(dataset, test=_test_shapes(row.side, count, preprocessing))


def _are_built_in_shapes(plan: Plan) -> bool:
    """Not by the name of the data set: a folder of pictures may be called "shapes" as well."""
    kind = kind_named(plan.data)
    return kind is not None and kind.name == DataChoice().source


def _preprocessing(side: int) -> Preprocessing:
    return spec_of(BASELINE, (), 1.0, side).preprocessing


def _test_shapes(side: int, count: int, preprocessing: Preprocessing) -> Examples:
    """Shapes for the test, the same for every seed."""
    return shapes_dataset((3, side, side), preprocessing, _TEST_SEED, 1, count).validation


def tested(dataset: Dataset) -> tuple[str, Examples]:
    """The images that networks are measured with, and what that split is called: the test images if there are some."""
    if dataset.test is not None and len(dataset.test):
        return "test", dataset.test
    return "validation", dataset.validation


def facts(dataset: Dataset) -> DataFacts:
    """What is to be told of a data set."""
    split, examples = tested(dataset)
    augmentation = suited(TrainingConfig(batch=BATCH), dataset).augmentation
    return DataFacts(
        dataset.name,
        dataset.classes,
        dataset.training_count,
        len(dataset.validation),
        len(examples),
        split,
        dataset.is_augmented,
        tuple((name, float(value)) for name, value in augmentation.items()),
        dataset.notes,
    )


def config_of(plan: Plan, seed: int, dataset: Dataset) -> TrainingConfig:
    """How a network learns: the same for all of them."""
    config = TrainingConfig(
        epochs=plan.epochs,
        batch=BATCH,
        optimizer="adam",
        learning_rate=plan.row.learning_rate,
        schedule="plateau",
        schedule_settings={"factor": FACTOR, "patience": STALLED},
        patience=PATIENCE,
        precision="float32",
        seed=seed,
    )
    return suited(config, dataset)


def new_network(plan: Plan, name: str, seed: int, classes: tuple[str, ...]) -> Network:
    """The network with weights drawn with ``seed``: those of the same shape are the same in all networks."""
    spec = replace(spec_of(name, classes, plan.row.width, plan.row.side), initialization=INITIALIZATION)
    torch.manual_seed(seed)
    return Network(spec.name, build(spec), spec.input, spec.classes, spec.preprocessing, spec=spec)


def deviations(plan: Plan, data: DataFacts) -> Iterator[str]:
    """Where this experiment differs from the recipe of the reference network, a sentence each."""
    row = plan.row
    if data.name != "cifar-10":
        yield f"The data set is {data.name}, not CIFAR-10."
    if row.width != 1:
        yield f"Every network has {row.width:g} of mini-VGG's channels and hidden units."
    if row.side != SIDE:
        yield f"Pictures are {row.side}×{row.side}, not {SIDE}×{SIDE}."
    if plan.epochs != EPOCHS:
        yield f"At most {plan.epochs} epoch{'s' if plan.epochs > 1 else ''}, not {EPOCHS}."
    if row.learning_rate != RATE:
        yield f"The learning rate begins at {row.learning_rate:g}, not at {RATE:g}."
    if _are_built_in_shapes(plan):
        yield (
            "Shapes stand at every angle in the pictures themselves, so every network learns to read turned ones: "
            "little is left for rotation convolutions to gain."
        )
    if not data.is_augmented:
        yield "No shifts and flips: the pictures are new in every epoch."
    elif dict(data.augmentation) != AUGMENTATION:
        yield "No flips: these pictures have no colour, as digits and letters do, which may not be mirrored."
    if row.per_epoch is not None and not data.is_augmented and row.per_epoch != PER_EPOCH:
        yield f"An epoch is {data.trained:,} pictures."
    begins = INITIALIZATIONS[INITIALIZATION].title
    yield (
        f"What the recipe leaves open: weights begin as {begins}, the learning rate falls when the validation loss "
        f"has not improved for more than {STALLED} epochs, the run ends after {PATIENCE} epochs without a better one, "
        "and the weights of the epoch with the best validation accuracy are kept."
    )
