"""From whatever a file holds to the tensors of one network, by name."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch import Tensor

from visualizer.errors import UserError
from visualizer.networks.naming import shown

MAX_ENTRIES = 100_000
MAX_KEY = 1_000  # characters
_MAX_PREFIXES = 16
_PREFIXES = (
    "module.",
    "model.",
    "_orig_mod.",
    "net.",
    "network.",
)  # DataParallel, Lightning, torch.compile …
_EXPANSION = 8  # float8 becomes float32, and a tensor may be used twice
_SLACK = 16 * 2**20


def state_dict(content: Any, name: str) -> dict[str, Tensor]:
    """The tensors of the network in ``content``, read from the file ``name``, without wrappers' prefixes.

    Of nested dictionaries the one with the most tensors is meant. Raises ``UserError`` where there is none.
    """
    if isinstance(content, Tensor):
        raise UserError(f"'{name}' holds one tensor without a name; save a network's state_dict()")
    if not isinstance(content, Mapping):
        raise UserError(
            f"'{name}' holds a {type(content).__name__}, not a dictionary; save a network's state_dict()"
        )
    best = max(_dictionaries(content, name), key=lambda entries: sum(map(_is_named_tensor, entries.items())))
    tensors = dict(filter(_is_named_tensor, best.items()))
    if not tensors:
        unnamed = any(isinstance(value, Tensor) for value in content.values())
        problem = "its tensors have no names" if unnamed else "it holds no tensors"
        raise UserError(f"'{name}' is no state_dict: {problem}; save a network's state_dict()")
    if longest := next((key for key in tensors if len(key) > MAX_KEY), None):
        raise UserError(
            f"'{name}': the tensor '{shown(longest)}' has a name of more than {MAX_KEY:,} characters; "
            "save a network's state_dict()"
        )
    return without_prefixes(tensors)


def _dictionaries(content: Mapping[Any, Any], name: str) -> Iterator[Mapping[Any, Any]]:
    """``content`` and every dictionary in it, the outer ones first; each once, as they may hold themselves."""
    waiting, seen = deque([content]), {id(content)}
    entries = 0
    while waiting:
        current = waiting.popleft()
        yield current
        entries += len(current)
        if entries > MAX_ENTRIES:
            raise UserError(f"'{name}' holds more than {MAX_ENTRIES:,} entries; save a plain state_dict()")
        for value in current.values():
            if isinstance(value, Mapping) and id(value) not in seen:
                seen.add(id(value))
                waiting.append(value)


def _is_named_tensor(entry: tuple[Any, Any]) -> bool:
    return isinstance(entry[0], str) and isinstance(entry[1], Tensor)


def without_prefixes(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors without the prefixes of wrappers that all of their names share, up to 16 of them."""
    for _ in range(_MAX_PREFIXES):
        prefix = next((p for p in _PREFIXES if all(key.startswith(p) for key in tensors)), None)
        if prefix is None:
            break
        tensors = {key.removeprefix(prefix): tensor for key, tensor in tensors.items()}
    return tensors


def converted(tensors: dict[str, Tensor], name: str, file_size: int) -> dict[str, Tensor]:
    """The tensors dense, contiguous and float32 (whole numbers stay), apart from the file's memory.

    Raises ``UserError`` for kinds that no weights have, and for tensors that claim more than the file holds.
    """
    for key, tensor in tensors.items():
        if problem := _problem(tensor):
            raise UserError(f"'{name}': the tensor '{shown(key)}' {problem}; save the weights as float32")
    claimed = sum(tensor.numel() for tensor in tensors.values()) * 4
    if claimed > _EXPANSION * file_size + _SLACK:
        raise UserError(
            f"'{name}' claims {claimed / 1e9:,.1f} GB of values, more than it holds; save it again"
        )
    return {key: _as_float32(tensor.detach()) for key, tensor in tensors.items()}


def _problem(tensor: Tensor) -> str | None:
    if tensor.is_meta:
        return "has a shape but no values"
    if tensor.layout != torch.strided or tensor.is_nested:
        return "is sparse"
    if tensor.is_quantized:
        return "is quantised"
    if tensor.is_complex():
        return "has complex numbers"
    return None


def _as_float32(tensor: Tensor) -> Tensor:
    if tensor.is_floating_point():
        tensor = tensor.to(torch.float32)
    return tensor.clone(memory_format=torch.contiguous_format)  # views may share memory, or map the file


def odd_values(tensors: Mapping[str, Tensor]) -> tuple[str, ...]:
    """Notes on tensors with values that are not finite; at most three of them are named."""
    notes = [note for key, tensor in tensors.items() if (note := _odd_values(key, tensor))]
    if len(notes) > 3:
        notes = [*notes[:3], f"{len(notes) - 3} more tensors have values that are not finite"]
    return tuple(notes)


def _odd_values(key: str, tensor: Tensor) -> str | None:
    if not tensor.is_floating_point() or torch.isfinite(tensor.sum()):  # one pass, no copy
        return None
    nans, infinities = int(tensor.isnan().sum()), int(tensor.isinf().sum())
    if nans:
        return f"{shown(key)} has {nans:,} {'value that is' if nans == 1 else 'values that are'} not a number"
    if infinities:
        return f"{shown(key)} has {infinities:,} infinite {'value' if infinities == 1 else 'values'}"
    return None
