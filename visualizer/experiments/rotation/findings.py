"""What was expected of the networks, and whether the figures of this experiment show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from visualizer.experiments.rotation import measures, verdicts
from visualizer.experiments.rotation.measures import Estimate
from visualizer.experiments.rotation.results import Results, RunFigures
from visualizer.experiments.rotation.variants import BASELINE, NETWORKS, Variant
from visualizer.experiments.rotation.verdicts import MARGIN, Comparison, Finding, Verdict

_ALL = 4  # convolutions
NORMS, BOTH = ("norm_conv", "norm_dense"), "norm_conv_dense"


def findings(results: Results) -> tuple[Finding, ...]:
    """All of them, whatever they say."""
    return tuple(_findings(results))


def _findings(results: Results) -> Iterator[Finding]:
    for concatenated in (False, True):
        end = ", concatenated" if concatenated else ""
        how = " with concatenated responses" if concatenated else ""
        networks = [row for row in NETWORKS.values() if row.rotations and row.concatenated == concatenated]
        yield _of_rotation(
            results,
            f"a{end}",
            f"Rotation convolutions{how} in every layer cost accuracy.",
            [row for row in networks if row.layers == _ALL],
            "accuracy",
            measures.accuracy,
            verdicts.less,
        )
        yield _of_rotation(
            results,
            f"b{end}",
            f"A rotation convolution{how} in the last layer alone costs no accuracy "
            f"(less than {100 * MARGIN:g} point).",
            [row for row in networks if row.layers == 1],
            "accuracy",
            measures.accuracy,
            verdicts.no_less,
        )
        yield _of_rotation(
            results,
            f"c{end}",
            f"Every network with rotation convolutions{how} is more rotation-invariant than the baseline.",
            networks,
            "share of angles classified right, mean over images",
            measures.share,
            verdicts.more,
            _kept,
        )
    yield _of_transplants(results)
    faster = _of_norms(results)
    yield faster
    yield _of_both(results, faster)


# --- of rotations ------------------------------------------------------------------------------------------


def _of_rotation(
    results: Results,
    key: str,
    expected: str,
    networks: Sequence[Variant],
    figure: str,
    measure: Callable[[RunFigures], Estimate],
    judge: Callable[[float, float], Verdict],
    remark: Callable[[Results, str], str] = lambda results, name: "",
) -> Finding:
    """A finding that compares each of some networks with the baseline.

    A network that has learnt nothing is no witness: it says the same of every image, turned or not.
    """
    base = measures.over_seeds(results.of(BASELINE), measure)
    compared = []
    for row in networks:
        own = measures.over_seeds(results.of(row.name), measure)
        if base is None or own is None:
            continue
        guessing = [name for name in (row.name, BASELINE) if _guesses(results, name)]
        if guessing:
            why = f"{guessing[0]} does no better than guessing"
            compared.append(verdicts.compare(row.name, own, base, verdicts.undecided, why))
        else:
            compared.append(verdicts.compare(row.name, own, base, judge, remark(results, row.name)))
    wanted = [row.name for row in networks]
    return verdicts.combine(key, expected, figure, BASELINE, compared, wanted)


def _guesses(results: Results, name: str) -> bool:
    """Whether the accuracy of a network is within its spread of that of guessing, or below."""
    found = measures.over_seeds(results.of(name), measures.accuracy)
    return found is not None and found.value - found.spread <= results.data.chance


def _kept(results: Results, name: str) -> str:
    """How much of the accuracy at 0° is left over all angles: invariance without how good a network is."""
    own, base = (_kept_by(results.of(which)) for which in (name, BASELINE))
    return f"keeps {own} of its accuracy at 0°, {BASELINE} {base}"


def _kept_by(runs: Sequence[RunFigures]) -> str:
    upright = sum(float(run.right_at[0]) for run in runs)
    over_all = sum(float(run.shares.mean()) for run in runs)
    return f"{100 * over_all / upright:.0f} %" if upright else "nothing"


def _of_transplants(results: Results) -> Finding:
    """Whether the baseline's weights fail where they are turned: nearer to guessing than to what they were."""
    chance = results.data.chance
    base = measures.over_seeds(results.of(BASELINE), measures.accuracy)
    compared = []
    wanted = [row.name for row in NETWORKS.values() if row.takes_weights]
    for name in wanted:
        own = measures.over_seeds(results.transplants_of(name), measures.accuracy)
        if base is None or own is None:
            continue
        middle = (base.value + chance) / 2
        spread = measures.together(own, Estimate(middle, base.spread / 2))
        more = f"half-way to guessing is {100 * middle:.1f} %"
        verdict = verdicts.less(own.value - middle, spread)
        if _guesses(results, BASELINE):
            verdict, more = "undecided", "the baseline itself does no better than guessing"
        difference = own.value - base.value
        compared.append(Comparison(name, own.value, base.value, difference, spread, verdict, more))
    return verdicts.combine(
        "d",
        "Rotation convolutions around weights that were trained without them fail: "
        f"the accuracy falls more than half-way to that of guessing ({100 * chance:.1f} %).",
        "accuracy with the weights of the baseline",
        BASELINE,
        compared,
        wanted,
    )


# --- of norms ----------------------------------------------------------------------------------------------


def _of_norms(results: Results) -> Finding:
    """Whether normalised weights of one kind of layer make training converge faster."""
    pace = measures.paces(results, (BASELINE, *NORMS, BOTH))
    compared = []
    base = pace.get(BASELINE)
    for name in NORMS:
        own = pace.get(name)
        if base is None or own is None:
            continue
        words = measures.epochs_words(own, base)
        comparison = verdicts.compare(name, own.area, base.area, verdicts.more, words)
        if comparison.verdict == "shown" and own.epochs.value >= base.epochs.value:
            # The two measures of one thing say different things.
            comparison = replace(comparison, verdict="undecided")
        compared.append(comparison)
    return verdicts.combine(
        "e",
        "Normalised weights in the convolutions alone, and in the dense layers alone, "
        "each converge faster than the baseline.",
        "area under the validation curve (the mean accuracy over the epochs that all have)",
        BASELINE,
        compared,
        NORMS,
    )


def _of_both(results: Results, faster: Finding) -> Finding:
    """Whether normalised weights everywhere lose what they gain in one kind of layer."""
    pace = measures.paces(results, (BASELINE, *NORMS, BOTH))
    expected = "Normalised weights in both lose that gain."
    figure = "area under the validation curve"
    best = max((name for name in NORMS if name in pace), key=lambda name: pace[name].area.value, default="")
    if BOTH not in pace or BASELINE not in pace or not best:
        return verdicts.combine("f", expected, figure, best, [], (BOTH,))
    own, base = pace[BOTH], pace[BASELINE]
    beside = verdicts.compare(
        BOTH, own.area, pace[best].area, verdicts.less, measures.epochs_words(own, pace[best])
    )
    above = verdicts.more(own.area.value - base.area.value, measures.together(own.area, base.area))
    verdict: Verdict = "undecided"
    sentence = f"The distance to {best} is within the spread."
    if not any(part.verdict == "shown" for part in faster.comparisons):
        sentence = "Neither of the two alone is shown to converge faster, so there is no gain to lose."
    elif above == "shown":
        sentence, verdict = "Both together still converge faster than the baseline.", "not shown"
    elif beside.verdict == "shown":
        sentence = f"Both together converge more slowly than {best}, and no faster than the baseline."
        verdict = "shown"
    return Finding("f", expected, figure, best, verdict, sentence, (replace(beside, verdict=verdict),))
