"""What the panels around the turning input show, as one frozen value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from visualizer.data.transforms import NOTHING, Change
from visualizer.probes.response.frames import DatasetResponse, Equivariance, Response
from visualizer.probes.response.study_figures import StudyFigures

OPEN = "open"
"""The key of the network that is open."""

COLORS = ("#009E73", "#E69F00", "#56B4E9", "#CC79A7", "#D55E00", "#0072B2", "#F0E442")
"""Of the open network and of those it is compared with (Okabe and Ito)."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One network in the plots: the open one, or one that was kept for comparison.

    ``moment`` says which of its weights ("step 480", "live", the name of a file), "" where that says nothing.
    ``color`` is as "#009E73".
    ``response`` is what is known for the input, ``studied`` for a data set; both may be of an input, a border or a step
    before while the newest is on its way: ``stale`` says so of the response. ``trouble`` is a sentence where this
    network cannot be asked, ``study_trouble`` one where it was not asked about the data set.
    """

    key: str
    name: str
    moment: str
    color: str
    response: Response | None = None
    studied: StudyFigures | None = None
    trouble: str = ""
    study_trouble: str = ""
    stale: bool = False

    @property
    def study(self) -> DatasetResponse | None:
        """What the network said of a data set, of which ``studied`` are the figures."""
        return self.studied.study if self.studied is not None else None


@dataclass(frozen=True, slots=True)
class Study:
    """How networks are asked over a data set: ``count`` images, one angle (or value) every ``step`` units."""

    data: str = "shapes"
    count: int = 1000
    step: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class RotationState:
    """All that is known. Parts that did not change are the same objects.

    ``change`` is what is done to the input now; ``step`` the distance of the values of the curve. ``lines`` begin with
    the open network (none is there before one is open); those whose keys are ``hidden`` are in no plot. ``wanted`` is
    the class whose curve is asked for, "" for the true one, or the prediction of the input as it is. ``moving``: the
    hand or playing moves the value. ``progress`` (0…1) is that of the curves on their way, None when they are there;
    the same for the study and the equivariance (``None`` with no study on its way). ``sentence`` says why there is no
    curve at all, "" otherwise. ``live``: a run goes on and renews the open network's curve.
    """

    change: Change = NOTHING
    step: float = 1.0
    lines: tuple[Line, ...] = ()
    input_name: str = ""
    wanted: str = ""
    hidden: frozenset[str] = frozenset()
    moving: bool = False
    playing: bool = False
    live: bool = False
    progress: float | None = None
    sentence: str = ""
    study: Study = field(default_factory=Study)
    study_progress: float | None = None
    study_words: str = ""  # "done 14:02, 41 s", "cancelled", or which network is asked just now
    equivariance: Equivariance | None = None
    equivariance_progress: float | None = None
    equivariance_sentence: str = ""


def line_names(lines: Sequence[Line]) -> list[str]:
    """The names of lines, each another one: with the moment where a name is there twice, else with a number."""
    names = [line.name for line in lines]
    made: list[str] = []
    for line in lines:
        name = f"{line.name}, {line.moment}" if line.moment and names.count(line.name) > 1 else line.name
        number, candidate = 1, name
        while candidate in made:
            number += 1
            candidate = f"{name} ({number})"
        made.append(candidate)
    return made


def shown_lines(state: RotationState) -> tuple[Line, ...]:
    """The lines that are not hidden, each with a name of its own; that of a line does not change as others hide."""
    named = zip(state.lines, line_names(state.lines), strict=True)
    return tuple(replace(line, name=name) for line, name in named if line.key not in state.hidden)
