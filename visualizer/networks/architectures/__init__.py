"""The architectures that this program describes by specifications: one row each, the small ones first."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping

from visualizer.errors import UserError
from visualizer.networks.architectures import (
    classic,
    dense,
    fractal,
    inception,
    local,
    nin,
    residual,
    small,
    squeeze,
    variants,
    vgg,
)
from visualizer.networks.architectures.architecture import CIFAR10 as CIFAR10
from visualizer.networks.architectures.architecture import DIGITS as DIGITS
from visualizer.networks.architectures.architecture import SHAPES as SHAPES
from visualizer.networks.architectures.architecture import Architecture as Architecture
from visualizer.networks.architectures.architecture import Paper as Paper
from visualizer.networks.naming import shown
from visualizer.networks.spec import NetworkSpec

_TABLES = (
    small.ROWS,
    variants.ROWS,
    classic.ROWS,
    nin.ROWS,
    vgg.ROWS,
    inception.ROWS,
    local.ROWS,
    residual.ROWS,
    squeeze.ROWS,
    dense.ROWS,
    fractal.ROWS,
)

ARCHITECTURES: Mapping[str, Architecture] = {row.name: row for table in _TABLES for row in table}
"""Every architecture by its name."""


@functools.cache
def spec(name: str) -> NetworkSpec:
    """The specification of the architecture ``name``; raises ``UserError`` for an unknown one."""
    if name not in ARCHITECTURES:
        near = difflib.get_close_matches(name, ARCHITECTURES, n=3, cutoff=0.4) or list(ARCHITECTURES)[:3]
        raise UserError(f"there is no own architecture '{shown(name)}'; name one like {', '.join(near)}")
    return ARCHITECTURES[name].make()
