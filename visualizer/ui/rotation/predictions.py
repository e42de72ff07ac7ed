"""What networks that were kept for comparison say of the input as it is shown, for Prediction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from operator import is_not
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject

from visualizer.data.transforms import Change
from visualizer.probes.response.class_matching import class_names
from visualizer.probes.response.interpolation import probabilities_at
from visualizer.ui.rotation.state import Line, RotationState, line_names

if TYPE_CHECKING:
    from visualizer.ui.main_window import MainWindow
    from visualizer.ui.rotation.comparison import Comparison
    from visualizer.ui.rotation.live import LiveRotation

MOST = 2  # beside the open network: more bars in a row nobody can tell apart
_LEAST_KNOWN = 0.1  # of a curve, before its values say something of those between them


@dataclass(frozen=True, slots=True, eq=False)
class ComparedNetwork:
    """One network beside the open one: ``probabilities`` (K,) of all classes, None where nothing is known yet.

    ``exact``: they were computed for that very input, or next to it. ``stale``: they are of what was shown before.
    ``waiting``: None because what is known is too far from that input to say anything.
    """

    name: str
    color: str
    probabilities: NDArray[np.float64] | None = field(default=None, repr=False)
    exact: bool = True
    stale: bool = False
    waiting: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ComparedPredictions:
    """The open network's ``name``, ``moment`` ("step 480", "") and ``color``, and the networks it is compared with.

    ``left_out`` are the names of further ones that are kept but not shown.
    """

    name: str
    moment: str
    color: str
    networks: tuple[ComparedNetwork, ...]
    left_out: tuple[str, ...] = ()


def compared_predictions(
    lines: Sequence[Line], keys: Collection[str], change: Change
) -> ComparedPredictions | None:
    """What the lines say of the input with ``change`` done to it; the first is that of the open network.

    Of the others those with one of the ``keys`` can be compared with it, and as many as there is room for are. None
    where there is none.
    """
    names = line_names(lines)
    others = list(zip(lines, names, strict=True))[1:]
    shown = [(line, name) for line, name in others if line.key in keys][:MOST]
    if not shown:
        return None
    taken = [line.key for line, _ in shown]
    return ComparedPredictions(
        names[0],
        lines[0].moment,
        lines[0].color,
        tuple(_at(line, name, change) for line, name in shown),
        tuple(name for line, name in others if line.key not in taken),
    )


def _is_known(line: Line, change: Change) -> bool:
    """Whether the network was asked about this input with this kind of change."""
    return line.response is not None and line.response.transform == change.transform and not line.stale


def _at(line: Line, name: str, change: Change) -> ComparedNetwork:
    response = line.response
    if response is None or response.transform != change.transform:
        return ComparedNetwork(name, line.color)
    probabilities, exact = probabilities_at(response, change.value)
    stale = line.stale or response.border != change.border
    if not exact and response.known.mean() < _LEAST_KNOWN:
        return ComparedNetwork(name, line.color, None, exact, stale, waiting=True)
    return ComparedNetwork(name, line.color, probabilities, exact, stale)


class PredictionsWiring(QObject):
    """Hands Prediction what kept networks say of the input that it is about: that of the newest look."""

    def __init__(self, window: MainWindow, rotation: LiveRotation, comparison: Comparison) -> None:
        super().__init__(window)
        self._window, self._session = window, window.session
        self._rotation, self._comparison = rotation, comparison
        self._made_of: tuple[object, ...] = ()
        self._session.inspection_changed.connect(self._follow)
        rotation.changed.connect(self._follow)
        window.visible.changed.connect(self._follow)

    def _follow(self, _: object = None) -> None:
        """Show what is new; while the hand is faster than looks at the input, there is nothing."""
        visible, inspection = self._window.visible, self._session.inspection
        if "prediction" not in visible:
            self._made_of = ()  # curves are large
            return
        state, are_renewed = self._rotation.state, "rotation" in visible
        made_of = (state.lines, state.hidden, inspection and inspection.prediction, are_renewed)
        if not self._made_of or any(map(is_not, made_of, self._made_of)):
            self._made_of = made_of
            self._window.prediction.set_compared(self._compared(state, are_renewed))

    def _compared(self, state: RotationState, are_renewed: bool) -> ComparedPredictions | None:
        """``are_renewed``: what is stale or missing will soon be there, because the curves are looked at."""
        opened, inspection, known = self._session.opened, self._session.inspection, self._session.prepared
        if opened is None or inspection is None or inspection.prediction is None or known is None:
            return None
        own, count = opened.network.classes, inspection.prediction.classes
        keys = [
            line.key
            for line in state.lines[1:]
            if line.key not in state.hidden
            and (are_renewed or _is_known(line, known.change))
            and self._has_classes(line, own, count)
        ]
        return compared_predictions(state.lines, keys, known.change)

    def _has_classes(self, line: Line, classes: tuple[str, ...], count: int) -> bool:
        """Whether a network can be asked and tells the same classes apart, as far as that is known."""
        network = self._comparison.network(line.key)
        if network is None or network.classes != classes or line.trouble:
            return False
        # Names alone do not tell: files may come without.
        return line.response is None or line.response.classes == class_names(classes, count)
