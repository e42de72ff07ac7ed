"""Malformed pictures and hostile networks, dropped on the real window: a sentence each, nothing lost."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from visualizer.ui.driving import drop, settle
from visualizer.ui.main_window import MainWindow

ENDINGS = (
    ".png",
    ".jpg",
    ".gif",
    ".tif",
    ".webp",
    ".safetensors",
    ".pt",
    ".pth",
    ".ckpt",
    ".pt2",
    ".onnx",
    "",
)


def is_our_sentence(text: str) -> bool:
    foreign = ("weights_only", "Traceback", "UnpicklingError", "\x1b", "\n", "deserializ", "0x", "PIL.")
    return 20 <= len(text) <= 300 and text.endswith(".") and not any(word in text for word in foreign)


def test_malformed_pictures(window: MainWindow, shared_data: Path) -> None:
    folder = shared_data / "photos" / "malformed"
    told = json.loads((shared_data / "photos" / "expected.json").read_text())["files"]
    for path in sorted(folder.iterdir()):
        window.notices.clear()
        before, network = window.session.input, window.session.opened
        drop(window, [path])
        assert settle(window), path
        sentences = window.notices.sentences()
        opened = window.session.input is not before
        stock = told.get(f"malformed/{path.name}", {}).get("result")
        if not opened and path.suffix != ".safetensors":
            assert len(sentences) == 1, (path.name, sentences)
            assert is_our_sentence(sentences[0]), (path.name, sentences)
        if stock == "error":
            assert not opened, path.name
        assert window.session.opened is network
        assert window.session.inspection is not None


def test_hostile_networks(
    window: MainWindow, shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = shared_data / "hostile-models"
    loaded = set()
    for path in sorted(folder.iterdir()):
        if path.name == "expected.json":
            continue
        window.notices.clear()
        before, shown = window.session.opened, window.session.input
        drop(window, [path])
        assert settle(window), path
        sentences = window.notices.sentences()
        if window.session.opened is not before:
            loaded.add(path.name)
        else:
            assert len(sentences) == 1, (path.name, sentences)
        assert all(is_our_sentence(sentence) for sentence in sentences), (path.name, sentences)
        assert window.session.input is shown
        assert not list(tmp_path.rglob("PWNED")), path.name
        assert not (folder / "PWNED").exists()
    assert {"good.safetensors", "good_state_dict.pt", "prefix_module.pt", "bfloat16.safetensors"} <= loaded
    assert not any(re.match("pickle_|zip_bomb|truncated|whole_module", name) for name in loaded)


def test_what_is_odd_in_a_network_is_said_with_its_name(window: MainWindow, shared_data: Path) -> None:
    drop(window, [shared_data / "hostile-models" / "nan_weights.safetensors"])
    assert settle(window)
    assert "tinycnn: fc.weight has 7,840 values that are not a number." in window.notices.sentences()


@pytest.mark.parametrize("ending", ENDINGS)
def test_noise_of_any_name(window: MainWindow, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"noise{ending}"
    path.write_bytes(np.random.default_rng(3).bytes(3_000_000))
    network, shown = window.session.opened, window.session.input
    drop(window, [path])
    assert settle(window)
    assert window.session.opened is network
    assert window.session.input is shown
    (sentence,) = window.notices.sentences()
    assert is_our_sentence(sentence)


def test_files_that_vanish_or_are_no_files(window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    for name in ("gone.png", "gone.pth", "folder.png"):
        window.notices.clear()
        drop(window, [tmp_path / name])
        assert settle(window)
        (sentence,) = window.notices.sentences()
        assert is_our_sentence(sentence), sentence
