"""What a draft costs, in figures as people read them, beside those of the network that is open."""

from __future__ import annotations

from dataclasses import dataclass

from visualizer.networks.memory import BYTES_PER_VALUE, size_words
from visualizer.networks.planning import NetworkPlan
from visualizer.networks.spec import Path
from visualizer.ui.editor import BuildState
from visualizer.ui.numbers import THIN, integer, shape, short

WAITS = "waits"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: what it is, of the draft and of the open network as text and as a number, and a tool tip.

    ``amount`` and ``opened_amount`` are None where there is nothing to compare.
    """

    name: str
    text: str
    tip: str
    amount: float | None = None
    opened_text: str = ""
    opened_amount: float | None = None


@dataclass(frozen=True, slots=True)
class _Reading:
    """One figure of one network."""

    text: str
    amount: float | None
    exact: str


def figures(state: BuildState) -> tuple[Figure, ...]:
    """Every line of the summary, from top to bottom."""
    names = _readings(state.plan, state.batch)
    opened = _readings(state.opened, state.batch) if state.opened is not None else {}
    lines = []
    for name, (draft, meaning) in names.items():
        other = opened[name][0] if name in opened else None
        tip = f"{meaning} {state.spec.name}: {draft.exact}."
        if other is not None:
            tip += f" {state.opened_name}: {other.exact}."
        lines.append(
            Figure(
                name,
                draft.text,
                tip,
                draft.amount,
                other.text if other else "",
                other.amount if other else None,
            )
        )
    return tuple(lines)


def counted_up_to(plan: NetworkPlan) -> str:
    """The last layer that the totals contain, where a problem hides those behind it; "" where they are whole."""
    if all(row.output is not None for row in plan.rows if row.enabled and len(row.path) == 1):
        return ""
    last: Path = ()
    for row in plan.rows:
        inside_last = bool(last) and row.path[: len(last)] == last
        if row.output is not None and not inside_last:
            last = row.path
    return full_names(plan).get(last, "input")


def full_names(plan: NetworkPlan) -> dict[Path, str]:
    """The name of every row with those of its blocks, ``layer2.0.conv1``, by its path."""
    names: dict[Path, str] = {}
    for row in plan.rows:  # a block comes before its layers
        block = names.get(row.path[:-1])
        names[row.path] = f"{block}.{row.spec.name}" if block else row.spec.name
    return names


def _readings(plan: NetworkPlan, batch: int) -> dict[str, tuple[_Reading, str]]:
    """Each figure of a network with a sentence that says what it means."""
    values = batch * plan.values * BYTES_PER_VALUE
    return {
        "Parameters": (_count(plan.parameters), "Numbers that training changes."),
        "MACs per image": (_count(plan.macs), "Multiplications with an addition that one image takes."),
        "Weights": (_size(plan.parameters * BYTES_PER_VALUE), "The parameters as float32, as in a file."),
        "Activation memory": (
            _size(values),
            f"The input and what all layers give, as float32, for a batch of {integer(batch)}.",
        ),
        "Training memory": (
            _size(plan.training_bytes(batch)),
            f"A step of training on {integer(batch)} images with Adam: weights, gradients, two moments of "
            "each, activations.",
        ),
        "Receptive field (maps)": (
            _receptive_field(plan),
            "The square of the picture that one value of the last maps sees; what follows them sees all of it.",
        ),
        "Layers": (_layers(plan), "Rows of the network, without blocks that hold others."),
        "Output": (_output(plan), "What comes out for one image."),
    }


def _count(amount: int) -> _Reading:
    return _Reading(short(amount), amount, integer(amount))


def _size(amount: int) -> _Reading:
    return _Reading(size_words(amount).replace(" ", THIN), amount, f"{integer(amount)} bytes")


def _receptive_field(plan: NetworkPlan) -> _Reading:
    seen = [row for row in plan.rows if row.receptive_field and row.output and len(row.output) == 3]
    if not seen:
        return _Reading("–", None, "no map whose values see a part of the picture only")
    widest = max(seen, key=lambda row: row.receptive_field or 0)
    pixels = widest.receptive_field or 0
    return _Reading(f"{integer(pixels)}{THIN}px", pixels, f"{pixels}×{pixels} pixels at {widest.spec.name}")


def layer_count(plan: NetworkPlan) -> int:
    """How many layers there are, without those left out and blocks that hold others."""
    return sum(row.enabled and not row.spec.row.is_block for row in plan.rows)


def _layers(plan: NetworkPlan) -> _Reading:
    enabled = layer_count(plan)
    off = sum(not row.enabled and not row.spec.row.is_block for row in plan.rows)
    exact = f"{integer(enabled)} and {integer(off)} left out" if off else integer(enabled)
    return _Reading(integer(enabled), enabled, exact)


def _output(plan: NetworkPlan) -> _Reading:
    if plan.output is None:
        last = next((row for row in reversed(plan.rows) if row.enabled and len(row.path) == 1), None)
        if last is None or last.output is None:
            return _Reading(WAITS, None, "not known before every layer fits")
        return _Reading(shape(last.output), None, f"{shape(last.output)}, which does not match the classes")
    return _Reading(shape(plan.output), None, shape(plan.output))
