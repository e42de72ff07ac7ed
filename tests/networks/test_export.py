"""Exported programs are executed: they make the same network, whatever its layers are called."""

import ast
import importlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from visualizer.errors import UserError
from visualizer.networks import memory, modules, own_sources
from visualizer.networks.architectures import ARCHITECTURES, spec
from visualizer.networks.building import build
from visualizer.networks.editing import set_enabled, set_initialization
from visualizer.networks.export import to_python, write_python
from visualizer.networks.initialization import INITIALIZATIONS
from visualizer.networks.layers import LAYERS
from visualizer.networks.planning import plan
from visualizer.networks.preprocessing import Preprocessing
from visualizer.networks.spec import LayerSpec, NetworkSpec, check_names, checked_name, layer

PLANS = {name: plan(spec(name)) for name in ARCHITECTURES}
SMALL = [name for name, row in PLANS.items() if row.parameters < 5_000_000 and row.macs < 100_000_000]


def of_layers(*rows: LayerSpec, name: str = "net", input: tuple[int, int, int] = (4, 12, 12)) -> NetworkSpec:
    values = (0.5,) * input[0]
    return NetworkSpec(name, input, rows, (), Preprocessing(12, 12, values, values))


def executed(text: str) -> nn.Module:
    """The network of an exported program, made by executing it with the seed 2."""
    program = ast.parse(text)
    names: dict[str, Any] = {"__name__": "exported"}
    exec(compile(program, "exported.py", "exec"), names)
    last = [node.name for node in program.body if isinstance(node, ast.ClassDef)][-1]
    torch.manual_seed(2)
    module = names[last]()
    assert isinstance(module, nn.Module)
    return module


def check(any_spec: NetworkSpec, text: str | None = None) -> None:
    """The program makes the parameters that ``build`` makes with the same seed, and computes the same."""
    module = executed(text or to_python(any_spec))
    torch.manual_seed(2)
    own = build(any_spec)
    given, wanted = module.state_dict(), own.state_dict()
    assert list(given) == list(wanted)
    assert all(torch.equal(given[key], wanted[key]) for key in wanted)
    x = torch.randn(2, *any_spec.input, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        assert torch.equal(module.eval()(x), own.eval()(x))


@pytest.mark.parametrize("name", SMALL)
def test_every_small_architecture(name: str) -> None:
    check(spec(name))
    check(set_initialization(spec(name), None, "he_normal"))


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_architecture_is_a_program(name: str) -> None:
    text = to_python(spec(name))
    assert "visualizer" not in text
    ast.parse(text)


@pytest.mark.parametrize("kind", LAYERS.values(), ids=LAYERS)
def test_every_kind_of_layer(kind: Any) -> None:
    from visualizer.networks.editing import new_layer

    shape = (4, 12, 12) if 3 in kind.ranks else (4 * 12 * 12,)
    row = new_layer(kind.name, shape)
    if kind.name == "unflatten":
        row = replace(row, values={"channels": 4, "height": 12, "width": 12})
    if kind.name == "group_norm":
        row = replace(row, values={**row.values, "num_groups": 2})
    before = () if 3 in kind.ranks else (layer("flatten", "flatten"),)
    for chosen in INITIALIZATIONS:
        check(of_layers(*before, replace(row, initialization=chosen)))


def test_modules_whose_functions_share_a_name() -> None:
    rows = (layer("residual_block", "a", channels=4), layer("fractal", "b", channels=4))
    assert to_python(of_layers(*rows)).count("\ndef _conv") == 2
    check(of_layers(*rows))


def test_all_own_modules_fit_into_one_file() -> None:
    files = [
        importlib.import_module(f"{modules.__name__}.{file.name}") for file in iter_modules(modules.__path__)
    ]
    classes = [
        value
        for file in files
        for value in vars(file).values()
        if isinstance(value, type) and issubclass(value, nn.Module) and value.__module__ == file.__name__
    ]
    sources = own_sources.collect(classes)
    assert {cls.__name__ for cls in classes} <= sources.names
    program = "\n\n\n".join(sources.texts)
    imports = own_sources.import_lines(program, sources.imports)
    text = "\n".join(["from __future__ import annotations", "", *imports, "", "", program, ""])
    assert "visualizer" not in text
    exec(compile(text, "exported.py", "exec"), {"__name__": "exported"})
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F,I", "-"]
    done = subprocess.run(command, input=text.encode(), capture_output=True, check=False)
    assert done.returncode == 0, done.stdout.decode()


def test_one_readable_line_per_layer() -> None:
    text = to_python(spec("mini-vgg"))
    assert "class MiniVgg(nn.Module):" in text
    assert "\n        self.conv1 = nn.Conv2d(3, 32, kernel_size=3, padding=1)  # 32×32×32\n" in text
    assert "# mini-vgg: 1,250,858 parameters, 10 classes." in text
    assert text.startswith('"""')
    assert "\n        return self.fc2(x)\n" in text


def test_disabled_layers_do_not_appear() -> None:
    usual = spec("mini-vgg")
    row = next(row for row in usual.layers if row.kind == "dropout")
    edited = set_enabled(usual, {row.identity}, False)
    check(edited)
    assert row.name not in to_python(edited)


@pytest.mark.parametrize(
    "names",
    [("0", "1"), ("3x3", "conv"), ("class", "x"), ("×", "a b"), ("__a", "b"), ("ﬁ", "fi"), ("x", "nn")],
)
def test_names_that_python_does_not_allow_keep_their_keys(names: tuple[str, str]) -> None:
    def convs() -> tuple[LayerSpec, ...]:
        return tuple(layer("conv", name, out_channels=2, padding=1) for name in names)

    check(of_layers(*convs()))
    check(of_layers(layer("sequence", names[0], *convs()), layer("sequence", names[1], *convs())))


@pytest.mark.parametrize(
    "name", ["coding: latin-1", "coding=utf-16", "ResidualBlock", "F", "Exception", "7", "été", '"""']
)
def test_names_of_networks(name: str) -> None:
    any_spec = of_layers(layer("residual_block", "block", channels=4), name=name)
    text = to_python(any_spec)
    check(any_spec, text)
    check(any_spec, text.encode().decode("utf-8"))
    exec(compile(text.encode(), "exported.py", "exec"), {"__name__": "exported"})  # as a file is read


texts = st.text(
    st.sampled_from("ab01_\"'\\{}()#%$ \n\t×é") | st.characters(exclude_categories=["Cs"]),
    min_size=1,
    max_size=12,
)


def named(name: str) -> bool:
    try:
        checked_name(name, "here")
        check_names((layer("relu", name),))
    except UserError:
        return False
    return True


@settings(max_examples=60, deadline=None)
@given(texts.filter(named), st.lists(texts.filter(named), min_size=2, max_size=3, unique=True))
def test_no_name_breaks_out_of_the_program(network: str, names: list[str]) -> None:
    rows = tuple(layer("linear", name, out_features=2) for name in names)
    first = layer("sequence", names[0] + "_", layer("flatten", names[0]))
    check(of_layers(first, layer("sequence", names[1] + "!", *rows), name=network, input=(1, 2, 2)))


@pytest.mark.parametrize("name", ["shapes-net", "resnet20", "densenet121-32"])
@pytest.mark.parametrize("chosen", ["default", "xavier_uniform"])
def test_ruff_has_nothing_to_say(name: str, chosen: str) -> None:
    rows = (layer("conv", "3×3", out_channels=4), layer("conv", "a" * 79, out_channels=4))
    for any_spec in (spec(name), of_layers(layer("sequence", "b" * 79, layer("sequence", "c", *rows)))):
        text = to_python(set_initialization(any_spec, None, chosen))
        for command in (
            ["format", "--check", "--isolated", "--line-length", "110", "-"],
            ["check", "--isolated", "--select", "F,I,E7,E9", "-"],
        ):
            done = subprocess.run(
                [sys.executable, "-m", "ruff", *command],
                input=text.encode(),
                capture_output=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout.decode()


def test_the_file_runs_by_itself_without_this_project(tmp_path: Path) -> None:
    path = tmp_path / "network.py"
    write_python(spec("resnet20"), path)
    assert [file.name for file in tmp_path.iterdir()] == ["network.py"]
    program = (
        "import runpy, sys\n"
        "sys.modules['visualizer'] = None\n"  # an import of it fails now
        f"runpy.run_path({str(path)!r}, run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "torch.Size([2, 10])"


def test_what_cannot_be_built_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match="does not fit"):
        write_python(of_layers(layer("conv", "c", out_channels=2, kernel_size=40)), tmp_path / "n.py")
    monkeypatch.setattr(memory, "available", lambda: 10)
    with pytest.raises(UserError, match="of memory"):
        write_python(of_layers(layer("conv", "c", out_channels=2)), tmp_path / "n.py")
    assert not list(tmp_path.iterdir())
