"""The optimizers of a race against their formulas, written out with gradients by hand."""

import numpy as np
import pytest
import torch

from visualizer.race.config import Race, Racer
from visualizer.race.newton import Newton
from visualizer.race.run import RaceRun
from visualizer.race.surface import Surface, Window
from visualizer.race.surfaces import surface
from visualizer.training.stepping import take_step

STEPS = 50


def himmelblau(p):
    x, y = p
    a, b = x * x + y - 11, x + y * y - 7
    return np.array([4 * x * a + 2 * b, 2 * a + 4 * y * b])


def sgd(p, gradient, rate):
    while True:
        p = p - rate * gradient(p)
        yield p


def momentum(p, gradient, rate, rho=0.9):
    v = np.zeros(2)
    while True:
        v = rho * v + gradient(p)
        p = p - rate * v
        yield p


def nesterov(p, gradient, rate, rho=0.9):
    v = np.zeros(2)
    while True:
        g = gradient(p)
        v = rho * v + g
        p = p - rate * (g + rho * v)
        yield p


def adagrad(p, gradient, rate):
    total = np.zeros(2)
    while True:
        g = gradient(p)
        total = total + g * g
        p = p - rate * g / (np.sqrt(total) + 1e-10)
        yield p


def rmsprop(p, gradient, rate, alpha=0.99):
    mean = np.zeros(2)
    while True:
        g = gradient(p)
        mean = alpha * mean + (1 - alpha) * g * g
        p = p - rate * g / (np.sqrt(mean) + 1e-8)
        yield p


def adam(p, gradient, rate, beta1=0.9, beta2=0.999):
    m, v, t = np.zeros(2), np.zeros(2), 0
    while True:
        g, t = gradient(p), t + 1
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g
        p = p - rate * (m / (1 - beta1**t)) / (np.sqrt(v / (1 - beta2**t)) + 1e-8)
        yield p


@pytest.mark.parametrize(
    ("by_hand", "rate"),
    [(sgd, 0.005), (momentum, 0.002), (nesterov, 0.002), (adagrad, 0.5), (rmsprop, 0.05), (adam, 0.1)],
)
def test_fifty_steps(by_hand, rate):
    start = (-1.0, -2.0)
    race = Race(surface("himmelblau"), start, (Racer("one", by_hand.__name__, rate),), STEPS)
    row = RaceRun(race).advance().trajectories[0]
    way = by_hand(np.array(start), himmelblau, rate)
    expected = np.array([start, *(next(way) for _ in range(STEPS))])
    np.testing.assert_allclose(row.points, expected, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(row.gradients, [himmelblau(p) for p in expected], rtol=1e-8, atol=1e-8)
    np.testing.assert_array_equal(row.used, row.gradients[:-1])
    assert row.evaluations.tolist() == list(range(STEPS + 1))


def test_newton_needs_one_step_on_a_quadratic():
    ravine = Surface("", "", "0.5 (x^2 + 50 y^2) + 3 x y - x", Window(-5, 5, -5, 5), (4.0, -3.0))
    row = RaceRun(Race(ravine, ravine.start, (Racer("one", "newton", 1.0),), 2)).advance().trajectories[0]
    expected = np.linalg.solve([[1.0, 3.0], [3.0, 50.0]], [1.0, 0.0])
    np.testing.assert_allclose(row.points[1], expected, rtol=1e-12)
    assert row.evaluations.tolist() == [0, 3, 6]


def test_newton_solves_himmelblau_with_the_hessian_by_hand():
    start, expected = (4.0, 3.5), [(4.0, 3.5)]
    for _ in range(5):
        x, y = expected[-1]
        hessian = [[12 * x * x + 4 * y - 42, 4 * (x + y)], [4 * (x + y), 12 * y * y + 4 * x - 26]]
        expected.append(np.array([x, y]) - 0.7 * np.linalg.solve(hessian, himmelblau((x, y))))
    race = Race(surface("himmelblau"), start, (Racer("one", "newton", 0.7),), 5)
    row = RaceRun(race).advance().trajectories[0]
    np.testing.assert_allclose(row.points, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "hessian",
    [
        [[2.0, 0.0], [0.0, 0.0]],
        [[1.0, 2.0], [2.0, 4.0]],
        [[0.0, 0.0], [0.0, 0.0]],
        [[1e-200, 0.0], [0.0, 3e-200]],
        [[3e150, 1e150], [1e150, -2e150]],
        [[0.0, 1.0], [1.0, 0.0]],
    ],
)
def test_newton_takes_the_pseudo_inverse_of_a_singular_hessian(hessian):
    gradient = np.array([0.3, -0.7]) * max(1e-200, np.abs(hessian).max())
    (a, b), (_, c) = hessian
    points = torch.zeros(2, 3, dtype=torch.float64, requires_grad=True)
    optimizer = Newton([points], 0.5)
    points.grad = torch.tensor(gradient)[:, None].repeat(1, 3)

    def loss():
        return 0.5 * (a * points[0] ** 2 + 2 * b * points[0] * points[1] + c * points[1] ** 2)

    take_step(optimizer, loss)
    largest = np.abs(hessian).max() or 1.0
    expected = -0.5 * np.linalg.pinv(np.array(hessian) / largest) @ (gradient / largest)
    np.testing.assert_allclose(points.detach().numpy(), np.tile(expected[:, None], 3), rtol=1e-12, atol=1e-15)


def test_momentum_is_what_it_would_do_alone():
    """With no gradient any more, the next step of momentum is what it carries."""
    slope = Surface("", "", "x^2 + y", Window(-5, 5, -5, 5), (3.0, 0.0))
    race = Race(slope, slope.start, (Racer("m", "momentum", 0.05), Racer("s", "sgd", 0.05)), 30)
    carried, plain = RaceRun(race).advance().trajectories
    step = np.diff(carried.points, axis=0)
    alone = step + 0.05 * carried.used
    np.testing.assert_allclose(carried.momentum[:-1], alone, atol=1e-12)
    assert np.isnan(plain.momentum).all()


@pytest.mark.parametrize("name", ["adam", "adamax", "radam", "adamw"])
def test_the_carried_part_of_adams_kin(name):
    """The step less what a gradient of 0 in its place would have left of it, by running the last step again."""
    start, settings = (-1.0, -2.0), (("weight_decay", 0.0),)
    himmel = surface("himmelblau")
    race = Race(himmel, start, (Racer("one", name, 0.05, settings),), 40)
    row = RaceRun(race).advance().trajectories[0]
    difference = np.diff(row.points, axis=0)[-1] - row.momentum[-2]
    # what the new gradient adds points downhill, and is a tenth of a step at most
    assert (np.sign(difference) == -np.sign(row.used[-1])).all()
    assert np.abs(difference).max() < 0.05
    assert row.momentum[0].tolist() == [0.0, 0.0]
