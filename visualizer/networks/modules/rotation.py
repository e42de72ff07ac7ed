"""A convolution whose filters are tried at several rotations."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class RotationConv2d(nn.Conv2d):
    """A convolution with every filter turned clockwise in ``rotations`` (4 or 8) equal steps.

    (N, in_channels, H, W) → (N, out_channels, H', W') with ``merge`` "max": the largest response of each filter
    at each place. With "concatenate" it gives (N, out_channels · rotations, H', W'): all responses of the first
    filter, from 0° on, then those of the second. Weights and biases are those of the plain convolution, so
    they can be exchanged with one; a filter has one bias at all rotations. Padding is with zeros.

    Raises ``ValueError`` for other numbers of rotations, and for 8 with an even kernel size, which has no centre.
    """

    turns: Tensor

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        stride: int = 1,
        padding: int | str = 0,
        dilation: int = 1,
        groups: int = 1,
        bias: bool = True,
        rotations: int = 8,
        merge: str = "max",
    ) -> None:
        if rotations not in (4, 8):
            raise ValueError(f"4 or 8 rotations, not {rotations}")
        if rotations == 8 and kernel_size % 2 == 0:
            raise ValueError("8 rotations need an odd kernel size")
        super().__init__(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias)
        self.rotations, self.merge = rotations, merge
        self.register_buffer("turns", turned_places(kernel_size, rotations), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """The merged responses; one convolution with all rotations of all filters."""
        # The rotations of a filter are neighbours in the bank, so groups stay together.
        bias = None if self.bias is None else self.bias.repeat_interleave(self.rotations)
        responses = F.conv2d(x, self.bank(), bias, self.stride, self.padding, self.dilation, self.groups)
        if self.merge == "concatenate":
            return responses
        count, _, height, width = responses.shape
        return responses.reshape(count, self.out_channels, self.rotations, height, width).amax(2)

    def bank(self) -> Tensor:
        """All rotations of all filters: (out_channels · rotations, in_channels / groups, F, F)."""
        filters, inputs, side, _ = self.weight.shape
        shape = (filters, self.rotations, inputs, side * side)
        weights = self.weight.flatten(2).unsqueeze(1).expand(shape)
        turned = weights.gather(3, self.turns.view(1, self.rotations, 1, -1).expand(shape))
        return turned.reshape(filters * self.rotations, inputs, side, side)

    def extra_repr(self) -> str:
        """The settings, for people."""
        plain: str = super().extra_repr()  # type: ignore[no-untyped-call]
        return f"{plain}, rotations={self.rotations}, merge={self.merge}"


def turned_places(side: int, rotations: int) -> Tensor:
    """Where the weights of a turned filter come from: (rotations, side²) indexes into the flattened filter.

    Steps of 90° are exact. A step of 45° rolls every square ring of a filter clockwise by an eighth of its
    weights, so that two steps are exactly 90°: the eight outer weights of a 3×3 filter move by one place.
    """
    places = torch.arange(side * side).view(side, side)
    if rotations == 4:
        return torch.stack([torch.rot90(places, -step).flatten() for step in range(4)])
    steps = [places]
    for _ in range(rotations - 1):
        turned = steps[-1].clone()
        for radius in range(1, side // 2 + 1):
            rows, columns = ring_places(side // 2, radius)
            turned[rows, columns] = steps[-1][rows, columns].roll(radius)
        steps.append(turned)
    return torch.stack(steps).flatten(1)


def ring_places(centre: int, radius: int) -> tuple[Tensor, Tensor]:
    """Rows and columns of the 8 · radius places around the centre, clockwise from the top left corner."""
    side = torch.arange(-radius, radius)
    far = torch.full_like(side, radius)
    rows = torch.cat([-far, side, far, -side])
    columns = torch.cat([side, far, -side, -far])
    return centre + rows, centre + columns
