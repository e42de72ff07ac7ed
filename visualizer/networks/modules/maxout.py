"""Maxout (Goodfellow et al. 2013, arXiv:1302.4389)."""

from __future__ import annotations

from torch import Tensor, nn


class Maxout(nn.Module):
    """The maximum over groups of ``pieces`` channels, or features, next to each other.

    (N, C, …) → (N, C / pieces, …). With the linear functions of the layer before, it is a convex function whose
    shape is learned. Raises ``RuntimeError`` where ``pieces`` does not divide the channels.
    """

    def __init__(self, pieces: int = 2) -> None:
        super().__init__()
        self.pieces = pieces

    def forward(self, x: Tensor) -> Tensor:
        """The largest of each group."""
        count, channels, *sides = x.shape
        return x.reshape(count, channels // self.pieces, self.pieces, *sides).amax(2)

    def extra_repr(self) -> str:
        """The settings, for people."""
        return f"pieces={self.pieces}"
