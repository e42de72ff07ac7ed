"""Follows one forward pass: which modules are called, what their outputs are made of, what they cost.

Hooks tell the calls of modules; a dispatch mode sees every aten operation between them and carries along,
for each tensor, the calls it was made from and what of the picture it sees.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from visualizer.networks.field_rules import CONSTANTS, propagate
from visualizer.networks.field_windows import Call
from visualizer.networks.receptive_field import Field, whole_picture

INPUT = -1
"""The index that stands for the network's input among the sources of a tensor."""


_HUGE = 150_000_000
"""Parameters from which on meta tensors pay: their first use imports torch._dynamo, which takes 3 s."""


class ForwardError(Exception):
    """The forward pass failed inside the module ``path`` (an instance of ``kind``)."""

    def __init__(self, path: str, kind: str) -> None:
        super().__init__(path)
        self.path = path
        self.kind = kind


@dataclass(slots=True)
class Visit:
    """One call of a leaf module: a module none of whose children were called meanwhile."""

    path: str
    call: int  # 1 for the first call of this module
    module: nn.Module
    parents: tuple[int, ...] = ()
    macs: int = 0
    shape: tuple[int, ...] = ()  # of the first tensor it gave, with the batch
    field: Field | None = None  # what that sees
    version: int = 0
    overwritten: bool = False


@dataclass(slots=True)
class Trace:
    """The calls of leaf modules in the order of execution, and the cost of everything."""

    visits: list[Visit] = field(default_factory=list)
    macs: int = 0


def trace(module: nn.Module, shape: tuple[int, int, int]) -> Trace:
    """Follows the forward pass of one input (C, H, W) through ``module``.

    The pass runs on zeros. A huge module is followed on a copy whose tensors are on the meta device, so that
    nothing is computed, unless it cannot do that (tensors it has not registered, branches on values).

    Raises:
        ForwardError: the forward pass failed.
    """
    if sum(parameter.numel() for parameter in module.parameters()) > _HUGE:
        try:
            return _follow(_meta_copy(module), torch.empty(1, *shape, device="meta"))
        except Exception:  # whatever the copy cannot do, the module itself may be able to
            pass
    example = next(module.parameters(), torch.empty(0))
    return _follow(module, torch.zeros(1, *shape, device=example.device, dtype=example.dtype))


@contextmanager
def observing(module: nn.Module) -> Iterator[list[nn.Module]]:
    """Evaluation mode without gradients, and activations that leave their input as it is; afterwards as before.

    An in-place ReLU would overwrite the output of the layer before it; writing elsewhere instead gives the
    same values and costs less than keeping a copy. Gives the modules that are changed so.
    """
    parts = list(module.modules())
    training = [part for part in parts if part.training]
    in_place = [part for part in parts if part.__dict__.get("inplace") is True]
    try:
        for part in training:
            part.__dict__["training"] = False  # nn.Module's own way of setting attributes is slow
        for part in in_place:
            part.__dict__["inplace"] = False
        with torch.inference_mode(False), torch.no_grad():  # inference tensors don't count changes
            yield in_place
    finally:
        for part in training:
            part.__dict__["training"] = True
        for part in in_place:
            part.__dict__["inplace"] = True


def tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors in nested tuples, lists and dicts, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        yield from tensors_in(tuple(value.values()))
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from tensors_in(part)


def _meta_copy(module: nn.Module) -> nn.Module:
    """The same structure with meta tensors: no weights are copied, and the module itself is not touched."""
    memo: dict[int, Any] = {}
    for parameter in module.parameters():
        meta = torch.empty_like(parameter, device="meta")
        memo[id(parameter)] = nn.Parameter(meta, requires_grad=False)
    for buffer in module.buffers():
        memo[id(buffer)] = torch.empty_like(buffer, device="meta")
    return copy.deepcopy(module, memo)


def _follow(module: nn.Module, example: Tensor) -> Trace:
    follower = _Follower()
    picture = follower.known(example)
    picture.sources, picture.sees, picture.field = (
        frozenset((INPUT,)),
        True,
        whole_picture(*example.shape[-2:]),
    )
    hooks = []
    try:
        for path, part in module.named_modules():
            hooks.append(part.register_forward_pre_hook(follower.entering(path), with_kwargs=True))
            hooks.append(part.register_forward_hook(follower.leaving))
        with observing(module), follower:
            module(example)
    except Exception as error:
        failed = follower.frames[-1].visit if follower.frames else Visit("", 1, module)
        raise ForwardError(failed.path, type(failed.module).__name__) from error
    finally:
        for hook in hooks:
            hook.remove()
    return follower.finish()


@dataclass(slots=True)
class _Known:
    """What is known of one tensor; holding it keeps its id from being used again.

    A tensor that ``sees`` nothing of the picture has no field; one that does has none where no rule tells it.
    """

    tensor: Tensor
    sources: frozenset[int] = frozenset()
    sees: bool = False
    field: Field | None = None


@dataclass(slots=True)
class _Frame:
    """A module that is being called."""

    visit: Visit
    versions: dict[int, int]  # of the tensors it was given, by id
    composite: bool = False  # whether it has called a child


class _Follower(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Sees every operation of one forward pass."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # Else torch excludes the mode from compilation, and imports all of torch._dynamo for that: 3 s.
        return False

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.trace = Trace()
        self.frames: list[_Frame] = []  # outermost first
        self._outputs: list[Tensor] = []  # of the visits
        self._calls: dict[str, int] = {}
        self._known: dict[int, _Known] = {}
        self._sharing: dict[int, list[_Known]] = {}  # by storage: tensors that are views of each other

    def known(self, tensor: Tensor) -> _Known:
        """What is known of ``tensor``, to be read and changed."""
        known = self._known.get(id(tensor))
        if known is None:
            known = self._known[id(tensor)] = _Known(tensor)
            self._sharing.setdefault(tensor.untyped_storage()._cdata, []).append(known)
        return known

    def _spread(self, changed: _Known) -> None:
        """Notes that a tensor was changed in place: so was whatever shares its memory."""
        extent = (changed.tensor.storage_offset(), changed.tensor.numel())
        for other in self._sharing[changed.tensor.untyped_storage()._cdata]:
            same = (other.tensor.storage_offset(), other.tensor.numel()) == extent
            other.sources = changed.sources if same else other.sources | changed.sources
            other.sees |= changed.sees

    def entering(self, path: str) -> Callable[[nn.Module, Any, Any], None]:
        """The hook before a call of the module ``path``."""

        def hook(module: nn.Module, args: Any, kwargs: Any) -> None:
            if self.frames:
                self.frames[-1].composite = True
            self._calls[path] = self._calls.get(path, 0) + 1
            given = list(tensors_in((args, kwargs)))
            sources = {source for tensor in given for source in self.known(tensor).sources}
            visit = Visit(path, self._calls[path], module, tuple(sorted(sources)))
            self.frames.append(_Frame(visit, {id(tensor): tensor._version for tensor in given}))

        return hook

    def leaving(self, module: nn.Module, args: Any, result: Any) -> Any:
        """The hook after a call: a call of a leaf with a result becomes a visit."""
        frame = self.frames.pop()
        outputs = list(tensors_in(result))
        if frame.composite or not outputs:
            return None
        handed_on = outputs[0] is result and frame.versions.get(id(result)) == result._version
        if handed_on:  # nn.Identity: without a tensor of its own, it could not be told from the layer before
            result = outputs[0] = result.view(result.shape)
        visit, first = frame.visit, outputs[0]
        visit.shape, visit.version, visit.field = tuple(first.shape), first._version, self.known(first).field
        for output in outputs:
            known = self.known(output)
            known.sources = frozenset((len(self.trace.visits),))
            if frame.versions.get(id(output), output._version) != output._version:
                self._spread(known)
        self.trace.visits.append(visit)
        self._outputs.append(first)
        return result if handed_on else None

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        count = flop_registry.get(func.overloadpacket)
        if count is not None:
            macs = count(*args, **kwargs, out_val=result) // 2
            self.trace.macs += macs
            if self.frames:
                self.frames[-1].visit.macs += macs
        self._carry(func, args, kwargs, result)
        return result

    def _carry(self, func: Any, args: Any, kwargs: Any, result: Any) -> None:
        """Carries over what is known of the arguments to the result."""
        name, pointwise = func.overloadpacket.__name__.rstrip("_"), torch.Tag.pointwise in func.tags
        given = list(tensors_in((args, kwargs)))
        used = [self.known(tensor) for tensor in given] if name not in CONSTANTS else []
        sources = frozenset(source for known in used for source in known.sources)
        seeing = [known for known in used if known.sees]
        fields = [known.field for known in seeing if known.field is not None]
        inputs = [known.tensor for known in seeing] if len(fields) == len(seeing) else []
        for output in tensors_in(result):
            call = Call(args, kwargs, inputs, fields, output) if inputs else None
            known = self.known(output)
            known.sources, known.sees = sources, bool(seeing)
            known.field = propagate(name, pointwise, call) if call else None
            if any(output is tensor for tensor in given):
                self._spread(known)

    def finish(self) -> Trace:
        """The trace, once the pass is over."""
        for visit, output in zip(self.trace.visits, self._outputs, strict=True):
            visit.overwritten = output._version != visit.version
        return self.trace
