"""What a network would be, told by arithmetic: shapes, costs, what does not fit and what would.

No module is built and no tensor allocated: ResNet-152 takes some milliseconds, so the builder plans anew after
every key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import prod

from visualizer.networks import memory
from visualizer.networks.layers.kinds import Field, LayerKind, Misfit, Plan, Shape, Value, Window, words
from visualizer.networks.spec import LayerSpec, NetworkSpec, Path

MAX_INPUT = 64_000_000  # values of one input: 256 MB of float32
MAX_VALUES = 256_000_000  # values of all outputs together, as they are kept while a network is examined: 1 GB
MAX_OPERATIONS = 100_000_000_000  # of one input; VGG-16 has 15 billion multiply-accumulates
MAX_PARAMETERS = 1_000_000_000  # 4 GB of float32
_FARTHEST = 64  # how many values to either side are tried for a fix


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that would make a layer fit: a field's new value, or a layer to insert before it.

    ``output`` is the layer's output then.
    """

    output: Shape
    field: str = ""
    value: Value = 0
    insert: str = ""


@dataclass(frozen=True, slots=True)
class RowPlan:
    """What is known of one row of the builder.

    ``input`` and ``output`` are None, and costs 0, where nothing is known: on a row with a ``problem`` (what
    cannot be built, one sentence) and on those that wait for it (``waits``). Costs of a block contain those of
    its layers, and ``inside`` are the shapes that those give. ``note`` is what torch does and people may not
    expect. ``values`` are the numbers kept in memory for one image, ``insert`` a kind of layer that would help
    before this one.
    """

    path: Path
    spec: LayerSpec
    input: Shape | None = None
    output: Shape | None = None
    inside: tuple[Shape, ...] = ()
    parameters: int = 0
    macs: int = 0
    operations: int = 0
    values: int = 0
    receptive_field: int | None = None  # side in pixels; None: not known, or the whole picture
    problem: str = ""
    note: str = ""
    insert: str = ""
    waits: bool = False
    enabled: bool = True  # False as well inside a block that is disabled


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """The whole network: its rows in order, the totals for one image, and what is wrong beside the rows.

    ``output`` is None where it cannot be built. ``values`` are those of the input and of all layers.
    """

    rows: tuple[RowPlan, ...]
    output: Shape | None
    parameters: int
    macs: int
    values: int
    problem: str = ""

    @property
    def problems(self) -> tuple[str, ...]:
        """Every sentence that says why it cannot be built, from top to bottom."""
        rows = (f"'{row.spec.name}': {row.problem}" for row in self.rows if row.problem)
        return ((self.problem,) if self.problem else ()) + tuple(rows)

    def training_bytes(self, batch: int) -> int:
        """Memory that a step of training with Adam takes: weights, gradients, two moments, activations."""
        return memory.BYTES_PER_VALUE * (4 * self.parameters + batch * self.values)


@dataclass(slots=True)
class _Total:
    parameters: int = 0
    macs: int = 0
    operations: int = 0
    values: int = 0


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a position sees of the picture: ``size`` pixels (None: unknown or all), neighbours ``jump`` apart."""

    size: int | None = 1
    jump: float = 1.0

    def through(self, window: Window) -> _Seen:
        if self.size is None or window.size is None:
            return _Seen(None, self.jump)
        return _Seen(round(self.size + (window.size - 1) * self.jump), self.jump * window.stride)


@dataclass(slots=True)
class _Flow:
    """What runs through the rows: the shape, None below a problem, and what it sees."""

    shape: Shape | None
    seen: _Seen = field(default_factory=_Seen)


class _Planner:
    """Goes through the tree once and writes a row for each layer."""

    def __init__(self, memory_limit: int) -> None:
        self.rows: list[RowPlan] = []
        self.total = _Total()
        self._memory_limit = memory_limit

    def chain(self, layers: tuple[LayerSpec, ...], before: Path, flow: _Flow) -> _Flow:
        for index, row in enumerate(layers):
            flow = self.layer(row, (*before, index), flow)
        return flow

    def layer(self, row: LayerSpec, path: Path, flow: _Flow, enabled: bool = True) -> _Flow:
        """Plan one layer, and return what comes out of it; nothing below a problem."""
        if not (enabled and row.enabled):
            self._disabled(row, path)
            return flow
        if flow.shape is None:
            self._waiting(row, path)
            return flow
        at = len(self.rows)
        planned_row = RowPlan(path, row, input=flow.shape)
        self.rows.append(planned_row)
        before = replace(self.total)
        try:
            outputs, seen = self._inside(row, path, flow) if row.row.is_block else ((), flow.seen)
            if None in outputs:
                self.rows[at] = replace(planned_row, waits=True)
                return _Flow(None)
            planned_row = replace(planned_row, inside=outputs)  # type: ignore[arg-type]
            planned = _planned(row.row, flow.shape, outputs, row.values)  # type: ignore[arg-type]
            if row.row.training_only:
                self.total, seen = replace(before, parameters=self.total.parameters), flow.seen
            self._add(planned)
        except Misfit as misfit:
            self.rows[at] = replace(planned_row, problem=str(misfit), insert=misfit.insert)
            return _Flow(None)
        seen = seen.through(planned.window)
        self.rows[at] = replace(
            planned_row,
            output=planned.output,
            parameters=self.total.parameters - before.parameters,
            macs=self.total.macs - before.macs,
            operations=self.total.operations - before.operations,
            values=self.total.values - before.values,
            receptive_field=seen.size,
            note=planned.note,
        )
        return _Flow(planned.output, seen)

    def _inside(self, row: LayerSpec, path: Path, flow: _Flow) -> tuple[tuple[Shape | None, ...], _Seen]:
        """The shapes that the layers of a block give (None below a problem), and the most that any sees."""
        assert flow.shape is not None
        kind = row.row
        if not any(inside.enabled for inside in row.layers):
            for index, inside in enumerate(row.layers):
                self._disabled(inside, (*path, index))
            raise Misfit("The block is empty; put a layer into it.")
        outputs: list[Shape | None] = []
        ends = [flow.seen]
        for index, inside in enumerate(row.layers):
            try:
                fed = self._fed(kind, row, flow, outputs, ends)
            except Misfit:  # of the block: what an earlier layer gives cannot be fed to this one
                self._wait_for(row, path, index)
                raise
            result = self.layer(inside, (*path, index), fed)
            if inside.enabled:
                outputs.append(result.shape)
                ends.append(result.seen)
        last = ends[-1] if kind.wiring == "chain" else _widest(ends)
        return tuple(outputs), last

    def _fed(
        self, kind: LayerKind, row: LayerSpec, flow: _Flow, outputs: list[Shape | None], ends: list[_Seen]
    ) -> _Flow:
        """What the next layer of a block gets."""
        if kind.wiring == "parallel":
            return flow
        if None in outputs:
            return _Flow(None)
        if kind.wiring == "chain":
            return _Flow(outputs[-1] if outputs else flow.shape, ends[-1])
        assert kind.feed is not None
        shape = kind.feed(flow.shape, tuple(outputs), **row.values)
        resized = any(source[1:] != shape[1:] for source in (flow.shape, *outputs) if source)
        return _Flow(shape, _Seen(None) if resized else _widest(ends))

    def _disabled(self, row: LayerSpec, path: Path) -> None:
        self.rows.append(RowPlan(path, row, enabled=False))
        for index, inside in enumerate(row.layers):
            self._disabled(inside, (*path, index))

    def _waiting(self, row: LayerSpec, path: Path) -> None:
        self.rows.append(RowPlan(path, row, waits=True))
        self._wait_for(row, path)

    def _wait_for(self, block: LayerSpec, path: Path, start: int = 0) -> None:
        """Rows for the layers of a block, from ``start`` on, where nothing is known of what they get."""
        for index, inside in enumerate(block.layers[start:], start=start):
            if inside.enabled:
                self._waiting(inside, (*path, index))
            else:
                self._disabled(inside, (*path, index))

    def _add(self, planned: Plan) -> None:
        """Add to the totals; raises ``Misfit`` beyond a limit."""
        total = self.total
        total.parameters += planned.parameters
        total.macs += planned.macs
        total.operations += planned.macs + planned.operations
        total.values += planned.kept
        weights = total.parameters * memory.BYTES_PER_VALUE
        pass_bytes = weights + total.values * memory.BYTES_PER_VALUE
        for amount, limit, unit in (
            (total.parameters, MAX_PARAMETERS, "parameters"),
            (total.values, MAX_VALUES, "values in its layers' outputs"),
            (total.operations, MAX_OPERATIONS, "operations"),
        ):
            if amount > limit:
                size = (
                    f" ({memory.size_words(amount * memory.BYTES_PER_VALUE)})" if unit != "operations" else ""
                )
                raise Misfit(
                    f"Up to here the network would have {amount:,} {unit}{size}, more than the limit of "
                    f"{limit:,}; make this layer or its input smaller."
                )
        if pass_bytes > self._memory_limit:
            raise Misfit(
                f"Up to here one image would need {memory.size_words(pass_bytes)} of memory, and there are "
                f"{memory.size_words(self._memory_limit)}; make this layer or its input smaller."
            )


def _widest(ends: list[_Seen]) -> _Seen:
    if any(end.size is None for end in ends):
        return _Seen(None, max(end.jump for end in ends))
    return max(ends, key=lambda end: (end.size or 0, end.jump))


def _planned(kind: LayerKind, shape: Shape, outputs: tuple[Shape, ...], values: Mapping[str, Value]) -> Plan:
    """The plan of one row; raises ``Misfit``."""
    if len(shape) not in kind.ranks:
        raise rank_misfit(kind, shape)
    made: Plan = kind.plan(shape, outputs, **values) if kind.is_block else kind.plan(shape, **values)
    if min(made.output) < 1:
        raise Misfit(f"Its output would be {words(made.output)}; no window fits into {words(shape)}.")
    return made


def rank_misfit(kind: LayerKind, shape: Shape) -> Misfit:
    """What to say where a layer for maps gets a vector, or the other way round."""
    if len(shape) == 3:
        return Misfit(f"{kind.title} takes a vector, but {words(shape)} maps come in.", insert="flatten")
    return Misfit(f"{kind.title} takes maps, but a vector of {words(shape)} values comes in.")


def plan(spec: NetworkSpec) -> NetworkPlan:
    """Plan the whole network. Never raises; about 20 µs per row."""
    planner = _Planner(memory.available())
    problem = ""
    flow = _Flow(tuple(spec.input))
    planner.total.values = prod(spec.input)
    if prod(spec.input) > MAX_INPUT:
        problem = f"Inputs of {words(spec.input)} have more than {MAX_INPUT:,} values; make them smaller."
        flow = _Flow(None)
    elif not any(row.enabled for row in spec.layers):
        problem = "The network is empty; add a layer."
    end = planner.chain(spec.layers, (), flow)
    rows = tuple(planner.rows)
    total = planner.total
    output = end.shape if not problem else None
    if output is not None and spec.classes and output != (len(spec.classes),):
        rows = _with_class_problem(rows, output, len(spec.classes))
        output = None
    return NetworkPlan(rows, output, total.parameters, total.macs, total.values, problem)


def _with_class_problem(rows: tuple[RowPlan, ...], output: Shape, classes: int) -> tuple[RowPlan, ...]:
    """The row that decides about the network's output says that it is not one number per class."""
    at = max(i for i, row in enumerate(rows) if row.enabled and len(row.path) == 1)
    if len(output) == 1:
        sentence = f"{output[0]:,} outputs do not match the {classes:,} classes."
        deciding = [i for i, row in enumerate(rows) if row.output == output and _has_channels(row.spec.row)]
        at = deciding[-1] if deciding else at
    else:
        sentence = f"The network ends with maps, {words(output)}; {classes:,} classes need a vector."
    return (*rows[:at], replace(rows[at], problem=sentence), *rows[at + 1 :])


def _has_channels(kind: LayerKind) -> bool:
    return not kind.is_block and any(setting.column == "channels" for setting in kind.fields)


# Fixes -----------------------------------------------------------------------------------------------


def fixes(row: RowPlan, classes: int = 0, most: int = 4) -> tuple[Fix, ...]:
    """The nearest values that make the row fit, one per field, for a row with a problem or a note.

    ``classes`` is the number of outputs wanted of the last layer, 0 for any. Costs up to some milliseconds.
    """
    if row.input is None or not (row.problem or row.note):
        return ()
    if row.spec.row.is_block and not row.inside:  # without its layers a block cannot be planned
        return ()
    found: list[Fix] = []
    if row.insert:
        found.append(Fix(row.output or row.input, insert=row.insert))
    for setting in row.spec.row.fields:
        fix = _fix_of_field(row, setting, classes)
        if fix is not None:
            found.append(fix)
    return tuple(found[:most])


def _fix_of_field(row: RowPlan, setting: Field, classes: int) -> Fix | None:
    assert row.input is not None
    for value in _near(setting, row.spec.values[setting.name], row.input, classes):
        try:
            made = _planned(row.spec.row, row.input, row.inside, {**row.spec.values, setting.name: value})
        except Misfit:
            continue
        wanted = classes == 0 or made.output == (classes,)
        if wanted and not made.note:
            return Fix(made.output, setting.name, value)
    return None


def _near(setting: Field, current: Value, shape: Shape, classes: int) -> Iterator[Value]:
    """Other values of a field, the nearest first."""
    if setting.type is bool or setting.type is float:
        return
    if isinstance(current, int) and setting.type is int:
        if classes and setting.column == "channels":
            yield classes
        for distance in range(1, _FARTHEST):
            for value in (current - distance, current + distance):
                if setting.minimum <= value <= setting.maximum:
                    yield value
    yield from (word for word in setting.choices if word != current)
