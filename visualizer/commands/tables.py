"""Aligned plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its title, and whether it holds numbers (set to the right)."""

    title: str
    numbers: bool = False
    widest: int = 40  # characters; longer text loses its middle


def draw(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table: the titles, a rule, the rows. Each row has one text per column."""
    texts = [
        [shortened(one_line(text), column.widest) for text, column in zip(row, columns, strict=True)]
        for row in rows
    ]
    titles = [column.title for column in columns]
    widths = [max(map(len, cells)) for cells in zip(titles, *texts, strict=True)]
    for cells in (titles, ["─" * width for width in widths], *texts):
        padded = (
            cell.rjust(width) if column.numbers else cell.ljust(width)
            for cell, width, column in zip(cells, widths, columns, strict=True)
        )
        yield "  ".join(padded).rstrip()


def one_line(text: str) -> str:
    """``text`` on one line, without characters that would steer a terminal: names and labels come from files."""
    return "".join(character if character.isprintable() else "\ufffd" for character in " ".join(text.split()))


def shortened(text: str, widest: int) -> str:
    """``text`` in at most ``widest`` characters, the middle replaced by '…' where it is longer."""
    if len(text) <= widest:
        return text
    end = (widest - 1) // 2
    return f"{text[: widest - 1 - end]}…{text[len(text) - end :]}"
