"""Tokens → tree, by the precedence of operators; and the limits of what is read at all."""

from __future__ import annotations

from visualizer.race.formula_functions import FUNCTIONS
from visualizer.race.formula_tokens import Token, tokens
from visualizer.race.formula_tree import Call, FormulaError, Name, Negative, Node, Number, Operation, Symbol

LONGEST = 2_000
MOST_NODES = 500
DEEPEST = 50

_SUM, _PRODUCT, _SIGN, _POWER = 1, 2, 3, 4
_OPERATORS: dict[str, tuple[Symbol, int]] = {
    "+": ("+", _SUM),
    "-": ("-", _SUM),
    "*": ("*", _PRODUCT),
    "/": ("/", _PRODUCT),
    "^": ("^", _POWER),
}


def read(text: str) -> Node:
    """The tree of a formula; raises ``FormulaError`` with the offending place.

    A product may be written without a sign and binds as tightly as one with it: "1/2x" is half of x. Powers bind from
    the right and before signs: "-x^2" is −(x²). Functions of one value need no parentheses: "2 sin x cos 2y".
    """
    if len(text) > LONGEST:
        raise FormulaError(f"the formula is too long; use at most {LONGEST:,} characters", LONGEST)
    return _Parser(text).formula()


class _Parser:
    """Reads from left to right, one token ahead."""

    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._next = next(self._tokens)
        self._nodes = self._depth = 0
        self._bars = False  # inside |…|, where a bar ends and does not begin

    def formula(self) -> Node:
        first = self._next
        if first.kind == "end":
            raise FormulaError("type a formula in x and y, such as x² + y²", first.position)
        node = self._expression(0)
        last = self._next
        if last.kind != "end":
            self._refuse(last)
        return node

    def _refuse(self, token: Token) -> None:
        """Say why a token cannot follow on a whole expression."""
        words = {
            ")": "this parenthesis closes none",
            ",": "a comma stands only between the values of min, max and hypot; write decimals with a point",
            "|": "this bar closes none",
        }.get(token.text if token.kind == "symbol" else "", f"an operator is missing before '{token.text}'")
        raise FormulaError(words, token.position)

    def _take(self) -> Token:
        token = self._next
        self._next = next(self._tokens) if token.kind != "end" else token
        return token

    def _is(self, symbol: str) -> bool:
        return self._next.kind == "symbol" and self._next.text == symbol

    def _count(self, node: Node, position: int) -> Node:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise FormulaError(f"the formula has too many parts; use at most {MOST_NODES}", position)
        return node

    def _nested(self, power: int) -> Node:
        """An expression one level deeper."""
        self._depth += 1
        if self._depth > DEEPEST:
            words = f"the formula is nested too deeply; use at most {DEEPEST} levels"
            raise FormulaError(words, self._next.position)
        node = self._expression(power)
        self._depth -= 1
        return node

    def _expression(self, power: int) -> Node:
        """As much as binds more tightly than ``power``."""
        left = self._prefix()
        while True:
            token = self._next
            if token.kind == "raised":
                self._take()
                left = self._count(Operation("^", left, self._exponent(token)), token.position)
            elif token.kind == "symbol" and token.text in _OPERATORS:
                symbol, binding = _OPERATORS[token.text]
                if binding <= power:
                    return left
                self._take()
                right = self._nested(_SIGN) if symbol == "^" else self._expression(binding)
                left = self._count(Operation(symbol, left, right), token.position)
            elif power < _PRODUCT and self._begins_factor():
                left = self._count(Operation("*", left, self._expression(_PRODUCT)), token.position)
            else:
                return left

    def _begins_factor(self) -> bool:
        return self._next.kind == "name" or self._is("(") or (self._is("|") and not self._bars)

    def _exponent(self, token: Token) -> Node:
        number = self._count(Number(float(token.text.lstrip("-"))), token.position)
        return self._count(Negative(number), token.position) if token.text.startswith("-") else number

    def _prefix(self) -> Node:
        token = self._take()
        if token.kind == "number":
            return self._count(Number(float(token.text)), token.position)
        if token.kind == "name":
            if token.text in FUNCTIONS:
                return self._call(token)
            return self._count(Name(token.text), token.position)
        if token.kind == "symbol" and token.text == "-":
            return self._count(Negative(self._nested(_SIGN)), token.position)
        if token.kind == "symbol" and token.text == "+":
            return self._nested(_SIGN)
        if token.kind == "symbol" and token.text in "(|":
            return self._group(token)
        if token.kind == "end":
            words = "the formula ends where a number, x, y or a parenthesis is needed"
        else:
            words = f"a number, x, y or a parenthesis is needed before '{token.text}'"
        raise FormulaError(words, token.position)

    def _group(self, opening: Token) -> Node:
        """What is inside of (…) or |…|."""
        outer, self._bars = self._bars, opening.text == "|"
        inner = self._nested(0)
        self._close(opening)
        self._bars = outer
        return inner if opening.text == "(" else self._count(Call("abs", (inner,)), opening.position)

    def _close(self, opening: Token) -> None:
        closing = ")" if opening.text == "(" else "|"
        if self._is(closing):
            self._take()
        elif self._next.kind == "end":
            what = "parenthesis" if closing == ")" else "bar"
            raise FormulaError(
                f"the {what} at character {opening.position + 1} is not closed", opening.position
            )
        else:
            self._refuse(self._next)

    def _call(self, name: Token) -> Node:
        """A function and its values; an exponent may stand between them: "sin² x"."""
        row = FUNCTIONS[name.text]
        exponent = None
        if self._next.kind == "raised":
            raised = self._take()
            if raised.text.startswith("-"):
                remedy = f"write a{row.name}" if f"a{row.name}" in FUNCTIONS else "put it behind"
                words = f"the function {row.name} takes no negative exponent here; {remedy}"
                raise FormulaError(words, raised.position)
            exponent = self._exponent(raised)
        arguments = self._arguments(name) if self._is("(") else (self._bare_argument(name),)
        if len(arguments) != row.arity:
            needs = "1 value" if row.arity == 1 else f"{row.arity} values in parentheses"
            raise FormulaError(f"the function {row.name} takes {needs}, not {len(arguments)}", name.position)
        call = self._count(Call(row.name, arguments), name.position)
        return call if exponent is None else self._count(Operation("^", call, exponent), name.position)

    def _arguments(self, name: Token) -> tuple[Node, ...]:
        outer, self._bars = self._bars, False
        opening = self._take()
        values = [self._nested(0)]
        while self._is(","):
            self._take()
            values.append(self._nested(0))
        self._close(opening)
        self._bars = outer
        return tuple(values)

    def _bare_argument(self, name: Token) -> Node:
        """The factors that follow, up to a sign or the next function."""
        if self._next.kind not in ("number", "name") and not (self._is("-") or self._is("|")):
            raise FormulaError(f"the function {name.text} needs a value in parentheses", self._next.position)
        node = self._nested(_PRODUCT)
        while self._begins_factor() and self._next.text not in FUNCTIONS:
            node = self._count(Operation("*", node, self._nested(_PRODUCT)), self._next.position)
        return node
