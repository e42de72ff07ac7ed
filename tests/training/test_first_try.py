import dataclasses
import re

import pytest
import torch
from torch import nn

from visualizer.data.shapes import CLASSES
from visualizer.errors import UserError
from visualizer.networks import anatomy as anatomies
from visualizer.networks.architectures import spec
from visualizer.networks.network import Network, Preprocessing
from visualizer.networks.rebuilding import rebuild
from visualizer.networks.spec import layer
from visualizer.training import first_try
from visualizer.training.first_try import obstacle, usual_config

SIDE = 12
CPU = torch.device("cpu")


def network(*, outputs=9, input=(3, SIDE, SIDE), classes=None, last=None):
    torch.manual_seed(0)
    channels, height, width = input
    module = nn.Sequential(
        nn.Conv2d(channels, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(),
        last or nn.Linear(4 * height * width, outputs),
    )  # fmt: skip
    preprocessing = Preprocessing(height, height, (0.5,) * channels, (0.5,) * channels)
    labels = tuple(map(str, range(outputs))) if classes is None else classes
    return Network("mynet", module.eval().requires_grad_(False), input, labels, preprocessing)


@pytest.mark.parametrize(
    ("opened", "words"),
    [
        (network(), ""),
        (network(classes=()), ""),
        (network(input=(1, SIDE, SIDE)), ""),
        (network(outputs=10), r"9 classes, mynet has 10: choose the classes Shapes"),
        (network(outputs=10, classes=()), r"9 classes, mynet gives 10 outputs"),
        (network(outputs=1, classes=()), r"gives 1 output:"),
        (network(input=(4, SIDE, SIDE)), r"takes 4: .* to 3 in Build"),
        (network(input=(3, SIDE, 2 * SIDE)), r"takes 24×12"),
        (network(classes=(), last=nn.Unflatten(1, (4, SIDE, SIDE))), r"Flatten and Linear with 9 outputs"),
    ],
    ids=str,
)
def test_what_cannot_learn_the_shapes_is_told_what_to_change(opened, words):
    sentence = obstacle(opened, anatomies.examine(opened))
    assert re.search(words, sentence) if words else not sentence


def test_other_data_sets_have_other_classes_and_any_shape():
    opened = network(outputs=10, classes=(), input=(4, SIDE, 2 * SIDE))
    anatomy = anatomies.examine(opened)
    assert not obstacle(opened, anatomy, tuple("abcdefghij"), "digits")
    sentence = obstacle(opened, anatomy, tuple("ab"), "digits")
    assert sentence.startswith("Digits has 2 classes, mynet gives 10 outputs: ")


def test_heads_want_the_classes_of_the_data():
    head = layer("auxiliary_head", "aux", layer("flatten", "flatten"), layer("linear", "fc", out_features=5))
    rows = (head, layer("flatten", "flatten"), layer("linear", "fc", out_features=9))
    drawn = dataclasses.replace(spec("linear"), layers=rows, classes=())
    opened = rebuild(drawn, None, None)
    sentence = obstacle(opened, anatomies.examine(opened))
    assert sentence.endswith("'fc': 5 outputs do not match the 9 classes. Mend that in Build.")


def test_a_network_without_weights_has_nothing_to_learn():
    opened = network(classes=())
    opened = dataclasses.replace(opened, module=nn.Sequential(nn.MaxPool2d(4), nn.Flatten()))
    assert "no weights" in obstacle(opened, anatomies.examine(opened))


def test_a_costly_network_gets_smaller_batches(monkeypatch):
    opened = network()
    anatomy = anatomies.examine(opened)
    config, choice = usual_config(opened, anatomy, CPU)
    assert (config.batch, config.epochs, choice.per_epoch) == (64, 20, 64 * 64)
    costly = dataclasses.replace(anatomy, macs=4 * 10**8)
    assert usual_config(opened, costly, CPU)[0].batch == 8
    assert usual_config(opened, costly, torch.device("cuda"))[0].batch == 64
    monkeypatch.setattr(first_try, "available", lambda: 600_000)
    assert usual_config(opened, anatomy, CPU)[0].batch < 64
    monkeypatch.setattr(first_try, "available", lambda: 1000)
    with pytest.raises(UserError, match=r"needs about .* there are 1 kB"):
        usual_config(opened, anatomy, CPU)


def test_data_from_files_is_taken_as_it_is():
    opened = network()
    config, choice = usual_config(opened, anatomies.examine(opened), CPU, source="digits")
    assert (choice.source, choice.per_epoch, choice.validation_count) == ("digits", None, None)
    assert config.epochs < 20
    assert len(CLASSES) == 9
