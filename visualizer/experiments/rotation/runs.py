"""The tasks of the experiment: each trains a network and looks at it, or looks at the baseline's weights in another.

What is done lies in the folder: ``runs/NAME-SEED/`` is a run as ``main.py train`` keeps it, with all its figures in
``look.json`` once it is over, ``transplants/NAME-SEED.json`` a look at a rotation network with the weights of the
baseline. A run that cannot be read any more is trained anew.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from visualizer.data.dataset import Dataset
from visualizer.errors import UserError
from visualizer.experiments.pool import Report, Task
from visualizer.experiments.rotation.look import load, look_at, save
from visualizer.experiments.rotation.recipe import config_of, data_of, new_network
from visualizer.experiments.rotation.settings import Plan
from visualizer.experiments.rotation.variants import BASELINE, NETWORKS
from visualizer.networks.files import read_weights
from visualizer.networks.network import Network
from visualizer.training.run import CHECKPOINT, CONFIG, NETWORK, SCALARS, NothingToResume, run_training

_LOOK = "look.json"
_SHARE_OF_TRAINING = 0.9  # of a run's progress
THREADS = 1
"""Of each process on the processor, however many work: more would sum in another order."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One task: which network, with which seed, of which experiment in which folder."""

    plan: Plan
    out: Path
    name: str
    seed: int
    data_folder: Path | None


def run_folder(out: Path, name: str, seed: int) -> Path:
    """The folder of a run."""
    return out / "runs" / f"{name}-{seed}"


def run_look(out: Path, name: str, seed: int) -> Path:
    """The look at the network of a run."""
    return run_folder(out, name, seed) / _LOOK


def transplant_look(out: Path, name: str, seed: int) -> Path:
    """The look at a network with the weights of the baseline."""
    return out / "transplants" / f"{name}-{seed}.json"


def task_name(name: str, seed: int, transplant: bool = False) -> str:
    """What a task is called in words."""
    return f"{'transplant into ' if transplant else ''}{name}, seed {seed}"


def tasks(plan: Plan, out: Path, data_folder: Path | None) -> Iterator[Task]:
    """All tasks, in the order in which they begin: baselines, which others need, the longest, the rest."""
    by_size = sorted(plan.networks, key=lambda name: (name != BASELINE, -_size(name)))
    for name in by_size:
        for seed in plan.seeds:
            yield Task(task_name(name, seed), train, Assignment(plan, out, name, seed, data_folder))
    if BASELINE not in plan.networks:
        return
    for name in plan.networks:
        for seed in plan.seeds if NETWORKS[name].takes_weights else ():
            assignment = Assignment(plan, out, name, seed, data_folder)
            yield Task(task_name(name, seed, True), transplant, assignment, (task_name(BASELINE, seed),))


def _size(name: str) -> int:
    """How long a network takes, roughly: what rotations multiply."""
    row = NETWORKS[name]
    return row.rotations * (row.layers + 1) * (3 if row.concatenated else 1)


def is_done(task: Task, classes: int) -> bool:
    """Whether the folder holds the result of a task: the look, and of a run the network, undamaged."""
    given: Assignment = task.argument
    place = transplant_look if task.work is transplant else run_look
    if load(place(given.out, given.name, given.seed), classes) is None:
        return False
    if task.work is train:
        try:
            read_weights(run_folder(given.out, given.name, given.seed) / NETWORK)
        except UserError:
            return False
    return True


# --- in a process of the pool ------------------------------------------------------------------------------


def train(given: Assignment, number: int, report: Report) -> None:
    """Train a network, or go on with that, and look at the best of it."""
    device = _device(given.plan, number)
    report("opening the data", None)
    dataset = data_of(given.plan, given.seed, given.data_folder)
    run = run_folder(given.out, given.name, given.seed)
    training = _part(report, 0.0, _SHARE_OF_TRAINING)
    try:
        trained = _trained(given, dataset, device, training)
    except NothingToResume:
        for name in (SCALARS, CHECKPOINT, NETWORK, CONFIG):
            (run / name).unlink(missing_ok=True)
        trained = _trained(given, dataset, device, training)
    look = look_at(trained.network, dataset, given.plan, _part(report, _SHARE_OF_TRAINING, 1.0))
    look = replace(look, loss=trained.loss, validation=trained.validation, seconds=trained.seconds)
    save(look, run_look(given.out, given.name, given.seed))
    (run / CHECKPOINT).unlink(missing_ok=True)  # three times the weights, and nothing goes on from it


@dataclass(frozen=True, slots=True)
class _Trained:
    """The best network of a run, and what a look keeps of its training."""

    network: Network
    loss: tuple[float, ...]
    validation: tuple[float, ...]
    seconds: float


def _trained(
    given: Assignment, dataset: Dataset, device: torch.device, report: Callable[..., None]
) -> _Trained:
    """Train a network, or go on with that. Raises ``NothingToResume`` for a run that cannot be read any more."""
    run = run_folder(given.out, given.name, given.seed)
    network = new_network(given.plan, given.name, given.seed, dataset.classes)
    network.module.to(device)
    config = config_of(given.plan, given.seed, dataset)
    resume = (run / SCALARS).exists() or (run / CHECKPOINT).exists()
    ended = run_training(network, dataset, config, run, resume=resume, progress=report)
    _fill(network, run / NETWORK)
    try:
        return _Trained(network, *_curves(run / SCALARS, ended.epochs))
    except (ValueError, LookupError):
        raise NothingToResume(f"the run '{run.name}' is damaged; run the experiment again") from None


def _curves(path: Path, epochs: int) -> tuple[tuple[float, ...], tuple[float, ...], float]:
    """Loss and accuracy of validation after each epoch, and seconds at the end. Raises for what lacks one."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["split"] == "validation"]
    if [row["epoch"] for row in rows] != [str(epoch) for epoch in range(1, epochs + 1)]:
        raise ValueError("an epoch is missing")
    loss, accuracy = (tuple(float(row[key]) for row in rows) for key in ("loss", "accuracy"))
    return loss, accuracy, float(rows[-1]["seconds"])


def transplant(given: Assignment, number: int, report: Report) -> None:
    """Look at a network with the weights of the baseline of the same seed, as they are."""
    dataset: Dataset = data_of(given.plan, given.seed, given.data_folder)
    network = new_network(given.plan, given.name, given.seed, dataset.classes)
    network.module.to(_device(given.plan, number))
    _fill(network, run_folder(given.out, BASELINE, given.seed) / NETWORK)
    look = look_at(network, dataset, given.plan, report)
    save(look, transplant_look(given.out, given.name, given.seed))


def _fill(network: Network, path: Path) -> None:
    """Give a network its weights. Raises ``NothingToResume`` for a file without them."""
    try:
        network.module.load_state_dict(read_weights(path).tensors)
    except (UserError, RuntimeError) as error:  # RuntimeError: weights of something else
        raise NothingToResume(
            f"'{path.name}' of {path.parent.name} is damaged; run the experiment again"
        ) from error


def _device(plan: Plan, number: int) -> torch.device:
    """The device of a process; neighbours have different GPUs."""
    if plan.device == "cuda":
        device = torch.device("cuda", number % torch.cuda.device_count())
        torch.cuda.set_device(device)
        return device
    torch.set_num_threads(THREADS)
    return torch.device("cpu")


def _part(report: Report, first: float, last: float) -> Callable[..., None]:
    """A report for a part of the work, from one share done to another."""

    def told(text: str, fraction: float | None = None) -> None:
        report(text, None if fraction is None else first + fraction * (last - first))

    return told
