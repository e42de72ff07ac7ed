"""From images as they are published to a data set for one network: split, fitted, within the memory there is."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from torch import Tensor

from visualizer.data.dataset import Dataset, Examples, Stored
from visualizer.data.datasets.fitting import fit
from visualizer.data.datasets.request import Request
from visualizer.data.datasets.splitting import held_out, sample
from visualizer.errors import UserError
from visualizer.networks.memory import available
from visualizer.networks.network import Preprocessing

MAX_BYTES = 4_000_000_000
SHARE_OF_MEMORY = 0.5  # of what is free
SHARE_OF_HELD = 0.25  # of the budget, for validation and for test each


@dataclass(frozen=True, slots=True, eq=False)
class Published:
    """A data set as it is published: images (N, 1 or 3, h, w) uint8 of any size, in its own splits."""

    name: str
    classes: tuple[str, ...]
    training: Examples = field(repr=False)
    test: Examples | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()


class FittedWhenRead:
    """Examples that are kept in their own size and fitted batch by batch: enlarged they would fill the memory."""

    def __init__(self, examples: Examples, preprocessing: Preprocessing, input: tuple[int, int, int]) -> None:
        self.labels = examples.labels
        self._images = examples.images
        self._preprocessing, self._input = preprocessing, input

    def __len__(self) -> int:
        return len(self.labels)

    def read(self, indices: Tensor) -> Tensor:
        """The images (n, C, H, W) uint8 of these indices (n,)."""
        return fit(self._images[indices.cpu()], self._preprocessing, self._input)


def budget() -> int:
    """Bytes that the images of a data set may take."""
    return int(min(MAX_BYTES, SHARE_OF_MEMORY * available()))


def dataset_for(published: Published, request: Request) -> Dataset:
    """The data set for the network of the request; validation is a stratified share of the published training."""
    _check_labels(published)
    kept, held = held_out(published.training.labels, request.choice.validation_share, request.seed)
    notes = list(published.notes)
    room = budget()
    training = _fitted_or_stored(_taken(published.training, kept), request, room)
    validation = _fitted(_taken(published.training, held), "validation", request, room, notes)
    test = None
    if published.test is not None and len(published.test):
        test = _fitted(published.test, "test", request, room, notes)
    return Dataset(
        name=published.name,
        classes=published.classes,
        training=lambda epoch: training,
        training_count=len(training),
        validation=validation,
        mean=request.preprocessing.mean,
        std=request.preprocessing.std,
        is_augmented=True,
        notes=tuple(notes),
        test=test,
    )


def most_held(request: Request, room: int) -> int:
    """How many images of validation, or of test, a budget of ``room`` bytes allows; at least one."""
    return max(1, int(SHARE_OF_HELD * room) // math.prod(request.input))


def _taken(examples: Examples, indices: Tensor) -> Examples:
    return Examples(examples.images[indices], examples.labels[indices])


def _fitted_or_stored(examples: Examples, request: Request, room: int) -> Examples | Stored:
    if len(examples) * math.prod(request.input) > (1 - 2 * SHARE_OF_HELD) * room:
        return FittedWhenRead(examples, request.preprocessing, request.input)
    request.report("fitting the training images", None)
    return Examples(fit(examples.images, request.preprocessing, request.input), examples.labels)


def _fitted(examples: Examples, split: str, request: Request, room: int, notes: list[str]) -> Examples:
    most = most_held(request, room)
    if len(examples) > most:
        notes.append(sampled_note(split, most, len(examples)))
        examples = _taken(examples, sample(len(examples), most, request.seed))
    request.report(f"fitting the {split} images", None)
    return Examples(fit(examples.images, request.preprocessing, request.input), examples.labels)


def sampled_note(split: str, most: int, count: int) -> str:
    """What is said where not all images of a split fit into memory."""
    return f"{split} looks at {most:,} of {count:,} images, drawn at random: at this input size memory holds no more"


def _check_labels(published: Published) -> None:
    for examples in (published.training, published.test):
        if examples is None or not len(examples):
            continue
        if int(examples.labels.min()) < 0 or int(examples.labels.max()) >= len(published.classes):
            raise UserError(
                f"{published.name} has {len(published.classes)} classes, its labels go from "
                f"{int(examples.labels.min())} to {int(examples.labels.max())}; get a new copy of the files"
            )
