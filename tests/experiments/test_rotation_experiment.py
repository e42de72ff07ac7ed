"""A tiny experiment as a whole: its folder and report, going on after a kill, any number of processes."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from visualizer.errors import UserError
from visualizer.experiments import rotation
from visualizer.experiments.rotation import RotationSettings
from visualizer.experiments.rotation.recipe import config_of, data_of, deviations, facts, new_network
from visualizer.experiments.rotation.settings import Plan, from_json, plan_of, to_json
from visualizer.experiments.rotation.variants import NETWORKS, spec_of
from visualizer.networks.planning import plan as planned

NAMES = ("mini-vgg", "8_rot_1", "norm_conv")
FILES = (
    ".lock", "experiment.json", "report.md", "rotation.png", "rotation_curves.csv", "rotation_polar.png", "runs",
    "shares.csv", "shares.png", "summary.csv", "transplant.csv", "transplant.png", "transplants", "validation.csv",
    "validation.png",
)  # fmt: skip


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """64 pictures to train with, 20 to test with, in two classes: a bright bar lies or stands."""
    folder = tmp_path_factory.mktemp("data") / "bars"
    drawn = np.random.default_rng(1)
    for split, count in (("train", 32), ("test", 10)):
        for name in ("lying", "standing"):
            place = folder / split / name
            place.mkdir(parents=True)
            for index in range(count):
                pixels = drawn.integers(0, 60, (16, 16, 3), np.uint8)
                at = drawn.integers(4, 10)
                pixels[at : at + 3] = drawn.integers(180, 255, 3, np.uint8)
                if name == "standing":
                    pixels = pixels.transpose(1, 0, 2)
                Image.fromarray(np.ascontiguousarray(pixels)).save(place / f"{index}.png")
    return folder


def settings(out: Path, data: Path, **changes: Any) -> RotationSettings:
    usual = RotationSettings(
        out, data=str(data), epochs=1, networks=NAMES, images=20, step=90.0, jobs=1, device="cpu"
    )
    return replace(usual, **changes)


def run(of: RotationSettings) -> rotation.Outcome:
    return rotation.run(of, lambda text, fraction: None)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, pictures: Path) -> rotation.Outcome:
    return run(settings(tmp_path_factory.mktemp("experiment") / "one", pictures))


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_what_the_folder_holds(done: rotation.Outcome) -> None:
    assert sorted(path.name for path in done.folder.iterdir()) == sorted(FILES)
    text = done.report.read_text(encoding="utf-8")
    for name in FILES:
        assert name.startswith((".", "runs", "transplants")) or name in text or name == "report.md", name
    assert done.report == done.folder / "report.md"
    assert done.failures == ()
    assert f"torch {torch.__version__}" in text
    for name in NAMES:
        assert f"| {name}" in text
    assert [finding.key for finding in done.findings] == [
        "a", "b", "c", "a, concatenated", "b, concatenated", "c, concatenated", "d", "e", "f"
    ]  # fmt: skip
    for finding in done.findings:
        assert f"**{finding.key}. {finding.verdict.capitalize()}.** {finding.expected}" in text
    assert "The data set is bars, not CIFAR-10." in text
    assert "At most 1 epoch, not 200." in text
    for name in FILES:
        if name.endswith(".png"):
            with Image.open(done.folder / name) as picture:
                assert picture.size[0] > 400


def test_tables_say_what_was_measured(done: rotation.Outcome) -> None:
    assert [row["network"] for row in table(done.folder / "summary.csv")] == list(NAMES)
    assert [row["epoch"] for row in table(done.folder / "validation.csv")] == ["1"] * 3
    curves = table(done.folder / "rotation_curves.csv")
    assert [row["angle"] for row in curves] == ["0", "90", "180", "270"] * 3
    shares = table(done.folder / "shares.csv")
    assert len(shares) == 3 * 20
    for name in NAMES:
        at = [float(row["accuracy"]) for row in curves if row["network"] == name]
        right = [float(row["share right"]) for row in shares if row["network"] == name]
        assert np.mean(at) == pytest.approx(np.mean(right))
    assert [row["network"] for row in table(done.folder / "transplant.csv")] == ["8_rot_1"]
    assert not list(done.folder.glob("runs/*/checkpoint.pt"))


def test_a_network_of_the_folder_is_what_was_measured(done: rotation.Outcome, pictures: Path) -> None:
    """The accuracy and a turned answer, by plain torch; at 90° a picture is turned exactly."""
    from visualizer.networks.zoo import open_network

    network = open_network(str(done.folder / "runs" / "8_rot_1-1337" / "network.safetensors"))
    plan = plan_of(settings(done.folder, pictures), "cpu")
    dataset = data_of(plan, 1337, None)
    assert dataset.test is not None
    mean, std = (torch.tensor(values)[:, None, None] for values in (dataset.mean, dataset.std))
    images = (dataset.test.images / 255 - mean) / std
    look = json.loads((done.folder / "runs" / "8_rot_1-1337" / "look.json").read_text())
    with torch.no_grad():
        for turns in range(4):
            predicted = network.module(torch.rot90(images, turns, (2, 3))).argmax(dim=1)
            right = float((predicted == dataset.test.labels).float().mean())
            assert look["right_at"][turns] == pytest.approx(right, abs=1e-6)
            assert turns or look["accuracy"] == pytest.approx(right, abs=1e-6)


def test_what_is_done_is_not_done_again(done: rotation.Outcome, pictures: Path) -> None:
    (done.folder / "report.md").unlink()
    before = {path: path.stat().st_mtime_ns for path in done.folder.glob("runs/*/*")}
    again = run(settings(done.folder, pictures, jobs=5))
    assert again.report.exists()
    assert {path: path.stat().st_mtime_ns for path in done.folder.glob("runs/*/*")} == before


@pytest.mark.parametrize(
    ("changes", "named"),
    [({"epochs": 2}, "epochs"), ({"seeds": (1,)}, "seeds"), ({"step": 45.0, "images": 10}, "images, step")],
)
def test_other_settings_are_refused(
    done: rotation.Outcome, pictures: Path, changes: dict[str, Any], named: str
) -> None:
    with pytest.raises(UserError, match=f"other settings \\({named}\\)"):
        run(settings(done.folder, pictures, **changes))


def test_two_processes_say_what_one_says(done: rotation.Outcome, pictures: Path, tmp_path: Path) -> None:
    two = run(settings(tmp_path / "two", pictures, jobs=2))
    for name in NAMES:
        first, second = (folder / "runs" / f"{name}-1337" for folder in (done.folder, two.folder))
        one, other = (load_file(folder / "network.safetensors") for folder in (first, second))
        assert all(torch.equal(one[key], other[key]) for key in one)
    for file in ("validation.csv", "shares.csv", "transplant.csv"):
        assert (two.folder / file).read_bytes() == (done.folder / file).read_bytes()


MAIN = Path(__file__).parents[2] / "main.py"
# Shells start what runs in their background deaf to Ctrl-C, and so are its children.
HEARING = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_killed_experiment_goes_on(pictures: Path, tmp_path: Path) -> None:
    """Killed in the middle of a run, and stopped by Ctrl-C in the next one: the figures are those of one go."""
    slow = settings(tmp_path / "killed", pictures, networks=("8_rot_3",), epochs=120)
    arguments = (
        f"--epochs 120 --networks 8_rot_3 --images 20 --step 90 --jobs 1 --device cpu --data {pictures}"
    )
    command = [sys.executable, "-c", HEARING]
    command += [sys.executable, MAIN, "experiment", "rotation", "--out", slow.out, *arguments.split()]
    checkpoint = slow.out / "runs" / "8_rot_3-1337" / "checkpoint.pt"
    for sign, status in ((signal.SIGKILL, -signal.SIGKILL), (signal.SIGINT, 130)):
        before = checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0
        with subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True) as process:
            while not checkpoint.exists() or checkpoint.stat().st_mtime_ns == before:
                assert process.poll() is None, process.stderr.read() if process.stderr else ""
                time.sleep(0.002)
            children = psutil.Process(process.pid).children(recursive=True)
            os.kill(process.pid, sign)
            assert process.wait(20) == status
            _, alive = psutil.wait_procs(children, timeout=10)
            assert not alive
            assert b"Traceback" not in (process.stderr.read() if process.stderr else b"")
        assert checkpoint.exists()
    run(slow)
    whole = run(replace(slow, out=tmp_path / "whole"))
    for file in ("validation.csv", "shares.csv"):
        assert (slow.out / file).read_bytes() == (whole.folder / file).read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_a_run_that_fails_is_told_and_ends_no_other(
    done: rotation.Outcome, pictures: Path, tmp_path: Path
) -> None:
    """A run whose folder holds something else cannot begin."""
    out = tmp_path / "failing"
    made = settings(out, pictures)
    (out / "runs").mkdir(parents=True)
    (out / "experiment.json").write_text(to_json(plan_of(made, "cpu")))
    for name in ("8_rot_1", "norm_conv"):
        (out / "runs" / f"{name}-1337").symlink_to(done.folder / "runs" / f"{name}-1337")
    broken = out / "runs" / "mini-vgg-1337"
    broken.mkdir()
    (broken / "scalars.csv").write_text("")
    (broken / "config.json").write_text("{}")
    outcome = run(made)
    assert [name for name, _ in outcome.failures] == [
        "mini-vgg, seed 1337",
        "transplant into 8_rot_1, seed 1337",
    ]
    text = outcome.report.read_text(encoding="utf-8")
    assert "## What failed" in text
    assert "- mini-vgg, seed 1337: " in text
    assert {finding.verdict for finding in outcome.findings} == {"not tested"}


# --- what needs no training --------------------------------------------------------------------------------


def test_the_recipe_is_that_of_the_reference_network(pictures: Path) -> None:
    plan = plan_of(RotationSettings(Path("out"), "full", data=str(pictures), device="cpu"), "cpu")
    dataset = data_of(plan, 1337, None)
    config = config_of(plan, 1337, dataset)
    assert (config.epochs, config.batch, config.optimizer, config.learning_rate) == (200, 32, "adam", 0.001)
    assert (config.schedule, config.schedule_settings["factor"], config.seed) == ("plateau", 0.1, 1337)
    assert dict(config.augmentation) == {"shift": 0.1, "flip": 0.5}
    assert config.patience > 0
    assert planned(spec_of("8_rot_2", tuple("0123456789"), 1.0, 32)).parameters == 1_250_858
    differing = list(deviations(replace(plan, data="cifar-10"), replace(facts(dataset), name="cifar-10")))
    assert len(differing) == 1
    assert "leaves open" in differing[0]


def test_a_try_says_how_it_differs() -> None:
    plan = plan_of(RotationSettings(Path("out")), "cpu")
    dataset = data_of(plan, 1337, None)
    text = " ".join(deviations(plan, facts(dataset)))
    for part in (
        "shapes, not CIFAR-10",
        "0.25 of mini-VGG's",
        "14×14",
        "At most",
        "rate begins",
        "No shifts",
    ):
        assert part in text
    assert dataset.test is not None
    same = (dataset.test.images[:, None] == dataset.validation.images[None, :50]).flatten(2).all(dim=2)
    assert not same.any()


def test_a_folder_called_shapes_is_no_built_in_data(pictures: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shapes"
    shutil.copytree(pictures, folder)
    plan = plan_of(RotationSettings(Path("out"), data=str(folder)), "cpu")
    dataset = data_of(plan, 1337, None)
    assert dataset.test is not None
    assert (len(dataset.test), dataset.classes) == (20, ("lying", "standing"))
    assert "Shapes stand at every angle" not in " ".join(deviations(plan, facts(dataset)))


def test_networks_of_one_seed_begin_with_the_same_weights() -> None:
    plan = plan_of(RotationSettings(Path("out")), "cpu")
    states = [new_network(plan, name, 5, ("a", "b")).module.state_dict() for name in NETWORKS]
    for name, state in zip(NETWORKS, states, strict=True):
        assert (
            [value.shape for value in state.values()] == [value.shape for value in states[0].values()]
        ) == (not NETWORKS[name].concatenated)
        if not NETWORKS[name].concatenated:
            assert all(torch.equal(value, states[0][key]) for key, value in state.items())


def test_settings_travel_as_json() -> None:
    plan = plan_of(
        RotationSettings(Path("out"), "full", seeds=(1, 2), networks=("8_rot_1", "baseline")), "cuda"
    )
    assert plan.networks == ("mini-vgg", "8_rot_1")
    assert from_json(to_json(plan)) == plan
    for text in (
        "",
        "[]",
        "{}",
        to_json(plan).replace("8_rot_1", "9_rot_1"),
        to_json(plan).replace("step", "x"),
    ):
        with pytest.raises(ValueError, match=r"experiment|settings|Expecting|argument"):
            from_json(text)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"recipe": "quick"}, "no recipe 'quick'"),
        ({"networks": ("9_rot_1",)}, "9_rot_1"),
        ({"networks": ()}, "no networks"),
        ({"seeds": ()}, "seeds"),
        ({"seeds": (1, 1)}, "named twice"),
        ({"seeds": (2**32,)}, "4294967295"),
        ({"epochs": 0}, "epochs"),
        ({"images": 0}, "images"),
        ({"jobs": 0}, "jobs"),
        ({"step": 0.0}, "above 0"),
        ({"step": float("nan")}, "above 0"),
        ({"images": 100_000, "step": 1.0}, "fewer images"),
        ({"data": "cifar-11"}, "cifar-1"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_begins(
    changes: dict[str, Any], words: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=words):
        run(replace(RotationSettings(tmp_path / "out", device="cpu"), **changes))
    assert not (tmp_path / "out").exists()


def test_folders_that_are_none_of_its_own(tmp_path: Path) -> None:
    usual = RotationSettings(tmp_path / "other", device="cpu")
    usual.out.mkdir()
    (usual.out / "letter.txt").write_text("mine")
    with pytest.raises(UserError, match="other files"):
        run(usual)
    (usual.out / "experiment.json").write_text("{}")
    with pytest.raises(UserError, match="of another version, or a damaged one"):
        run(usual)
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        run(replace(usual, out=tmp_path / "file" / "inside"))
    assert (usual.out / "letter.txt").read_text() == "mine"


def test_plans_hold_everything_that_decides_figures() -> None:
    assert set(Plan.__dataclass_fields__) == set(RotationSettings.__dataclass_fields__) - {
        "out", "jobs", "data_folder", "download"
    }  # fmt: skip
