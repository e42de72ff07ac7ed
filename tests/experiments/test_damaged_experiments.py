"""An experiment's folder that two work in, and one whose files are damaged: figures come out right, or a sentence."""

import errno
import json
import multiprocessing
import shutil
from collections.abc import Callable
from dataclasses import asdict, replace
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pytest
import torch

from visualizer.errors import UserError
from visualizer.experiments import rotation
from visualizer.experiments.folder import working_in
from visualizer.experiments.pool import Task
from visualizer.experiments.rotation import RotationSettings
from visualizer.experiments.rotation.look import Look, load, save
from visualizer.experiments.rotation.recipe import data_of
from visualizer.experiments.rotation.runs import Assignment, is_done, run_folder, run_look, train
from visualizer.experiments.rotation.settings import RECIPES, from_json, plan_of, to_json

NAME, SEED = "mini-vgg", 1337
CLASSES = 9
Damage = Callable[[bytes, np.random.Generator], bytes | None]
DAMAGES: dict[str, Damage] = {
    "deleted": lambda content, drawn: None,
    "empty": lambda content, drawn: b"",
    "halved": lambda content, drawn: content[: len(content) // 2],
    "cut": lambda content, drawn: content[: drawn.integers(1, len(content))],
    "garbage": lambda content, drawn: drawn.bytes(len(content)),
    "other": lambda content, drawn: b'{"accuracy": [1]}\n',
}


@pytest.fixture(scope="module", autouse=True)
def little():
    """A recipe of three short epochs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(
            RECIPES, "try", replace(RECIPES["try"], epochs=3, per_epoch=64, validation=40, width=0.125)
        )
        patch.setattr("visualizer.experiments.rotation.recipe._TEST_SHAPES", 40)
        data_of.cache_clear()
        yield
    data_of.cache_clear()


class Stopped(Exception):
    """What a progress raises that ends a run in its middle."""


def assignment(out: Path) -> Assignment:
    plan = plan_of(RotationSettings(out, networks=(NAME,), images=10, step=90.0, device="cpu"), "cpu")
    return Assignment(plan, out, NAME, SEED, None)


def done(out: Path) -> bool:
    return is_done(Task("", train, assignment(out)), CLASSES)


def figures(out: Path) -> Look:
    look = load(run_look(out, NAME, SEED), CLASSES)
    assert look is not None
    return replace(look, seconds=0.0)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("finished")
    train(assignment(out), 0, lambda text, fraction: None)
    return out


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was ended in its third epoch."""

    def stop(text: str, fraction: float | None) -> None:
        if text.startswith("epoch 3"):
            raise Stopped

    out = tmp_path_factory.mktemp("stopped")
    with pytest.raises(Stopped):
        train(assignment(out), 0, stop)
    return out


def damage(path: Path, kind: str) -> None:
    content = DAMAGES[kind](path.read_bytes(), np.random.default_rng(len(path.name)))
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)


@pytest.mark.parametrize("kind", DAMAGES)
@pytest.mark.parametrize("file", ["config.json", "scalars.csv", "network.safetensors", "look.json"])
def test_a_damaged_run_has_its_figures_or_is_trained_again(
    finished: Path, tmp_path: Path, file: str, kind: str
) -> None:
    out = tmp_path / "out"
    shutil.copytree(finished, out)
    assert done(out)
    damage(run_folder(out, NAME, SEED) / file, kind)
    assert done(out) == (file in ("config.json", "scalars.csv")), "the figures are in look.json"
    if not done(out):
        train(assignment(out), 0, lambda text, fraction: None)
        assert done(out)
    assert figures(out) == figures(finished)


@pytest.mark.parametrize("kind", DAMAGES)
@pytest.mark.parametrize("file", ["config.json", "scalars.csv", "network.safetensors", "checkpoint.pt"])
def test_a_damaged_run_that_was_stopped_ends_as_if_it_were_not(
    finished: Path, stopped: Path, tmp_path: Path, file: str, kind: str
) -> None:
    out = tmp_path / "out"
    shutil.copytree(stopped, out)
    assert not done(out)
    damage(run_folder(out, NAME, SEED) / file, kind)
    if (file, kind) == ("config.json", "other"):  # perhaps a run of another version: nothing of it is lost
        with pytest.raises(UserError, match="other settings"):
            train(assignment(out), 0, lambda text, fraction: None)
        return
    train(assignment(out), 0, lambda text, fraction: None)
    assert figures(out) == figures(finished)


@pytest.mark.parametrize(
    ("lacking", "error"),
    [
        ("visualizer.training.loop.Training.load_state_dict", torch.OutOfMemoryError("CUDA out of memory.")),
        ("torch.load", PermissionError(errno.EACCES, "held by another program")),
    ],
)
def test_a_stopped_run_is_kept_where_it_cannot_be_gone_on_with_just_now(
    finished: Path, stopped: Path, tmp_path: Path, lacking: str, error: Exception
) -> None:
    def lack(*args: object, **settings: object) -> None:
        raise error

    out = tmp_path / "out"
    shutil.copytree(stopped, out)
    kept = (run_folder(out, NAME, SEED) / "checkpoint.pt").read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lacking, lack)
        with pytest.raises(UserError):
            train(assignment(out), 0, lambda text, fraction: None)
    assert (run_folder(out, NAME, SEED) / "checkpoint.pt").read_bytes() == kept
    train(assignment(out), 0, lambda text, fraction: None)
    assert figures(out) == figures(finished)


def test_looks_that_say_something_else_are_none(finished: Path, tmp_path: Path) -> None:
    path = tmp_path / "look.json"
    given = asdict(figures(finished))
    save(Look(**given), path)
    assert load(path, CLASSES) is not None
    for key, value in given.items():
        wrong = [[*value, 1.0], ["a"] * len(value), 3] if isinstance(value, tuple) else [[1], None, {}]
        for other in wrong:
            path.write_text(json.dumps({**given, key: other}))
            assert load(path, CLASSES) is None, (key, other)
    assert load(run_look(finished, NAME, SEED), 2) is None, "labels of other classes"


def test_an_experiment_of_another_recipe_is_not_gone_on_with(tmp_path: Path) -> None:
    plan = plan_of(RotationSettings(tmp_path, device="cpu"), "cpu")
    text = to_json(plan)
    assert from_json(text) == plan
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(RECIPES, "try", replace(RECIPES["try"], learning_rate=0.5))
        with pytest.raises(ValueError, match="another version"):
            from_json(text)


# --- the lock ----------------------------------------------------------------------------------------------


def _work_in(folder: Path, connection: Connection) -> None:
    with working_in(folder, "experiment.json"):
        connection.send("working")
        connection.recv()


def test_two_experiments_cannot_work_in_one_folder(tmp_path: Path) -> None:
    """Another process, and this one; a process that is killed leaves the folder free."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    out = tmp_path / "one"
    process = context.Process(target=_work_in, args=(out, theirs), daemon=True)
    process.start()
    try:
        assert ours.recv() == "working"
        with pytest.raises(UserError, match="nother experiment is running in 'one'; wait"):
            rotation.run(RotationSettings(out, device="cpu"), lambda text, fraction: None)
        assert not (out / "experiment.json").exists()
    finally:
        process.kill()
        process.join()
    with (
        working_in(out, "experiment.json"),
        pytest.raises(UserError, match="nother experiment is running"),
        working_in(out, "experiment.json"),
    ):
        pytest.fail("two at once")
    with working_in(out, "experiment.json"):
        pass


def test_a_folder_without_locks_is_worked_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(file: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("visualizer.experiments.folder._lock", refuse)
    with working_in(tmp_path / "one", "experiment.json"):
        assert (tmp_path / "one").is_dir()


def test_data_that_is_not_there_is_fetched_only_if_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[bool, Path | None]] = []

    def open_dataset(*given: object, download: bool, download_to: Path | None, **more: object) -> None:
        asked.append((download, download_to))
        raise UserError("opened")

    monkeypatch.setattr("visualizer.experiments.rotation.recipe.open_dataset", open_dataset)
    full = RotationSettings(tmp_path / "out", "full", data_folder=tmp_path / "data", device="cpu")
    for settings in (full, replace(full, download=True), replace(full, data_folder=None, download=True)):
        with pytest.raises(UserError, match="opened"):
            rotation.run(settings, lambda text, fraction: None)
    assert asked == [(False, tmp_path / "data"), (True, tmp_path / "data"), (True, None)]
    assert not (tmp_path / "out").exists()
