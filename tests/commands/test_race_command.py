"""``main.py race`` as its users call it."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from visualizer.cli import main
from visualizer.commands import race_arguments
from visualizer.race import config, link

MAIN = Path(__file__).parents[2] / "main.py"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def table(name: str = "race.csv") -> dict[str, np.ndarray]:
    """The rows (x, y, loss) of each racer."""
    with open(name, newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        racer: np.array(
            [[float(row[key]) for key in ("x", "y", "loss")] for row in rows if row["racer"] == racer]
        )
        for racer in dict.fromkeys(row["racer"] for row in rows)
    }


def gradient(point: np.ndarray) -> np.ndarray:
    """Of Beale's function, by hand."""
    x, y = point
    parts = [constant - x + x * y**power for power, constant in ((1, 1.5), (2, 2.25), (3, 2.625))]
    return np.array(
        (
            sum(2 * part * (y**power - 1) for power, part in enumerate(parts, start=1)),
            sum(2 * part * power * x * y ** (power - 1) for power, part in enumerate(parts, start=1)),
        )
    )


def test_the_table_is_what_the_formulas_say(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = (
        "--surface beale --optimizers adam,momentum --start 1,1.5 --steps 50 --lr adam=0.05,momentum=0.002"
    )
    assert main(["race", *arguments.split(), "--out", "race.csv"]) == 0
    read_back = table()
    x, m, v = np.array((1.0, 1.5)), np.zeros(2), np.zeros(2)
    for step in range(51):
        assert np.abs(read_back["adam"][step, :2] - x).max() < 1e-12
        g = gradient(x)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        x = x - 0.05 * (m / (1 - 0.9 ** (step + 1))) / (np.sqrt(v / (1 - 0.999 ** (step + 1))) + 1e-8)
    x, v = np.array((1.0, 1.5)), np.zeros(2)
    for step in range(51):
        assert np.abs(read_back["momentum"][step, :2] - x).max() < 1e-12
        v = 0.9 * v + gradient(x)
        x = x - 0.002 * v
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["racer", "learning", "rate", "loss", "distance", "state", "steps"]
    assert [line.split()[0] for line in lines[2:4]] == ["adam", "momentum"]
    assert lines[-1] == "race.csv"


def test_a_race_for_a_class_becomes_an_animation() -> None:
    names = "sgd,momentum,nesterov,adagrad,rmsprop,adam"
    arguments = [
        "--surface",
        "beale",
        "--optimizers",
        names,
        "--steps",
        "30",
        "--size",
        "480x304",
        "--out",
        "race.gif",
    ]
    assert main(["race", *arguments]) == 0
    with Image.open("race.gif") as film:
        assert film.size == (480, 304)
        assert getattr(film, "n_frames", 1) > 20
    assert [path.name for path in Path().iterdir()] == ["race.gif"]


def test_the_usual_racers_run_where_none_are_named() -> None:
    assert main(["race", "--surface", "beale", "--steps", "3", "--out", "race.csv"]) == 0
    assert list(table()) == ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "nadam"]


def test_one_optimizer_can_run_twice() -> None:
    lr = "adam=0.1,adam-2=0.2"
    assert (
        main(["race", "--surface", "beale", "--optimizers", "adam,adam", "--lr", lr, "--out", "race.csv"])
        == 0
    )
    read_back = table()
    assert list(read_back) == ["adam", "adam-2"]
    step = [np.abs(rows[1, :2] - rows[0, :2]) for rows in read_back.values()]
    assert step[0] == pytest.approx([0.1, 0.1])  # Adam's first step is as long as its rate
    assert step[1] == pytest.approx([0.2, 0.2])


@pytest.mark.parametrize("start", [["--start", "-1,-2"], ["--start=-1,-2"], ["--start", "-1.0,-2e0"]])
def test_starts_may_be_negative(start: list[str]) -> None:
    assert main(["race", "--surface", "bowl", *start, "--optimizers", "sgd", "--out", "race.csv"]) == 0
    assert table()["sgd"][0].tolist() == [-1.0, -2.0, 5.0]


def test_formulas_and_windows_may_begin_with_a_minus() -> None:
    arguments = ["--formula", "-x^2+y^2", "--window", "-3,3,-2,2", "--start", "-0.5,1", "--optimizers", "sgd"]
    assert main(["race", *arguments, "--steps", "5", "--out", "race.csv"]) == 0
    assert table()["sgd"][0].tolist() == [-0.5, 1.0, 0.75]


def test_noise_is_that_of_the_seed() -> None:
    for name, more in (("a", "7"), ("b", "7"), ("c", "8")):
        arguments = ["--surface", "beale-noisy", "--optimizers", "sgd", "--steps", "20", "--seed", more]
        assert main(["race", *arguments, "--out", f"{name}.csv"]) == 0
    assert main(["race", "--surface", "beale", "--optimizers", "sgd", "--steps", "20", "--out", "d.csv"]) == 0
    a, b, c, d = (table(f"{name}.csv")["sgd"] for name in "abcd")
    assert (a == b).all()
    assert not (a == c).all()
    assert not (a == d).all()


def test_a_link_runs_the_same_race_again() -> None:
    arguments = ["--surface", "beale", "--optimizers", "adam,sgd", "--schedule", "cosine", "--noise", "0.3"]
    assert main(["race", *arguments, "--steps", "20", "--out", "race.json"]) == 0
    assert main(["race", *arguments, "--steps", "20", "--out", "a.csv"]) == 0
    assert main(["race", "--link", "race.json", "--out", "b.csv"]) == 0
    assert Path("a.csv").read_bytes() == Path("b.csv").read_bytes()


def test_surfaces_and_optimizers_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["race", "--list"]) == 0
    shown = capsys.readouterr().out
    for word in ("himmelblau", "Himmelblau", "lbfgs", "L-BFGS", "newton", "-noisy"):
        assert word in shown


def test_a_rate_that_is_far_too_high_is_drawn(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--surface", "beale", "--optimizers", "sgd,adam", "--lr", "sgd=1e30", "--steps", "20"]
    assert main(["race", *arguments, "--out", "race.svg"]) == 0
    assert "diverged" in Path("race.svg").read_text(encoding="utf-8")
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert rows[2] == ["sgd", "1e30", "–", "–", "diverged", "1"]
    assert rows[3][-2:] == ["unfinished", "20"]


def test_code_of_others_runs_with_consent_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "own_racer_module.py").write_text(
        "import torch\nprint('imported')\n\nclass Half(torch.optim.SGD):\n    pass\n"
    )
    name = "own_racer_module:Half"
    arguments = ["race", "--surface", "bowl", "--optimizers", name, "--start", "1.5,1.5", "--steps", "3"]
    arguments += ["--lr", f"{name}=0.25", "--out", "race.csv"]
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert "imported" not in shown.out
    assert "--allow-code" in shown.err
    assert main([*arguments, "--allow-code"]) == 0
    assert "imported" in capsys.readouterr().out
    assert table()["Half"][1].tolist() == [0.75, 0.75, 1.125]


BAD = [
    "",
    "--surface beale --formula x",
    "--surface no-such-surface",
    "--surface bale",
    "--surface -noisy",
    "--surface beale --optimizers adm",
    "--surface beale --optimizers adam,,sgd",
    "--surface beale --optimizers " + ",".join(["adam"] * 33),
    "--surface beale --lr 0.01",
    "--surface beale --lr adam=0",
    "--surface beale --lr adam=-1",
    "--surface beale --lr adam=nan",
    "--surface beale --lr lbfgs=1",
    "--surface beale --steps 0",
    "--surface beale --steps 20001",
    "--surface beale --steps " + "9" * 5000,
    "--surface beale --start nan,1",
    "--surface beale --start 1",
    "--surface beale --start 1,2,3",
    "--surface beale --window 1,0,0,1",
    "--surface beale --window 0,1,0",
    "--surface beale --noise -1",
    "--surface beale --seed -1",
    "--surface beale --schedule sometimes",
    "--surface beale --clock moon",
    "--surface beale --size 10x10",
    "--surface beale --size 99999x99999",
    "--surface beale --size big",
    "--surface beale --out race.bmp",
    "--surface beale --out no-such-folder/race.png",
    "--surface beale --optimizers os:system --allow-code",
    "--surface beale --optimizers no_such_module:A --allow-code",
    "--surface beale --optimizers os:path.join",
    "--formula foo(x)",
    "--formula x+*y",
    "--formula __import__('os')",
    "--formula " + "x+" * 100_000,
    "--formula " + "(" * 50_000,
    "--link no-such-file.json",
    "--link .",
]


@pytest.mark.parametrize("arguments", BAD, ids=lambda text: text[:40] or "nothing")
def test_mistakes_are_told_in_one_line(arguments: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = arguments.split() + ([] if "--out" in arguments else ["--out", "race.csv"])
    assert main(["race", *given]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: ")
    assert shown.err.count("\n") == 1
    assert len(shown.err) < 400
    assert not list(Path().iterdir())


def test_what_was_meant_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, meant in (
        ("--surface bale", "beale"),
        ("--surface beale --optimizers adm", "adam"),
        ("--formula x+*y", "character 3"),
        ("--surface beale --lr adam=0", "adam is '0'"),
    ):
        assert main(["race", *arguments.split(), "--out", "race.csv"]) == 2
        assert meant in capsys.readouterr().err


def test_a_link_without_racers_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty.json").write_text('{"version": 1, "surface": "beale", "racers": []}', encoding="utf-8")
    assert main(["race", "--link", "empty.json", "--out", "race.png"]) == 2
    assert "no racers" in capsys.readouterr().err


def test_the_limits_are_those_of_races() -> None:
    """The parser of arguments has them once more, because it is to answer without torch."""
    limits = race_arguments._MOST_STEPS, race_arguments._MOST_SEED, race_arguments._MOST_NOISE
    assert limits == (config.MOST_STEPS, link.MOST_SEED, link.MOST_NOISE)


def test_without_a_file_it_says_which(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["race", "--surface", "beale"]) == 2
    assert ".gif" in capsys.readouterr().err


def test_it_needs_no_qt(tmp_path: Path) -> None:
    lines = (
        "import sys",
        *(f"sys.modules[{name!r}] = None" for name in ("PySide6", "shiboken6", "pyqtgraph")),
        f"sys.path.insert(0, {str(MAIN.parent)!r})",
        "from visualizer.cli import main",
        "sys.exit(main(['race', '--surface', 'beale', '--steps', '5', '--out', 'race.png']))",
    )
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(lines)], capture_output=True, text=True, cwd=tmp_path
    )
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "race.png").stat().st_size > 10_000
