"""How much memory there is, so that what is larger can be refused before it is asked for."""

from __future__ import annotations

import psutil

BYTES_PER_VALUE = 4  # float32


def available() -> int:
    """Bytes that can be had now without pushing other programs out."""
    return int(psutil.virtual_memory().available)


def is_out_of_memory(error: BaseException | None) -> bool:
    """Whether an exception says that memory, the processor's or the GPU's, did not suffice."""
    if isinstance(error, MemoryError):
        return True
    text = str(error).lower()  # torch has a class of its own for the GPU's memory only
    return isinstance(error, RuntimeError) and ("allocate" in text or "out of memory" in text)


def size_words(count: float) -> str:
    """A number of bytes as people read it: ``1.4 GB``."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:,.3g} TB" if count < 1000 else f"{count:,.0f} TB"
