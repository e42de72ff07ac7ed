"""The prediction of a network from its outputs."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor, nn

from visualizer.probes.frames import ClassProbability, Prediction
from visualizer.probes.response.frames import Reading

TOP = 5
_PASSING = (nn.Identity, nn.Flatten, nn.Dropout)  # leave values as they are
_READ = (nn.Softmax, nn.Softmax2d, nn.Sigmoid)  # give probabilities


def reading_of(module: nn.Module, outputs: Tensor | None = None) -> Reading:
    """How probabilities are made of the outputs of ``module``: "as they are" where it ends in softmax or sigmoid.

    The last layer is taken to be the one that is defined last. ``outputs`` (N, K), where there are some, tell better:
    those beyond 0…1 are not of such a layer, and one alone is read by a sigmoid.
    """
    if outputs is not None and (outputs.ndim != 2 or outputs.is_complex()):
        outputs = None  # no scores of classes
    parts = reversed(list(module.modules()))
    last = next((part for part in parts if not any(part.children()) and not isinstance(part, _PASSING)), None)
    if isinstance(last, _READ) and (outputs is None or not bool(((outputs < 0) | (outputs > 1)).any())):
        return "as they are"
    return "sigmoid" if outputs is not None and outputs.shape[-1] == 1 else "softmax"


def probabilities(outputs: Tensor, reading: Reading) -> Tensor:
    """The probabilities (N, K) float64 of outputs (N, K), on their device; one logit alone is a yes or no.

    A row with a number that is not finite is all NaN.
    """
    values = outputs.detach().double()
    if reading == "sigmoid" or (reading == "softmax" and values.shape[1] == 1):
        read = values.sigmoid()
    else:
        read = values.softmax(dim=1) if reading == "softmax" else values
    return read.where(values.isfinite().all(dim=1, keepdim=True), math.nan)


def each_for_itself(probabilities: NDArray[np.floating]) -> bool:
    """Whether of these (N, K) some do not sum to 1: the network judges every class for itself."""
    sums = probabilities.sum(axis=1)
    return probabilities.shape[1] > 1 and bool((abs(sums - 1) > 1e-3).any())


def predict(
    logits: Tensor | None,
    classes: Sequence[str],
    label: str | None = None,
    reading: Reading = "softmax",
) -> Prediction | None:
    """The most probable classes; None where ``logits`` are not (1, K).

    One logit alone is a yes or no: the probability is its sigmoid. Classes beyond ``classes`` are called by
    their number. ``label`` is the true class of the input, if known, and ``reading`` that of the network.
    """
    if logits is None or logits.ndim != 2 or logits.shape[0] != 1 or logits.shape[1] == 0:
        return None
    if logits.is_complex():
        return None
    found = probabilities(logits.detach().cpu(), reading)[0].numpy()  # copied first: they are few numbers
    count = len(found)
    names = [classes[index] if index < len(classes) else f"class {index}" for index in range(count)]
    if np.isnan(found).any():
        note = "The network gives values that are not finite numbers: there is no prediction."
        return Prediction((), count, math.nan, math.nan, label, None, note)
    if count == 1:
        return _yes_or_no(float(found[0]), names[0], label, reading)
    order = np.argsort(-found, kind="stable")
    top = tuple(ClassProbability(index, names[index], float(found[index])) for index in order[:TOP].tolist())
    separate = each_for_itself(found[None])
    note = "Each class is judged for itself: the probabilities do not sum to 1." if separate else ""
    margin, entropy = top[0].probability - top[1].probability, math.nan if separate else _entropy(found)
    if label not in names:
        return Prediction(top, count, margin, entropy, label, note=note)
    index = names.index(label)
    rank = order.tolist().index(index) + 1
    return Prediction(top, count, margin, entropy, label, rank, note, float(found[index]))


def _yes_or_no(yes: float, name: str, label: str | None, reading: Reading) -> Prediction:
    both = np.array([yes, 1 - yes])
    top = (ClassProbability(0, name, yes),)
    note = "One output: as it is." if reading == "as they are" else "One output: sigmoid."
    return Prediction(top, 1, float(abs(both[0] - both[1])), _entropy(both), label, None, note)


def _entropy(probabilities: NDArray[np.float64]) -> float:
    """In bits; 0 · log 0 is 0."""
    likely = probabilities[probabilities > 0]
    return float(abs((likely * np.log2(likely)).sum()))
