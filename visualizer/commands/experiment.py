"""``main.py experiment``: trains and measures what an experiment compares, and writes its report."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Mapping
from typing import Any

from visualizer.commands.progress import Report, shown_progress
from visualizer.commands.tables import Column, draw, one_line
from visualizer.data.datasets.request import NotHere
from visualizer.errors import UserError
from visualizer.experiments import rotation
from visualizer.experiments.table import EXPERIMENTS
from visualizer.networks.naming import shown

_COLUMNS = (Column("finding", widest=20), Column("verdict"), Column("expected", widest=150))


def experiment(name: str, given: Mapping[str, Any]) -> int:
    """Run the experiment ``name`` with what is ``given`` of its settings; prints its findings and the report's path.

    Returns the exit status. Raises ``UserError`` for an unknown name, and as ``rotation.run`` does.
    """
    if name not in EXPERIMENTS:
        near = difflib.get_close_matches(name, EXPERIMENTS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there is {', '.join(EXPERIMENTS)}"
        raise UserError(f"there is no experiment '{shown(name)}'; {hint}")
    try:
        with shown_progress() as report:
            outcome = _run(rotation.RotationSettings(**given), report)
    except KeyboardInterrupt:
        print("Stopped: the same command goes on from here.", file=sys.stderr)
        raise
    for what, sentence in outcome.failures:
        print(f"note: {one_line(what)} failed: {one_line(sentence)}", file=sys.stderr)
    rows = [(finding.key, finding.verdict, finding.expected) for finding in outcome.findings]
    print("\n".join(draw(_COLUMNS, rows)))
    print(outcome.report)
    return 0


def _run(settings: rotation.RotationSettings, report: Report) -> rotation.Outcome:
    """As ``rotation.run``; the sentence for data that is not there names the arguments that mend it."""
    try:
        return rotation.run(settings, report)
    except NotHere as error:
        raise NotHere(f"{str(error).removesuffix('.')} (--download, --data-folder)") from None
