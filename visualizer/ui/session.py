"""The session: the cursors that everything on the screen is a function of.

Network, input, selection (a layer and a unit in it) and the moment of a run are the cursors. Panels send requests
here; a worker, or a run under way, looks; what was seen comes back as typed signals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from visualizer.data.inputs import FLIPS, Input
from visualizer.data.transforms import NOTHING, Change
from visualizer.networks.anatomy import Layer
from visualizer.networks.network import Network
from visualizer.probes.frames import Inspection, Scale, UnitFrame
from visualizer.probes.weight_frames import WeightsFrame, WeightsView
from visualizer.ui import jobs
from visualizer.ui.data_samples import DataSamples
from visualizer.ui.gallery import Gallery
from visualizer.ui.jobs import OpenNetwork
from visualizer.ui.selection import Selection
from visualizer.ui.training import LiveTraining
from visualizer.ui.workers import Workers

WATCHED = frozenset(("inspect", "weights", "statistics", "rotation"))
"""What panels can look at while a network learns: activations with prediction and unit, weights, statistics, and the
response to the input as it turns."""


class Session(Workers):
    """The cursors of the window and what is known at them.

    Requests are the public methods; every answer comes as a signal, in the GUI thread:
    ``network_changed(OpenNetwork)``, ``weights_changed(OpenNetwork)`` for other weights of the same network,
    ``input_changed(Input)``, ``change_changed(Change)`` for what is done to it, ``selection_changed(Selection)``,
    ``inspection_changed(Inspection)``, ``unit_changed(UnitFrame)``, ``weights_frame_changed(WeightsFrame or None)``,
    ``architectures_changed(tuple)``, ``file_opened(Path)``, and those of ``Workers``.
    """

    network_changed = Signal(object)
    weights_changed = Signal(object)
    input_changed = Signal(object)
    change_changed = Signal(object)
    selection_changed = Signal(object)
    inspection_changed = Signal(object)
    unit_changed = Signal(object)
    weights_frame_changed = Signal(object)
    architectures_changed = Signal(object)
    file_opened = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.opened: OpenNetwork | None = None
        self.input: Input | None = None
        self.change = NOTHING  # what is done to the input
        self.is_turning = False  # the hand is at it: what is dear can wait until it rests
        self.selection = Selection(0, 0)
        self.scale = Scale()
        self.weights_view = WeightsView()
        self.inspection: Inspection | None = None
        self.unit: UnitFrame | None = None
        self.weights_frame: WeightsFrame | None = None
        self._prepared: jobs.PreparedFor | None = None
        self._fresh_unit = True  # the next look at a layer picks its strongest unit
        self._watched = WATCHED - {"weights", "rotation"}  # the topics that somebody looks at
        self._missed: set[str] = set()  # topics whose newest answer nobody wanted
        self._fell_back = False
        self.answer("network", self._network_opened)
        self.answer("input", self._input_opened)
        self.answer("inspect", self._inspected)
        self.answer("unit", self._unit_looked_at)
        self.answer("weights", self._weights_seen)
        self.answer("architectures", self.architectures_changed.emit)
        self.gallery = Gallery(self)
        self.training = LiveTraining(self)
        DataSamples(self)
        for follow in (self.gallery.failed, self.training.failed, self._fall_back):
            self.failed.connect(follow)

    # --- requests --------------------------------------------------------------------------------

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open what was dropped, pasted, chosen or named on the command line: the one way for all of them."""
        networks = [path for path in paths if jobs.looks_like_network(path)]
        pictures = [path for path in paths if path not in networks]
        for path in networks[-1:]:  # a later one would replace an earlier one at once
            self.open_weights(path)
        if len(networks) > 1:
            name = networks[-1].name
            self.noticed.emit("info", f"Of {len(networks)} network files the last one was opened, {name}.")
        if pictures:
            self.gallery.open_pictures(pictures)

    def open_network(self, text: str, *, pretrained: bool = False, weights: Path | None = None) -> None:
        """Open a network by name or file, as on the command line."""
        self.ask("network", lambda report: jobs.open_network(text, pretrained, weights, report))

    def open_weights(self, path: Path) -> None:
        """Open a network file; weights that fit the open network are loaded into it."""
        current = self.opened.network if self.opened else None
        self.ask("network", lambda report: jobs.open_weights(path, current, report))

    def open_picture(self, path: Path, label: str | None = None) -> None:
        """Read an image file and make it the input."""
        self.ask("input", lambda _: jobs.read_picture(path, label))

    def open_picture_bytes(self, content: bytes, name: str) -> None:
        """Read a pasted or dragged image and make it the input."""
        self.ask("input", lambda _: jobs.read_picture_bytes(content, name))

    def show_input(self, chosen: Input) -> None:
        """Make a picture that is in memory already the input."""
        self.cancel("input")
        self._input_opened(chosen)

    def flip(self, way: str) -> None:
        """Mirror the input, "horizontal" or "vertical", before anything else is done to it; once more: back."""
        if self.input is not None:
            self._show(self.input.flipped(FLIPS[way]))

    def set_change(self, change: Change, *, turning: bool = False) -> None:
        """Look at the input with ``change`` done to it; ``turning`` while more of them are to be expected."""
        rests, self.is_turning = self.is_turning and not turning, turning
        if change != self.change:
            self.change = change
            self.change_changed.emit(change)
            self._inspect()
        elif rests:
            self._inspect()

    def show_network(self, opened: OpenNetwork) -> None:
        """Make a network that is in memory already the open one."""
        self.cancel("network")
        self._network_opened(opened)

    def ask_for_architectures(self) -> None:
        """List the names of the zoo (imports torchvision, which takes seconds)."""
        self.ask("architectures", lambda _: jobs.architectures())

    def ask_for_device(self) -> None:
        """Learn where networks run."""
        self.ask("device", jobs.device)

    def select_layer(self, index: int) -> None:
        """Move the selection to a layer."""
        if self.opened is None or not 0 <= index < len(self.opened.anatomy.layers):
            return
        if index == self.selection.layer and self.inspection is not None:
            return
        self._fresh_unit = True
        self._select(Selection(index, 0))
        self._inspect()
        self._see_weights()

    def step_layer(self, step: int) -> None:
        """Move the selection up or down the network."""
        self.select_layer(self.selection.layer + step)

    def select_unit(self, unit: int) -> None:
        """Move the selection to a unit of the layer."""
        frame = self.inspection.frame if self.inspection else None
        if frame is None or not 0 <= unit < len(frame.values) or frame.layer.index != self.selection.layer:
            return
        self._select(Selection(self.selection.layer, unit))
        if self.training.is_live:
            self._inspect()
        self._look_at_unit(None)

    def look_at(self, row: int, column: int) -> None:
        """Look at one position of the selected unit's map."""
        self._look_at_unit((row, column))

    def set_scale(self, scale: Scale) -> None:
        """Show the activations with other grey levels; needs no new forward pass."""
        self.scale = scale
        inspection, prepared = self.inspection, self._prepared
        known = inspection is not None and inspection.frame.layer.index == self.selection.layer
        if not known or prepared is None or self.training.is_live:
            self._inspect()
        else:
            assert inspection is not None
            self.ask("inspect", lambda _: jobs.rescale(prepared, inspection, scale))

    def set_weights_view(self, view: WeightsView) -> None:
        """Show the weights in another way."""
        self.weights_view = view
        self._see_weights()

    def looks_like_network(self, path: Path) -> bool:
        """Whether ``open_paths`` would open it as a network."""
        return jobs.looks_like_network(path)

    @property
    def prepared(self) -> jobs.PreparedFor | None:
        """The input as the network takes it, where it was looked at."""
        return self._prepared

    @property
    def layer(self) -> Layer | None:
        """The selected layer."""
        if self.opened is None or not self.opened.anatomy.layers:
            return None
        return self.opened.anatomy.layers[self.selection.layer]

    # --- answers ---------------------------------------------------------------------------------

    def _network_opened(self, value: object) -> None:
        assert isinstance(value, OpenNetwork)
        self.opened = value
        self.inspection = self.weights_frame = None
        self._fresh_unit = True
        self._select(Selection(jobs.first_layer(value.anatomy), 0), announce=False)
        self.network_changed.emit(value)
        self.selection_changed.emit(self.selection)
        for note in value.network.notes:
            # It may stay on the screen when another network is open.
            self.noticed.emit("warning", f"{value.network.name}: {note}")
        if value.source is not None:
            self.file_opened.emit(value.source)
        self._inspect()
        self._see_weights()

    def _input_opened(self, value: object) -> None:
        assert isinstance(value, Input)
        self._show(value)
        if value.source is not None and not self.gallery.holds_generated(value):
            self.file_opened.emit(value.source)

    def _show(self, shown: Input) -> None:
        self.input = shown
        self.input_changed.emit(shown)
        self._inspect()

    def _inspected(self, value: object) -> None:
        assert isinstance(value, jobs.Look)
        self._prepared, self.inspection = value.prepared, value.inspection
        if value.unit is not None:
            self._fresh_unit = False
            self._select(Selection(value.inspection.frame.layer.index, value.unit.unit))
        self.inspection_changed.emit(self.inspection)
        if value.unit is not None:
            self._unit_looked_at(value.unit)

    def _unit_looked_at(self, value: object) -> None:
        assert isinstance(value, UnitFrame)
        self.unit = value
        self.unit_changed.emit(value)

    def _weights_seen(self, value: object) -> None:
        assert value is None or isinstance(value, WeightsFrame)
        self.weights_frame = value
        self.weights_frame_changed.emit(value)

    def set_weights(self, network: Network, *, look: bool = True) -> None:
        """Give the open network other weights: ``network`` has the same layers. Nothing else changes.

        Looks again, except where ``look`` is False because the run shows its own weights anyway.
        """
        assert self.opened is not None
        self.opened = replace(self.opened, network=network)
        self.weights_changed.emit(self.opened)
        if look:
            self.look_again()

    def look_again(self) -> None:
        """Look at everything that is watched once more."""
        self._missed |= {"inspect", "weights"}
        self._catch_up()

    def set_watched(self, topics: frozenset[str]) -> None:
        """Say what somebody looks at, of ``WATCHED``: of a network in training nothing is made for nobody."""
        if topics != self._watched:
            self._watched = topics
            self.training.set_watched(topics)
            self._catch_up()

    def _catch_up(self) -> None:
        """Look at what is watched and not the newest."""
        due, self._missed = self._missed & self._watched, self._missed - self._watched
        if "inspect" in due:
            self._inspect()
        if "weights" in due:
            self._see_weights()

    def inspect_again(self, _: object = None) -> None:
        """Look at the same picture once more."""
        self._inspect()

    # --- looking ---------------------------------------------------------------------------------

    def _inspect(self) -> None:
        opened, layer, shown = self.opened, self.layer, self.input
        if opened is None or shown is None or layer is None:
            return
        unit = None if self._fresh_unit else self.selection.unit
        self.cancel("unit")  # of the look before
        self._look(
            "inspect",
            jobs.LookAtInput(opened.anatomy, shown, self._prepared, layer, self.scale, unit, self.change),
        )

    def _see_weights(self) -> None:
        opened, layer = self.opened, self.layer
        if opened is None or layer is None:
            return
        if "weights" not in self._watched:
            self._missed.add("weights")
            return
        view = replace(self.weights_view, unit=self.selection.unit)
        self._look("weights", jobs.LookAtWeights(opened.anatomy, layer, view, self.training.start))

    def _look(self, topic: str, job: Callable[[Network], object]) -> None:
        """Look at the moment that is shown: the run itself does while it is followed, else the worker."""
        opened = self.opened
        assert opened is not None
        if not self.training.look(topic, job):
            self.ask(topic, lambda _: job(opened.network))

    def _look_at_unit(self, position: tuple[int, int] | None) -> None:
        opened, inspection, unit = self.opened, self.inspection, self.selection.unit
        if opened is None or inspection is None or inspection.frame.layer.index != self.selection.layer:
            return
        self.ask("unit", lambda _: jobs.look(opened.network, inspection, unit, position))

    def _select(self, selection: Selection, *, announce: bool = True) -> None:
        if selection != self.selection:
            self.selection = selection
            if announce:
                self.selection_changed.emit(selection)

    def _fall_back(self, topic: str) -> None:
        if topic == "network" and self.opened is None and not self._fell_back:
            self._fell_back = True  # once: if that fails too, the sentence stands
            self.open_network(jobs.BUNDLED_NETWORK)

    def close(self) -> bool:
        """Stop the workers; False if one is left behind, busy, to end with the process."""
        trained = self.training.close()
        return super().close() and trained
