"""Weights in files: reading every kind by its content, writing one kind."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from pathlib import Path

from safetensors.torch import save
from torch import Tensor, nn

from visualizer.atomic import replacing
from visualizer.errors import UserError
from visualizer.networks import checkpoint, safetensors_format, torch_format
from visualizer.networks.naming import shown
from visualizer.networks.spec import NetworkSpec
from visualizer.networks.spec_json import from_json, to_json

MAX_FILE = 4 * 2**30
SPEC_ENTRY = "network"
"""The entry of the metadata of a ``.safetensors`` file that holds the network's specification as JSON."""


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """What a file holds: tensors by name (float32; whole numbers as they are) and perhaps a specification."""

    tensors: dict[str, Tensor] = field(repr=False)
    spec: NetworkSpec | None = None
    notes: tuple[str, ...] = ()


_FOREIGN = (  # (bytes, at offset, what the file is and what to do)
    (
        b"ustar",
        257,
        "is an old tar file, which could run code when opened; save the state_dict() with a newer torch",
    ),
    (
        b"version https://git-lfs",
        0,
        "is a Git LFS pointer in place of the real file; fetch it with 'git lfs pull'",
    ),
    (b"\x89HDF\r\n", 0, "is an HDF5 file (Keras); convert its weights to a torch state_dict"),
    (b"GGUF", 0, "is a GGUF file, a language model; open weights of a convolutional network"),
    (b"\x1f\x8b", 0, "is compressed with gzip; unpack it and open the file inside"),
    (b"\x89PNG", 0, "is a picture, not a network; drop it on the window to look at it"),
    (b"\xff\xd8\xff", 0, "is a picture, not a network; drop it on the window to look at it"),
)


def read_weights(path: Path) -> Weights:
    """Read a file of weights: safetensors, or a state dict (perhaps inside a checkpoint) of ``torch.save``.

    What the file is, is decided by its content. Nothing in it is ever executed. Raises ``UserError``.
    """
    name = shown(path.name or str(path))
    size, head = _beginning(path, name)
    metadata: dict[str, str] = {}
    if head.startswith(b"PK\x03\x04"):
        tensors = checkpoint.state_dict(torch_format.read_zip(path), name)
    elif head[:1] == b"\x80" and head[1:2] <= b"\x05":
        tensors = checkpoint.state_dict(torch_format.read_pickle(path), name)
    elif safetensors_format.looks_like(head):
        tensors, metadata = safetensors_format.read(path)
        tensors = checkpoint.state_dict(tensors, name)
    else:
        raise UserError(f"'{name}' {_foreign(head)}")
    tensors = checkpoint.converted(tensors, name, size)
    return Weights(tensors, _spec(metadata, name), checkpoint.odd_values(tensors))


def _spec(metadata: dict[str, str], name: str) -> NetworkSpec | None:
    if SPEC_ENTRY not in metadata:
        return None
    try:
        return from_json(metadata[SPEC_ENTRY])
    except UserError as error:
        raise UserError(f"'{name}': {error.args[0]}") from error


def _beginning(path: Path, name: str) -> tuple[int, bytes]:
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise UserError(f"'{name}' is a folder; choose the file of weights inside")
        if not stat.S_ISREG(status.st_mode):  # a pipe or a device could keep us waiting for ever
            raise UserError(f"'{name}' is not a file but a pipe or a device; choose a file of weights")
        with path.open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError as error:
        raise UserError(f"there is no file '{name}'; check its name and folder") from error
    except PermissionError as error:
        raise UserError(f"'{name}' cannot be read; check its permissions") from error
    except (OSError, ValueError) as error:  # a loop of links, a name that is too long, a null byte …
        raise UserError(f"'{name}' cannot be opened; check its name and the drive it is on") from error
    if not head:
        raise UserError(f"'{name}' is empty; get the file again")
    if status.st_size > MAX_FILE:
        raise UserError(f"'{name}' has more than {MAX_FILE >> 30} GB; choose a smaller network")
    return status.st_size, head


def _foreign(head: bytes) -> str:
    for magic, offset, sentence in _FOREIGN:
        if head[offset:].startswith(magic):
            return sentence
    text = head.lstrip().lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "is a web page, as a failed download leaves it; download the file again"
    if head[:1] == b"\x08" and head[2:3] == b"\x12":  # protobuf: version, then the producer's name
        return "is an ONNX model; save the torch network's state_dict() and open that"
    if all(byte >= 32 or byte in b"\t\r\n" for byte in head):
        return "is a text file; open a .safetensors file or a state_dict of torch.save"
    return "is no network file; open a .safetensors file or a state_dict of torch.save"


def save_network(spec: NetworkSpec | None, module: nn.Module, path: Path) -> None:
    """Write specification, if there is one, and weights in one ``.safetensors`` file, whole or not at all.

    Raises ``UserError`` where the folder cannot be written to.
    """
    tensors = {key: value.detach().cpu().contiguous().clone() for key, value in module.state_dict().items()}
    metadata = {"format": "pt"}
    if spec is not None:
        metadata[SPEC_ENTRY] = to_json(spec)
    try:
        with replacing(path) as part:
            part.write_bytes(save(tensors, metadata))
    except OSError as error:
        raise UserError(
            f"'{shown(path.name)}' cannot be written; check the folder and the free space"
        ) from error
