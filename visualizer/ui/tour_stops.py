"""The stops of the tour: what is done before each picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QWidget

from visualizer.networks import editing
from visualizer.networks.layers.kinds import Value
from visualizer.networks.spec import walk
from visualizer.ui.driving import drop, settle, wait
from visualizer.ui.gallery import SAMPLES
from visualizer.ui.main_window import MainWindow
from visualizer.ui.rotation.state import Study
from visualizer.ui.run_own_rows import START

_PATIENCE_WITH_A_RUN = 180.0  # s for some epochs


@dataclass(frozen=True, slots=True)
class Stop:
    """One picture: its name, what is done before it is taken, and which widget is shown (the window, or a dialog)."""

    name: str
    go: Callable[[MainWindow], QWidget | None]


def _first_start(window: MainWindow) -> None:
    window.notices.clear()


def _deeper(window: MainWindow) -> None:
    for _ in range(8):
        window.actions_by_id["layer_down"].trigger()


def _by_strength(window: MainWindow) -> None:
    window.activations.choose(map="viridis", limits="unit", order="strength")


def _classifier(window: MainWindow) -> None:
    window.activations.choose(map="grey", limits="layer", order="index")
    assert window.session.opened is not None
    window.session.select_layer(len(window.session.opened.anatomy.layers) - 1)


def _light(window: MainWindow) -> None:
    window.session.select_layer(2)
    window.actions_by_id["theme"].trigger()


def _other_theme(window: MainWindow) -> None:
    window.actions_by_id["theme"].trigger()


def _maximised(window: MainWindow) -> None:
    window.actions_by_id["theme"].trigger()
    window.actions_by_id["maximise"].trigger()


def _mistake(window: MainWindow) -> None:
    window.actions_by_id["restore"].trigger()
    drop(window, [Path(__file__)])


def _open_network(window: MainWindow) -> QWidget | None:
    window.notices.clear()
    window.actions_by_id["open_network"].trigger()
    return window.opening.dialog


def _keys(window: MainWindow) -> QWidget | None:
    window.actions_by_id["shortcuts"].trigger()
    return window.findChild(QWidget, "keys")


def _train(window: MainWindow) -> None:
    """A small network with new weights, before its first step."""
    window.notices.clear()
    window.session.open_network("shapes-net")
    settle(window)
    window.turning.comparison.toggle()  # as it was bundled, beside what it will be
    window.workspaces.show("train")
    window.session.gallery.show(SAMPLES)
    window.session.gallery.choose(0)
    window.run.value_changed.emit(START, "new weights")
    window.session.training.data.open()


def _training(window: MainWindow) -> None:
    """In the middle of training: six epochs are over."""
    window.actions_by_id["play"].trigger()
    wait(lambda: len(_evaluations(window)) >= 6 and _epoch(window) > 6.4, _PATIENCE_WITH_A_RUN)


def _evaluations(window: MainWindow) -> Sequence[object]:
    frame = window.session.training.state.frame
    return frame.evaluations if frame is not None else ()


def _epoch(window: MainWindow) -> float:
    return window.session.training.state.epoch


def _deeper_weights(window: MainWindow) -> None:
    """Kernels of a deeper layer, and the most confidently wrong pictures."""
    window.session.step_layer(3)
    window.docks["mistakes"].raise_()


def _visited(window: MainWindow) -> None:
    """An early moment, while the run goes on."""
    window.session.step_layer(-3)
    recorded = window.session.training.moments.recorded
    window.timeline.visit_requested.emit(int(recorded[len(recorded) // 3]))
    wait(lambda: window.session.training.state.visited is not None)


def _data_set(window: MainWindow) -> None:
    window.actions_by_id["theme"].trigger()
    window.docks["dataset"].raise_()


def _trained(window: MainWindow) -> None:
    """The run has ended; its last weights are those of the network."""
    window.docks["confusion"].raise_()
    window.session.training.go_live()
    window.session.training.stop()
    wait(lambda: window.session.training.state.phase == "ended")


def _rotate(window: MainWindow) -> None:
    """The trained network beside the bundled one, while the input is turned; both over a data set."""
    window.actions_by_id["theme"].trigger()
    window.notices.clear()
    window.workspaces.show("rotate")
    settle(window)
    window.turning.live.set_value(128.0)
    window.turning.studying.set_study(Study(count=200, step=15.0))
    window.turning.studying.start()
    wait(lambda: window.turning.live.state.study_progress is None)


def _equivariance(window: MainWindow) -> None:
    window.docks["equivariance"].raise_()


def _occluded(window: MainWindow) -> None:
    """Another transform: a grey square that grows over the input."""
    window.docks["rotationStudy"].raise_()
    window.turning.live.set_transform("occlusion")
    settle(window)
    window.turning.live.set_value(35.0)


def _rotate_in_other_theme(window: MainWindow) -> None:
    window.turning.live.set_transform("rotation")
    window.turning.live.set_value(310.0)
    window.actions_by_id["theme"].trigger()


def _race_in_dark(window: MainWindow) -> None:
    """In the middle of a race; beside it the basins of the selected racer."""
    window.turning.live.reset()
    window.actions_by_id["theme"].trigger()
    window.notices.clear()
    window.workspaces.show("race")
    settle(window)
    window.race.playback.go_to(120)


def _basins(window: MainWindow) -> None:
    window.docks["basins"].raise_()
    wait(lambda: len(window.race.live.state.basins) > 1)


def _beale(window: MainWindow) -> None:
    """A valley, by terms of one step, and along a line."""
    window.race.live.set_surface("beale")
    window.docks["landscape"].raise_()
    for key in ("anatomy", "profile"):
        window.docks[key].raise_()
    settle(window)
    window.race.playback.go_to(60)


def _own_formula(window: MainWindow) -> None:
    """A formula of one's own, and a sweep of learning rates."""
    window.race.live.set_formula("sin(x) cos(y) + (x² + y²)/20")
    settle(window)
    window.race.wiring.sweep()


def _relief(window: MainWindow) -> None:
    window.race.live.set_surface("himmelblau")
    window.docks["relief"].raise_()


def _build(window: MainWindow) -> None:
    """Three convolutions for the shapes, with a window that does not come out even and one output too many."""
    window.notices.clear()
    window.building.new_network()
    editor = window.editor
    editor.set_name("three-convs")
    editor.set_input((3, 56, 56))
    window.building.set_classes("shapes")
    for kind, name, values in _THREE_CONVS:
        editor.add(kind)
        added = editor.selected[0]
        for field, value in values.items():
            editor.set_value(added, field, value)
        if name:
            editor.rename(added, name)
    editor.add("residual_block", editing.place_after(editor.spec, _named(window, "pool1")))
    editor.select((_named(window, "pool3"),))


_THREE_CONVS: tuple[tuple[str, str, dict[str, Value]], ...] = (
    ("conv", "", {"out_channels": 32, "padding": 1}),
    ("batch_norm", "", {}),
    ("relu", "", {}),
    ("max_pool", "pool1", {}),
    ("conv", "", {"out_channels": 64, "padding": 1}),
    ("relu", "", {}),
    ("max_pool", "pool2", {}),
    ("conv", "", {"out_channels": 128, "stride": 2, "padding": 1}),
    ("relu", "", {}),
    ("average_pool", "pool3", {"kernel_size": 3, "stride": 3}),
    ("flatten", "flatten", {}),
    ("linear", "fc", {"out_features": 10}),
)


def _named(window: MainWindow, name: str) -> int:
    return next(row.identity for _, row in walk(window.editor.spec.layers) if row.name == name)


def _race_in_light(window: MainWindow) -> None:
    window.docks["landscape"].raise_()
    window.race.playback.go_to(120)
    window.actions_by_id["theme"].trigger()


def _build_in_dark(window: MainWindow) -> None:
    window.actions_by_id["theme"].trigger()
    _build(window)


def _created(window: MainWindow) -> None:
    window.actions_by_id["theme"].trigger()
    window.editor.set_value(_named(window, "fc"), "out_features", 9)
    window.editor.create()


def _inspect_created(window: MainWindow) -> None:
    window.notices.clear()
    window.actions_by_id["inspect"].trigger()


STOPS: tuple[Stop, ...] = (
    Stop("inspect", _first_start),
    Stop("inspect-deeper", _deeper),
    Stop("inspect-by-strength", _by_strength),
    Stop("inspect-classifier", _classifier),
    Stop("inspect-other-theme", _light),
    Stop("inspect-maximised", _maximised),
    Stop("notice", _mistake),
    Stop("open-network", _open_network),
    Stop("keys", _keys),
    Stop("train", _train),
    Stop("training", _training),
    Stop("training-deeper", _deeper_weights),
    Stop("training-visited", _visited),
    Stop("training-data", _data_set),
    Stop("trained", _trained),
    Stop("rotate", _rotate),
    Stop("rotate-equivariance", _equivariance),
    Stop("rotate-occlusion", _occluded),
    Stop("rotate-other-theme", _rotate_in_other_theme),
    Stop("race", _race_in_dark),
    Stop("race-basins", _basins),
    Stop("race-anatomy", _beale),
    Stop("race-formula", _own_formula),
    Stop("race-3d", _relief),
    Stop("race-other-theme", _race_in_light),
    Stop("build", _build_in_dark),
    Stop("build-other-theme", _other_theme),
    Stop("build-created", _created),
    Stop("inspect-created", _inspect_created),
)
