"""The training loop: a generator, so that whoever drains it can publish, pause, step or stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn

from visualizer.data.dataset import Dataset, Examples
from visualizer.training.augmentation import augment
from visualizer.training.averaging import averaging
from visualizer.training.batches import Source
from visualizer.training.config import TrainingConfig
from visualizer.training.forward import Forward
from visualizer.training.frames import Change, Curves, Evaluation
from visualizer.training.record import Column, Readings, StepRecord
from visualizer.training.record import Step as Step
from visualizer.training.schedules import factor, settings_of
from visualizer.training.settings import changes, with_locked
from visualizer.training.updating import Hook, Updater
from visualizer.training.validation import Validation


def train(module: nn.Module, dataset: Dataset, config: TrainingConfig) -> Iterator[Step]:
    """Train ``module`` where it is, on its own device; a run from the start that is not kept on disk."""
    return Training(module, dataset, config).steps()


class Training:
    """A run that can be changed while it goes on, stopped after any epoch and resumed with the same outcome.

    The random numbers of an epoch depend on the seed and its number only, so the state is small: the weights, the
    optimizer, what is averaged, and how many epochs are over. All is for one thread, except ``apply``.

    ``on_gradients`` is called between the backward pass and the optimizer's step, ``on_stepped`` behind that;
    ``batch`` is the batch under way, augmented, on the device. ``diverged`` is the step whose loss or gradients
    were not numbers; the run ends there. On the processor that step moved nothing: the weights are those of the
    step before.
    """

    def __init__(self, module: nn.Module, dataset: Dataset, config: TrainingConfig) -> None:
        self.config = config
        self.device = next(module.parameters()).device
        self.module = module
        self.step = 0
        self.epochs_done = 0
        self.batch: Examples | None = None
        self.diverged: int | None = None
        self.last_evaluation: Evaluation | None = None
        self.on_gradients: Hook | None = None
        self.on_stepped: Hook | None = None
        self._lock = threading.Lock()
        self._wanted: TrainingConfig | None = None
        self._changes: tuple[Change, ...] = ()
        self._dataset = dataset
        self._per_epoch = -(-dataset.training_count // config.batch)
        self._source: Source | None = None
        forward = Forward(dataset.mean, dataset.std, self.device, config.precision)
        self._updater = Updater(module, config, forward)
        row = averaging(config.averaging)
        self._average = row.create(**settings_of(row.fields, config.averaging_settings))
        self._validation = Validation(dataset, forward, self.device)
        self._record = StepRecord(self.device)
        self._validations = (Column(np.int64), Column(np.float32), Column(np.float32), Column(np.float32))
        self._epoch_losses: list[float] = []  # of validation, at the ends of epochs
        self._readings = Readings(self._record)
        self._clock = _Clock()
        if self.device.type == "cuda":
            torch.backends.cudnn.benchmark = True  # every batch but an epoch's last has the same size
            module.to(memory_format=torch.channels_last)  # the order of tensor cores; processors do not care

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        """What moves the weights; another one after ``apply`` with another kind or other settings of it."""
        return self._updater.optimizer

    @property
    def steps_per_epoch(self) -> int:
        """The number of batches."""
        return self._per_epoch

    @property
    def total_steps(self) -> int:
        """The steps of the whole run; fewer once it has ended early."""
        return self.total_epochs * self._per_epoch

    @property
    def total_epochs(self) -> int:
        """The epochs of the whole run; fewer once it has ended early."""
        return self.epochs_done if self.ended_early else self.config.epochs

    @property
    def epoch(self) -> float:
        """How many epochs are over, with their fraction."""
        return self.step / self._per_epoch

    @property
    def ended_early(self) -> bool:
        """Whether the validation loss has not become better for so many epochs that the run is over."""
        patience, losses = self.config.patience, self._epoch_losses
        return 0 < patience < len(losses) and min(losses[-patience:]) >= min(losses[:-patience])

    @property
    def learning_rate(self) -> float:
        """That of the next step."""
        steps = self.config.epochs * self._per_epoch
        return self._updater.base_rate * factor(self.config, self.step, steps, self._epoch_losses)

    @property
    def validated(self) -> nn.Module:
        """What validation looks at: averaged weights where there are such, those of the last step otherwise."""
        members = self._average.members(self.module)
        return members[0] if len(members) == 1 else self.module

    def apply(self, config: TrainingConfig) -> None:
        """Go on with these settings from the next step on; what cannot change while a run goes on stays as it is.

        For any thread.
        """
        with self._lock:
            self._wanted = with_locked(config, self.config)

    def curves(self, wait: bool = False) -> Curves:
        """Everything measured so far, without a copy; with ``wait`` the device is waited for."""
        record = self._record
        record.collect(wait)
        known = record.known
        step, epoch, loss, accuracy = (column.values() for column in self._validations)
        return Curves(
            step=record.step.values(known),
            epoch=record.epoch.values(known),
            loss=record.loss.values(),
            accuracy=record.accuracy.values(),
            learning_rate=record.learning_rate.values(known),
            validation_step=step,
            validation_epoch=epoch,
            validation_loss=loss,
            validation_accuracy=accuracy,
            changes=self._changes,
        )

    def steps(self) -> Iterator[Step]:
        """Yield after every step of training and every batch of validation, to the end of the last epoch."""
        self._clock.start()
        while self._goes_on():
            for told in self._epoch():
                yield told
                self._clock.start()  # what passed meanwhile was not our time

    def _goes_on(self) -> bool:
        self._take_changes()
        return self.diverged is None and not self.ended_early and self.epochs_done < self.config.epochs

    def _take_changes(self) -> None:
        with self._lock:
            wanted, self._wanted = self._wanted, None
        if wanted is None:
            return
        texts = changes(self.config, wanted)
        self._changes += tuple(Change(self.step, self.epoch, text) for text in texts)
        self._updater.apply(wanted)
        self.config = wanted

    def _epoch(self) -> Iterator[Step]:
        epoch = self.epochs_done
        generator = torch.Generator().manual_seed(self.config.seed + epoch)
        self._updater.seed(self.config.seed + epoch)
        self._updater.train_mode()
        source = self._source_of(epoch)
        order = torch.randperm(len(source), generator=generator)
        for number, batch in enumerate(source.batches(order, self.config.batch), start=1):
            self._take_changes()
            self.batch = Examples(augment(batch.images, self.config.augmentation, generator), batch.labels)
            learning_rate = self.learning_rate
            self._update(self.batch, learning_rate)
            ends_epoch = number == self._per_epoch
            yield self._told_training(epoch + 1, learning_rate, ends_epoch)
            if self.diverged is not None:
                return
            every = self.config.validate_every
            if every and self.step % every == 0 and not ends_epoch:
                yield from self._validate(ends_epoch=False)
                self._updater.train_mode()
        yield from self._validate(ends_epoch=True)

    def _update(self, batch: Examples, learning_rate: float) -> None:
        figures = self._updater.step(batch, learning_rate, self.on_gradients, self.on_stepped)
        self.step += 1
        if self._updater.is_finite:
            self._average.add(self.module, self.step, self.config.epochs * self._per_epoch)
        else:
            self.diverged = self.step
        record = self._record
        record.add(self.step, self.epoch, len(batch), learning_rate, self._clock.read(), figures)
        record.collect()
        if self.diverged is None:
            self.diverged = record.first_bad

    def _source_of(self, epoch: int) -> Source:
        """The examples of an epoch; those that stay the same are moved to the device once."""
        examples = self._dataset.training(epoch)
        if self._source is None or self._source.examples is not examples:
            self._source = None  # its memory is free before the next takes some
            self._source = Source(examples, self.device)
        return self._source

    def _validate(self, *, ends_epoch: bool) -> Iterator[Step]:
        members = self._average.members(self.module)
        epoch = self.epochs_done + 1
        for evaluation in self._validation.looks(members, self.config, self.step, self.epoch):
            if evaluation is not None:
                self._keep(evaluation, ends_epoch)
            loss, accuracy = (evaluation.loss, evaluation.accuracy) if evaluation else (None, None)
            rate, seconds = self.learning_rate, self._clock.read()
            step = Step(self.step, epoch, "validation", loss, accuracy, rate, seconds)
            if evaluation is not None:
                self._readings.add(step)
            yield step

    def _keep(self, evaluation: Evaluation, ends_epoch: bool) -> None:
        self.last_evaluation = evaluation
        self._record.collect(wait=True)  # the device has just been waited for
        measured = (self.step, self.epoch, evaluation.loss, evaluation.accuracy)
        for column, value in zip(self._validations, measured, strict=True):
            column.append(value)
        if ends_epoch:
            self._epoch_losses.append(evaluation.loss)
            self.epochs_done += 1

    def _told_training(self, epoch: int, learning_rate: float, ends_epoch: bool) -> Step:
        step = Step(self.step, epoch, "training", None, None, learning_rate, self._clock.read())
        is_read = self.step % self.config.reading == 0 or ends_epoch or self.diverged is not None
        return self._readings.expect(step) if is_read else step

    def readings(self) -> Iterator[Step]:
        """The steps with a loss and an accuracy since the last call, in their order.

        What ``steps`` yields has these too, but on a GPU only as far as they have arrived.
        """
        return self._readings.take()

    def state_dict(self) -> dict[str, Any]:
        """The state after the last whole epoch; plain containers and tensors only."""
        return {
            "epochs_done": self.epochs_done,
            "step": self.step,
            "seconds": self._clock.seconds,
            "module": self.module.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self._average.state_dict(),
            "epoch_losses": list(self._epoch_losses),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from a state that ``state_dict`` gave."""
        self.module.load_state_dict(state["module"])
        self.optimizer.load_state_dict(state["optimizer"])
        self._average.load_state_dict(state["average"], self.module)
        self._epoch_losses = [float(loss) for loss in state["epoch_losses"]]
        self.epochs_done = int(state["epochs_done"])
        self.step = int(state["step"])
        self._clock = _Clock(float(state["seconds"]))


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
