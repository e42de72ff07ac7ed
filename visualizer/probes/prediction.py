"""The prediction of a network from its logits."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from visualizer.probes.frames import ClassProbability, Prediction

TOP = 5


def predict(logits: Tensor | None, classes: Sequence[str], label: str | None = None) -> Prediction | None:
    """The most probable classes by softmax; None where ``logits`` are not (1, K).

    One logit alone is a yes or no: the probability is its sigmoid. Classes beyond ``classes`` are called by
    their number. ``label`` is the true class of the input, if known.
    """
    if logits is None or logits.ndim != 2 or logits.shape[0] != 1 or logits.shape[1] == 0:
        return None
    if logits.is_complex():
        return None
    values = logits[0].detach().double().cpu().numpy()  # for so few numbers a quarter of torch's time
    count = len(values)
    names = [classes[index] if index < len(classes) else f"class {index}" for index in range(count)]
    if not np.isfinite(values).all():
        note = "The network gives values that are not finite numbers: there is no prediction."
        return Prediction((), count, math.nan, math.nan, label, None, note)
    if count == 1:
        return _yes_or_no(values, names[0], label)
    odds = np.exp(values - values.max())
    probabilities = odds / odds.sum()
    order = np.argsort(-probabilities, kind="stable")
    top = tuple(
        ClassProbability(index, names[index], float(probabilities[index])) for index in order[:TOP].tolist()
    )
    margin, entropy = top[0].probability - top[1].probability, _entropy(probabilities)
    if label not in names:
        return Prediction(top, count, margin, entropy, label)
    index = names.index(label)
    rank = order.tolist().index(index) + 1
    return Prediction(top, count, margin, entropy, label, rank, label_probability=float(probabilities[index]))


def _yes_or_no(values: NDArray[np.float64], name: str, label: str | None) -> Prediction:
    odds = np.exp(-abs(values[0]))  # the other way round it could overflow
    yes = float(1 / (1 + odds) if values[0] >= 0 else odds / (1 + odds))
    both = np.array([yes, 1 - yes])
    top = (ClassProbability(0, name, yes),)
    return Prediction(
        top, 1, float(abs(both[0] - both[1])), _entropy(both), label, None, "One output: sigmoid."
    )


def _entropy(probabilities: NDArray[np.float64]) -> float:
    """In bits; 0 · log 0 is 0."""
    likely = probabilities[probabilities > 0]
    return float(abs((likely * np.log2(likely)).sum()))
