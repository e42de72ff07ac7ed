"""The table of data sets: names and paths, real files, splits that are kept apart."""

import gzip
import os
import shutil
import struct
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from visualizer.data.dataset import DataChoice, Examples
from visualizer.data.datasets import (
    DATASETS,
    NotHere,
    assembly,
    find_kind,
    kind_named,
    open_dataset,
    search_folders,
)
from visualizer.data.datasets.mnist import FASHION_MNIST, MNIST
from visualizer.data.datasets.places import own_folder
from visualizer.data.datasets.splitting import held_out
from visualizer.errors import UserError
from visualizer.networks.network import Preprocessing


def opened(source, input=(1, 28, 28), seed=3, share=0.2, **options):
    levels = (0.5,) * input[0]
    preprocessing = Preprocessing(max(input[1:]), max(input[1:]), levels, levels)
    return open_dataset(DataChoice(str(source), share), input, preprocessing, seed, **options)


def write_idx(folder, split, images, labels, ending=".gz"):
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in ((f"{split}-images-idx3-ubyte", images), (f"{split}-labels-idx1-ubyte", labels)):
        content = (
            bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape) + values.tobytes()
        )
        (folder / f"{name}{ending}").write_bytes(gzip.compress(content) if ending else content)


def some(count, classes=10, side=28):
    random = np.random.default_rng(count)
    return random.integers(0, 256, (count, side, side), np.uint8), np.arange(count, dtype=np.uint8) % classes


@pytest.mark.parametrize("row", DATASETS, ids=lambda row: row.name)
def test_every_row_says_what_it_is(row):
    assert row.title
    assert row.description.endswith(".")
    assert row.origin
    assert row.licence
    assert (row.make is None) != (row.find is None)
    assert (row.find is None) == (row.open is None)
    assert kind_named(row.name) is row
    assert kind_named(row.title) is row


def test_names_are_found_however_they_are_written():
    assert kind_named("CIFAR10").name == "cifar-10"
    assert kind_named("fashion_mnist").name == "fashion-mnist"
    assert kind_named("cifar-1") is None


@pytest.mark.parametrize(("family", "name"), [(MNIST, "MNIST"), (FASHION_MNIST, "FashionMNIST")])
def test_files_and_checksums_are_those_that_torchvision_knows(family, name):
    from torchvision import datasets

    theirs = getattr(datasets, name)
    assert [(resource.path.name, resource.md5) for resource in family.resources] == theirs.resources
    hosts = {url.removesuffix(resource.path.name) for resource in family.resources for url in resource.urls}
    assert hosts == set(theirs.mirrors)
    assert all(resource.path.parts[:2] == (name, "raw") for resource in family.resources)
    if name == "FashionMNIST":
        assert list(family.classes) == theirs.classes


def test_published_files_as_they_are_packed(shared_data):
    data = opened("fashion-mnist", folders=[shared_data / "datasets"])
    assert (data.name, len(data.classes), data.notes) == ("Fashion-MNIST", 10, ())
    training = data.training(0)
    assert isinstance(training, Examples)
    assert data.training_count == len(training) == 48_000
    assert torch.bincount(data.validation.labels).tolist() == [1_200] * 10
    assert torch.bincount(data.test.labels).tolist() == [1_000] * 10
    raw = gzip.decompress((shared_data / "datasets/FashionMNIST/raw/t10k-images-idx3-ubyte.gz").read_bytes())
    assert data.test.images.numpy().tobytes() == raw[16:]
    assert data.classes[int(data.test.labels[0])] == "Ankle boot"
    assert data.is_augmented
    assert data.training(1) is training


def test_a_path_is_as_good_as_a_name(shared_data, tmp_path):
    raw = shared_data / "datasets" / "MNIST" / "raw"
    assert opened(raw.parent).name == "MNIST"
    shutil.copytree(raw, tmp_path / "numbers")  # told by the checksum, whatever the folder is called
    by_content = opened(tmp_path / "numbers")
    assert by_content.name == "MNIST"
    assert by_content.notes == ()


def test_unpacked_files_are_the_same(tmp_path):
    for folder, ending in (("packed", ".gz"), ("unpacked", "")):
        write_idx(tmp_path / folder / "MNIST", "train", *some(60), ending=ending)
    packed, unpacked = (opened("mnist", folders=[tmp_path / name]) for name in ("packed", "unpacked"))
    assert torch.equal(packed.training(0).images, unpacked.training(0).images)
    assert torch.equal(packed.validation.labels, unpacked.validation.labels)


def test_an_unknown_set_of_idx_files_has_numbers_for_classes(tmp_path):
    write_idx(tmp_path / "kana" / "raw", "train", *some(60, 6))
    data = opened(tmp_path / "kana")
    assert (data.name, data.classes) == ("kana", tuple("012345"))
    assert data.test is None
    assert data.notes == ("kana has no test images here",)


def test_files_that_are_not_the_published_ones_are_told(tmp_path):
    write_idx(tmp_path / "MNIST" / "raw", "train", *some(60))
    write_idx(tmp_path / "MNIST" / "raw", "t10k", *some(20))
    data = opened("mnist", folders=[tmp_path])
    assert len(data.notes) == 4
    assert "'train-images-idx3-ubyte.gz' is not the published file" in data.notes[0]


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (some(60)[0], some(59)[1], "60 images .* 59 labels"),
        (some(60)[0], some(60, 12)[1], "has 10 classes, its labels go from 0 to 11"),
        (np.zeros((0, 28, 28), np.uint8), np.zeros(0, np.uint8), "holds no images"),
        (some(4)[0], some(4)[1], "only 4 images"),
    ],
    ids=["counts", "labels", "empty", "few"],
)
def test_files_that_do_not_fit_together(images, labels, words, tmp_path):
    write_idx(tmp_path / "MNIST", "train", images, labels, ending="")
    with pytest.raises(UserError, match=words):
        opened(tmp_path / "MNIST")


def test_what_is_not_there_is_told(tmp_path, monkeypatch):
    with pytest.raises(NotHere, match=r"Fashion-MNIST is not on this computer; download it \(30.9 MB\)"):
        opened("fashion-mnist", folders=[tmp_path, tmp_path / "absent"])
    with pytest.raises(UserError, match="did you mean fashion-mnist"):
        opened("fashion")
    with pytest.raises(
        UserError, match="say shapes, digits, mnist, fashion-mnist, cifar-10, cifar-100, or name"
    ):
        opened("no such set")
    with pytest.raises(UserError, match="itself instead of 'folder'"):
        opened("folder")
    (tmp_path / "notes.txt").write_text("hello")
    for odd in (tmp_path / "notes.txt", "a\0b", "x" * 5000, "~nobody-of-this-name/x"):
        with pytest.raises(UserError):
            opened(odd)


def test_where_data_sets_are_looked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("VISUALIZER_DATA", os.pathsep.join([str(tmp_path / "a"), str(tmp_path / "b")]))
    assert search_folders() == (tmp_path / "a", tmp_path / "b", own_folder(), Path("data"))
    write_idx(tmp_path / "b" / "Fashion_MNIST", "train", *some(50))
    assert find_kind(kind_named("fashion-mnist")) == tmp_path / "b" / "Fashion_MNIST"
    assert find_kind(kind_named("mnist")) is None
    assert len(opened("fashion-mnist").training(0)) == 40


def test_the_digits_of_scikit_learn():
    pytest.importorskip("sklearn")
    data = opened("digits", (3, 16, 16))
    assert data.training(0).images.shape[1:] == (3, 16, 16)
    assert data.training_count + len(data.validation) == 1797
    assert int(data.validation.images.max()) > 240
    assert data.test is None


def test_a_missing_scikit_learn_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(UserError, match="pip install scikit-learn"):
        opened("digits")


def test_the_split_is_stratified_seeded_and_complete():
    labels = torch.tensor([0] * 50 + [1] * 10 + [2] * 3 + [3])
    kept, held = held_out(labels, 0.2, 7)
    assert sorted(torch.cat([kept, held]).tolist()) == list(range(64))
    assert torch.bincount(labels[held], minlength=4).tolist() == [10, 2, 1, 0]
    assert torch.equal(held_out(labels, 0.2, 7)[1], held)
    assert not torch.equal(held_out(labels, 0.2, 8)[1], held)
    assert kept.tolist() == sorted(kept.tolist())
    assert len(held_out(torch.arange(6), 0.2, 1)[1]) == 1
    for share in (0.0, 1.0, -1.0, float("nan")):
        with pytest.raises(UserError, match="between 0 and 1"):
            held_out(labels, share, 1)


def test_training_validation_and_test_share_no_image(tmp_path):
    write_idx(tmp_path / "MNIST", "train", *some(200))
    write_idx(tmp_path / "MNIST", "t10k", *some(50))
    data = opened(tmp_path / "MNIST", share=0.1)
    splits = (data.training(0), data.validation, data.test)
    seen = [{image.numpy().tobytes() for image in part.images} for part in splits]
    assert [len(part) for part in seen] == [180, 20, 50]
    assert len(set.union(*seen)) == 250


def test_what_memory_does_not_hold_is_fitted_when_it_is_read(tmp_path, monkeypatch):
    write_idx(tmp_path / "MNIST", "train", *some(100))
    write_idx(tmp_path / "MNIST", "t10k", *some(50))
    whole = opened(tmp_path / "MNIST", (3, 40, 40))
    monkeypatch.setattr(assembly, "MAX_BYTES", 4 * 12 * 3 * 40 * 40)
    data = opened(tmp_path / "MNIST", (3, 40, 40))
    stored = data.training(0)
    assert not isinstance(stored, Examples)
    assert torch.equal(stored.labels, whole.training(0).labels)
    assert torch.equal(stored.read(torch.tensor([5, 79])), whole.training(0).images[[5, 79]])
    assert (len(data.validation), len(data.test)) == (12, 12)
    assert "validation looks at 12 of 20 images" in data.notes[-2]
    assert "test looks at 12 of 50 images" in data.notes[-1]


def test_what_progress_raises_ends_the_opening(shared_data):
    class Stop(Exception):
        pass

    def stop(text, fraction):
        raise Stop

    with pytest.raises(Stop):
        opened("mnist", folders=[shared_data / "datasets"], progress=stop)


def test_shapes_say_how_many_and_are_drawn_once_an_epoch():
    choice = DataChoice("shapes", per_epoch=30, validation_count=20)
    preprocessing = Preprocessing(16, 16, (0.5,), (0.5,))
    data = open_dataset(choice, (1, 16, 16), preprocessing, 1)
    assert (data.training_count, len(data.validation)) == (30, 20)
    assert data.training(0) is data.training(0)
    assert not torch.equal(data.training(0).images, data.training(1).images)
    with pytest.raises(UserError, match="square"):
        open_dataset(choice, (1, 16, 20), preprocessing, 1)
