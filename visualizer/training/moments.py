"""The recorded moments of a run: its weights at many steps, dense at first and sparser later, within a budget."""

from __future__ import annotations

import threading
import weakref
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from torch import Tensor, nn

from visualizer.networks.apart import tensors_of, with_tensors
from visualizer.networks.network import Network
from visualizer.training.frames import Steps
from visualizer.training.record import Column

BUDGET = 512 * 2**20
"""Bytes that the moments of a run may take, unless the user says otherwise."""

EVERY_STEP = 2**40
"""The density of a grid on which every step lies."""

_ROOM = 8  # a grid that is full is thinned until an eighth of the room is free, so that it is not done at each step


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """Weights and buffers of the module behind ``step`` (0: as the run began), on the processor, never written again.

    ``epoch`` is the fraction of epochs that was over.
    """

    step: int
    epoch: float
    tensors: Mapping[str, Tensor] = field(repr=False)


def gap(step: int, density: int) -> int:
    """How far steps of the grid are apart at ``step``: the power of two at or below ``step / density``, or 1.

    So about ``density`` steps lie between any step and its double. A grid of less density is part of one with more.
    """
    return 1 << max(0, (step // density).bit_length() - 1)


class Moments:
    """What was recorded of one run, within ``budget`` bytes. May be used from any thread.

    ``start`` is the network as the run began: it is the moment of step 0, so its tensors must stay as they are. That
    moment and the newest are kept whatever the budget; of the others those on a grid whose gaps grow in proportion
    to the step. When the budget is used up, the grid becomes sparser.
    """

    def __init__(self, start: Network, budget: int = BUDGET) -> None:
        self._lock = threading.Lock()
        self._start = start
        self._budget = budget
        self._density = EVERY_STEP
        tensors = {name: tensor.detach() for name, tensor in tensors_of(start.module).items()}
        self._moments = [Moment(0, 0.0, tensors)]  # by their steps
        self._numbers = [0]  # the steps alone, to search in
        self._sizes = {0: sum(tensor.nbytes for tensor in tensors.values())}
        self._total = self._sizes[0]
        self._shared = {tensor.data_ptr() for tensor in tensors.values()}
        self._steps = Column(np.int64, [0])  # the same for those who read them many times a second
        self._modules: weakref.WeakValueDictionary[int, nn.Module] = weakref.WeakValueDictionary()

    @property
    def bytes(self) -> int:
        """What all moments take together; tensors that never changed are there once."""
        with self._lock:
            return self._total

    def wants(self, step: int) -> bool:
        """Whether ``step`` lies on the grid."""
        with self._lock:
            return step % gap(step, self._density) == 0

    def record(self, step: int, epoch: float, module: nn.Module) -> Moment:
        """Copy the weights and buffers of ``module`` as the moment of ``step``.

        Parameters that are not learnt are not copied but shared with the moment of step 0.
        """
        frozen = {
            name
            for name, parameter in module.named_parameters()
            if not parameter.requires_grad and parameter.is_cpu
        }
        first = self._moments[0].tensors
        tensors = {
            name: first[name]
            if name in frozen and first[name].equal(tensor)
            else tensor.detach().cpu().clone()
            for name, tensor in tensors_of(module).items()
        }
        moment = Moment(step, epoch, tensors)
        self.add(moment)
        return moment

    def add(self, moment: Moment) -> None:
        """Keep ``moment``; one of the same step is replaced, except step 0."""
        size = sum(t.nbytes for t in moment.tensors.values() if t.data_ptr() not in self._shared)
        with self._lock:
            if moment.step == 0:
                return
            place = bisect_left(self._numbers, moment.step)
            if place < len(self._numbers) and self._numbers[place] == moment.step:
                self._moments[place] = moment
                self._modules.pop(moment.step, None)
            else:
                self._moments.insert(place, moment)
                self._numbers.insert(place, moment.step)
                if place == len(self._steps):
                    self._steps.append(moment.step)
                else:
                    self._steps = Column(np.int64, self._numbers)
            self._total += size - self._sizes.get(moment.step, 0)
            self._sizes[moment.step] = size
            if self._total > self._budget:
                self._thin()

    def _thin(self) -> None:
        """Let go of moments beyond the budget: first of those off the grid, then of those off a sparser one."""
        numbers = np.array(self._numbers)
        sizes = np.array([self._sizes[step] for step in self._numbers])
        allowed = self._budget - self._budget // _ROOM
        keep = _kept(numbers, self._density)
        if sizes[keep].sum() > self._budget:
            # Between the densities that keep all and next to nothing; a sparser grid never keeps more.
            low, high = 1, min(self._density, int(numbers[-1]) + 1)
            while low < high:
                middle = (low + high + 1) // 2
                fits = sizes[_kept(numbers, middle)].sum() <= allowed
                low, high = (middle, high) if fits else (low, middle - 1)
            self._density = low
            keep = _kept(numbers, low)
            while (
                sizes[keep].sum() > self._budget and keep.sum() > 2
            ):  # few and large ones: halve what is left
                keep[np.flatnonzero(keep)[1:-1:2]] = False
        self._moments = [self._moments[index] for index in np.flatnonzero(keep)]
        self._numbers = [moment.step for moment in self._moments]
        self._sizes = {step: self._sizes[step] for step in self._numbers}
        self._total = sum(self._sizes.values())
        self._steps = Column(np.int64, self._numbers)

    def steps(self) -> Steps:
        """The steps of all moments, in order, 0 the first; read-only."""
        with self._lock:
            return self._steps.values()

    def nearest(self, step: int) -> Moment:
        """The moment nearest to ``step``, of two the earlier one."""
        with self._lock:
            place = bisect_left(self._numbers, step)
            around = self._moments[max(0, place - 1) : place + 1]
            return min(around, key=lambda moment: abs(moment.step - step))

    def before(self, step: int) -> Moment | None:
        """The last moment before ``step``; None at the first."""
        with self._lock:
            place = bisect_left(self._numbers, step)
            return self._moments[place - 1] if place else None

    def after(self, step: int) -> Moment | None:
        """The first moment after ``step``; None at the last."""
        with self._lock:
            place = bisect_right(self._numbers, step)
            return self._moments[place] if place < len(self._moments) else None

    def newest(self) -> Moment:
        """The moment of the highest step."""
        with self._lock:
            return self._moments[-1]

    def network(self, moment: Moment, like: Network | None = None) -> Network:
        """The network of ``moment``, in evaluation mode on the processor; what it is called is taken from ``like``.

        It shares its memory with the moment, so nobody may write to it. Its module is made once as long as somebody
        uses it.
        """
        with self._lock:
            module = self._modules.get(moment.step)
        if module is None:
            module = self._made(moment)
            with self._lock:
                module = self._modules.setdefault(moment.step, module)
        return self._named(moment, module, like)

    def network_apart(self, moment: Moment) -> Network:
        """As ``network``, around a module that nobody else has: for looks beside those of others, who may hook it."""
        return self._named(moment, self._made(moment), None)

    def _made(self, moment: Moment) -> nn.Module:
        return with_tensors(self._start.module, moment.tensors)

    def _named(self, moment: Moment, module: nn.Module, like: Network | None) -> Network:
        words = f"step {moment.step:,}".replace(",", " ") if moment.step else "the start of the run"
        return replace(like or self._start, module=module, weights=words)


def _kept(steps: np.ndarray[Any, np.dtype[np.int64]], density: int) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which steps lie on a grid, the newest in any case."""
    _, exponents = np.frexp(np.maximum(steps // density, 1).astype(np.float64))
    gaps = np.int64(1) << (exponents.astype(np.int64) - 1)
    keep: np.ndarray[Any, np.dtype[np.bool_]] = steps % gaps == 0
    keep[-1] = True
    return keep
