"""Derivatives of formulas, and batches of points against points alone."""

import sys

import numpy as np
import pytest
import torch

from visualizer.race.derivatives import gradients, hessians
from visualizer.race.formula import parse
from visualizer.race.formula_functions import FUNCTIONS

EVERYTHING = [
    *[f"{name}({'xy' if row.arity == 1 else 'x, y²'})" for name, row in FUNCTIONS.items()],
    "x^y", "x^2.5", "x^0.5 y^-1.5", "2^x", "e^(xy)", "x^7/y^3", "x^-4", "x^70000", "1/x - 2/y",
    "sin(x)cosh(y)sinh(x)sigmoid(x+y)/hypot(x, y)", "(x² + y − 11)² + (x + y² − 7)²",
]  # fmt: skip


@pytest.mark.parametrize("text", EVERYTHING)
@pytest.mark.parametrize("count", [3, 8, 1000])
def test_a_point_alone_gives_the_same_bits(text, count):
    formula = parse(text)
    points = torch.tensor(np.random.default_rng(1).uniform(-4, 4, (2, count)))
    losses, slopes = gradients(formula, points)
    for index in range(0, count, max(1, count // 13)):
        loss, slope = gradients(formula, points[:, index : index + 1].clone())
        assert torch.equal(loss.nan_to_num(7.0), losses[index : index + 1].nan_to_num(7.0))
        assert torch.equal(slope.nan_to_num(7.0), slopes[:, index : index + 1].nan_to_num(7.0))


@pytest.mark.parametrize("text", EVERYTHING)
def test_derivatives_are_those_of_finite_differences(text):
    formula = parse(text)
    points = torch.tensor(np.random.default_rng(2).uniform(0.1, 0.9, (2, 50)))
    _, gradient, hessian = hessians(formula, points)
    h = 1e-6
    for axis in range(2):
        beside = torch.zeros(2, 1, dtype=torch.float64)
        beside[axis] = h
        (up, above), (down, below) = gradients(formula, points + beside), gradients(formula, points - beside)
        np.testing.assert_allclose(gradient[axis], (up - down) / (2 * h), rtol=2e-6, atol=1e-7)
        np.testing.assert_allclose(hessian[:, axis].T, (above - below) / (2 * h), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(hessian, hessian.transpose(1, 2), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("√(x² + y²)", (0, 0)),
        ("hypot(x, y)", (0, 0)),
        ("abs(x) + |y|", (0, 0)),
        ("exp(−√(x² + y²))", (0, 0)),
        ("x^1.5 + y^0.5", (0, 0)),
        ("0^x + x^2", (2, 1)),
        ("sigmoid(x)", (-800, 0)),
        ("sigmoid(−x)", (-800, 0)),
        ("5", (1, 2)),
        ("x^0", (0, 0)),
        ("x^0 + y^0", (0, 0)),
        ("floor(x) + sign(y)", (0.5, 0)),
    ],
)
def test_where_there_is_no_slope_it_is_0(text, point):
    losses, gradient = gradients(parse(text), torch.tensor(point, dtype=torch.float64)[:, None])
    assert losses.isfinite().all()
    if text != "0^x + x^2":
        assert gradient.flatten().tolist() == [0.0, 0.0]
    assert gradient.isfinite().all()


def test_shapes_are_those_of_both_coordinates():
    x, y = torch.ones(3, 1, dtype=torch.float64), torch.ones(1, 4, dtype=torch.float64)
    for text in ("x", "y", "7", "x + y", "sin(x)"):
        assert parse(text)(x, y).shape == (3, 4)
        assert parse(text)(x, y).dtype == torch.float64


def test_equal_parts_are_computed_once_and_others_not_mixed_up():
    assert len(parse("sin(x)^2 + cos(y)sin(x)^2")._lines) == 5
    product = parse("(x + y)(x + 1.0)(x + 0.0)")
    point = torch.tensor([3.0, 7.0], dtype=torch.float64)
    assert float(product(point[0], point[1])) == 10 * 4 * 3


@pytest.mark.parametrize("text", EVERYTHING)
def test_no_derivative_brings_in_the_compiler(text, monkeypatch):
    """Torch loads it for some second derivatives; that takes 6 s and needs what is not everywhere."""
    monkeypatch.setitem(sys.modules, "torch._dynamo", None)  # importing it fails
    points = torch.tensor([[0.3, 0.9], [0.5, 0.2]], dtype=torch.float64)
    hessians(parse(f"({text})² x + abs({text})"), points)
