"""CIFAR's batches in both versions, loose and in their archive; no pickle is opened that is not the published one."""

import hashlib
import io
import os
import pickle
import tarfile
from dataclasses import replace

import numpy as np
import pytest

from visualizer.data.dataset import DataChoice
from visualizer.data.datasets import cifar, open_dataset
from visualizer.data.datasets.cifar import CIFAR_10, CIFAR_100, _Unpickler
from visualizer.data.datasets.request import Request
from visualizer.errors import UserError
from visualizer.networks.network import Preprocessing

PREPROCESSING = Preprocessing(32, 32, (0.5,) * 3, (0.5,) * 3)
REQUEST = Request(DataChoice(), (3, 32, 32), PREPROCESSING, 1)
RANDOM = np.random.default_rng(5)
PIXELS = RANDOM.integers(0, 256, (70, 3072), np.uint8)
LABELS = np.arange(70, dtype=np.uint8) % 10
BATCHES = ("data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch")


def binary(pixels, *labels):
    return np.concatenate([*(part[:, None] for part in labels), pixels], axis=1).tobytes()


def batches_in_binary():
    return {
        f"{name}.bin": binary(PIXELS[i * 10 : i * 10 + 10], LABELS[i * 10 : i * 10 + 10])
        for i, name in enumerate(BATCHES)
    }


def batch_of_python(pixels, labels, key="labels"):
    """A batch as Python 2 wrote it: text of bytes, and an array by its old name."""
    raw = pixels.tobytes()
    return b"".join(
        (
            b"\x80\x02}(",
            b"U" + bytes([len(key)]) + key.encode(),
            b"](" + b"".join(b"K" + bytes([label]) for label in labels) + b"e",
            b"U\x04data",
            b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R",
            b"(K\x01"
            + b"M"
            + len(pixels).to_bytes(2, "little")
            + b"M"
            + (3072).to_bytes(2, "little")
            + b"\x86",
            b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb",
            b"\x89T" + len(raw).to_bytes(4, "little") + raw + b"tb",
            b"u.",
        )
    )


def batches_of_python():
    return {
        name: batch_of_python(PIXELS[i * 10 : i * 10 + 10], LABELS[i * 10 : i * 10 + 10])
        for i, name in enumerate(BATCHES)
    }


def written(folder, contents):
    folder.mkdir(parents=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return folder


def archived(path, folder, contents):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def checked(contents):
    """The family with the checksums of these batches for the published ones."""
    md5 = {name: hashlib.md5(content).hexdigest() for name, content in contents.items()}
    return replace(
        CIFAR_10, training={name: md5[name] for name in BATCHES[:5]}, test={BATCHES[5]: md5[BATCHES[5]]}
    )


def check(data):
    assert data.classes[3] == "cat"
    assert (data.training_count, len(data.validation), len(data.test)) == (40, 10, 10)
    assert np.array_equal(data.test.images.numpy(), PIXELS[50:60].reshape(-1, 3, 32, 32))
    assert data.test.labels.tolist() == LABELS[50:60].tolist()
    learnt = {
        image.numpy().tobytes() for part in (data.training(0), data.validation) for image in part.images
    }
    assert learnt == {row.tobytes() for row in PIXELS[:50]}


def test_files_and_checksums_are_those_that_torchvision_knows():
    from torchvision import datasets

    for family, theirs in ((CIFAR_10, datasets.CIFAR10), (CIFAR_100, datasets.CIFAR100)):
        assert [[name, md5] for name, md5 in family.training.items()] == theirs.train_list
        assert [[name, md5] for name, md5 in family.test.items()] == theirs.test_list
        (resource,) = family.resources
        assert (resource.path.name, resource.md5, resource.urls) == (
            theirs.filename,
            theirs.tgz_md5,
            (theirs.url,),
        )


def test_a_hundred_classes_in_the_order_of_the_alphabet():
    assert len(CIFAR_100.classes) == len(set(CIFAR_100.classes)) == 100
    assert list(CIFAR_100.classes) == sorted(CIFAR_100.classes)


@pytest.mark.parametrize("place", ["cifar-10-batches-bin", "cifar10", "."])
def test_the_binary_version(place, tmp_path):
    written(tmp_path / "data" / place, batches_in_binary()) if place != "." else written(
        tmp_path / "data", batches_in_binary()
    )
    check(open_dataset(DataChoice("cifar-10"), (3, 32, 32), PREPROCESSING, 1, folders=[tmp_path / "data"]))


def test_the_archive_is_read_where_it_lies(tmp_path):
    path = archived(tmp_path / "cifar-10-binary.tar.gz", "cifar-10-batches-bin", batches_in_binary())
    check(open_dataset(DataChoice("cifar-10"), (3, 32, 32), PREPROCESSING, 1, folders=[tmp_path]))
    check(open_dataset(DataChoice(str(path)), (3, 32, 32), PREPROCESSING, 1))
    assert os.listdir(tmp_path) == [path.name]
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(UserError, match="damaged or cut off"):
        open_dataset(DataChoice("cifar-10"), (3, 32, 32), PREPROCESSING, 1, folders=[tmp_path])


def test_a_hundred_classes_have_two_labels(tmp_path):
    contents = {
        f"{name}.bin": binary(PIXELS[part], LABELS[part], LABELS[part] + 90)
        for name, part in (("train", slice(0, 50)), ("test", slice(50, 70)))
    }
    written(tmp_path / "cifar-100-binary", contents)
    data = open_dataset(DataChoice("cifar-100"), (3, 32, 32), PREPROCESSING, 1, folders=[tmp_path])
    assert data.test.labels.tolist() == [90 + label for label in LABELS[50:70]]


def test_pickles_with_the_published_checksum(tmp_path):
    contents = batches_of_python()
    family = checked(contents)
    check(family.open(REQUEST, family.find(written(tmp_path / "a" / "cifar-10-batches-py", contents))))
    archive = archived(tmp_path / "b" / "cifar-10-python.tar.gz", "cifar-10-batches-py", contents)
    check(family.open(REQUEST, family.find(archive.parent)))


def test_other_pickles_are_not_opened(tmp_path):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "PWNED"),)

    contents = {**batches_of_python(), "data_batch_1": pickle.dumps(Evil())}
    with pytest.raises(UserError, match="not the published file"):
        CIFAR_10.open(REQUEST, written(tmp_path / "cifar-10-batches-py", contents))
    with pytest.raises(UserError, match=r"wants to call .*mkdir"):  # whatever its checksum
        checked(contents).open(REQUEST, tmp_path / "cifar-10-batches-py")
    assert not (tmp_path / "PWNED").exists()


def test_numpys_pickles_of_today_are_known_too():
    # NumPy's own names have moved since the batches were made; other tools write them again with new ones.
    stream = io.BytesIO(pickle.dumps({"data": np.zeros((2, 3072), np.uint8)}, protocol=2))
    with pytest.raises(UserError, match="_codecs"):
        _Unpickler(stream).load()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"data_batch_2.bin": b"x" * 3074}, "no multiple of 3073"),
        ({"data_batch_2.bin": b""}, "no multiple of 3073"),
        (
            {"data_batch_3.bin": binary(PIXELS[:5], np.full(5, 10, np.uint8))},
            "has 10 classes, its labels go from 0 to 10",
        ),
    ],
)
def test_damaged_batches(changes, words, tmp_path):
    folder = written(tmp_path / "cifar10", {**batches_in_binary(), **changes})
    with pytest.raises(UserError, match=words):
        CIFAR_10.open(REQUEST, folder)


def test_missing_batches(tmp_path):
    contents = batches_in_binary()
    del contents["data_batch_4.bin"]
    folder = written(tmp_path / "cifar10", contents)
    with pytest.raises(UserError, match="has not all batches"):
        CIFAR_10.open(REQUEST, folder)
    (folder / "data_batch_4.bin").write_bytes(batches_in_binary()["data_batch_4.bin"])
    (folder / "test_batch.bin").unlink()
    data = CIFAR_10.open(REQUEST, folder)
    assert data.test is None
    assert data.notes == ("CIFAR-10 has no test images here",)


def test_a_batch_beyond_all_size_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr(cifar, "_MOST", 1000)
    folder = written(tmp_path / "cifar10", batches_in_binary())
    with pytest.raises(UserError, match="has not all batches"):
        CIFAR_10.open(REQUEST, folder)
