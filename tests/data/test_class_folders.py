"""Folders and archives of class folders: splits, what is empty, unreadable or does not match, and what is too large."""

import threading
import zipfile

import pytest
import torch
from PIL import Image

from visualizer.data.dataset import DataChoice, Examples
from visualizer.data.datasets import assembly, open_dataset
from visualizer.data.datasets.folder import StoredPictures
from visualizer.errors import UserError
from visualizer.networks.network import Preprocessing

PREPROCESSING = Preprocessing(8, 8, (0.5,) * 3, (0.5,) * 3)


def opened(path, input=(3, 8, 8), seed=1, **options):
    return open_dataset(DataChoice(str(path)), input, PREPROCESSING, seed, **options)


def picture(path, grey, size=(8, 8)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (grey, grey, grey)).save(path)


def pictures(root, **classes):
    """So many pictures in each folder, every one of its own grey."""
    grey = 0
    for name, count in classes.items():
        for number in range(count):
            picture(root / name.replace("__", "/") / f"{number}.png", grey := grey + 1)


def greys(examples):
    return sorted(examples.images[:, 0, 0, 0].tolist())


def packed(root, path, prefix=""):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(root.rglob("*")):
            archive.write(file, f"{prefix}{file.relative_to(root)}")
    return path


def test_a_share_of_plain_class_folders_is_kept_for_validation(tmp_path):
    pictures(tmp_path, cat=10, dog=5)
    data = opened(tmp_path)
    assert data.classes == ("cat", "dog")
    assert torch.bincount(data.validation.labels).tolist() == [2, 1]
    assert data.test is None
    assert sorted(greys(data.training(0)) + greys(data.validation)) == list(range(1, 16))
    assert greys(opened(tmp_path).validation) == greys(data.validation)
    for examples in (data.training(0), data.validation):
        for image, label in zip(examples.images, examples.labels, strict=True):
            assert (int(image[0, 0, 0]) > 10) == bool(label)


@pytest.mark.parametrize(
    ("training", "validation", "test"),
    [("train", "val", "test"), ("training", "validation", "testing"), ("Train", "valid", "test-jpeg")],
)
def test_splits_are_told_by_their_names(training, validation, test, tmp_path):
    pictures(tmp_path, **{f"{training}__b": 4, f"{training}__a": 3, f"{validation}__a": 2, f"{test}__b": 5})
    data = opened(tmp_path)
    assert data.classes == ("a", "b")
    assert greys(data.training(0)) == [1, 2, 3, 4, 5, 6, 7]
    assert greys(data.validation) == [8, 9]
    assert greys(data.test) == [10, 11, 12, 13, 14]
    assert data.test.labels.tolist() == [1] * 5


def test_without_a_split_of_its_own_validation_comes_from_training_never_from_test(tmp_path):
    pictures(tmp_path, train__a=10, train__b=10, test__a=6, test__b=6)
    data = opened(tmp_path)
    assert max(greys(data.validation) + greys(data.training(0))) == 20
    assert len(data.validation) == 4
    assert greys(data.test) == list(range(21, 33))


def test_classes_may_be_called_like_splits(tmp_path):
    pictures(tmp_path, train=5, plane=5, test=5)
    data = opened(tmp_path)
    assert data.classes == ("plane", "test", "train")
    assert data.test is None


def test_folders_in_a_class_belong_to_it_and_what_lies_outside_is_told(tmp_path):
    pictures(tmp_path, a__deep__er=5, b=5)
    picture(tmp_path / "stray.png", 99)
    picture(tmp_path / "b" / ".hidden.png", 98)
    data = opened(tmp_path)
    assert data.classes == ("a", "b")
    assert len(data.training(0)) + len(data.validation) == 10
    assert data.notes == ("1 picture outside of the class folders left out",)


def test_empty_and_unknown_classes_are_named(tmp_path):
    pictures(tmp_path, train__a=5, train__b=5, val__a=1, val__c=2)
    (tmp_path / "train" / "d").mkdir()
    (tmp_path / "train" / "e").mkdir()
    (tmp_path / "train" / "e" / "readme.txt").touch()
    data = opened(tmp_path)
    assert data.notes == (
        "without any picture, and left out: 'd', 'e'",
        "2 pictures left out of classes that training has no folder for: 'c'",
    )
    assert greys(data.validation) == [11]


def test_unreadable_pictures_are_skipped_and_listed(tmp_path):
    pictures(tmp_path, a=8, b=8)
    (tmp_path / "a" / "broken.png").write_bytes(b"no picture")
    (tmp_path / "b" / "empty.jpg").touch()
    data = opened(tmp_path)
    assert len(data.training(0)) + len(data.validation) == 16
    assert sorted(line.partition(":")[0] for line in data.unreadable) == ["a/broken.png", "b/empty.jpg"]
    assert any("'empty.jpg' is empty" in line for line in data.unreadable)
    assert data.notes == ("2 pictures could not be read",)


def test_a_class_that_cannot_be_read_at_all(tmp_path):
    pictures(tmp_path, a=8, b=8)
    for number in range(4):
        (tmp_path / "c").mkdir(exist_ok=True)
        (tmp_path / "c" / f"{number}.png").write_bytes(b"no")
    assert "no picture of 'c' can be read" in opened(tmp_path).notes


def broken(root):
    for name in ("a", "b"):
        for number in range(4):
            (root / name).mkdir(parents=True, exist_ok=True)
            (root / name / f"{number}.png").write_bytes(b"no")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda root: pictures(root, cats=9), "one class only, 'cats'"),
        (lambda root: pictures(root, train__cats=9, test__dogs=9), "one class only, 'cats'"),
        (lambda root: picture(root / "1.png", 5), "two class folders or more"),
        (lambda root: (root / "a").mkdir(parents=True), "holds no pictures"),
        (lambda root: pictures(root, a=1, b=1), "only 2 pictures"),
        (broken, "too few pictures that can be read"),
    ],
    ids=["one", "one of two splits", "flat", "nothing", "few", "broken"],
)
def test_what_cannot_be_learnt_from(make, words, tmp_path):
    make(tmp_path / "data")
    with pytest.raises(UserError, match=words):
        opened(tmp_path / "data")


@pytest.mark.parametrize("prefix", ["", "pets/", "./"])
def test_an_archive_is_read_where_it_lies(prefix, tmp_path):
    root = tmp_path / "pets"
    pictures(root, train__a=5, train__b=5, val__a=2, test__b=3)
    (root / "train" / "c").mkdir()
    folder = opened(root)
    archive = opened(packed(root, tmp_path / "pets.zip", prefix))
    assert archive.name == "pets.zip"
    assert archive.classes == folder.classes
    assert archive.notes == folder.notes == ("without any picture, and left out: 'c'",)
    for ours, theirs in ((archive.training(0), folder.training(0)), (archive.test, folder.test)):
        assert torch.equal(ours.images, theirs.images)
        assert torch.equal(ours.labels, theirs.labels)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pets", "pets.zip"]


def test_odd_entries_of_an_archive(tmp_path):
    pictures(tmp_path / "data", a=5, b=5)
    path = packed(tmp_path / "data", tmp_path / "data.zip")
    good = (tmp_path / "data" / "a" / "0.png").read_bytes()
    with zipfile.ZipFile(path, "a") as archive:
        for name in ("../../evil/1.png", "/etc/1.png", "__MACOSX/a/1.png", "a/.1.png", "a//6.png"):
            archive.writestr(name, good)
        archive.writestr("b/bomb.png", bytes(50_000_000), zipfile.ZIP_DEFLATED)
    data = opened(path)
    assert data.classes == ("a", "b")
    assert len(data.training(0)) + len(data.validation) == 11
    assert [line.partition(":")[0] for line in data.unreadable] == ["b/bomb.png"]
    content = path.read_bytes()
    path.write_bytes(content[:-30])
    with pytest.raises(UserError):
        opened(path)


def test_the_real_archive(shared_data):
    told = []
    data = opened(
        shared_data / "datasets" / "cifar10" / "cifar10-subset.zip",
        (3, 8, 8),
        progress=lambda text, share: told.append(share),
    )
    assert len(data.classes) == 10
    assert (len(data.training(0)), len(data.validation), len(data.test)) == (3200, 800, 1020)
    assert data.unreadable == ()
    shares = [share for share in told if share is not None]
    assert shares == sorted(shares)
    assert len(shares) > 50


def test_grey_and_other_shapes_of_input(tmp_path):
    pictures(tmp_path, a=5, b=5)
    data = opened(tmp_path, (1, 6, 12))
    assert data.training(0).images.shape[1:] == (1, 6, 12)
    assert opened(tmp_path, (5, 8, 8)).validation.images.shape[1:] == (5, 8, 8)


def test_what_progress_raises_ends_the_reading_soon(tmp_path):
    class Stop(Exception):
        pass

    def stop(text, fraction):
        if fraction:
            raise Stop

    pictures(tmp_path, a=100, b=100)
    before = threading.active_count()
    with pytest.raises(Stop):
        opened(tmp_path, progress=stop)
    assert threading.active_count() == before


def large(tmp_path, monkeypatch, room):
    monkeypatch.setattr(assembly, "MAX_BYTES", room * 3 * 8 * 8)
    return opened(tmp_path)


def test_what_memory_does_not_hold_stays_on_the_disk(tmp_path, monkeypatch):
    pictures(tmp_path, train__a=30, train__b=30, val__a=8, val__b=8, test__a=3)
    whole = opened(tmp_path)
    data = large(tmp_path, monkeypatch, 40)
    stored = data.training(0)
    assert isinstance(stored, StoredPictures)
    assert torch.equal(stored.labels, whole.training(0).labels)
    order = torch.randperm(60)
    for _ in range(2):  # from the disk, then partly from memory
        assert torch.equal(stored.read(order), whole.training(0).images[order])
    assert len(stored._kept) == 10  # a quarter of the room
    assert isinstance(data.validation, Examples)
    assert len(data.validation) == 10
    assert len(data.test) == 3
    assert "validation looks at 10 of 16 images" in data.notes[0]
    assert "read from the disk while training" in data.notes[1]


def test_another_picture_of_the_class_stands_in_for_one_that_cannot_be_read(tmp_path, monkeypatch):
    pictures(tmp_path, train__a=30, train__b=30, val__a=5)
    (tmp_path / "train" / "b" / "0.png").write_bytes(b"no")
    stored = large(tmp_path, monkeypatch, 20).training(0)
    assert stored.unreadable == ()
    images = stored.read(torch.arange(60))
    assert images[30:, 0, 0, 0].tolist() == [32, *range(32, 61)]
    assert stored.unreadable == ("train/b/0.png",)


def test_a_drive_that_is_lost_while_training_is_told(tmp_path, monkeypatch):
    pictures(tmp_path, train__a=30, train__b=30, val__a=5)
    stored = large(tmp_path, monkeypatch, 20).training(0)
    for path in (tmp_path / "train" / "a").iterdir():
        path.unlink()
    with pytest.raises(UserError, match="pictures of 'a' cannot be read"):
        stored.read(torch.arange(5))


def test_stored_pictures_are_read_in_several_threads(tmp_path, monkeypatch):
    pictures(tmp_path, train__a=40, train__b=40, val__a=5)
    expected = opened(tmp_path).training(0).images
    stored = large(tmp_path, monkeypatch, 20).training(0)
    found = [None] * 4

    def read(number):
        found[number] = stored.read(torch.arange(80))

    threads = [threading.Thread(target=read, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(torch.equal(images, expected) for images in found)
