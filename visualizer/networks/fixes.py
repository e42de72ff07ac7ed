"""The nearest changes that make a layer fit what comes in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from visualizer.networks.layers import LAYERS
from visualizer.networks.layers.kinds import Field, Misfit, Shape, Value
from visualizer.networks.rows import RowPlan, planned_layer

_FARTHEST = 64  # how many values to either side are tried


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
    """The nearest values that make the row fit, one per field, for a row with a problem or a note.

    ``classes`` is the number of outputs wanted of the network, 0 for any; it counts where the row's problem is that
    it has others. Nothing helps a row that is too large. Costs up to some milliseconds.
    """
    if row.input is None or row.too_large or not (row.problem or row.note):
        return ()
    if row.spec.row.is_block and not row.inside:  # without its layers a block cannot be planned
        return ()
    if row.insert:
        return _insertion(row, row.input)
    wanted = classes if row.problem and row.output is not None else 0
    found = (_fix_of_field(row, row.input, setting, wanted) for setting in row.spec.row.fields)
    return tuple(fix for fix in found if fix is not None)[:most]


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
    """The nearest value without a note; for a row that cannot be built as it is, else one with a note."""
    noted: Fix | None = None
    for value in _near(setting, row.spec.values, shape, classes):
        try:
            made = planned_layer(row.spec.row, shape, row.inside, {**row.spec.values, setting.name: value})
        except Misfit:
            continue
        if classes and made.output != (classes,):
            continue
        fix = Fix(made.output, setting.name, value)
        if not made.note:
            return fix
        noted = noted or fix
    return noted if row.problem else None


def _near(setting: Field, values: Mapping[str, Value], shape: Shape, classes: int) -> Iterator[Value]:
    """Other values of a field, the nearest first; of those far away, the sizes of the input and the least.

    A word is near half of the kernel: padding has words, and that is the number which keeps the size.
    """
    current = values[setting.name]
    if setting.type is int:
        start = int(values.get("kernel_size", 0)) // 2 if isinstance(current, str) else int(current)
        near = (start + step for distance in range(_FARTHEST) for step in (-distance, distance))
        far = sorted({*shape, int(setting.minimum)}, key=lambda value: abs(value - start))
        for value in (*([classes] if classes else ()), *near, *far):
            if setting.minimum <= value <= setting.maximum and value != current:
                yield value
    yield from (word for word in setting.choices if word != current)
