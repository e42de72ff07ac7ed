"""What training asks the worker to do: plain functions without Qt, run in the prober's thread."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from visualizer.data.dataset import DataChoice, Dataset
from visualizer.errors import UserError
from visualizer.networks import anatomy as anatomies
from visualizer.networks.device import choose_device
from visualizer.networks.network import Network
from visualizer.networks.spec import NetworkSpec
from visualizer.streaming.prober import Report
from visualizer.training.config import TrainingConfig
from visualizer.training.expenses import Budget
from visualizer.training.first_try import usual_batch, usual_choice, usual_config
from visualizer.training.live import LiveRun
from visualizer.ui.jobs import OpenNetwork


@dataclass(frozen=True, slots=True, eq=False)
class OpenData:
    """A data set that is open, brought to the input of ``network``, and by which choice."""

    choice: DataChoice
    network: Network = field(repr=False)
    dataset: Dataset = field(repr=False)

    def fits(self, choice: DataChoice, network: Network) -> bool:
        """Whether it need not be opened anew."""
        own = self.network
        same = own.input == network.input and own.preprocessing == network.preprocessing
        return same and self.choice == choice


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """How a run is to begin: ``config`` None is that of a first try; ``fresh`` draws new weights."""

    config: TrainingConfig | None = None
    fresh: bool = False
    budget: Budget = field(default_factory=Budget)


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


def choice_of_first_try(opened: OpenNetwork) -> DataChoice:
    """As many of the built-in shapes as suit a first look at how the network learns."""
    return usual_choice(usual_batch(opened.network, opened.anatomy, choose_device("auto")))


def open_data(choice: DataChoice, network: Network, seed: int, download: bool, report: Report) -> OpenData:
    """The data set of a choice, at the size and in the colours that the network takes."""
    from visualizer.data.datasets import open_dataset

    dataset = open_dataset(
        choice, network.input, network.preprocessing, seed, progress=report, download=download
    )
    return OpenData(choice, network, dataset)


def begin(opened: OpenNetwork, data: OpenData, start: Start) -> Begun:
    """A run of the open network; its last layer and its weights are drawn anew where that is wanted."""
    dataset, config = data.dataset, start.config
    if config is None:
        config, _ = usual_config(
            opened.network, opened.anatomy, choose_device("auto"), source=data.choice.source
        )
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
    """The network with new weights, drawn with ``seed``."""
    import torch

    from visualizer.networks.building import build

    network = opened.network
    spec = network.spec or _spec_of(network)
    if spec is None:
        raise UserError(
            f"the layers of {network.name} are not known, so it cannot have new weights; keep its own"
        )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        module = build(spec).eval().requires_grad_(False)
    fresh = replace(network, module=module, weights="random weights", spec=spec)
    same = network.spec is not None
    return replace(opened, network=fresh) if same else OpenNetwork(fresh, anatomies.examine(fresh))


def _spec_of(network: Network) -> NetworkSpec | None:
    from visualizer.networks import zoo

    return zoo.spec_of(network)


def visit(run: LiveRun, step: int, like: Network) -> Visited:
    """The recorded moment nearest to ``step``."""
    moment = run.moments.nearest(step)
    if moment is None:
        raise UserError("nothing was recorded yet; wait for the first step")
    return Visited(moment.step, run.moments.network(moment, like))
