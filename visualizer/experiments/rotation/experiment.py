"""The whole experiment: everything that its folder lacks is computed, then the report is written."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch

from visualizer.atomic import replacing
from visualizer.data.transforms import values_of
from visualizer.errors import UserError
from visualizer.experiments.folder import unwritable, working_in
from visualizer.experiments.pool import MOST_JOBS, Answer, Task, work_through
from visualizer.experiments.rotation.findings import findings
from visualizer.experiments.rotation.look import TRANSFORM
from visualizer.experiments.rotation.recipe import DataFacts, facts, open_data
from visualizer.experiments.rotation.report import REPORT, write_report
from visualizer.experiments.rotation.results import Results, read
from visualizer.experiments.rotation.runs import THREADS, is_done, tasks, train
from visualizer.experiments.rotation.settings import (
    SETTINGS,
    Plan,
    RotationSettings,
    from_json,
    plan_of,
    to_json,
)
from visualizer.experiments.rotation.variants import spec_of
from visualizer.experiments.rotation.verdicts import Finding
from visualizer.networks.device import choose_device
from visualizer.networks.machine import cores, machine
from visualizer.networks.memory import available
from visualizer.networks.naming import shown
from visualizer.networks.planning import plan as planned
from visualizer.probes.response.dataset import MOST_ANSWERS

Report = Callable[[str, float | None], None]
_PROCESS_BYTES = 1_500_000_000  # torch, CIFAR-10 and a batch of the largest network


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an experiment: its folder, the Markdown page, what it says, and what failed in words."""

    folder: Path
    report: Path
    findings: tuple[Finding, ...] = field(repr=False)
    failures: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0


def run(settings: RotationSettings, report: Report) -> Outcome:
    """Compute what the folder ``settings.out`` lacks, and write the report anew.

    ``report(text, share done or None)`` is called at least ten times a second; what it raises, and Ctrl-C, ends all
    processes, and the same call goes on from there. Raises ``UserError`` for settings that cannot be, a folder that
    holds something else or that another experiment runs in, ``NotHere`` for data that a download would bring.
    """
    begin = time.monotonic()
    device = choose_device(settings.device).type
    plan = plan_of(settings, device)
    _check_answers(plan)
    report("opening the data", None)
    data = facts(open_data(plan, plan.seeds[0], settings.data_folder, settings.download, report))
    with working_in(settings.out, SETTINGS):
        return _worked(plan, settings, data, report, begin)


def _worked(plan: Plan, settings: RotationSettings, data: DataFacts, report: Report, begin: float) -> Outcome:
    """Compute what is missing in a folder that nobody else works in, and write the report."""
    _keep(plan, settings.out)
    failures = _compute(plan, settings, data, report)
    report("writing the report", 1.0)
    results = read(plan, settings.out, data, _machine_words(plan.device), failures)
    if not results.runs:
        raise UserError(failures[0][1])
    page = _written(results, settings.out)
    return Outcome(settings.out, page, findings(results), failures, time.monotonic() - begin)


def _written(results: Results, out: Path) -> Path:
    try:
        write_report(results, out)
    except OSError as error:
        raise UserError(unwritable(out)) from error
    return out / REPORT


def _check_answers(plan: Plan) -> None:
    """Raise ``UserError`` for too many answers before anything is trained."""
    values = len(values_of(TRANSFORM, plan.step))
    if plan.images * values > MOST_ANSWERS:
        raise UserError(
            f"{plan.images:,} images at {values:,} angles each are more than {MOST_ANSWERS:,} answers; "
            "choose fewer images or a larger step"
        )


def _keep(plan: Plan, out: Path) -> None:
    """Write the settings into the folder, or see that they are those that it has."""
    try:
        if (out / SETTINGS).exists():
            _check_same(plan, out)
            return
        with replacing(out / SETTINGS) as part:
            part.write_text(to_json(plan), encoding="utf-8")
    except OSError as error:
        raise UserError(unwritable(out)) from error


def _check_same(plan: Plan, out: Path) -> None:
    try:
        before = from_json((out / SETTINGS).read_text(encoding="utf-8"))
    except ValueError:
        raise UserError(
            f"'{shown(out.name)}' holds an experiment of another version, or a damaged one; choose another folder"
        ) from None
    differing = [key for key in Plan.__dataclass_fields__ if getattr(before, key) != getattr(plan, key)]
    if differing:
        raise UserError(
            f"'{shown(out.name)}' holds an experiment with other settings ({', '.join(differing)}); "
            "give those, or choose another folder"
        )


def _compute(
    plan: Plan, settings: RotationSettings, data: DataFacts, report: Report
) -> tuple[tuple[str, str], ...]:
    """Do all tasks that are not done; what failed, and why."""
    every = list(tasks(plan, settings.out, settings.data_folder))
    done = {task.name for task in every if is_done(task, len(data.classes))}
    missing = [_without(task, done) for task in every if task.name not in done]
    if not missing:
        return ()
    progress = _Progress(plan, every, done, data.classes, report)
    answers = work_through(missing, settings.jobs or _usual_jobs(plan.device), progress)
    return tuple((name, answer.failure) for name, answer in answers.items() if answer.failure)


def _without(task: Task, done: set[str]) -> Task:
    """The task without what it need not wait for."""
    return Task(task.name, task.work, task.argument, tuple(name for name in task.after if name not in done))


def _usual_jobs(device: str) -> int:
    """One process for each GPU, else for each core, as far as memory suffices.

    Two processes with one core each are faster than one with two: small networks do not share their work well.
    """
    if device == "cuda":
        return max(1, torch.cuda.device_count())
    return max(1, min(cores(), available() // _PROCESS_BYTES, MOST_JOBS))


def _machine_words(device: str) -> str:
    """What computes, and with which version of torch."""
    facts = machine()
    if device == "cuda":
        return f"{facts['gpu']}, torch {facts['torch']}"
    threads = f"{THREADS} thread{'s' if THREADS > 1 else ''} to a network"
    return f"{facts['cpu']}, {facts['cores']} cores, {threads}, torch {facts['torch']}"


class _Progress:
    """Tells how far the experiment is: networks weigh what they cost."""

    def __init__(
        self, plan: Plan, every: list[Task], done: set[str], classes: tuple[str, ...], report: Report
    ) -> None:
        row = plan.row
        costs = {name: planned(spec_of(name, classes, row.width, row.side)).macs for name in plan.networks}
        trained = plan.epochs * 3  # forward and back, as often as that
        self._weights = {
            task.name: costs[task.argument.name] * (trained if task.work is train else 1) for task in every
        }
        self._total = sum(self._weights.values())
        self._done, self._report = done, report

    def __call__(self, answers: Mapping[str, Answer], under_way: Mapping[str, tuple[str, float]]) -> None:
        over = self._done | answers.keys()
        work = float(sum(self._weights[name] for name in over))
        work += sum(self._weights[name] * share for name, (_, share) in under_way.items())
        parts = [f"{len(over)} of {len(self._weights)} done"]
        parts += [f"{name}: {text}" if text else name for name, (text, _) in under_way.items()]
        self._report("; ".join(parts), min(1.0, work / self._total))
