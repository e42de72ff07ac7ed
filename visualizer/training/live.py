"""A run to be watched: the training loop, with probes between its steps and moments that can be visited."""

from __future__ import annotations

import copy
import itertools
import threading
from collections.abc import Generator, Mapping
from dataclasses import replace

import torch
from torch import nn

from visualizer.data.dataset import Dataset
from visualizer.networks.anatomy import Anatomy
from visualizer.networks.apart import tensors_of, with_tensors
from visualizer.networks.device import choose_device
from visualizer.networks.network import Network
from visualizer.training.config import TrainingConfig
from visualizer.training.expenses import Budget, Expenses
from visualizer.training.failures import Diverged, in_sentences, where_numbers_end
from visualizer.training.first_try import LESS_MEMORY, check_memory
from visualizer.training.first_try import obstacle as obstacle
from visualizer.training.first_try import usual_choice as usual_choice
from visualizer.training.first_try import usual_config as usual_config
from visualizer.training.frames import LiveFrame
from visualizer.training.loop import Step, Training
from visualizer.training.moments import Moment, Moments
from visualizer.training.recorder import Recorder
from visualizer.training.reporting import Reporter
from visualizer.training.statistics_watch import STATISTICS, StatisticsWatch
from visualizer.training.watching import Beside, Inline, Looker, Probe, Watch

REFRESH = 0.3  # s between two snapshots
SNAPSHOT_PATIENCE = 1.0  # s that one waits for the budget at most
LONGEST = 0.08  # s between two frames, also where the budget leaves nothing for looks


class LiveRun:
    """Trains a copy of ``network`` on ``dataset``. A runner drains ``frames`` in a thread; the rest is for any thread.

    ``moments`` are the recorded weights, ``start`` the network at step 0. Make a run where nothing else uses the
    network's module: a probe under way would be copied along. ``beside`` forces whether probes run in a thread of
    their own on a copy of the weights (as on a GPU) or between the steps (as on the processor). Raises ``OutOfMemory``
    where the processor's memory will not suffice.
    """

    def __init__(
        self,
        network: Network,
        anatomy: Anatomy,
        dataset: Dataset,
        config: TrainingConfig,
        budget: Budget | None = None,
        *,
        device: torch.device | None = None,
        beside: bool | None = None,
    ) -> None:
        self._device = device or choose_device("auto")
        self._beside = self._device.type == "cuda" if beside is None else beside
        self._budget = budget or Budget()
        self._anatomy, self._config = anatomy, config
        if self._device.type == "cpu":
            check_memory(network, anatomy, config.batch)
        spec = replace(network.spec, classes=dataset.classes) if network.spec else None
        module = copy.deepcopy(network.module)
        start = copy.deepcopy(module).cpu().eval().requires_grad_(False)
        self.start = replace(network, module=start, classes=dataset.classes, spec=spec)
        learning = replace(self.start, module=module.requires_grad_(True), weights="live")
        self._to_train: tuple[Network, Dataset] | None = learning, dataset  # until it is trained
        self._threads = torch.get_num_threads()
        self.moments = Moments(self.start, self._budget.moment_bytes)
        self.last: LiveFrame | None = None
        """What was told last when the run ended, its network that of the last step; after an error that of the newest
        moment. None while it goes on."""
        self._watch = Watch(self._budget)
        self._probes: Mapping[str, Probe] = {}
        self._statistics: StatisticsWatch | None = None
        self._watches_statistics = False
        self._training: Training | None = None
        self._lock = threading.Lock()
        self._asked = threading.Event()
        self._closely = False

    # --- for any thread --------------------------------------------------------------------------

    def watch(self, probes: Mapping[str, Probe]) -> None:
        """Have these topics looked at as often as the budget allows, and no others; a new probe is due at once."""
        with self._lock:
            self._probes = dict(probes)
        self._set_topics()

    def watch_statistics(self, watched: bool) -> None:
        """Have the layers measured every two seconds; otherwise only at the ends of epochs."""
        self._watches_statistics = watched
        self._set_topics()

    def ask(self) -> None:
        """Have a newer copy of the weights with one of the next frames, at most three times a second."""
        self._asked.set()

    def follow_closely(self, closely: bool) -> None:
        """Yield after steps of training alone, with its weights and all answers each time: for single steps."""
        self._closely = closely

    def apply(self, config: TrainingConfig) -> None:
        """Go on with these settings from the next step on."""
        with self._lock:
            self._config = config
            if self._training is not None:
                self._training.apply(config)

    def _set_topics(self) -> None:
        with self._lock:
            probes, statistics = dict(self._probes), self._statistics
            if statistics is not None and self._watches_statistics:
                probes[STATISTICS] = statistics.measure
            self._watch.set_probes(probes, {STATISTICS: 0.5})

    # --- the run ---------------------------------------------------------------------------------

    def frames(self) -> Generator[LiveFrame | None]:
        """Train; yields after every step and every batch of validation: what is to be told, where that is due.

        Raises ``Diverged`` when the loss stops being a number and ``OutOfMemory`` when memory runs out.
        """
        assert self._to_train is not None, "a run is made for one training"
        network, dataset = self._to_train
        self._to_train = None
        # A thread that begins while another one looks on one thread alone would keep to one itself.
        torch.set_num_threads(self._threads)
        expenses = Expenses(self._budget)
        module, batch = network.module, self._config.batch
        try:
            with in_sentences(network.name, LESS_MEMORY, module, batch, self._anatomy):
                training = Training(module.to(self._device), dataset, self._config)
                with self._lock:
                    self._training = training
                    training.apply(self._config)
                yield from self._drained(_Going(self, network, dataset, training, expenses))
        finally:  # who visits moments afterwards keeps neither data nor optimizer on the device
            with self._lock:
                self._training = self._statistics = None
            self.watch({})

    def _drained(self, going: _Going) -> Generator[LiveFrame | None]:
        try:
            yield from going.frames()
        except GeneratorExit:
            self.last = going.ended()
            raise
        except BaseException as error:
            self.last = going.failed(error)
            raise
        finally:
            going.close()
        self.last = going.ended()


class _Going:
    """One run that is going on; everything here belongs to its thread."""

    def __init__(
        self, run: LiveRun, network: Network, dataset: Dataset, training: Training, expenses: Expenses
    ) -> None:
        self._run, self._training, self._expenses = run, training, expenses
        self._network, self._data = network, dataset.name
        self._recorder = Recorder(run.moments, expenses, training.module, aside=run._beside)
        self._reporter = Reporter(training, expenses)
        self._statistics = StatisticsWatch(run._anatomy, training, dataset, expenses)
        run._statistics = self._statistics
        run._set_topics()
        # The last, for it begins a thread, which somebody has to end.
        self._looker: Looker = Beside(expenses, training.module) if run._beside else Inline(expenses)
        self._look_due = 0.0
        self._told_at = -LONGEST
        self._refreshed = -REFRESH
        self._owes_snapshot = False

    def frames(self) -> Generator[LiveFrame | None]:
        run, expenses = self._run, self._expenses
        self._statistics.begin()
        self._look({STATISTICS: self._statistics.measure})
        for step in self._training.steps():
            is_step = step.split == "training"
            if is_step:
                expenses.stepped()
                self._check()
                self._take_moment(step)
            else:
                self._reporter.note_evaluation()
                if run._closely:
                    continue  # a single step is one of training; validation comes along with the next
            frame = self._frame(looks=is_step)
            if run._closely and run._watches_statistics:
                self._statistics.arm()
            expenses.pause()
            yield frame
            expenses.resume()

    def _check(self) -> None:
        step = self._training.diverged
        if step is not None:
            batch = self._training.batch
            layer = ""
            if batch is not None and step == self._training.step:
                images = self._statistics.standardised(batch.images)
                layer = where_numbers_end(self._training.module, self._run._anatomy, images)
            raise Diverged(self._network.name, step, layer)

    def _take_moment(self, step: Step) -> None:
        """Record the weights where that is due; where a snapshot was asked for, it is the newest moment."""
        run, now = self._run, self._expenses.now
        waited = now - self._refreshed
        # Frames take the budget as soon as it allows anything: in the end a snapshot must not ask.
        may = self._expenses.watching.allows(now) or waited > SNAPSHOT_PATIENCE
        if run._asked.is_set() and waited > REFRESH and may:
            run._asked.clear()
            self._refreshed = now
            self._owes_snapshot = True
        always = self._owes_snapshot or run._closely
        moment = self._recorder.record(step.step, self._training.epoch, always=always)
        moment = moment or self._recorder.collect(wait=run._closely)
        if moment is not None and always:
            self._owes_snapshot = False
            self._reporter.network = run.moments.network(moment)

    def _frame(self, *, looks: bool) -> LiveFrame | None:
        """A frame where one is due, with the answers of the probes that are due."""
        run, expenses, now = self._run, self._expenses, self._expenses.now
        is_paid = now >= self._look_due and expenses.watching.allows(now)
        looks_around = looks and (run._closely or is_paid)
        interval = 1 / run._budget.frames_per_second
        tells = looks_around or now >= self._told_at + (max(interval, LONGEST) if looks else interval)
        measures = looks and self._statistics.pending
        if not (tells or measures):
            return None
        if looks_around:
            allowance = expenses.watching
        elif measures:
            allowance = expenses.measuring if self._statistics.ends_epoch else expenses.watching
        else:  # figures alone cost next to nothing; on a busy machine they would leave nothing for looks
            allowance = expenses.telling
        with expenses.spending("publishing", allowance):
            probes: dict[str, Probe] = {}
            if looks_around:
                self._look_due = max(self._look_due, now - interval) + interval
                probes = run._watch.due(now, everything=run._closely)
                if not run._closely:  # one at a time: every frame shows something new, and none takes long
                    probes = dict(itertools.islice(probes.items(), 1))
                if probes.pop(STATISTICS, None):  # gradients and updates are measured within a step
                    self._statistics.arm()
            if measures:
                probes[STATISTICS] = self._statistics.measure
            self._look(probes)
            if not tells:
                return None
            self._told_at = now
            return self._told()

    def _look(self, probes: Mapping[str, Probe]) -> None:
        if self._looker.busy:
            self._statistics.missed()
        elif probes:
            self._looker.look(self._network, probes, self._run._watch)

    def _told(self) -> LiveFrame:
        answers = self._run._watch.answers()
        answers.pop(STATISTICS, None)
        return self._reporter.frame(self._run.moments.steps(), answers, self._statistics.history())

    def ended(self) -> LiveFrame:
        """All there is to be told at the end, with the weights of the last step, or the average that was validated."""
        training = self._training
        count = training.step
        if not count:
            return self._with(None)
        self._recorder.collect(wait=True)
        moment = self._recorder.record(count, training.epoch, always=True)
        moment = moment or self._recorder.collect(wait=True)
        validated = training.validated
        if validated is training.module:
            return self._with(moment)
        tensors = {name: tensor.detach().cpu().clone() for name, tensor in tensors_of(validated).items()}
        return self._with(moment, with_tensors(self._run.start.module, tensors))

    def failed(self, error: BaseException) -> LiveFrame:
        """All there is to be told after an error, with the newest moment: the weights may be half updated.

        Of one that diverged, with the last moment before that: its running statistics are no numbers either.
        """
        before = self._run.moments.before(error.step) if isinstance(error, Diverged) else None
        return self._with(before)

    def _with(self, moment: Moment | None, averaged: nn.Module | None = None) -> LiveFrame:
        moment = moment or self._run.moments.newest()
        network = self._run.moments.network(moment)
        steps = f"{moment.step:,}".replace(",", " ")
        words = f"trained {steps} step{'s' if moment.step != 1 else ''} on {self._data}"
        if averaged is not None:
            network, words = replace(network, module=averaged), f"{words}, averaged"
        self._reporter.network = replace(network, weights=words)
        return self._told()

    def close(self) -> None:
        self._looker.close()
