import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torchvision import models

from visualizer.errors import UserError
from visualizer.networks import architectures, torchvision_zoo, zoo
from visualizer.networks.building import build
from visualizer.networks.files import save_network
from visualizer.networks.network import Network
from visualizer.networks.zoo import fit, open_network


def output(network: Network, seed: int = 0) -> torch.Tensor:
    x = torch.randn(1, *network.input, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        result: torch.Tensor = network.module(x)
    return result


@pytest.mark.parametrize("name", ["squeezenet1_1", "mobilenet_v3_small", "efficientnet_b1", "swin_v2_t"])
def test_preprocessing_and_classes_are_torchvisions(name: str) -> None:
    blueprint = torchvision_zoo.blueprint(name)
    weights = models.get_model_weights(name).DEFAULT
    preset = weights.transforms()
    assert [blueprint.preprocessing.crop] == preset.crop_size
    assert [blueprint.preprocessing.resize] == preset.resize_size
    assert blueprint.preprocessing.mean == tuple(preset.mean)
    assert blueprint.preprocessing.std == tuple(preset.std)
    assert blueprint.preprocessing.interpolation == preset.interpolation.value
    assert blueprint.input == (3, preset.crop_size[0], preset.crop_size[0])
    assert blueprint.classes == tuple(weights.meta["categories"])


@pytest.mark.parametrize("name", ["squeezenet1_1", "googlenet", "inception_v3", "shufflenet_v2_x0_5"])
def test_random_weights_are_the_same_in_every_run(name: str) -> None:
    before = torch.random.get_rng_state()
    first, second = open_network(name), open_network(name)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert output(first).shape == (1, 1000)
    assert torch.equal(output(first), output(second))
    assert first.weights == "random weights"
    assert not first.module.training
    assert not any(p.requires_grad for p in first.module.parameters())


def test_every_architecture_is_known_by_name() -> None:
    names = zoo.names()
    assert set(models.list_models(module=models)) <= set(names)
    assert set(architectures.ARCHITECTURES) <= set(names)
    assert set().union(*torchvision_zoo.families().values()) == set(torchvision_zoo.names())
    assert len(names) == len(set(names))
    assert names[:2] == ("shapes-net", "mini-vgg")


@pytest.mark.parametrize(
    "text", ["wide_resnet50_2_32", "Wide-ResNet50-2-32", "resnext50-32x4d-32", "LeNet_5"]
)
def test_own_names_in_other_spellings(text: str) -> None:
    network = open_network(text)
    assert network.spec is not None
    assert network.name.replace("-", "_") == text.lower().replace("-", "_")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("resnet19", "did you mean resnet1"),
        ("shape-net", "did you mean shapes-net"),
        ("qqqqqqq", "lists them under Open network"),
        ("folder/none.pth", "There is no file 'none.pth'"),
        (r"C:\nets\a@b.pth", "There is no file"),
        ("resnet18@none.pth", "There is no file 'none.pth'"),
        ("resnet19@none.pth", "There is no network 'resnet19'"),
        ("", "No network or no file is named"),
        ("@", "No network or no file is named"),
        ("resnet18@", "No network or no file is named"),
        ("@net.pth", "No network or no file is named"),
        ("a" * 5000, "There is no network 'aaaa"),
        ("a\x00b", "There is no network 'a�b'"),
        ("\x1b[1mnet\n.pth", "There is no file '�[1mnet�.pth'"),
    ],
)
def test_unknown_names(text: str, words: str) -> None:
    with pytest.raises(UserError) as raised:
        open_network(text)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("/dev/null", "'null' is not a file but a pipe or a device"),
        (".", "'.' is a folder"),
        ("my nets", "'my nets' is a folder"),
        ("my_nets", "'my_nets' is a folder"),
        ("none/", "There is no file 'none'"),
        ("@", "No network or no file is named"),
    ],
)
def test_what_is_no_file_is_named(
    text: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("my nets", "my_nets", "tinycnn"):
        (tmp_path / folder).mkdir()
    if text != "my_nets":  # it could be an architecture
        monkeypatch.setattr(torchvision_zoo, "names", lambda: pytest.fail("torchvision was asked"))
    with pytest.raises(UserError) as raised:
        open_network(text)
    assert words in str(raised.value)
    assert open_network("tinycnn").name == "tinycnn"


def test_names_are_found_in_any_case() -> None:
    assert open_network("Shapes_Net").name == "shapes-net"


def test_own_networks_open_without_importing_torchvision(shared_data: Path) -> None:
    code = (
        "import sys; from visualizer.networks.zoo import open_network; "
        f"open_network('shapes-net'); open_network({str(shared_data / 'models' / 'tinycnn-mnist.safetensors')!r}); "
        "print('torchvision' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("file", ["squeezenet1_1.safetensors", "squeezenet1_1.pth"])
def test_real_weights_compute_what_torchvision_computes(file: str, shared_data: Path) -> None:
    network = open_network(str(shared_data / "models" / file))
    plain = models.squeezenet1_1()
    plain.load_state_dict(torch.load(shared_data / "models" / "squeezenet1_1.pth", weights_only=True))
    x = torch.randn(1, 3, 224, 224, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        assert torch.equal(network.module(x), plain.eval()(x))
    assert network.name == "squeezenet1_1"
    assert network.weights == f"weights of {file}"
    assert network.notes == ()


def test_an_old_checkpoint_finds_its_architecture(shared_data: Path) -> None:
    network = open_network(str(shared_data / "models" / "resnet20-12fca82f.th"))
    assert (network.name, network.input, network.classes[3]) == ("resnet20", (3, 32, 32), "cat")


def test_three_ways_to_give_weights(shared_data: Path) -> None:
    file = shared_data / "models" / "squeezenet1_0-deepcompressed.safetensors"
    networks = [
        open_network(str(file)),
        open_network(f"squeezenet1_0@{file}"),
        open_network("squeezenet1_0", weights=file),
    ]
    assert {network.name for network in networks} == {"squeezenet1_0"}
    outputs = [output(network) for network in networks]
    assert torch.equal(outputs[0], outputs[1])
    assert torch.equal(outputs[0], outputs[2])


def test_an_at_sign_in_a_file_name(shared_data: Path, tmp_path: Path) -> None:
    path = tmp_path / "resnet18@home.safetensors"
    path.write_bytes((shared_data / "models" / "tinycnn-mnist.safetensors").read_bytes())
    assert open_network(str(path)).name == "tinycnn"


def test_weights_of_another_architecture_are_refused(shared_data: Path) -> None:
    with pytest.raises(UserError) as raised:
        open_network("resnet18", weights=shared_data / "models" / "squeezenet1_1.safetensors")
    assert "does not fit resnet18: 'conv1.weight' and 'bn1.weight' and 100 more are missing" in str(
        raised.value
    )


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: models.resnet18(num_classes=7), ("resnet18", (3, 224, 224), 7)),
        (lambda: models.squeezenet1_1(num_classes=5), ("squeezenet1_1", (3, 224, 224), 5)),
        (lambda: models.googlenet(num_classes=4, init_weights=False), ("googlenet", (3, 224, 224), 4)),
        (lambda: models.mobilenet_v3_small(num_classes=2), ("mobilenet_v3_small", (3, 224, 224), 2)),
        (lambda: models.vit_b_32(num_classes=3, image_size=96), ("vit_b_32", (3, 96, 96), 3)),
    ],
)
def test_any_number_of_classes_is_found_in_the_file(
    make: Callable[[], torch.nn.Module], expected: tuple[object, ...], tmp_path: Path
) -> None:
    module = make().eval()
    torch.save({"state_dict": module.state_dict()}, tmp_path / "mine.pth")
    network = open_network(str(tmp_path / "mine.pth"))
    assert (network.name, network.input, len(network.classes)) == expected
    assert network.classes[:2] == ("class 0", "class 1")
    x = torch.randn(1, *network.input, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        torch.testing.assert_close(network.module(x), module(x))


@pytest.mark.parametrize(("channels", "mean"), [(1, (0.449,)), (4, (0.485, 0.456, 0.406, 0.485))])
def test_any_number_of_input_channels(channels: int, mean: tuple[float, ...], tmp_path: Path) -> None:
    module = models.resnet18()
    module.conv1 = torch.nn.Conv2d(channels, 64, 7, 2, 3, bias=False)
    torch.save(module.state_dict(), tmp_path / "mine.pth")
    network = open_network(str(tmp_path / "mine.pth"))
    assert network.name == "resnet18"
    assert network.input == (channels, 224, 224)
    assert network.preprocessing.mean == pytest.approx(mean)
    assert len(network.preprocessing.std) == channels
    assert output(network).shape == (1, 1000)


def test_the_published_names_of_older_files_fit(tmp_path: Path) -> None:
    """DenseNet's published files say ``norm.1``; torchvision renames that while it loads."""
    state = {
        key.replace("norm1", "norm.1").replace("conv1", "conv.1"): value
        for key, value in models.densenet121().state_dict().items()
    }
    torch.save(state, tmp_path / "densenet121-a639ec97.pth")
    assert open_network(str(tmp_path / "densenet121-a639ec97.pth")).notes == ()


def test_a_larger_relative_is_not_taken_for_a_smaller_one(tmp_path: Path) -> None:
    torch.save(models.resnet34().state_dict(), tmp_path / "resnet18-or-so.pth")
    assert open_network(str(tmp_path / "resnet18-or-so.pth")).name == "resnet34"


def test_own_networks_with_other_classes(tmp_path: Path) -> None:
    module = build(architectures.spec("mini-vgg"))
    module.fc2 = torch.nn.Linear(512, 3)
    save_file(module.state_dict(), tmp_path / "x.safetensors")
    network = open_network(str(tmp_path / "x.safetensors"))
    assert (network.name, network.classes) == ("mini-vgg", ("class 0", "class 1", "class 2"))


def test_a_file_with_its_specification_needs_no_guess(tmp_path: Path) -> None:
    spec = architectures.spec("shapes-net")
    module = build(spec).eval()
    save_network(spec, module, tmp_path / "resnet18.safetensors")
    network = open_network(str(tmp_path / "resnet18.safetensors"))
    assert (network.name, network.classes) == ("shapes-net", architectures.SHAPES)
    x = torch.rand(1, 3, 32, 32)
    assert torch.equal(network.module(x), module(x).detach())


def test_fit_keeps_the_open_network_where_the_file_fits(shared_data: Path, tmp_path: Path) -> None:
    opened = open_network("tinycnn")
    before = output(opened)
    fitted = fit(opened, shared_data / "models" / "tinycnn-mnist.safetensors")
    assert fitted.name == "tinycnn"
    assert fitted.weights == "weights of tinycnn-mnist.safetensors"
    assert fitted.module is not opened.module
    assert torch.equal(output(opened), before)
    assert not torch.equal(output(fitted), before)
    assert fit(opened, shared_data / "models" / "squeezenet1_1.pth").name == "squeezenet1_1"


def test_pretrained_weights_come_through_the_download(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What would be fetched lies in torch's folder already."""
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path))
    (tmp_path / "checkpoints").mkdir()
    cached = tmp_path / "checkpoints" / Path(models.SqueezeNet1_1_Weights.DEFAULT.url).name
    cached.write_bytes((shared_data / "models" / "squeezenet1_1.pth").read_bytes())
    network = open_network("squeezenet1_1", pretrained=True)
    assert network.weights == "pretrained (IMAGENET1K_V1, ImageNet)"
    assert network.classes[967] == "espresso"


def test_there_is_nothing_to_download_for_own_networks() -> None:
    with pytest.raises(UserError, match="no published weights for 'mini-vgg'"):
        open_network("mini-vgg", pretrained=True)
