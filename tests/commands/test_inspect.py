import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision
from PIL import Image
from torchvision.models import SqueezeNet1_1_Weights

from visualizer.cli import main

MAIN = Path(__file__).parents[2] / "main.py"
EXPECTED = Path(__file__).parents[3] / "shared" / "data" / "photos" / "expected.json"


def photos_with_top5() -> list[tuple[str, str]]:
    if not EXPECTED.exists():  # then `shared_data` fails or skips the test
        return [("no data", "")]
    files = json.loads(EXPECTED.read_text(encoding="utf-8"))["files"]
    return [(name, entry["top5"]["squeezenet1_1"]) for name, entry in files.items() if "top5" in entry]


@pytest.fixture
def squeezenet(shared_data: Path) -> list[object]:
    return ["squeezenet1_1", "--weights", shared_data / "models" / "squeezenet1_1.safetensors"]


def test_the_real_program_sees_the_espresso(shared_data: Path) -> None:
    weights = shared_data / "models" / "squeezenet1_1.safetensors"
    image = shared_data / "photos" / "espresso.png"
    arguments = ["inspect", f"squeezenet1_1@{weights}", "--image", str(image), "--json"]
    result = subprocess.run([sys.executable, str(MAIN), *arguments], capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    first = json.loads(result.stdout)["prediction"][0]
    assert (first["index"], first["label"]) == (967, "espresso")
    assert round(first["probability"], 2) == 0.97


@pytest.mark.parametrize(("photo", "top5"), photos_with_top5(), ids=lambda value: value[:20])
def test_photographs_are_seen_as_torchvision_sees_them(
    photo: str, top5: str, inspect: Any, squeezenet: list[object], shared_data: Path
) -> None:
    document = inspect(*squeezenet, "--image", shared_data / "photos" / photo, "--layer", "classifier.3")
    expected = re.findall(r"(\D+) (\d\.\d+)(?:, |$)", top5)
    assert len(expected) == 5
    for row, (label, probability) in zip(document["prediction"], expected, strict=True):
        # Within rounding classes of equal probability may change places.
        assert row["probability"] == pytest.approx(float(probability), abs=0.0015)
        if float(probability) > 0.01:
            assert row["label"] == label


def test_the_document_has_these_keys(inspect: Any, squeezenet: list[object], shared_data: Path) -> None:
    document = inspect(*squeezenet, "--image", shared_data / "photos" / "espresso.png")
    assert list(document) == ["network", "layers", "prediction", "activations"]
    assert document["network"] == {
        "name": "squeezenet1_1",
        "input": [3, 224, 224],
        "parameters": 1_235_496,
        "macs": 349_151_936,
        "classes": 1000,
    }
    assert document["layers"][0] == {
        "name": "features.0",
        "kind": "Conv2d",
        "output": [64, 111, 111],
        "parameters": 1792,
        "macs": 64 * 111 * 111 * 27,
        "receptive_field": 3,
    }
    assert len(document["prediction"]) == 5
    assert list(document["prediction"][0]) == ["index", "label", "probability"]
    assert list(document["activations"]) == [row["name"] for row in document["layers"]]
    for layer in document["layers"]:
        assert document["activations"][layer["name"]]["shape"] == layer["output"]


def test_figures_are_those_of_torchvision_itself(
    inspect: Any, squeezenet: list[object], shared_data: Path
) -> None:
    image = shared_data / "photos" / "espresso.png"
    document = inspect(*squeezenet, "--image", image)
    module = torchvision.models.squeezenet1_1()
    module.load_state_dict(torch.load(shared_data / "models" / "squeezenet1_1.pth", weights_only=True))
    module.eval()
    kept: list[torch.Tensor] = []
    module.features[3].expand3x3.register_forward_hook(lambda *given: kept.append(given[2].clone()))
    transform = SqueezeNet1_1_Weights.DEFAULT.transforms()
    with torch.inference_mode(), Image.open(image) as picture:
        module(transform(picture.convert("RGB"))[None])
    figures = document["activations"]["features.3.expand3x3"]
    values = kept[0].double().numpy()
    assert figures == {
        "shape": list(values.shape[1:]),
        "min": pytest.approx(values.min(), rel=1e-3),
        "max": pytest.approx(values.max(), rel=1e-3),
        "mean": pytest.approx(values.mean(), rel=1e-3),
        "std": pytest.approx(values.std(), rel=1e-3),
    }


def test_without_an_image_there_is_only_the_network(inspect: Any) -> None:
    assert list(inspect("tinycnn")) == ["network", "layers"]


def test_one_layer_alone(inspect: Any, shared_data: Path) -> None:
    image = shared_data / "photos" / "espresso.png"
    document = inspect("tinycnn", "--image", image, "--layer", "conv2")
    assert list(document["activations"]) == ["conv2"]
    assert len(document["layers"]) > 1


def test_numbers_that_are_not_finite_become_null(inspect: Any, shared_data: Path) -> None:
    weights = shared_data / "hostile-models" / "nan_weights.safetensors"
    image = shared_data / "photos" / "espresso.png"
    document = inspect("tinycnn", "--weights", weights, "--image", image)
    assert document["activations"]["fc"]["mean"] is None
    assert document["activations"]["conv1"]["mean"] is not None


def test_the_tables_fit_a_hundred_columns(capsys: pytest.CaptureFixture[str], shared_data: Path) -> None:
    image = str(shared_data / "photos" / "espresso.png")
    for network in ("resnet18", "vit_b_16"):
        assert main(["inspect", network, "--image", image]) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0].startswith(network)
        assert max(map(len, lines)) <= 100
        assert not any(line.endswith(" ") for line in lines)
        for title in ("layer  ", "activations  ", "prediction  "):
            assert any(line.startswith(title) for line in lines)


def test_notes_go_to_standard_error(capsys: pytest.CaptureFixture[str], shared_data: Path) -> None:
    image = str(shared_data / "photos" / "toy_animated.gif")
    assert main(["inspect", "tinycnn", "--image", image, "--json"]) == 0
    shown = capsys.readouterr()
    assert json.loads(shown.out)
    assert re.search(r"^note: .*frame", shown.err, re.MULTILINE)


def test_maps_are_written_as_pictures_and_numbers(inspect: Any, shared_data: Path, tmp_path: Path) -> None:
    image = shared_data / "photos" / "espresso.png"
    folder = tmp_path / "new" / "maps"
    document = inspect("tinycnn", "--image", image, "--layer", "conv1", "--save-maps", folder)
    assert sorted(path.name for path in folder.iterdir()) == ["conv1.npy", "conv1.png"]
    values = np.load(folder / "conv1.npy")
    assert list(values.shape) == document["activations"]["conv1"]["shape"]
    assert values.max() == pytest.approx(document["activations"]["conv1"]["max"], rel=1e-6)
    with Image.open(folder / "conv1.png") as picture:
        assert picture.mode == "L"


def test_maps_that_cannot_be_written_are_told(
    capsys: pytest.CaptureFixture[str], shared_data: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    image = str(shared_data / "photos" / "espresso.png")
    assert main(["inspect", "tinycnn", "--image", image, "--save-maps", str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err.startswith("error: The maps cannot be written")


def test_the_reference_network_of_the_experiments(inspect: Any) -> None:
    assert inspect("mini-vgg")["network"] == {
        "name": "mini-vgg",
        "input": [3, 32, 32],
        "parameters": 1_250_858,
        "macs": 20_741_120,
        "classes": 10,
    }


def test_a_network_that_does_not_classify(inspect: Any, shared_data: Path) -> None:
    document = inspect("autoencoder", "--image", shared_data / "photos" / "espresso.png")
    assert document["network"]["classes"] == 0
    assert document["prediction"] == []
    assert document["activations"]["decoder.tanh"]["shape"] == [3, 32, 32]
    assert main(["inspect", "autoencoder", "--image", str(shared_data / "photos" / "espresso.png")]) == 0
