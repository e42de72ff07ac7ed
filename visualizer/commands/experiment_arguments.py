"""The arguments of ``main.py experiment``, read without torch so that ``--help`` answers at once."""

from __future__ import annotations

import argparse
from argparse import ArgumentTypeError
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add all of them."""
    add = parser.add_argument
    add("name", metavar="NAME", help="rotation: mini-VGG beside variants with turned and normalised filters")
    add("--out", type=Path, required=True, metavar="DIR", help="the folder of the experiment and its report")
    add("--recipe", default="try", metavar="try|full", help="try: a minute or two; full: CIFAR-10 (try)")
    add("--data", metavar="NAME|DIR", help="a data set or a folder of class folders (the recipe's)")
    add("--data-folder", type=Path, metavar="DIR", help="look here first for the files of a data set")
    add("--download", action="store_true", help="download the data set if it is not on this computer")
    add("--epochs", type=_whole, metavar="N", help="passes over the data at most (8, 200)")
    add("--networks", type=_names, metavar="A,B,…", help="baseline, 4_rot_1, 8_rot_4_concat, … (all 20)")
    add(
        "--seeds", type=_seeds, default=(1337,), metavar="N,…", help="one run of each network for each (1337)"
    )
    add("--jobs", type=_whole, metavar="N", help="runs at a time (one for each GPU, or for each core)")
    add("--images", type=_whole, metavar="N", help="images that are turned (250, 1000)")
    add("--step", type=_number, metavar="X", help="from one angle to the next, in degrees (10, 1)")
    add("--device", choices=("auto", "cpu", "cuda"), default="auto", help="auto is the GPU if any")


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    from visualizer.commands.experiment import experiment

    given = {key: value for key, value in vars(options).items() if value is not None}
    return experiment(given.pop("name"), given)


def _whole(text: str) -> int:
    if not (text.isdecimal() and len(text) < 10 and int(text) > 0):
        raise ArgumentTypeError(f"'{text[:40]}' is not a whole number above 0")
    return int(text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ArgumentTypeError(f"'{text[:40]}' is not a number") from None


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(","))
    if not all(names):
        raise ArgumentTypeError(f"'{text[:80]}' is not a list of names like baseline,8_rot_1")
    return names


def _seeds(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isdecimal() and len(part) < 11 for part in parts):
        raise ArgumentTypeError(f"'{text[:80]}' is not a list of seeds like 1337,1338,1339")
    return tuple(map(int, parts))
