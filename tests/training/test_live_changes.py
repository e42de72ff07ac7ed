"""What a run lets itself be told while it goes on, and what it tells."""

import copy
import itertools
import math
import threading
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from visualizer.data.dataset import Dataset, Examples
from visualizer.training.config import TrainingConfig
from visualizer.training.loop import Training
from visualizer.training.optimizers import OPTIMIZERS

PER_EPOCH = 6
CONFIG = TrainingConfig(epochs=3, batch=16, reading=1, schedule="constant", learning_rate=0.01)


def network():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.Flatten(), nn.Dropout(0.3),
        nn.Linear(96, 12), nn.ReLU(), nn.Linear(12, 3),
    )  # fmt: skip


def dataset(count=PER_EPOCH * 16, seed=1):
    generator = torch.Generator().manual_seed(seed)
    images = torch.randint(0, 256, (count, 3, 6, 6), dtype=torch.uint8, generator=generator)
    examples = Examples(images, (images[:, 0, 0, 0] // 86).long())
    return Dataset(
        "x", ("a", "b", "c"), lambda epoch: examples, count, examples, (0.5,) * 3, (0.5,) * 3, True
    )


def training(**changes):
    return Training(network(), dataset(), replace(CONFIG, **changes))


def told(run, count=None):
    return [
        (step.step, step.epoch, step.split, step.loss, step.accuracy, step.learning_rate)
        for step in itertools.islice(run.steps(), count)
    ]


def test_the_learning_rate_changes_from_the_next_step_on():
    run = training()
    steps = run.steps()
    for _ in range(3):
        next(steps)
    run.apply(replace(CONFIG, learning_rate=0.5))
    assert [next(steps).learning_rate for _ in range(3)] == [0.5] * 3
    assert run.curves().learning_rate.tolist() == pytest.approx([0.01] * 3 + [0.5] * 3)
    assert [(change.step, change.text) for change in run.curves().changes] == [(3, "learning rate 0.5")]
    assert run.curves().changes[0].epoch == pytest.approx(3 / PER_EPOCH)


def test_another_optimizer_and_what_is_locked():
    run = training()
    steps = run.steps()
    next(steps)
    run.apply(replace(CONFIG, optimizer="nesterov", batch=5, seed=9, label_smoothing=0.2))
    next(steps)
    assert isinstance(run.optimizer, torch.optim.SGD)
    assert run.config == replace(CONFIG, optimizer="nesterov", label_smoothing=0.2)
    assert [change.text for change in run.curves().changes] == ["optimizer Nesterov", "label smoothing 0.2"]


def test_the_optimizer_keeps_its_memory_when_its_settings_change():
    run = training()
    steps = run.steps()
    for _ in range(3):
        next(steps)
    memory = copy.deepcopy(next(iter(run.optimizer.state.values()))["exp_avg"])
    run.apply(replace(CONFIG, optimizer_settings={"weight_decay": 0.5}))
    run._take_changes()
    assert run.optimizer.param_groups[0]["weight_decay"] == 0.5
    assert torch.equal(next(iter(run.optimizer.state.values()))["exp_avg"], memory)


def test_applying_the_same_settings_changes_nothing():
    expected, run = told(training()), training()
    steps, seen = run.steps(), []
    for step in steps:
        seen.append((step.step, step.epoch, step.split, step.loss, step.accuracy, step.learning_rate))
        run.apply(replace(run.config))
    assert seen == expected
    assert run.curves().changes == ()


def test_more_or_fewer_epochs():
    run = training()
    steps = run.steps()
    next(steps)
    run.apply(replace(CONFIG, epochs=1))
    assert len([step for step in steps if step.split == "training"]) == PER_EPOCH - 1
    assert run.total_steps == run.step == PER_EPOCH
    run.apply(replace(CONFIG, epochs=2))
    assert len([step for step in run.steps() if step.split == "training"]) == PER_EPOCH
    assert (run.epoch, run.epochs_done) == (2.0, 2)


def test_early_stopping():
    run = training(epochs=50, patience=2, learning_rate=1e-9)
    before = run.total_steps
    told(run)
    losses = run.curves().validation_loss
    assert run.ended_early
    assert run.total_steps == run.step < before
    assert run.total_epochs == run.epoch
    assert min(losses[-2:]) >= min(losses[:-2])


def test_the_curves_are_those_of_the_steps_and_never_change():
    run = training(validate_every=4)
    seen, early = [], None
    for step in run.steps():
        seen.append(step)
        if step.step == 5 and early is None:
            early = run.curves()
            kept = early.loss.copy()
    curves = run.curves()
    steps = [step for step in seen if step.split == "training"]
    assert curves.step.tolist() == list(range(1, 3 * PER_EPOCH + 1))
    assert curves.loss.tolist() == pytest.approx([step.loss for step in steps])
    assert curves.accuracy.tolist() == pytest.approx([step.accuracy for step in steps])
    assert curves.epoch.tolist() == pytest.approx([step.step / PER_EPOCH for step in steps])
    ends = [step for step in seen if step.split == "validation" and step.loss is not None]
    assert curves.validation_step.tolist() == [4, 6, 8, 12, 16, 18] == [step.step for step in ends]
    assert curves.validation_loss.tolist() == pytest.approx([step.loss for step in ends])
    assert np.array_equal(early.loss, kept)
    assert len(early.loss) == 5
    with pytest.raises(ValueError, match="read-only"):
        curves.loss[0] = 0


def test_the_readings_are_those_of_the_steps():
    run = training(reading=4)
    seen, readings = [], []
    for step in run.steps():
        seen.append(step)
        readings += run.readings()
    assert readings == [step for step in seen if step.loss is not None]
    losses = run.curves().loss
    assert [step.step for step in readings if step.split == "training"] == [4, 6, 8, 12, 16, 18]
    assert readings[1].loss == pytest.approx(losses[4:6].mean())
    assert list(run.readings()) == []


def test_the_last_evaluation_is_what_the_network_says():
    run = training(epochs=1)
    assert run.last_evaluation is None
    told(run)
    evaluation = run.last_evaluation
    run.module.eval()
    with torch.no_grad():
        scores = run.module((dataset().validation.images / 255 - 0.5) / 0.5)
    sure, predicted = scores.softmax(dim=1).max(dim=1)
    assert evaluation.predicted.tolist() == predicted.tolist()
    assert evaluation.confidence == pytest.approx(sure.numpy(), abs=1e-5)
    assert evaluation.confusion().trace() == round(evaluation.accuracy * len(predicted))
    assert (evaluation.step, evaluation.epoch) == (PER_EPOCH, 1.0)


def test_hooks_see_gradients_and_moved_weights():
    run = training(l2=0.1)
    seen = []
    weight = run.module[0].weight

    def on_gradients():
        seen.append((weight.grad.norm().item(), weight.detach().clone()))

    def on_stepped():
        assert not torch.equal(weight, seen[-1][1])
        assert run.batch.images.shape == (16, 3, 6, 6)

    run.on_gradients, run.on_stepped = on_gradients, on_stepped
    told(run, 3)
    assert len(seen) == 3
    assert all(norm > 0 for norm, _ in seen)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_loss_that_is_no_number_moves_nothing(name):
    run = training(optimizer=name, learning_rate=None)
    steps = run.steps()
    next(steps)
    with torch.no_grad():
        run.module[7].weight.mul_(float("inf"))
    before = {key: value.clone() for key, value in run.module.named_parameters()}
    step = next(steps)
    assert not math.isfinite(step.loss)
    assert run.diverged == step.step == 2
    assert list(steps) == []
    for key, parameter in run.module.named_parameters():
        torch.testing.assert_close(parameter, before[key], rtol=0, atol=0, equal_nan=True)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_weights_in_the_order_of_gpus_learn_too(name):
    plain, ordered = training(optimizer=name), training(optimizer=name)
    ordered.module.to(memory_format=torch.channels_last)
    for first, second in zip(told(plain, 4), told(ordered, 4), strict=True):
        assert first[3] == pytest.approx(second[3], rel=1e-3)


def test_gradients_that_are_no_numbers_move_nothing():
    run = training()
    steps = run.steps()
    next(steps)
    run.module[7].weight.register_hook(lambda gradient: gradient * float("nan"))
    before = run.module[7].weight.detach().clone()
    assert math.isfinite(next(steps).loss)
    assert run.diverged == 2
    assert torch.equal(run.module[7].weight, before)


def test_the_curve_does_not_depend_on_what_others_draw():
    expected, run = told(training()), training()
    stop = threading.Event()

    def draw():
        while not stop.wait(1e-4):  # seconds; without a pause, the interpreter's lock is all that is measured
            torch.manual_seed(7)
            torch.rand(5)

    other = threading.Thread(target=draw)
    other.start()
    try:
        assert told(run) == expected
    finally:
        stop.set()
        other.join()


@pytest.mark.parametrize(
    "changes",
    [
        {"optimizer": "lbfgs", "learning_rate": None},
        {"optimizer": "muon"},
        {"optimizer": "adagrad"},
        {"averaging": "ema"},
        {"averaging": "polyak", "averaging_settings": {"start": 0.2}},
        {"averaging": "snapshots", "averaging_settings": {"cycles": 3}},
        {"schedule": "plateau", "schedule_settings": {"patience": 0}},
        {"augmentation": {"shift": 0.2, "rotation": 20.0, "cutout": 0.3}},
        {"freeze_to": "1", "body_rate": 0.1, "l1": 0.001, "l2": 0.01, "label_smoothing": 0.1},
        {"loss": "hinge", "warm_up": 1.0, "validate_every": 4},
    ],
    ids=str,
)
def test_a_resumed_run_goes_on_to_the_last_bit(changes):
    whole = told(training(**changes))
    first = training(**changes)
    steps = first.steps()
    beginning = []
    while first.epochs_done < 1:
        step = next(steps)
        beginning.append((step.step, step.epoch, step.split, step.loss, step.accuracy, step.learning_rate))
    state = copy.deepcopy(first.state_dict())
    second = training(**changes)
    second.load_state_dict(state)
    assert beginning + told(second) == whole


def test_streamed_examples_give_the_same_curve():
    class Stored:
        def __init__(self, held):
            self.labels, self.images = held.labels, held.images

        def __len__(self):
            return len(self.labels)

        def read(self, indices):
            return self.images[indices]

    held = dataset()
    examples = Stored(held.training(0))
    config = replace(CONFIG, augmentation={"shift": 0.2})
    expected = told(Training(network(), held, config))
    assert told(Training(network(), replace(held, training=lambda epoch: examples), config)) == expected


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("precision", ["auto", "float32"])
def test_a_gpu_tells_every_step_without_being_waited_for(precision):
    run = Training(network().cuda(), dataset(), replace(CONFIG, precision=precision, epochs=8))
    seen, readings = 0, []
    for step in run.steps():
        seen += step.split == "training"
        readings += run.readings()
    assert len(run.curves(wait=True).loss) == seen == 8 * PER_EPOCH
    assert len(readings) == seen + 8
    assert run.curves().loss[-1] < run.curves().loss[0]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_no_step_on_a_gpu_reads_from_it():
    run = Training(
        network().cuda(), dataset(), replace(CONFIG, reading=2, augmentation={"shift": 0.1, "flip": 0.5})
    )
    steps = run.steps()
    next(steps)
    torch.cuda.set_sync_debug_mode("error")
    try:
        for _ in range(PER_EPOCH - 1):
            next(steps)
    finally:
        torch.cuda.set_sync_debug_mode("default")
