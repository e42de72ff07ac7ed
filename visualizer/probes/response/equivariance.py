"""Equivariance: how far the maps of every layer turn with the input, and where invariance arises."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.modules import activation, dropout

from visualizer.data.transforms.change import ROTATION
from visualizer.errors import UserError
from visualizer.networks.anatomy import Anatomy, Layer
from visualizer.networks.apart import apart
from visualizer.networks.memory import BYTES_PER_VALUE, available, is_out_of_memory, size_words
from visualizer.networks.network import Network
from visualizer.probes.activations import capture
from visualizer.probes.response.curve import coarse_first
from visualizer.probes.response.frames import Equivariance, LayerEquivariance
from visualizer.probes.response.turned_maps import (
    FEWEST_PLACES,
    StillMaps,
    as_maps,
    field_of,
    geometry,
    grids,
    vector_correlation,
)
from visualizer.probes.response.visiting import visit

SMALLEST_SIDE = 3  # of a map
_OF_A_PLACE = frozenset(activation.__all__) | frozenset(dropout.__all__) | {"Identity", "DropPath"}
_SLICE = 0.08  # s that one batch shall take
_LARGEST_BATCH = 32
_SHARE_OF_MEMORY = 0.5


class EquivarianceRun:
    """The equivariance of one network for one input under way; for one thread at a time. To cancel it, drop it.

    ``tensor`` (1, C, H, W) is the prepared input, ``values`` (A,) the angles in degrees, rising, ``border`` a row of
    ``BORDERS``. The maps of the input as it is are kept; those of turned inputs are reduced to one number as soon as
    their layer gives them, so that memory does not grow with the angles.

    Raises:
        UserError: the maps of the input do not fit into memory.
    """

    def __init__(
        self,
        network: Network,
        anatomy: Anatomy,
        tensor: Tensor,
        values: NDArray[np.float64],
        border: str = "grey",
    ) -> None:
        self._network, self._anatomy, self._border = apart(network), anatomy, border
        self._layers = layers_with_maps(anatomy)
        _check_memory(network, self._layers)
        weights = next(self._network.module.parameters(), tensor)
        self._tensor = tensor.detach().to(weights.device, weights.dtype)
        self._values = np.array(values, np.float64)
        self._values.setflags(write=False)
        self._correlation = np.full((len(self._layers), len(self._values)), np.nan, np.float32)
        self._outputs = np.full(len(self._values), np.nan, np.float32)
        self._known = np.zeros(len(self._values), bool)
        self._still: dict[str, StillMaps] = {}
        self._result: NDArray[np.float64] | None = None  # of the input as it is
        self._batch, self._most, self._trusted = 2, _LARGEST_BATCH, False
        self._notes: tuple[str, ...] = ()
        self._work = self._steps()
        self.complete = False

    def advance(self, seconds: float | None = None) -> Equivariance:
        """Compute for about so many seconds, at least one batch of angles (None: to the end); all as far as it is."""
        end = None if seconds is None else time.perf_counter() + seconds
        with torch.inference_mode(False), torch.no_grad():
            for _ in self._work:
                if end is not None and time.perf_counter() >= end:
                    break
            else:
                self.complete = True
        return self._frame()

    def _steps(self) -> Iterator[None]:
        """The input as it is, then the angles, coarse ones first; yields after every batch."""
        self._look_at_still()
        yield
        order = [index for index in coarse_first(self._values, ROTATION).tolist() if not self._known[index]]
        while order:
            part, began = order[: min(self._batch, self._most)], time.perf_counter()
            if self._look(part):
                order = order[len(part) :]
                took = (time.perf_counter() - began) / len(part)
                self._batch = max(1, int(_SLICE / took))
            yield

    # --- the input as it is ------------------------------------------------------------------------

    def _look_at_still(self) -> None:
        captured = capture(self._network.module, self._turned(np.zeros(1)), self._layers)
        size = (int(self._tensor.shape[-2]), int(self._tensor.shape[-1]))
        for layer in self._layers:
            output = captured.outputs.pop(layer.name, None)
            if output is None or output.ndim != 4 or len(output) != 1:
                continue
            maps = as_maps(layer, output)
            shape = (int(maps.shape[-2]), int(maps.shape[-1]))
            place = geometry(shape, field_of(layer, self._anatomy), size)
            if place.count >= FEWEST_PLACES:
                self._still[layer.name] = StillMaps.of(maps, place)
        self._result = _vectors(captured.result, 1)
        self._notes = self._remarks()
        neutral = self._values % 360 == 0
        for row, layer in enumerate(self._layers):
            still = self._still.get(layer.name)
            self._correlation[row, neutral] = 1.0 if still is not None and still.varies else math.nan
        if self._result is not None:
            # By definition 1, and no number where there is nothing to correlate.
            self._outputs[neutral] = np.round(vector_correlation(self._result, self._result[0]))[0]
        self._known |= neutral

    def _remarks(self) -> tuple[str, ...]:
        notes = []
        if not self._layers:
            notes.append(f"No layer gives maps of {SMALLEST_SIDE}×{SMALLEST_SIDE} places or more.")
        if self._result is None:
            notes.append("The network gives no vector of outputs.")
        elif not np.isfinite(self._result).all():
            notes.append("The network gives outputs that are not finite numbers: they have no correlation.")
        elif self._result.shape[1] == 1:
            notes.append("One output alone has no correlation.")
        elif self._result.shape[1] == 2:
            notes.append("Of two outputs the correlation can only be 1 or \u22121.")
        return tuple(notes)

    # --- turned inputs -----------------------------------------------------------------------------

    def _look(self, part: list[int]) -> bool:
        """Fills in the angles of ``part``; False where the network could not take so many at a time."""
        try:
            found, result = self._correlations(self._values[part])
        except Exception as error:  # code of a network made for one image raises whatever it likes
            if len(part) == 1 and is_out_of_memory(error):
                raise UserError(
                    f"the maps of the network {self._network.name} need more memory than there is;"
                    " close other programs or choose a smaller network"
                ) from error
            if len(part) == 1:
                raise
            self._most = max(1, len(part) // 2) if is_out_of_memory(error) else 1
            return False
        if found is None:
            self._most = 1
            return False
        for row, layer in enumerate(self._layers):
            self._correlation[row, part] = found.get(layer.name, math.nan)
        if result is not None and self._result is not None and result.shape[1] == self._result.shape[1]:
            self._outputs[part] = vector_correlation(result, self._result[0])
        self._known[part] = True
        return True

    def _correlations(
        self, angles: NDArray[np.float64]
    ) -> tuple[dict[str, NDArray[np.float64]] | None, NDArray[np.float64] | None]:
        """By layer (n,), and the outputs (n, K); None where the network mixes the images of a batch up."""
        checks = len(angles) > 1 and not self._trusted  # the input as it is must give what it gives alone
        if checks:
            angles = np.concatenate(([0.0], angles))
        turned = self._turned(angles)
        looks = grids([still.geometry for still in self._still.values()], angles, turned.device)
        found: dict[str, NDArray[np.float64]] = {}

        def take(layer: Layer, output: Tensor) -> None:
            still = self._still[layer.name]
            maps = as_maps(layer, output) if output.ndim == 4 else output
            if len(maps) == len(angles) and maps.shape[1:] == still.maps.shape[1:]:
                found[layer.name] = still.correlation(maps, looks[still.geometry]).numpy()

        wanted = [layer for layer in self._layers if layer.name in self._still]
        result = _vectors(visit(self._network.module, turned, wanted, take), len(angles))
        if not checks:
            return found, result
        if len(found) < len(wanted) or not _same(result, self._result):
            return None, None
        self._trusted = True
        assert result is not None
        return {name: each[1:] for name, each in found.items()}, result[1:]

    def _turned(self, angles: NDArray[np.float64]) -> Tensor:
        from visualizer.data.transforms import transformed

        return transformed(
            self._tensor, torch.from_numpy(angles.copy()), ROTATION, self._border, self._network.preprocessing
        )

    # --- what is known -----------------------------------------------------------------------------

    def _frame(self) -> Equivariance:
        return Equivariance(
            network=self._network.name,
            values=self._values,
            known=_frozen(self._known),
            layers=tuple(
                LayerEquivariance(
                    index=layer.index,
                    name=layer.name,
                    detail=layer.detail,
                    correlation=_frozen(self._correlation[row]),
                    is_convolution=is_convolution(layer),
                    note=self._note_of(layer),
                )
                for row, layer in enumerate(self._layers)
            ),
            outputs=_frozen(self._outputs),
            note=" ".join(self._notes),
        )

    def _note_of(self, layer: Layer) -> str:
        still = self._still.get(layer.name)
        if self._result is None and not self._known.any():
            return ""
        if still is None:
            return f"Fewer than {FEWEST_PLACES} places of its maps are in the picture at every angle."
        if not still.finite:
            return "It gives values that are not finite numbers."
        return "" if still.varies else "Its maps are constant for this input."


def layers_with_maps(anatomy: Anatomy) -> tuple[Layer, ...]:
    """The layers whose maps can be turned: those of 3×3 places or more.

    Layers that look at every place alone, and each unit alone, add nothing to their neighbours: normalisations,
    activations, dropout.
    """
    return tuple(
        layer
        for layer in anatomy.layers
        if layer.layout in ("maps", "maps_last")
        and len(layer.output) == 3
        and min(layer.output[-2:] if layer.layout == "maps" else layer.output[:2]) >= SMALLEST_SIDE
        and (is_convolution(layer) or not (layer.kind in _OF_A_PLACE or "Norm" in layer.kind))
    )


def is_convolution(layer: Layer) -> bool:
    """Whether it is a convolution, one with filters at several rotations, normalised or unshared ones included."""
    return "Conv" in layer.kind or layer.kind == "LocallyConnected2d"


def _vectors(result: Tensor | None, count: int) -> NDArray[np.float64] | None:
    """What the network gives, as (n, K); None where it gives no row for each image."""
    if result is None or result.ndim < 2 or len(result) != count or result.is_complex():
        return None
    return np.asarray(result.detach().flatten(1).double().cpu().numpy(), np.float64)


def _same(result: NDArray[np.float64] | None, still: NDArray[np.float64] | None) -> bool:
    """Whether the first of a batch has the outputs that it has alone, as exactly as kernels for batches give them."""
    if result is None or still is None or result.shape[1] != still.shape[1]:
        return False
    near = 0.01 * float(np.abs(still[np.isfinite(still)]).max(initial=0))
    return bool(np.allclose(result[0], still[0], rtol=0, atol=near, equal_nan=True))


def _check_memory(network: Network, layers: tuple[Layer, ...]) -> None:
    need = 2 * BYTES_PER_VALUE * sum(math.prod(layer.output) for layer in layers)
    if need > _SHARE_OF_MEMORY * available():
        raise UserError(
            f"the maps of the network {network.name} take {size_words(need)}, more than there is room for;"
            " close other programs or choose a smaller network"
        )


def _frozen(values: NDArray[Any]) -> NDArray[Any]:
    made = values.copy()
    made.setflags(write=False)
    return made
