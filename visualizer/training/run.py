"""Runs on disk: what a run was told, what it measured, its best network, and where to go on.

A run is a folder: ``config.json``, ``scalars.csv`` (one row per reading), ``network.safetensors`` (the best
network so far by validation accuracy) and ``checkpoint.pt`` (the state after the last whole epoch).
"""

from __future__ import annotations

import csv
import dataclasses
import errno
import json
import pickle
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, Any

import torch

from visualizer.atomic import replacing
from visualizer.data.dataset import DataChoice, Dataset
from visualizer.data.datasets import open_dataset, search_folders
from visualizer.data.datasets.request import Progress
from visualizer.errors import UserError
from visualizer.networks.device import choose_device
from visualizer.networks.files import save_network
from visualizer.networks.naming import shown
from visualizer.networks.network import Network
from visualizer.training.config import TrainingConfig
from visualizer.training.failures import Diverged, in_sentences
from visualizer.training.first_try import suited
from visualizer.training.loop import Step, Training
from visualizer.training.settings import problems
from visualizer.training.start import fit_classes, open_start

CONFIG, SCALARS, NETWORK, CHECKPOINT = "config.json", "scalars.csv", "network.safetensors", "checkpoint.pt"
_DAMAGES = (  # what reading a damaged JSON, CSV or checkpoint raises
    ValueError, LookupError, TypeError, AttributeError, RuntimeError, EOFError, csv.Error, pickle.UnpicklingError,
)  # fmt: skip
COLUMNS = tuple(field.name for field in dataclasses.fields(Step))


class NothingToResume(UserError):
    """A folder holds no run that can be gone on with, or a damaged one."""


@dataclasses.dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended: validation accuracy (0…1) of the last epoch and of the best, whose network is kept."""

    run: Path
    epochs: int
    accuracy: float
    best_accuracy: float


def train_command(
    *,
    network_name: str,
    data: str,
    epochs: int | None = None,
    batch: int | None = None,
    optimizer: str | None = None,
    learning_rate: float | None = None,
    schedule: str | None = None,
    device: str = "auto",
    seed: int = 1337,
    run: Path,
    resume: bool = False,
    data_folder: Path | None = None,
    download: bool = False,
    progress: Progress | None = None,
    note: Callable[[str], None] = lambda text: None,
) -> RunResult:
    """Train the network of a name or file on a data set by name, or a folder of class folders, into the folder ``run``.

    What is None takes the default of ``TrainingConfig``. The files of a data set are looked for in ``data_folder``
    first, and fetched into it (the program's own folder without it) only with ``download``. ``progress`` is called
    with a text and the share done (0…1), ``note`` with what the user should know of the data. Raises ``UserError``
    for a name, number, device or folder that cannot be used, and for a network that gives no scores of classes.
    """
    usual = TrainingConfig()
    config = TrainingConfig(
        epochs=usual.epochs if epochs is None else epochs,
        batch=usual.batch if batch is None else batch,
        optimizer=optimizer or usual.optimizer,
        learning_rate=learning_rate,
        schedule=schedule or usual.schedule,
        seed=seed,
    )
    _check(config)
    chosen = choose_device(device)
    network = open_start(network_name, config.seed)
    dataset = open_dataset(
        DataChoice(data),
        network.input,
        network.preprocessing,
        config.seed,
        progress,
        folders=(data_folder, *search_folders()) if data_folder else None,
        download=download,
        download_to=data_folder,
    )
    for sentence in dataset.notes:
        note(sentence)
    network = fit_classes(network, dataset, config.seed)
    if batch is not None:
        _check(config, dataset)
    config = suited(config, dataset)
    network.module.to(chosen)
    return run_training(network, dataset, config, run, resume=resume, progress=progress)


def _check(config: TrainingConfig, dataset: Dataset | None = None) -> None:
    """Raise ``UserError`` with the first thing that is wrong with the settings, for ``dataset`` where it is known."""
    count = dataset.training_count if dataset is not None else None
    for sentence in problems(config, training_count=count).values():
        raise UserError(sentence)


def run_training(
    network: Network,
    dataset: Dataset,
    config: TrainingConfig,
    run: Path,
    *,
    resume: bool = False,
    progress: Progress | None = None,
) -> RunResult:
    """Train the module of ``network`` and keep the run in the folder ``run``; with ``resume`` go on with the run there.

    Raises ``UserError`` where the folder holds a run already (or one with other settings), where it cannot be
    written, when the loss stops being a number and when memory runs out, ``NothingToResume`` where there is none to
    resume or it is damaged.
    """
    training = Training(network.module, dataset, config)
    told = {"network": network.name, "data": dataset.name, "classes": list(dataset.classes)}
    told |= dataclasses.asdict(config)
    try:
        best, rows = _resumed(run, training, told) if resume else _started(run, told)
        _write_rows(rows, run / SCALARS)
        with (run / SCALARS).open("a", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            with in_sentences(network.name, "choose a smaller network", network.module, config.batch):
                accuracy, best = _drain(training, config, network, run, best, writer.writerow, file, progress)
    except OSError as error:
        raise UserError(f"the folder '{shown(run.name)}' cannot be written to; choose another") from error
    return RunResult(run, training.epochs_done, accuracy if accuracy is not None else best, best)


def _drain(
    training: Training,
    config: TrainingConfig,
    network: Network,
    run: Path,
    best: float,
    write: Callable[[Iterable[Any]], Any],
    file: IO[str],
    progress: Progress | None,
) -> tuple[float | None, float]:
    """Work through the steps; the accuracy of the last validation (None without any) and the best one."""
    accuracy = None
    for _ in training.steps():
        for step in training.readings():
            write(dataclasses.astuple(step))
            file.flush()
            if progress is not None:
                progress(_in_words(step, config), min(1.0, step.step / training.total_steps))
            if step.split == "validation" and step.accuracy is not None:
                accuracy = step.accuracy
                if accuracy > best:
                    best = accuracy
                    save_network(network.spec, training.validated, run / NETWORK)
                if step.epoch == training.epochs_done:  # not in the middle of an epoch
                    _save_checkpoint({**training.state_dict(), "best": best}, run / CHECKPOINT)
        if training.diverged is not None:
            raise Diverged(network.name, training.diverged, "")
    return accuracy, best


def _in_words(step: Step, config: TrainingConfig) -> str:
    return (
        f"epoch {step.epoch} of {config.epochs}, step {step.step}, {step.split}: "
        f"loss {step.loss:.4f}, accuracy {100 * (step.accuracy or 0):.1f} %"
    )


def _started(run: Path, told: dict[str, Any]) -> tuple[float, list[list[str]]]:
    """A new run; refuses a folder that holds one, so that hours of work are not overwritten."""
    if (run / SCALARS).exists() or (run / CHECKPOINT).exists():
        raise UserError(f"'{shown(run.name)}' holds a run already; resume it or choose another folder")
    run.mkdir(parents=True, exist_ok=True)
    (run / CONFIG).write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    return -1.0, []


def _resumed(run: Path, training: Training, told: dict[str, Any]) -> tuple[float, list[list[str]]]:
    """Load the state of a run; the best accuracy and the rows of its whole epochs come back."""
    name = shown(run.name)
    try:
        before = json.loads((run / CONFIG).read_text(encoding="utf-8"))
        differing = [key for key in told if before.get(key) != told[key]]
        if differing:
            raise UserError(
                f"the run '{name}' has other settings ({', '.join(differing)}); resume it with its own"
            )
        with (run / SCALARS).open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file))[1:]
        if not (run / CHECKPOINT).exists():  # stopped in its first epoch
            return -1.0, []
        with in_sentences(told["network"], "choose a smaller network"):  # a lack of memory damages nothing
            state = _checkpoint(run / CHECKPOINT)
            training.load_state_dict(state)
        kept = [row for row in rows if len(row) == len(COLUMNS) and int(row[1]) <= training.epochs_done]
        return float(state["best"]), kept
    except FileNotFoundError:
        raise NothingToResume(f"'{name}' holds no run to resume; leave --resume out") from None
    except _DAMAGES:
        raise NothingToResume(f"the run '{name}' is damaged; start it anew in another folder") from None


def _checkpoint(path: Path) -> dict[str, Any]:
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        if error.errno != errno.EINVAL:  # that is told of a file that is cut off; another may be read later
            raise
        raise ValueError("no checkpoint") from error
    return state


def _write_rows(rows: list[list[str]], path: Path) -> None:
    """The rows to go on from, whole or not at all: who is killed meanwhile has those of before."""
    with replacing(path) as part, part.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows])


def _save_checkpoint(state: dict[str, Any], path: Path) -> None:
    with replacing(path) as part:
        torch.save(state, part)
