"""The data set of training: chosen, opened by the worker, opened anew when the network takes another input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from visualizer.data.dataset import DataChoice, Dataset
from visualizer.data.datasets.request import NotHere
from visualizer.data.shapes import CLASSES
from visualizer.errors import UserError
from visualizer.streaming.prober import Report
from visualizer.training.first_try import obstacle
from visualizer.ui import training_jobs
from visualizer.ui.training_jobs import OpenData

if TYPE_CHECKING:
    from visualizer.ui.jobs import OpenNetwork
    from visualizer.ui.session import Session

TOPIC = "data"


@dataclass(frozen=True, slots=True)
class DataState:
    """What there is of the data.

    ``dataset`` is there when it is open; ``opening`` is a sentence while it is being opened, with ``fraction`` of it
    done (None: not known); ``problem`` says why it cannot be, ``is_missing`` that a download would help.
    """

    choice: DataChoice | None = None
    dataset: Dataset | None = field(default=None, repr=False)
    opening: str = ""
    fraction: float | None = None
    problem: str = ""
    is_missing: bool = False


class TrainingData(QObject):
    """Opens the chosen data set. Emits ``changed(DataState)``.

    ``choice`` None is as many of the built-in shapes as suit a first look at how the open network learns.
    """

    changed = Signal(object)

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.state = DataState()
        self.choice: DataChoice | None = None
        self.seed = 1337
        self._open: OpenData | None = None
        self._downloads = False  # what is being opened is fetched first
        self._then: Callable[[OpenData], None] | None = None
        self._otherwise: Callable[[str], None] | None = None
        session.network_changed.connect(self._follow)
        session.progressed.connect(self._progressed)
        session.answer(TOPIC, self._opened, self._refused)
        session.failed.connect(self._failed)

    @property
    def source(self) -> str:
        """The name of the data set or folder that is chosen."""
        return self.choice.source if self.choice is not None else "shapes"

    @property
    def name(self) -> str:
        """What the data set calls itself; before it is open, what it was chosen by."""
        return self.dataset.name if self.dataset is not None else self.source

    def obstacle(self, opened: OpenNetwork) -> str:
        """Why the network cannot learn the chosen data, "" where nothing is known against it."""
        network, dataset = opened.network, self.dataset
        classes: tuple[str, ...] | None = CLASSES if self.source == "shapes" else None
        if dataset is not None:
            classes = dataset.classes
        if network.classes and (classes is None or len(network.classes) != len(classes)):
            classes = network.classes  # it will be given another last layer
        return obstacle(network, opened.anatomy, classes, self.name)

    @property
    def dataset(self) -> Dataset | None:
        """The data set, where it is open for the network that is."""
        return self.state.dataset

    def choose(self, choice: DataChoice, *, download: bool = False) -> None:
        """Take another data set, and open it; with ``download`` it may be fetched first.

        The built-in shapes are opened when somebody wants to see them or to train: they are drawn, which costs time.
        """
        self.choice = choice
        if download or choice.source != "shapes" or self.state != DataState():
            self._ask(download=download)

    def open(self) -> None:
        """Open the chosen data, if it is not."""
        opened = self._session.opened
        if opened is not None and not self._session.awaits(TOPIC) and self.dataset is None:
            self._ask()

    def want(self, then: Callable[[OpenData], None], otherwise: Callable[[str], None]) -> None:
        """Call ``then`` with open data that the network can learn, now or later; or ``otherwise`` with a sentence."""
        self._then, self._otherwise = then, otherwise
        if self._open is not None and self.dataset is not None and self._open.seed == self.seed:
            self._hand_over(self._open)
            return
        if not self._session.awaits(TOPIC):
            self._ask()

    def want_no_more(self) -> None:
        """Nobody waits for the data now; it is opened all the same."""
        self._then = self._otherwise = None

    def cancel(self) -> None:
        """Open nothing."""
        if self._session.awaits(TOPIC):
            self._session.cancel(TOPIC)
            sentence = "opening the data was cancelled; press play to open it"
            self._refused(NotHere(sentence) if self._downloads else UserError(sentence))

    def _ask(self, *, download: bool = False) -> None:
        opened, choice = self._session.opened, self.choice
        if opened is None:
            return
        seed, self._downloads = self.seed, download
        if self._open is not None and choice is not None and self._open.fits(choice, opened.network, seed):
            self._opened(self._open)
            return
        self._tell(DataState(choice, opening="Opening the data set …"))

        def job(report: Report) -> OpenData:
            wanted = choice or training_jobs.choice_of_first_try(opened)
            return training_jobs.open_data(wanted, opened.network, seed, download, report)

        self._session.ask(TOPIC, job)

    def _opened(self, value: object) -> None:
        assert isinstance(value, OpenData)
        self._open = value
        self._tell(DataState(value.choice, value.dataset))
        self._hand_over(value)

    def _hand_over(self, data: OpenData) -> None:
        """To who wanted it; only now is known whether the network can learn it."""
        opened, then, otherwise = self._session.opened, self._then, self._otherwise
        self._then = self._otherwise = None
        reason = self.obstacle(opened) if opened is not None else ""
        if reason and otherwise is not None:
            otherwise(reason)
        elif then is not None:
            then(data)

    def _refused(self, error: UserError) -> None:
        self._open = None
        self._tell(DataState(self.choice, problem=str(error), is_missing=isinstance(error, NotHere)))
        otherwise, self._then, self._otherwise = self._otherwise, None, None
        if otherwise is not None:
            otherwise(str(error))

    def _failed(self, topic: str) -> None:
        """Opening has ended in an error of another kind, as the session has said: nobody need wait any more."""
        if topic == TOPIC and self.state.opening:
            self._refused(UserError("the data could not be opened; choose other data or a smaller input"))

    def _progressed(self, topic: str, text: str, fraction: float | None) -> None:
        if topic == TOPIC:
            self._tell(DataState(self.choice, opening=text, fraction=fraction))

    def _follow(self, opened: OpenNetwork) -> None:
        """Another network: what was opened for another input does not fit it."""
        held, choice = self._open, self.choice
        if held is not None and choice is not None and held.fits(choice, opened.network, self.seed):
            return
        self._open = None
        if held is not None or self._session.awaits(TOPIC):
            self._ask()

    def _tell(self, state: DataState) -> None:
        self.state = state
        self.changed.emit(state)
