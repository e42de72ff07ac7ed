"""What the session asks the worker to do: plain functions without Qt, run in the prober's thread.

Imports that cost time (torchvision, PIL) happen inside, so that the window is on the screen before them.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from visualizer.data.images import read_image, read_image_bytes, thumbnail
from visualizer.data.inputs import Input, Prepared
from visualizer.data.preprocessing import prepare_input
from visualizer.data.transforms import NOTHING, Change
from visualizer.errors import UserError
from visualizer.networks import anatomy as anatomies
from visualizer.networks.adapting import without_auxiliary_heads
from visualizer.networks.anatomy import Anatomy, Layer
from visualizer.networks.architectures import architecture
from visualizer.networks.device import describe_device
from visualizer.networks.files import save_network as save_in_file
from visualizer.networks.network import Network, Preprocessing
from visualizer.networks.planning import plan
from visualizer.networks.spec import NetworkSpec
from visualizer.probes import inspection as inspections
from visualizer.probes.activations import rescale as rescale_frame
from visualizer.probes.frames import ActivationFrame, Inspection, Scale, UnitFrame
from visualizer.probes.unit import look as look_at_unit
from visualizer.probes.weight_frames import WeightsFrame, WeightsView
from visualizer.probes.weights import look as see_weights
from visualizer.streaming.prober import Report
from visualizer.ui.numbers import shape, short
from visualizer.ui.widgets.architecture_list import BUNDLED, OWN, SMALL, TORCHVISION, Architecture

_ORDER_KEPT = 2.0  # s
SMALL_SIDE = 64  # of images that an architecture for small ones takes

BUNDLED_NETWORK = "shapes-net"
"""What is open where nothing else is."""

NETWORK_ENDINGS = frozenset(
    (".safetensors", ".pth", ".pt", ".ckpt", ".th", ".pt2", ".bin", ".pkl", ".onnx", ".h5", ".tar")
)
"""Endings by which a dropped file is taken for a network; what it holds is decided by its content."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenNetwork:
    """A network, its anatomy, and the file it came from where there is one.

    Of one that was built: what to say once it is open, and whether all weights of the one before are in it.
    """

    network: Network
    anatomy: Anatomy
    source: Path | None = None
    news: str = ""
    keeps_weights: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class PreparedFor:
    """A prepared input, and what it was prepared from and for: to be used again while all of that is the same.

    ``plain`` is the input as it is, ``prepared`` what the network is given: ``change`` is done to it. Where that is
    anything, ``turned`` (H, W, 3) uint8 shows it, more sharply than the network sees it where that can be: it is made
    of ``part``.
    """

    input: Input
    size: tuple[int, int, int]
    preprocessing: Preprocessing
    plain: Prepared
    prepared: Prepared
    change: Change = NOTHING
    turned: NDArray[np.uint8] | None = field(default=None, repr=False)
    part: NDArray[np.uint8] | None = field(default=None, repr=False)

    def fits(self, network: Network, shown: Input) -> bool:
        """Whether ``network`` would be given just this for ``shown``, before any change."""
        same = self.size == network.input and self.preprocessing == network.preprocessing
        return same and self.input is shown


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One answer for all panels: so that they change together, and nobody waits for a second answer."""

    prepared: PreparedFor
    inspection: Inspection
    unit: UnitFrame | None  # None where the unit that is shown stays


@dataclass(frozen=True, slots=True)
class Saved:
    """A file that was written, and what to say of it."""

    path: Path
    sentence: str


def looks_like_network(path: Path) -> bool:
    """Whether a dropped path is to be opened as a network."""
    return path.suffix.lower() in NETWORK_ENDINGS and not os.path.isdir(path)


def open_network(text: str, pretrained: bool, weights: Path | None, report: Report) -> OpenNetwork:
    """A network by name, and its anatomy."""
    from visualizer.networks import zoo

    network = zoo.open_network(text, weights=weights, pretrained=pretrained, progress=report)
    return OpenNetwork(network, anatomies.examine(network), weights)


def open_weights(path: Path, current: Network | None, report: Report) -> OpenNetwork:
    """A network file; into a copy of the open network where it fits."""
    from visualizer.networks import zoo

    network = zoo.fit(current, path) if current is not None else zoo.open_network(str(path), progress=report)
    return OpenNetwork(network, anatomies.examine(network), path)


def spec_of(network: Network, report: Report) -> NetworkSpec | None:
    """The specification of a network, None where it has none; for one of torchvision's, tens of milliseconds."""
    from visualizer.networks import zoo

    return zoo.spec_of(network)


def rebuild(spec: NetworkSpec, opened: OpenNetwork | None, report: Report) -> OpenNetwork:
    """The network of a draft; layers of the open one that the draft left alone keep their weights."""
    from visualizer.networks.rebuilding import holds_weights, rebuild

    before = opened.network if opened else None
    network = rebuild(spec, before, spec_of(before, report) if before else None)
    news = f"The network {network.name} is open: {network.weights}."
    keeps = before is not None and holds_weights(network, before)
    return OpenNetwork(network, anatomies.examine(network), news=news, keeps_weights=keeps)


def save_network(network: Network, without_draft: bool, path: Path, report: Report) -> Saved:
    """Write weights, and the specification where there is one, into one file."""
    spec = spec_of(network, report)
    save_in_file(spec, network.module, path)
    if spec is None:
        return Saved(
            path, f"Saved as {path.name}: the weights alone, because {network.name} has no layers to edit."
        )
    if without_draft:
        return Saved(path, f"Saved as {path.name}, without the changes of the draft; create it to save them.")
    return Saved(path, f"Saved as {path.name}.")


def export_draft(spec: NetworkSpec, path: Path, report: Report) -> Saved:
    """Write a specification as a PyTorch module."""
    from visualizer.networks.export import write_python

    try:
        write_python(spec, path)
    except OSError as error:
        raise UserError(f"'{path.name}' cannot be written; check the folder and the free space") from error
    return Saved(path, f"Exported as {path.name}.")


def export_network(network: Network, path: Path, report: Report) -> Saved:
    """Write the layers of a network as a PyTorch module."""
    spec = spec_of(network, report)
    if spec is None:
        raise UserError(f"the network {network.name} has no layers to edit or export; open another one")
    return export_draft(spec, path, report)


def architectures() -> tuple[Architecture, ...]:
    """The rows of the zoo: what is bundled, what this program describes, what torchvision has."""
    from visualizer.networks import torchvision_zoo, zoo
    from visualizer.networks.architectures import ARCHITECTURES

    bundled = [Architecture(name, BUNDLED, "trained on the built-in shapes") for name in zoo.BUNDLED]
    described = [_described(row) for name, row in ARCHITECTURES.items() if name not in zoo.BUNDLED]
    own = sorted(described, key=lambda row: (SMALL, OWN, TORCHVISION).index(row.group))
    theirs = (name for name in torchvision_zoo.names() if name not in ARCHITECTURES)
    return (*bundled, *own, *(Architecture(name, TORCHVISION) for name in theirs))


def _described(row: architecture.Architecture) -> Architecture:
    """A row with what the network takes and costs; what torchvision builds, without heads, stands with it."""
    spec = without_auxiliary_heads(row.make()) if row.twin else row.make()
    group = TORCHVISION if row.twin else SMALL if spec.input[1] <= SMALL_SIDE else OWN
    costs = f"{shape(spec.input)} · {short(plan(spec).parameters)} parameters"
    source = f" {row.source.authors} {row.source.year}." if row.source else ""
    return Architecture(row.name, group, costs, f"{row.title}: {row.description}{source}")


def first_layer(anatomy: Anatomy) -> int:
    """The layer to show first: the first convolution, else the first with maps, else the first."""
    layers = anatomy.layers
    for wanted in (lambda layer: layer.kind.startswith("Conv"), lambda layer: layer.layout == "maps"):
        for layer in layers:
            if wanted(layer):
                return layer.index
    return 0


def strongest_unit(frame: ActivationFrame) -> int:
    """The unit with the largest activation: the one to look at first."""
    return int(np.nan_to_num(frame.statistics.maximum, nan=-np.inf).argmax())


def device(report: Report) -> str:
    """Where networks run, for the Timeline."""
    return describe_device()


def read_picture(path: Path, label: str | None) -> Input:
    """An image file, with its true class where it is known."""
    return replace(read_image(path), label=label)


def read_picture_bytes(content: bytes, name: str) -> Input:
    """A pasted or dragged image."""
    return read_image_bytes(content, name)


def prepared_for(network: Network, shown: Input, known: PreparedFor | None, change: Change) -> PreparedFor:
    """The input as the network takes it, with ``change`` done to it; ``known`` saves what is the same."""
    from visualizer.data.transforms.close_up import close_up, sharp_part
    from visualizer.data.transforms.table import changed

    if known is None or not known.fits(network, shown):
        plain = prepare_input(shown, network.preprocessing, network.input)
        known = PreparedFor(shown, network.input, network.preprocessing, plain, plain)
    if known.change == change:
        return known
    prepared = changed(known.plain, change, network.preprocessing)
    if prepared is known.plain:
        return replace(known, prepared=prepared, change=change, turned=None)
    part = known.part if known.part is not None else sharp_part(shown.pixels, known.plain)
    turned = close_up(part, prepared, change)
    return replace(known, prepared=prepared, change=change, turned=turned, part=part)


class LookAtInput:
    """The look of a network at the input, and closely at ``unit``, or at the strongest one of the first look.

    May be asked again with other weights; only the first time the input is prepared.
    """

    def __init__(
        self,
        anatomy: Anatomy,
        shown: Input,
        known: PreparedFor | None,
        layer: Layer,
        scale: Scale,
        unit: int | None,
        change: Change = NOTHING,
    ) -> None:
        self._change = change
        self._anatomy, self._shown, self._layer, self._scale = anatomy, shown, layer, scale
        self._known, self._unit = known, unit

    def __call__(self, network: Network) -> Look:
        shown, unit = self._shown, self._unit
        known = self._known = prepared_for(network, shown, self._known, self._change)
        made = inspections.inspect(
            network, self._anatomy, known.prepared, self._layer, self._scale, shown.label
        )
        if unit is None or unit >= len(made.frame.values):
            unit = self._unit = strongest_unit(made.frame)
        return Look(known, made, look(network, made, unit, None))


class LookAtWeights:
    """The look at the weights of a layer, beside those of ``before``; may be asked again with other weights."""

    def __init__(self, anatomy: Anatomy, layer: Layer, view: WeightsView, before: Network | None) -> None:
        self._anatomy, self._layer, self._view, self._before = anatomy, layer, view, before
        self._last: WeightsFrame | None = None
        self._ordered = 0.0  # when units were last put in order: not at every look, they would not keep still

    def __call__(self, network: Network) -> WeightsFrame | None:
        now = time.monotonic()
        keeps = now - self._ordered < _ORDER_KEPT
        frame = see_weights(
            network,
            self._anatomy,
            self._layer,
            self._view,
            before=self._before,
            previous=self._last if keeps else None,
        )
        self._ordered = self._ordered if keeps else now
        self._last = frame
        return frame


def rescale(known: PreparedFor, inspection: Inspection, scale: Scale) -> Look:
    """The same look with other grey levels."""
    return Look(known, replace(inspection, frame=rescale_frame(inspection.frame, scale)), None)


def look(network: Network, inspection: Inspection, unit: int, position: tuple[int, int] | None) -> UnitFrame:
    """One unit closely."""
    return look_at_unit(network, inspection.frame, unit, inspection.seen, position)


def small_picture(source: Input | Path, side: int) -> NDArray[np.uint8]:
    """A square thumbnail (side, side, 3)."""
    return thumbnail(source, side)
