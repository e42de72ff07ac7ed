"""Names from files, made fit to be shown."""

from __future__ import annotations


def shown(name: str, longest: int = 60) -> str:
    """A name as it may stand in a sentence: one line without control or direction characters, shortened."""
    printable = "".join(c if c.isprintable() else "�" for c in name[: longest + 1])
    return printable if len(printable) <= longest else printable[: longest - 1] + "…"
