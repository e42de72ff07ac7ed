"""The arguments of ``main.py rotate``, read without torch so that ``--help`` answers at once."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add all of them."""
    add = parser.add_argument
    add("networks", nargs="+", metavar="NETWORK", help="files, or names of networks: resnet18@FILE")
    add("--weights", type=Path, metavar="FILE", help="the weights, where there is one network")
    add("--pretrained", action="store_true", help="use the published weights; may download")
    add("--image", type=Path, required=True, metavar="FILE", help="the picture that is turned")
    add("--step", type=_number, metavar="X", help="from one angle to the next, in degrees (1)")
    add("--label", metavar="CLASS", help="the class looked at, by name or number (the prediction at 0°)")
    add(
        "--border",
        default="grey",
        metavar="NAME",
        help="what stands where the picture does not reach: grey, zero, replicate, reflect or circle (grey)",
    )
    add(
        "--transform",
        default="rotation",
        metavar="NAME",
        help="another change than turning: shift, scale, shear, blur, …",
    )
    add("--flip", choices=("horizontal", "vertical", "both"), help="mirror the picture before it is turned")
    add("--device", choices=("auto", "cpu", "cuda"), default="auto", help="auto is the GPU if any")
    add(
        "--out",
        type=Path,
        metavar="FILE",
        help="also write FILE.csv (a row for each network, angle and class; with --label of that class alone), "
        "FILE.png or FILE.svg",
    )


def run(options: argparse.Namespace) -> int:
    """Run the command; returns the exit status."""
    from visualizer.commands.rotate import RotateOptions, rotate

    return rotate(RotateOptions(**{**vars(options), "networks": tuple(options.networks)}))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text[:40]}' is not a number") from None
