import copy

import numpy as np
import pytest
import torch
from torch import nn

from visualizer.data.dataset import Dataset, Examples
from visualizer.data.shapes import CLASSES
from visualizer.networks.anatomy import examine
from visualizer.networks.network import Network, Preprocessing
from visualizer.training.config import TrainingConfig
from visualizer.training.expenses import Budget
from visualizer.training.live import LiveRun
from visualizer.training.loop import Training
from visualizer.training.statistics import (
    GradientStatistics,
    LayerStatistics,
    activation_behind,
    watched_layers,
)

SIDE = 8
HALF = (0.5,) * 3


def network(module):
    return Network("net", module.eval(), (3, SIDE, SIDE), CLASSES, Preprocessing(SIDE, SIDE, HALF, HALF))


def example():
    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Conv2d(3, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(inplace=True),
        nn.Conv2d(6, 8, 3), nn.Dropout2d(0.5), nn.LeakyReLU(0.1),
        nn.Conv2d(8, 5, 1), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(45, 9),
    )  # fmt: skip
    with torch.no_grad():
        module[1].bias[:2] = -100.0  # dead behind the ReLU
        module[6].bias[0] = -100.0
    return network(module)


def dataset():
    generator = torch.Generator().manual_seed(1)
    images = torch.randint(0, 256, (60, 3, SIDE, SIDE), dtype=torch.uint8, generator=generator)
    examples = Examples(images, torch.arange(60) % 9)
    return Dataset("noise", CLASSES, lambda epoch: examples, 60, examples, HALF, HALF, False)


def test_layers_with_weights_are_measured_behind_their_activation_functions():
    opened = example()
    anatomy = examine(opened)
    layers = watched_layers(anatomy, opened.module)
    assert [layer.name for layer in layers] == ["0", "3", "6", "9"]
    behind = [activation_behind(layer, anatomy, opened.module).name for layer in layers]
    assert behind == ["2", "5", "6", "9"]  # a pooling layer is no activation function


def test_measurements_are_those_of_direct_computation():
    opened = example().module.train()
    images = torch.randn(7, 3, SIDE, SIDE)
    watched = network(opened)
    anatomy = examine(watched)
    opened.train()
    before = {key: value.clone() for key, value in opened.state_dict().items()}
    found = LayerStatistics(anatomy, opened, images).measure(watched)
    assert opened.training
    assert all(torch.equal(value, before[key]) for key, value in opened.state_dict().items())
    assert not any(part._forward_hooks for part in opened.modules())

    direct = copy.deepcopy(opened).eval().requires_grad_(False)
    direct[2].inplace = False
    outputs, value = [], images
    for part in direct:
        value = part(value)
        outputs.append(value)
    wanted = [outputs[index].double().numpy() for index in (0, 3, 6, 9)]
    assert found.mean == pytest.approx([output.mean() for output in wanted], abs=1e-5)
    assert found.std == pytest.approx([output.std() for output in wanted], rel=1e-4)
    assert found.dead[0] > 0 < found.dead[2]
    assert found.dead == pytest.approx([2 / 6, _dead(outputs[5]), _dead(outputs[6]), _dead(outputs[9])])
    for sample, output in zip(found.samples, wanted, strict=True):
        assert np.allclose(sample, output.ravel())  # as small as here all values are taken


def _dead(output):
    units = output.movedim(1, 0).flatten(1)
    return float((units.amax(dim=1) <= 0).float().mean())


def test_gradients_and_updates_are_those_of_the_step():
    data, config = dataset(), TrainingConfig(epochs=1, batch=20, optimizer="momentum", learning_rate=0.05)
    training = Training(example().module.requires_grad_(True), data, config)
    layers = watched_layers(examine(network(training.module)), training.module)
    statistics = GradientStatistics(layers, training.module)
    kept = {}

    def on_gradients():
        statistics.before()
        kept["gradients"] = [_norm([p.grad for p in part.parameters()]) for part in _parts(training)]
        kept["weights"] = [[p.detach().clone() for p in part.parameters()] for part in _parts(training)]

    training.on_gradients, training.on_stepped = on_gradients, statistics.after
    next(training.steps())
    gradient, update = statistics.take()
    assert gradient.tolist() == pytest.approx(kept["gradients"], rel=1e-5)
    ratios = [
        _norm([now - then for now, then in zip(part.parameters(), before, strict=True)]) / _norm(before)
        for part, before in zip(_parts(training), kept["weights"], strict=True)
    ]
    assert update.tolist() == pytest.approx(ratios, rel=1e-3)
    assert statistics.take() is None


def _parts(training):
    return [training.module[index] for index in (0, 3, 6, 9)]


def _norm(tensors):
    return float(torch.cat([tensor.detach().flatten().double() for tensor in tensors]).norm())


def ended_run(budget):
    opened = example()
    run = LiveRun(
        opened, examine(opened), dataset(), TrainingConfig(epochs=3, batch=20, learning_rate=0.01),
        budget, device=torch.device("cpu"),
    )  # fmt: skip
    list(run.frames())
    return run


def test_epochs_that_are_too_short_for_their_budget_are_not_measured():
    assert ended_run(Budget(share=1e-6, recording=5e-7)).last.statistics.step.tolist() == [0, 3]


def test_a_run_measures_at_its_start_and_at_the_ends_of_epochs():
    run = ended_run(Budget(share=0.9, recording=0.1, measuring=0.5))
    told = run.last.statistics
    assert told.names == ("0", "3", "6", "9")
    assert told.step.tolist() == [0, 3, 6, 9]
    assert told.epoch.tolist() == [0, 1, 2, 3]
    assert np.isnan(told.gradient[0]).all()
    assert (told.gradient[1:] > 0).all()
    assert ((told.update[1:] > 0) & (told.update[1:] < 1)).all()
    assert (told.counts.sum(axis=2) == told.counts[0].sum(axis=1)).all()
    chosen = torch.linspace(0, 59, 16).long()
    pinned = (dataset().validation.images[chosen] / 255 - 0.5) / 0.5
    with torch.no_grad():
        first = run.start.module[0](pinned)
    assert told.mean[0, 0] == pytest.approx(float(first.mean()), abs=1e-5)
    limit = float(told.limits[0])
    expected, _ = np.histogram(first.numpy().clip(-limit, np.nextafter(limit, 0)), 64, (-limit, limit))
    assert np.abs(told.counts[0, 0] - expected).sum() <= 4  # values on an edge


@pytest.mark.parametrize(
    ("draw", "activation", "falls", "holds"),
    [
        (lambda weight: nn.init.normal_(weight, std=0.01), nn.ReLU, True, False),
        (lambda weight: nn.init.kaiming_normal_(weight, nonlinearity="relu"), nn.ReLU, False, True),
        (lambda weight: nn.init.xavier_uniform_(weight), nn.Tanh, False, True),
    ],
    ids=["0.01", "He", "Xavier with tanh"],
)
def test_the_study_of_initialisations(draw, activation, falls, holds):
    """With σ = 0.01 activations die with depth; He's and Glorot's numbers keep them alive."""
    torch.manual_seed(0)
    parts = [nn.Flatten()]
    for number in range(8):
        linear = nn.Linear(3 * SIDE * SIDE if number == 0 else 128, 128, bias=False)
        draw(linear.weight)
        parts += [linear, activation()]
    opened = network(nn.Sequential(*parts, nn.Linear(128, 9)))
    statistics = LayerStatistics(examine(opened), opened.module, torch.randn(16, 3, SIDE, SIDE))
    deviations = statistics.measure(opened).std[:8]
    ratios = deviations[1:] / deviations[:-1]
    assert (ratios < 0.2).all() if falls else (ratios > 0.5).all()
    assert bool(deviations[-1] > 0.2) is holds
    assert falls is bool(deviations[-1] < 1e-6)


def test_a_wide_start_saturates_tanh():
    torch.manual_seed(0)
    linear = nn.Linear(3 * SIDE * SIDE, 200)
    nn.init.normal_(linear.weight, std=1.0)
    opened = network(nn.Sequential(nn.Flatten(), linear, nn.Tanh(), nn.Linear(200, 9)))
    images = torch.randn(16, 3, SIDE, SIDE)
    found = LayerStatistics(examine(opened), opened.module, images).measure(opened)
    assert found.std[0] > 10
    assert float((np.abs(np.tanh(found.samples[0])) > 0.99).mean()) > 0.7
