"""Damaged, mislabelled and hostile files through the command line: one sentence each, nothing executed."""

import json
from pathlib import Path

import pytest

from visualizer.cli import main

DATA = Path(__file__).parents[3] / "shared" / "data"
GOOD_NETWORKS = {
    "bfloat16.pt",
    "bfloat16.safetensors",
    "float16.pt",
    "float64.pt",
    "good.safetensors",
    "good_legacy_format.pt",
    "good_state_dict.pt",
    "inf_weights.pt",
    "lightning_style.ckpt",
    "nan_weights.pt",
    "nan_weights.safetensors",
    "nested_model_module.pt",
    "nested_state_dict_epoch.pt",
    "prefix_module.pt",
    "prefix_orig_mod.pt",
    "safetensors_named.pt",
    "torch_zip_named.safetensors",
}


def names(folder: str) -> list[str]:
    """The files of a folder of the shared data; where there is none, the fixture fails or skips the test."""
    files = sorted(path.name for path in (DATA / folder).glob("*") if path.name != "expected.json")
    return files or ["no data"]


@pytest.fixture
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(status: int, capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    shown = capsys.readouterr()
    assert list(folder.iterdir()) == [], "something was executed or left behind"
    assert "\x1b" not in shown.err
    assert "Traceback" not in shown.err
    lines = shown.err.splitlines()
    if status == 0:
        assert json.loads(shown.out)
        assert all(line.startswith("note: ") for line in lines)
        return
    assert status == 2
    assert shown.out == ""
    [line] = lines
    assert line.startswith("error: ")
    assert len(line) < 400
    for foreign in (
        "weights_only",
        "WeightsUnpickler",
        "SafetensorError",
        "PytorchStreamReader",
        "Errno",
        "PIL",
    ):
        assert foreign not in line


@pytest.mark.parametrize("name", names("hostile-models"))
@pytest.mark.parametrize("way", ["alone", "into tinycnn"])
def test_a_network_file(
    name: str, way: str, shared_data: Path, in_empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(shared_data / "hostile-models" / name)
    arguments = [file] if way == "alone" else ["tinycnn", "--weights", file]
    status = main(["inspect", *arguments, "--json"])
    if name in GOOD_NETWORKS:
        assert status == 0
    if name.startswith("pickle_"):
        assert status == 2
    check(status, capsys, in_empty_folder)


@pytest.mark.parametrize("name", names("photos/malformed"))
def test_a_picture(
    name: str, shared_data: Path, in_empty_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = shared_data / "photos"
    expected = json.loads((photos / "expected.json").read_text(encoding="utf-8"))["files"]
    status = main(["inspect", "tinycnn", "--image", str(photos / "malformed" / name), "--json"])
    if "must still load" in expected[f"malformed/{name}"]["what"]:
        assert status == 0
    if expected[f"malformed/{name}"].get("exc") == "UnidentifiedImageError" or name.startswith("bomb_"):
        assert status == 2
    check(status, capsys, in_empty_folder)
