"""How receptive fields travel through tensor operations: one rule per aten operation, in ``RULES``.

Operations that mix all positions see the hull. Statistics that normalisation takes over a map are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from torch import Size

from visualizer.networks.field_windows import (
    Call,
    Rule,
    adaptive_pool,
    convolution,
    pad,
    pool,
    resize,
    unfold,
)
from visualizer.networks.receptive_field import Axis, Field, hull


def propagate(name: str, pointwise: bool, call: Call) -> Field | None:
    """The field of the result of the aten operation ``name``, or None where it cannot be told."""
    rule = RULES.get(name) or (_keep if pointwise else None)
    try:
        return rule(call) if rule else None
    except (
        IndexError,
        KeyError,
        TypeError,
        ValueError,
    ):  # an overload with other arguments: not worth failing
        return None


def _keep(call: Call) -> Field:
    return hull(call.fields)


def _negative(dim: int, ndim: int) -> int:
    return dim - ndim if dim >= 0 else dim


# Rearrangements --------------------------------------------------------------------------------------


def _reshape(call: Call) -> Field:
    """Follows positions through flattening and back, as index · inner of one dimension."""
    field, before, after = call.fields[0], call.inputs[0].shape, call.output.shape
    steps_before, steps_after = _steps(before), _steps(after)

    def place(axis: Axis) -> Axis | None:
        if axis.dim is None:
            return axis
        step = steps_before[axis.dim] * axis.inner
        for dim, own in steps_after.items():
            if own <= step and step * axis.count <= own * after[dim] and step % own == 0:
                return replace(axis, dim=dim, inner=step // own)
        return None

    def touched(dim: int) -> Iterable[int]:
        low, high = steps_before[dim], steps_before[dim] * before[dim]
        return (to for to, own in steps_after.items() if own < high and low < own * after[to])

    rows, columns = place(field.rows), place(field.columns)
    if rows and columns and not field.scattered:
        return Field(rows, columns)
    return field.scatter(to for dim in field.dims for to in touched(dim))


def _steps(shape: Size) -> dict[int, int]:
    """How far apart, in elements, neighbours lie along each dimension that has any."""
    steps, product = {}, 1
    for dim in range(-1, -len(shape) - 1, -1):
        if shape[dim] > 1:
            steps[dim] = product
        product *= shape[dim]
    return steps


def _permute(call: Call) -> Field:
    ndim = call.output.ndim
    return call.fields[0].move({_negative(dim, ndim): to - ndim for to, dim in enumerate(call.args[1])})


def _transpose(call: Call) -> Field:
    ndim = call.output.ndim
    one, other = (_negative(dim, ndim) for dim in (call.args[1:3] or (0, ndim - 1)))
    return call.fields[0].move({dim: dim for dim in range(-ndim, 0)} | {one: other, other: one})


def _slice(call: Call) -> Field:
    field = call.fields[0]
    dim = _negative(call.argument(1, "dim", 0), call.output.ndim)
    before, after = call.inputs[0].shape[dim], call.output.shape[dim]
    if dim not in field.dims or dim in field.scattered or before == after:
        return field
    if any(axis.dim == dim and not axis.fills(before) for axis in (field.rows, field.columns)):
        return field.scatter(field.dims)
    first, step = call.argument(2, "start") or 0, call.argument(4, "step", 1)
    first = max(first + before, 0) if first < 0 else first

    def cut(axis: Axis) -> Axis:
        start = axis.start + first * axis.stride
        return replace(axis, start=start, stride=axis.stride * step, count=after)

    return field.along(dim, cut)


def _select(call: Call) -> Field | None:
    field, ndim = call.fields[0], call.inputs[0].ndim
    gone = _negative(call.argument(1, "dim", 0), ndim)
    if gone in field.dims:
        return None
    return field.move({dim: dim + (dim < gone) for dim in range(-ndim, 0)})


def _split(call: Call) -> Field:
    field = call.fields[0]
    dim = _negative(call.argument(2, "dim", 0), call.output.ndim)
    return field.scatter(field.dims) if dim in field.dims else field


def _concatenate(call: Call) -> Field:
    field = hull(call.fields)
    dim = _negative(call.argument(1, "dim", 0), call.output.ndim)
    return field.scatter(field.dims | {dim}) if any(dim in one.dims for one in call.fields) else field


def _stack(call: Call) -> Field:
    ndim = call.output.ndim
    new = _negative(call.argument(1, "dim", 0), ndim)
    return hull(call.fields).move({dim: dim - (dim <= new) for dim in range(1 - ndim, 0)})


def _roll(call: Call) -> Field:
    field = call.fields[0]
    moved = {_negative(dim, call.output.ndim) for dim in call.args[-1]}
    return field.scatter(field.dims) if moved & field.dims else field


# Mixtures --------------------------------------------------------------------------------------------


def _reduce(place: int) -> Rule:
    """A sum or the like over the dimensions in the argument at ``place``, or over all."""

    def rule(call: Call) -> Field:
        field, ndim = call.fields[0], call.inputs[0].ndim
        dims = call.argument(place, "dim")
        dims = range(ndim) if dims is None or dims == [] else dims
        gone = {_negative(dim, ndim) for dim in ([dims] if isinstance(dims, int) else dims)}
        for dim in gone:
            field = field.contract(dim)
        if call.output.ndim == ndim:
            return field
        left = [dim for dim in range(-ndim, 0) if dim not in gone]
        return field.move({dim: place - len(left) for place, dim in enumerate(left)})

    return rule


def _matrix_product(call: Call) -> Field | None:
    """Sums over the last dimension of the first matrix and the last but one of the second."""
    both = [(call.field_of(tensor), dim) for tensor, dim in zip(call.args[-2:], (-1, -2), strict=True)]
    fields = [field.contract(dim) for field, dim in both if field is not None]
    return hull(fields) if fields else None


def _attention(call: Call) -> Field | None:
    """Every query sees all keys and values of its sequence."""
    query, key, value = (call.field_of(tensor) for tensor in call.args[:3])
    sequence = [field.contract(-2) for field in (key, value) if field is not None]
    return hull(([query] if query else []) + sequence)


RULES: dict[str, Rule] = {
    **dict.fromkeys(("convolution", "_convolution", "cudnn_convolution"), convolution),
    "unfold": unfold,
    **dict.fromkeys(("max_pool2d_with_indices", "max_pool3d_with_indices", "max_pool2d"), pool(dilated=True)),
    **dict.fromkeys(("avg_pool2d", "avg_pool3d"), pool(dilated=False)),
    **dict.fromkeys(("_adaptive_avg_pool2d", "adaptive_max_pool2d", "pixel_unshuffle"), adaptive_pool),
    **dict.fromkeys(("upsample_nearest2d", "pixel_shuffle"), resize(0)),
    "upsample_bilinear2d": resize(1),
    "upsample_bicubic2d": resize(2),
    **dict.fromkeys(("constant_pad_nd", "reflection_pad2d", "replication_pad2d"), pad),
    **dict.fromkeys(("view", "_unsafe_view", "_reshape_alias", "squeeze", "unsqueeze"), _reshape),
    "permute": _permute,
    **dict.fromkeys(("transpose", "t"), _transpose),
    "slice": _slice,
    **dict.fromkeys(("select", "unbind"), _select),
    "stack": _stack,
    **dict.fromkeys(("split", "split_with_sizes"), _split),
    "cat": _concatenate,
    **dict.fromkeys(("roll", "flip"), _roll),
    **dict.fromkeys(("mean", "sum", "amax", "amin", "max", "min", "var", "std", "logsumexp"), _reduce(1)),
    "linalg_vector_norm": _reduce(2),
    **dict.fromkeys(("mm", "addmm", "bmm", "baddbmm"), _matrix_product),
    "_scaled_dot_product_flash_attention_for_cpu": _attention,
    "_scaled_dot_product_flash_attention": _attention,
    "_scaled_dot_product_efficient_attention": _attention,
    "_scaled_dot_product_cudnn_attention": _attention,
    "native_batch_norm": _keep,
    "_native_batch_norm_legit_no_training": _keep,
    "cudnn_batch_norm": _keep,
    "native_layer_norm": _keep,
    "native_group_norm": _keep,
    **dict.fromkeys(("_softmax", "_safe_softmax", "_log_softmax"), _keep),
    **dict.fromkeys(("hardswish", "_prelu_kernel", "log_sigmoid_forward", "channel_shuffle"), _keep),
    **dict.fromkeys(("alias", "clone", "copy", "detach", "expand", "lift_fresh", "_to_copy"), _keep),
}

CONSTANTS = frozenset(
    f"{kind}{how}" for kind in ("zeros", "ones", "empty", "full", "rand", "randn") for how in ("", "_like")
) | {"new_zeros", "new_ones", "new_empty", "new_full", "new_empty_strided", "zero", "fill"}
"""Operations whose results have nothing of their arguments but the shape."""
