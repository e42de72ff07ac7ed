import dataclasses
import itertools
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
from visualizer.training import live
from visualizer.training.config import TrainingConfig
from visualizer.training.live import LiveConfig, LiveRun, obstacle, usual_config

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


def config(**training):
    settings = {"epochs": 2, "batch": 20, "learning_rate": 0.01, "reading": 2, **training}
    return LiveConfig(TrainingConfig(**settings), images=100, validation=40)


def live_run(opened=None, **training):
    opened = opened or network()
    return LiveRun(opened, anatomies.examine(opened), config(**training))


def weights(module):
    return torch.cat([value.flatten().double() for value in module.state_dict().values()])


def test_what_is_told_is_state_and_grows():
    moments = list(live_run().moments())
    assert [moment.step for moment in moments] == [1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10, 10]
    assert {moment.steps for moment in moments} == {10}
    assert [moment.epoch for moment in moments][4::6] == [1.0, 2.0]
    assert moments[0].loss is None
    assert moments[4].validation_loss is None
    last = moments[-1]
    assert last.loss is not None
    assert last.validation_accuracy is not None
    assert last.curve[:, 0] == pytest.approx([0.4, 0.8, 1.0, 1.2, 1.6, 2.0])
    assert last.curve[-1, 1] == pytest.approx(last.loss)
    assert len(moments[0].curve) == 0  # what was handed out before stays as it was
    assert last.samples_per_second > 0


def test_weights_come_when_they_are_asked_for_and_never_change_afterwards():
    opened = network()
    before = weights(opened.module)
    run = live_run(opened, epochs=100)
    moments = run.moments()
    silent = list(itertools.islice(moments, 3))
    assert {id(moment.network.module) for moment in silent} == {id(opened.module)}
    run.ask()
    first = next(moments).network
    assert first.weights == "step 4"
    assert not first.module.training
    assert not any(parameter.requires_grad for parameter in first.module.parameters())
    copied = weights(first.module)
    assert not torch.equal(copied, before)
    assert next(moments).network is first  # nobody has asked again
    list(itertools.islice(moments, 5))
    assert torch.equal(weights(first.module), copied)
    assert torch.equal(weights(opened.module), before)
    moments.close()


def test_closely_followed_each_moment_has_its_own_weights():
    run = live_run()
    run.follow_closely(True)
    moments = run.moments()
    assert [moment.network.weights for moment in moments] == [f"step {number}" for number in range(1, 11)]
    assert run.last.validation_loss is not None


def test_a_stopped_run_leaves_the_weights_of_its_last_step():
    run = live_run()
    moments = run.moments()
    for _ in range(3):
        next(moments)
    assert run.last is None
    moments.close()
    assert run.last is not None
    assert run.last.network.weights == "trained 3 steps on shapes"
    assert run.last.network.classes == CLASSES


def test_looking_does_not_change_what_is_learnt():
    watched, unwatched = live_run(), live_run()
    watched.follow_closely(True)
    for moment in watched.moments():
        with torch.no_grad():
            moment.network.module(torch.zeros(1, 3, SIDE, SIDE))
    list(unwatched.moments())
    assert torch.equal(weights(watched.last.network.module), weights(unwatched.last.network.module))


def test_a_loss_that_explodes_ends_the_run_with_its_step():
    run = live_run(optimizer="sgd", learning_rate=1e30, schedule="constant")
    with pytest.raises(UserError, match=r"mynet ended at step \d+ .*batch norm"):
        list(run.moments())
    assert run.last is None


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


def test_heads_want_the_classes_of_the_shapes():
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
    assert usual_config(opened, anatomy, CPU).training.batch == 64
    costly = dataclasses.replace(anatomy, macs=4 * 10**8)
    assert usual_config(opened, costly, CPU).training.batch == 8
    assert usual_config(opened, costly, torch.device("cuda")).training.batch == 64
    monkeypatch.setattr(live, "available", lambda: 600_000)
    assert usual_config(opened, anatomy, CPU).training.batch < 64
    monkeypatch.setattr(live, "available", lambda: 1000)
    with pytest.raises(UserError, match=r"needs about .* there are 1 kB"):
        usual_config(opened, anatomy, CPU)


def test_a_lack_of_memory_is_a_sentence(monkeypatch):
    def fail(*_):
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes")

    monkeypatch.setattr(live, "shapes_dataset", fail)
    with pytest.raises(UserError, match="not enough memory to train mynet"):
        next(live_run().moments())
