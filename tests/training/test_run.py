import csv
import json
import math

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from visualizer.data import shapes
from visualizer.data.datasets import shapes as shapes_rows
from visualizer.errors import UserError
from visualizer.training.config import TrainingConfig
from visualizer.training.run import run_training, train_command
from visualizer.training.start import fit_classes, open_start


@pytest.fixture(autouse=True)
def few_shapes(monkeypatch):
    monkeypatch.setattr(shapes_rows, "PER_EPOCH", 100)
    monkeypatch.setattr(shapes_rows, "FOR_VALIDATION", 40)


def command(folder, **changes):
    given = {
        "network_name": "tinycnn",
        "data": "shapes",
        "epochs": 3,
        "batch": 50,
        "device": "cpu",
        "run": folder,
    }
    return train_command(**{**given, **changes})


def rows(folder):
    with (folder / "scalars.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def without_time(folder):
    return [{**row, "seconds": ""} for row in rows(folder)]


def test_what_a_run_leaves_on_disk(tmp_path):
    told = []
    result = command(tmp_path / "new" / "run", progress=lambda text, share: told.append((text, share)))
    folder = result.run
    assert sorted(path.name for path in folder.iterdir()) == [
        "checkpoint.pt", "config.json", "network.safetensors", "scalars.csv",
    ]  # fmt: skip
    assert (folder / "scalars.csv").read_text().splitlines()[0] == (
        "step,epoch,split,loss,accuracy,learning_rate,seconds"
    )
    assert [row["split"] for row in rows(folder)] == ["training", "validation"] * 3
    assert [int(row["step"]) for row in rows(folder)] == [2, 2, 4, 4, 6, 6]
    assert json.loads((folder / "config.json").read_text())["optimizer"] == "adamw"
    assert result.epochs == 3
    accuracies = [float(row["accuracy"]) for row in rows(folder) if row["split"] == "validation"]
    assert result.accuracy == accuracies[-1]
    assert result.best_accuracy == max(accuracies)
    assert len(told) == 6
    assert told[-1][1] == 1.0
    assert load_file(folder / "network.safetensors")["fc.weight"].shape[0] == 9
    assert torch.load(folder / "checkpoint.pt", weights_only=True)["epochs_done"] == 3


def test_the_best_network_is_kept(tmp_path):
    result = command(tmp_path / "a", learning_rate=0.05, schedule="constant", epochs=4)
    from visualizer.networks.adapting import with_classes
    from visualizer.networks.architectures import spec
    from visualizer.networks.building import build

    chosen = spec("tinycnn")
    module = build(with_classes(chosen, shapes.CLASSES))
    module.load_state_dict(load_file(result.run / "network.safetensors"))
    module.eval()
    validation = shapes_rows.shapes_dataset(chosen.input, chosen.preprocessing, 1337, 100, 40).validation
    with torch.no_grad():
        logits = module((validation.images / 255 - 0.1307) / 0.3081)
    accuracy = float((logits.argmax(1) == validation.labels).float().mean())
    assert accuracy == pytest.approx(result.best_accuracy)


@pytest.mark.parametrize("optimizer", ["adamw", "nesterov"])
@pytest.mark.parametrize("schedule", ["constant", "step", "cosine", "one-cycle"])
def test_an_interrupted_run_goes_on_as_if_it_had_not_been(optimizer, schedule, tmp_path):
    class Interrupted(Exception):
        pass

    def interrupt(text, share):
        if "step 4, validation" in text:
            raise Interrupted

    settings = {"optimizer": optimizer, "schedule": schedule}
    command(tmp_path / "whole", **settings)
    with pytest.raises(Interrupted):
        command(tmp_path / "parts", progress=interrupt, **settings)
    assert len(rows(tmp_path / "parts")) == 4  # the checkpoint knows the first epoch only
    resumed = command(tmp_path / "parts", resume=True, **settings)
    assert without_time(tmp_path / "parts") == without_time(tmp_path / "whole")
    whole, parts = (load_file(tmp_path / name / "network.safetensors") for name in ("whole", "parts"))
    assert all(torch.equal(tensor, parts[name]) for name, tensor in whole.items())
    assert command(tmp_path / "parts", resume=True, **settings).epochs == resumed.epochs == 3


def test_who_is_killed_as_a_run_goes_on_keeps_its_curve(tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    def interrupt(text, share):
        if "step 5" in text or "step 6" in text:
            raise Killed

    def killed(*arguments):
        raise Killed

    with pytest.raises(Killed):
        command(tmp_path / "run", progress=interrupt)
    before = rows(tmp_path / "run")[:4]  # of the two whole epochs
    monkeypatch.setattr("visualizer.training.run._drain", killed)
    with pytest.raises(Killed):
        command(tmp_path / "run", resume=True)
    assert rows(tmp_path / "run") == before


def test_a_folder_of_class_folders(tmp_path):
    for index in range(24):
        pixels, label = shapes.render(1, index)
        folder = tmp_path / "data" / ("one" if label < 3 else "two")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    (folder / "broken.png").write_bytes(b"no picture")
    given = {"data": str(tmp_path / "data"), "network_name": "shapes-net", "epochs": 1}
    with pytest.raises(UserError, match="there are 19 training images"):
        command(tmp_path / "run", **given)
    result = command(tmp_path / "run", **given, batch=None)
    assert json.loads((result.run / "config.json").read_text())["batch"] == 19
    assert load_file(result.run / "network.safetensors")["fc2.weight"].shape[0] == 2
    assert json.loads((result.run / "config.json").read_text())["classes"] == ["one", "two"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"network_name": "shapely"}, "shapes-net"),
        ({"data": "no such folder"}, "say shapes"),
        ({"optimizer": "adamant"}, "sgd"),
        ({"schedule": "sometimes"}, "cosine"),
        ({"device": "abacus"}, "cpu"),
        ({"epochs": 0}, "epoch"),
        ({"batch": 0}, "batch"),
        ({"learning_rate": -1.0}, "above 0"),
        ({"learning_rate": math.nan}, "above 0"),
        ({"resume": True}, "no run"),
    ],
    ids=str,
)
def test_what_cannot_be_used(changes, words, tmp_path):
    with pytest.raises(UserError, match=words):
        command(tmp_path / "run", **changes)


def test_a_run_is_not_overwritten_or_mixed(tmp_path):
    command(tmp_path / "run", epochs=1)
    with pytest.raises(UserError, match="resume"):
        command(tmp_path / "run", epochs=1)
    with pytest.raises(UserError, match="other settings"):
        command(tmp_path / "run", epochs=2, resume=True)
    (tmp_path / "run" / "checkpoint.pt").write_bytes(b"\x80\x02garbage")
    with pytest.raises(UserError, match="damaged"):
        command(tmp_path / "run", epochs=1, resume=True)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UserError, match="cannot be written"):
        command(tmp_path / "file" / "run", epochs=1)


def test_a_loss_that_explodes_is_told(tmp_path):
    config = TrainingConfig(epochs=3, batch=50, optimizer="sgd", learning_rate=1e30, schedule="constant")
    network = open_start("tinycnn", 1)
    data = shapes_rows.shapes_dataset(network.input, network.preprocessing, 1, 100, 40)
    network = fit_classes(network, data, 1)
    with pytest.raises(UserError, match="lower the learning rate"):
        run_training(network, data, config, tmp_path / "run")


def test_a_run_that_diverges_says_at_which_step(tmp_path, monkeypatch):
    monkeypatch.setattr("visualizer.training.run.problems", lambda *_, **__: {})
    with pytest.raises(UserError, match=r"tinycnn diverged at step \d+: values are no longer numbers; lower"):
        command(tmp_path / "run", optimizer="sgd", learning_rate=1e30)
