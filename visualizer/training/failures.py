"""What can go wrong in a run and be mended by the user, as sentences."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from visualizer.errors import UserError
from visualizer.networks.memory import is_out_of_memory
from visualizer.networks.naming import shown


@contextmanager
def in_sentences(network_name: str, less_memory: str) -> Iterator[None]:
    """Raise ``UserError`` for a lack of memory, with the words how to need less, and for batches of one image."""
    try:
        yield
    except (MemoryError, RuntimeError, ValueError) as error:
        if is_out_of_memory(error):
            raise UserError(
                f"there is not enough memory to train {shown(network_name)}; {less_memory}"
            ) from error
        if "more than 1 value per channel" in str(error):
            raise UserError(
                "batch norm needs two images or more in every batch; choose another batch size"
            ) from error
        raise
