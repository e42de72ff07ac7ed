"""One input at every value of a transform, asked of a network: coarse values first, in slices of time."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from visualizer.data.transforms.table import TRANSFORMS, transformed
from visualizer.networks.apart import apart
from visualizer.networks.naming import shown
from visualizer.networks.network import Network
from visualizer.probes.prediction import each_for_itself, probabilities, reading_of
from visualizer.probes.response.class_matching import class_names
from visualizer.probes.response.forward import Forward
from visualizer.probes.response.frames import Floats, Reading, Response, Values

_IMAGE_BYTES = 16 << 20  # of turned inputs at a time
_PARTS = (8, 24, 72, 360)  # of the range of values: every 45°, 15°, 5° and 1° of a rotation


class ResponseRun:
    """The curve of a network for one prepared input (1, C, H, W), under way; for one thread at a time.

    It asks a structure of its own around the network's tensors. ``label`` is the true class of the input, if known.
    """

    def __init__(
        self,
        network: Network,
        prepared: Tensor,
        transform: str,
        values: Values,
        border: str,
        label: str | None = None,
    ) -> None:
        self._network, self._transform, self._border, self._label = apart(network), transform, border, label
        self._forward = Forward(self._network)
        self._image = prepared.to(self._forward.device, self._forward.dtype)
        self._values = np.array(values, np.float64)
        self._values.flags.writeable = False
        self._order = coarse_first(self._values, transform)
        self._outputs: Floats = np.empty((len(self._values), 0), np.float32)
        self._probabilities: Values = np.empty((len(self._values), 0))
        self._reading: Reading = "softmax"
        self._seconds_each = 0.0
        self.count_done = 0

    @property
    def complete(self) -> bool:
        """Whether every value is computed."""
        return self.count_done == len(self._order)

    def advance(self, seconds: float | None = None, *, whole_pieces: bool = False) -> Response:
        """Ask on for about so many seconds, at least one value (None: to the end); the curve as far as it is.

        With ``whole_pieces`` always for as many values at once as fit: slices are then less even in time, but their
        lengths change no digit of the curve. The input is turned to many values at once: each call costs a millisecond.

        Raises ``UserError`` where the network gives no scores of classes, or the transform cannot be done.
        """
        begin = time.perf_counter()
        left = seconds
        while not self.complete:
            self._ask(self._count(None if whole_pieces else left))
            if seconds is not None:
                left = seconds - (time.perf_counter() - begin)
                if left <= 0:
                    break
        return self._response()

    def _count(self, seconds: float | None) -> int:
        """How many values to ask for next."""
        left = len(self._order) - self.count_done
        if seconds is None:
            return max(1, min(left, _IMAGE_BYTES // (self._image.numel() * self._image.element_size())))
        fit = int(seconds / self._seconds_each) if self._seconds_each else 1
        return max(1, min(left, self._forward.size, fit))

    def _ask(self, count: int) -> None:
        begin = time.perf_counter()
        which = self._order[self.count_done : self.count_done + count]
        preprocessing = self._network.preprocessing
        images = transformed(self._image, self._values[which], self._transform, self._border, preprocessing)
        outputs = self._forward(images).cpu()  # the one wait for a GPU
        if not self.count_done:
            self._reading = reading_of(self._network.module, outputs)
            shape = (len(self._values), outputs.shape[1])
            self._outputs, self._probabilities = np.full(shape, np.nan, np.float32), np.full(shape, np.nan)
        self._outputs[which] = outputs.where(outputs.isfinite(), np.nan).numpy()
        self._probabilities[which] = probabilities(outputs, self._reading).numpy()
        self.count_done += count
        self._seconds_each = (time.perf_counter() - begin) / count

    def _response(self) -> Response:
        known = np.zeros(len(self._values), bool)
        known[self._order[: self.count_done]] = True
        outputs, read = self._outputs.copy(), self._probabilities.copy()
        for array in (known, outputs, read):
            array.flags.writeable = False
        return Response(
            network=self._network.name,
            transform=self._transform,
            border=self._border,
            values=self._values,
            known=known,
            outputs=outputs,
            probabilities=read,
            classes=class_names(self._network.classes, outputs.shape[1]),
            reading=self._reading,
            label=self._label,
            note=self._note(read[known]),
        )

    def _note(self, known: Values) -> str:
        finite = np.isfinite(known).all(axis=1)
        name = shown(self._network.name)
        what = "angle" if self._transform == "rotation" else "value"
        notes = []
        if not finite.any():
            notes.append(f"{name} gives no finite numbers at any {what}: there is no curve.")
        elif not finite.all():
            bad = int((~finite).sum())
            notes.append(f"At {bad:,} of {len(known):,} {what}s {name} gives no finite numbers.")
        if each_for_itself(known[finite]):
            notes.append("Each class is judged for itself: the probabilities do not sum to 1.")
        return " ".join(notes)


def coarse_first(values: Values, transform: str) -> NDArray[np.int64]:
    """The indexes of ``values`` (A,), rising: that of the neutral one first, then coarse ones, then finer ones."""
    row = TRANSFORMS[transform]
    level = np.full(len(values), len(_PARTS) + 1)
    for place in range(len(_PARTS), 0, -1):
        marks = np.linspace(row.minimum, row.maximum, _PARTS[place - 1] + 1)[: -1 if row.periodic else None]
        after = np.searchsorted(values, marks).clip(0, len(values) - 1)
        before = (after - 1).clip(0)
        level[np.where(abs(values[before] - marks) < abs(values[after] - marks), before, after)] = place
    level[abs(values - row.neutral).argmin()] = 0
    return np.argsort(level, kind="stable")
