"""``main.py rotate`` as its users call it."""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
import tracemalloc
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageColor
from torch.nn import functional

from visualizer.assets import resource
from visualizer.cli import main
from visualizer.commands.response_files import Look, as_table, write
from visualizer.commands.rotate import class_index, distinct
from visualizer.data.images import read_image
from visualizer.data.preprocessing import prepare
from visualizer.networks import architectures, editing
from visualizer.networks.building import build
from visualizer.networks.files import save_network
from visualizer.networks.network import Network
from visualizer.networks.zoo import open_network
from visualizer.probes.response.frames import Response
from visualizer.rendering.charts import LIGHT
from visualizer.rendering.drawing.colors import SERIES

MAIN = Path(__file__).parents[2] / "main.py"
TRIANGLE = resource("images/triangle.png")
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def rotate(*arguments: object) -> int:
    return main(["rotate", *map(str, arguments)])


def rows_of(name: str = "curve.csv") -> list[list[str]]:
    with open(name, newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def curve(rows: list[list[str]], network: str) -> dict[float, list[float]]:
    """The probabilities of all classes in their order, by the value."""
    curves: dict[float, list[float]] = {}
    for name, value, _, probability in rows[1:]:
        if name == network:
            curves.setdefault(float(value), []).append(float(probability))
    return curves


def by_hand(network: Network, image: Path, angle: float) -> np.ndarray:
    """Softmax of the network for the prepared picture turned counter-clockwise, grey around it, one at a time."""
    x = prepare(read_image(image).pixels, network.preprocessing, network.input).tensor
    mean, std = (
        torch.tensor(v).view(1, -1, 1, 1) for v in (network.preprocessing.mean, network.preprocessing.std)
    )
    grey = (0.5 - mean) / std if angle else torch.zeros(())
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    theta = torch.tensor([[[cosine, -sine, 0.0], [sine, cosine, 0.0]]])
    assert x.shape[-1] == x.shape[-2]
    grid = functional.affine_grid(theta, list(x.shape), align_corners=False)
    turned = functional.grid_sample(x - grey, grid, align_corners=False) + grey
    with torch.no_grad():
        return network.module(turned if angle else x).softmax(1)[0].double().numpy()


# --- the table ------------------------------------------------------------------------------------------


def test_the_curve_is_that_of_a_plain_loop(shared_data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    weights, image = (
        shared_data / "models" / "squeezenet1_1.safetensors",
        shared_data / "photos" / "espresso.png",
    )
    assert (
        rotate("squeezenet1_1", "--weights", weights, "--image", image, "--step", 120, "--out", "curve.csv")
        == 0
    )
    rows = rows_of()
    assert rows[0] == ["network", "angle", "class", "probability"]
    network = open_network(f"squeezenet1_1@{weights}")
    assert [row[2] for row in rows[1:1001]] == list(network.classes)
    assert [row[1] for row in rows[1::1000]] == ["0", "120", "240"]
    for angle, found in curve(rows, "squeezenet1_1").items():
        assert np.abs(np.array(found) - by_hand(network, image, angle)).max() < 1e-4, angle
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["network", "class", "0°", "mean", "std", "min", "at", "flips", "same"]
    looked_at = np.array([one[967] for one in curve(rows, "squeezenet1_1").values()])
    cells = lines[2].split()
    assert cells[:2] == ["squeezenet1_1", "espresso"]
    expected = (looked_at[0], looked_at.mean(), looked_at.std(), looked_at.min())
    assert [float(cell) for cell in cells[2:6]] == pytest.approx(expected, abs=6e-4)
    assert cells[6] == f"{120 * looked_at.argmin()}°"
    assert lines[-1] == "curve.csv"


def test_quarter_turns_turn_the_tensor_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert rotate("shapes-net", "--image", TRIANGLE, "--step", 90, "--out", "curve.csv") == 0
    network = open_network("shapes-net")
    x = prepare(read_image(TRIANGLE).pixels, network.preprocessing, network.input).tensor
    found = curve(rows_of(), "shapes-net")
    for turns in range(4):
        with torch.no_grad():
            expected = network.module(torch.rot90(x, turns, (2, 3))).softmax(1)[0]
        assert found[90.0 * turns] == pytest.approx(expected.tolist(), abs=1e-5)
    assert found[0.0] == pytest.approx(network.module(x).softmax(1)[0].tolist(), abs=1e-7)
    assert "triangle" in capsys.readouterr().out


def test_at_0_degrees_it_says_what_inspect_says(capsys: pytest.CaptureFixture[str]) -> None:
    assert rotate("shapes-net", "--image", TRIANGLE, "--step", 7, "--out", "curve.csv") == 0
    capsys.readouterr()
    assert main(["inspect", "shapes-net", "--image", str(TRIANGLE), "--json"]) == 0
    upright = {row[2]: float(row[3]) for row in rows_of()[1:] if row[1] == "0"}
    inspected = json.loads(capsys.readouterr().out)["prediction"]
    assert len(inspected) == 5
    for row in inspected:
        assert upright[row["label"]] == row["probability"]  # to the last digit


def test_the_real_program_prints_a_table_and_nothing_else() -> None:
    arguments = ["rotate", "shapes-net", "--image", str(TRIANGLE), "--step", "45"]
    result = subprocess.run(
        [sys.executable, str(MAIN), *arguments], capture_output=True, text=True, encoding="utf-8"
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) == 3
    assert not list(Path().iterdir())


def test_several_networks_of_one_name_are_told_apart(
    shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    resnet = shared_data / "models" / "resnet20-12fca82f.th"
    Path("copy.th").write_bytes(resnet.read_bytes())
    photo = shared_data / "photos" / "cat_chelsea.png"
    assert rotate(resnet, "copy.th", "resnet20", "--image", photo, "--step", 90, "--out", "curve.csv") == 0
    rows = rows_of()
    names = list(dict.fromkeys(row[0] for row in rows[1:]))
    assert names == ["resnet20 (resnet20-12fca82f.th)", "resnet20 (copy.th)", "resnet20"]
    assert curve(rows, names[0]) == curve(rows, names[1]) != curve(rows, names[2])
    assert len(rows) == 1 + 3 * 4 * 10
    assert len(capsys.readouterr().out.splitlines()) == 2 + 3 + 1


def test_a_share_is_none_or_all_only_where_it_is() -> None:
    """The last column, of 3,600 angles at which the class is the predicted one at all but one, at one, at all."""
    values = np.arange(3_600) / 10
    printed = []
    for wrong in (slice(0, 1), slice(1, None), slice(0, 0)):
        likely = np.full((3_600, 2), (0.9, 0.1))
        likely[wrong] = likely[wrong, ::-1]
        known = np.ones(3_600, bool)
        response = Response("one", "rotation", "grey", values, known, np.log(likely), likely, ("cat", "dog"))
        printed.append(list(as_table([Look(response, 0)], asked=True))[2].split()[-1])
    assert printed == [">0.999", "<0.001", "1.000"]


def test_names_are_made_to_differ() -> None:
    assert distinct(["a", "b"], ["x", ""]) == ["a", "b"]
    assert distinct(["a", "a"], ["", ""]) == ["a", "a (2)"]
    assert distinct(["a", "a", "a"], ["x", "x", ""]) == ["a (x)", "a (x) (2)", "a"]
    assert distinct(["a", "a (2)", "a"], ["", "", ""]) == ["a", "a (2)", "a (3)"]


# --- the class looked at --------------------------------------------------------------------------------


@pytest.mark.parametrize("label", ["ellipse", "ELLIPSE", "2"])
def test_a_class_is_named_or_numbered(label: str, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--image", TRIANGLE, "--step", 45, "--label", label, "--out", "curve.csv")
    assert rotate("shapes-net", *arguments) == 0
    rows = rows_of()
    assert [row[2] for row in rows[1:]] == ["ellipse"] * 8
    assert rotate("shapes-net", "--image", TRIANGLE, "--step", 45, "--out", "all.csv") == 0
    assert [row for row in rows_of("all.csv") if row[2] in ("class", "ellipse")] == rows
    table = capsys.readouterr().out.splitlines()
    assert table[0].split()[-1] == "right"
    assert table[2].split()[-1] == "0.000"


def test_names_win_over_numbers_and_case() -> None:
    digits = tuple("9876543210")
    assert class_index(digits, "9") == 0
    assert class_index(("Cat", "cat"), "cat") == 1
    assert class_index(("Cat", "CAT"), "cat") is None
    assert class_index(("Cat", "dog"), " cat ") == 0
    assert class_index(("Cat", "dog"), "2") is None
    assert class_index(("Cat", "dog"), "") is None
    assert class_index(("Cat", "dog"), "²") is None


def test_a_network_without_the_class_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--image", TRIANGLE, "--step", 90, "--label", "triangle", "--out", "curve.csv")
    assert rotate("tinycnn", "shapes-net", *arguments) == 0
    shown = capsys.readouterr()
    assert "note: tinycnn has no class 'triangle' and is left out." in shown.err
    assert {row[0] for row in rows_of()[1:]} == {"shapes-net"}


# --- other transforms -----------------------------------------------------------------------------------


def test_other_transforms_name_their_column(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--image", TRIANGLE, "--transform", "brightness", "--step", 0.5, "--label", 0)
    assert rotate("shapes-net", *arguments, "--out", "curve.csv") == 0
    rows = rows_of()
    assert rows[0] == ["network", "brightness", "class", "probability"]
    assert [row[1] for row in rows[1:]] == ["0", "0.5", "1", "1.5", "2"]
    assert capsys.readouterr().out.splitlines()[0].split()[2] == "1×"


def test_a_border_makes_a_difference() -> None:
    curves = {}
    for border in ("grey", "replicate", "circle"):
        arguments = ("--image", TRIANGLE, "--step", 90, "--border", border, "--label", 0)
        assert rotate("shapes-net", *arguments, "--transform", "shift", "--out", "curve.csv") == 0
        curves[border] = curve(rows_of(), "shapes-net")
    assert list(curves["grey"]) == [-50, 0, 40, 50]
    assert curves["grey"][40] != curves["replicate"][40]
    assert curves["grey"][0] == pytest.approx(curves["replicate"][0], abs=1e-6)
    assert curves["grey"][0] != pytest.approx(curves["circle"][0], abs=1e-6)


# --- pictures -------------------------------------------------------------------------------------------


def test_a_drawing_names_every_network(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--image", TRIANGLE, "--step", 45)
    assert rotate("shapes-net", "tinycnn", *arguments, "--out", "curve.svg") == 0
    texts = [element.text or "" for element in ElementTree.parse("curve.svg").getroot().iter(f"{SVG}text")]
    for word in ("triangle, shapes-net", "Probability while the picture turns", "90°", "angle"):
        assert word in texts
    assert any("tinycnn" in text for text in texts)
    assert any("triangle.png, 8 angles, border: grey" in text.lower() for text in texts)
    assert rotate("shapes-net", *arguments, "--transform", "shift", "--step", 10, "--out", "shift.svg") == 0
    texts = [element.text or "" for element in ElementTree.parse("shift.svg").getroot().iter(f"{SVG}text")]
    assert "Probability of triangle: shift right" in texts
    assert "shift right in %" in texts
    assert "270°" not in texts


def test_a_picture_shows_the_curve_around_a_circle_and_over_the_angle() -> None:
    assert rotate("shapes-net", "--image", TRIANGLE, "--step", 5, "--out", "curve.png") == 0
    with Image.open("curve.png") as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    assert pixels.shape[1] == 2 * (380 + 760)
    color = ImageColor.getrgb(LIGHT.curve(SERIES[0]))
    near = np.abs(pixels - color).max(axis=2) <= 8
    assert near[:, :760].sum() > 1000
    assert near[:, 760:].sum() > 1000


# --- networks of all kinds ------------------------------------------------------------------------------


def test_six_channels_repeat_those_of_the_picture(capsys: pytest.CaptureFixture[str]) -> None:
    described = editing.set_input(architectures.spec("tinycnn"), (6, 28, 28))
    save_network(described, build(described), Path("six.safetensors"))
    assert rotate("six.safetensors", "--image", TRIANGLE, "--step", 90, "--out", "curve.csv") == 0
    assert len(rows_of()) == 1 + 4 * 10
    assert "6 input channels" in capsys.readouterr().err


def test_numbers_that_are_not_finite_are_nan_in_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    network = open_network("shapes-net")
    with torch.no_grad():
        list(network.module.parameters())[-1].fill_(math.nan)
    save_network(network.spec, network.module, Path("nan.safetensors"))
    capsys.readouterr()
    assert rotate("nan.safetensors", "--image", TRIANGLE, "--step", 90, "--out", "curve.csv") == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines()[2].split() == ["shapes-net", *"––––––––"]
    assert any(
        line.startswith("note: shapes-net: ") and line.endswith("has 9 values that are not a number")
        for line in printed.err.splitlines()
    )
    assert rotate("nan.safetensors", "--image", TRIANGLE, "--step", 90, "--label", "ellipse") == 0
    assert capsys.readouterr().out.splitlines()[2].split() == ["shapes-net", "ellipse", *"–––––––"]
    assert [row[3] for row in rows_of()[1:]] == ["nan"] * 36
    assert rotate("nan.safetensors", "--image", TRIANGLE, "--step", 90, "--out", "curve.png") == 0
    assert rotate("nan.safetensors", "--image", TRIANGLE, "--step", 90, "--out", "curve.svg") == 0
    assert "no finite numbers" in Path("curve.svg").read_text(encoding="utf-8"), (
        "an empty plot says why it is"
    )
    assert "no finite numbers" in capsys.readouterr().err


def test_many_rows_are_written_in_little_memory(tmp_path: Path) -> None:
    classes = tuple(f"class {index}" for index in range(1000))
    likely = np.random.default_rng(1).random((60, 1000))
    outputs = likely.astype(np.float32)
    response = Response(
        "net", "rotation", "grey", np.arange(60.0), np.ones(60, bool), outputs, likely, classes
    )
    tracemalloc.start()
    write([Look(response, 0)], "cat.png", tmp_path / "curve.csv", only=False, report=lambda *_: None)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / "curve.csv").stat().st_size > 1_600_000
    assert peak < 600_000
    rows = rows_of(str(tmp_path / "curve.csv"))
    found = np.array([float(row[3]) for row in rows[1:]]).reshape(60, 1000)
    assert (found == likely).all(), "every digit"
