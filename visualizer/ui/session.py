"""The session: the cursors that everything on the screen is a function of, and the worker behind them.

Network, input and selection (a layer and a unit in it) are the cursors; the moment comes with training. Panels
send requests here; the prober answers in its thread; one timer drains the mailbox and emits typed signals.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from visualizer.data.inputs import Input
from visualizer.errors import UserError
from visualizer.networks.anatomy import Layer
from visualizer.networks.network import Network
from visualizer.probes.frames import Inspection, Scale, UnitFrame
from visualizer.streaming.mailbox import Mailbox
from visualizer.streaming.prober import Answer, Cancelled, Failure, Prober, Progress, Report
from visualizer.ui import jobs
from visualizer.ui.gallery import Gallery
from visualizer.ui.jobs import OpenNetwork
from visualizer.ui.selection import Selection
from visualizer.ui.training import LiveTraining

FAST, SLOW = 2, 33  # ms between two looks into the mailbox: while an answer is due soon, and in a long wait
_SIDE_TOPICS = ("thumbnail", "folder", "architectures", "spec", "save")
_PATIENCE = 200  # looks at FAST pace


class Session(QObject):
    """The cursors of the window and what is known at them.

    Requests are the public methods; every answer comes as a signal, in the GUI thread:
    ``network_changed(OpenNetwork)``, ``weights_changed(OpenNetwork)`` for other weights of the same network,
    ``input_changed(Input)``, ``selection_changed(Selection)``,
    ``inspection_changed(Inspection)``, ``unit_changed(UnitFrame)``, ``architectures_changed(tuple)``,
    ``waiting_changed(topic, waiting)``, ``progressed(topic, text, fraction or None)``,
    ``noticed(kind, sentence)``, ``crashed(report)``, ``file_opened(Path)`` and ``idle()`` when all is answered.
    """

    network_changed = Signal(object)
    weights_changed = Signal(object)
    input_changed = Signal(object)
    selection_changed = Signal(object)
    inspection_changed = Signal(object)
    unit_changed = Signal(object)
    architectures_changed = Signal(object)
    waiting_changed = Signal(str, bool)
    progressed = Signal(str, str, object)
    noticed = Signal(str, str)
    crashed = Signal(str)
    file_opened = Signal(object)
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.opened: OpenNetwork | None = None
        self.input: Input | None = None
        self.selection = Selection(0, 0)
        self.scale = Scale()
        self.inspection: Inspection | None = None
        self.unit: UnitFrame | None = None
        self._prepared: jobs.PreparedFor | None = None
        self._fresh_unit = True  # the next look at a layer picks its strongest unit
        self._watched, self._missed = True, False  # whether activations can be seen, and are not the newest
        self._mailbox = Mailbox()
        self._prober = Prober(self._mailbox)
        self._side_prober = Prober(self._mailbox)  # for what nobody waits for, and what may take long
        self._generations: dict[str, int] = {}
        self._answers: dict[str, Callable[[object], None]] = {
            "network": self._network_opened,
            "input": self._input_opened,
            "inspect": self._inspected,
            "unit": self._unit_looked_at,
            "architectures": self.architectures_changed.emit,
        }
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._drain)
        self._looks = 0
        self._fell_back = False
        self.gallery = Gallery(self)
        self.training = LiveTraining(self)

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
        if len(pictures) == 1 and os.path.isdir(pictures[0]):
            self.gallery.open_folder(pictures[0])
        elif pictures:
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

    def step_layer(self, step: int) -> None:
        """Move the selection up or down the network."""
        self.select_layer(self.selection.layer + step)

    def select_unit(self, unit: int) -> None:
        """Move the selection to a unit of the layer."""
        frame = self.inspection.frame if self.inspection else None
        if frame is None or not 0 <= unit < len(frame.values) or frame.layer.index != self.selection.layer:
            return
        self._select(Selection(self.selection.layer, unit))
        self._look_at_unit(None)

    def look_at(self, row: int, column: int) -> None:
        """Look at one position of the selected unit's map."""
        self._look_at_unit((row, column))

    def set_scale(self, scale: Scale) -> None:
        """Show the activations with other grey levels; needs no new forward pass."""
        self.scale = scale
        inspection, prepared = self.inspection, self._prepared
        if inspection is None or prepared is None or inspection.frame.layer.index != self.selection.layer:
            self._inspect()
        else:
            self.ask("inspect", lambda _: jobs.rescale(prepared, inspection, scale))

    def looks_like_network(self, path: Path) -> bool:
        """Whether ``open_paths`` would open it as a network."""
        return jobs.looks_like_network(path)

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
        self.inspection = None
        self._prepared = None
        self._fresh_unit = True
        self._select(Selection(jobs.first_layer(value.anatomy), 0), announce=False)
        self.network_changed.emit(value)
        self.selection_changed.emit(self.selection)
        for note in value.network.notes:
            self.noticed.emit("warning", note)
        if value.source is not None:
            self.file_opened.emit(value.source)
        self._inspect()

    def _input_opened(self, value: object) -> None:
        assert isinstance(value, Input)
        self.input = value
        self.input_changed.emit(value)
        if value.source is not None and not self.gallery.holds_generated(value):
            self.file_opened.emit(value.source)
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

    def set_weights(self, network: Network) -> None:
        """Give the open network other weights: ``network`` has the same layers. Nothing else changes; look again."""
        assert self.opened is not None
        before, self.opened = self.opened.network, replace(self.opened, network=network)
        if self._prepared is not None and self._prepared.network is before:
            self._prepared = replace(self._prepared, network=network)
        self.weights_changed.emit(self.opened)
        self._missed = not self._watched
        if self._watched:
            self._inspect()

    def set_watched(self, watched: bool) -> None:
        """Say whether anybody looks at the activations: those of a network in training are not made for nobody."""
        self._watched = watched
        if watched and self._missed:
            self._missed = False
            self._inspect()

    def inspect_again(self, _: object = None) -> None:
        """Look at the same picture once more."""
        self._inspect()

    # --- the worker ------------------------------------------------------------------------------

    def _inspect(self) -> None:
        opened, layer, shown, scale = self.opened, self.layer, self.input, self.scale
        if opened is None or shown is None or layer is None:
            return
        known, network, anatomy = self._prepared, opened.network, opened.anatomy
        unit = None if self._fresh_unit else self.selection.unit
        self.cancel("unit")  # of the look before
        self.ask("inspect", lambda _: jobs.inspect(network, anatomy, shown, known, layer, scale, unit))

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

    def answer(self, topic: str, receive: Callable[[object], None]) -> None:
        """Say who takes the answers of a further topic."""
        self._answers[topic] = receive

    def ask(self, topic: str, job: Callable[[Report], object]) -> None:
        """Hand a job to the worker; an older request of the same topic becomes stale."""
        self._generations[topic] = self._worker(topic).ask(topic, job)
        self._looks = 0
        self._timer.start(FAST)
        self.waiting_changed.emit(topic, True)

    def cancel(self, topic: str) -> None:
        """Want no answer on a topic any more."""
        if self._generations.pop(topic, None) is not None:
            self._worker(topic).cancel(topic)
            self.waiting_changed.emit(topic, False)

    def _worker(self, topic: str) -> Prober:
        return self._side_prober if topic in _SIDE_TOPICS else self._prober

    def _drain(self) -> None:
        for topic, message in self._mailbox.take():
            assert isinstance(message, Progress | Answer | Failure)
            if self._generations.get(topic) == message.generation:  # else stale: it was asked again meanwhile
                self._receive(topic, message)
        self._looks += 1
        if not self._generations:
            self._timer.stop()
            self.idle.emit()
        elif self._looks == _PATIENCE:
            self._timer.start(SLOW)

    def _receive(self, topic: str, message: Progress | Answer | Failure) -> None:
        if isinstance(message, Progress):
            self.progressed.emit(topic, message.text, message.fraction)
            return
        del self._generations[topic]
        self.waiting_changed.emit(topic, False)
        if isinstance(message, Answer):
            self._answers[topic](message.value)
        else:
            self._fail(topic, message)

    def _fail(self, topic: str, failure: Failure) -> None:
        if isinstance(failure.error, Cancelled):
            self.noticed.emit("info", "Cancelled; what was open stays open.")
        elif isinstance(failure.error, UserError):
            self.noticed.emit("error", str(failure.error))
        elif isinstance(failure.error, MemoryError):
            self.noticed.emit("error", "There is not enough memory; take a smaller network or picture.")
        else:
            self.crashed.emit(failure.traceback_text)
        self.gallery.failed(topic)
        self.training.failed(topic)
        if topic == "network" and self.opened is None and not self._fell_back:
            self._fell_back = True  # once: if that fails too, the sentence stands
            self.open_network(jobs.BUNDLED_NETWORK)

    @property
    def waiting(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._generations)

    def awaits(self, topic: str) -> bool:
        """Whether an answer on this topic is still to come."""
        return topic in self._generations

    def close(self) -> bool:
        """Stop the workers; False if one is left behind, busy, to end with the process."""
        trained = self.training.close()
        self._timer.stop()
        self._generations.clear()
        side = self._side_prober.stop(0.5)
        return self._prober.stop(2.0) and side and trained
