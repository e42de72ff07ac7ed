"""Pictures of the data that is learnt: in the strip of the Input dock, the first of them as the input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject

from visualizer.data.dataset import Dataset
from visualizer.data.inputs import Input
from visualizer.data.thumbnails import full_picture
from visualizer.ui import jobs
from visualizer.ui.gallery import THUMBNAIL_SIDE, GalleryItem
from visualizer.ui.training_data import DataState

if TYPE_CHECKING:
    from visualizer.ui.session import Session

TOPIC = "data samples"
SAMPLES = 24
_SHAPES = "shapes"  # has samples of its own from the first start on


class DataSamples(QObject):
    """Shows samples of the validation images when other data is open: maps of other pictures would mean nothing."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._shown: Dataset | None = None
        session.answer(TOPIC, self._drawn)
        session.training.data.changed.connect(self._follow)

    def _follow(self, state: DataState) -> None:
        dataset = state.dataset
        if dataset is None or dataset is self._shown:
            return
        is_other = self._shown is None or self._shown.name != dataset.name
        self._shown = dataset
        if is_other and dataset.name != _SHAPES:
            self._session.ask(TOPIC, lambda _: samples_of(dataset))

    def _drawn(self, value: object) -> None:
        assert isinstance(value, tuple)
        if value and self._shown is not None:
            self._session.gallery.open_set(f"Samples of {self._shown.name}", value)


def samples_of(dataset: Dataset) -> tuple[GalleryItem, ...]:
    """Validation images, of the classes in turn, thumbnails included."""
    labels = dataset.validation.labels.cpu().numpy()
    rounds = np.zeros(len(labels), np.int64)  # how many of its class come before each
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        rounds[places] = np.arange(len(places))
    chosen = np.lexsort((labels, rounds))[:SAMPLES]
    items = []
    for index in chosen.tolist():
        name = dataset.classes[int(labels[index])]
        shown = Input(full_picture(dataset.validation, index), f"{name}, validation {index}", label=name)
        items.append(GalleryItem(shown.name, shown, name, jobs.small_picture(shown, THUMBNAIL_SIDE)))
    return tuple(items)
