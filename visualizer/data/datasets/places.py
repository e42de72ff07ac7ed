"""Where data sets lie: the folders that are looked through, and the program's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import platformdirs

VARIABLE = "VISUALIZER_DATA"


def search_folders() -> tuple[Path, ...]:
    """The folders that data sets are looked for in, in this order.

    Those of the environment variable ``VISUALIZER_DATA`` (separated as in ``PATH``), the program's own and ``data``
    in the working directory.
    """
    named = (
        Path(os.path.expanduser(part)) for part in os.environ.get(VARIABLE, "").split(os.pathsep) if part
    )
    return (*named, own_folder(), Path("data"))


def own_folder() -> Path:
    """The program's own folder of data sets; downloads go there."""
    return Path(platformdirs.user_data_dir("cnn-visualizer", appauthor=False)) / "datasets"


def plain(name: str) -> str:
    """A name without case, dashes, blanks and underscores: ``Fashion-MNIST`` is ``fashionmnist``."""
    return "".join(character for character in name.lower() if character not in "-_ ")


def candidates(folders: tuple[Path, ...], names: tuple[str, ...]) -> Iterator[Path]:
    """Each folder itself, and the folders in it whose plain name is one of ``names``."""
    for folder in folders:
        try:
            inside = sorted(entry for entry in folder.iterdir() if plain(entry.name) in names)
        except OSError:  # not there, or not ours to read
            continue
        yield folder
        yield from (entry for entry in inside if entry.is_dir())
