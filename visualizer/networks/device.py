"""Where networks run."""

from __future__ import annotations

import torch


def describe_device() -> str:
    """The processor that looks at pictures, in a few words: ``CPU, 2 threads``."""
    threads = torch.get_num_threads()
    return f"CPU, {threads} thread{'s' if threads != 1 else ''}"
