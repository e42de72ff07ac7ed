"""Names from files, made fit to be shown."""

from __future__ import annotations

_LONGEST = 60


def shown(name: str) -> str:
    """A name as it may stand in a sentence: one line, no control or direction characters, 60 at most."""
    printable = "".join(c if c.isprintable() else "�" for c in name[: _LONGEST + 1])
    return printable if len(printable) <= _LONGEST else printable[: _LONGEST - 1] + "…"
