"""The steps of SGD and its kin, and of the optimizers that scale by past gradients, term by term."""

from __future__ import annotations

import numpy as np
import torch

from visualizer.race.anatomy_terms import Lines, StepRecord, blend, change, number, opening, pair, rate


def sgd(of: StepRecord) -> Lines:
    """Gradient descent."""
    lines, _ = opening(of)
    return [*lines, rate(of), change(of, "−α·g")]


def momentum(of: StepRecord) -> Lines:
    """Polyak's heavy ball, as ``torch.optim.SGD`` has it: v ← ρ·v + g."""
    lines, velocity = _velocity(of)
    lines.append(pair("v", "new velocity", "ρv + g", velocity, "All past gradients, the older the weaker."))
    return [*lines, rate(of), change(of, "−α·v")]


def nesterov(of: StepRecord) -> Lines:
    """Nesterov's momentum, as ``torch.optim.SGD`` has it: a step along g + ρ·v."""
    lines, velocity = _velocity(of)
    lines.append(pair("v", "new velocity", "ρv + g", velocity, "All past gradients, the older the weaker."))
    _, used = opening(of)
    tip = "The step begins as if the velocity had already been followed once more, so that it brakes earlier."
    ahead = used + of.options["momentum"] * velocity
    lines.append(pair("u", "look ahead", f"g + {of.options['momentum']:g}·v", ahead, tip))
    return [*lines, rate(of), change(of, "−α·u")]


def _velocity(of: StepRecord) -> tuple[Lines, np.ndarray]:
    """The lines up to what is left of the velocity, and the new velocity."""
    lines, used = opening(of)
    share = float(of.options["momentum"])
    carried = share * of.kept("momentum_buffer")
    tip = "What the steps before have left; 0 in the first step."
    lines.append(pair("ρv", "velocity that is left", f"{share:g}·v", carried, tip))
    # Without momentum torch keeps no velocity.
    return lines, used if of.after.get("momentum_buffer") is None else of.now("momentum_buffer")


def adagrad(of: StepRecord) -> Lines:
    """Duchi, Hazan, Singer (2011)."""
    lines, _ = opening(of)
    total = of.now("sum")
    tip = "Only ever grows: the steps get shorter and shorter."
    lines.append(pair("s", "sum of squares", "s + g²", total, tip))
    lines.append(pair("r", "root of it", "√s + ε", np.sqrt(total) + of.options["eps"]))
    lines.append(rate(of))
    decay = float(of.options.get("lr_decay", 0.0))
    if not decay:
        return [*lines, change(of, "−α·g / r")]
    falling = of.rate / (1 + (of.step - 1) * decay)
    lines.append(number("α′", "falls with time", f"α / (1 + {decay:g}·(t − 1))", falling))
    return [*lines, change(of, "−α′·g / r")]


def rmsprop(of: StepRecord) -> Lines:
    """Tieleman and Hinton (2012)."""
    lines, _ = opening(of)
    memory = float(of.options["alpha"])
    mean = of.now("square_avg")
    tip = "Forgets old gradients, so that steps do not shrink to nothing. It begins at 0: the first are long."
    lines.append(pair("v", "mean of squares", blend(memory, "v", "g²"), mean, tip))
    lines.append(pair("r", "root of it", "√v + ε", np.sqrt(mean) + of.options["eps"]))
    return [*lines, rate(of), change(of, "−α·g / r")]


def adadelta(of: StepRecord) -> Lines:
    """Zeiler (2012)."""
    lines, used = opening(of)
    memory, eps = float(of.options["rho"]), float(of.options["eps"])
    squares, steps = of.now("square_avg"), of.kept("acc_delta")
    typical, recent = np.sqrt(squares + eps), np.sqrt(steps + eps)
    lines.append(pair("v", "mean of squares", blend(memory, "v", "g²"), squares))
    lines.append(pair("r", "typical gradient", "√(v + ε)", typical))
    tip = "Mean square of the steps so far, without α. It begins at 0: ε alone gets it going."
    lines.append(pair("s", "mean of squared steps", "", steps, tip))
    lines.append(pair("q", "typical step", "√(s + ε)", recent))
    lines.append(pair("u", "gradient in units of steps", "q·g / r", recent / typical * used))
    lines.append(pair("s′", "mean of squared steps, next", blend(memory, "s", "u²"), of.now("acc_delta")))
    return [*lines, rate(of), change(of, "−α·u")]


def rprop(of: StepRecord) -> Lines:
    """Riedmiller and Braun (1993), without a step back."""
    lines, used = opening(of, decays=False)
    down, up = (float(value) for value in of.options["etas"])
    least, most = (float(value) for value in of.options["step_sizes"])
    before = of.kept("prev")
    agrees = np.sign(used * before)
    tip = "1: the gradient has the sign of the last step's, −1: the other one, 0: there is none to compare."
    lines.append(pair("c", "same sign as before", "sign(g·g′)", agrees, tip))
    factors = np.where(agrees > 0, up, np.where(agrees < 0, down, 1.0))
    tip = f"{up:g} where the sign stayed; {down:g} where it changed, as the last step went too far."
    lines.append(pair("η", "factor for the step size", f"{up:g} or {down:g}, by c", factors, tip))
    tip = f"Begins at the learning rate, stays from {least:g} to {most:g}; how steep it is plays no role."
    lines.append(pair("s", "step size", "η·s", of.now("step_size"), tip))
    tip = "Where the sign changed the point waits for one step."
    lines.append(pair("e", "direction", "sign(g), 0 where c = −1", np.sign(of.now("prev")), tip))
    return [*lines, change(of, "−e·s")]


def asgd(of: StepRecord) -> Lines:
    """Polyak and Juditsky (1992), as ``torch.optim.ASGD`` has it."""
    lines, _ = opening(of)
    decay, power = float(of.options["lambd"]), float(of.options["alpha"])
    eta = float(of.before["eta"]) if "eta" in of.before else _first_eta(of)
    tip = f"α / (1 + {decay:g}·α·(t − 1))^{power:g}, with the α of the step before; torch keeps it in single precision."
    lines.append(rate(of))
    lines.append(number("η", "rate that falls with time", "", eta, tip))
    lines.append(pair("w", "decay", f"{decay:g}·θ", decay * of.start, "Pulls the point towards (0, 0)."))
    share = float(of.before.get("mu", 1.0))
    if share != 1.0:
        average = f"a + {share:.4g}·(θ − a)"
        lines.append(pair("a", "mean of the points so far", average, of.now("ax")))
    return [*lines, change(of, "−η·(g + w)")]


def _first_eta(of: StepRecord) -> float:
    """Before the first step torch sets η to the learning rate, in its default type."""
    return float(torch.tensor(of.rate))
