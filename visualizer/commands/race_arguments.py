"""The arguments of ``main.py race``, read without torch so that ``--help`` answers at once."""

from __future__ import annotations

import argparse
import math
from argparse import ArgumentTypeError
from collections.abc import Callable, Sequence
from pathlib import Path

_SIGNED = ("--start", "--window", "--formula")
"""Options whose values may begin with a minus."""

_MOST_STEPS, _MOST_SEED, _MOST_NOISE = 20_000, 2**32 - 1, 1e6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add all of them."""
    add = parser.add_argument
    add("--surface", metavar="NAME", help="a surface of --list; NAME-noisy has noise in its gradients")
    add("--formula", metavar="EXPR", help='a surface of your own: "x^2 + 10 sin(y)"')
    add("--link", type=Path, metavar="FILE", help="a race that was written to a .json file")
    add("--list", action="store_true", help="list surfaces and optimizers, and leave")
    add("--optimizers", type=_names, metavar="A,B,…", help="who races: names of --list, or module:Class")
    add("--start", type=_numbers(2, "1.5,-2"), metavar="X,Y", help="where they start (the surface's start)")
    add("--window", type=_numbers(4, "-2,2,-1,3"), metavar="X0,X1,Y0,Y1", help="the part of the plane shown")
    add("--steps", type=_steps, metavar="N", help=f"of each, 1 to {_MOST_STEPS} (what suits the surface)")
    add("--lr", type=_rates, default={}, metavar="NAME=X,…", help="learning rates: sgd=0.01,adam=0.3")
    add("--schedule", metavar="NAME", help="of all learning rates: constant, step, cosine, one-cycle, …")
    add("--noise", type=_noise, metavar="S", help="standard deviation of noise in every gradient (0)")
    add("--seed", type=_seed, metavar="N", help="of the noise: the same seed gives the same race (1)")
    add(
        "--clock",
        choices=("steps", "evaluations", "time"),
        help="what all racers have as much of (steps)",
    )
    add("--out", type=Path, metavar="FILE", help="FILE.png, .svg, .gif, .mp4, .csv or .json")
    add("--size", type=_size, metavar="WxH", help="of pictures and films in pixels (1200x760, 960x608)")
    add("--allow-code", action="store_true", help="let the code of a module:Class run")


def with_signs(arguments: Sequence[str]) -> list[str]:
    """The arguments, where a value begins with a minus as one with its option: argparse takes it for an option."""
    joined: list[str] = []
    for argument in arguments:
        value = argument[:1] == "-" and argument[:2] != "--"
        if value and joined and joined[-1] in _SIGNED:
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    from visualizer.commands.race import RaceOptions, names, race
    from visualizer.errors import UserError

    if options.list:
        print("\n".join(names()))
        return 0
    if options.out is None:
        raise UserError("Give --out FILE: it ends with .png, .svg, .gif, .mp4, .csv or .json.")
    wanted = RaceOptions(
        surface=options.surface,
        formula=options.formula,
        link=options.link,
        optimizers=options.optimizers,
        start=options.start,
        steps=options.steps,
        rates=options.lr,
        schedule=options.schedule,
        noise=options.noise,
        seed=options.seed,
        clock=options.clock,
        window=options.window,
        allow_code=options.allow_code,
    )
    return race(wanted, options.out, options.size)


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise ArgumentTypeError(f"'{text[:80]}' is not a list of names like sgd,adam")
    return names


def _numbers(count: int, example: str) -> Callable[[str], tuple[float, ...]]:
    def read(text: str) -> tuple[float, ...]:
        try:
            numbers = tuple(float(part) for part in text.split(","))
        except ValueError:
            numbers = ()
        if len(numbers) != count or not all(map(math.isfinite, numbers)):
            raise ArgumentTypeError(f"'{text[:80]}' is not {count} finite numbers like {example}")
        return numbers

    return read


def _steps(text: str) -> int:
    if not (text.isdecimal() and len(text) < 10 and 1 <= int(text) <= _MOST_STEPS):
        raise ArgumentTypeError(f"'{text[:40]}' is not a whole number from 1 to {_MOST_STEPS}")
    return int(text)


def _seed(text: str) -> int:
    if not (text.isdecimal() and len(text) < 12 and int(text) <= _MOST_SEED):
        raise ArgumentTypeError(f"'{text[:40]}' is not a whole number from 0 to {_MOST_SEED}")
    return int(text)


def _noise(text: str) -> float:
    value = _float(text)
    if not 0 <= value <= _MOST_NOISE:
        raise ArgumentTypeError(f"'{text[:40]}' is not a number from 0 to {_MOST_NOISE:.0f}")
    return value


def _rates(text: str) -> dict[str, float]:
    rates = {}
    for part in text.split(","):
        name, equals, value = part.rpartition("=")
        if not (name.strip() and equals):
            raise ArgumentTypeError(f"'{part[:80]}' names no racer: write NAME=X, as in adam=0.1")
        rate = _float(value)
        if not 0 < rate < math.inf:
            raise ArgumentTypeError(
                f"the learning rate of {name.strip()[:80]} is '{value[:40]}', not a number above 0"
            )
        rates[name.strip()] = rate
    return rates


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal() and len(text) < 12):
        raise ArgumentTypeError(f"'{text[:40]}' is not a size like 1200x760")
    return int(width), int(height)
