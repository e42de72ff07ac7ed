"""What training asks the worker to do: plain functions without Qt, run in the prober's thread."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from visualizer.data.dataset import DataChoice, Dataset
from visualizer.data.inputs import Prepared
from visualizer.errors import UserError
from visualizer.networks import anatomy as anatomies
from visualizer.networks.device import choose_device
from visualizer.networks.network import Network, Preprocessing
from visualizer.networks.spec import NetworkSpec
from visualizer.probes.over_training import ProbabilityHistory, over_moments
from visualizer.streaming.prober import Report
from visualizer.training.config import TrainingConfig
from visualizer.training.expenses import Budget
from visualizer.training.first_try import suited, usual_batch, usual_choice, usual_config
from visualizer.training.forward import Forward
from visualizer.training.frames import Evaluation, Steps
from visualizer.training.live import LiveRun
from visualizer.training.transfer import freezable, has_matrices
from visualizer.training.validation import Validation
from visualizer.ui.jobs import OpenNetwork


@dataclass(frozen=True, slots=True, eq=False)
class OpenData:
    """A data set that is open: by which choice, drawn with which ``seed``, brought to which input of a network."""

    choice: DataChoice
    seed: int
    input: tuple[int, int, int]
    preprocessing: Preprocessing
    dataset: Dataset = field(repr=False)

    def fits(self, choice: DataChoice, network: Network, seed: int) -> bool:
        """Whether it need not be opened anew."""
        same_input = self.input == network.input and self.preprocessing == network.preprocessing
        return same_input and (self.choice, self.seed) == (choice, seed)


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """How a run is to begin: ``config`` None is that of a first try; ``fresh`` draws new weights."""

    config: TrainingConfig | None = None
    fresh: bool = False
    budget: Budget = field(default_factory=Budget)


@dataclass(frozen=True, slots=True, eq=False)
class Usual:
    """What the settings of a run depend on, and what they are at first.

    ``layers`` are the names of those that may keep their weights, ``classes`` the number of the network's scores,
    ``has_matrices`` whether Muon has weights to move, ``knows_data`` whether the network comes with weights that were
    trained on that very data. ``choice`` is that of the built-in shapes.
    """

    network: str
    layers: tuple[str, ...]
    parameters: int
    classes: int
    has_matrices: bool
    knows_data: bool
    config: TrainingConfig
    choice: DataChoice


@dataclass(frozen=True, slots=True, eq=False)
class Begun:
    """A run, the network that it begins from (another one where the classes made that necessary), and what to say."""

    run: LiveRun
    opened: OpenNetwork
    news: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Visited:
    """A recorded moment as a network."""

    step: int
    network: Network = field(repr=False)


def usual(opened: OpenNetwork, source: str, dataset: Dataset | None) -> Usual:
    """The settings of a first try of the open network with the data of ``source``; ``dataset`` where they are open."""
    from visualizer.networks.zoo import BUNDLED_WEIGHTS

    network = opened.network
    config, _ = usual_config(network, opened.anatomy, choose_device("auto"), source)
    choice = usual_choice(config.batch)
    if dataset is not None:
        config = suited(config, dataset)
    output = opened.anatomy.layers[-1].output if opened.anatomy.layers else ()
    classes = len(network.classes) or (output[0] if len(output) == 1 else 0)
    return Usual(
        network.name,
        freezable(network.module),
        opened.anatomy.parameters,
        classes,
        has_matrices(network.module),
        source == "shapes" and network.weights == BUNDLED_WEIGHTS,
        config,
        choice,
    )


def choice_of_first_try(opened: OpenNetwork) -> DataChoice:
    """As many of the built-in shapes as suit a first look at how the network learns."""
    return usual_choice(usual_batch(opened.network, opened.anatomy, choose_device("auto")))


def open_data(choice: DataChoice, network: Network, seed: int, download: bool, report: Report) -> OpenData:
    """The data set of a choice, at the size and in the colours that the network takes."""
    from visualizer.data.datasets import open_dataset

    dataset = open_dataset(
        choice, network.input, network.preprocessing, seed, progress=report, download=download
    )
    return OpenData(choice, seed, network.input, network.preprocessing, dataset)


def begin(opened: OpenNetwork, data: OpenData, start: Start) -> Begun:
    """A run of the open network; its last layer and its weights are drawn anew where that is wanted."""
    dataset, config = data.dataset, start.config
    if config is None:
        config, _ = usual_config(
            opened.network, opened.anatomy, choose_device("auto"), source=data.choice.source
        )
        config = suited(config, dataset)
    opened, news = _fitted(opened, dataset, config.seed)
    if start.fresh:
        opened = _fresh(opened, config.seed)
    run = LiveRun(opened.network, opened.anatomy, dataset, config, start.budget)
    return Begun(run, opened, news)


def _fitted(opened: OpenNetwork, dataset: Dataset, seed: int) -> tuple[OpenNetwork, str]:
    """The network with as many outputs as the data set has classes, and what to say of it."""
    from visualizer.training.start import fit_classes

    network, count = opened.network, len(dataset.classes)
    if len(network.classes) in (0, count):
        return opened, ""
    fitted = fit_classes(replace(network, spec=network.spec or _spec_of(network)), dataset, seed)
    fitted.module.eval().requires_grad_(False)
    news = (
        f"{network.name} has a new last layer with {count} outputs, one for each class of {dataset.name}; "
        "all other layers keep their weights."
    )
    return OpenNetwork(fitted, anatomies.examine(fitted), opened.source), news


def _fresh(opened: OpenNetwork, seed: int) -> OpenNetwork:
    """The network with new weights."""
    from visualizer.training.new_weights import with_new_weights

    fresh = with_new_weights(opened.network, seed)
    if opened.network.spec is not None:  # it was built from it: the same modules under the same names
        return replace(opened, network=fresh)
    return OpenNetwork(fresh, anatomies.examine(fresh))


def _spec_of(network: Network) -> NetworkSpec | None:
    from visualizer.networks import zoo

    return zoo.spec_of(network)


def visit(run: LiveRun, step: int, like: Network) -> Visited:
    """The recorded moment nearest to ``step``."""
    moment = run.moments.nearest(step)
    return Visited(moment.step, run.moments.network(moment, like))


def evaluate(run: LiveRun, dataset: Dataset, step: int, report: Report) -> Evaluation:
    """What the network of the recorded moment nearest to ``step`` says to all validation images."""
    moment = run.moments.nearest(step)
    module = run.moments.network_apart(moment).module
    device = next(module.parameters()).device
    forward = Forward(dataset.mean, dataset.std, device, "float32")
    looks = Validation(dataset, forward, device).looks([module], TrainingConfig(), moment.step, moment.epoch)
    for look in looks:
        report("Looking at the validation images …")
        if look is not None:
            return look
    raise UserError(f"{dataset.name} has no validation images; choose other data")


class HistoryOfClass:
    """How probable the true class of an input was at the moments of a run; asked again, it looks at the new ones.

    ``prepared`` is the input as the network takes it, ``most`` the number of moments that are looked at.
    """

    def __init__(self, run: LiveRun, prepared: Prepared, label: str, most: int = 48) -> None:
        self._run, self._prepared, self.label, self._most = run, prepared, label, most
        self._known: dict[int, tuple[float, float]] = {}  # epoch and probability by step

    def __call__(self, report: Report) -> ProbabilityHistory | None:
        run = self._run
        classes = run.start.classes
        if self.label not in classes:
            return None
        index = classes.index(self.label)
        for step in self._chosen(run.moments.steps()):
            if step not in self._known:
                moment = run.moments.nearest(step)
                network = run.moments.network_apart(moment)
                report("")
                seen = over_moments([(moment.epoch, network)], self._prepared.tensor, index, self.label)
                self._known[step] = (moment.epoch, float(seen.probability[0]))
        steps = sorted(self._known)
        epochs = np.array([self._known[step][0] for step in steps], np.float32)
        values = np.array([self._known[step][1] for step in steps], np.float32)
        return ProbabilityHistory(self.label, index, epochs, values)

    def _chosen(self, steps: Steps) -> list[int]:
        """Spread over the run; those that are known already are taken where they are near enough."""
        places = np.unique(np.linspace(0, len(steps) - 1, self._most).round().astype(np.intp))
        known = np.array(sorted(self._known), np.int64)
        room = max(1.0, float(steps[-1]) / self._most / 2)
        wanted = steps[places]
        if len(known):
            far = np.abs(wanted[:, None] - known[None, :]).min(axis=1) > room
            wanted = wanted[far]
        return [int(step) for step in wanted]
