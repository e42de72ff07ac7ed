import io
import json
import os
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save

from visualizer.errors import UserError
from visualizer.networks import architectures
from visualizer.networks.building import build
from visualizer.networks.checkpoint import state_dict, without_prefixes
from visualizer.networks.files import read_weights, save_network
from visualizer.networks.safetensors_format import header_problem

Check = Callable[[UserError], None]
TENSORS = {"conv1.weight": torch.arange(6.0).reshape(2, 3), "conv1.bias": torch.zeros(2)}


def test_a_saved_network_comes_back_whole(tmp_path: Path) -> None:
    spec = architectures.spec("tinycnn")
    module = build(spec)
    path = tmp_path / "net.safetensors"
    save_network(spec, module, path)
    weights = read_weights(path)
    assert weights.spec == spec
    assert weights.tensors.keys() == module.state_dict().keys()
    for key, tensor in module.state_dict().items():
        assert torch.equal(weights.tensors[key], tensor)
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.safetensors"]


def test_saving_over_a_file_is_all_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "net.safetensors"
    path.write_text("before")

    def fail(*args: object) -> None:
        raise OSError

    monkeypatch.setattr("visualizer.atomic.os.replace", fail)
    spec = architectures.spec("tinycnn")
    with pytest.raises(UserError, match="cannot be written"):
        save_network(spec, build(spec), path)
    assert path.read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 1


def test_saving_into_no_folder(tmp_path: Path) -> None:
    spec = architectures.spec("tinycnn")
    with pytest.raises(UserError, match="cannot be written"):
        save_network(spec, build(spec), tmp_path / "missing" / "net.safetensors")


def test_a_saved_file_is_as_public_as_others(tmp_path: Path) -> None:
    spec = architectures.spec("tinycnn")
    save_network(spec, build(spec), tmp_path / "net.safetensors")
    (tmp_path / "other").touch()
    assert (tmp_path / "net.safetensors").stat().st_mode == (tmp_path / "other").stat().st_mode


@pytest.mark.parametrize("ending", [".safetensors", ".pth", ".png", ""])
@pytest.mark.parametrize("kind", ["zip", "legacy", "safetensors"])
def test_content_decides_not_the_ending(kind: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"weights{ending}"
    path.write_bytes(save(TENSORS) if kind == "safetensors" else saved(TENSORS, zipped=kind == "zip"))
    assert {key: value.tolist() for key, value in read_weights(path).tensors.items()} == {
        key: value.tolist() for key, value in TENSORS.items()
    }


def saved(content: Any, *, zipped: bool = True) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer, _use_new_zipfile_serialization=zipped)
    return buffer.getvalue()


def refusal(data: bytes, tmp_path: Path) -> str:
    path = tmp_path / "file.pth"
    path.write_bytes(data)
    with pytest.raises(UserError) as raised:
        read_weights(path)
    assert len(str(raised.value)) <= 300
    return str(raised.value)


def test_an_old_file_that_claims_a_terabyte_is_refused_before_anything_is_allocated(tmp_path: Path) -> None:
    data = saved({"w": torch.ones(3)}, zipped=False)
    three = data.index(b"K\x03N")  # BININT1 3, NONE: the number of elements in the storage's identifier
    data = data[:three] + b"\x8a\x06" + (10**12).to_bytes(6, "little") + data[three + 2 :]
    assert "claims more values than it holds" in refusal(data, tmp_path)


class Claims:
    def __init__(self, call: Any, *args: Any) -> None:
        self.call, self.args = call, args

    def __reduce__(self) -> tuple[Any, tuple[Any, ...]]:
        return self.call, self.args


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("call", [bytearray, torch.Tensor, torch.FloatTensor])
def test_calls_that_only_allocate_are_refused(call: Any, zipped: bool, tmp_path: Path) -> None:
    content = {"w": torch.ones(3), "x": Claims(call, 10**11)}
    assert "could run code" in refusal(saved(content, zipped=zipped), tmp_path)


def test_a_zip_whose_checksums_torch_left_out_loads(tmp_path: Path) -> None:
    torch.serialization.set_crc32_options(False)
    try:
        (tmp_path / "file.pth").write_bytes(saved(TENSORS))
    finally:
        torch.serialization.set_crc32_options(True)
    assert read_weights(tmp_path / "file.pth").tensors.keys() == TENSORS.keys()


def test_a_zip_with_compressed_parts_is_refused(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(TENSORS))) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.namelist():
            new.writestr(member, old.read(member))
    assert "more than its size" in refusal(buffer.getvalue(), tmp_path)


@pytest.mark.parametrize(
    "head", [b"", b"PK\x03\x04", b"\x80\x02", b"\x80\x04", struct.pack("<Q", 1000) + b"{"]
)
def test_noise_is_refused(head: bytes, tmp_path: Path) -> None:
    refusal((head + os.urandom(2**16)), tmp_path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89PNG\r\n\x1a\n", "is a picture"),
        (b"\x1f\x8b\x08", "compressed with gzip"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (b"hello\n", "is a text file"),
        (b"", "is empty"),
        (bytes(100), "damaged header"),
    ],
)
def test_other_files_are_named(data: bytes, words: str, tmp_path: Path) -> None:
    assert words in refusal(data, tmp_path)


def test_folders_and_missing_files(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is a folder"):
        read_weights(tmp_path)
    with pytest.raises(UserError, match=r"There is no file 'nothing.pth'"):
        read_weights(tmp_path / "nothing.pth")


def test_a_wrong_specification_in_a_file_is_named_with_the_file(tmp_path: Path) -> None:
    (tmp_path / "net.safetensors").write_bytes(save(TENSORS, {"network": '{"version": 1}'}))
    with pytest.raises(UserError, match=r"'net.safetensors': the network specification has no 'layers'"):
        read_weights(tmp_path / "net.safetensors")


def test_prefixes_in_any_combination() -> None:
    wrapped = {f"module._orig_mod.model.{key}": value for key, value in TENSORS.items()}
    assert without_prefixes(wrapped).keys() == TENSORS.keys()
    mixed = {"module.a": torch.zeros(1), "b": torch.zeros(1)}
    assert without_prefixes(mixed).keys() == mixed.keys()


def test_the_dictionary_with_the_most_tensors_is_the_network() -> None:
    content = {
        "rng": torch.zeros(1),
        "optimizer": {
            "state": {0: {"exp_avg": torch.zeros(1), "exp_avg_sq": torch.zeros(1), "step": torch.zeros(1)}}
        },
        "nets": {
            "generator": OrderedDict(a=torch.zeros(1)),
            "ema": {f"w{i}": torch.zeros(1) for i in range(5)},
        },
    }
    assert list(state_dict(content, "x")) == ["w0", "w1", "w2", "w3", "w4"]


def test_loaded_tensors_do_not_share_memory_with_the_file_or_each_other(tmp_path: Path) -> None:
    base = torch.zeros(10)
    (tmp_path / "x.pt").write_bytes(saved({"a": base[:5], "b": base[2:8], "c": base}))
    tensors = read_weights(tmp_path / "x.pt").tensors
    tensors["a"].fill_(1)
    assert tensors["b"].sum() == 0
    assert all(tensor.is_contiguous() for tensor in tensors.values())


def test_whole_numbers_stay(tmp_path: Path) -> None:
    (tmp_path / "x.pt").write_bytes(
        saved({"bn.num_batches_tracked": torch.tensor(7), "w": torch.ones(2).double()})
    )
    tensors = read_weights(tmp_path / "x.pt").tensors
    assert tensors["bn.num_batches_tracked"].dtype == torch.int64
    assert tensors["w"].dtype == torch.float32


@given(st.binary(max_size=200))
def test_any_header_gives_a_finding_or_none(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "header.safetensors"
    path.write_bytes(struct.pack("<Q", len(data)) + data)
    problem = header_problem(path)
    assert problem is None or len(problem) < 200


entries = st.fixed_dictionaries(
    {},
    optional={
        "dtype": st.sampled_from(["F32", "I64", "F31"]) | st.integers(),
        "shape": st.lists(st.integers(-3, 2**62), max_size=3) | st.text(max_size=3),
        "data_offsets": st.lists(st.integers(-3, 100), max_size=3) | st.none(),
    },
)


@given(st.dictionaries(st.text(max_size=3), entries | st.none() | st.text(max_size=3), max_size=3))
def test_any_safetensors_header_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, check_sentence: Check, header: dict[str, Any]
) -> None:
    text = json.dumps(header).encode()
    path = tmp_path_factory.getbasetemp() / "entries.safetensors"
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(16))
    try:
        read_weights(path)
    except UserError as error:
        check_sentence(error)


GOOD = {kind: saved(TENSORS, zipped=kind == "zip") for kind in ("zip", "legacy")}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of pickletools, for backslashes in noise
@pytest.mark.parametrize("kind", GOOD)
@given(damage=st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), min_size=1, max_size=5))
def test_a_damaged_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, check_sentence: Check, kind: str, damage: list[tuple[int, int]]
) -> None:
    content = bytearray(GOOD[kind])
    for place, byte in damage:
        content[place % len(content)] = byte
    path = tmp_path_factory.getbasetemp() / f"damaged-{kind}.pt"
    path.write_bytes(content)
    try:
        read_weights(path)
    except UserError as error:
        check_sentence(error)


def test_prefixes_are_taken_off_a_bounded_number_of_times() -> None:
    assert without_prefixes({"module." * 100 + "a": torch.zeros(1)}).keys() == {"module." * 84 + "a"}


@pytest.mark.parametrize("kind", ["zip", "safetensors"])
def test_endless_names_are_refused(tmp_path: Path, check_sentence: Check, kind: str) -> None:
    path, tensors = tmp_path / "net", {"module." * 1000 + "a": torch.zeros(1)}
    if kind == "zip":
        torch.save(tensors, path)
    else:
        path.write_bytes(save(tensors))
    with pytest.raises(UserError, match="a name of more than 1,000 characters") as raised:
        read_weights(path)
    check_sentence(raised.value)


def _safetensors(header: bytes) -> bytes:
    return struct.pack("<Q", len(header)) + header


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (b"{" + b" " * 2**23 + b"}", "a header of more than 8 MB"),
        (json.dumps({str(i): {} for i in range(100_001)}).encode(), "more than 100,000 entries"),
        (
            b'{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, ' + b"9" * 4000 + b"]}}",
            "a damaged header",
        ),
    ],
)
def test_huge_headers_are_refused(tmp_path: Path, check_sentence: Check, header: bytes, words: str) -> None:
    (tmp_path / "net").write_bytes(_safetensors(header))
    with pytest.raises(UserError, match=words) as raised:
        read_weights(tmp_path / "net")
    check_sentence(raised.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_pipes_and_devices_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(UserError, match="is not a file but a pipe or a device"):
            read_weights(path)


@pytest.mark.parametrize("name", ["a" * 5000, "a\x00b"])
def test_odd_paths_are_refused(check_sentence: Check, name: str) -> None:
    with pytest.raises(UserError, match="cannot be opened") as raised:
        read_weights(Path(name))
    check_sentence(raised.value)
