"""Near-duplicates that were planted are found, and no pair that is not below the threshold."""

import numpy as np
import pytest
import torch

from visualizer.data import near_duplicates
from visualizer.data.dataset import Examples
from visualizer.data.near_duplicates import describe, find


def images(count, side=60, channels=3, seed=1):
    """Coarse random patches: all of them look different."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.randint(0, 256, (count, channels, 6, 6), generator=generator).float()
    large = torch.nn.functional.interpolate(coarse, (side, side), mode="nearest")
    return large.to(torch.uint8)


def slowly(pictures):
    """The descriptions by the definition, one block at a time."""
    vectors = []
    for picture in pictures:
        grey = picture.numpy().transpose(1, 2, 0) @ [0.299, 0.587, 0.114]
        grey = np.floor(grey + 0.5)
        histograms = [
            np.histogram(grey[top : top + 20, left : left + 20], bins=9, range=(0, 256))[0]
            for top in range(0, grey.shape[0], 20)
            for left in range(0, grey.shape[1], 20)
        ]
        vectors.append(np.concatenate(histograms).astype(float))
    return np.stack(vectors)


def cosine_distances(vectors):
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return 1 - unit @ unit.T


@pytest.mark.parametrize("side", [60, 32])
def test_descriptions_are_histograms_of_blocks(side):
    pictures = images(6, side)
    expected = slowly(pictures)
    found = describe(pictures).numpy()
    assert found.shape == expected.shape == (6, 9 * (-(-side // 20)) ** 2)
    assert np.allclose(found, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=0.01)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_planted_duplicates_are_found_and_nothing_else():
    pictures = images(300)
    pictures[50] = pictures[7]
    pictures[200] = pictures[9]
    pictures[200, :, 30:33, 30:33] = 0  # a small change
    labels = torch.arange(300) % 3
    labels[50] = labels[7]
    labels[200] = (labels[9] + 1) % 3
    found = find(Examples(pictures, labels))
    ends = [(pair.first.index, pair.second.index) for pair in found.pairs]
    assert ends == [(9, 200), (7, 50)]  # different labels first
    near, exact = found.pairs
    assert near.is_inconsistent
    assert not near.is_exact
    assert 0 < near.distance < 0.008
    assert 0 < near.difference < 0.01
    assert exact.is_exact
    assert (exact.distance, exact.difference) == (0, 0)
    assert (found.found, found.examined, found.count, found.notes) == (2, 300, 300, ())


def test_every_pair_below_the_threshold_is_counted(monkeypatch):
    monkeypatch.setattr(near_duplicates, "_ROWS", 16)
    pictures = images(40)
    pictures = torch.cat([pictures, pictures.clone(), pictures.clone()])
    generator = torch.Generator().manual_seed(3)
    noise = torch.randint(-12, 13, pictures.shape, generator=generator)
    pictures = (pictures.int() + noise).clamp(0, 255).to(torch.uint8)
    labels = torch.arange(120) % 7
    distances = cosine_distances(describe(pictures).double().numpy())
    rows, columns = np.nonzero(np.triu(distances < 0.008, 1))
    found = find(Examples(pictures, labels))
    assert found.found == len(rows) > 0
    assert {(pair.first.index, pair.second.index) for pair in found.pairs} == set(
        zip(rows.tolist(), columns.tolist(), strict=True)
    )
    for pair in found.pairs:
        assert pair.distance == pytest.approx(distances[pair.first.index, pair.second.index], abs=1e-5)
        first, second = (pictures[place.index].int() for place in (pair.first, pair.second))
        assert pair.difference == pytest.approx(float((first - second).abs().float().mean() / 255), abs=1e-6)
    kinds = [pair.is_inconsistent for pair in found.pairs]
    assert kinds == sorted(kinds, reverse=True)
    differences = [pair.difference for pair in found.pairs if pair.is_inconsistent]
    assert differences == sorted(differences)


def test_leaks_between_splits_come_before_pairs_within_one():
    pictures = images(60)
    pictures[30], pictures[45], pictures[20] = pictures[5], pictures[6], pictures[8]
    labels = torch.zeros(60, dtype=torch.int64)
    labels[45] = 1
    parts = {
        "training": Examples(pictures[:30], labels[:30]),
        "validation": Examples(pictures[30:50], labels[30:50]),
        "test": Examples(pictures[50:], labels[50:]),
    }
    found = find(parts)
    told = [
        (pair.first.split, pair.first.index, pair.second.split, pair.second.index) for pair in found.pairs
    ]
    assert told == [
        ("training", 6, "validation", 15),
        ("training", 5, "validation", 0),
        ("training", 8, "training", 20),
    ]
    assert [pair.is_leak for pair in found.pairs] == [True, True, False]


@pytest.mark.parametrize("many", [10**6, 50])
def test_where_all_look_alike_the_nearest_are_kept(many, monkeypatch):
    monkeypatch.setattr(near_duplicates, "MOST_PAIRS", 20)
    monkeypatch.setattr(near_duplicates, "_MANY", many)
    monkeypatch.setattr(near_duplicates, "_ROWS", 32)
    pictures = torch.full((100, 1, 40, 40), 200, dtype=torch.uint8)
    for number in range(100):
        pictures[number, 0, 0, : number % 10] = 0
    labels = torch.arange(100) % 2
    found = find(
        {"training": Examples(pictures[:70], labels[:70]), "test": Examples(pictures[70:], labels[70:])}
    )
    assert found.found == 100 * 99 // 2
    assert len(found.pairs) == 60
    kinds = [(pair.is_inconsistent, pair.is_leak) for pair in found.pairs]
    assert [kinds.count(kind) for kind in ((False, True), (False, False))] == [20, 20]
    assert all(pair.distance < 1e-5 for pair in found.pairs)


def test_too_many_images_are_sampled_and_it_is_said(monkeypatch):
    monkeypatch.setattr(near_duplicates, "_WORK", 100**2 * 181)
    found = find(Examples(images(300), torch.zeros(300, dtype=torch.int64)))
    assert (found.examined, found.count) == (100, 300)
    assert "100 of 300 images were compared" in found.notes[0]


def test_pictures_on_the_disk_are_compared_too(monkeypatch):
    class OnDisk:
        def __init__(self, pictures):
            self.labels, self._pictures = torch.zeros(len(pictures), dtype=torch.int64), pictures

        def __len__(self):
            return len(self.labels)

        def read(self, indices):
            return self._pictures[indices]

    pictures = images(50)
    pictures[40] = pictures[3]
    found = find({"training": OnDisk(pictures[:30]), "validation": OnDisk(pictures[30:])})
    assert [(pair.first.index, pair.second.index, pair.is_leak) for pair in found.pairs] == [(3, 10, True)]
    monkeypatch.setattr(near_duplicates, "MOST_ON_DISK", 20)
    assert find(OnDisk(pictures)).examined == 20


def test_what_progress_raises_ends_the_search():
    class Stop(Exception):
        pass

    told = []

    def stop(text, share):
        told.append(share)
        if text == "comparing images":
            raise Stop

    with pytest.raises(Stop):
        find(Examples(images(30), torch.zeros(30, dtype=torch.int64)), stop)
    assert told == sorted(told)


def test_the_same_photographs_in_two_encodings(shared_data):
    from visualizer.data.dataset import DataChoice
    from visualizer.data.datasets import open_dataset
    from visualizer.networks.network import Preprocessing

    source = str(shared_data / "datasets" / "cifar10" / "cifar10-subset.zip")
    data = open_dataset(DataChoice(source), (3, 32, 32), Preprocessing(32, 32, (0.5,) * 3, (0.5,) * 3), 1)
    found = find(near_duplicates.splits_of(data))
    assert found.count == 5020
    same = [pair for pair in found.pairs if pair.difference < 0.03]
    assert same
    assert all(pair.first.label == pair.second.label for pair in same)
