"""What the anatomy of a step is made from, and the lines that several optimizers share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from visualizer.race.frames import Numbers, Term

Lines = list[Term]


@dataclass(frozen=True, slots=True, eq=False)
class StepRecord:
    """One step of a real optimizer: what it got, what it kept before and after, where it went.

    ``start``, ``end``, ``gradient`` (exact) and ``used`` (with noise) are (2,). ``rate`` is the learning rate of the
    step, ``factor`` what the schedule ``schedule`` made of the racer's own. ``options`` are those that the optimizer
    computes with, ``before`` and ``after`` its state: arrays where torch keeps tensors. ``moves`` are the
    directions (2,) that L-BFGS went in this step, and how far; ``hessian`` (2, 2) is Newton's, as it was used.
    """

    step: int
    start: Numbers
    end: Numbers
    gradient: Numbers
    used: Numbers
    rate: float
    factor: float
    schedule: str
    options: Mapping[str, Any]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    evaluations: int = 1
    moves: tuple[tuple[float, Numbers], ...] = ()
    hessian: Numbers | None = None

    @property
    def change(self) -> Numbers:
        """The step itself (2,)."""
        return self.end - self.start

    def kept(self, name: str) -> Numbers:
        """A part (2,) of the state from before the step; 0 before the first one."""
        value = self.before.get(name)
        return np.zeros(2) if value is None else np.asarray(value, np.float64)

    def now(self, name: str) -> Numbers:
        """The same part after the step; 0 where the optimizer keeps none."""
        value = self.after.get(name)
        return np.zeros(2) if value is None else np.asarray(value, np.float64)


def pair(symbol: str, words: str, formula: str, values: Numbers | Sequence[float], tip: str = "") -> Term:
    """A line with a number for each coordinate."""
    return Term(symbol, words, formula, (float(values[0]), float(values[1])), tip=tip)


def number(symbol: str, words: str, formula: str, value: float, tip: str = "") -> Term:
    """A line with one number."""
    return Term(symbol, words, formula, (float(value), float(value)), True, tip)


def opening(of: StepRecord, *, decays: bool = True) -> tuple[Lines, Numbers]:
    """The lines from the gradient of the loss to the gradient g that is used, and g (2,).

    ``decays``: weight decay is a part of g, as everywhere but in AdamW.
    """
    decay = float(of.options.get("weight_decay", 0.0)) if decays else 0.0
    noise, pull = of.used - of.gradient, decay * of.start
    used = of.used + pull
    is_noisy = bool(noise.any())
    exact = "Which way the loss rises, and how steeply: computed exactly, by automatic differentiation."
    if not is_noisy and not decay:
        return [pair("g", "gradient of the loss", "∇f(x, y)", used, exact)], used
    lines = [pair("∇f", "gradient of the loss", "", of.gradient, exact)]
    parts = ["∇f"]
    if is_noisy:
        tip = "Stands for the chance in choosing a mini-batch: the optimizer never sees the exact gradient."
        lines.append(pair("ξ", "noise of this step", "", noise, tip))
        parts.append("ξ")
    if decay:
        tip = f"Pulls the point θ = (x, y) towards (0, 0), as if {decay / 2:g}·‖θ‖² were added to the loss."
        lines.append(pair("d", "weight decay", f"{decay:g}·θ", pull, tip))
        parts.append("d")
    lines.append(pair("g", "gradient that is used", " + ".join(parts), used))
    return lines, used


def blend(memory: float, old: str, new: str) -> str:
    """The formula of a running mean: "0.9·m + 0.1·g"."""
    return f"{memory:g}·{old} + {1 - memory:.6g}·{new}"


def rate(of: StepRecord) -> Term:
    """The line of the learning rate."""
    tip = "The setting of the racer, times what its schedule says for this step."
    if of.schedule == "constant":
        return number("α", "learning rate", "", of.rate, tip)
    own = of.rate / of.factor if of.factor else of.rate
    return number("α", "learning rate", f"{own:.4g} · {of.schedule}", of.rate, tip)


def change(of: StepRecord, formula: str, tip: str = "") -> Term:
    """The last line: the step."""
    return pair(
        "Δ", "the step", formula, of.change, tip or "What is added to the point: new point − old point."
    )
