"""Files of ``torch.save``, old and new, read without ever running what they hold."""

from __future__ import annotations

import io
import mmap
import zipfile
import zlib
from pathlib import Path
from typing import Any

import torch

from visualizer.errors import UserError
from visualizer.networks.naming import shown
from visualizer.networks.pickle_scan import Named, Scan, UnreadablePickle, scan

MAX_MEMBERS = 200_000
MAX_PICKLE = 64 * 2**20  # bytes of data.pkl, which holds names and shapes only

_ZIP_DAMAGE = (  # what zipfile raises for bytes that make no sense
    zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError, RuntimeError,
)  # fmt: skip
_LEGACY_MAGIC = 0x1950A86A20F9469CFC6C
_HARMLESS = {  # what the pickles of state dicts call; torch.load has its own, wider list
    "collections.OrderedDict", "collections.Counter", "_codecs.encode",
    "builtins.set", "__builtin__.set", "builtins.complex", "__builtin__.complex",
    "torch.Size", "torch.device", "torch.serialization._get_layout",
    "torch.nn.parameter.Parameter", "torch._tensor._rebuild_from_type_v2",
}  # fmt: skip
_UNFIT = {  # of tensors that cannot become weights; torch warns when it makes them
    "torch._utils._rebuild_qtensor": "quantised",
    "torch._utils._rebuild_sparse_tensor": "sparse",
    "torch._utils._rebuild_nested_tensor": "nested",
    "torch._utils._rebuild_meta_tensor_no_storage": "without values",
}
_ITEM_SIZES = {
    "Double": 8, "Float": 4, "Half": 2, "BFloat16": 2, "Long": 8, "Int": 4, "Short": 2, "Char": 1, "Byte": 1,
    "Bool": 1, "ComplexDouble": 16, "ComplexFloat": 8, "QInt8": 1, "QUInt8": 1, "QInt32": 4, "QUInt4x2": 1,
    "QUInt2x4": 1, "Untyped": 1,
}  # fmt: skip


def read_zip(path: Path) -> Any:
    """The object in a zip file of ``torch.save``; raises ``UserError`` for every other zip file."""
    name = shown(path.name)
    try:
        with zipfile.ZipFile(path) as archive:
            pickle = _checked(archive, name, path.stat().st_size)
    except _ZIP_DAMAGE as error:
        raise UserError(f"'{name}' is damaged or cut off; get the file again") from error
    _require_harmless(_scan(io.BytesIO(pickle), name), name)
    return _load(path, name)


def _checked(archive: zipfile.ZipFile, name: str, size: int) -> bytes:
    """The pickle inside, after every check that must come before torch sees the file."""
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise UserError(f"'{name}' holds more than {MAX_MEMBERS:,} parts; save a plain state_dict()")
    names = [member.filename for member in members]
    _require_state_dict(names, name)
    if (
        any(m.compress_type != zipfile.ZIP_STORED for m in members)
        or sum(m.file_size for m in members) > size
    ):
        raise UserError(
            f"'{name}' unpacks to more than its size, as no file of torch.save does; do not trust it"
        )
    pickle = archive.getinfo(next(n for n in names if n.endswith("/data.pkl")))
    if any(member.CRC for member in members):
        for member in members:
            _read_through(archive, member)
    else:  # torch can be told to leave the checksums out
        del pickle.CRC  # then zipfile compares it with nothing
    if pickle.file_size > MAX_PICKLE:
        raise UserError(f"'{name}' holds more than tensors; save a plain state_dict()")
    return archive.read(pickle)


def _require_state_dict(names: list[str], name: str) -> None:
    if any("/code/" in n or n.endswith("/constants.pkl") for n in names):
        raise UserError(f"'{name}' is a TorchScript program; save its state_dict() with torch.save instead")
    if any(n.endswith("/archive_format") or "/models/" in n for n in names):
        raise UserError(
            f"'{name}' is a torch.export program; save the state_dict() of its module with torch.save instead"
        )
    if sum(n.endswith("/data.pkl") for n in names) != 1:
        raise UserError(
            f"'{name}' is a zip file but not one of torch.save; unpack it and open the file inside"
        )


def _read_through(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Let zipfile compare the checksum (torch does not); raises ``BadZipFile``."""
    with archive.open(member) as part:
        while part.read(2**20):
            pass


def read_pickle(path: Path) -> Any:
    """The object in a ``torch.save`` file of before torch 1.6; raises ``UserError`` for other pickles."""
    name = shown(path.name)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as stream:
        first = _scan(stream, name)
        if first.result != _LEGACY_MAGIC:
            _require_harmless(first, name)
            raise UserError(
                f"'{name}' is a pickle but not one of torch.save; save the state_dict() with torch.save"
            )
        parts = [_scan(stream, name) for _ in ("protocol", "system", "object", "keys of the storages")]
        for part in parts:
            _require_harmless(part, name)
        if sum(_storage_sizes(parts[2], name).values()) > len(stream) - stream.tell():
            raise UserError(f"'{name}' is cut off: it claims more values than it holds; get the file again")
    return _load(path, name)


def _storage_sizes(part: Scan, name: str) -> dict[object, int]:
    """Bytes per storage, as torch would allocate them before it reads the first value."""
    sizes: dict[object, int] = {}
    for identifier in part.storages:
        match identifier:
            case ("storage", Named(kind), str(key), _, int(elements), _) if elements >= 0:
                item = _ITEM_SIZES.get(kind.rpartition(".")[2].removesuffix("Storage"), 16)
                sizes[key] = max(sizes.get(key, 0), elements * item)
            case _:
                raise UserError(f"'{name}' is damaged; get the file again")
    return sizes


def _scan(stream: Any, name: str) -> Scan:
    try:
        return scan(stream)
    except UnreadablePickle as error:
        raise UserError(f"'{name}' is damaged, cut off or no network file; get the file again") from error


def _require_harmless(part: Scan, name: str) -> None:
    for called in sorted(part.called - _HARMLESS):
        if called in _UNFIT:
            raise UserError(f"'{name}' holds tensors that are {_UNFIT[called]}; save the weights as float32")
        if not called.startswith("torch._utils._rebuild_"):
            raise UserError(
                f"'{name}' holds a whole Python object ({shown(called)}), which could run code; "
                "save its state_dict() instead"
            )


def _load(path: Path, name: str) -> Any:
    try:
        with path.open("rb") as file:  # given a path, torch goes by its ending
            return torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # damaged files make torch raise nearly every type
        raise UserError(
            f"'{name}' is damaged or holds more than tensors; save its state_dict() again"
        ) from error
