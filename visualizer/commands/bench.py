"""``main.py bench``: runs benchmarks and prints their figures."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from visualizer import preflight
from visualizer.atomic import replacing
from visualizer.benchmarks.figures import Benchmark, Figure
from visualizer.commands.tables import Column, draw
from visualizer.errors import UserError

BENCHMARKS = (
    Benchmark("startup", "visualizer.benchmarks.startup:measure", needs_window=True),
    Benchmark("capture", "visualizer.benchmarks.capture:measure"),
    Benchmark("rotation", "visualizer.benchmarks.rotation:measure"),
    Benchmark("rotate", "visualizer.benchmarks.rotate:measure"),
    Benchmark("planning", "visualizer.benchmarks.planning:measure"),
    Benchmark("train-loop", "visualizer.benchmarks.train_loop:measure"),
    Benchmark("watching", "visualizer.benchmarks.watching:measure"),
    Benchmark("record", "visualizer.benchmarks.recording:measure"),
    Benchmark("race", "visualizer.benchmarks.race:measure"),
    Benchmark("basins", "visualizer.benchmarks.basins:measure"),
    Benchmark("train-overhead", "visualizer.ui.training_benchmarks:overhead", needs_window=True),
    Benchmark("train-lag", "visualizer.ui.training_benchmarks:lag", needs_window=True),
    Benchmark("scrub", "visualizer.ui.training_benchmarks:scrub", needs_window=True),
    Benchmark("race-frame", "visualizer.ui.race_benchmarks:frame", needs_window=True),
    Benchmark("start-drag", "visualizer.ui.race.benchmarks:drag", needs_window=True),
    Benchmark("basins-stall", "visualizer.ui.race.benchmarks:basins_stall", needs_window=True),
    Benchmark("dial", "visualizer.ui.rotation.benchmarks:dial", needs_window=True),
    Benchmark("drop", "visualizer.ui.benchmarks:drop", needs_window=True),
    Benchmark("stall", "visualizer.ui.benchmarks:stall", needs_window=True),
    Benchmark("edit", "visualizer.ui.benchmarks:edit", needs_window=True),
    Benchmark("mosaic", "visualizer.ui.benchmarks:mosaic", needs_window=True),
    Benchmark("memory", "visualizer.ui.benchmarks:memory", needs_window=True),
)


def bench(names: Sequence[str], file: Path | None) -> int:
    """Run the benchmarks of those names, or all; print a table, write JSON; returns the exit status.

    Those that need the window are left out, with a sentence, where it cannot be had. Raises ``UserError``
    for an unknown name, and when ``file`` cannot be written.
    """
    known = [row.name for row in BENCHMARKS]
    if unknown := [name for name in names if name not in known]:
        raise UserError(f"There is no benchmark '{unknown[0]}': name some of {', '.join(known)}.")
    if file is not None and not file.absolute().parent.is_dir():  # before minutes of measuring
        raise UserError(f"The folder of '{file}' does not exist: create it first.")
    from visualizer.networks.machine import machine  # and with it torch, which is to be loaded before Qt

    described = machine()
    obstacle = _window_obstacle()
    figures: list[Figure] = []
    for row in BENCHMARKS:
        if names and row.name not in names:
            continue
        if row.needs_window and obstacle:
            print(f"note: {row.name} is left out: {obstacle}", file=sys.stderr)
            continue
        print(f"measuring {row.name} …", file=sys.stderr)
        figures += row.measure()
    print("\n".join(f"{key}: {'–' if value is None else value}" for key, value in described.items()))
    print()
    print("\n".join(as_table(figures)))
    if file is not None:
        _write(file, as_document(described, figures))
    return 0


def as_table(figures: Sequence[Figure]) -> list[str]:
    """The lines of a table of figures."""
    columns = (
        Column("figure", widest=80),
        Column("value", numbers=True),
        Column("goal", numbers=True),
        Column("holds"),
    )
    rows = [
        (
            row.name,
            f"{row.value:.3g} {row.unit}",
            f"{'≥' if row.at_least else '≤'} {row.goal:g} {row.unit}",
            "yes" if row.holds else "NO",
        )
        for row in figures
    ]
    return list(draw(columns, rows))


def as_document(described: dict[str, str | int | None], figures: Sequence[Figure]) -> dict[str, Any]:
    """The JSON of the computer and the figures measured on it."""
    rows = [
        {"name": row.name, "value": row.value, "unit": row.unit, "goal": row.goal, "holds": row.holds}
        for row in figures
    ]
    return {"machine": described, "figures": rows}


def _window_obstacle() -> str:
    """Why there can be no window here, "" where there can; without a display it is drawn offscreen."""
    if find_spec("PySide6") is None:
        return "it needs the window, and PySide6 is not installed"
    offscreen = not preflight.has_display()
    if offscreen:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"  # Qt reads it when it starts
    return next((problem.sentence for problem in preflight.problems(offscreen) if problem.fatal), "")


def _write(file: Path, document: dict[str, Any]) -> None:
    """Write all of ``document`` or nothing."""
    try:
        with replacing(file) as part:
            part.write_text(json.dumps(document, indent=2, allow_nan=False), encoding="utf-8")
    except OSError:
        raise UserError(f"'{file}' cannot be written: choose another folder or free some space.") from None
