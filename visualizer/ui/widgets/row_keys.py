"""Which row a key chooses."""

from __future__ import annotations

from PySide6.QtCore import Qt


def row_of_key(key: int, row: int, rows: int, page: int) -> int | None:
    """The row that ``key`` moves to from ``row`` of ``rows``, ``page`` of which can be seen; None for other keys.

    Arrows stop at the ends: there it is a row that does not exist.
    """
    if rows == 0:
        return None
    return {
        Qt.Key.Key_Up: row - 1,
        Qt.Key.Key_Down: row + 1,
        Qt.Key.Key_PageUp: max(0, row - page),
        Qt.Key.Key_PageDown: min(rows - 1, row + page),
    }.get(Qt.Key(key))
