"""CIFAR-10 and CIFAR-100: batches in a folder or in their archive, in the binary version or in Python's.

Python's version is made of pickles, and unpickling can run code. So those are opened only when their MD5 is the
published one, and even then by an unpickler that knows nothing but NumPy's arrays. Nothing is ever extracted.
"""

from __future__ import annotations

import hashlib
import io
import pickle
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from visualizer.data.dataset import Dataset, Examples
from visualizer.data.datasets.assembly import Published, dataset_for
from visualizer.data.datasets.request import Request, Resource
from visualizer.errors import UserError
from visualizer.networks.naming import shown

_SHAPE = (3, 32, 32)
_PIXELS = 3 * 32 * 32
_MOST = 400_000_000  # bytes of one batch, more than twice the largest

_RECONSTRUCT = np.empty(0, np.uint8).__reduce__()[0]
_ALLOWED = {
    ("numpy.core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy._core.multiarray", "_reconstruct"): _RECONSTRUCT,
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
}


@dataclass(frozen=True, slots=True)
class CifarFamily:
    """One of the two sets.

    ``archive`` is what the name of its archives starts with, ``training`` and ``test`` are its batches, each with the
    MD5 of its pickle. There the labels have the key ``key``; in the binary version ``label_bytes`` stand before each
    image, the last of them the label.
    """

    name: str
    archive: str
    classes: tuple[str, ...]
    training: Mapping[str, str]
    test: Mapping[str, str]
    key: str
    label_bytes: int
    resources: tuple[Resource, ...]

    def find(self, path: Path) -> Path | None:
        """The folder of the batches, or the archive of them, at ``path`` or in it."""
        archives = tuple(f"{self.archive}-{version}.tar.gz" for version in ("binary", "python"))
        if path.is_file():
            return path if path.name in archives else None
        first = next(iter(self.training))
        inside = (
            path / f"{self.archive}-{ending}" for ending in ("batches-py", "python", "batches-bin", "binary")
        )
        for folder in (path, *inside):
            if (folder / first).is_file() or (folder / f"{first}.bin").is_file():
                return folder
        return next((path / name for name in archives if (path / name).is_file()), None)

    def open(self, request: Request, place: Path) -> Dataset:
        """The data set for a network."""
        request.report(f"reading {self.name}", None)
        wanted = {f"{batch}{ending}" for batch in (*self.training, *self.test) for ending in ("", ".bin")}
        contents = _members(place, wanted) if place.is_file() else _files(place, wanted)
        training = self._examples(contents, self.training, request)
        if training is None:
            raise UserError(
                f"'{shown(place.name)}' has not all batches of {self.name}; get the archive again"
            )
        test = self._examples(contents, self.test, request)
        notes = () if test is not None else (f"{self.name} has no test images here",)
        return dataset_for(Published(self.name, self.classes, training, test, notes), request)

    def _examples(
        self, contents: Mapping[str, bytes], batches: Mapping[str, str], request: Request
    ) -> Examples | None:
        """The images of all batches of a split, or None where one is missing."""
        images: list[NDArray[np.uint8]] = []
        labels: list[NDArray[np.int64]] = []
        for batch, md5 in batches.items():
            request.report(f"reading {self.name}", None)
            if f"{batch}.bin" in contents:
                pixels, targets = _binary(contents[f"{batch}.bin"], self.label_bytes, f"{batch}.bin")
            elif batch in contents:
                pixels, targets = _pickled(contents[batch], md5, self.key, batch)
            else:
                return None
            images.append(pixels)
            labels.append(targets)
        return Examples(
            torch.from_numpy(np.concatenate(images)),
            torch.from_numpy(np.concatenate(labels)),
        )


def _files(folder: Path, wanted: set[str]) -> dict[str, bytes]:
    try:
        found = [folder / name for name in sorted(wanted) if (folder / name).is_file()]
        return {file.name: file.read_bytes() for file in found if file.stat().st_size <= _MOST}
    except OSError:
        raise UserError(
            f"'{shown(folder.name)}' cannot be read; check its permissions and its drive"
        ) from None


def _members(archive: Path, wanted: set[str]) -> dict[str, bytes]:
    """The batches in an archive, read into memory; their names decide, no path in the archive is ever used."""
    contents: dict[str, bytes] = {}
    try:
        with tarfile.open(archive, "r:gz") as file:
            for member in file:
                name = member.name.rpartition("/")[2]
                if name in wanted and member.isfile() and member.size <= _MOST:
                    stream = file.extractfile(member)
                    assert stream is not None, "a regular file has a stream"
                    contents[name] = stream.read()
    except (OSError, EOFError, tarfile.TarError, zlib.error):
        raise UserError(f"'{shown(archive.name)}' is damaged or cut off; get a new copy of it") from None
    return contents


def _binary(content: bytes, label_bytes: int, name: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images (N, 3, 32, 32) and labels (N,) of a batch of the binary version: records without any header."""
    record = label_bytes + _PIXELS
    if not content or len(content) % record:
        raise UserError(
            f"'{name}' is no batch of CIFAR: its size is no multiple of {record} bytes; get a new copy"
        )
    records = np.frombuffer(content, np.uint8).reshape(-1, record)
    return records[:, label_bytes:].reshape(-1, *_SHAPE), records[:, label_bytes - 1].astype(np.int64)


def _pickled(content: bytes, md5: str, key: str, name: str) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Images (N, 3, 32, 32) and labels (N,) of a batch of Python's version."""
    if hashlib.md5(content, usedforsecurity=False).hexdigest() != md5:
        raise UserError(
            f"'{name}' is not the published file: its checksum differs, so it is not opened; get the archive again, "
            "or the binary version"
        )
    batch = _Unpickler(io.BytesIO(content), encoding="latin1").load()
    return batch["data"].reshape(-1, *_SHAPE), np.asarray(batch[key], np.int64)


class _Unpickler(pickle.Unpickler):
    """Knows NumPy's arrays and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ALLOWED:
            raise UserError(f"a batch of CIFAR wants to call {shown(module)}.{shown(name)}; it is not opened")
        return _ALLOWED[module, name]


_HOST = "https://www.cs.toronto.edu/~kriz/"


def _archive(name: str, md5: str, size: int) -> tuple[Resource, ...]:
    return (Resource(Path(name), (_HOST + name,), md5, size),)


CIFAR_10 = CifarFamily(
    name="CIFAR-10",
    archive="cifar-10",
    classes=("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"),
    training={
        "data_batch_1": "c99cafc152244af753f735de768cd75f",
        "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
        "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
        "data_batch_4": "634d18415352ddfa80567beed471001a",
        "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
    },
    test={"test_batch": "40351d587109b95175f43aff81a1287e"},
    key="labels",
    label_bytes=1,
    resources=_archive("cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a", 170_498_071),
)

_FINE = """
apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus butterfly camel can castle
caterpillar cattle chair chimpanzee clock cloud cockroach couch crab crocodile cup dinosaur dolphin elephant flatfish
forest fox girl hamster house kangaroo keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle
mountain mouse mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy porcupine
possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper snail snake spider squirrel streetcar
sunflower sweet_pepper table tank telephone television tiger tractor train trout tulip turtle wardrobe whale
willow_tree wolf woman worm
"""

CIFAR_100 = CifarFamily(
    name="CIFAR-100",
    archive="cifar-100",
    classes=tuple(name.replace("_", " ") for name in _FINE.split()),
    training={"train": "16019d7e3df5f24257cddd939b257f8d"},
    test={"test": "f0ef6b0ae62326f3e7ffdfab6717acfc"},
    key="fine_labels",
    label_bytes=2,
    resources=_archive("cifar-100-python.tar.gz", "eb9058c3a382ffc7106e4002c42a8d85", 169_001_437),
)
