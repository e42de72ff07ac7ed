"""A run to be watched: the training loop on the built-in shapes, with all that a window shows of it."""

from __future__ import annotations

import copy
import math
import threading
import time
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from visualizer.data.dataset import Dataset
from visualizer.data.datasets.shapes import shapes_dataset
from visualizer.data.shapes import CLASSES
from visualizer.errors import UserError, as_sentence
from visualizer.networks.anatomy import Anatomy
from visualizer.networks.device import choose_device, describe_device
from visualizer.networks.memory import BYTES_PER_VALUE, available, size_words
from visualizer.networks.naming import shown
from visualizer.networks.network import Network
from visualizer.networks.planning import plan
from visualizer.training.config import TrainingConfig
from visualizer.training.failures import in_sentences
from visualizer.training.loop import Step, Training

EPOCHS = 20
STEPS_PER_EPOCH = 64
LARGEST_BATCH = 64
BATCHES_OF_VALIDATION = 16
MACS_PER_STEP = 5e9  # of the forward pass: a second or two on one core, so that stop is obeyed soon
SMALL = 1_000_000  # parameters
REFRESH = 0.3  # s between two copies of the weights
_LESS_MEMORY = "give it fewer channels or a smaller input in Build"

Curve = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """All that is to be told of a run at one moment: state, never a difference, so a dropped one loses nothing.

    ``step`` of ``steps``, ``epoch`` (a fraction) of ``epochs``. Losses are mean cross-entropies in nats, accuracies
    0…1: of training since the last reading, of validation at the end of the last epoch; None before the first.
    ``curve`` is (R, 2): epoch and training loss of every reading so far. ``network`` has the weights of a step not
    long ago, in evaluation mode on the processor, in memory that no step changes.
    """

    step: int
    steps: int
    epoch: float
    epochs: int
    loss: float | None
    accuracy: float | None
    validation_loss: float | None
    validation_accuracy: float | None
    samples_per_second: float
    device: str
    curve: Curve = field(repr=False)
    network: Network = field(repr=False)


@dataclass(frozen=True, slots=True)
class LiveConfig:
    """How a watched run learns; ``images`` are drawn for each epoch, ``validation`` once for the whole run."""

    training: TrainingConfig
    images: int
    validation: int


def obstacle(network: Network, anatomy: Anatomy) -> str:
    """Why ``network`` cannot learn the shapes as it is, in a sentence that says what to change; "" if it can."""
    found = _obstacle(network, anatomy)
    return as_sentence(found) if found else ""


def _obstacle(network: Network, anatomy: Anatomy) -> str:
    name, count = shown(network.name), len(CLASSES)
    channels, height, width = network.input
    outputs = len(network.classes) or _outputs(anatomy)
    if channels not in (1, 3):
        return f"shapes has 1 or 3 channels, {name} takes {channels}: set the channels of its input to 3 in Build."
    if height != width:
        return f"shapes are square, {name} takes {width}×{height}: set its input to 32×32 in Build."
    if not anatomy.parameters:
        return f"there are no weights to train in {name}: add a convolution or a linear layer in Build."
    if not outputs:
        return (
            f"training needs scores of classes, {name} gives none: end it with Flatten and Linear "
            f"with {count} outputs in Build."
        )
    if len(network.classes) not in (0, count):
        return (
            f"shapes has {count} classes, {name} has {outputs}: choose the classes Shapes in Build, then "
            f"{count} outputs of the last layer."
        )
    if outputs != count:
        return (
            f"shapes has {count} classes, {name} gives {outputs} output{'s' if outputs > 1 else ''}: "
            f"set the last layer's outputs to {count} in Build."
        )
    problems = plan(replace(network.spec, classes=CLASSES)).problems if network.spec is not None else ()
    if problems:  # of an auxiliary head
        return f"{name} cannot learn {count} classes: {problems[0]} Mend that in Build."
    return ""


def _outputs(anatomy: Anatomy) -> int:
    """The length of the vector that the last layer gives; 0 where it gives something else."""
    output = anatomy.layers[-1].output if anatomy.layers else ()
    return output[0] if len(output) == 1 else 0


def usual_config(network: Network, anatomy: Anatomy, device: torch.device) -> LiveConfig:
    """The settings of a first try: a small network has learnt much after half a minute on two cores.

    The batch is halved until a step takes a bearable time and the memory suffices; raises ``UserError`` where it
    never does.
    """
    batch = LARGEST_BATCH
    while batch > 8 and device.type == "cpu" and anatomy.macs * batch > MACS_PER_STEP:
        batch //= 2
    while (needed := _memory(network, anatomy, batch)) > available():
        if batch == 2:  # batch norm needs two
            raise UserError(
                f"training {shown(network.name)} needs about {size_words(needed)} of memory, there are "
                f"{size_words(available())}; {_LESS_MEMORY}"
            )
        batch //= 2
    rate = 0.005 if anatomy.parameters < SMALL else 0.001
    training = TrainingConfig(epochs=EPOCHS, batch=batch, learning_rate=rate, reading=5)
    return LiveConfig(training, STEPS_PER_EPOCH * batch, BATCHES_OF_VALIDATION * batch)


def _memory(network: Network, anatomy: Anatomy, batch: int) -> int:
    """Bytes that a run needs, roughly: weights with gradients and two moments, kept outputs, pictures."""
    outputs = sum(math.prod(layer.output) for layer in anatomy.layers)
    pictures = (STEPS_PER_EPOCH + BATCHES_OF_VALIDATION) * batch * math.prod(network.input)
    return BYTES_PER_VALUE * (6 * anatomy.parameters + 3 * batch * outputs) + pictures


class LiveRun:
    """Trains a copy of a network on the shapes. A runner drains ``moments`` in a thread; the rest is for any thread.

    Make it where nothing else uses the network's module: a probe under way would be copied along.
    """

    def __init__(self, network: Network, anatomy: Anatomy, config: LiveConfig | None = None) -> None:
        self._device = choose_device("auto")
        self.config = config or usual_config(network, anatomy, self._device)
        self._module = copy.deepcopy(network.module).requires_grad_(True)
        spec = replace(network.spec, classes=CLASSES) if network.spec else None
        self._network = replace(network, classes=CLASSES, spec=spec)
        self._asked = threading.Event()
        self._closely = False
        self._refreshed = 0.0
        self.last: Moment | None = None
        """Where the run stood when it ended, its network that of the last step; None after an error."""

    def ask(self) -> None:
        """Have a newer copy of the weights with one of the next moments, at most three times a second."""
        self._asked.set()

    def follow_closely(self, closely: bool) -> None:
        """Yield after steps of training alone, each time with the weights of that step: for single steps."""
        self._closely = closely

    def moments(self) -> Generator[Moment]:
        """Train; yields after every step and every batch of validation.

        Raises ``UserError`` when the loss stops being a number and when memory runs out.
        """
        with in_sentences(self._network.name, _LESS_MEMORY), _one_core_left():
            told = _Told(self.config, describe_device(self._device), self._network)
            dataset = self._dataset()
            module = self._module.to(self._device)
            training = Training(module, dataset, self.config.training)
            told.steps = training.total_steps
            for step in training.steps():
                told.add(step)
                _check(step, self._network.name)
                if self._closely and step.split == "validation":
                    continue  # a single step is one of training; validation comes along with the next
                if self._is_due():
                    told.network = self._snapshot(module, f"step {step.step}")
                try:
                    yield told.moment()
                except GeneratorExit:
                    self.last = self._ended(told, module)
                    raise
            self.last = self._ended(told, module)

    def _dataset(self) -> Dataset:
        network, config = self._network, self.config
        seed = config.training.seed
        return shapes_dataset(network.input, network.preprocessing, seed, config.images, config.validation)

    def _is_due(self) -> bool:
        now = time.monotonic()
        if not self._closely and not (self._asked.is_set() and now - self._refreshed > REFRESH):
            return False
        self._asked.clear()
        self._refreshed = now
        return True

    def _snapshot(self, module: nn.Module, weights: str) -> Network:
        copied = copy.deepcopy(module).cpu().eval().requires_grad_(False)
        return replace(self._network, module=copied, weights=weights)

    def _ended(self, told: _Told, module: nn.Module) -> Moment:
        words = f"trained {told.step} step{'s' if told.step != 1 else ''} on shapes"
        told.network = self._snapshot(module, words)
        return told.moment()


class _Told:
    """Gathers what has been told of a run so far."""

    def __init__(self, config: LiveConfig, device: str, network: Network) -> None:
        self.step = self.steps = 0
        self.network = network
        self._config, self._device = config.training, device
        self._steps_per_epoch = -(-config.images // config.training.batch)
        self._read: dict[str, Step] = {}  # the last reading of each split
        self._readings: list[tuple[float, float]] = []
        self._curve: Curve = np.zeros((0, 2), np.float32)
        self._times: deque[float] = deque(maxlen=STEPS_PER_EPOCH)

    def add(self, step: Step) -> None:
        self.step = step.step
        if step.loss is not None:
            self._read[step.split] = step
        if step.split == "training":
            self._times.append(step.seconds)
            if step.loss is not None:
                self._readings.append((self._epoch, step.loss))
                self._curve = np.array(self._readings, np.float32)  # a new one: the old ones are handed out

    @property
    def _epoch(self) -> float:
        return self.step / self._steps_per_epoch

    def moment(self) -> Moment:
        training, validation = self._read.get("training"), self._read.get("validation")
        return Moment(
            step=self.step,
            steps=self.steps,
            epoch=self._epoch,
            epochs=self._config.epochs,
            loss=training.loss if training else None,
            accuracy=training.accuracy if training else None,
            validation_loss=validation.loss if validation else None,
            validation_accuracy=validation.accuracy if validation else None,
            samples_per_second=self._speed(),
            device=self._device,
            curve=self._curve,
            network=self.network,
        )

    def _speed(self) -> float:
        """Images per second of the loop's own time, validation included."""
        taken = self._times[-1] - self._times[0] if len(self._times) > 1 else 0.0
        return (len(self._times) - 1) * self._config.batch / taken if taken > 0 else 0.0


def _check(step: Step, name: str) -> None:
    if step.loss is not None and not math.isfinite(step.loss):
        raise UserError(
            f"training of {shown(name)} ended at step {step.step} where the loss is no longer a number; batch norm "
            "or another initialisation in Build may help"
        )


@contextmanager
def _one_core_left() -> Iterator[None]:
    """Let this thread compute on all cores but one, for the window and its probes.

    On a busy core OpenMP's threads wait for one another at every operation: two threads on two cores that a probe
    uses too were several times slower than one.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(max(1, threads - 1))
    try:
        yield
    finally:
        torch.set_num_threads(threads)
