"""What a network would be, told by arithmetic: shapes, costs, what does not fit.

No module is built and no tensor allocated: ResNet-152 takes some milliseconds, so the builder plans anew after
every key.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import isfinite, prod

from visualizer.networks import memory
from visualizer.networks.fixes import Fix as Fix
from visualizer.networks.fixes import fixes as fixes
from visualizer.networks.layers.kinds import LayerKind, Misfit, Plan, Shape, Window, words
from visualizer.networks.rows import RowPlan as RowPlan
from visualizer.networks.rows import planned_layer
from visualizer.networks.spec import LayerSpec, NetworkSpec, Path

MAX_INPUT = 64_000_000  # values of one input: 256 MB of float32
MAX_VALUES = 256_000_000  # values of all outputs together, as they are kept while a network is examined: 1 GB
MAX_OPERATIONS = 100_000_000_000  # of one input; VGG-16 has 15 billion multiply-accumulates
MAX_PARAMETERS = 1_000_000_000  # 4 GB of float32
MAX_WIRED = 200  # layers of which each gets all outputs before it
MAX_MODULES = 50_000  # DenseNet-201 has a thousand; each is some kB of Python objects


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


class _TooLarge(Misfit):
    """Beyond a limit of the whole network or of the machine."""


@dataclass(slots=True)
class _Total:
    parameters: int = 0
    macs: int = 0
    operations: int = 0
    values: int = 0
    modules: int = 0


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a position sees of the picture: ``size`` pixels (None: unknown or all), neighbours ``jump`` apart."""

    size: int | None = 1
    jump: float = 1.0

    def through(self, window: Window) -> _Seen:
        if self.size is None or window.size is None:
            return _Seen(None, self.jump)
        size = self.size + (window.size - 1) * self.jump
        if not isfinite(size):  # strides beyond all pictures, one after another
            return _Seen(None, self.jump)
        return _Seen(round(size), self.jump * window.stride)


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

    def layer(self, row: LayerSpec, path: Path, flow: _Flow) -> _Flow:
        """Plan one layer, and return what comes out of it; nothing below a problem."""
        if not row.enabled:
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
            planned = planned_layer(row.row, flow.shape, outputs, row.values)  # type: ignore[arg-type]
            if row.row.training_only:
                self.total, seen = replace(before, parameters=self.total.parameters), flow.seen
            self._add(planned)
        except Misfit as misfit:
            large = isinstance(misfit, _TooLarge)
            self.rows[at] = replace(planned_row, problem=str(misfit), insert=misfit.insert, too_large=large)
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
        if kind.wiring == "all" and len(row.layers) > MAX_WIRED:
            self._wait_for(row, path)
            raise Misfit(f"Layers that are all wired to each other can be {MAX_WIRED}; take some out.")
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
        if outputs and outputs[-1] is None:  # what comes behind a problem waits as well
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
        """Add to the totals; raises ``Misfit`` beyond a limit, and leaves them as they were."""
        total = replace(self.total)
        total.parameters += planned.parameters
        total.macs += planned.macs
        total.operations += planned.macs + planned.operations
        total.values += planned.kept
        total.modules += planned.modules
        for amount, limit, unit in (
            (total.parameters, MAX_PARAMETERS, "parameters"),
            (total.values, MAX_VALUES, "values in its layers' outputs"),
            (total.operations, MAX_OPERATIONS, "operations"),
            (total.modules, MAX_MODULES, "modules"),
        ):
            if amount > limit:
                size = memory.size_words(amount * memory.BYTES_PER_VALUE)
                what = unit if unit in ("operations", "modules") else f"{unit} ({size})"
                raise _TooLarge(
                    f"Up to here the network would have {amount:,} {what}, more than the limit of {limit:,}; "
                    "make this layer or its input smaller."
                )
        needed = memory.BYTES_PER_VALUE * (total.parameters + total.values)
        if needed > self._memory_limit:
            raise _TooLarge(
                f"Up to here one image would need {memory.size_words(needed)} of memory, and there are "
                f"{memory.size_words(self._memory_limit)}; make this layer or its input smaller."
            )
        self.total = total


def _widest(ends: list[_Seen]) -> _Seen:
    if any(end.size is None for end in ends):
        return _Seen(None, max(end.jump for end in ends))
    return max(ends, key=lambda end: (end.size or 0, end.jump))


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
    if spec.classes:
        ends = [((), output), *((row.path, row.inside[-1]) for row in rows if _is_head(row))]
        for home, given in ends:
            if given is not None and given != (len(spec.classes),):
                rows = _with_class_problem(rows, home, given, len(spec.classes))
                output = None
    return NetworkPlan(rows, output, total.parameters, total.macs, total.values, problem)


def _is_head(row: RowPlan) -> bool:
    """Whether it is a head that gives scores in training."""
    return row.spec.row.training_only and bool(row.inside)


def _with_class_problem(
    rows: tuple[RowPlan, ...], home: Path, output: Shape, classes: int
) -> tuple[RowPlan, ...]:
    """The row that decides about the output, of the network or of a head (``home``), says what is wrong with it."""
    inside = [i for i, row in enumerate(rows) if row.enabled and row.path[:-1][: len(home)] == home]
    at = max(i for i in inside if len(rows[i].path) == len(home) + 1)
    if len(output) == 1:
        sentence = f"{output[0]:,} outputs do not match the {classes:,} classes."
        deciding = [i for i in inside if rows[i].output == output and rows[i].spec.row.outputs]
        if deciding:
            at = deciding[-1]
        else:
            sentence = f"{sentence[:-1]}; end with a linear layer of {classes:,} outputs."
    else:
        sentence = f"The network ends with maps, {words(output)}; add Flatten"
        linear = f" and a Linear layer with {classes:,} outputs"
        sentence += "." if prod(output) == classes else f"{linear}."
    return (*rows[:at], replace(rows[at], problem=sentence), *rows[at + 1 :])
