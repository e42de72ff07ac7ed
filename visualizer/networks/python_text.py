"""Calls as Python text, laid out as the usual formatters do, for programs that are written out."""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

WIDTH = 110
_INDENT = "    "


@dataclass(frozen=True, slots=True)
class Brackets:
    """Entries between brackets: ``opening`` ends with the bracket, as in ``nn.Linear(``."""

    opening: str
    entries: tuple[Entry, ...]
    closing: str = ")"


@dataclass(frozen=True, slots=True)
class Entry:
    """One argument: ``before`` is its name with "=" or its key with ":", ``comment`` stands behind it."""

    content: Brackets | str
    before: str = ""
    comment: str = ""


def lines(content: Brackets | str, depth: int, before: str = "", after: str = "") -> Iterator[str]:
    """The lines of ``before`` + content + ``after``, ``depth`` levels in; ``after`` may end with a comment."""
    indent = _INDENT * depth
    flat = None if _has_comments(content) else _flat(content)
    whole = f"{indent}{before}{flat}{after}"
    if isinstance(content, str) or (flat is not None and _columns(whole) <= WIDTH) or not content.entries:
        yield whole
        return
    yield f"{indent}{before}{content.opening}"
    inner = None if flat is None else indent + _INDENT + ", ".join(map(_flat_entry, content.entries))
    if inner is not None and _columns(inner) <= WIDTH:
        yield inner
    else:
        alone = len(content.entries) == 1 and not content.entries[0].comment
        comma = "" if alone else ","
        for entry in content.entries:
            comment = f"  # {entry.comment}" if entry.comment else ""
            yield from lines(entry.content, depth + 1, entry.before, f"{comma}{comment}")
    yield f"{indent}{content.closing}{after}"


def _flat(content: Brackets | str) -> str:
    if isinstance(content, str):
        return content
    return f"{content.opening}{', '.join(map(_flat_entry, content.entries))}{content.closing}"


def _flat_entry(entry: Entry) -> str:
    return f"{entry.before}{_flat(entry.content)}"


def _has_comments(content: Brackets | str) -> bool:
    if isinstance(content, str):
        return False
    return any(entry.comment or _has_comments(entry.content) for entry in content.entries)


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


# Words -----------------------------------------------------------------------------------------------


def literal(value: Any) -> str:
    """A number, text, tuple or list as Python writes it."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, tuple):
        return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    raise TypeError(f"no literal for {value!r}")


def quoted(text: str) -> str:
    """The text between the quotes that need fewer backslashes; what cannot be printed is escaped."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    escaped = {"\\": "\\\\", quote: f"\\{quote}"}
    return quote + "".join(escaped.get(c, c if c.isprintable() else repr(c)[1:-1]) for c in text) + quote


def is_plain_name(text: str) -> bool:
    """Whether an attribute or argument of this name keeps it: Python normalises some and mangles others."""
    same = unicodedata.normalize("NFKC", text) == text
    return text.isidentifier() and not keyword.iskeyword(text) and same and not text.startswith("__")


def class_name(text: str, taken: frozenset[str]) -> str:
    """A class name made of ``text``, none of ``taken``: ``MiniVgg`` of mini-vgg."""
    name = ""
    for part in re.findall("[A-Za-z0-9]+", text):
        name += ("_" if name[-1:].isdigit() and part[0].isdigit() else "") + part[0].upper() + part[1:]
    if not name or name[0].isdigit():
        name = f"Network{name}"
    while keyword.iskeyword(name) or name in taken:
        name += "Network"
    return name
