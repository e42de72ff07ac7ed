"""Records the moments of a run: at once on the processor, behind the back of the training on a GPU."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from visualizer.networks.apart import tensors_of
from visualizer.training.expenses import Expenses
from visualizer.training.moments import Moment, Moments
from visualizer.training.watching import copy_tensors, stream_for


class Recorder:
    """Adds the steps of the grid to ``moments``, as far as recording has its share of the time.

    ``aside`` copies on the device first and from there to the processor without waiting for it: what ``record``
    began is taken by a later ``collect``.
    """

    def __init__(self, moments: Moments, expenses: Expenses, module: nn.Module, *, aside: bool) -> None:
        self._moments, self._expenses, self._module = moments, expenses, module
        self._staging = _Staging(module) if aside else None

    def record(self, step: int, epoch: float, *, always: bool = False) -> Moment | None:
        """Copy the weights of ``step`` if it is to be kept, or ``always``; None where there is nothing yet."""
        clock = self._expenses
        is_kept = self._moments.wants(step) and clock.recording.allows(clock.now)
        if not is_kept and not always:
            return None
        with clock.spending("copying", clock.recording if is_kept else clock.watching):
            if self._staging is None:
                return self._moments.record(step, epoch, self._module)
            if not self._staging.busy:
                self._staging.begin(step, epoch)
        return None

    def collect(self, *, wait: bool = False) -> Moment | None:
        """The moment whose copy has arrived since the last call; with ``wait`` the one that is under way."""
        staging = self._staging
        if staging is None or not staging.busy or not (wait or staging.arrived):
            return None
        clock = self._expenses
        with clock.spending("waiting" if wait else "copying", clock.recording):
            moment = staging.take()
        self._moments.add(moment)
        return moment


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """One copy that is under way."""

    step: int
    epoch: float
    arrival: torch.cuda.Event | None


class _Staging:
    """One copy on the device and one in memory that the device can write to by itself."""

    def __init__(self, module: nn.Module) -> None:
        self._live = tensors_of(module)
        self._device = next(iter(self._live.values())).device
        self._stream = stream_for(self._device)
        self._copies = [torch.empty_like(tensor) for tensor in self._live.values()]
        self._pinned = [torch.empty_like(tensor, device="cpu") for tensor in self._live.values()]
        if self._stream is not None:
            self._pinned = [tensor.pin_memory() for tensor in self._pinned]
        self._way: _Way | None = None

    @property
    def busy(self) -> bool:
        """Whether a copy is under way or was not taken yet."""
        return self._way is not None

    @property
    def arrived(self) -> bool:
        """Whether the copy that is under way can be taken without waiting."""
        if self._way is None or self._way.arrival is None:
            return self._way is not None
        return bool(self._way.arrival.query())  # type: ignore[no-untyped-call]

    def begin(self, step: int, epoch: float) -> None:
        """Have the device copy the weights as they are behind the work it was given so far."""
        copy_tensors(self._copies, list(self._live.values()))
        arrival = None
        if self._stream is not None:
            self._stream.wait_stream(torch.cuda.current_stream(self._device))
            with torch.cuda.stream(self._stream):
                copy_tensors(self._pinned, self._copies)
                arrival = self._stream.record_event()
        else:
            copy_tensors(self._pinned, self._copies)
        self._way = _Way(step, epoch, arrival)

    def take(self) -> Moment:
        """The copy, in memory of its own."""
        way = self._way
        assert way is not None
        if way.arrival is not None:
            way.arrival.synchronize()
        tensors: dict[str, Tensor] = {
            name: tensor.detach().clone() for name, tensor in zip(self._live, self._pinned, strict=True)
        }
        self._way = None
        return Moment(way.step, way.epoch, tensors)
