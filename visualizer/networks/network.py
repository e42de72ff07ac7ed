"""An open network: the module and everything that is known about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from torch import nn

Interpolation = Literal["nearest", "bilinear", "bicubic"]


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How a picture becomes the input of a network, as torchvision's ``ImageClassification`` does it.

    The shorter side is resized to ``resize`` px, the centre ``crop`` × ``crop`` px are kept, values are
    scaled to 0…1 and standardised with ``mean`` and ``std`` (one value per input channel).
    """

    resize: int
    crop: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    interpolation: Interpolation = "bilinear"


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A network that is open: in evaluation mode, on one device, its tensors float32.

    ``input`` is (C, H, W) of one image, ``classes`` the labels of the logits in order, ``weights`` says in
    words where the weights come from, ``notes`` what the user should know about them (one sentence each).
    """

    name: str
    module: nn.Module = field(repr=False)
    input: tuple[int, int, int]
    classes: tuple[str, ...]
    preprocessing: Preprocessing
    weights: str = "random weights"
    notes: tuple[str, ...] = ()
