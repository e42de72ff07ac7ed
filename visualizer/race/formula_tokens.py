"""The text of a formula → its numbers, names and symbols, each with its place."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

from visualizer.networks.naming import shown
from visualizer.race.formula_functions import CONSTANTS, SPELLINGS
from visualizer.race.formula_tree import FormulaError

Kind = Literal["number", "name", "symbol", "raised", "end"]

_PREFIX = re.compile(r"\s*(?:f\s*(?:\(\s*x\s*,\s*y\s*\)\s*)?|z\s*)=", re.IGNORECASE)
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+−]?[0-9]+)?")
_LETTERS = re.compile(r"[A-Za-z]+")
_RAISED = re.compile(r"[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", "⁺")
_SYMBOLS = {
    **{sign: sign for sign in "+-*/^(),|"},
    **dict.fromkeys("−–", "-"),
    **dict.fromkeys("×·⋅∙", "*"),
    **dict.fromkeys("÷∕", "/"),
}
_SIGNS = {"π": "pi", "√": "sqrt"}
_NAMES = {"x": "x", "y": "y", "pi": "pi", **SPELLINGS}
_LONGEST = max(len(name) for name in _NAMES)
_DIGITS = "0123456789"


@dataclass(frozen=True, slots=True)
class Token:
    """``text`` is what it means: a symbol or name in its one spelling, the digits of a number or an exponent."""

    kind: Kind
    text: str
    position: int
    end: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of the text, with one of the kind "end" last; raises ``FormulaError``.

    "f(x, y) =" and "z =" at the beginning are passed over. Names that touch are told apart: "xy" is x times y.
    """
    start = _PREFIX.match(text)
    position = start.end() if start else 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        word = _LETTERS.match(text, position)
        found = _names(text, word) if word else [_token(text, position)]
        yield from found
        position = found[-1].end
    yield Token("end", "", len(text), len(text))


def _token(text: str, position: int) -> Token:
    character = text[position]
    if match := _NUMBER.match(text, position):
        return Token("number", _finite(match[0].replace("−", "-"), position), position, match.end())
    if match := _RAISED.match(text, position):
        return Token("raised", _finite(match[0].translate(_LOWERED), position), position, match.end())
    if character in _SIGNS:
        return Token("name", _SIGNS[character], position, position + 1)
    if character in _SYMBOLS:
        doubled = text.startswith("**", position)
        symbol = "^" if doubled else _SYMBOLS[character]
        return Token("symbol", symbol, position, position + (2 if doubled else 1))
    if character == "=":
        raise FormulaError("write only what f(x, y) is, without '='", position)
    if character in "[]{}":
        raise FormulaError(f"'{character}' does not belong in a formula; use round parentheses", position)
    raise FormulaError(f"'{shown(character)}' does not belong in a formula in x and y", position)


def _finite(digits: str, position: int) -> str:
    if not math.isfinite(float(digits)):
        raise FormulaError("this number is too large; keep to numbers below 1e308", position)
    return digits


def _names(text: str, match: re.Match[str]) -> list[Token]:
    """Letters as one name or several that touch; the constant "e" touches no other."""
    word, position = match[0].lower(), match.start()
    if word in CONSTANTS:
        return [Token("name", word, position, match.end())]
    found: list[Token] = []
    while position < match.end():
        piece = _longest_name(text, position)
        if not piece:
            raise FormulaError(_unknown(word), match.start())
        found.append(Token("name", _NAMES[piece], position, position + len(piece)))
        position += len(piece)
    return found


def _longest_name(text: str, position: int) -> str:
    """The longest name that begins there; the digits of "log10" belong to it, unless more digits follow."""
    for length in range(_LONGEST, 0, -1):
        piece = text[position : position + length].lower()
        more = text[position + length : position + length + 1]
        if piece in _NAMES and not (piece[-1] in _DIGITS and more and more in _DIGITS):
            return piece
    return ""


def _unknown(word: str) -> str:
    near = get_close_matches(word, [*SPELLINGS, *CONSTANTS], n=1, cutoff=0.5) if len(word) <= 20 else []
    what = "name" if len(word) == 1 else "function or name"
    remedy = (
        f"did you mean '{near[0]}'?" if near else "formulas are made of x, y, pi, e and functions like sin"
    )
    return f"there is no {what} '{shown(word, 20)}'; {remedy}"
