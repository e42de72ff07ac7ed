"""An open network: the module and everything that is known about it."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import nn

from visualizer.networks.preprocessing import Interpolation as Interpolation
from visualizer.networks.preprocessing import Preprocessing as Preprocessing
from visualizer.networks.spec import NetworkSpec


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A network that is open: in evaluation mode, on one device, its tensors float32.

    ``input`` is (C, H, W) of one image, ``classes`` the labels of the logits in order, ``weights`` says in
    words where the weights come from, ``notes`` what the user should know about them (one sentence each).
    ``spec`` is what the module was built from, if from a specification.
    """

    name: str
    module: nn.Module = field(repr=False)
    input: tuple[int, int, int]
    classes: tuple[str, ...]
    preprocessing: Preprocessing
    weights: str = "random weights"
    notes: tuple[str, ...] = ()
    spec: NetworkSpec | None = field(default=None, repr=False)
