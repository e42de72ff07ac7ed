"""The anatomy of a step: the terms of every racer add up to the step that its real optimizer made."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from visualizer.errors import UserError
from visualizer.race import custom
from visualizer.race.anatomy import anatomy
from visualizer.race.config import Race, Racer
from visualizer.race.frames import StepAnatomy
from visualizer.race.racers import RACERS
from visualizer.race.run import RaceRun
from visualizer.race.surface import Surface, Window

BEALE = "(1.5 - x + x*y)^2 + (2.25 - x + x*y^2)^2 + (2.625 - x + x*y^3)^2"
ROSENBROCK = "(1 - x)^2 + 100*(y - x^2)^2"
WINDOW = Window(-4.5, 4.5, -4.5, 4.5)
SMALL = {"sgd": 0.001, "momentum": 0.001, "nesterov": 0.001, "asgd": 0.001, "rmsprop": 0.01, "radam": 0.002}

Values = Mapping[str, np.ndarray]


def make_race(
    racer: Racer, formula: str = BEALE, start: tuple[float, float] = (1.0, 1.5), **how: object
) -> Race:
    race = Race(Surface("", "Test", formula, WINDOW, start), start, (racer,), steps=20)
    return replace(race, **how)


def make_racer(name: str, *settings: tuple[str, float], **how: object) -> Racer:
    rate = SMALL.get(name, RACERS[name].learning_rate)
    return replace(Racer(name, name, rate, settings), **how)


def values_of(found: StepAnatomy) -> Values:
    return {term.symbol: np.array(term.value) for term in found.terms}


def _moves(terms: Values) -> np.ndarray:
    total = terms.get("w", np.zeros(2)).copy()
    for subscript in "₁₂₃₄":
        if f"t{subscript}" in terms:
            total += terms[f"t{subscript}"] * terms[f"d{subscript}"]
    return total


# The last line of each anatomy, written down once more: the step from the terms.
STEPS: Mapping[str, Callable[[Values], np.ndarray]] = {
    "sgd": lambda t: -t["α"] * t["g"],
    "momentum": lambda t: -t["α"] * (t["ρv"] + t["g"]),
    "nesterov": lambda t: -t["α"] * t["u"],
    "adagrad": lambda t: -t.get("α′", t["α"]) * t["g"] / (np.sqrt(t["s"]) + 1e-10),
    "rmsprop": lambda t: -t["α"] * t["g"] / (np.sqrt(t["v"]) + 1e-8),
    "adam": lambda t: -t["α"] * (t["m"] / t["c₁"]) / (np.sqrt(t["v"] / t["c₂"]) + 1e-8),
    "nadam": lambda t: -t["α"] * (t["m̂"] + t["ĝ"]) / t["r"],
    "adamw": lambda t: -t["α"] * t["m̂"] / t["r"] - t["d"],
    "adadelta": lambda t: -t["α"] * t["g"] * np.sqrt(t["s"] + 1e-6) / np.sqrt(t["v"] + 1e-6),
    "radam": lambda t: -t["α"] * t["m̂"] * (t["q"] / t["r"] if "q" in t else 1.0),
    "adamax": lambda t: -t["α"] * t["m̂"] / t["u"],
    "rprop": lambda t: -t["e"] * t["s"],
    "asgd": lambda t: -t["η"] * (t["g"] + t["w"]),
    "lbfgs": _moves,
    "newton": lambda t: -t["α"] * t["n"],
}
VARIANTS = ("plain", "decay", "noise", "schedule", "all")
STEP_NUMBERS = (1, 2, 3, 7, 20)


def vary(name: str, variant: str) -> Race:
    settings: list[tuple[str, float]] = []
    fields = {field.name for field in RACERS[name].fields}
    if variant in ("decay", "all") and "weight_decay" in fields:
        settings.append(("weight_decay", 0.03))
    if variant in ("decay", "all") and "lr_decay" in fields:
        settings.append(("lr_decay", 0.1))
    schedule = {"schedule": "cosine", "all": "plateau"}.get(variant, "constant")
    racer = make_racer(name, *settings, schedule=schedule)
    return make_race(racer, noise=0.2 if variant in ("noise", "all") else 0.0)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", RACERS)
def test_the_terms_add_up_to_the_step_of_the_race(name: str, variant: str) -> None:
    race = vary(name, variant)
    row = RaceRun(race).advance().trajectories[0]
    for step in STEP_NUMBERS:
        found = anatomy(race, name, step)
        assert found.step == step
        assert found.title == RACERS[name].title
        np.testing.assert_array_equal(found.start, row.points[step - 1])
        np.testing.assert_array_equal(found.end, row.points[step])
        assert (found.loss_before, found.loss_after) == (row.losses[step - 1], row.losses[step])
        moved = row.points[step] - row.points[step - 1]
        last = found.terms[-1]
        assert last.symbol == "Δ"
        np.testing.assert_allclose(last.value, moved, rtol=0, atol=1e-15)
        scale = 1e-12 * max(1.0, float(np.abs(moved).max()))
        np.testing.assert_allclose(STEPS[name](values_of(found)), moved, rtol=1e-9, atol=scale)


@pytest.mark.parametrize("name", RACERS)
def test_the_gradient_that_is_used_comes_from_its_parts(name: str) -> None:
    race = vary(name, "all")
    row = RaceRun(race).advance().trajectories[0]
    for step in STEP_NUMBERS:
        terms = values_of(anatomy(race, name, step))
        np.testing.assert_array_equal(terms["∇f"], row.gradients[step - 1])
        # what was added comes back to the last digit of the gradient
        near = 1e-14 * max(1.0, float(np.abs(row.gradients[step - 1]).max()))
        np.testing.assert_allclose(terms["∇f"] + terms["ξ"], row.used[step - 1], rtol=0, atol=near)
        coupled = "weight_decay" in {field.name for field in RACERS[name].fields} and name != "adamw"
        pull = 0.03 * row.points[step - 1] if coupled else np.zeros(2)
        np.testing.assert_allclose(terms["g"], row.used[step - 1] + pull, rtol=1e-14, atol=near)


# --- by hand: science: optimizers ------------------------------------------------------------------


def gradient(point: np.ndarray) -> np.ndarray:
    x, y = point
    parts = [c - x + x * y**k for c, k in ((1.5, 1), (2.25, 2), (2.625, 3))]
    by_x = sum(2 * part * (y**k - 1) for part, k in zip(parts, (1, 2, 3), strict=True))
    by_y = sum(2 * part * k * x * y ** (k - 1) for part, k in zip(parts, (1, 2, 3), strict=True))
    return np.array([by_x, by_y])


def test_the_terms_of_adam_are_those_of_the_paper() -> None:
    racer = make_racer("adam", ("beta1", 0.8), ("beta2", 0.99), ("eps", 1e-6))
    race = make_race(racer, steps=50)
    point, m, v = np.array(race.start), np.zeros(2), np.zeros(2)
    for step in range(1, 51):
        g = gradient(point)
        m, v = 0.8 * m + 0.2 * g, 0.99 * v + 0.01 * g * g
        m_hat, v_hat = m / (1 - 0.8**step), v / (1 - 0.99**step)
        change = -0.1 * m_hat / (np.sqrt(v_hat) + 1e-6)
        terms = values_of(anatomy(race, "adam", step))
        expected = {"g": g, "m": m, "v": v, "m̂": m_hat, "v̂": v_hat, "Δ": change, "c₁": 1 - 0.8**step}
        for symbol, wanted in expected.items():
            np.testing.assert_allclose(terms[symbol], np.broadcast_to(wanted, 2), rtol=1e-10, atol=1e-12)
        point = point + change


@pytest.mark.parametrize("name", ["momentum", "nesterov"])
def test_the_terms_of_momentum_are_those_of_science(name: str) -> None:
    race = make_race(make_racer(name, ("momentum", 0.85)), steps=50)
    point, v = np.array(race.start), np.zeros(2)
    for step in range(1, 51):
        g = gradient(point)
        carried, v = 0.85 * v, 0.85 * v + g
        change = -0.001 * (g + 0.85 * v if name == "nesterov" else v)
        terms = values_of(anatomy(race, name, step))
        for symbol, wanted in {"g": g, "ρv": carried, "v": v, "Δ": change}.items():
            np.testing.assert_allclose(terms[symbol], wanted, rtol=1e-10, atol=1e-12)
        point = point + change


@pytest.mark.parametrize(("name", "decay"), [("adagrad", 0.0), ("rmsprop", 0.95)])
def test_the_squares_are_those_of_science(name: str, decay: float) -> None:
    settings = (("alpha", decay),) if name == "rmsprop" else ()
    race = make_race(make_racer(name, *settings), steps=50)
    point, squares, rate = np.array(race.start), np.zeros(2), race.racers[0].learning_rate
    for step in range(1, 51):
        g = gradient(point)
        squares = decay * squares + (1 - decay) * g * g if name == "rmsprop" else squares + g * g
        change = -rate * g / (np.sqrt(squares) + (1e-8 if name == "rmsprop" else 1e-10))
        terms = values_of(anatomy(race, name, step))
        np.testing.assert_allclose(terms["v" if name == "rmsprop" else "s"], squares, rtol=1e-10)
        np.testing.assert_allclose(terms["Δ"], change, rtol=1e-9, atol=1e-12)
        point = point + change


def test_rprop_waits_where_the_sign_has_changed() -> None:
    race = make_race(make_racer("rprop", learning_rate=0.5), "x^2 + 0.01*y^2", (0.3, 4.0))
    one, two = anatomy(race, "rprop", 1), anatomy(race, "rprop", 2)
    assert values_of(one)["c"].tolist() == [0, 0]
    assert one.end == pytest.approx((-0.2, 3.5))
    assert values_of(two)["c"].tolist() == [-1, 1]
    assert values_of(two)["η"].tolist() == pytest.approx([0.5, 1.2])
    assert values_of(two)["s"].tolist() == pytest.approx([0.25, 0.6])
    assert values_of(two)["e"].tolist() == [0, 1]
    assert two.end == pytest.approx((-0.2, 2.9))


def test_the_rate_falls_where_the_race_waits_on_a_plateau() -> None:
    racer = make_racer("sgd", schedule="plateau", schedule_settings=(("patience", 0),), learning_rate=0.3)
    race = make_race(racer, "abs(x) + abs(y)", (1.0, 1.0), steps=90)
    row = RaceRun(race).advance().trajectories[0]
    assert row.rates[80] < row.rates[0]
    for step in (90, 45, 81):
        found = anatomy(race, "sgd", step)
        assert values_of(found)["α"][0] == row.rates[step - 1]
        np.testing.assert_array_equal(found.end, row.points[step])


def test_newton_reaches_the_minimum_of_a_bowl_in_one_step() -> None:
    race = make_race(make_racer("newton"), "2*x^2 + x*y + y^2 - 3*x", (4.0, -3.0))
    found = anatomy(race, "newton", 1)
    terms = values_of(found)
    assert terms["∂ₓ∇f"].tolist() == [4, 1]
    assert terms["∂ᵧ∇f"].tolist() == [1, 2]
    np.testing.assert_allclose(terms["λ₁, λ₂"], (3 - math.sqrt(2), 3 + math.sqrt(2)))
    np.testing.assert_allclose(found.end, np.linalg.solve([[4, 1], [1, 2]], [3, 0]), atol=1e-12)


def test_newton_on_a_trough_takes_the_shortest_step() -> None:
    found = anatomy(make_race(make_racer("newton"), "(x + y)^2", (2.0, 1.0)), "newton", 1)
    np.testing.assert_allclose(values_of(found)["n"], (1.5, 1.5), atol=1e-12)
    np.testing.assert_allclose(found.end, (0.5, -0.5), atol=1e-12)


def test_lbfgs_tells_its_moves_and_evaluations() -> None:
    racer = make_racer("lbfgs", ("max_iter", 7))
    race = make_race(racer, ROSENBROCK, (-1.2, 1.0))
    row = RaceRun(race).advance().trajectories[0]
    first, second = anatomy(race, "lbfgs", 1), anatomy(race, "lbfgs", 2)
    np.testing.assert_allclose(values_of(first)["d₁"], -values_of(first)["g"])
    assert next(term.formula for term in second.terms if term.symbol == "d₁") != "−g"
    assert any(term.symbol == "w" for term in second.terms)
    assert values_of(second)["n"][0] == row.evaluations[2] - row.evaluations[1] > 1
    end = anatomy(race, "lbfgs", 20)
    assert end.start == end.end
    assert "stays" in end.remark


@pytest.mark.parametrize("search", ["none", "strong Wolfe"])
def test_lbfgs_adds_up_with_and_without_a_line_search(search: str) -> None:
    racer = make_racer("lbfgs", ("line_search", search), learning_rate=0.2)
    race = make_race(racer, "x^2 + 3*y^2 + x*y", (3.0, 2.0))
    for step in (1, 2, 5):
        found = anatomy(race, "lbfgs", step)
        np.testing.assert_allclose(_moves(values_of(found)), values_of(found)["Δ"], atol=1e-12)


# --- there and back, and where there is nothing ------------------------------------------------------


@pytest.mark.parametrize("name", ["adam", "lbfgs", "rprop", "asgd", "nadam"])
def test_steps_are_the_same_in_whatever_order_they_are_asked(name: str) -> None:
    race = replace(vary(name, "all"), steps=130)
    forward = {step: anatomy(race, name, step) for step in (1, 2, 63, 64, 65, 66, 129, 130)}
    for step in (65, 130, 64, 63, 66, 1, 2, 129):
        assert repr(anatomy(race, name, step)) == repr(forward[step])  # NaN equals NaN


def test_a_step_beyond_the_last_is_the_last() -> None:
    race = make_race(make_racer("sgd"))
    assert anatomy(race, "sgd", 1000).step == 20


def test_the_step_that_diverges_is_told_as_such() -> None:
    race = make_race(make_racer("sgd", learning_rate=1.0))
    row = RaceRun(race).advance().trajectories[0]
    found = anatomy(race, "sgd", 50)
    assert found.step < 50
    assert not np.isfinite(row.points[found.step]).all()
    assert "diverged" in found.remark
    assert np.isfinite(anatomy(race, "sgd", found.step - 1).end).all()


def test_where_no_step_can_be_made_a_sentence_says_so() -> None:
    with pytest.raises(UserError, match="choose another start"):
        anatomy(make_race(make_racer("adam"), "log(x)", (-1.0, 0.0)), "adam", 1)
    with pytest.raises(UserError, match="learning rate"):
        anatomy(make_race(make_racer("adam", learning_rate=-1.0)), "adam", 1)
    with pytest.raises(UserError, match="no racer"):
        anatomy(make_race(make_racer("adam")), "other", 1)


def test_racers_with_other_noise_have_steps_of_their_own() -> None:
    one = make_racer("sgd")
    race = replace(make_race(one, noise=0.5, same_noise=False), racers=(one, replace(one, key="sgd-2")))
    assert anatomy(race, "sgd", 3).end != anatomy(race, "sgd-2", 3).end
    same = replace(race, same_noise=True)
    assert anatomy(same, "sgd", 3).end == anatomy(same, "sgd-2", 3).end
    assert (anatomy(same, "sgd", 1).title, anatomy(same, "sgd-2", 1).title) == ("SGD", "SGD 2")


def test_a_class_of_the_users_shows_its_state_by_name() -> None:
    custom.consent("torch.optim:Adagrad")
    racer = Racer("own", "torch.optim:Adagrad", 0.5)
    race = replace(make_race(racer), racers=(racer, make_racer("adagrad")))
    mine, known = anatomy(race, "own", 5), anatomy(race, "adagrad", 5)
    np.testing.assert_allclose(mine.end, known.end, atol=1e-12)
    np.testing.assert_allclose(values_of(mine)["sum"], values_of(known)["s"])
    assert anatomy(race, "own", 2).step == 2  # back again


# --- words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RACERS)
def test_every_line_has_words_and_no_symbol_comes_twice(name: str) -> None:
    for variant in ("plain", "all"):
        found = anatomy(vary(name, variant), name, 2)
        symbols = [term.symbol for term in found.terms]
        assert len(set(symbols)) == len(symbols)
        assert all(term.words for term in found.terms)
        assert all(term.value[0] == term.value[1] for term in found.terms if term.scalar)
        assert found.remark.endswith(".")


def test_the_remark_sees_momentum_climb() -> None:
    """In x the ball rolls through the valley and up the other side."""
    race = make_race(make_racer("momentum", learning_rate=0.05), "x^2 + y^2", (2.0, 0.5), steps=30)
    remarks = [anatomy(race, "momentum", step) for step in range(1, 30)]
    assert remarks[0].remark.startswith("The step goes straight down the gradient; the loss falls")
    climbing = [found for found in remarks if found.remark.startswith("In x and y the step goes against")]
    assert climbing
    for found in climbing:
        g, moved = values_of(found)["g"], values_of(found)["Δ"]
        assert (g * moved > 0).all()
        assert "as v still points the other way; the loss rises" in found.remark


def test_the_effective_rate_of_descent_is_its_learning_rate() -> None:
    found = anatomy(make_race(make_racer("sgd"), noise=0.3), "sgd", 9)
    np.testing.assert_allclose(found.effective_rate, 0.001, rtol=1e-9)
    flat = anatomy(make_race(make_racer("sgd"), "x^2", (1.0, 2.0)), "sgd", 1)
    assert math.isnan(flat.effective_rate[1])
