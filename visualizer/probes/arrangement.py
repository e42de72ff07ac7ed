"""Arranges any output of a layer as units with maps: (U, h, w)."""

from __future__ import annotations

import math

from torch import Tensor

from visualizer.networks.anatomy import Layer


def arrange(layer: Layer, output: Tensor, input_size: tuple[int, int]) -> tuple[Tensor, str]:
    """``output`` (with the batch) as (U, h, w) float32, contiguous, and a note where that needs telling.

    Units are channels. The tokens of a transformer become maps where their number fits the aspect of
    ``input_size`` (height, width), one class token more being left out.
    """
    notes = []
    if output.is_complex():
        output, words = output.abs(), "Magnitudes of complex values."
        notes.append(words)
    if output.ndim == 3 and output.shape[0] != 1 and output.shape[1] == 1:
        output = output.transpose(0, 1)  # (T, 1, C), the older order of nn.MultiheadAttention
    if output.ndim and output.shape[0] != 1:
        notes.append(f"The first of {output.shape[0]} outputs.")
    single = output[0] if output.ndim else output
    if single.ndim == 2:
        maps, words = _tokens(single, input_size)
        notes.append(words)
    elif single.ndim == 3:
        maps = single.permute(2, 0, 1) if layer.layout == "maps_last" else single
    elif single.ndim < 2:
        maps = single.reshape(-1, 1, 1)
    else:
        maps = single.flatten(0, -3)
        notes.append(f"{'×'.join(map(str, single.shape[:-2]))} maps in a row.")
    return maps.float().contiguous(), " ".join(filter(None, notes))


def _tokens(tokens: Tensor, input_size: tuple[int, int]) -> tuple[Tensor, str]:
    """(T, C) as (C, h, w)."""
    count, channels = tokens.shape
    for special, words in ((0, ""), (1, "Class token left out.")):
        height = math.isqrt(max(0, (count - special) * input_size[0] // input_size[1]))
        width = (count - special) // height if height else 0
        if height * width == count - special > 0 and height * input_size[1] == width * input_size[0]:
            return tokens[special:].T.reshape(channels, height, width), words
    return tokens.T.reshape(channels, count, 1), "Positions in a column."
