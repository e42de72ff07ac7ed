"""What a formula is made of: a tree of numbers, names, operations and calls of functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from visualizer.errors import UserError

Symbol = Literal["+", "-", "*", "/", "^"]


class FormulaError(UserError):
    """A formula cannot be read; ``position`` is the index of the offending place in the text, from 0."""

    def __init__(self, words: str, position: int) -> None:
        super().__init__(words)
        self.position = position


@dataclass(frozen=True, slots=True)
class Number:
    """A number, finite and not negative."""

    value: float


@dataclass(frozen=True, slots=True)
class Name:
    """``x``, ``y``, ``pi`` or ``e``."""

    name: str


@dataclass(frozen=True, slots=True)
class Negative:
    """The node with the opposite sign."""

    node: Node


@dataclass(frozen=True, slots=True)
class Operation:
    """Two nodes and what is between them."""

    symbol: Symbol
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function, by the name of its row in ``formula_functions.FUNCTIONS``, and its arguments."""

    function: str
    arguments: tuple[Node, ...]


Node = Number | Name | Negative | Operation | Call
