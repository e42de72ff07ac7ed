"""Each verdict, from figures made by hand."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from visualizer.experiments.rotation.findings import findings
from visualizer.experiments.rotation.look import Look
from visualizer.experiments.rotation.measures import epochs_to, paces
from visualizer.experiments.rotation.pictures import PICTURES
from visualizer.experiments.rotation.recipe import DataFacts
from visualizer.experiments.rotation.report import page
from visualizer.experiments.rotation.results import Results, RunFigures
from visualizer.experiments.rotation.settings import RotationSettings, plan_of
from visualizer.experiments.rotation.variants import BASELINE, NETWORKS
from visualizer.experiments.rotation.verdicts import Finding
from visualizer.rendering.charts.beside import Beside
from visualizer.rendering.charts.lines import Lines

CLASSES = tuple(str(number) for number in range(10))
ANGLES = (0.0, 90.0, 180.0, 270.0)
CURVE = (0.3, 0.5, 0.6, 0.7)


def run(name: str, seed: int, accuracy: float, share: float, curve: Sequence[float] = CURVE) -> RunFigures:
    """A network that is right at so many angles, the same for all of 400 images, of 10,000 tested."""
    shares = np.tile((max(share - 0.1, 0.0), min(share + 0.1, 1.0)), 200)
    at = (share,) * 4
    look = Look(accuracy, 10_000, ANGLES, at, at, at, at, at, tuple(shares.tolist()), (0,) * 400)
    return RunFigures(
        name,
        seed,
        replace(look, loss=tuple(1 - value for value in curve), validation=tuple(curve), seconds=1.0),
    )


def results(
    accuracies: Mapping[str, Sequence[float]],
    shares: Mapping[str, float] | None = None,
    curves: Mapping[str, Sequence[float]] | None = None,
    transplanted: float | None = None,
) -> Results:
    """Of every network one run for each accuracy; of the rotation networks transplants, all with one accuracy."""
    count = max(map(len, accuracies.values()))
    seeds = tuple(range(count))
    runs = [
        run(name, seed, each[seed], (shares or {}).get(name, 0.4), (curves or {}).get(name, CURVE))
        for name, each in accuracies.items()
        for seed in seeds[: len(each)]
    ]
    transplants = [
        run(row.name, seed, transplanted, 0.2, ())
        for row in NETWORKS.values()
        for seed in seeds
        if row.takes_weights and transplanted is not None
    ]
    plan = plan_of(RotationSettings(Path("out"), seeds=seeds), "cpu")
    data = DataFacts("shapes", CLASSES, 2_000, 10_000, 10_000, "test", False)
    return Results(plan, data, "CPU", tuple(runs), tuple(transplants))


def every(accuracy: float, **others: Sequence[float]) -> dict[str, Sequence[float]]:
    return {**dict.fromkeys(NETWORKS, (accuracy,)), **others}


def finding(of: Results, key: str) -> Finding:
    return {found.key: found for found in findings(of)}[key]


def test_rotation_everywhere_costs_accuracy() -> None:
    assert finding(results(every(0.7, **{"4_rot_4": (0.6,), "8_rot_4": (0.5,)})), "a").verdict == "shown"
    assert finding(results(every(0.7, **{"4_rot_4": (0.6,), "8_rot_4": (0.8,)})), "a").verdict == "not shown"
    found = finding(results(every(0.7, **{"4_rot_4": (0.6,), "8_rot_4": (0.699,)})), "a")
    assert found.verdict == "undecided"
    first, second = found.comparisons
    assert (first.name, first.verdict, second.verdict) == ("4_rot_4", "shown", "undecided")
    assert first.difference == pytest.approx(-0.1)
    # Of one seed the binomial standard errors of both.
    error = math.sqrt(0.7 * 0.3 / 10_000 + 0.6 * 0.4 / 10_000)
    assert first.spread == pytest.approx(1.96 * error)


def test_several_seeds_are_judged_by_their_spread() -> None:
    base = {BASELINE: (0.70, 0.72, 0.74), "4_rot_4": (0.60, 0.70, 0.80), "8_rot_4": (0.60, 0.61, 0.62)}
    found = finding(results(base), "a")
    assert [part.verdict for part in found.comparisons] == ["undecided", "shown"]
    assert found.comparisons[0].spread == pytest.approx(math.hypot(0.02, 0.1))
    assert found.comparisons[1].difference == pytest.approx(0.61 - 0.72)


@pytest.mark.parametrize(
    ("first", "second", "verdict"),
    [
        ((0.70, 0.701), (0.72, 0.721), "shown"),
        ((0.695, 0.696), (0.72, 0.721), "shown"),  # less than a point
        ((0.60, 0.601), (0.72, 0.721), "not shown"),
        ((0.60, 0.80), (0.72, 0.721), "undecided"),
    ],
)
def test_rotation_in_the_last_layer_costs_nothing(
    first: Sequence[float], second: Sequence[float], verdict: str
) -> None:
    made = results({BASELINE: (0.70, 0.701), "4_rot_1": first, "8_rot_1": second})
    assert finding(made, "b").verdict == verdict


def test_who_has_learnt_nothing_is_no_witness() -> None:
    made = results(every(0.7, **{"8_rot_4": (0.104,)}), {"8_rot_4": 0.1})
    for key in ("a", "c"):
        parts = {part.name: part for part in finding(made, key).comparisons}
        assert parts["8_rot_4"].verdict == "undecided"
        assert parts["8_rot_4"].more == "8_rot_4 does no better than guessing"
    parts = {part.name: part for part in finding(made, "c").comparisons}
    assert parts["4_rot_4"].more == "keeps 100 % of its accuracy at 0°, mini-vgg 100 %"
    base = results(every(0.7, **{BASELINE: (0.1,)}))
    assert {part.verdict for part in finding(base, "b").comparisons} == {"undecided"}


def test_every_variant_is_more_invariant() -> None:
    more = {name: 0.5 for name, row in NETWORKS.items() if row.rotations}
    assert finding(results(every(0.7), more), "c").verdict == "shown"
    assert finding(results(every(0.7), more), "c, concatenated").verdict == "shown"
    contradicted = finding(results(every(0.7), {**more, "4_rot_2": 0.3}), "c")
    assert contradicted.verdict == "not shown"
    assert "contradicted by 4_rot_2" in contradicted.sentence.lower()
    assert finding(results(every(0.7), {**more, "4_rot_2": 0.401}), "c").verdict == "undecided"


def test_transplants_fail_if_they_are_nearer_to_guessing() -> None:
    assert finding(results(every(0.7), transplanted=0.15), "d").verdict == "shown"
    assert finding(results(every(0.7), transplanted=0.6), "d").verdict == "not shown"
    assert finding(results(every(0.7), transplanted=0.4), "d").verdict == "undecided"
    guessing = finding(results(every(0.101), transplanted=0.1), "d")
    assert guessing.verdict == "undecided"
    assert "no better than guessing" in guessing.comparisons[0].more
    assert finding(results(every(0.7)), "d").verdict == "not tested"


FAST, SLOW = (0.6, 0.7, 0.7, 0.7), (0.1, 0.2, 0.4, 0.7)


@pytest.mark.parametrize(
    ("curves", "faster", "lost"),
    [
        ({"norm_conv": FAST, "norm_dense": FAST, "norm_conv_dense": CURVE}, "shown", "shown"),
        ({"norm_conv": FAST, "norm_dense": FAST, "norm_conv_dense": SLOW}, "shown", "shown"),
        ({"norm_conv": FAST, "norm_dense": FAST, "norm_conv_dense": FAST}, "shown", "not shown"),
        ({"norm_conv": FAST, "norm_dense": SLOW, "norm_conv_dense": CURVE}, "not shown", "shown"),
        ({"norm_conv": CURVE, "norm_dense": CURVE, "norm_conv_dense": CURVE}, "undecided", "undecided"),
        ({"norm_conv": SLOW, "norm_dense": SLOW, "norm_conv_dense": FAST}, "not shown", "undecided"),
    ],
)
def test_norms_converge_faster(curves: Mapping[str, Sequence[float]], faster: str, lost: str) -> None:
    made = results(every(0.7), curves=curves)
    assert (finding(made, "e").verdict, finding(made, "f").verdict) == (faster, lost)


def test_epochs_to_a_level_are_read_between_two_epochs() -> None:
    one = run("norm_conv", 0, 0.7, 0.4, (0.2, 0.4, 0.8))
    assert epochs_to(one, 0.5, 0.1) == pytest.approx(2.25)
    assert epochs_to(one, 0.15, 0.1) == pytest.approx(0.5)
    assert epochs_to(one, 0.9, 0.1) == math.inf
    assert epochs_to(one, 0.1, 0.11) == 0  # where guessing reaches it


def test_paces_are_compared_over_the_epochs_that_all_have() -> None:
    made = results(every(0.7), curves={"norm_conv": (0.5, 0.6), "norm_dense": (0.4, 0.5, 0.6, 0.9)})
    pace = paces(made, (BASELINE, "norm_conv", "norm_dense"))
    assert pace[BASELINE].area.value == pytest.approx(0.4)
    assert pace["norm_dense"].area.value == pytest.approx(0.45)
    # The lowest best accuracy is 0.6, so the common level is 0.54.
    assert pace[BASELINE].epochs.value == pytest.approx(2 + 0.04 / 0.1)


def test_what_was_not_trained_is_not_tested() -> None:
    made = results({BASELINE: (0.7,), "4_rot_4": (0.6,)})
    found = finding(made, "a")
    assert found.verdict == "undecided"
    assert "8_rot_4" in found.sentence
    assert {finding(made, key).verdict for key in ("b", "e", "f")} == {"not tested"}
    assert {found.verdict for found in findings(results({"8_rot_4": (0.6,)}))} == {"not tested"}


def contains(text: str, *parts: str) -> bool:
    return all(part in text for part in parts)


@pytest.mark.parametrize("seeds", [1, 3])
def test_the_page_says_what_its_spread_is(seeds: int) -> None:
    made = results({name: tuple(0.7 + 0.01 * seed for seed in range(seeds)) for name in NETWORKS})
    text = page(made, ())
    assert ("With one seed there is no spread" in text) == (seeds == 1)
    assert ("**One seed.**" in text) == (seeds == 1)
    assert ("standard deviations over 3 seeds" in text) == (seeds == 3)
    assert contains(text, "| mini-vgg (baseline) |", "| 8_rot_4_concat |", "## Findings in figures")
    assert ("71.0 ± 1.0" in text) == (seeds == 3)


def test_curves_of_all_groups_have_one_scale_and_come_round() -> None:
    made = results({BASELINE: (0.7,), "4_rot_1": (0.4,), "norm_conv": (0.9,)})
    chart = next(row for row in PICTURES if row.file == "rotation.png").make(made)
    assert isinstance(chart, Beside)
    plots = [part for part in chart.charts if isinstance(part, Lines)]
    assert len(plots) == 2
    assert len({part.y_limits for part in plots}) == 1
    for one in (series for part in plots for series in part.series):
        assert (one.x[0], one.x[-1]) == (0, 360)
        assert one.y[0] == one.y[-1]
