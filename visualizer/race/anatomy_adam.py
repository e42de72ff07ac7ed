"""The steps of Adam and its kin, term by term."""

from __future__ import annotations

import numpy as np

from visualizer.race.anatomy_terms import Lines, StepRecord, blend, change, number, opening, pair, rate
from visualizer.race.frames import Numbers, Term

_RELIABLE = 5.0  # the length of memory from which RAdam trusts its mean of squares (Liu and others, 2020)


def adam(of: StepRecord) -> Lines:
    """Kingma and Ba (2015)."""
    lines, _ = opening(of)
    _first_moment(of, lines)
    _second_moment(of, lines)
    return [*lines, rate(of), change(of, "−α·m̂ / r")]


def adamw(of: StepRecord) -> Lines:
    """Loshchilov and Hutter (2019): the decay of weights is no part of the gradient."""
    lines, _ = opening(of, decays=False)
    _first_moment(of, lines)
    _second_moment(of, lines)
    lines.append(rate(of))
    decay = float(of.options["weight_decay"])
    if not decay:
        return [*lines, change(of, "−α·m̂ / r")]
    tip = "Pulls the point θ = (x, y) towards (0, 0) by the same share in each coordinate, however steep the loss."
    lines.append(pair("d", "weight decay", f"α·{decay:g}·θ", of.rate * decay * of.start, tip))
    return [*lines, change(of, "−α·m̂ / r − d")]


def nadam(of: StepRecord) -> Lines:
    """Dozat (2016): Adam that takes the momentum of the next step."""
    lines, used = opening(of)
    beta, psi = float(of.options["betas"][0]), float(of.options["momentum_decay"])
    mean = _mean(of, lines)
    here = beta * (1 - 0.5 * 0.96 ** (of.step * psi))
    ahead = beta * (1 - 0.5 * 0.96 ** ((of.step + 1) * psi))
    product = float(of.after["mu_product"])
    tip = f"{beta:g}·(1 − 0.96^({psi:g}·t) / 2): rises from half of β₁ to β₁ while the race goes on."
    lines.append(number("μ", "share of momentum", "", here, tip))
    lines.append(number("μ′", "the same for step t + 1", "", ahead))
    lines.append(number("Π", "product of all μ so far", "", product))
    lines.append(pair("m̂", "mean, one step ahead", "μ′·m / (1 − Π·μ′)", ahead * mean / (1 - product * ahead)))
    lines.append(pair("ĝ", "gradient, corrected", "(1 − μ)·g / (1 − Π)", (1 - here) * used / (1 - product)))
    _second_moment(of, lines)
    return [*lines, rate(of), change(of, "−α·(m̂ + ĝ) / r")]


def radam(of: StepRecord) -> Lines:
    """Liu and others (2020): Adam that waits until its mean of squares is reliable."""
    lines, _ = opening(of)
    _first_moment(of, lines)
    beta, eps = float(of.options["betas"][1]), float(of.options["eps"])
    squares, correction = of.now("exp_avg_sq"), 1 - beta**of.step
    longest = 2 / (1 - beta) - 1
    length = longest - 2 * of.step * beta**of.step / correction
    lines.append(_squares(beta, squares))
    lines.append(number("c₂", "bias correction", f"1 − {beta:g}ᵗ", correction))
    tip = f"How many gradients the mean of squares stands for; it grows to ρ∞ = {longest:g}."
    lines.append(number("ρ", "length of memory", "ρ∞ − 2t·(1 − c₂) / c₂", length, tip))
    if length <= _RELIABLE:
        tip = "The mean of squares stands for 5 gradients or fewer: it is left aside."
        return [*lines, rate(of), change(of, "−α·m̂, as ρ ≤ 5", tip)]
    share = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
    tip = "Shorter steps while the mean of squares stands for few: √((ρ − 4)(ρ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρ))."
    lines.append(number("q", "rectification, from ρ", "", share**0.5, tip))
    root = (np.sqrt(squares) + eps) / correction**0.5
    lines.append(pair("r", "root, bias corrected", "(√v + ε) / √c₂", root))
    return [*lines, rate(of), change(of, "−α·q·m̂ / r")]


def adamax(of: StepRecord) -> Lines:
    """Kingma and Ba (2015), section 7.1: the largest gradient in place of the mean of squares."""
    lines, _ = opening(of)
    _first_moment(of, lines)
    beta = float(of.options["betas"][1])
    tip = "The largest gradient in memory, which fades a little with each step."
    largest = of.now("exp_inf")
    lines.append(pair("u", "largest gradient of late", f"max({beta:g}·u, |g| + ε)", largest, tip))
    return [*lines, rate(of), change(of, "−α·m̂ / u")]


def _mean(of: StepRecord, lines: Lines) -> Numbers:
    """Add the line of the mean of gradients; returns it (2,)."""
    beta, mean = float(of.options["betas"][0]), of.now("exp_avg")
    tip = "All past gradients, the older the weaker: what zig-zags cancels, what agrees adds up."
    lines.append(pair("m", "mean of gradients", blend(beta, "m", "g"), mean, tip))
    return mean


def _first_moment(of: StepRecord, lines: Lines) -> None:
    """Add the lines of the mean of gradients and of its bias correction."""
    mean = _mean(of, lines)
    correction = 1 - float(of.options["betas"][0]) ** of.step
    tip = "The mean began at 0 and is too small by this factor; it goes to 1 with time."
    lines.append(number("c₁", "bias correction", f"1 − {of.options['betas'][0]:g}ᵗ", correction, tip))
    lines.append(pair("m̂", "mean, bias corrected", "m / c₁", mean / correction))


def _second_moment(of: StepRecord, lines: Lines) -> None:
    """Add the lines of the mean of squares, of its bias correction, and of its root."""
    beta, squares = float(of.options["betas"][1]), of.now("exp_avg_sq")
    correction = 1 - beta**of.step
    lines.append(_squares(beta, squares))
    tip = "The mean of squares began at 0 and is too small by this factor; it goes to 1 with time."
    lines.append(number("c₂", "bias correction", f"1 − {beta:g}ᵗ", correction, tip))
    lines.append(pair("v̂", "squares, bias corrected", "v / c₂", squares / correction))
    root = np.sqrt(squares / correction) + of.options["eps"]
    tip = "Steep coordinates get smaller steps, flat ones larger ones."
    lines.append(pair("r", "root of it", "√v̂ + ε", root, tip))


def _squares(beta: float, squares: Numbers) -> Term:
    tip = "How steep it has been of late in each coordinate, whatever the sign."
    return pair("v", "mean of squares", blend(beta, "v", "g²"), squares, tip)
