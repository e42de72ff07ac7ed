"""Opening networks: by name, with or without weights, and from files."""

from __future__ import annotations

import copy
import difflib
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from visualizer.assets import resource
from visualizer.errors import UserError
from visualizer.networks import architectures, identification, matching, torchvision_zoo
from visualizer.networks.adapting import adapted, without_auxiliary_heads
from visualizer.networks.blueprint import Blueprint, from_spec
from visualizer.networks.building import build
from visualizer.networks.download import Progress, download
from visualizer.networks.files import Weights, read_weights
from visualizer.networks.matching import Match
from visualizer.networks.naming import shown
from visualizer.networks.network import Network
from visualizer.networks.skeleton import Skeleton
from visualizer.networks.spec import NetworkSpec

BUNDLED = {"shapes-net": "networks/shapes-net.safetensors"}
BUNDLED_WEIGHTS = "trained on the built-in shapes, bundled"
"""The networks that come with the program: name and resource."""

_FILE_ENDINGS = (".safetensors", ".pth", ".pt", ".ckpt", ".th", ".bin", ".pkl", ".tar", ".onnx", ".pt2")


def names() -> tuple[str, ...]:
    """Every name that ``open_network`` knows: ours, the small ones first, then those that torchvision alone has.

    torchvision is imported, which takes seconds.
    """
    own = architectures.ARCHITECTURES
    return (*own, *(name for name in torchvision_zoo.names() if name not in own))


def open_network(
    text: str, *, weights: Path | None = None, pretrained: bool = False, progress: Progress | None = None
) -> Network:
    """Open the network that ``text`` names: a name of ``names()``, a file of weights, or ``name@file``.

    With a name, ``weights`` is a file for it, ``pretrained`` asks for the published weights (a download the
    first time); without both, bundled networks have theirs and others random weights, always the same. With
    a file alone, its architecture is found out. Raises ``UserError``, and what ``progress`` raises.
    """
    text = text.strip()
    if weights is None and _is_path(text):
        return _from_file(Path(text))
    name, at, file = text.partition("@")
    if not name or (at and not file):
        raise UserError("no network or no file is named; give a name, a file or both: 'resnet18@file.pth'")
    if at and weights is None and not _looks_like_file(name):
        weights = Path(file)
    else:
        name = text
    blueprint = _blueprint(name)
    if weights is not None:
        return _with_weights(blueprint, read_weights(weights), weights)
    if pretrained:
        return _pretrained(blueprint, progress)
    if blueprint.name in BUNDLED and resource(BUNDLED[blueprint.name]).is_file():
        bundled = _from_file(resource(BUNDLED[blueprint.name]))
        return replace(bundled, weights=BUNDLED_WEIGHTS)
    return blueprint.network(blueprint.random(), blueprint.usual, "random weights")


def spec_of(network: Network) -> NetworkSpec | None:
    """The specification of an open network: its own, or of the network that torchvision built from its name.

    None where there is none whose module has the same parameters under the same names.
    """
    if network.spec is not None:
        return network.spec
    row = architectures.ARCHITECTURES.get(network.name)
    if row is None or not row.twin:
        return None
    preprocessing = network.preprocessing
    if getattr(network.module, "transform_input", False):  # GoogLeNet standardises by Keras's figures itself
        ones = (0.5,) * network.input[0]
        preprocessing = replace(preprocessing, mean=ones, std=ones)
    twin = adapted(architectures.spec(row.name), network.input, network.classes, preprocessing)
    wanted = matching.shapes(network.module)
    for candidate in (twin, without_auxiliary_heads(twin)):
        try:
            with Skeleton():
                built = build(candidate)
        except UserError:  # an input that the layers do not fit
            continue
        if matching.shapes(built) == wanted:
            return candidate
    return None


def fit(network: Network, path: Path) -> Network:
    """Open a file of weights while ``network`` is open: as another state of it if it fits, else anew."""
    weights = read_weights(path)
    if weights.spec is None and _fits(network, weights):
        module = copy.deepcopy(network.module)
        matching.fill(module, weights.tensors)
        module.requires_grad_(False)
        return replace(network, module=module, weights=_from(path), notes=weights.notes)
    return _identified(weights, path)


def _fits(network: Network, weights: Weights) -> bool:
    """Whether keys and shapes are those of the open network, counters of batch norm aside."""
    wanted = matching.shapes(network.module)
    given = {key: value.shape for key, value in weights.tensors.items()}
    missing = wanted.keys() - given.keys()
    return given.items() <= wanted.items() and all(key.endswith("num_batches_tracked") for key in missing)


def _from_file(path: Path) -> Network:
    return _identified(read_weights(path), path)


def _identified(weights: Weights, path: Path) -> Network:
    if weights.spec is not None:
        return _with_weights(from_spec(weights.spec), weights, path)
    match = identification.best_match(weights.tensors, path.stem)
    if match is None:
        raise UserError(
            f"'{shown(path.name)}' fits no known architecture: it holds {_contents(weights.tensors)}; name the "
            f"architecture, as in 'resnet18@{shown(path.name)}'"
        )
    return _loaded(match, weights, path, "looks like")


def _with_weights(blueprint: Blueprint, weights: Weights, path: Path) -> Network:
    tensors = matching.under_names_of(blueprint, weights.tensors)
    return _loaded(matching.compare(blueprint, tensors), weights, path, "does not fit")


def _loaded(match: Match, weights: Weights, path: Path, problem: str) -> Network:
    name = match.blueprint.name
    if not match.complete:
        raise UserError(
            f"'{shown(path.name)}' {problem} {shown(name)}{' but' if problem == 'looks like' else ':'} "
            f"{_differences(match, weights)}; get the weights that belong to it"
        )
    module = matching.load(match, matching.under_names_of(match.blueprint, weights.tensors))
    notes = weights.notes
    if match.unexpected:
        notes = (*notes, f"not used: {_listed(match.unexpected)}")
    return match.blueprint.network(module, match.variant, _from(path), notes)


def _pretrained(blueprint: Blueprint, progress: Progress | None) -> Network:
    if blueprint.spec is not None:
        raise UserError(
            f"there are no published weights for '{blueprint.name}'; open it without, or with a file"
        )
    published = torchvision_zoo.pretrained(blueprint.name)
    path = download(published.url, progress)
    network = _with_weights(blueprint, read_weights(path), path)
    return replace(network, weights=f"pretrained ({published.label})")


def _from(path: Path) -> str:
    return f"weights of {shown(path.name)}"


def _differences(match: Match, weights: Weights) -> str:
    parts = []
    if match.missing:
        parts.append(f"{_listed(match.missing)} {'is' if len(match.missing) == 1 else 'are'} missing")
    if match.differing:
        key = match.differing[0]
        wanted = matching.outline(match.blueprint, match.variant).shapes[key]
        more = f" ({len(match.differing)} such)" if len(match.differing) > 1 else ""
        given = matching.under_names_of(match.blueprint, weights.tensors)[key].shape
        parts.append(f"'{shown(key, 40)}' is {_size(given)} instead of {_size(wanted)}{more}")
    if match.unexpected:
        parts.append(f"{len(match.unexpected)} unknown")
    return ", ".join(parts)


def _listed(keys: tuple[str, ...]) -> str:
    first = " and ".join(f"'{shown(key, 40)}'" for key in keys[:2])
    return first if len(keys) <= 2 else f"{first} and {len(keys) - 2} more"


def _size(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape[:5])) or "one number"


def _contents(tensors: dict[str, Tensor]) -> str:
    tensors_of = "1 tensor" if len(tensors) == 1 else f"{len(tensors)} tensors"
    return f"{tensors_of} such as '{shown(next(iter(tensors)), 40)}'"


def _is_path(text: str) -> bool:
    """Whether there is such a file, or a folder or device that cannot be meant as a network's name."""
    try:
        path = Path(text)
        return path.is_file() or (bool(text) and path.exists() and not text.replace("-", "_").isidentifier())
    except (OSError, ValueError):  # too long for a name, a null byte
        return False


def _is_folder(text: str) -> bool:
    try:
        return Path(text).is_dir()
    except (OSError, ValueError):
        return False


def _looks_like_file(text: str) -> bool:
    return "/" in text or "\\" in text or text.lower().endswith(_FILE_ENDINGS)


def _blueprint(name: str) -> Blueprint:
    """The blueprint by its name; case does not matter, and ``_`` may stand for ``-``."""
    wanted = name.lower()
    for own, row in architectures.ARCHITECTURES.items():
        if not row.twin and wanted.replace("_", "-") == own.replace("_", "-"):
            return matching.from_own(own)
    if _looks_like_file(name):  # no architecture does; asking torchvision would take seconds
        raise UserError(f"there is no file '{shown(Path(name).name)}'; check its name and folder")
    if wanted in torchvision_zoo.names():
        return torchvision_zoo.blueprint(wanted)
    if _is_folder(name):
        raise UserError(f"'{shown(name)}' is a folder; choose the file of weights inside")
    near = difflib.get_close_matches(wanted, names(), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "`main.py` lists them under Open network"
    raise UserError(f"there is no network '{shown(name)}'; {hint}")
