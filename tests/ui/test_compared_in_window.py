"""Networks that are kept for comparison in Prediction of the real window, while the dial is turned."""

from __future__ import annotations

import copy
import itertools
from dataclasses import replace

import numpy as np
import pytest
import torch
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from visualizer.data.preprocessing import prepare
from visualizer.data.transforms.table import transformed
from visualizer.networks.network import Network
from visualizer.ui.driving import settle, wait
from visualizer.ui.main_window import MainWindow
from visualizer.ui.rotation.predictions import ComparedPredictions


def disturbed(network: Network) -> Network:
    """The same network with other weights."""
    module = copy.deepcopy(network.module)
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for values in module.parameters():
            values.add_(0.1 * torch.randn(values.shape, generator=generator))
    return replace(network, module=module, name="disturbed")


@pytest.fixture
def comparing(window: MainWindow) -> MainWindow:
    """In the Rotate workspace, where the open network was kept before its weights were changed."""
    window.workspaces.show("rotate")
    assert settle(window)
    assert window.session.opened is not None
    window.turning.comparison.toggle()
    window.session.set_weights(disturbed(window.session.opened.network))
    assert settle(window)
    return window


def compared(window: MainWindow) -> ComparedPredictions | None:
    return window.prediction._compared


def expected(window: MainWindow, network: Network, angle: float) -> np.ndarray:
    """What a plain forward pass says of the input at an angle."""
    shown = window.session.input
    assert shown is not None
    plain = prepare(shown.pixels, network.preprocessing, network.input).tensor
    with torch.inference_mode():
        turned = transformed(plain, np.array([angle]), "rotation", "grey", network.preprocessing)
        result: np.ndarray = network.module(turned)[0].softmax(0).double().numpy()
    return result


class _Layouts(QObject):
    """Counts how often what is in a panel is laid out anew."""

    def __init__(self, panel: QObject) -> None:
        super().__init__(panel)
        self.count = 0
        panel.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.LayoutRequest
        return False


def test_both_networks_are_told_of_the_angle_that_is_shown(comparing: MainWindow) -> None:
    live, panel = comparing.turning.live, comparing.prediction
    kept = comparing.turning.comparison.network(live.state.lines[1].key)
    assert kept is not None
    layouts, bars = _Layouts(panel), panel.compared_bars
    heights, ranks = set(), [panel.true_class.text()]
    for angle in range(40, 74):
        live.set_value(float(angle), done=False)
        QApplication.processEvents()
        heights.add((bars.height(), bars.row_height()))
        ranks.append(panel.true_class.text())
    live.set_value(73.0)
    assert settle(comparing)
    assert wait(lambda: live.state.progress is None)
    assert len(heights) == 1
    ranks.append(panel.true_class.text())
    new_ranks = sum(rank != before for before, rank in itertools.pairwise(ranks))
    assert layouts.count <= new_ranks, "nothing is laid out anew for bars and figures"
    found = compared(comparing)
    assert found is not None
    (other,) = found.networks
    assert other.probabilities is not None
    assert not other.stale
    assert other.exact
    assert other.probabilities == pytest.approx(expected(comparing, kept, 73.0), abs=1e-5)
    assert comparing.session.opened is not None
    own = expected(comparing, comparing.session.opened.network, 73.0)
    assert [each.probability for each in bars._top] == pytest.approx(np.sort(own)[::-1][:5], abs=1e-5)
    assert abs(own - other.probabilities).max() > 0.01, "else nothing was compared"
    # The plots say the same.
    graph = comparing.rotation.view.plot._graph
    assert graph is not None
    marker, _ = next(curve for curve in graph.main if curve.key != "open").value_at(73.0)
    index = kept.classes.index(next(curve.class_name for curve in graph.main))
    assert other.probabilities[index] == pytest.approx(marker, abs=1e-9)


def test_the_panels_keep_their_sizes_when_a_network_is_kept_or_let_go(window: MainWindow) -> None:
    window.workspaces.show("rotate")
    assert settle(window)

    def sizes() -> dict[str, object]:
        return {key: dock.size() for key, dock in window.docks.items() if key in ("input", "prediction")}

    before, bars = sizes(), window.prediction.bars
    assert bars.isVisible()
    window.turning.comparison.toggle()
    assert settle(window)
    assert not bars.isVisible()
    assert sizes() == before
    window.turning.comparison.toggle()
    assert settle(window)
    assert bars.isVisible()
    assert compared(window) is None
    assert sizes() == before


def test_hidden_networks_and_those_with_other_classes_are_left_out(comparing: MainWindow) -> None:
    live = comparing.turning.live
    key = live.state.lines[1].key
    live.toggle_line(key)
    assert compared(comparing) is None
    live.toggle_line(key)
    assert compared(comparing) is not None
    assert comparing.session.opened is not None
    network = comparing.session.opened.network
    live.set_line(key, trouble="It cannot be asked.")
    assert compared(comparing) is None
    live.set_line(key, trouble="")
    comparing.session.open_network("autoencoder")
    assert settle(comparing)
    assert compared(comparing) is None
    assert comparing.prediction.placeholder.isVisible()
    comparing.session.open_network("shapes-net")
    assert settle(comparing)
    assert compared(comparing) is not None
    assert comparing.prediction.compared_bars.isVisible()
    comparing.turning.comparison._networks[key] = replace(network, classes=("x", *network.classes[1:]))
    live.set_line(key)
    assert compared(comparing) is None


def test_where_no_curve_is_seen_only_what_is_of_this_input_is_compared(comparing: MainWindow) -> None:
    comparing.workspaces.show("inspect")
    assert settle(comparing)
    assert "rotation" not in comparing.visible
    comparing.turning.live.set_value(30.0)
    assert settle(comparing)
    found = compared(comparing)
    assert found is not None, "it is known for all angles"
    assert not found.networks[0].stale
    comparing.turning.live.set_border("zero")
    assert settle(comparing)
    assert compared(comparing) is None, "nobody would renew it"
    comparing.workspaces.show("rotate")
    assert settle(comparing)
    assert wait(lambda: (found := compared(comparing)) is not None and not found.networks[0].stale)


def test_a_network_that_was_kept_where_no_curve_is_seen_is_compared_once_it_is_asked(
    window: MainWindow,
) -> None:
    assert settle(window)
    assert "rotation" not in window.visible
    window.turning.comparison.toggle()
    assert settle(window)
    assert compared(window) is None, "nobody has asked it about this input"
    window.workspaces.show("rotate")
    assert settle(window)
    shown = compared(window)
    assert shown is not None
    assert shown.networks[0].probabilities is not None
    window.workspaces.show("inspect")
    assert settle(window)
    assert compared(window) is not None
