import json
from pathlib import Path

import pytest

from visualizer import preflight
from visualizer.benchmarks import figures
from visualizer.benchmarks.figures import Benchmark, Figure
from visualizer.cli import main
from visualizer.commands import bench
from visualizer.preflight import Problem

FAST = Figure("fast: ours / bare", 1.05, "×", goal=1.10)
SLOW = Figure("slow: drop to painted", 75.25, "ms", goal=60)


@pytest.fixture(autouse=True)
def three_benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = {"fast": (FAST,), "slow": (SLOW,), "window": (FAST,)}
    rows = tuple(Benchmark(name, name, needs_window=name == "window") for name in measured)
    monkeypatch.setattr(bench, "BENCHMARKS", rows)
    monkeypatch.setattr(figures, "resolve_name", lambda name: lambda: measured[name])
    monkeypatch.setattr(preflight, "has_display", lambda: True)
    monkeypatch.setattr(preflight, "problems", lambda offscreen=False: ())


def test_a_table_says_what_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "fast", "slow"]) == 0
    shown = capsys.readouterr()
    assert [line.split() for line in shown.out.splitlines()[-2:]] == [
        ["fast:", "ours", "/", "bare", "1.05", "×", "≤", "1.1", "×", "yes"],
        ["slow:", "drop", "to", "painted", "75.2", "ms", "≤", "60", "ms", "NO"],
    ]
    assert shown.err == "measuring fast …\nmeasuring slow …\n"


def test_a_goal_that_is_a_minimum_is_shown_as_one() -> None:
    line = bench.as_table([Figure("loop: ours / plain", 1.7, "×", goal=1.15, at_least=True)])[-1]
    assert line.split()[-5:] == ["×", "≥", "1.15", "×", "yes"]


def test_the_figures_are_written_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "figures.json"
    assert main(["bench", "fast", "slow", "--json", str(file)]) == 0
    document = json.loads(file.read_text(encoding="utf-8"))
    assert list(document["machine"]) == ["cpu", "cores", "gpu", "python", "torch"]
    assert document["figures"] == [
        {"name": "fast: ours / bare", "value": 1.05, "unit": "×", "goal": 1.10, "holds": True},
        {"name": "slow: drop to painted", "value": 75.25, "unit": "ms", "goal": 60, "holds": False},
    ]
    assert list(tmp_path.iterdir()) == [file]


def test_what_needs_the_window_is_left_out_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "find_spec", lambda name: object())
    monkeypatch.setattr(preflight, "problems", lambda offscreen=False: (Problem("No libEGL."),))
    assert main(["bench"]) == 0
    assert "note: window is left out: No libEGL.\n" in capsys.readouterr().err


def test_without_pyside_the_rest_is_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "find_spec", lambda name: None)
    assert main(["bench"]) == 0
    shown = capsys.readouterr()
    assert "window is left out: it needs the window, and PySide6 is not installed" in shown.err
    assert shown.out.count("×") == 2
