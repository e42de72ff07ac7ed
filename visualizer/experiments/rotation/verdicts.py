"""What a comparison of two figures shows, and what several of them show together.

Two figures differ where their distance is larger than their spread. With several seeds that is the root of the sum
of the squares of their standard deviations over the seeds; one seed has none, so there it is what chance makes of
the number of images: 1.96 standard errors of the difference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from visualizer.experiments.rotation.measures import Estimate, together

Verdict = Literal["shown", "not shown", "undecided", "not tested"]
MARGIN = 0.01
"""A loss of accuracy that is none: one point of a hundred."""

_WORDS: dict[Verdict, str] = {
    "shown": "shown by",
    "not shown": "contradicted by",
    "undecided": "undecided for",
}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A network beside what it is compared with: both figures, how far they are apart, and what that shows."""

    name: str
    figure: float
    other: float
    difference: float
    spread: float
    verdict: Verdict
    more: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One expectation: ``figure`` says what is compared, ``other`` with what, ``sentence`` what came out."""

    key: str
    expected: str
    figure: str
    other: str
    verdict: Verdict
    sentence: str
    comparisons: tuple[Comparison, ...] = ()


def compare(
    name: str, own: Estimate, other: Estimate, judge: Callable[[float, float], Verdict], more: str = ""
) -> Comparison:
    """Two figures, judged by their ``judge(difference, spread)``; ``more`` is a remark."""
    difference, spread = own.value - other.value, together(own, other)
    return Comparison(name, own.value, other.value, difference, spread, judge(difference, spread), more)


def less(difference: float, spread: float) -> Verdict:
    """Shown where it is smaller by more than the spread."""
    return "shown" if difference < -spread else "not shown" if difference > spread else "undecided"


def more(difference: float, spread: float) -> Verdict:
    """Shown where it is larger by more than the spread."""
    return less(-difference, spread)


def no_less(difference: float, spread: float) -> Verdict:
    """Shown where even the bad end of the spread costs less than the margin."""
    if difference - spread >= -MARGIN:
        return "shown"
    return "not shown" if difference < -max(spread, MARGIN) else "undecided"


def undecided(difference: float, spread: float) -> Verdict:
    """Of figures that cannot tell."""
    return "undecided"


def combine(
    key: str,
    expected: str,
    figure: str,
    other: str,
    compared: Sequence[Comparison],
    wanted: Iterable[str],
) -> Finding:
    """Shown where all networks show it, not shown where one contradicts it, undecided otherwise."""
    missing = [name for name in wanted if name not in {part.name for part in compared}]
    if not compared:
        sentence = "The networks that it is about, or the baseline, were not trained or failed."
        return Finding(key, expected, figure, other, "not tested", sentence)
    counts = {verdict: [part.name for part in compared if part.verdict == verdict] for verdict in _WORDS}
    verdict: Verdict = "undecided"
    if counts["not shown"]:
        verdict = "not shown"
    elif len(counts["shown"]) == len(compared) and not missing:
        verdict = "shown"
    parts = [f"{_WORDS[kind]} {_listed(names)}" for kind, names in counts.items() if names]
    sentence = f"{'; '.join(parts)[:1].upper()}{'; '.join(parts)[1:]}."
    if missing:
        sentence += f" Not trained, or failed: {_listed(missing)}."
    return Finding(key, expected, figure, other, verdict, sentence, tuple(compared))


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def points(value: float) -> str:
    """A difference of shares in points of a hundred, with its sign."""
    return "–" if math.isnan(value) else f"{100 * value:+.1f}".replace("-", "−")
