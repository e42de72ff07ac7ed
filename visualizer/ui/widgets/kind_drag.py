"""What is carried when layer kinds and rows of a network are dragged: names of kinds, or identities of layers."""

from collections.abc import Iterable

from PySide6.QtCore import QMimeData

KIND_MIME = "application/x-visualizer-layer-kind"
LAYERS_MIME = "application/x-visualizer-layers"


def kind_data(kind: str) -> QMimeData:
    """The data of a drag that brings one new layer of a kind, given by the kind's name."""
    data = QMimeData()
    data.setData(KIND_MIME, kind.encode())
    return data


def kind_in(mime: QMimeData) -> str | None:
    """The name of the kind that a drag brings, None where it brings something else."""
    return bytes(mime.data(KIND_MIME).data()).decode() if mime.hasFormat(KIND_MIME) else None


def layers_data(identities: Iterable[int]) -> QMimeData:
    """The data of a drag that moves layers, given by their identities in a network."""
    data = QMimeData()
    data.setData(LAYERS_MIME, ",".join(map(str, identities)).encode())
    return data


def layers_in(mime: QMimeData) -> tuple[int, ...] | None:
    """The identities of the layers that a drag moves, None where it brings something else."""
    if not mime.hasFormat(LAYERS_MIME):
        return None
    text = bytes(mime.data(LAYERS_MIME).data()).decode()
    return tuple(int(part) for part in text.split(",") if part)
