"""What opening a data set needs to know, the same for every kind."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from visualizer.data.dataset import DataChoice
from visualizer.errors import UserError
from visualizer.networks.download import Progress as Progress
from visualizer.networks.network import Preprocessing


class NotHere(UserError):
    """The files of a data set are not on this computer, and can be downloaded."""


def silent(text: str, fraction: float | None = None) -> None:
    """The progress of work that nobody watches."""


@dataclass(frozen=True, slots=True)
class Request:
    """A data set that is asked for, for a network of the given ``input`` (C, H, W).

    ``seed`` draws what is kept for validation. ``report`` is told what is being done, and may raise to stop it.
    """

    choice: DataChoice
    input: tuple[int, int, int]
    preprocessing: Preprocessing
    seed: int
    report: Progress = field(default=silent, repr=False)


@dataclass(frozen=True, slots=True)
class Resource:
    """A file that can be downloaded: where it goes below the folder of data sets, from where, its MD5 and size."""

    path: Path
    urls: tuple[str, ...]
    md5: str
    size: int
