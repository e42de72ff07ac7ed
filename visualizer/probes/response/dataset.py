"""A network and many images of a data set, each at every value of a transform, in slices of time."""

from __future__ import annotations

import math
import time
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from visualizer.data.dataset import Dataset, images_at
from visualizer.data.preprocessing import standardised
from visualizer.data.transforms import transformed
from visualizer.errors import UserError
from visualizer.networks.apart import apart
from visualizer.networks.naming import shown
from visualizer.networks.network import Network
from visualizer.probes.prediction import probabilities, reading_of
from visualizer.probes.response.class_matching import class_names, matched_classes
from visualizer.probes.response.forward import Forward
from visualizer.probes.response.frames import DatasetResponse, Values

MOST_ANSWERS = 10_000_000  # images × values: 8 bytes are kept of each
_SECONDS = 0.12  # that one piece of the work may take: slices end between two
_FIRST_PIECE = 4  # inputs
_PIECE_BYTES = 64_000_000  # of the inputs of a piece


class DatasetRun:
    """The first ``count`` images of a seeded permutation, turned (or what ``transform`` is) by all ``values`` (A,).

    They are the test images where the data set has some, else those of validation; never those of training. Each
    image is answered at all its values before the next one, so that the figures of what is done are those of a
    smaller sample. Images are standardised as ``main.py inspect`` does it, with the network's own preprocessing.
    Raises ``UserError`` for data that does not fit the network, for a network without scores of classes, and for
    more than ten million answers.
    """

    def __init__(
        self,
        network: Network,
        dataset: Dataset,
        transform: str,
        values: Values,
        border: str,
        count: int = 1000,
        seed: int = 1337,
    ) -> None:
        self._transform, self._border = transform, border
        self._values = np.array(values, np.float64)
        self._values.flags.writeable = False
        held_back = dataset.test is not None and len(dataset.test) > 0
        self._split = "test" if held_back else "validation"
        self._examples = dataset.test if held_back and dataset.test is not None else dataset.validation
        self._data = dataset.name
        self._check(network, count)
        self._network = apart(network)
        self._forward = Forward(self._network)
        self._device = self._forward.device
        shuffled = torch.randperm(len(self._examples), generator=torch.Generator().manual_seed(seed))
        self._indices = shuffled[:count]
        outputs = self._forward(self._images(0, 1))
        self._reading = reading_of(self._network.module, outputs)
        if outputs.shape[1] == 1:
            raise UserError(
                f"{shown(network.name)} gives one number, a yes or no; choose a network with an output for each class"
            )
        self._classes = class_names(network.classes, outputs.shape[1])
        places, self._note = matched_classes(network.name, self._classes, dataset.name, dataset.classes)
        labels = self._examples.labels[self._indices.to(self._examples.labels.device)].cpu().numpy()
        self._labels = np.asarray(places[labels], np.int64)
        self._labels.flags.writeable = False
        self._wanted = torch.from_numpy(places[labels]).to(self._device)
        answers = len(self._indices) * len(self._values)
        self._predicted = np.full(answers, -1, np.int32)
        self._probability = np.full(answers, np.nan, np.float32)
        self._turned_by = torch.from_numpy(self._values.copy())
        self._at = 0  # answers that are there, image by image
        self._not_finite = 0
        self._seconds = 0.0
        self._piece = _FIRST_PIECE  # inputs that go through the network next
        self._fastest = math.inf  # s for one input
        self._told: DatasetResponse | None = None
        self._asked_for = count

    def _check(self, network: Network, count: int) -> None:
        """Raise ``UserError`` for what cannot be done, before anything is computed."""
        if not len(self._examples):
            raise UserError(f"{shown(self._data)} has no {self._split} images; choose other data")
        size = tuple(self._examples.images.shape[1:])
        if size != tuple(network.input):
            sizes = ["×".join(map(str, each)) for each in (size, network.input)]
            raise UserError(
                f"the images of {shown(self._data)} are {sizes[0]}, {shown(network.name)} takes {sizes[1]}; "
                "open the data for this network"
            )
        if count < 1 or not len(self._values):
            raise UserError("a study needs at least one image and one value")
        if min(count, len(self._examples)) * len(self._values) > MOST_ANSWERS:
            raise UserError(
                f"{count:,} images at {len(self._values):,} values each are more than {MOST_ANSWERS:,} answers; "
                "choose fewer images or a larger step"
            )

    @property
    def complete(self) -> bool:
        """Whether every image is computed."""
        return self._at == len(self._predicted)

    def advance(self, seconds: float | None = None) -> DatasetResponse:
        """Go on for about so long (a piece of the work at least), to the end for None; what is known then."""
        begin = time.monotonic()
        while not self.complete:
            self._answer(min(self._piece, len(self._predicted) - self._at))
            if seconds is not None and time.monotonic() - begin >= seconds:
                break
        self._seconds += time.monotonic() - begin
        return self._result()

    # --- the work ----------------------------------------------------------------------------------

    def _choose_piece(self, seconds: float, count: int) -> None:
        """Go on in pieces as large as the time allows at the fastest pace so far.

        Not at the last one: where others fight for the cores each pass takes long, the more the smaller the pieces.
        """
        self._fastest = min(self._fastest, seconds / count)
        most = max(1, _PIECE_BYTES // (4 * int(np.prod(self._network.input))))
        wanted = max(1, int(_SECONDS / self._fastest)) if self._fastest else most
        self._piece = min(wanted, most, 4 * self._piece)
        if self._piece > self._forward.size:  # no passes with few inputs in between
            self._piece -= self._piece % self._forward.size

    def _images(self, first: int, last: int) -> Tensor:
        """The images (n, C, H, W) from ``first`` up to ``last`` as the network takes them."""
        planes = images_at(self._examples, self._indices[first:last])
        return standardised(planes.to(self._device), self._network.preprocessing)

    def _answer(self, count: int) -> None:
        """Ask the network for the next ``count`` answers."""
        begin = time.perf_counter()
        numbers = torch.arange(self._at, self._at + count)
        which = numbers // len(self._values)
        first, last = int(which[0]), int(which[-1]) + 1
        images = self._images(first, last)
        if last - first > 1:
            images = images[(which - first).to(self._device)]
        turned_by = self._turned_by[numbers % len(self._values)]
        inputs = transformed(images, turned_by, self._transform, self._border, self._network.preprocessing)
        outputs = self._forward(inputs)
        likely = probabilities(outputs, self._reading)
        finite = outputs.isfinite().all(dim=1)
        predicted = torch.where(finite, outputs.argmax(dim=1), -1)
        true = likely.gather(1, self._wanted[which.to(self._device)][:, None].to(likely.device))[:, 0]
        true = torch.where(finite, true, torch.nan)
        read = torch.stack([predicted.double(), true.double()]).cpu().numpy()  # one wait for the device
        part = slice(self._at, self._at + count)
        self._predicted[part], self._probability[part] = read[0], read[1]
        self._not_finite += int((read[0] < 0).sum())
        self._at += count
        self._choose_piece(time.perf_counter() - begin, count)

    # --- what is known -----------------------------------------------------------------------------

    def _result(self) -> DatasetResponse:
        """Copies of what is there: 1 ms for 1,000 images at 360 values; the same arrays while no image is new."""
        count = len(self._values)
        done = self._at // count
        if self._told is not None and self._told.done == done:
            predicted, probability = self._told.predicted, self._told.probability
        else:
            predicted, probability = self._rows(self._predicted, done), self._rows(self._probability, done)
        self._told = DatasetResponse(
            network=self._network.name,
            data=self._data,
            transform=self._transform,
            border=self._border,
            values=self._values,
            classes=self._classes,
            labels=self._labels,
            predicted=predicted,
            probability=probability,
            done=done,
            seconds=self._seconds,
            note=self._notes(),
            split=self._split,
        )
        return self._told

    def _rows(self, answers: NDArray[Any], done: int) -> NDArray[Any]:
        """The answers (N, A) of the images that are done; the others are unknown."""
        copied = answers.reshape(-1, len(self._values)).copy()
        copied[done:] = -1 if copied.dtype == np.int32 else np.nan
        copied.flags.writeable = False
        return copied

    def _notes(self) -> str:
        """What the user should know, in sentences."""
        notes = [self._note] if self._note else []
        there = len(self._indices)
        if there < self._asked_for:
            notes.append(f"{shown(self._data)} has {there:,} {self._split} images: these are all.")
        if self._not_finite:
            notes.append(
                f"{self._not_finite:,} of {self._at:,} answers are not finite numbers; they count as wrong."
            )
        return " ".join(notes)
