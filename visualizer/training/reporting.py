"""What a watched run tells: gathers all of it into frames."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from visualizer.networks.device import describe_device
from visualizer.networks.network import Network
from visualizer.training.expenses import Expenses
from visualizer.training.frames import Evaluation, LiveFrame, StatisticsHistory, Steps
from visualizer.training.history import with_evaluation
from visualizer.training.loop import Training

RECENT = 20
"""Steps whose mean loss and accuracy a frame tells."""
_MEMORY_EVERY = 1.0  # s between two questions to the driver, which take a millisecond


class Reporter:
    """Makes the frames of one run. ``network`` is the newest snapshot, for as long as there is no newer one."""

    def __init__(self, training: Training, expenses: Expenses) -> None:
        self.network: Network | None = None
        self._training, self._expenses = training, expenses
        self._device = describe_device(training.device)
        self._evaluations: tuple[Evaluation, ...] = ()
        self._memory_words = ""
        self._memory_read = -_MEMORY_EVERY

    def note_evaluation(self) -> None:
        """Keep the last evaluation; called behind each, because another one may come before the next frame."""
        evaluation = self._training.last_evaluation
        if evaluation is not None and (not self._evaluations or self._evaluations[-1] is not evaluation):
            self._evaluations = with_evaluation(self._evaluations, evaluation)

    def frame(
        self, recorded: Steps, answers: Mapping[str, object], statistics: StatisticsHistory | None
    ) -> LiveFrame:
        """All that is to be told now."""
        training, expenses = self._training, self._expenses
        curves = training.curves()
        self.note_evaluation()
        evaluation = training.last_evaluation
        expenses.published()
        return LiveFrame(
            step=training.step,
            steps=training.total_steps,
            epoch=training.epoch,
            epochs=training.total_epochs,
            loss=float(np.mean(curves.loss[-RECENT:])) if len(curves.loss) else None,
            accuracy=float(np.mean(curves.accuracy[-RECENT:])) if len(curves.accuracy) else None,
            validation_loss=evaluation.loss if evaluation else None,
            validation_accuracy=evaluation.accuracy if evaluation else None,
            samples_per_second=expenses.steps_per_second() * training.config.batch,
            device=self._device,
            memory_words=self._memory(),
            curves=curves,
            statistics=statistics,
            evaluations=self._evaluations,
            cost=expenses.cost(),
            recorded=recorded,
            answers=answers,
            network=self.network,
        )

    def _memory(self) -> str:
        """How much of the GPU's memory is taken, by everyone: "3.1 / 12 GB"."""
        device, now = self._training.device, self._expenses.now
        if device.type == "cuda" and now - self._memory_read >= _MEMORY_EVERY:
            self._memory_read = now
            free, total = torch.cuda.mem_get_info(device)
            self._memory_words = f"{(total - free) / 1e9:.1f} / {total / 1e9:.0f} GB"
        return self._memory_words
