"""Files in the safetensors format (https://github.com/huggingface/safetensors, "Format")."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from torch import Tensor

from visualizer.errors import UserError
from visualizer.networks.checkpoint import MAX_ENTRIES, MAX_KEY
from visualizer.networks.naming import shown

MAX_HEADER = 8 * 2**20  # the library's own limit is 100 MB
_DTYPES = {"BOOL", "U8", "I8", "U16", "I16", "U32", "I32", "U64", "I64", "F8_E4M3", "F8_E5M2"} | {
    "F16", "BF16", "F32", "F64"
}  # fmt: skip


def looks_like(head: bytes) -> bool:
    """Whether a file that begins so is meant as safetensors: 8 bytes of length, then JSON."""
    return head[8:9] in (b"{", b"[") or (len(head) > 8 and head[1:8] == bytes(7)) or head[3:8] == bytes(5)


def read(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """The tensors and the metadata; the tensors may map the file. Raises ``UserError``."""
    name = shown(path.name)
    problem = header_problem(path)
    if problem:
        raise UserError(f"'{name}' {problem}")
    try:
        with safe_open(path, framework="pt") as file:
            return {key: file.get_tensor(key) for key in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, RuntimeError, AttributeError, KeyError) as error:
        raise UserError(f"'{name}' has a header that contradicts itself; get the file again") from error


def header_problem(path: Path) -> str | None:
    """What is wrong with the header, in words with the remedy, or None if nothing is seen.

    The library checks everything; this comes first to keep its limits ours and its sentences out.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > size - 8:
            return "is damaged or cut off: its header is longer than the file; get the file again"
        if length > MAX_HEADER:
            return f"has a header of more than {MAX_HEADER >> 20} MB; save the weights again"
        text = file.read(length)
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        return "has a damaged header; get the file again"
    if not isinstance(header, dict):
        return "has a damaged header; get the file again"
    return _entries_problem(header, data=size - 8 - length)


def _entries_problem(header: dict[str, Any], data: int) -> str | None:
    if len(header) > MAX_ENTRIES:
        return f"holds more than {MAX_ENTRIES:,} entries; save a plain state_dict()"
    end = 0
    for key, entry in header.items():
        if key == "__metadata__":
            continue
        match entry:
            case _ if len(key) > MAX_KEY:
                return f"has a tensor with a name of more than {MAX_KEY:,} characters; save it again"
            case {"dtype": str(dtype), "data_offsets": [int(_), int(stop)]} if 0 <= stop < 2**63:
                if dtype not in _DTYPES:
                    return f"has values of an unknown kind ('{shown(dtype)}'); save the weights as float32"
                end = max(end, stop)
            case _:
                return "has a damaged header; get the file again"
    if end > data:
        return f"is cut off: {data:,} of {end:,} bytes of values are there; get the file again"
    return None
