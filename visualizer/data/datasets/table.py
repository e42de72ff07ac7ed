"""The table of data sets, one row each, and the one way to open any of them."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from visualizer.data.dataset import DataChoice, Dataset
from visualizer.data.datasets.cifar import CIFAR_10, CIFAR_100
from visualizer.data.datasets.digits import open_digits
from visualizer.data.datasets.downloads import fetch_resource
from visualizer.data.datasets.folder import find_folder, open_folder
from visualizer.data.datasets.mnist import FASHION_MNIST, MNIST, find_idx, open_idx
from visualizer.data.datasets.places import candidates, own_folder, plain, search_folders
from visualizer.data.datasets.request import NotHere, Progress, Request, Resource, silent
from visualizer.data.datasets.shapes import open_shapes
from visualizer.errors import UserError
from visualizer.networks.memory import size_words
from visualizer.networks.naming import shown
from visualizer.networks.network import Preprocessing

FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class DatasetKind:
    """One row: what a data set is, where it is from, who may use it, and how it is opened.

    ``name`` is what a run and the command line call it, ``title`` what menus do. A built-in one has ``make``. One
    that lies in files has ``find``, which gives the place of its files at a path (None: it is something else),
    ``open``, which reads them, and ``folders``, the plain names of folders to look in. ``resources`` are the files
    that can be downloaded.
    """

    name: str
    title: str
    description: str
    origin: str
    licence: str
    make: Callable[[Request], Dataset] | None = None
    find: Callable[[Path], Path | None] | None = None
    open: Callable[[Request, Path], Dataset] | None = None
    folders: tuple[str, ...] = ()
    resources: tuple[Resource, ...] = ()

    @property
    def download_bytes(self) -> int:
        """What a download fetches; 0 where there is nothing to download."""
        return sum(resource.size for resource in self.resources)


def _find_files(path: Path) -> Path | None:
    return find_idx(path) or find_folder(path)


def _open_files(request: Request, place: Path) -> Dataset:
    return open_idx(request, place) if find_idx(place) else open_folder(request, place)


DATASETS = (
    DatasetKind(
        "shapes",
        "Shapes",
        "Pictures of one or two triangles, parallelograms and ellipses in nine classes, drawn anew in each epoch.",
        "drawn by this program",
        "free to use",
        make=open_shapes,
    ),
    DatasetKind(
        "digits",
        "Digits",
        "1,797 handwritten digits of 8×8 pixels: small enough to learn in seconds.",
        "E. Alpaydin and C. Kaynak (1998), as it comes with scikit-learn",
        "CC BY 4.0",
        make=open_digits,
    ),
    DatasetKind(
        "mnist",
        "MNIST",
        "70,000 handwritten digits of 28×28 pixels, 10,000 of them for the test.",
        "Y. LeCun, C. Cortes and C. Burges (1998)",
        "CC BY-SA 3.0",
        find=MNIST.find,
        open=MNIST.open,
        folders=("mnist",),
        resources=MNIST.resources,
    ),
    DatasetKind(
        "fashion-mnist",
        "Fashion-MNIST",
        "70,000 pieces of clothing of 28×28 pixels in ten classes, 10,000 of them for the test.",
        "H. Xiao, K. Rasul and R. Vollgraf (2017)",
        "MIT",
        find=FASHION_MNIST.find,
        open=FASHION_MNIST.open,
        folders=("fashionmnist",),
        resources=FASHION_MNIST.resources,
    ),
    DatasetKind(
        "cifar-10",
        "CIFAR-10",
        "60,000 colour photographs of 32×32 pixels: six animals and four vehicles, 10,000 for the test.",
        "A. Krizhevsky (2009)",
        "no licence is stated; its author asks to be cited",
        find=CIFAR_10.find,
        open=CIFAR_10.open,
        folders=("cifar10",),
        resources=CIFAR_10.resources,
    ),
    DatasetKind(
        "cifar-100",
        "CIFAR-100",
        "60,000 colour photographs of 32×32 pixels in a hundred classes, 10,000 for the test.",
        "A. Krizhevsky (2009)",
        "no licence is stated; its author asks to be cited",
        find=CIFAR_100.find,
        open=CIFAR_100.open,
        folders=("cifar100",),
        resources=CIFAR_100.resources,
    ),
    DatasetKind(
        FOLDER,
        "Folder",
        "Your own pictures: a folder or zip archive with one folder per class, in train, validation and test or not.",
        "your computer",
        "yours",
        find=_find_files,
        open=_open_files,
    ),
)  # fmt: skip


def kind_named(name: str) -> DatasetKind | None:
    """The row of this name; case, dashes and underscores do not matter."""
    return next((row for row in DATASETS if plain(row.name) == plain(name)), None)


def find_kind(kind: DatasetKind, folders: Sequence[Path] | None = None) -> Path | None:
    """Where the files of a row lie in the search folders; None where they do not, and for what has no files."""
    if kind.find is None or not kind.folders:
        return None
    searched = search_folders() if folders is None else tuple(folders)
    found = (kind.find(candidate) for candidate in candidates(searched, kind.folders))
    return next((place for place in found if place is not None), None)


def open_dataset(
    choice: DataChoice,
    input: tuple[int, int, int],
    preprocessing: Preprocessing,
    seed: int,
    progress: Progress | None = None,
    *,
    folders: Sequence[Path] | None = None,
    download: bool = False,
    download_to: Path | None = None,
) -> Dataset:
    """The data set of a choice for a network of the given ``input`` (C, H, W).

    ``choice.source`` is the name of a row or a path; files of the row are looked for in ``folders`` (those of
    ``search_folders`` by default) and fetched into ``download_to`` (the program's own folder) only with
    ``download``. ``progress`` is told what is being done, and the part done (0…1) where it is known; what it raises
    ends the opening. Raises ``NotHere`` for files that a download would bring, ``UserError`` for a name that is none,
    files that are damaged, and data that a network cannot learn from.
    """
    request = Request(choice, input, preprocessing, seed, progress or silent)
    kind = kind_named(choice.source)
    if kind is None or (kind.name == FOLDER and Path(choice.source).exists()):
        return _open_path(request)
    if kind.make is not None:
        return kind.make(request)
    if not kind.resources:
        raise UserError("name the folder of your pictures itself instead of 'folder'")
    place = find_kind(kind, folders)
    if place is None and download:
        place = _download(kind, download_to or own_folder(), request.report)
    if place is None:
        raise NotHere(_absent(kind))
    assert kind.open is not None, "what is found can be opened"
    return kind.open(request, place)


def _open_path(request: Request) -> Dataset:
    text = request.choice.source
    path = Path(os.path.expanduser(text))  # Path's own raises for a user that does not exist
    try:
        is_there = path.exists()
    except (OSError, ValueError):  # a name that is too long, a null byte
        is_there = False
    if not is_there:
        raise UserError(_unknown(text))
    for kind in DATASETS:
        place = kind.find(path) if kind.find else None
        if place is not None and kind.open is not None:
            return kind.open(request, place)
    raise UserError(f"'{shown(path.name)}' is no folder or zip archive of pictures; choose another data set")


def _unknown(text: str) -> str:
    names = [row.name for row in DATASETS if row.name != FOLDER]
    near = difflib.get_close_matches(text.lower(), names, n=1)
    hint = (
        f"did you mean {near[0]}?" if near else f"say {', '.join(names)}, or name a folder of class folders"
    )
    return f"there is no data set '{shown(text)}'; {hint}"


def _absent(kind: DatasetKind) -> str:
    return (
        f"{kind.title} is not on this computer; download it ({size_words(kind.download_bytes)}), or choose the "
        "folder that holds its files instead"
    )


def _download(kind: DatasetKind, folder: Path, report: Progress) -> Path:
    assert kind.find is not None, "what can be downloaded lies in files"
    for resource in kind.resources:
        fetch_resource(resource, folder, report)
    found = (kind.find(candidate) for candidate in candidates((folder,), kind.folders))
    return next(place for place in found if place is not None)
