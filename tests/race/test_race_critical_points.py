import math
import time

import numpy as np
import pytest

from visualizer.race.critical_points import MOST, find
from visualizer.race.formula import parse
from visualizer.race.surface import Window
from visualizer.race.surfaces import SURFACES

SQUARE = Window(-2.0, 2.0, -2.0, 2.0)


def near(places, x, y, within=1e-6):
    return [place for place in places if math.dist(place.point, (x, y)) < within]


@pytest.mark.parametrize(
    "name", ["himmelblau", "beale", "six-hump-camel", "mccormick", "monkey-saddle", "hills", "fold"]
)
def test_the_table_is_found_again(name):
    row = SURFACES[name]
    minima, saddles = find(parse(row.formula), row.window)
    for found, known in ((minima, row.minima), (saddles, row.saddles)):
        assert len(found) == len(known)
        for place in known:
            assert len(near(found, *place.point)) == 1
        assert [place.loss for place in found] == pytest.approx(
            sorted(place.loss for place in known), abs=1e-7
        )


@pytest.mark.parametrize(
    ("formula", "minima", "saddles"),
    [
        ("x^4 + y^4", [(0, 0)], []),  # its Hessian is 0
        ("x^4 + y^2", [(0, 0)], []),
        ("x^3 - 3xy^2", [], [(0, 0)]),
        ("x^2 - y^2", [], [(0, 0)]),
        ("xy", [], [(0, 0)]),
        ("x^3 + y^2", [], []),  # a bend, neither
        ("-x^2 - y^2", [], []),  # a top
        ("|x| + |y - 1|", [(0, 1)], []),  # a cusp
        ("√(x² + 9(y + 0.5)²)", [(0, -0.5)], []),
        ("max(|x|, |y|)", [(0, 0)], []),
        ("x^2 + |y|", [(0, 0)], []),
        ("log(x)^2 + y^2", [(1, 0)], []),  # undefined on the left
        ("(x - 1)^2", [], []),  # a valley
        ("(x^2 + y^2 - 1)^2", [], []),  # a round valley
        ("|x^2 + y^2 - 1|", [], []),
        ("max(0, x^2 + y^2 - 1)", [], []),  # a plain
        ("floor(x) + y^2", [], []),
        ("x + y", [], []),
        ("3", [], []),
        ("1/x", [], []),  # a pole
        ("log(|x| + |y|)", [], []),
        ("10^10^10", [], []),
        ("√(−1 − x²)", [], []),
        ("x^1000", [], []),
        ("1e300(x² + y²)", [(0, 0)], []),
        ("1e-300(x² + y²)", None, None),
    ],
)
def test_what_is_found(formula, minima, saddles):
    start = time.perf_counter()
    found = find(parse(formula), SQUARE)
    assert time.perf_counter() - start < 5  # usually 0.2 s, on one busy core more
    if minima is not None:
        for places, points in zip(found, (minima, saddles), strict=True):
            assert [place.point for place in places] == points


def test_many_minima_are_cut_to_the_lowest():
    minima, saddles = find(parse("sin(x)sin(y) + 0.001x"), Window(-40, 40, -40, 40))
    assert len(minima) == MOST >= len(saddles)
    losses = [place.loss for place in minima]
    np.testing.assert_allclose(losses, np.sort(losses), atol=1e-9)
    assert losses[0] < -1.03
    assert len({place.point for place in minima}) == MOST


def test_places_have_round_numbers_where_they_can():
    (place,), _ = find(parse("(x - 0.1)² + (y − 1/3)² + 2"), SQUARE)
    assert place.x == 0.1
    assert place.y == pytest.approx(1 / 3, abs=1e-8)
    assert place.loss == pytest.approx(2, abs=1e-14)
    assert str(find(parse("(x + y)² + (x − y)²"), SQUARE)[0][0].x) == "0.0"
