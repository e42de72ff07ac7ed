"""What is wrong with a draft, what is worth a note, and what is as it should be: one line each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from visualizer.networks.numbering import numbered_classes
from visualizer.networks.planning import NetworkPlan, RowPlan
from visualizer.networks.spec import Path
from visualizer.ui.build_figures import full_names
from visualizer.ui.build_state import LABELS, BuildState
from visualizer.ui.numbers import integer

MOST_LINES = 50  # of problems, and of notes


@dataclass(frozen=True, slots=True)
class Check:
    """One line; ``row`` is the row of the plan that it is about, None where it is about the network."""

    what: Literal["problem", "note", "ok"]
    name: str
    sentence: str
    row: RowPlan | None = None

    @property
    def identity(self) -> int | None:
        """The layer that it is about."""
        return None if self.row is None else self.row.spec.identity


def checks(state: BuildState) -> tuple[Check, ...]:
    """Every line: problems, notes, good news; none for a network without layers."""
    if not state.spec.layers:
        return ()
    names = full_names(state.plan)
    return *_problems(state.plan, names), *_notes(state.plan, names), *_good_news(state, names)


def _problems(plan: NetworkPlan, names: dict[Path, str]) -> list[Check]:
    found = [Check("problem", "network", plan.problem)] if plan.problem else []
    waiting = sum(row.waits and not row.spec.row.is_block for row in plan.rows)
    rows = [row for row in plan.rows if row.problem]
    for row in rows[:MOST_LINES]:
        sentence = row.problem
        if waiting and row.output is None:  # said once, of the first that stands in the way
            layers = "1 layer below waits" if waiting == 1 else f"{integer(waiting)} layers below wait"
            sentence, waiting = f"{sentence} {layers}.", 0
        found.append(Check("problem", names[row.path], sentence, row))
    if len(rows) > MOST_LINES:
        found.append(Check("problem", "", f"{integer(len(rows) - MOST_LINES)} more layers have problems."))
    return found


def _notes(plan: NetworkPlan, names: dict[Path, str]) -> list[Check]:
    rows = [row for row in plan.rows if row.note and not row.problem]
    found = [Check("note", names[row.path], row.note, row) for row in rows[:MOST_LINES]]
    if len(rows) > MOST_LINES:
        found.append(Check("note", "", f"{integer(len(rows) - MOST_LINES)} more layers have notes."))
    return found


def _good_news(state: BuildState, names: dict[Path, str]) -> list[Check]:
    plan, classes = state.plan, state.spec.classes
    if plan.problems:
        return []
    count = sum(row.enabled and not row.spec.row.is_block for row in plan.rows)
    found = [Check("ok", "network", "The layer fits." if count == 1 else f"All {integer(count)} layers fit.")]
    if classes and plan.output == (len(classes),):
        last = _last_with_outputs(plan, len(classes))
        sentence = f"{integer(len(classes))} outputs match the {_classes_words(classes)}."
        found.append(Check("ok", names[last.path], sentence, last))
    return found


def _last_with_outputs(plan: NetworkPlan, outputs: int) -> RowPlan:
    """The row that decides about the number of outputs; the last one where none does."""
    enabled = [row for row in plan.rows if row.enabled]
    deciding = (row for row in reversed(enabled) if row.output == (outputs,) and row.spec.row.outputs)
    return next(deciding, enabled[-1])


def _classes_words(classes: tuple[str, ...]) -> str:
    count = integer(len(classes))
    for name, labels in LABELS.items():
        if classes == labels:
            return f"{count} classes of {name}"
    return f"{count} numbered classes" if classes == numbered_classes(len(classes)) else f"{count} classes"
