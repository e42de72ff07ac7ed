"""The entries of a link, taken one by one, so that what remains at the end is unknown. All raise ``UserError``."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from visualizer.errors import UserError
from visualizer.networks.layers.kinds import Value
from visualizer.networks.naming import shown
from visualizer.networks.spec import checked_number
from visualizer.race.surface import Point

WHOLE = "the link"
REMEDY = "copy the whole text of the link again"


def as_object(value: Any, where: str) -> dict[str, Any]:
    """A copy of a JSON object; ``where`` begins the sentence that is told otherwise, here and below."""
    if not isinstance(value, dict):
        raise UserError(f"{where} must be a JSON object; {REMEDY}")
    return dict(value)


def text_of(given: dict[str, Any], key: str, where: str) -> str:
    """Take a text; "" where there is none."""
    value = given.pop(key, "")
    if not isinstance(value, str):
        raise UserError(f"{where}: '{key}' must be a text")
    return value


def choice_of(given: dict[str, Any], key: str, choices: tuple[Any, ...]) -> Any:
    """Take one of the choices, the first where none is made."""
    value = given.pop(key, choices[0])
    if value not in choices:
        raise UserError(f"{WHOLE}: '{key}' must be one of {', '.join(choices)}")
    return value


def number_of(
    given: dict[str, Any],
    key: str,
    type: type[Value],
    where: str,
    usual: Value | None = None,
    least: float = -math.inf,
    most: float = math.inf,
) -> Value:
    """Take a number or a truth value within its limits; without ``usual`` it must be there."""
    if key not in given:
        if usual is None:
            raise UserError(f"{where} has no '{key}'; {REMEDY}")
        return usual
    value = checked_number(given.pop(key), type, f"{where}: '{key}'")
    if not isinstance(value, str) and not least <= value <= most:
        limits = f"be at least {least:,}" if most == math.inf else f"lie between {least:,} and {most:,}"
        raise UserError(f"{where}: '{key}' must {limits}")
    return value


def numbers_of(value: Any, count: int, where: str) -> tuple[float, ...]:
    """So many finite numbers in a list."""
    if not isinstance(value, list) or len(value) != count:
        raise UserError(f"{where} must be {count} numbers")
    return tuple(float(checked_number(number, float, where)) for number in value)


def point_of(given: dict[str, Any], key: str, where: str, usual: Point | None = None) -> Point:
    """Take x and y; without ``usual`` they must be there."""
    if usual is not None and key not in given:
        return usual
    x, y = numbers_of(given.pop(key), 2, f"{where}: '{key}'")
    return x, y


def refuse_rest(given: Mapping[str, Any], where: str) -> None:
    """Complain about what nobody has taken."""
    for key in given:
        raise UserError(f"{where} has an unknown entry '{shown(key)}'; take it out")
