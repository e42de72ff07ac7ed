"""Saves what a capture holds."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from visualizer.errors import UserError
from visualizer.networks.anatomy import Layer
from visualizer.probes.activations import Capture, frame
from visualizer.probes.frames import Scale
from visualizer.rendering.pictures import save_maps


def save_capture(
    captured: Capture,
    layers: Collection[Layer],
    input_size: tuple[int, int],
    directory: Path,
    scale: Scale | None = None,
) -> None:
    """Writes the maps of every captured one of ``layers``: a mosaic LAYER.png and the values LAYER.npy.

    ``input_size`` is (height, width) of the network's input. Without ``scale`` grey levels are symmetric, of the
    whole layer.

    Raises:
        UserError: the folder cannot be written.
    """
    for layer in layers:
        if layer.name not in captured.outputs:
            continue
        seen = frame(layer, captured.outputs[layer.name], scale or Scale(), input_size)
        try:
            save_maps(layer.name, seen.values, seen.tiles, directory)
        except OSError as error:
            raise UserError(
                f"The maps cannot be written to {directory}; choose a folder that you may write to."
            ) from error
