"""Settings of the C library's memory allocator that suit programs that keep many activations for a moment."""

from __future__ import annotations

import ctypes
import sys

# malloc.h of the GNU C library
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_KEPT = 256 << 20  # bytes of freed memory that the process may keep
_LARGEST = (64 << 20, 32 << 20)  # bytes of one block taken from what is kept; older versions refuse 64 MB


def keep_freed_memory() -> None:
    """Let the process use freed memory again instead of handing it back to the system at once.

    Else every capture of a network's activations gets fresh pages, and the first touch of each costs: on a
    virtual machine a third of resnet18's forward pass, with this a twentieth. Has no effect where the C
    library is not GNU's.
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        any(mallopt(_M_MMAP_THRESHOLD, size) for size in _LARGEST)  # up to the first that it takes
        mallopt(_M_TRIM_THRESHOLD, _KEPT)
