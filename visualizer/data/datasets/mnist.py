"""MNIST, Fashion-MNIST and whatever else comes as idx files, packed as published or not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from visualizer.data.dataset import Dataset, Examples
from visualizer.data.datasets.assembly import Published, dataset_for
from visualizer.data.datasets.idx import read_idx
from visualizer.data.datasets.places import plain
from visualizer.data.datasets.request import Progress, Request, Resource
from visualizer.errors import UserError
from visualizer.networks.naming import shown

_IMAGES, _LABELS = "images-idx3-ubyte", "labels-idx1-ubyte"
_TRAINING, _TEST = "train", "t10k"


@dataclass(frozen=True, slots=True)
class IdxFamily:
    """One published set of idx files: its name, the folder it is kept in, and the files as they are packed."""

    name: str
    folder: str
    classes: tuple[str, ...]
    resources: tuple[Resource, ...]

    def find(self, path: Path) -> Path | None:
        """The folder of the files at ``path`` or in its ``raw``, if they are of this family.

        Told by the name of the folder, else by the MD5 of the labels, the smallest file that is published.
        """
        folder = find_idx(path)
        if folder is None:
            return None
        if plain(_set_name(folder)) == plain(self.folder):
            return folder
        labels = _file(folder, f"{_TRAINING}-{_LABELS}")
        return folder if labels is not None and self._is_published(labels) else None

    def open(self, request: Request, folder: Path) -> Dataset:
        """The data set for a network."""
        notes = tuple(
            f"'{file.name}' is not the published file: its checksum differs"
            for file in _files(folder)
            if file.suffix == ".gz" and not self._is_published(file)
        )
        return dataset_for(_published(self.name, self.classes, folder, notes, request.report), request)

    def _is_published(self, file: Path) -> bool:
        try:
            digest = hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()
        except OSError:
            return False
        return digest in {resource.md5 for resource in self.resources}


def find_idx(path: Path) -> Path | None:
    """``path`` or the ``raw`` in it, whichever holds training images and labels as idx files."""
    for folder in (path, path / "raw"):
        if _file(folder, f"{_TRAINING}-{_IMAGES}") and _file(folder, f"{_TRAINING}-{_LABELS}"):
            return folder
    return None


def open_idx(request: Request, folder: Path) -> Dataset:
    """A data set of idx files that no row names; its classes are numbers."""
    published = _published(shown(_set_name(folder)), (), folder, (), request.report)
    labels = [examples.labels.max() for examples in (published.training, published.test) if examples]
    classes = tuple(str(number) for number in range(int(max(labels)) + 1))
    return dataset_for(replace(published, classes=classes), request)


def _set_name(folder: Path) -> str:
    place = folder.absolute()
    return place.parent.name if place.name == "raw" else place.name


def _published(
    name: str, classes: tuple[str, ...], folder: Path, notes: tuple[str, ...], report: Progress
) -> Published:
    report(f"reading {name}", 0.0)
    training = _examples(folder, _TRAINING)
    assert training is not None, "find_idx has seen them"
    report(f"reading {name}", 0.8)
    test = _examples(folder, _TEST)
    if test is None:
        notes = (*notes, f"{name} has no test images here")
    elif test.images.shape[1:] != training.images.shape[1:]:
        raise UserError(f"the test images of {name} have another size than those of training; get new copies")
    return Published(name, classes, training, test, notes)


def _examples(folder: Path, split: str) -> Examples | None:
    images, labels = _file(folder, f"{split}-{_IMAGES}"), _file(folder, f"{split}-{_LABELS}")
    if images is None or labels is None:
        return None
    pixels, targets = read_idx(images, 3), read_idx(labels, 1)
    if len(pixels) != len(targets):
        raise UserError(
            f"'{images.name}' holds {len(pixels):,} images and '{labels.name}' {len(targets):,} labels; "
            "take both from the same data set"
        )
    if not pixels.size:
        raise UserError(f"'{images.name}' holds no images; get the original file")
    return Examples(torch.from_numpy(pixels)[:, None], torch.from_numpy(targets).long())


def _files(folder: Path) -> list[Path]:
    stems = [f"{split}-{part}" for split in (_TRAINING, _TEST) for part in (_IMAGES, _LABELS)]
    return [file for stem in stems if (file := _file(folder, stem)) is not None]


def _file(folder: Path, stem: str) -> Path | None:
    """The file of a part, packed or not; some copies have a dot before ``idx``."""
    for name in (stem, stem.replace("-idx", ".idx")):
        for ending in ("", ".gz"):
            if (folder / f"{name}{ending}").is_file():
                return folder / f"{name}{ending}"
    return None


def _resources(
    folder: str, hosts: tuple[str, ...], files: tuple[tuple[str, str, int], ...]
) -> tuple[Resource, ...]:
    return tuple(
        Resource(Path(folder, "raw", name), tuple(host + name for host in hosts), md5, size)
        for name, md5, size in files
    )


MNIST = IdxFamily(
    name="MNIST",
    folder="MNIST",
    classes=tuple(str(number) for number in range(10)),
    resources=_resources(
        "MNIST",
        ("https://ossci-datasets.s3.amazonaws.com/mnist/", "http://yann.lecun.com/exdb/mnist/"),
        (
            ("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873", 9_912_422),
            ("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432", 28_881),
            ("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3", 1_648_877),
            ("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c", 4_542),
        ),
    ),
)

FASHION_MNIST = IdxFamily(
    name="Fashion-MNIST",
    folder="FashionMNIST",
    classes=(
        *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
        *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
    ),
    resources=_resources(
        "FashionMNIST",
        ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",),
        (
            ("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26_421_880),
            ("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe", 29_515),
            ("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79", 4_422_102),
            ("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310", 5_148),
        ),
    ),
)
