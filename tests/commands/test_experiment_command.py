"""``main.py experiment`` as its users call it; what it computes is tested in tests/experiments."""

import subprocess
import sys
from pathlib import Path

import pytest

from visualizer.cli import main
from visualizer.experiments import rotation
from visualizer.experiments.rotation import Outcome, RotationSettings
from visualizer.experiments.rotation.verdicts import Finding

MAIN = Path(__file__).parents[2] / "main.py"


def test_what_is_said_on_the_command_line_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[RotationSettings] = []

    def run(settings: RotationSettings, report: object) -> Outcome:
        asked.append(settings)
        found = Finding(
            "a", "Rotation in every layer costs accuracy.", "accuracy", "mini-vgg", "shown", "By all."
        )
        failed = (("8_rot_1, seed 2", "Training diverged."),)
        return Outcome(settings.out, settings.out / "report.md", (found,), failed)

    monkeypatch.setattr(rotation, "run", run)
    out = tmp_path / "out"
    arguments = (
        "--recipe full --data cifar-100 --data-folder data --epochs 3 --networks baseline,8_rot_1 --seeds 1,2 "
        "--jobs 4 --images 50 --step 2.5 --device cpu --download"
    )
    assert main(["experiment", "rotation", "--out", str(out), *arguments.split()]) == 0
    assert asked == [
        RotationSettings(
            out,
            "full",
            "cifar-100",
            Path("data"),
            3,
            ("baseline", "8_rot_1"),
            (1, 2),
            4,
            50,
            2.5,
            "cpu",
            True,
        )
    ]
    told = capsys.readouterr()
    assert told.out.splitlines()[-1] == str(out / "report.md")
    assert "shown" in told.out
    assert told.err == "note: 8_rot_1, seed 2 failed: Training diverged.\n"
    assert main(["experiment", "rotation", "--out", str(out)]) == 0
    assert asked[1] == RotationSettings(out)


def test_when_it_is_stopped_it_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(settings: RotationSettings, report: object) -> Outcome:
        raise KeyboardInterrupt

    monkeypatch.setattr(rotation, "run", run)
    assert main(["experiment", "rotation", "--out", str(tmp_path / "out")]) == 130
    assert capsys.readouterr() == ("", "Stopped: the same command goes on from here.\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("rotations --out {out}", "did you mean rotation?"),
        ("rotation", "--out"),
        ("rotation --out {out} --recipe quick", "no recipe 'quick'"),
        ("rotation --out {out} --networks 8_rot_9", "8_rot_1 to 8_rot_4"),
        ("rotation --out {out} --networks nope", "baseline, 4_rot_1 to 4_rot_4"),
        ("rotation --out {out} --networks ,", "list of names"),
        ("rotation --out {out} --seeds 1,x", "list of seeds"),
        ("rotation --out {out} --seeds 1,1", "named twice"),
        ("rotation --out {out} --seeds 4294967296", "4294967295"),
        ("rotation --out {out} --epochs 0", "above 0"),
        ("rotation --out {out} --epochs 99999", "10,000"),
        ("rotation --out {out} --jobs 1000", "between 1 and 60"),
        ("rotation --out {out} --step 0", "above 0"),
        ("rotation --out {out} --step nan", "above 0"),
        ("rotation --out {out} --step wide", "not a number"),
        ("rotation --out {out} --images 1000000 --step 1", "fewer images"),
        ("rotation --out {out} --device tpu", "tpu"),
        ("rotation --out {out} --data nothing-like-it", "no data set"),
        (
            "rotation --out {out} --data-folder {out} --recipe full --device cpu",
            "CIFAR-10 is not on this computer; download it (170 MB), or choose the folder that holds its files "
            "instead (--download, --data-folder)",
        ),
    ],
)
def test_mistakes_are_told_in_one_line(
    arguments: str,
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("visualizer.experiments.rotation.recipe.search_folders", tuple)
    out = tmp_path / "out"
    assert main(["experiment", *arguments.format(out=out).split()]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("error: ")
    assert told.err.count("\n") == 1
    assert words in told.err
    assert not out.exists()


def test_help_loads_neither_torch_nor_qt() -> None:
    code = (
        "import sys; from visualizer.cli import main; main(['experiment', '--help']); "
        "print({'torch', 'PySide6'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=MAIN.parent
    )
    assert done.stdout.splitlines()[-1] == "set()"
    assert "--recipe" in done.stdout
