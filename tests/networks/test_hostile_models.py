"""Every file of the hostile collection ends in a network that works or in one clear sentence of ours."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from visualizer.errors import UserError
from visualizer.networks.zoo import open_network

LOADS = {  # all others must be refused
    "bfloat16.pt", "bfloat16.safetensors", "float16.pt", "float64.pt", "float8_e4m3.safetensors",
    "good.safetensors", "good_legacy_format.pt", "good_state_dict.pt", "inf_weights.pt", "lightning_style.ckpt",
    "nan_weights.pt", "nan_weights.safetensors", "nested_model_module.pt", "nested_state_dict_epoch.pt",
    "prefix_module.pt", "prefix_orig_mod.pt", "safetensors_named.pt", "torch_zip_named.safetensors",
    "unexpected_keys.pt",
}  # fmt: skip
SAYS = {
    "corrupt_bytes.pt": "damaged",
    "git_lfs_pointer.safetensors": "git lfs pull",
    "html_error_page.pth": "download the file again",
    "keys_not_strings.pt": "",
    "meta_tensor.pt": "without values",
    "missing_keys.pt": "'bn2.running_var' and 'fc.bias' are missing",
    "odd_key_names.pt": "…",
    "pickle_os_system.pt": "could run code",
    "pickle_os_system_legacy.pt": "could run code",
    "pickle_os_system_raw.pkl": "could run code",
    "pickle_os_system_tar.pt": "could run code",
    "qint8.pt": "quantised",
    "sparse_complex.pt": "sparse",
    "stride0_10e12_elements.pt": "4,000.0 GB",
    "tinycnn.onnx": "ONNX",
    "tinycnn_export.pt2": "torch.export",
    "tinycnn_torchscript.pt": "TorchScript",
    "truncated.safetensors": "21,667 of 36,656 bytes",
    "truncated_legacy.pt": "cut off",
    "unknown_dtype.safetensors": "'F31'",
    "whole_module_pickle.pt": "__main__.TinyCNN",
    "wrong_shapes.pt": "'fc.weight' is 10×100 instead of 10×784",
    "zip_bomb.pt": "more than its size",
}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per file; without the data, one that the fixture skips or fails."""
    listing = Path(__file__).parents[3] / "shared" / "data" / "hostile-models" / "expected.json"
    names = sorted(json.loads(listing.read_bytes())["files"]) if listing.is_file() else ["good.safetensors"]
    if "hostile" in metafunc.fixturenames:
        metafunc.parametrize("hostile", names)


def test_a_file_loads_or_is_refused_in_one_sentence(
    hostile: str,
    shared_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    check_sentence: Callable[[UserError], None],
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / hostile
    shutil.copy(shared_data / "hostile-models" / hostile, path)
    if hostile in LOADS:
        network = open_network(str(path))
        assert network.name == "tinycnn"
        assert network.module(torch.zeros(1, *network.input)).shape == (1, 10)
        assert all(p.dtype == torch.float32 for p in network.module.parameters())
    else:
        with pytest.raises(UserError) as raised:
            open_network(str(path))
        check_sentence(raised.value)
        assert SAYS.get(hostile, "") in str(raised.value)
    assert [entry.name for entry in tmp_path.iterdir()] == [hostile]  # no PWNED, nothing unpacked


@pytest.mark.parametrize("name", sorted(LOADS))
def test_what_loads_is_the_same_network(name: str, shared_data: Path) -> None:
    folder = shared_data / "hostile-models"
    reference = open_network(str(folder / "good.safetensors")).module.state_dict()
    state = open_network(str(folder / name)).module.state_dict()
    exact = not name.startswith(("bfloat16", "float16", "float8", "nan", "inf"))
    if exact:
        for key, tensor in reference.items():
            assert torch.equal(state[key], tensor), key


@pytest.mark.parametrize(
    ("name", "notes"),
    [
        (
            "nan_weights.pt",
            (
                "conv1.weight has 1 value that is not a number",
                "fc.weight has 7,840 values that are not a number",
            ),
        ),
        ("inf_weights.pt", ("conv2.weight has 144 infinite values",)),
        ("unexpected_keys.pt", ("not used: 'extra.weight' and 'conv9.bias'",)),
        ("good_state_dict.pt", ()),
    ],
)
def test_oddities_that_load_are_noted(name: str, notes: tuple[str, ...], shared_data: Path) -> None:
    assert open_network(str(shared_data / "hostile-models" / name)).notes == notes
