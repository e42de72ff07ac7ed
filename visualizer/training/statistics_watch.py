"""When the layers of a run are measured: now and then while somebody watches, and at the ends of epochs."""

from __future__ import annotations

import threading

import torch
from torch import Tensor

from visualizer.data.dataset import Dataset
from visualizer.networks.anatomy import Anatomy
from visualizer.networks.network import Network
from visualizer.training.expenses import Expenses
from visualizer.training.forward import Forward
from visualizer.training.frames import StatisticsHistory
from visualizer.training.history import StatisticsLog
from visualizer.training.loop import Training
from visualizer.training.statistics import IMAGES, MACS, GradientStatistics, LayerStatistics

STATISTICS = "layer statistics"
"""The topic of the probe that measures the layers."""


class StatisticsWatch:
    """Measures gradients within a step that was armed before it, and the layers behind that step, as a probe.

    The last step of an epoch is armed here, but for epochs so short that this would cost more than its allowance.
    """

    def __init__(self, anatomy: Anatomy, training: Training, dataset: Dataset, expenses: Expenses) -> None:
        self._training, self._expenses = training, expenses
        forward = Forward(dataset.mean, dataset.std, training.device, "float32")
        self.standardised = forward.standardised
        count = int(max(1, min(IMAGES, len(dataset.validation), MACS // max(1, anatomy.macs))))
        # Evenly spread: folders of classes stand one behind the other.
        chosen = torch.linspace(0, len(dataset.validation) - 1, count).long()
        images = dataset.validation.images[chosen.to(dataset.validation.images.device)]
        self._layers = LayerStatistics(
            anatomy, training.module, forward.standardised(images.to(training.device))
        )
        self._gradients = GradientStatistics(self._layers.layers, training.module)
        self._log = StatisticsLog(self._layers.layers)
        self._lock = threading.Lock()  # in a thread beside the run it is measured
        self._pending: tuple[int, float, tuple[Tensor, Tensor] | None] | None = None
        self._armed = False

    def begin(self) -> None:
        """The next measurement is that of the weights at the start."""
        self._pending = (0, 0.0, None)
        training = self._training
        training.on_gradients, training.on_stepped = self._before, self._after

    def arm(self) -> None:
        """Have the next step measured."""
        self._armed = True

    @property
    def pending(self) -> bool:
        """Whether the gradients of the last step were measured, and its layers are still to be."""
        return self._pending is not None and self._pending[0] == self._training.step

    @property
    def ends_epoch(self) -> bool:
        """Whether that step was the last one of an epoch."""
        return self._training.step % self._training.steps_per_epoch == 0

    def missed(self) -> None:
        """Nobody could measure the layers behind this step; try again with the next."""
        if self.pending:
            self._pending, self._armed = None, True

    def _before(self) -> None:
        if (self._training.step + 1) % self._training.steps_per_epoch == 0:
            self._armed = self._armed or self._expenses.measuring.allows(self._expenses.now)
        if self._armed:
            self._gradients.before()

    def _after(self) -> None:
        if self._armed:
            self._armed = False
            self._gradients.after()
            step = self._training.step + 1  # the step is counted when it is over
            self._pending = (step, step / self._training.steps_per_epoch, self._gradients.take())

    def measure(self, network: Network) -> None:
        """The probe: measures the layers and keeps it with the norms of the step."""
        pending = self._pending
        if pending is None:
            return
        measured = self._layers.measure(network)
        step, epoch, norms = pending
        gradient, update = (norm.cpu().numpy() for norm in norms) if norms else (None, None)
        with self._lock:
            self._log.add(step, epoch, measured, gradient, update)
        self._pending = None

    def history(self) -> StatisticsHistory:
        """All that was measured so far."""
        with self._lock:
            return self._log.history()
