"""The turning input in networks that are not as others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from test_turning import own_line, state, turning
from torch import nn

from visualizer.networks import anatomy as anatomies
from visualizer.networks.building import build
from visualizer.networks.files import save_network
from visualizer.networks.network import Preprocessing
from visualizer.networks.spec import NetworkSpec, layer
from visualizer.ui.driving import settle, wait
from visualizer.ui.jobs import OpenNetwork
from visualizer.ui.main_window import MainWindow
from visualizer.ui.rotation.state import Study

__all__ = ["turning"]  # a fixture


# --- networks that are not as others -------------------------------------------------------------------


class _NotFinite(nn.Module):
    """Scores that are no numbers for some inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        means = images.mean((2, 3)) * self.scale
        return torch.where(means > 0, means, torch.nan)


class _OneAtATime(nn.Module):
    """A network made for one image."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(3 * 8 * 12, 4)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.linear(images.reshape(1, 3 * 8 * 12))


def flat(outputs: int, channels: int = 3, rows: int = 8, columns: int = 12, end: str = "") -> NetworkSpec:
    layers = [
        layer("conv", "conv", out_channels=4, kernel_size=3),
        layer("flatten", "flatten"),
        layer("linear", "linear", out_features=outputs),
    ]
    if end:
        layers.append(layer(end, "end"))
    known = Preprocessing(rows, columns, (0.5,) * channels, (0.5,) * channels)
    return NetworkSpec("odd", (channels, rows, columns), tuple(layers), (), known)


def open_odd(window: MainWindow, folder: Path, spec: NetworkSpec) -> None:
    torch.manual_seed(0)
    path = folder / "odd.safetensors"
    save_network(spec, build(spec), path)
    window.session.open_paths([path])
    assert settle(window)
    for dock in ("equivariance", "rotationStudy"):
        window.docks[dock].raise_()
        assert settle(window)
    window.turning.live.set_value(33.0)
    assert settle(window)
    window.turning.studying.set_study(Study(count=4, step=90.0))
    window.turning.studying.start()
    assert wait(lambda: state(window).study_progress is None)
    assert settle(window)


ODD = (
    (flat(1), "sigmoid"),
    (flat(5, end="sigmoid"), "as they are"),
    (flat(9, rows=7, columns=23), "softmax"),
    (flat(9, rows=4, columns=4), "softmax"),
    (flat(9, channels=1), "softmax"),
)


def test_odd_networks_have_their_curve(turning: MainWindow, tmp_path: Path) -> None:
    for spec, reading in ODD:
        open_odd(turning, tmp_path, spec)
        response = own_line(turning).response
        assert response is not None
        assert response.complete
        assert response.reading == reading
        assert np.isfinite(response.probabilities).all()
        assert own_line(turning).study is not None or own_line(turning).study_trouble
        assert turning.rotation.export() is not None

    open_odd(turning, tmp_path, flat(9, channels=6))
    response = own_line(turning).response
    assert response is not None
    assert response.complete
    assert turning.session.inspection is not None
    assert any("6 input channels" in note for note in turning.session.inspection.notes)
    assert own_line(turning).study is None
    assert own_line(turning).study_trouble


def test_modules_of_their_own_have_their_curve(turning: MainWindow, tmp_path: Path) -> None:
    open_odd(turning, tmp_path, flat(4))
    opened = turning.session.opened
    assert opened is not None
    for module in (_NotFinite(), _OneAtATime()):
        network = replace(opened.network, module=module.eval().requires_grad_(False), spec=None, classes=())
        turning.session.show_network(OpenNetwork(network, anatomies.examine(network)))
        turning.docks["equivariance"].raise_()
        assert settle(turning)
        response = own_line(turning).response
        assert response is not None
        assert response.complete
        assert bool(response.note) == isinstance(module, _NotFinite)
        assert state(turning).equivariance is not None or state(turning).equivariance_sentence
