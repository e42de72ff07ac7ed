"""A formula as it is shown: 100(y − x²)² for 100*(y-x^2)**2."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

from visualizer.race.formula_parser import read
from visualizer.race.formula_tree import Call, Name, Negative, Node, Number, Operation

Tail = Literal["closed", "letter", "call", "open"]
"""How a text ends: other factors may touch a "closed" one, only other letters a "letter", nothing an "open" one."""

_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_NAMES = {"pi": "π"}
_FUNCTIONS = {"sqrt": "√"}


@lru_cache(maxsize=128)
def pretty(text: str) -> str:
    """The formula as it is shown in titles and lists; it reads as the same formula. Raises ``FormulaError``."""
    return _written(read(text))[0]


def _written(node: Node) -> tuple[str, int, Tail]:
    """The text of a node, how tightly it binds, and what it ends with."""
    match node:
        case Number(value):
            return _number(value), _ATOM, "closed"
        case Name(name):
            return _NAMES.get(name, name), _ATOM, "open" if name == "e" else "letter"
        case Call(function, arguments):
            inner = ", ".join(_written(argument)[0] for argument in arguments)
            return f"{_FUNCTIONS.get(function, function)}({inner})", _ATOM, "call"
        case Negative(inner):
            text, _, tail = _inside(inner, _POWER)
            return f"−{text}", _SIGN, tail
        case Operation("^", base, exponent):
            return _power(base, exponent)
        case Operation("*", left, right):
            return _product(left, right)
        case Operation(symbol, left, right):
            binding = _PRODUCT if symbol == "/" else _SUM
            sign = "/" if symbol == "/" else f" {symbol.replace('-', '−')} "
            return f"{_inside(left, binding)[0]}{sign}{_after(right, binding + 1)[0]}", binding, "open"


def _inside(node: Node, binding: int) -> tuple[str, int, Tail]:
    """The text of a node in a place that binds so tightly: in parentheses where it needs them."""
    text, own, tail = _written(node)
    if own >= binding:
        return text, own, tail
    return f"({text})", _ATOM, "closed"


def _after(node: Node, binding: int) -> tuple[str, int, Tail]:
    """The same after an operator, where a sign needs parentheses too."""
    text, own, tail = _inside(node, binding)
    return (f"({text})", _ATOM, "closed") if text[0] == "−" else (text, own, tail)


def _number(value: float) -> str:
    """The shortest text that reads as the number."""
    text = repr(value).removesuffix(".0")
    mantissa, _, exponent = text.partition("e")
    return f"{mantissa}e{int(exponent)}".replace("-", "−") if exponent else text


def _power(base: Node, exponent: Node) -> tuple[str, int, Tail]:
    text, _, _ = _inside(base, _ATOM)
    match exponent:
        case Number(value) | Negative(Number(value)) if value.is_integer() and value < 1000:
            sign = "-" if isinstance(exponent, Negative) else ""
            return text + f"{sign}{int(value)}".translate(_RAISED), _POWER, "closed"
    return f"{text}^{_inside(exponent, _ATOM)[0]}", _POWER, "open"


def _product(left: Node, right: Node) -> tuple[str, int, Tail]:
    """Factors touch where that reads as a product, to the parser and to the eye."""
    first, _, before = _inside(left, _PRODUCT)
    second, _, after = _after(right, _POWER)
    touching = {"closed": "xyπ(√", "letter": "xyπ"}.get(before, "")
    if len(second) > 1 and second[:2].isalpha() and before != "open":
        sign = " "  # a function
    elif second[0] in touching:
        sign = ""
    else:
        sign = "·"
    return f"{first}{sign}{second}", _PRODUCT, after
