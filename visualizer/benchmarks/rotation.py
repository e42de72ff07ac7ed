"""What it costs to try every filter of a convolution at eight rotations."""

from __future__ import annotations

import torch
from torch import nn

from visualizer.benchmarks.figures import Figure, ratio
from visualizer.networks.modules.rotation import RotationConv2d

PAIRS = 60
GOAL = 8.5
BATCH = 32
LAYERS = ((32, 32, 32), (64, 64, 14))  # channels in and out, side of the maps


def measure() -> tuple[Figure, ...]:
    """Forward passes of typical layers over those of the plain convolution; on the GPU too if there."""
    devices = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    return tuple(_figure(device, *layer) for device in devices for layer in LAYERS)


def _figure(device: str, in_channels: int, out_channels: int, side: int) -> Figure:
    maps = f"{in_channels}×{side}×{side} → {out_channels}×{side}×{side}, {BATCH} images"
    where = ", on the GPU" if device == "cuda" else ""
    name = f"rotation: conv, 8 rotations / plain conv forward, {maps}{where}"
    return Figure(name, _ratio(device, in_channels, out_channels, side), "×", GOAL)


def _ratio(device: str, in_channels: int, out_channels: int, side: int) -> float:
    plain = nn.Conv2d(in_channels, out_channels, 3, padding=1).to(device)
    rotated = RotationConv2d(in_channels, out_channels, 3, padding=1).to(device)
    maps = torch.rand(BATCH, in_channels, side, side, device=device)

    @torch.inference_mode()
    def bare() -> None:
        plain(maps)
        _wait(device)

    @torch.inference_mode()
    def ours() -> None:
        rotated(maps)
        _wait(device)

    return ratio(ours, bare, PAIRS, warm_up=5)


def _wait(device: str) -> None:
    if device == "cuda":  # the GPU works on while Python goes ahead
        torch.cuda.synchronize()
