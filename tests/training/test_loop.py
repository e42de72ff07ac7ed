import itertools
from dataclasses import replace

import pytest
import torch
from torch import nn

from visualizer.data.dataset import Dataset, Examples
from visualizer.data.datasets.shapes import shapes_dataset
from visualizer.networks.network import Preprocessing
from visualizer.training.config import TrainingConfig
from visualizer.training.loop import Training, train

SIDE = 12
PREPROCESSING = Preprocessing(SIDE, SIDE, (0.5,) * 3, (0.5,) * 3)


def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(), nn.Flatten(), nn.Dropout(0.3), nn.Linear(800, 9)
    )


def dataset():
    return shapes_dataset((3, SIDE, SIDE), PREPROCESSING, seed=3, per_epoch=200, for_validation=60)


CONFIG = TrainingConfig(epochs=2, batch=64, reading=2)


def curve(steps):
    return [(step.step, step.split, step.loss, step.accuracy, step.learning_rate) for step in steps]


def test_every_step_is_told_and_every_second_one_is_read():
    steps = list(train(network(), dataset(), CONFIG))
    assert [(step.step, step.epoch, step.split) for step in steps] == [
        *((number, 1, "training") for number in (1, 2, 3, 4)),
        (4, 1, "validation"),
        *((number, 2, "training") for number in (5, 6, 7, 8)),
        (8, 2, "validation"),
    ]
    assert [step.loss is not None for step in steps] == [False, True] * 2 + [True] + [False, True] * 2 + [
        True
    ]
    seconds = [step.seconds for step in steps]
    assert seconds == sorted(seconds)
    assert steps[0].learning_rate == pytest.approx(0.002 / 25)


def test_the_same_seed_gives_the_same_curve_to_the_last_bit():
    assert curve(train(network(), dataset(), CONFIG)) == curve(train(network(), dataset(), CONFIG))


def test_stopping_and_resuming_changes_nothing():
    whole_network = network()
    whole = curve(train(whole_network, dataset(), CONFIG))
    first = Training(network(), dataset(), CONFIG)
    beginning = curve(itertools.islice(first.steps(), 5))
    state = first.state_dict()
    second_network = network()
    second = Training(second_network, dataset(), CONFIG)
    second.load_state_dict(state)
    assert beginning + curve(second.steps()) == whole
    for name, tensor in whole_network.state_dict().items():
        assert torch.equal(tensor, second_network.state_dict()[name])


def test_the_readings_are_the_true_means():
    images = torch.randint(0, 256, (50, 3, SIDE, SIDE), dtype=torch.uint8)
    labels = torch.randint(0, 9, (50,))
    data = Dataset("x", ("c",) * 9, lambda epoch: Examples(images, labels), 50, Examples(images, labels),
                   (0.4, 0.5, 0.6), (0.2, 0.3, 0.4), is_augmented=False)  # fmt: skip
    module = network()
    *_, last = train(module, data, TrainingConfig(epochs=1, batch=16))
    module.eval()
    mean, std = torch.tensor([0.4, 0.5, 0.6])[:, None, None], torch.tensor([0.2, 0.3, 0.4])[:, None, None]
    with torch.no_grad():
        logits = module((images / 255 - mean) / std)
    assert last.loss == pytest.approx(float(nn.functional.cross_entropy(logits, labels)), rel=1e-4)
    assert last.accuracy == pytest.approx(float((logits.argmax(1) == labels).float().mean()))


def test_augmented_data_are_learned_from_too():
    augmented = replace(CONFIG, augmentation={"shift": 0.2})
    first = curve(train(network(), dataset(), augmented))
    assert first == curve(train(network(), dataset(), augmented))
    assert first != curve(train(network(), dataset(), CONFIG))


def test_each_epoch_draws_new_shapes():
    data = dataset()
    assert not torch.equal(data.training(0).images, data.training(1).images)
    assert torch.equal(data.training(1).images, dataset().training(1).images)
