"""One look of a network at an input."""

from __future__ import annotations

from visualizer.data.inputs import Prepared
from visualizer.errors import UserError
from visualizer.networks.anatomy import Anatomy, Layer
from visualizer.networks.network import Network
from visualizer.probes.activations import capture, frame
from visualizer.probes.frames import Inspection, Scale
from visualizer.probes.prediction import predict, reading_of


def inspect(
    network: Network,
    anatomy: Anatomy,
    prepared: Prepared,
    layer: Layer,
    scale: Scale,
    label: str | None = None,
) -> Inspection:
    """The activations of ``layer`` and the prediction, from one forward pass of ``network``.

    ``label`` is the true class of the input, if known.

    Raises:
        UserError: the network does not use the layer for this input.
    """
    weights = next(network.module.parameters(), prepared.tensor)
    result = capture(network.module, prepared.tensor.to(weights.device, weights.dtype), (layer,))
    output = result.outputs.get(layer.name)
    if output is None:
        raise UserError(
            f"The network {network.name} does not use its layer {layer.name} for this input;"
            " choose another layer."
        )
    height, width = prepared.tensor.shape[-2:]
    reading = reading_of(network.module, result.result)
    return Inspection(
        frame=frame(layer, output, scale, (height, width)),
        prediction=predict(result.result, network.classes, label, reading),
        seen=prepared.pixels,
        crop=prepared.crop,
        notes=prepared.notes,
    )
