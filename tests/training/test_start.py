import dataclasses

import pytest
import torch

from visualizer.cli import main
from visualizer.data.datasets import shapes as shapes_rows
from visualizer.data.shapes import CLASSES
from visualizer.errors import UserError
from visualizer.networks import zoo
from visualizer.networks.building import build
from visualizer.networks.files import save_network
from visualizer.networks.network import Preprocessing
from visualizer.networks.spec import NetworkSpec, layer
from visualizer.training.start import fit_classes, open_start

HALF = (0.5, 0.5, 0.5)
TEN = tuple(f"class {index}" for index in range(10))


@pytest.fixture(autouse=True)
def few_shapes(monkeypatch):
    monkeypatch.setattr(shapes_rows, "PER_EPOCH", 60)
    monkeypatch.setattr(shapes_rows, "FOR_VALIDATION", 40)
    monkeypatch.setattr(shapes_rows.shapes_dataset, "__defaults__", (60, 40))


def built(outputs=9, classes=CLASSES, side=20):
    layers = (
        layer("conv", "conv1", out_channels=4, kernel_size=3, padding=1),
        layer("batch_norm", "bn1"),
        layer("relu", "relu1"),
        layer("max_pool", "pool1", kernel_size=2),
        layer("flatten", "flatten"),
        layer("linear", "fc", out_features=outputs),
    )
    return NetworkSpec("mine", (3, side, side), layers, classes, Preprocessing(side, side, HALF, HALF))


def saved(tmp_path, spec):
    torch.manual_seed(5)
    save_network(spec, build(spec), tmp_path / "mine.safetensors")
    return tmp_path / "mine.safetensors"


def shapes_for(network):
    return shapes_rows.shapes_dataset(network.input, network.preprocessing, 1)


def fitted(text, seed=1):
    network = open_start(str(text), seed)
    return fit_classes(network, shapes_for(network), seed)


def test_a_saved_network_is_trained_on_the_command_line_and_opens_again(tmp_path, capsys):
    path = saved(tmp_path, built())
    run = tmp_path / "run"
    given = ["--data", "shapes", "--run", str(run), "--epochs", "1", "--batch", "20", "--device", "cpu"]
    assert main(["train", str(path), *given]) == 0
    trained = run / "network.safetensors"
    assert capsys.readouterr().out.splitlines()[-1] == str(trained)
    assert main(["inspect", str(trained), "--json"]) == 0
    before, after = (zoo.open_network(str(file)) for file in (path, trained))
    assert (after.name, after.classes, after.input) == ("mine", CLASSES, (3, 20, 20))
    moved = (after.module.conv1.weight - before.module.conv1.weight).abs().max()
    assert 0 < moved < 0.1  # three steps from the weights of the file, not from others


@pytest.mark.parametrize("classes", [CLASSES, (), tuple(f"class {index}" for index in range(9))])
def test_a_file_with_the_right_outputs_keeps_all_its_weights(tmp_path, classes):
    path = saved(tmp_path, built(classes=classes))
    network = fitted(path)
    assert network.classes == network.spec.classes == CLASSES
    before = zoo.open_network(str(path)).module.state_dict()
    assert all(torch.equal(value, before[key]) for key, value in network.module.state_dict().items())
    assert all(parameter.requires_grad for parameter in network.module.parameters())


def test_another_number_of_classes_draws_the_last_layer_anew(tmp_path):
    path = saved(tmp_path, built(10, TEN))
    first, again, other = fitted(path, 1).module, fitted(path, 1).module, fitted(path, 2).module
    before = zoo.open_network(str(path)).module
    assert first.fc.weight.shape[0] == 9
    assert torch.equal(first.conv1.weight, before.conv1.weight)
    assert torch.equal(first.fc.weight, again.fc.weight)
    assert not torch.equal(first.fc.weight, other.fc.weight)


def test_the_seed_draws_the_weights_of_an_architecture():
    assert torch.equal(fitted("tinycnn", 1).module.fc.weight, fitted("tinycnn", 1).module.fc.weight)
    assert not torch.equal(fitted("tinycnn", 1).module.fc.weight, fitted("tinycnn", 2).module.fc.weight)


def test_a_network_of_torchvision_learns_other_classes_and_opens_again(tmp_path):
    network = fitted("shufflenet_v2_x0_5")
    assert network.module(torch.zeros(2, 3, 224, 224)).shape == (2, 9)
    save_network(network.spec, network.module, tmp_path / "shuffle.safetensors")
    assert len(zoo.open_network(str(tmp_path / "shuffle.safetensors")).classes) == 9


def test_large_shapes_are_fewer(monkeypatch):
    monkeypatch.setattr(shapes_rows, "MAX_BYTES", 30 * 3 * 20 * 20)
    assert shapes_rows.shapes_dataset((3, 20, 20), built().preprocessing, 1).training_count == 30
    assert shapes_rows.shapes_dataset((3, 10, 10), built().preprocessing, 1).training_count == 60


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (built(10, ()), "hapes has 9 classes, mine gives 10 outputs"),
        (
            dataclasses.replace(built(classes=()), layers=built().layers[:4]),
            "scores of classes, mine gives 4×10×10",
        ),
    ],
)
def test_a_network_without_scores_is_refused(tmp_path, spec, words):
    with pytest.raises(UserError, match=words):
        fitted(saved(tmp_path, spec))


def test_a_head_with_other_classes_is_refused(tmp_path):
    head = layer("auxiliary_head", "aux", layer("flatten", "flatten"), layer("linear", "fc", out_features=5))
    spec = built(9)
    spec = dataclasses.replace(spec, layers=(head, *spec.layers), classes=())
    with pytest.raises(UserError, match="'fc': 5 outputs do not match the 9 classes"):
        fitted(saved(tmp_path, spec))


def test_batches_of_one_image_are_refused_where_batch_norm_cannot_take_them(tmp_path, capsys):
    layers = (*built().layers[:-2], layer("global_average_pool", "mean"), layer("batch_norm", "bn2"))
    spec = dataclasses.replace(built(), layers=(*layers, *built().layers[-2:]))
    path = saved(tmp_path, spec)
    given = ["--data", "shapes", "--run", str(tmp_path / "run"), "--batch", "1", "--device", "cpu"]
    assert main(["train", str(path), *given]) == 2
    assert "two images or more" in capsys.readouterr().err
