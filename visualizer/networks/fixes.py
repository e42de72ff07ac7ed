"""The nearest changes that make a layer fit what comes in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from visualizer.networks.layers import LAYERS
from visualizer.networks.layers.kinds import Field, Misfit, Shape, Value
from visualizer.networks.rows import RowPlan, planned_layer

_FARTHEST = 32  # how many values to either side are tried
_WINDOW = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")  # what decides which pixels are seen


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that would make a layer fit: a field's new value, or a layer to insert before it.

    ``output`` is the layer's output then.
    """

    output: Shape
    field: str = ""
    value: Value = 0
    insert: str = ""


def fixes(row: RowPlan, classes: int = 0, most: int = 4) -> tuple[Fix, ...]:
    """The nearest values that help a row with a problem, or one that leaves pixels unseen, one per field.

    With them the layer fits, or sees all pixels; there, what changes the size of the output least comes first.
    ``classes`` is the number of outputs wanted of the network, 0 for any; it counts where the row's problem is that
    it has others. Nothing helps a row that is too large. Costs up to some milliseconds.
    """
    if row.input is None or row.too_large or not (row.problem or row.note):
        return ()
    if row.spec.row.is_block and not row.inside:  # without its layers a block cannot be planned
        return ()
    if row.insert:
        return _insertion(row, row.input)
    if not row.problem:
        return _seeing_all(row, row.input)[:most]
    wanted = classes if row.output is not None else 0
    found = (_fix_of_field(row, row.input, setting, wanted) for setting in row.spec.row.fields)
    return tuple(fix for fix in found if fix is not None)[:most]


def _seeing_all(row: RowPlan, shape: Shape) -> tuple[Fix, ...]:
    """What makes a layer see all of its input; nothing where only padding stays unseen."""
    values = row.spec.values
    now = planned_layer(row.spec.row, shape, row.inside, values)
    if not now.unseen:
        return ()

    def change(fix: Fix) -> tuple[int, int]:
        resized = sum(abs(new - old) for new, old in zip(fix.output[1:], now.output[1:], strict=True))
        return resized, abs(_number(fix.value) - _number(values[fix.field]))

    settings = (setting for setting in row.spec.row.fields if setting.name in _WINDOW)
    found = (_fix_of_field(row, shape, setting, 0) for setting in settings)
    return tuple(sorted((fix for fix in found if fix is not None), key=change))


def _number(value: Value) -> int:
    return 0 if isinstance(value, str) else int(value)


def _insertion(row: RowPlan, shape: Shape) -> tuple[Fix, ...]:
    """The layer that would help before this one, at its defaults."""
    kind = LAYERS[row.insert]
    try:
        between = planned_layer(kind, shape, (), kind.defaults()).output
        output = planned_layer(row.spec.row, between, row.inside, row.spec.values).output
    except Misfit:
        return ()
    return (Fix(output, insert=row.insert),)


def _fix_of_field(row: RowPlan, shape: Shape, setting: Field, classes: int) -> Fix | None:
    """The nearest value with which all pixels are seen; for a row that cannot be built as it is, else the nearest.

    None makes gaps between windows that were not there.
    """
    partial: Fix | None = None
    for value in _near(setting, row.spec.values, shape, classes):
        values = {**row.spec.values, setting.name: value}
        if _has_gaps(values) and not _has_gaps(row.spec.values):
            continue
        try:
            made = planned_layer(row.spec.row, shape, row.inside, values)
        except Misfit:
            continue
        if classes and made.output != (classes,):
            continue
        fix = Fix(made.output, setting.name, value)
        if not made.unseen:
            return fix
        partial = partial or fix
    return partial if row.problem else None


def _has_gaps(values: Mapping[str, Value]) -> bool:
    """Whether windows step further than they are large."""
    return _number(values.get("stride", 1)) > _number(values.get("kernel_size", 1024))


def _near(setting: Field, values: Mapping[str, Value], shape: Shape, classes: int) -> Iterator[Value]:
    """Other values of a field, the nearest first; of those far away, the sizes of the input and the least.

    A word is near half of the kernel: padding has words, and that is the number which keeps the size.
    """
    current = values[setting.name]
    if setting.type is bool:
        yield not current
    if setting.type is int:
        start = int(values.get("kernel_size", 0)) // 2 if isinstance(current, str) else int(current)
        near = (start + step for distance in range(_FARTHEST) for step in (-distance, distance))
        far = sorted({*shape, int(setting.minimum)}, key=lambda value: abs(value - start))
        for value in (*([classes] if classes else ()), *near, *far):
            if setting.minimum <= value <= setting.maximum and value != current:
                yield value
    yield from (word for word in setting.choices if word != current)
