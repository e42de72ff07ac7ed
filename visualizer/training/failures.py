"""What can go wrong in a run and be mended by the user, as sentences that name the layer."""

from __future__ import annotations

import math
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

import torch
from torch import Tensor, nn

from visualizer.errors import UserError
from visualizer.networks.anatomy import Anatomy
from visualizer.networks.memory import is_out_of_memory, size_words
from visualizer.networks.naming import shown
from visualizer.networks.tracing import tensors_in

_UNITS = {"": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30, "TiB": 2**40}
_ASKED = re.compile(r"tried to allocate ([\d.]+) ?(bytes|[KMGT]iB)", re.IGNORECASE)


class Diverged(UserError):
    """The loss of ``step`` is no number any more; ``layer`` is where that began, "" where it cannot be told."""

    def __init__(self, network_name: str, step: int, layer: str) -> None:
        self.step, self.layer = step, layer
        place = f", first at the layer {shown(layer)}" if layer else ""
        super().__init__(
            f"training of {shown(network_name)} diverged at step {step}: values are no longer numbers{place}; lower "
            "the learning rate, or try batch norm or another initialisation in Build"
        )


class OutOfMemory(UserError):
    """Memory, the processor's or the GPU's, did not suffice; ``layer`` is where, "" where it cannot be told."""

    def __init__(self, sentence: str, layer: str = "") -> None:
        super().__init__(sentence)
        self.layer = layer


@contextmanager
def in_sentences(
    network_name: str,
    less_memory: str,
    module: nn.Module | None = None,
    batch: int | None = None,
    anatomy: Anatomy | None = None,
) -> Iterator[None]:
    """Raise ``OutOfMemory`` for a lack of memory and ``UserError`` for batches of one image.

    The sentence says what to lower: ``less_memory``, and the ``batch`` size where it is known. The layer is that of
    ``module`` that was at work; going back, where no layer is called, that of the ``anatomy`` with the largest output.
    """
    try:
        yield
    except (MemoryError, RuntimeError, ValueError) as error:
        if is_out_of_memory(error):
            told = _out_of_memory(error, network_name, less_memory, module, batch, anatomy)
            # What failed holds on to the tensors of its step; they are wanted back at once.
            traceback.clear_frames(error.__traceback__)
            error.__traceback__ = None
            raise told from None
        if "more than 1 value per channel" in str(error):
            raise UserError(
                "batch norm needs two images or more in every batch; choose another batch size"
            ) from error
        raise


def _out_of_memory(
    error: BaseException,
    network_name: str,
    less_memory: str,
    module: nn.Module | None,
    batch: int | None,
    anatomy: Anatomy | None,
) -> OutOfMemory:
    layer, shape = _at_work(error.__traceback__, module) if module is not None else ("", ())
    parts = [f"there is not enough memory to train {shown(network_name)}"]
    if layer:
        parts.append(f"at its layer {shown(layer)}")
    if shape:
        parts.append(f"with an input of {'×'.join(map(str, shape))}")
    if asked := asked_for(str(error)):
        parts.append(f"where {size_words(asked)} more were needed")
    if not layer and anatomy is not None and batch is not None and anatomy.layers:
        layer, words = largest_output(anatomy, batch)
        parts.append(f"beside {words}")
    lower = f"lower the batch size ({batch}) or {less_memory}" if batch and batch > 1 else less_memory
    return OutOfMemory(f"{' '.join(parts)}; {lower}", layer)


def largest_output(anatomy: Anatomy, batch: int) -> tuple[str, str]:
    """The layer that gives most, and that in words: "outputs like 64×32×30×30 of its layer conv1"."""
    layer = max(anatomy.layers, key=lambda layer: math.prod(layer.output))
    shape = "×".join(map(str, (batch, *layer.output)))
    return layer.name, f"outputs like {shape} of its layer {shown(layer.name)}"


def asked_for(message: str) -> int | None:
    """The bytes that torch could not have, by its message; None where it does not say."""
    found = _ASKED.search(message)
    if found is None:
        return None
    unit = "" if found[2].lower() == "bytes" else found[2]
    return int(float(found[1]) * _UNITS[unit])


def _at_work(trace: TracebackType | None, module: nn.Module) -> tuple[str, tuple[int, ...]]:
    """The name of the innermost part of ``module`` in a traceback, and the shape of what it was given."""
    names = {id(part): name for name, part in module.named_modules()}
    layer = ""
    shape: tuple[int, ...] = ()
    while trace is not None:
        frame = trace.tb_frame
        part = frame.f_locals.get("self")
        if isinstance(part, nn.Module) and names.get(id(part)):
            layer, shape = names[id(part)], _given(frame) or shape
        trace = trace.tb_next
    return layer, shape


def _given(frame: FrameType) -> tuple[int, ...]:
    """The shape of the first tensor among the arguments of a function."""
    code = frame.f_code
    names = code.co_varnames[: code.co_argcount + bool(code.co_flags & 0x04)]  # *args comes behind the others
    given = tuple(frame.f_locals.get(name) for name in names if name != "self")
    return next((tuple(tensor.shape) for tensor in tensors_in(given)), ())


def where_numbers_end(module: nn.Module, anatomy: Anatomy, images: Tensor) -> str:
    """The name of the layer from which on values are no numbers, for the batch ``images`` as it was trained on.

    That is the first layer whose output is not finite; else, going back, the first whose gradients, left there by
    the step that failed, or weights are not. "" where all are finite. Buffers and modes are as before afterwards.
    """
    names = {(layer.module, layer.call): layer.name for layer in anatomy.layers}
    paths = {layer.module for layer in anatomy.layers}
    found: list[str] = []
    calls: dict[str, int] = {}

    def hook_of(path: str) -> Any:
        def hook(part: nn.Module, args: Any, result: Any) -> None:
            calls[path] = calls.get(path, 0) + 1
            if not found and not all(bool(tensor.isfinite().all()) for tensor in tensors_in(result)):
                found.append(names.get((path, calls[path]), path))

        return hook

    buffers = {buffer: buffer.clone() for buffer in module.buffers()}
    hooks = [
        part.register_forward_hook(hook_of(path)) for path, part in module.named_modules() if path in paths
    ]
    try:
        with torch.random.fork_rng(devices=[]), torch.no_grad():
            module(images)
    finally:
        for hook in hooks:
            hook.remove()
        for buffer, before in buffers.items():
            buffer.copy_(before)
    return found[0] if found else _last_broken(module, anatomy)


def _last_broken(module: nn.Module, anatomy: Anatomy) -> str:
    """The last layer with gradients or weights that are not finite: gradients travel from the last to the first."""
    for layer in reversed(anatomy.layers):
        for parameter in module.get_submodule(layer.module).parameters():
            gradient = parameter.grad
            if not _is_finite(parameter) or (gradient is not None and not _is_finite(gradient)):
                return layer.name
    return ""


def _is_finite(tensor: Tensor) -> bool:
    return math.isfinite(float(tensor.detach().norm(float("inf")))) if tensor.numel() else True
