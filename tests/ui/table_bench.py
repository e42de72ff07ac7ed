"""What a panel's table is as a file."""

from __future__ import annotations

import tempfile
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path

from visualizer.ui.widgets.table_writing import Row, _saving


def csv_bytes(table: Callable[[], Iterable[Row]]) -> bytes:
    """The rows as the CSV file that is saved."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        deque(_saving(table(), path), maxlen=0)
        return path.read_bytes()
