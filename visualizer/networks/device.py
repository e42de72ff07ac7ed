"""Where networks run."""

from __future__ import annotations

import torch

from visualizer.errors import UserError
from visualizer.networks.naming import shown


def choose_device(name: str) -> torch.device:
    """``auto`` is the GPU where there is one; raises ``UserError`` for a device that is not there."""
    if name not in ("auto", "cpu", "cuda"):
        raise UserError(f"there is no device '{shown(name)}'; choose auto, cpu or cuda")
    has_gpu = torch.cuda.is_available()
    if name == "cuda" and not has_gpu:
        raise UserError("torch finds no CUDA device here; choose the device cpu or auto")
    return torch.device("cuda" if has_gpu and name != "cpu" else "cpu")


def describe_device(device: torch.device | None = None) -> str:
    """A device in a few words, ``CPU, 2 threads``; without one, that which looks at pictures."""
    if device is not None and device.type == "cuda":
        return f"cuda:{device.index or 0} {torch.cuda.get_device_name(device)}"
    threads = torch.get_num_threads()
    return f"CPU, {threads} thread{'s' if threads != 1 else ''}"
