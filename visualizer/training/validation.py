"""A look at all validation images."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from visualizer.data.dataset import Dataset
from visualizer.training.batches import Source
from visualizer.training.config import TrainingConfig
from visualizer.training.forward import Forward
from visualizer.training.frames import Evaluation
from visualizer.training.losses import loss_kind

BATCHES = 4  # of the size of training's at a time: costly networks have small ones, and stop soon


class Validation:
    """The validation images on the training device, and what networks say to them."""

    def __init__(self, dataset: Dataset, forward: Forward, device: torch.device) -> None:
        self._source = Source(dataset.validation, device)
        self._labels = dataset.validation.labels.cpu().numpy().copy()
        self._labels.flags.writeable = False
        self._classes = dataset.classes
        self._forward = forward

    def looks(
        self, members: list[nn.Module], config: TrainingConfig, step: int, epoch: float
    ) -> Iterator[Evaluation | None]:
        """Yields after every batch: None, at last the evaluation. The loss is without label smoothing.

        The networks stay in evaluation mode. What they say is read from the device once, at the end.
        """
        for member in members:
            member.eval()
        compute = loss_kind(config.loss).compute
        count = len(self._source)
        predicted, confidence, losses = [], [], []
        batches = self._source.batches(torch.arange(count), BATCHES * config.batch)
        looked_at = 0
        for batch in batches:
            with torch.inference_mode():
                scores = self._forward(members, batch.images)
                probability, index = scores.softmax(dim=1).max(dim=1)
                predicted.append(index)
                confidence.append(probability)
                losses.append(compute(scores, batch.labels, 0.0).double() * len(batch))
            looked_at += len(batch)
            if looked_at < count:
                yield None
        yield self._evaluation(predicted, confidence, losses, step, epoch)

    def _evaluation(
        self,
        predicted: list[Tensor],
        confidence: list[Tensor],
        losses: list[Tensor],
        step: int,
        epoch: float,
    ) -> Evaluation:
        parts = [torch.cat(predicted).double(), torch.cat(confidence).double(), torch.stack(losses)]
        read = torch.cat(parts).cpu()  # the only time that the device is waited for
        count = len(self._labels)
        classes = read[:count].long().numpy()
        sure = read[count : 2 * count].float().numpy()
        for array in (classes, sure):
            array.flags.writeable = False
        hits = float((classes == self._labels).mean())
        loss = float(read[2 * count :].sum()) / count
        return Evaluation(step, epoch, loss, hits, self._classes, self._labels, classes, sure)
