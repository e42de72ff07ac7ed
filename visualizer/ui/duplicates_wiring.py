"""The search for near-duplicates behind the Data set panel, and the images that are chosen there."""

from __future__ import annotations

from PySide6.QtCore import QObject

from visualizer.data.dataset import Dataset
from visualizer.data.duplicate_pictures import ShownDuplicates, with_pictures
from visualizer.data.inputs import Input
from visualizer.data.near_duplicates import find, splits_of
from visualizer.data.thumbnails import full_picture
from visualizer.streaming.prober import Report
from visualizer.ui.panels.dataset import DatasetPanel
from visualizer.ui.session import Session
from visualizer.ui.training_data import DataState

TOPIC = "duplicates"


class DuplicateSearchWiring(QObject):
    """Searches when asked, in the worker that nobody waits for, and stops when the data are no longer the same."""

    def __init__(self, session: Session, panel: DatasetPanel) -> None:
        super().__init__(panel)
        self._session, self._panel = session, panel
        self._dataset: Dataset | None = None  # the one that is searched
        session.answer(TOPIC, self._found)
        session.progressed.connect(self._progressed)
        session.failed.connect(self._failed)
        session.training.data.changed.connect(self._data_changed)
        panel.duplicates_requested.connect(self._search)
        panel.duplicates_cancelled.connect(self._stop)
        panel.image_chosen.connect(self._open_image)

    def _search(self) -> None:
        dataset = self._dataset = self._session.training.data.dataset
        if dataset is not None:
            self._panel.set_search_progress(0.0, "reading images")
            self._session.ask(TOPIC, lambda report: _search(dataset, report))

    def _stop(self) -> None:
        self._dataset = None
        self._session.cancel(TOPIC)
        self._panel.set_search_progress(None)

    def _data_changed(self, state: DataState) -> None:
        if self._dataset is not None and state.dataset is not self._dataset:
            self._stop()

    def _progressed(self, topic: str, text: str, fraction: float | None) -> None:
        if topic == TOPIC and self._dataset is not None:
            self._panel.set_search_progress(fraction or 0.0, text)

    def _failed(self, topic: str) -> None:
        if topic == TOPIC:
            self._panel.set_search_progress(None)

    def _found(self, value: object) -> None:
        assert isinstance(value, ShownDuplicates)
        self._panel.set_search_progress(None)
        self._panel.set_duplicates(value)

    def _open_image(self, split: str, index: int) -> None:
        dataset = self._session.training.data.dataset
        if dataset is not None:
            self._session.ask("input", lambda _: _read(dataset, split, index))


def _search(dataset: Dataset, report: Report) -> ShownDuplicates:
    splits = splits_of(dataset)
    return with_pictures(splits, find(splits, report), dataset.classes)


def _read(dataset: Dataset, split: str, index: int) -> Input:
    kept = {"validation": dataset.validation, "test": dataset.test}.get(split)
    examples = kept if kept is not None else dataset.training(0)
    label = dataset.classes[int(examples.labels[index])]
    return Input(full_picture(examples, index), f"{dataset.name}, {split} image {index}", label=label)
