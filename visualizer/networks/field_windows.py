"""How receptive fields travel through windows: convolution, pooling, padding, resizing.

After Araujo, Norris and Sim, "Computing Receptive Fields of Convolutional Neural Networks", Distill 2019:
size ← size + (kernel − 1) · stride, start ← start − padding · stride, stride ← stride · step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from torch import Tensor

from visualizer.networks.receptive_field import Axis, Field


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an aten operation and one tensor of its result.

    ``inputs`` are the arguments that depend on the picture, in order, and ``fields`` what they see.
    """

    args: Sequence[Any]
    kwargs: dict[str, Any]
    inputs: list[Tensor]
    fields: list[Field]
    output: Tensor

    def argument(self, place: int, name: str, default: Any = None) -> Any:
        """An argument given by place or by name."""
        return self.args[place] if place < len(self.args) else self.kwargs.get(name, default)

    def field_of(self, tensor: Tensor) -> Field | None:
        """The field of one argument; None if it does not depend on the picture."""
        return next((f for t, f in zip(self.inputs, self.fields, strict=True) if t is tensor), None)


Rule = Callable[[Call], Field | None]


def _per_dim(value: Any, dims: int) -> list[int]:
    values = list(value) if isinstance(value, Sequence) else [value]
    return values * dims if len(values) == 1 else values


def _slide(field: Field, dim: int, length: int, kernel: int, stride: int, padding: int) -> Field | None:
    """A window slid along ``dim``, giving ``length`` positions."""
    if dim in field.scattered and (kernel > 1 or stride > 1):
        return None

    def window(axis: Axis) -> Axis:
        start, size = axis.start - padding * axis.stride, axis.size + (kernel - 1) * axis.stride
        return Axis(start, size, axis.stride * stride, length, dim)

    return field.along(dim, window)


def _stretch(field: Field, dim: int, length: int, step: float, before: float, reach: float) -> Field | None:
    """``length`` positions; ``i`` sees the inputs from ``i · step + before`` up to ``reach`` further."""
    if dim in field.scattered:
        return None

    def window(axis: Axis) -> Axis:
        start, size = axis.start + before * axis.stride, axis.size + reach * axis.stride
        return Axis(start, size, axis.stride * step, length, dim)

    return field.along(dim, window)


def convolution(call: Call) -> Field | None:
    """Convolution, also dilated or transposed, in any number of dimensions."""
    _, weight, _, strides, paddings, dilations, transposed = call.args[:7]
    dims = weight.ndim - 2
    geometry = (_per_dim(value, dims) for value in (strides, paddings, dilations))
    field: Field | None = call.fields[0]
    for dim, kernel, stride, padding, dilation in zip(
        range(-dims, 0), weight.shape[2:], *geometry, strict=True
    ):
        if field is None:
            break
        length, reach = call.output.shape[dim], (kernel - 1) * dilation
        if transposed:  # output o is made of the inputs i with o = i · stride − padding + tap · dilation
            field = _stretch(field, dim, length, 1 / stride, (padding - reach) / stride, reach / stride)
        else:
            field = _slide(field, dim, length, reach + 1, stride, padding)
    return field


def unfold(call: Call) -> Field | None:
    """``Tensor.unfold``: windows along one dimension, whose elements become a new last dimension."""
    dim, size, step = call.args[1:4]
    ndim = call.inputs[0].ndim
    dim = dim - ndim if dim >= 0 else dim
    field = _slide(call.fields[0], dim, call.output.shape[dim - 1], size, step, 0)
    return field.move({place: place - 1 for place in range(-ndim, 0)}) if field else None


def pool(dilated: bool) -> Rule:
    """Maximum (with a dilation) or average over windows."""

    def rule(call: Call) -> Field | None:
        dims = max(len(call.args[1]), 2)
        kernels = _per_dim(call.args[1], dims)
        strides = _per_dim(call.argument(2, "stride") or kernels, dims)
        paddings = _per_dim(call.argument(3, "padding", 0), dims)
        dilations = _per_dim(call.argument(4, "dilation", 1) if dilated else 1, dims)
        field: Field | None = call.fields[0]
        for place, dim in enumerate(range(-dims, 0)):
            if field is not None:
                reach = (kernels[place] - 1) * dilations[place] + 1
                field = _slide(field, dim, call.output.shape[dim], reach, strides[place], paddings[place])
        return field

    return rule


def adaptive_pool(call: Call) -> Field | None:
    """Bins from floor(i · n / m) to ceil((i + 1) · n / m), of n positions into m."""
    field: Field | None = call.fields[0]
    for dim in (-2, -1):
        count, length = call.inputs[0].shape[dim], call.output.shape[dim]
        step, uneven = count / length, (length - 1) / length if count % length else 0
        if field is not None:
            field = _stretch(field, dim, length, step, -uneven, step + 2 * uneven - 1)
    return field


def resize(taps: int) -> Rule:
    """Interpolation with ``taps`` positions on either side of a sample (0: only the nearest one)."""

    def rule(call: Call) -> Field | None:
        field: Field | None = call.fields[0]
        corners = taps > 0 and bool(call.argument(2, "align_corners", False))
        for dim in (-2, -1):
            count, length = call.inputs[0].shape[dim], call.output.shape[dim]
            step = (count - 1) / max(length - 1, 1) if corners else count / length
            shift = 0.0 if corners or not taps else (step - 1) / 2
            fraction = max(0.0, 1 - step)  # the nearest position lies up to this much before i · step
            before, reach = (shift - taps, 2.0 * taps) if taps else (-fraction, fraction)
            if field is not None:
                field = _stretch(field, dim, length, step, before, reach)
        return field

    return rule


def pad(call: Call) -> Field | None:
    """Padding, or cropping where it is negative."""
    field, shape = call.fields[0], call.inputs[0].shape
    pads: Sequence[int] = call.args[1]
    for place, (before, after) in enumerate(zip(pads[::2], pads[1::2], strict=True)):
        dim = -1 - place
        if not (before or after) or dim not in field.dims:
            continue
        if any(axis.dim == dim and not axis.fills(shape[dim]) for axis in (field.rows, field.columns)):
            field = field.scatter(field.dims)
        field = field.along(dim, _extended(before, before + shape[dim] + after))
    return field


def _extended(before: int, count: int) -> Callable[[Axis], Axis]:
    return lambda axis: replace(axis, start=axis.start - before * axis.stride, count=count)
