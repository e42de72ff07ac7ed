"""What the turning input asks the worker to do: plain functions without Qt, run in a prober's thread."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from visualizer.data.dataset import DataChoice, Dataset
from visualizer.data.inputs import Input
from visualizer.data.transforms import NOTHING, Change
from visualizer.data.transforms.table import values_of
from visualizer.errors import UserError
from visualizer.experiments import rotation
from visualizer.networks.network import Network
from visualizer.probes.response.curve import ResponseRun
from visualizer.probes.response.dataset import DatasetRun
from visualizer.probes.response.equivariance import EquivarianceRun
from visualizer.probes.response.frames import Equivariance, Response
from visualizer.probes.response.study_figures import StudyFigures, study_figures
from visualizer.streaming.prober import Report
from visualizer.training.live import LiveRun
from visualizer.ui import training_jobs
from visualizer.ui.jobs import OpenNetwork, PreparedFor, prepared_for
from visualizer.ui.rotation.state import Study

_LIVE_SECONDS = 0.04  # that one look of a run may take
_LIVE_LEAST, _LIVE_MOST = 8, 72  # values of one
_EQUIVARIANCE_STEP = 15.0  # degrees


@dataclass(frozen=True, slots=True, eq=False)
class CurveSlice:
    """The curve of the line ``key`` as far as it is, and what goes on with it."""

    key: str
    run: ResponseRun = field(repr=False)
    response: Response = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class StudySlice:
    """The same over a data set: what is shown of it is worked out here, where nobody waits for the screen."""

    key: str
    run: DatasetRun = field(repr=False)
    figures: StudyFigures = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class EquivarianceSlice:
    """The same for the layers."""

    run: EquivarianceRun = field(repr=False)
    equivariance: Equivariance = field(repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """Networks to compare with.

    Of ``files``, with a sentence on each that could not be opened; or of a run, ``moments`` are then their steps.
    """

    networks: tuple[Network, ...]
    troubles: tuple[str, ...] = ()
    moments: tuple[int, ...] = ()
    files: tuple[Path, ...] = ()


def begin_curve(
    key: str,
    network: Network,
    shown: Input,
    known: PreparedFor | None,
    change: Change,
    step: float,
    seconds: float,
    report: Report,
) -> CurveSlice:
    """Ask a network about the input at every value of the transform, for so long."""
    plain = prepared_for(network, shown, _plain(known), NOTHING).plain
    values = values_of(change.transform, step)
    run = ResponseRun(network, plain.tensor, change.transform, values, change.border, shown.label)
    return curve_on(key, run, seconds, report)


def curve_on(key: str, run: ResponseRun, seconds: float, report: Report) -> CurveSlice:
    """Ask on for so long."""
    return CurveSlice(key, run, run.advance(seconds))


def _plain(known: PreparedFor | None) -> PreparedFor | None:
    """A prepared input before any change, to be used again."""
    return None if known is None else replace(known, prepared=known.plain, change=NOTHING, turned=None)


class LookWhileItTurns:
    """The curve of a network in training, with as many values as a short look has time for."""

    def __init__(self, shown: Input, known: PreparedFor | None, change: Change, step: float) -> None:
        self._shown, self._known = shown, _plain(known)
        self._change, self._step = change, step
        self._count = _LIVE_LEAST

    def __call__(self, network: Network) -> Response:
        """The whole curve; the next one has more values if this one was quick."""
        change = self._change
        known = self._known = prepared_for(network, self._shown, self._known, NOTHING)
        values = values_of(change.transform, self._step)
        values = values[:: max(1, -(-len(values) // self._count))]
        run = ResponseRun(
            network, known.plain.tensor, change.transform, values, change.border, self._shown.label
        )
        start = time.perf_counter()
        response = run.advance()
        each = (time.perf_counter() - start) / len(values)
        self._count = int(np.clip(_LIVE_SECONDS / each, _LIVE_LEAST, _LIVE_MOST))
        return response


def begin_study(
    key: str,
    network: Network,
    data: Dataset | None,
    choice: DataChoice,
    seed: int,
    study: Study,
    change: Change,
    seconds: float,
    report: Report,
) -> tuple[StudySlice, Dataset]:
    """Ask a network about the images of a data set, for so long; opens the data first where it is not there."""
    if data is None:
        wanted = replace(choice, validation_count=study.count) if choice.source == "shapes" else choice
        data = training_jobs.open_data(wanted, network, seed, False, report).dataset
    values = values_of(change.transform, study.step if change.transform == "rotation" else None)
    run = DatasetRun(network, data, change.transform, values, change.border, count=study.count)
    return study_on(key, run, seconds, report), data


def study_on(key: str, run: DatasetRun, seconds: float, report: Report) -> StudySlice:
    """Ask on for so long."""
    return StudySlice(key, run, study_figures(run.advance(seconds)))


def begin_equivariance(
    opened: OpenNetwork,
    shown: Input,
    known: PreparedFor | None,
    border: str,
    seconds: float,
    report: Report,
) -> EquivarianceSlice:
    """Compare the maps of the turned input with the turned maps of the input, for so long."""
    plain = prepared_for(opened.network, shown, _plain(known), NOTHING).plain
    values = values_of("rotation", _EQUIVARIANCE_STEP)
    run = EquivarianceRun(opened.network, opened.anatomy, plain.tensor, values, border)
    return equivariance_on(run, seconds, report)


def equivariance_on(run: EquivarianceRun, seconds: float, report: Report) -> EquivarianceSlice:
    """Compare on for so long."""
    return EquivarianceSlice(run, run.advance(seconds))


def run_experiment(settings: rotation.RotationSettings, report: Report) -> rotation.Outcome:
    """The rotation experiment: this thread waits for the processes that compute it."""
    return rotation.run(settings, report)


def networks_of_moments(run: LiveRun, steps: Sequence[int], report: Report) -> Opened:
    """Networks with the weights that a run had at recorded moments nearest to these steps."""
    moments = dict.fromkeys(run.moments.nearest(step) for step in steps)
    networks = tuple(run.moments.network(moment) for moment in moments)
    return Opened(networks, moments=tuple(moment.step for moment in moments))


def open_networks(paths: Sequence[Path], report: Report) -> Opened:
    """Networks of files, one after the other; those that cannot be opened are told of."""
    from visualizer.networks import zoo

    networks, troubles, files = [], [], []
    for index, path in enumerate(paths):
        report(f"Opening {path.name}", index / len(paths))
        try:
            networks.append(zoo.open_network(str(path)))
            files.append(path)
        except UserError as error:
            troubles.append(str(error))
    return Opened(tuple(networks), tuple(troubles), files=tuple(files))
