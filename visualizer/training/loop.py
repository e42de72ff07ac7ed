"""The training loop: a generator, so that whoever drains it can publish, pause, step or stop."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn

from visualizer.data.dataset import Dataset, Examples
from visualizer.networks.modules.auxiliary import auxiliary_heads, auxiliary_loss
from visualizer.training.augmentation import augment
from visualizer.training.config import TrainingConfig
from visualizer.training.optimizers import create_optimizer
from visualizer.training.schedules import create_schedule

VALIDATION_BATCHES = 4  # of the size of training's at a time: costly networks have small ones, and stop soon


@dataclass(frozen=True, slots=True)
class Step:
    """What can be told after one step of training, or one batch of validation.

    ``step`` counts the optimizer's steps and ``epoch`` the epochs, both from 1. ``loss`` (mean cross-entropy
    in nats) and ``accuracy`` (0…1) are means since the last reading, over the whole split for validation, and
    None where nothing was read. ``seconds`` is the time that this loop has worked, pauses left out.
    """

    step: int
    epoch: int
    split: Literal["training", "validation"]
    loss: float | None
    accuracy: float | None
    learning_rate: float
    seconds: float


def train(module: nn.Module, dataset: Dataset, config: TrainingConfig) -> Iterator[Step]:
    """Train ``module`` where it is, on its own device; a run from the start that is not kept on disk."""
    return Training(module, dataset, config).steps()


class Training:
    """A run that can be stopped after any epoch and resumed with the same outcome.

    The random numbers of an epoch depend on the seed and its number only, so the state is small: the
    weights, the optimizer, the schedule, and how many epochs are over.
    """

    def __init__(self, module: nn.Module, dataset: Dataset, config: TrainingConfig) -> None:
        self.module = module
        self.epochs_done = 0
        self.step = 0
        self._dataset = dataset
        self._config = config
        self._device = next(module.parameters()).device
        self._mean = torch.tensor(dataset.mean, device=self._device)[:, None, None] * 255
        self._std = torch.tensor(dataset.std, device=self._device)[:, None, None] * 255
        self._validation = dataset.validation.to(self._device)
        self.total_steps = config.epochs * -(-dataset.training_count // config.batch)
        self._heads = auxiliary_heads(module)
        self._optimizer = create_optimizer(config.optimizer, module.parameters(), config.learning_rate)
        self._schedule = create_schedule(config.schedule, self._optimizer, self.total_steps)
        self._clock = _Clock()

    def steps(self) -> Iterator[Step]:
        """Yield after every step of training and every batch of validation, to the end of the last epoch."""
        self._clock.start()
        while self.epochs_done < self._config.epochs:
            for told in itertools.chain(self._train_epoch(), self._validate()):
                yield told
                self._clock.start()  # what passed meanwhile was not our time

    def _train_epoch(self) -> Iterator[Step]:
        epoch = self.epochs_done
        generator = torch.Generator().manual_seed(self._config.seed + epoch)
        torch.manual_seed(self._config.seed + epoch)  # dropout draws from torch's global generator
        source = self._dataset.training(epoch)
        assert isinstance(source, Examples)
        examples = source.to(self._device)
        order = torch.randperm(len(examples.labels), generator=generator)
        batches = torch.split(order, self._config.batch)
        self.module.train()
        meter = _Meter(self._device)
        for number, chosen in enumerate(batches, start=1):
            images, labels = _chosen(examples, chosen.to(self._device))
            if self._dataset.is_augmented:
                images = augment(images, generator)
            learning_rate = float(
                self._schedule.get_last_lr()[0]
            )  # of this step, before the schedule moves on
            self._update(images, labels, meter)
            is_read = self.step % self._config.reading == 0 or number == len(batches)
            yield self._told("training", meter.read() if is_read else None, learning_rate)

    def _update(self, images: Tensor, labels: Tensor, meter: _Meter) -> None:
        self._optimizer.zero_grad(set_to_none=True)
        logits = self.module(self._standardised(images))
        loss = nn.functional.cross_entropy(logits, labels)
        (loss + auxiliary_loss(self._heads, labels)).backward()  # type: ignore[no-untyped-call]
        self._optimizer.step()
        self._schedule.step()
        self.step += 1
        meter.add(loss.detach(), logits.detach(), labels)

    def _validate(self) -> Iterator[Step]:
        self.module.eval()
        meter = _Meter(self._device)
        batches = torch.split(
            torch.arange(len(self._validation.labels)), VALIDATION_BATCHES * self._config.batch
        )
        for number, chosen in enumerate(batches, start=1):
            images, labels = _chosen(self._validation, chosen.to(self._device))
            with torch.inference_mode():
                logits = self.module(self._standardised(images))
                meter.add(nn.functional.cross_entropy(logits, labels), logits, labels)
            is_last = number == len(batches)
            told = self._told("validation", meter.read() if is_last else None, self._learning_rate())
            self.epochs_done += is_last
            yield told

    def _standardised(self, images: Tensor) -> Tensor:
        # Channels last is the order that the convolutions of processors and of recent GPUs work in.
        return images.to(memory_format=torch.channels_last).sub(self._mean).div_(self._std)

    def _told(
        self,
        split: Literal["training", "validation"],
        read: tuple[float, float] | None,
        learning_rate: float,
    ) -> Step:
        loss, accuracy = (None, None) if read is None else read
        epoch = self.epochs_done + 1
        return Step(self.step, epoch, split, loss, accuracy, learning_rate, self._clock.read())

    def _learning_rate(self) -> float:
        return float(self._schedule.get_last_lr()[0])

    def state_dict(self) -> dict[str, Any]:
        """The state after the last whole epoch; plain containers and tensors only."""
        return {
            "epochs_done": self.epochs_done,
            "step": self.step,
            "seconds": self._clock.seconds,
            "module": self.module.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "schedule": self._schedule.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a state that ``state_dict`` gave."""
        self.module.load_state_dict(state["module"])
        self._optimizer.load_state_dict(state["optimizer"])
        self._schedule.load_state_dict(state["schedule"])
        self.epochs_done = int(state["epochs_done"])
        self.step = int(state["step"])
        self._clock = _Clock(float(state["seconds"]))


def _chosen(examples: Examples, chosen: Tensor) -> tuple[Tensor, Tensor]:
    return examples.images[chosen], examples.labels[chosen]


class _Meter:
    """Sums of loss and hits that stay on the device until they are read."""

    def __init__(self, device: torch.device) -> None:
        self._sums = torch.zeros(2, dtype=torch.float64, device=device)
        self._count = 0

    def add(self, loss: Tensor, logits: Tensor, labels: Tensor) -> None:
        hits = (logits.argmax(dim=1) == labels).sum()
        self._sums += torch.stack([loss.double() * len(labels), hits.double()])
        self._count += len(labels)

    def read(self) -> tuple[float, float]:
        """Mean loss and accuracy since the last reading; waits for the device."""
        loss, hits = (self._sums / max(1, self._count)).tolist()
        self._sums.zero_()
        self._count = 0
        return loss, hits


class _Clock:
    """Adds up the time from each start to the next reading."""

    def __init__(self, before: float = 0.0) -> None:
        self.seconds = before
        self._started = time.perf_counter()

    def start(self) -> None:
        self._started = time.perf_counter()

    def read(self) -> float:
        now = time.perf_counter()
        self.seconds += now - self._started
        self._started = now
        return self.seconds
