"""A formula in x and y as a function of tensors: read by a parser of its own, nothing of it is run as Python."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from visualizer.race.formula_functions import CONSTANTS, FUNCTIONS, Value, power
from visualizer.race.formula_parser import DEEPEST, LONGEST, MOST_NODES, read
from visualizer.race.formula_tree import Call, FormulaError, Name, Negative, Node, Number, Operation

__all__ = ["DEEPEST", "LONGEST", "MOST_NODES", "Formula", "FormulaError", "parse"]

Line = tuple[Callable[..., Any], int, int, int]
"""What to compute, the slot that takes it, and the slots of its one or two arguments, -1 for none."""

_COMPUTE: dict[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": power,
    "negative": operator.neg,
    **{name: row.compute for name, row in FUNCTIONS.items()},
}


@dataclass(frozen=True, slots=True)
class Formula:
    """A function of x and y; call it with float64 tensors that broadcast against each other.

    The result has their common shape and can be differentiated twice. It is NaN where the formula is undefined
    (roots and logarithms of negative numbers, 0/0), and infinite where it overflows. The result depends on both
    x and y, for autograd too, also where the formula names only one or none of them. A point alone and among others
    gives the same bits. One operation of torch a node, equal parts computed once: Beale takes about 30 µs.
    """

    text: str
    _slots: tuple[float, ...] = field(repr=False, compare=False)
    _lines: tuple[Line, ...] = field(repr=False, compare=False)
    _result: int = field(repr=False, compare=False)
    _unused: tuple[int, ...] = field(repr=False, compare=False)

    def __call__(self, x: Tensor, y: Tensor) -> Tensor:
        """The values f(x, y)."""
        slots: list[Any] = list(self._slots)
        slots[:2] = x, y
        for compute, target, first, second in self._lines:
            slots[target] = compute(slots[first]) if second < 0 else compute(slots[first], slots[second])
        result: Value = slots[self._result]
        for slot in self._unused:
            result = result + slots[slot] * 0.0
        assert isinstance(result, Tensor)
        return result


@lru_cache(maxsize=128)
def parse(text: str) -> Formula:
    """Read a formula; raises ``FormulaError`` with the offending place. See ``formula_parser.read``."""
    program = _Program()
    result = program.add(read(text))
    unused = tuple(slot for slot in (0, 1) if slot not in program.used)
    return Formula(text, tuple(program.slots), tuple(program.lines), result, unused)


class _Program:
    """The tree as lines one after the other: what is the same everywhere is computed here, equal parts are one."""

    def __init__(self) -> None:
        self.slots: list[float] = [0.0, 0.0]  # x and y, then constants, and room for what lines compute
        self.lines: list[Line] = []
        self.used: set[int] = set()
        self._constants: set[int] = set()
        self._known: dict[tuple[str, tuple[int, ...]], int] = {}

    def add(self, node: Node) -> int:
        """The slot that will hold the value of the node."""
        match node:
            case Number(value):
                return self._constant(value)
            case Name(name) if name in CONSTANTS:
                return self._constant(CONSTANTS[name])
            case Name(name):
                slot = "xy".index(name)
                self.used.add(slot)
                return slot
            case Negative(inner):
                return self._line("negative", (self.add(inner),))
            case Operation(symbol, left, right):
                return self._line(symbol, (self.add(left), self.add(right)))
            case Call(function, arguments):
                return self._line(function, tuple(self.add(argument) for argument in arguments))

    def _new_slot(self, value: float = 0.0) -> int:
        self.slots.append(value)
        return len(self.slots) - 1

    def _constant(self, value: float) -> int:
        key = repr(value), ()
        if key not in self._known:
            self._known[key] = self._new_slot(value)
            self._constants.add(self._known[key])
        return self._known[key]

    def _line(self, name: str, arguments: tuple[int, ...]) -> int:
        key = name, arguments
        if key not in self._known and self._constants.issuperset(arguments):
            first, *others = (self.slots[slot] for slot in arguments)
            value = _COMPUTE[name](torch.tensor(first, dtype=torch.float64), *others)
            self._known[key] = self._constant(float(value))
        elif key not in self._known:
            self._known[key] = self._new_slot()
            second = arguments[1] if len(arguments) == 2 else -1
            self.lines.append((_COMPUTE[name], self._known[key], arguments[0], second))
        return self._known[key]
