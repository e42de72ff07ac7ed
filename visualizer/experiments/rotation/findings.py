"""What was expected of the networks, and whether the figures of this experiment show it.

Two figures differ where their distance is larger than their spread. With several seeds that is the root of the sum
of the squares of their standard deviations over the seeds; one seed has none, so there it is what chance makes of
the number of images: 1.96 standard errors of the difference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from visualizer.experiments.rotation import measures
from visualizer.experiments.rotation.measures import Estimate
from visualizer.experiments.rotation.results import Results, RunFigures
from visualizer.experiments.rotation.variants import BASELINE, NETWORKS, Variant

Verdict = Literal["shown", "not shown", "undecided", "not tested"]
MARGIN = 0.01
"""A loss of accuracy that is none: one point of a hundred."""

_ALL = 4  # convolutions
NORMS, BOTH = ("norm_conv", "norm_dense"), "norm_conv_dense"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A network beside what it is compared with: both figures, how far they are apart, and what that shows."""

    name: str
    figure: float
    other: float
    difference: float
    spread: float
    verdict: Verdict
    more: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One expectation: ``figure`` says what is compared, ``other`` with what, ``sentence`` what came out."""

    key: str
    expected: str
    figure: str
    other: str
    verdict: Verdict
    sentence: str
    comparisons: tuple[Comparison, ...] = ()


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
            _less,
        )
        yield _of_rotation(
            results,
            f"b{end}",
            f"A rotation convolution{how} in the last layer alone costs no accuracy "
            f"(less than {100 * MARGIN:g} point).",
            [row for row in networks if row.layers == 1],
            "accuracy",
            measures.accuracy,
            _no_less,
        )
        yield _of_rotation(
            results,
            f"c{end}",
            f"Every network with rotation convolutions{how} is more rotation-invariant than the baseline.",
            networks,
            "share of angles classified right, mean over images",
            measures.share,
            _more,
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
    remark: Callable[[Sequence[RunFigures]], str] = lambda runs: "",
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
        if _guesses(results, row.name) or _guesses(results, BASELINE):
            who = row.name if _guesses(results, row.name) else BASELINE
            compared.append(_compared(row.name, own, base, _undecided, f"{who} does no better than guessing"))
        else:
            compared.append(_compared(row.name, own, base, judge, remark(results.of(row.name))))
    wanted = [row.name for row in networks]
    return _combined(key, expected, figure, BASELINE, compared, wanted)


def _compared(
    name: str, own: Estimate, other: Estimate, judge: Callable[[float, float], Verdict], more: str = ""
) -> Comparison:
    difference, spread = own.value - other.value, measures.together(own, other)
    return Comparison(name, own.value, other.value, difference, spread, judge(difference, spread), more)


def _less(difference: float, spread: float) -> Verdict:
    return "shown" if difference < -spread else "not shown" if difference > spread else "undecided"


def _more(difference: float, spread: float) -> Verdict:
    return _less(-difference, spread)


def _no_less(difference: float, spread: float) -> Verdict:
    """Shown where even the bad end of the spread costs less than the margin."""
    if difference - spread >= -MARGIN:
        return "shown"
    return "not shown" if difference < -max(spread, MARGIN) else "undecided"


def _guesses(results: Results, name: str) -> bool:
    """Whether the accuracy of a network is within its spread of that of guessing, or below."""
    found = measures.over_seeds(results.of(name), measures.accuracy)
    return found is not None and found.value - found.spread <= results.data.chance


def _kept(runs: Sequence[RunFigures]) -> str:
    """How much of the accuracy at 0° is left over all angles: invariance without how good a network is."""
    upright = sum(float(run.right_at[0]) for run in runs)
    over_all = sum(float(run.shares.mean()) for run in runs)
    return f"keeps {100 * over_all / upright:.0f} % of its accuracy at 0°" if upright else ""


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
        verdict = _less(own.value - middle, spread)
        if _guesses(results, BASELINE):
            verdict, more = "undecided", "the baseline itself does no better than guessing"
        difference = own.value - base.value
        compared.append(Comparison(name, own.value, base.value, difference, spread, verdict, more))
    return _combined(
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
        comparison = _compared(name, own.area, base.area, _more, measures.epochs_words(own, base))
        contrary = comparison.verdict == "shown" and own.epochs.value >= base.epochs.value
        if contrary:  # the two measures of one thing say different things
            comparison = _compared(name, own.area, base.area, _undecided, measures.epochs_words(own, base))
        compared.append(comparison)
    return _combined(
        "e",
        "Normalised weights in the convolutions alone, and in the dense layers alone, "
        "each converge faster than the baseline.",
        "area under the validation curve (the mean accuracy over the epochs that all have)",
        BASELINE,
        compared,
        NORMS,
    )


def _undecided(difference: float, spread: float) -> Verdict:
    return "undecided"


def _of_both(results: Results, faster: Finding) -> Finding:
    """Whether normalised weights everywhere lose what they gain in one kind of layer."""
    pace = measures.paces(results, (BASELINE, *NORMS, BOTH))
    expected = "Normalised weights in both lose that gain."
    figure = "area under the validation curve"
    gainers = [part.name for part in faster.comparisons if part.verdict == "shown"]
    best = max((name for name in NORMS if name in pace), key=lambda name: pace[name].area.value, default="")
    if BOTH not in pace or BASELINE not in pace or not best:
        return _combined("f", expected, figure, best, [], (BOTH,))
    own, base = pace[BOTH], pace[BASELINE]
    compared = _compared(BOTH, own.area, pace[best].area, _less, measures.epochs_words(own, pace[best]))
    above = _more(own.area.value - base.area.value, measures.together(own.area, base.area)) == "shown"
    if not gainers:
        sentence = "Neither of the two alone is shown to converge faster, so there is no gain to lose."
        undecided = _compared(BOTH, own.area, pace[best].area, _undecided, compared.more)
        return Finding("f", expected, figure, best, "undecided", sentence, (undecided,))
    if above:
        sentence = "Both together still converge faster than the baseline."
        verdict: Verdict = "not shown"
    elif compared.verdict == "shown":
        sentence, verdict = (
            f"Both together converge more slowly than {best}, and no faster than the baseline.",
            "shown",
        )
    else:
        sentence, verdict = f"The distance to {best} is within the spread.", "undecided"
    shown = Comparison(
        BOTH, compared.figure, compared.other, compared.difference, compared.spread, verdict, compared.more
    )
    return Finding("f", expected, figure, best, verdict, sentence, (shown,))


# --- words -------------------------------------------------------------------------------------------------


def _combined(
    key: str,
    expected: str,
    figure: str,
    other: str,
    compared: Sequence[Comparison],
    wanted: Iterable[str],
) -> Finding:
    """Shown where all networks show it, not shown where one contradicts it, undecided otherwise."""
    missing = [name for name in wanted if name not in {part.name for part in compared}]
    if not compared:
        sentence = "The networks that it is about, or the baseline, were not trained or failed."
        return Finding(key, expected, figure, other, "not tested", sentence)
    counts = {verdict: [part.name for part in compared if part.verdict == verdict] for verdict in _WORDS}
    verdict: Verdict = "undecided"
    if counts["not shown"]:
        verdict = "not shown"
    elif len(counts["shown"]) == len(compared) and not missing:
        verdict = "shown"
    parts = [f"{_WORDS[kind]} {_listed(names)}" for kind, names in counts.items() if names]
    sentence = f"{'; '.join(parts)[:1].upper()}{'; '.join(parts)[1:]}."
    if missing:
        sentence += f" Not trained, or failed: {_listed(missing)}."
    return Finding(key, expected, figure, other, verdict, sentence, tuple(compared))


_WORDS: dict[Verdict, str] = {
    "shown": "shown by",
    "not shown": "contradicted by",
    "undecided": "undecided for",
}


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def points(value: float) -> str:
    """A difference of shares in points of a hundred, with its sign."""
    return "–" if math.isnan(value) else f"{100 * value:+.1f}".replace("-", "−")
