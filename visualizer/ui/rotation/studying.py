"""The networks over a data set: begun and cancelled by the user, one network after the other."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer

from visualizer.data.dataset import DataChoice, Dataset
from visualizer.data.transforms import Change
from visualizer.data.transforms.table import TRANSFORMS
from visualizer.errors import UserError, as_sentence
from visualizer.networks.network import Network
from visualizer.probes.response.dataset import DatasetRun
from visualizer.probes.response.study_figures import StudyFigures
from visualizer.ui.rotation import jobs
from visualizer.ui.rotation.comparison import Comparison
from visualizer.ui.rotation.live import LiveRotation
from visualizer.ui.rotation.state import OPEN, Line, RotationState, Study

_TOPIC = "rotation study"
_SLICE, _LONGEST_SLICE = 0.15, 1.0  # s
_ANSWERS = 400_000  # of which figures are shown at once; those of more take longer, and come less often
_PAUSE = 300  # ms between two slices while the input moves, which needs the cores
_MOST_KEPT = 200_000_000  # bytes of answers to earlier questions
_DATA_KEPT = 2  # data sets: networks that take turns may need two; each can take hundreds of megabytes

_Question = tuple[str, str]  # a transform, and the border where that matters


class Studying(QObject):
    """Asks every network about every image; what the figures are of stays until they are asked for anew."""

    def __init__(self, rotation: LiveRotation, comparison: Comparison) -> None:
        super().__init__(rotation)
        self._rotation, self._session, self._comparison = rotation, rotation.session, comparison
        self._waiting: list[str] = []  # keys of lines still to be asked
        self._count = 0  # of lines in all
        self._key = ""
        self._asked: Network | None = None  # whose answers are under way
        self._run: DatasetRun | None = None
        state = rotation.state
        self._how = (state.study, state.change)  # as it was when the study began: of all its networks
        self._question = _question(state.change)
        self._kept: dict[tuple[str, _Question], tuple[Network, StudyFigures]] = {}  # by line and question
        self._choice = self._session.training.data.choice
        self._data: dict[object, Dataset] = {}
        self._data_of: object = None
        self._answers = 0  # of the network that is asked, in the end
        self._seconds = 0.0  # of the work of earlier networks
        self._had_answers = False
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE)
        self._pause.timeout.connect(self._go_on)
        self._session.answer(_TOPIC, self._went_on, self._refused)
        self._session.failed.connect(self._failed)
        self._session.training.data.changed.connect(self._follow_data)
        rotation.changed.connect(self._follow)
        self._follow_data()

    # --- requests ------------------------------------------------------------------------------------

    def set_study(self, study: Study) -> None:
        """How networks are asked the next time."""
        self._rotation.tell(study=replace(study, data=self._session.training.data.name))

    def start(self) -> None:
        """Ask all networks anew."""
        lines = self._rotation.state.lines
        self.cancel()
        if not lines:
            return
        self._waiting, self._count = [line.key for line in lines], len(lines)
        self._seconds = 0.0
        self._how = (self._rotation.state.study, self._rotation.state.change)
        self._rotation.tell(lines=_with(lines, {}), study_progress=0.0)
        self._next()

    def cancel(self) -> None:
        """Leave the figures as they are."""
        if self._rotation.state.study_progress is None:
            return
        self._session.cancel(_TOPIC)
        self._end("cancelled")

    # --- one network after the other -------------------------------------------------------------------

    def _next(self) -> None:
        self._asked = self._run = None
        while self._waiting:
            self._key = self._waiting.pop(0)
            network = self._network(self._key)
            if network is not None and self._key == OPEN and self._rotation.state.live:
                self._rotation.set_line(OPEN, study_trouble=_learns(network))
            elif network is not None:
                self._begin(network)
                return
        self._end(f"done {time.strftime('%H:%M')}, {_duration(self._seconds)}" if self._any() else "")

    def _begin(self, network: Network) -> None:
        data, (study, change) = self._session.training.data, self._how
        self._asked = network
        choice = data.choice or DataChoice()
        count = study.count if choice.source == "shapes" else 0
        self._data_of = (choice, network.input, network.preprocessing, data.seed, count)
        job = partial(
            jobs.begin_study,
            self._key,
            network,
            self._data.get(self._data_of),
            choice,
            data.seed,
            study,
            change,
            _SLICE,
        )
        self._rotation.tell(study_words=network.name)
        self._session.ask(_TOPIC, job)

    def _network(self, key: str) -> Network | None:
        if key == OPEN:
            return self._session.opened.network if self._session.opened else None
        return self._comparison.network(key)

    def _went_on(self, value: object) -> None:
        if isinstance(value, tuple):  # the first slice of a network, and the data that were opened for it
            value, self._data[self._data_of] = value
            for old in list(self._data)[:-_DATA_KEPT]:
                del self._data[old]
        assert isinstance(value, jobs.StudySlice)
        if self._rotation.state.study_progress is None or self._asked is None:
            return
        study = value.figures.study
        share = study.done / max(1, len(study.labels))
        finished = self._count - len(self._waiting) - 1
        self._keep(value.key, self._asked, value.figures)
        self._run, self._answers = value.run, study.predicted.size
        self._rotation.set_line(value.key, studied=value.figures)
        self._rotation.tell(study_progress=min(1.0, (finished + share) / self._count))
        if study.complete:
            self._seconds += study.seconds
            self._next()
        elif self._rotation.state.moving or self._rotation.state.playing:
            self._pause.start()
        else:
            self._go_on()

    def _go_on(self) -> None:
        run = self._run
        if run is not None and self._rotation.state.study_progress is not None:
            self._run = None
            seconds = min(_SLICE * max(1.0, self._answers / _ANSWERS), _LONGEST_SLICE)
            self._session.ask(_TOPIC, partial(jobs.study_on, self._key, run, seconds))

    def _refused(self, error: UserError) -> None:
        """A network that cannot be asked does not keep the others from it."""
        self._rotation.set_line(self._key, study_trouble=as_sentence(str(error)))
        self._next()

    def _any(self) -> bool:
        return any(line.studied is not None for line in self._rotation.state.lines)

    def _failed(self, topic: str) -> None:
        is_over = self._run is None and not self._session.awaits(_TOPIC)
        if topic == _TOPIC and self._rotation.state.study_progress is not None and is_over:
            self._end("")

    def _end(self, words: str) -> None:
        self._waiting, self._asked, self._run, self._key = [], None, None, ""
        self._pause.stop()
        self._rotation.tell(study_progress=None, study_words=words)

    # --- what else happens -----------------------------------------------------------------------------

    def _follow(self, state: RotationState) -> None:
        """Figures of one question say nothing of another; a network that is gone is not asked on."""
        keys = [line.key for line in state.lines]
        self._waiting = [key for key in self._waiting if key in keys]
        for key, question in list(self._kept):
            if self._known(key, question) is None:  # a network that nobody else has any more
                del self._kept[key, question]
        question = _question(state.change)
        if question != self._question:
            self.cancel()
            self._question = question
            lines = self._rotation.state.lines
            known = {line.key: self._known(line.key, question) for line in lines}
            self._rotation.tell(lines=_with(lines, known), study_words="")
        elif self._asked is not None and self._network(self._key) is not self._asked:
            self._leave(self._asked)
        elif state.study_words and state.study_progress is None and self._had_answers and not self._any():
            self._rotation.tell(study_words="")  # the networks whose study it was are gone
        self._had_answers = self._any()

    def _leave(self, network: Network) -> None:
        """What is asked just now is gone: its answers are not those of what has taken its place."""
        self._session.cancel(_TOPIC)
        self._pause.stop()
        is_open = self._key == OPEN
        self._asked = None
        if is_open:
            self._rotation.set_line(OPEN, study_trouble=_left(network))
        self._next()

    def _keep(self, key: str, network: Network, figures: StudyFigures) -> None:
        """Have an answer at hand when its question is asked again; the oldest ones make room."""
        self._kept.pop((key, self._question), None)
        self._kept[key, self._question] = network, figures
        earlier = [place for place in self._kept if place[1] != self._question]
        while earlier and sum(kept.nbytes for _, kept in self._kept.values()) > _MOST_KEPT:
            del self._kept[earlier.pop(0)]

    def _known(self, key: str, question: _Question) -> StudyFigures | None:
        """What was found before, with the weights that the line still has."""
        network, figures = self._kept.get((key, question), (None, None))
        return figures if network is not None and network is self._network(key) else None

    def _follow_data(self, _: object = None) -> None:
        """Figures of other data are no longer those that the panel names."""
        data, state = self._session.training.data, self._rotation.state
        if data.choice != self._choice:
            self._choice = data.choice
            self.cancel()
            self._data.clear()
            self._kept.clear()
            self._rotation.tell(lines=_with(self._rotation.state.lines, {}), study_words="")
        if data.name != state.study.data:
            self._rotation.tell(study=replace(self._rotation.state.study, data=data.name))


def _with(lines: Sequence[Line], known: Mapping[str, StudyFigures | None]) -> tuple[Line, ...]:
    """The lines with these answers, and nothing against them."""
    return tuple(replace(line, studied=known.get(line.key), study_trouble="") for line in lines)


def _question(change: Change) -> _Question:
    matters = TRANSFORMS[change.transform].uses_border or change.border == "circle"
    return change.transform, change.border if matters else ""


def _learns(network: Network) -> str:
    return (
        f"{network.name} is learning: pause the run, or keep the network for comparison (C), then press Run."
    )


def _left(network: Network) -> str:
    return (
        f"{network.name} was not asked to the end, because other weights are open now: press Run again. "
        "What is kept for comparison (C) is asked to the end."
    )


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
