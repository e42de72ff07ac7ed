"""Profiles against the formula written out by hand."""

import math

import numpy as np
import pytest

from visualizer.errors import UserError
from visualizer.race.config import Race
from visualizer.race.profile import KINDS, profile, project
from visualizer.race.surface import Surface, Window

WINDOW = Window(-2.0, 2.0, -1.0, 3.0)


def race(formula: str) -> Race:
    return Race(Surface("", "", formula, WINDOW, (0.5, 2.0)), (0.5, 2.0), ())


ROSENBROCK = race("(1 − x)² + 100(y − x²)²")


def rosenbrock(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (1 - x) ** 2 + 100 * (y - x**2) ** 2


def test_along_an_axis_the_other_coordinate_is_held() -> None:
    along_x = profile(ROSENBROCK, "x", (0.5, 2.0))
    np.testing.assert_allclose(along_x.losses, rosenbrock(along_x.positions, 2.0))
    assert (along_x.title, along_x.axis) == ("f(x, 2)", "x")
    assert (along_x.positions[0], along_x.positions[-1]) == (-2, 2)
    along_y = profile(ROSENBROCK, "y", (-0.5, 2.0))
    np.testing.assert_allclose(along_y.losses, rosenbrock(-0.5, along_y.positions))
    assert (along_y.title, along_y.axis, along_y.kind) == ("f(\u22120.5, y)", "y", "y")


def test_along_the_gradient_the_loss_rises_as_steeply_as_it_is_long() -> None:
    found = profile(ROSENBROCK, "gradient", (0.5, 2.0))
    gradient = np.array((-2 * 0.5 - 400 * 0.5 * 1.75, 200 * 1.75))
    np.testing.assert_allclose(found.direction, gradient / np.hypot(*gradient))
    points = np.array(found.origin) + found.positions[:, None] * found.direction
    np.testing.assert_allclose(found.losses, rosenbrock(points[:, 0], points[:, 1]))
    inside = [tuple(point) in Window(-2.001, 2.001, -1.001, 3.001) for point in points]
    assert all(inside)
    assert found.positions[0] < 0 < found.positions[-1]
    slope = np.gradient(found.losses, found.positions)[np.abs(found.positions).argmin()]
    assert slope == pytest.approx(np.hypot(*gradient), rel=0.02)


def test_a_gradient_that_is_given_is_taken() -> None:
    found = profile(ROSENBROCK, "gradient", (0.5, 2.0), gradient=(3.0, 4.0))
    np.testing.assert_allclose(found.direction, (0.6, 0.8))


def test_without_a_gradient_the_line_goes_along_x() -> None:
    flat = profile(ROSENBROCK, "gradient", (1.0, 1.0))
    assert flat.direction == (1.0, 0.0)
    assert "the gradient at (1, 1) is 0" in flat.title
    lost = profile(ROSENBROCK, "gradient", (math.nan, math.nan))
    assert "is undefined" in lost.title
    assert np.isnan(lost.losses).all()


def test_far_outside_the_window_the_point_is_still_on_its_line() -> None:
    found = profile(ROSENBROCK, "gradient", (100.0, 50.0), gradient=(0.0, 1.0))
    assert found.positions[0] < 0 < found.positions[-1]


def test_the_lowest_over_y_is_the_bottom_of_the_valley() -> None:
    found = profile(ROSENBROCK, "lowest-over-y", (0.0, 0.0))
    reachable = found.positions**2 <= 3
    np.testing.assert_allclose(found.losses[reachable], (1 - found.positions[reachable]) ** 2, atol=1e-6)
    np.testing.assert_allclose(
        found.losses[~reachable], rosenbrock(found.positions[~reachable], 3.0), rtol=1e-9
    )


def test_the_lowest_over_x_finds_the_lower_of_two_valleys() -> None:
    found = profile(ROSENBROCK, "lowest-over-x", (0.0, 0.0))
    fine = np.linspace(-2, 2, 200_001)
    for index in range(0, len(found.positions), 40):
        assert found.losses[index] == pytest.approx(rosenbrock(fine, found.positions[index]).min(), abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("formula", ["7", "sqrt(x)", "log(−1 − y^2)", "1/x", "1e308*x*x*9", "1e-310*y"])
def test_hostile_formulas_have_profiles(kind: str, formula: str) -> None:
    found = profile(race(formula), kind, (0.5, 0.5))
    assert found.positions.shape == found.losses.shape
    assert np.isfinite(found.positions).all()
    assert not np.isinf(found.losses).any()
    if formula == "7":
        assert (found.losses == 7).all()
    if formula.startswith("log"):
        assert np.isnan(found.losses).all()


@pytest.mark.parametrize("kind", KINDS)
def test_points_of_the_line_are_projected_onto_themselves(kind: str) -> None:
    found = profile(ROSENBROCK, kind, (0.5, 2.0))
    points = np.array(found.origin) + found.positions[:, None] * found.direction
    np.testing.assert_allclose(project(found, points), found.positions, atol=1e-12)
    assert np.isnan(project(found, np.array((np.nan, np.nan))))


def test_racers_beside_the_line_are_projected_at_right_angles() -> None:
    found = profile(ROSENBROCK, "gradient", (0.5, 2.0), gradient=(3.0, 4.0))
    beside = np.array((0.5, 2.0)) + 2 * np.array((0.6, 0.8)) + 7 * np.array((-0.8, 0.6))
    assert project(found, beside[None])[0] == pytest.approx(2)


def test_an_unknown_kind_is_the_users_error() -> None:
    with pytest.raises(UserError, match="choose one of x, y, gradient"):
        profile(ROSENBROCK, "diagonal", (0.0, 0.0))
