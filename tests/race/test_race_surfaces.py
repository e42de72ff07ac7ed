import math

import numpy as np
import pytest
import torch
from scipy.stats import multivariate_normal

from visualizer.errors import UserError
from visualizer.race.critical_points import grid
from visualizer.race.derivatives import gradients, hessians
from visualizer.race.formula import parse
from visualizer.race.formula_text import pretty
from visualizer.race.lineup import new_race
from visualizer.race.racers import RACERS
from visualizer.race.run import RaceRun
from visualizer.race.surface_rates import RATES
from visualizer.race.surfaces import SURFACES, surface

sin, cos, exp, sqrt, pi, e = np.sin, np.cos, np.exp, np.sqrt, np.pi, np.e


def _styblinski(t):
    return (t**4 - 16 * t**2 + 5 * t) / 2


def _dip(x, y, depth, a, b):
    return depth * exp(-((x - a) ** 2 + (1.4 * y - b) ** 2) / 0.2)


def _trenches(x, y):
    points = np.stack([x, y], axis=-1)
    parts = [((-0.5, -0.8), 0.35), ((1, -0.5), 0.2), ((-1, 0.5), 0.2), ((-0.5, -0.8), 0.2)]
    return -sum(multivariate_normal(centre, sigma**2 * np.eye(2)).pdf(points) for centre, sigma in parts)


def _goldstein(x, y):
    near = 19 - 14 * x + 3 * x**2 - 14 * y + 6 * x * y + 3 * y**2
    far = 18 - 32 * x + 12 * x**2 + 48 * y - 36 * x * y + 27 * y**2
    return (1 + (x + y + 1) ** 2 * near) * (30 + (2 * x - 3 * y) ** 2 * far)


def _ripples(x, y):
    r = 10 * np.hypot(x, y) + 0.01
    return -sin(r) / r + 0.01 * r**2


# Written again for numpy from the literature, with the lowest loss and where it is.
KNOWN = {
    "bowl": (lambda x, y: x**2 + y**2, 0, [(0, 0)]),
    "ravine": (lambda x, y: 0.5 * x**2 + 25 * y**2, 0, [(0, 0)]),
    "tilted-ravine": (lambda x, y: (x + y) ** 2 / 4 + 12 * (x - y) ** 2, 0, [(0, 0)]),
    "elliptic-bowl": (
        lambda x, y: -exp(-((x / 2) ** 2 + 5 * (y / 2) ** 2)) + (x / 2) ** 2 + 0.5 * (y / 2) ** 2, -1, [(0, 0)],
    ),
    "quartic": (lambda x, y: x**4 + y**4, 0, [(0, 0)]),
    "matyas": (lambda x, y: 0.26 * (x**2 + y**2) - 0.48 * x * y, 0, [(0, 0)]),
    "booth": (lambda x, y: (x + 2 * y - 7) ** 2 + (2 * x + y - 5) ** 2, 0, [(1, 3)]),
    "rosenbrock": (lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2, 0, [(1, 1)]),
    "beale": (
        lambda x, y: sum((c - x + x * y**n) ** 2 for n, c in ((1, 1.5), (2, 2.25), (3, 2.625))), 0, [(3, 0.5)],
    ),
    "fold": (lambda x, y: np.abs(x) + 3 * np.abs(y), 0, [(0, 0)]),
    "saddle": (lambda x, y: x**2 - y**2 + y**4 / 4, -1, [(0, sqrt(2)), (0, -sqrt(2))]),
    "sine-saddle": (lambda x, y: sin(x) + y**2, -1, [(-pi / 2, 0)]),
    "monkey-saddle": (lambda x, y: x**3 - 3 * x * y**2 + 0.5 * (x**2 + y**2) ** 2, -0.84375, [(-1.5, 0)]),
    "plateau": (
        lambda x, y: 2 / (1 + exp(-5 * (x + 0.3 * y**2 - 1))) + 0.02 * (x + 2) ** 2 + 0.1 * y**2, None, [(-2, 0)],
    ),
    "local-minimum": (
        lambda x, y: _dip(x, y, -2, 1, 0) + _dip(x, y, -6, -1, 0) + x**2 + (1.4 * y) ** 2, -5.0323, [(-0.968, 0)],
    ),
    "hills": (
        lambda x, y: _dip(x, y, 2, 1, 0) + _dip(x, y, 6, -1, 0) + _dip(x, y, -2, 1, -1) + x**2 + (1.4 * y) ** 2,
        -0.1588, [(0.900, -0.653)],
    ),
    "ripples": (_ripples, None, [(0, 0)]),
    "gaussian-trenches": (_trenches, -5.278, [(-0.5, -0.8)]),
    "hills-and-dips": (
        lambda x, y: -sin(x**2) * cos(3 * y**2) * exp(-((x * y) ** 2)) - exp(-((x + y) ** 2)), None, [],
    ),
    "easom": (lambda x, y: -cos(x) * cos(y) * exp(-((x - pi) ** 2) - (y - pi) ** 2), -1, [(pi, pi)]),
    "himmelblau": (
        lambda x, y: (x * x + y - 11) ** 2 + (x + y * y - 7) ** 2, 0,
        [(3, 2), (-2.8051, 3.1313), (-3.7793, -3.2832), (3.5844, -1.8481)],
    ),
    "three-hump-camel": (lambda x, y: 2 * x**2 - 1.05 * x**4 + x**6 / 6 + x * y + y**2, 0, [(0, 0)]),
    "six-hump-camel": (
        lambda x, y: (4 - 2.1 * x**2 + x**4 / 3) * x**2 + x * y + (-4 + 4 * y**2) * y**2,
        -1.0316, [(0.0898, -0.7127), (-0.0898, 0.7127)],
    ),
    "goldstein-price": (_goldstein, 3, [(0, -1)]),
    "styblinski-tang": (lambda x, y: _styblinski(x) + _styblinski(y), -78.3323, [(-2.9035, -2.9035)]),
    "mccormick": (
        lambda x, y: sin(x + y) + (x - y) ** 2 - 1.5 * x + 2.5 * y + 1, -1.9132, [(-0.5472, -1.5472)],
    ),
    "crossing-waves": (lambda x, y: sin(x) * cos(y) + cos(np.hypot(x, y)) * sin(x * y), None, []),
    "bird": (
        lambda x, y: sin(x) * exp((1 - cos(y)) ** 2) + cos(y) * exp((1 - sin(x)) ** 2) + (x - y) ** 2,
        -106.7645, [(4.70104, 3.15294), (-1.58214, -3.13025)],
    ),
    "rastrigin": (
        lambda x, y: 20 + sum(t**2 - 10 * cos(2 * pi * t) for t in (x, y)), 0, [(0, 0)],
    ),
    "ackley": (
        lambda x, y: -20 * exp(-0.2 * sqrt((x**2 + y**2) / 2))
        - exp((cos(2 * pi * x) + cos(2 * pi * y)) / 2) + e + 20,
        0, [(0, 0)],
    ),
    "griewank": (lambda x, y: (x**2 + y**2) / 4000 - cos(x) * cos(y / sqrt(2)) + 1, 0, [(0, 0)]),
    "bohachevsky": (
        lambda x, y: x**2 + 2 * y**2 - 0.3 * cos(3 * pi * x) - 0.4 * cos(4 * pi * y) + 0.7, 0, [(0, 0)],
    ),
    "levy": (
        lambda x, y: sin(3 * pi * x) ** 2 + (x - 1) ** 2 * (1 + sin(3 * pi * y) ** 2)
        + (y - 1) ** 2 * (1 + sin(2 * pi * y) ** 2),
        0, [(1, 1)],
    ),
}  # fmt: skip


@pytest.fixture(params=SURFACES)
def row(request):
    return SURFACES[request.param]


def points_of(places):
    return torch.tensor([place.point for place in places], dtype=torch.float64).reshape(-1, 2).T


def test_there_are_enough_and_all_are_checked():
    assert len(SURFACES) >= 28
    assert set(KNOWN) == set(SURFACES) == set(RATES)
    assert all(name == row.name and not name.endswith("-noisy") for name, row in SURFACES.items())


def test_formulas_are_those_of_the_literature(row):
    points = grid(row.window, 37, 31).numpy()
    ours = parse(row.formula)(*torch.tensor(points)).numpy()
    theirs = KNOWN[row.name][0](*points)
    # the widths and depths of the trenches are written with four digits
    np.testing.assert_allclose(ours, theirs, rtol=3e-4 if row.name == "gaussian-trenches" else 1e-10, atol=1e-5
                               if row.name == "gaussian-trenches" else 1e-12)  # fmt: skip


def test_the_lowest_minimum_is_that_of_the_literature(row):
    _, lowest, places = KNOWN[row.name]
    losses = [place.loss for place in row.minima]
    if lowest is not None:
        assert min(losses) == pytest.approx(lowest, abs=2e-4)
    for x, y in places:
        near = [place for place in row.minima if math.dist(place.point, (x, y)) < 1e-3]
        assert len(near) == 1
        assert near[0].loss == pytest.approx(min(losses), abs=1e-6)


def test_minima_and_saddles_are_what_they_are_called(row):
    formula = parse(row.formula)
    places = [*row.minima, *row.saddles]
    assert all(place.point in row.window for place in places)
    assert len({place.point for place in places}) == len(places)
    losses, gradient, hessian = hessians(formula, points_of(places))
    np.testing.assert_allclose(losses, [place.loss for place in places], rtol=1e-8, atol=1e-8)
    size = min(row.window.width, row.window.height)
    angles = torch.arange(24, dtype=torch.float64) * (2 * math.pi / 24)
    for index, place in enumerate(places):
        low, high = torch.linalg.eigvalsh(hessian[index]).tolist()
        circle = points_of([place]) + 2e-3 * size * torch.stack([angles.cos(), angles.sin()])
        around = formula(circle[0], circle[1]).numpy()
        if place.kind == "minimum":
            assert (around > losses[index].item()).all(), place
        else:
            assert np.sum(np.diff(np.sign(np.append(around, around[0]) - losses[index].item())) != 0) >= 4, (
                place
            )
        if math.isfinite(row.gradient_tolerance) or place.loss > 1:  # but at the tip of a cone
            assert gradient[:, index].norm() < 1e-6 * max(1.0, abs(low), abs(high)), place
            assert low >= 0 if place.kind == "minimum" else low <= 0 <= high, place


def test_nothing_in_the_window_is_lower_than_the_lowest_minimum(row):
    points = grid(row.window, 240, 240)
    losses = parse(row.formula)(points[0], points[1])
    assert losses.isfinite().all()
    assert losses.min() >= min(place.loss for place in row.minima) - 1e-9


def test_the_start_is_a_slope_in_the_window(row):
    assert row.start in row.window
    loss, gradient = gradients(parse(row.formula), torch.tensor(row.start, dtype=torch.float64)[:, None])
    assert gradient.norm() > 1e-9
    assert loss > min(place.loss for place in row.minima) + 0.01


def test_learning_rates_work(row):
    """With its rate every racer ends lower than it began, and most surfaces have some that arrive."""
    assert set(row.rates) == set(RACERS) - {"lbfgs", "newton"}
    frame = RaceRun(new_race(row, tuple(row.rates))).advance()
    assert not frame.problems
    size = max(row.window.width, row.window.height)
    for trajectory in frame.trajectories:
        key = trajectory.racer.key
        assert np.isfinite(trajectory.losses).all(), key
        assert trajectory.states[0] == 0, key
        assert trajectory.losses[-1] < trajectory.losses[0], key
        assert np.abs(trajectory.points - row.window.centre).max() < size, key
    arrived = sum(np.median(trajectory.states[-10:]) == 1 for trajectory in frame.trajectories)
    assert arrived >= ({"ripples": 0, "fold": 1, "rosenbrock": 0}.get(row.name, 4))


def test_beale_is_worth_showing_to_a_class():
    names = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam")
    frame = RaceRun(new_race(surface("beale"), names)).advance()
    ends = {t.racer.key: np.linalg.norm(t.points[-1] - (3, 0.5)) for t in frame.trajectories}
    assert all(end < 0.6 for end in ends.values()), ends
    longer = {
        t.racer.key: np.linalg.norm(np.diff(t.points, axis=0), axis=1).sum() for t in frame.trajectories
    }
    assert longer["momentum"] > 1.3 * longer["sgd"]  # it overshoots
    first = {
        t.racer.key: int(np.argmax(t.losses < 0.01)) for t in frame.trajectories if t.losses.min() < 0.01
    }
    assert first["adam"] < first["adagrad"]
    middles = np.array([t.points[20] for t in frame.trajectories])
    apart = np.linalg.norm(middles[:, None] - middles[None], axis=-1) + 9 * np.eye(len(names))
    assert np.sort(apart.min(axis=1))[1:].min() > 0.03


def test_every_surface_has_a_noisy_version(row):
    noisy = surface(row.name + "-noisy")
    assert (noisy.name, noisy.formula, noisy.noise) == (row.name + "-noisy", row.formula, row.noise)
    assert noisy.noise > 0
    assert surface(row.name) is row


def test_titles_and_formulas_can_be_shown(row):
    assert pretty(row.formula) == row.formula
    assert row.title[0].isupper()
    assert row.remark
    assert len({each.title for each in SURFACES.values()}) == len(SURFACES)


@pytest.mark.parametrize(
    ("name", "words"),
    [("beal", "did you mean 'beale'"), ("", "choose one of"), ("x" * 10_000, "…"), ("-noisy", "no")],
)
def test_unknown_names_are_refused(name, words):
    with pytest.raises(UserError, match=words) as caught:
        surface(name)
    assert len(str(caught.value)) < 1000
