"""Downloading the published files of a data set, only ever when the user asked for it."""

from __future__ import annotations

from pathlib import Path

from visualizer.data.datasets.request import Progress, Resource
from visualizer.errors import UserError
from visualizer.networks.download import Words, fetch

_WORDS = Words(
    instead="name the folder that holds its files",
    smaller="choose another data set",
    place="the folder of data sets",
)


def fetch_resource(resource: Resource, folder: Path, progress: Progress) -> None:
    """Download a file into ``folder`` unless it is there, from the first of its servers that gives it out.

    Its MD5 is checked. Raises ``UserError`` when no server does, and what ``progress`` raises; in no case part of a
    file stays.
    """
    target = folder / resource.path
    if target.exists():
        return
    for number, url in enumerate(resource.urls, start=1):
        try:
            fetch(url, target, progress, _WORDS, md5=resource.md5)
            return
        except UserError:
            if number == len(resource.urls):
                raise
