"""``main.py rotate``: what networks say of a picture while it turns, as a table and as a file."""

from __future__ import annotations

import difflib
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from visualizer.commands.progress import Report, shown_progress
from visualizer.commands.response_files import Look, as_table, check_file, write
from visualizer.data.images import read_image
from visualizer.data.inputs import FLIPS, Input, Prepared
from visualizer.data.preprocessing import prepare_input
from visualizer.data.transforms import BORDERS, TRANSFORMS, values_of
from visualizer.errors import UserError
from visualizer.networks.device import choose_device
from visualizer.networks.naming import shown
from visualizer.networks.network import Network
from visualizer.networks.zoo import open_network
from visualizer.probes.response.curve import ResponseRun
from visualizer.probes.response.figures import class_of
from visualizer.probes.response.frames import Response

_SLICE = 0.3  # s of work between two reports of progress


@dataclass(frozen=True, slots=True)
class RotateOptions:
    """What the command line asks for; None for what it does not say."""

    networks: tuple[str, ...]
    image: Path
    weights: Path | None = None
    pretrained: bool = False
    step: float | None = None
    label: str | None = None
    border: str = "grey"
    transform: str = "rotation"
    flip: str | None = None
    device: str = "auto"
    out: Path | None = None


def rotate(options: RotateOptions) -> int:
    """Turn the picture, print what the networks say of it, write it to a file; returns the exit status.

    Raises ``UserError`` for whatever cannot be read, asked or written, before the work where that can be told.
    """
    if options.weights is not None and len(options.networks) > 1:
        raise UserError("--weights belongs to one network: of several, name each with its file: NAME@FILE.")
    if options.out is not None:
        check_file(options.out)
    values_of(options.transform, options.step)
    if options.border not in BORDERS:
        raise UserError(f"There is no border '{shown(options.border)}': choose one of {', '.join(BORDERS)}.")
    picture = read_image(options.image)
    if options.flip is not None:
        picture = picture.flipped(FLIPS[options.flip])
    with shown_progress() as report:
        networks = _opened(options, report)
        inputs = [prepare_input(picture, network.preprocessing, network.input) for network in networks]
        responses = _responses(networks, inputs, picture, options, report)
        looks = _looks(responses, options.label)
        if options.out is not None:
            write(looks, picture.title, options.out, only=options.label is not None, report=report)
    _tell(picture, networks, inputs, responses, looks, options.label)
    print("\n".join(as_table(looks, asked=options.label is not None)))
    if options.out is not None:
        print(options.out)
    return 0


def _opened(options: RotateOptions, report: Report) -> list[Network]:
    """The networks, each with a name of its own."""
    device = choose_device(options.device)
    networks = []
    for text in options.networks:
        network = open_network(text, weights=options.weights, pretrained=options.pretrained, progress=report)
        network.module.to(device)
        networks.append(network)
    files = [Path(text.strip().rpartition("@")[2]) for text in options.networks]
    names = distinct(
        [network.name for network in networks], [file.name if file.suffix else "" for file in files]
    )
    return [replace(network, name=name) for network, name in zip(networks, names, strict=True)]


def distinct(names: Sequence[str], files: Sequence[str]) -> list[str]:
    """Names that differ: one that stands there twice with its file, if it has any, and what is still twice numbered."""
    counts = Counter(names)
    made: list[str] = []
    for name, file in zip(names, files, strict=True):
        longer = f"{name} ({file})" if counts[name] > 1 and file else name
        number, candidate = 1, longer
        while candidate in made:
            number += 1
            candidate = f"{longer} ({number})"
        made.append(candidate)
    return made


def _responses(
    networks: Sequence[Network],
    inputs: Sequence[Prepared],
    picture: Input,
    options: RotateOptions,
    report: Report,
) -> list[Response]:
    """What each network says; the first value of all comes first, so that what fails does so at once."""
    values = values_of(options.transform, options.step)
    runs = [
        ResponseRun(network, one.tensor, options.transform, values, options.border, picture.label)
        for network, one in zip(networks, inputs, strict=True)
    ]
    first = [run.advance(0.0, whole_pieces=True) for run in runs]
    if options.label is not None:
        _indexes(first, options.label)
    words = f"{TRANSFORMS[options.transform].title} of {picture.name}"
    for index, run in enumerate(runs):
        while not run.complete:
            run.advance(_SLICE, whole_pieces=True)  # the file has the same digits every time
            report(words, (index + run.count_done / len(values)) / len(runs))
    return [run.advance() for run in runs]


def _looks(responses: Sequence[Response], label: str | None) -> list[Look]:
    """Each network with the class that is looked at; those without that class are left out."""
    if label is None:
        return [Look(response, class_of(response)) for response in responses]
    indexes = _indexes(responses, label)
    return [
        Look(response, index) for response, index in zip(responses, indexes, strict=True) if index is not None
    ]


def _indexes(responses: Sequence[Response], label: str) -> list[int | None]:
    """Which class of each network is meant; raises ``UserError`` where none has it."""
    indexes = [class_index(response.classes, label) for response in responses]
    if all(index is None for index in indexes):
        names = list(dict.fromkeys(name for response in responses for name in response.classes))
        near = difflib.get_close_matches(label.strip().lower(), [name.lower() for name in names], 3, 0.5)
        close = [name for name in names if label.strip().lower() in name.lower()][:3] if label.strip() else []
        close = close or [name for name in names if name.lower() in near][:3] or names[:3]
        listed = ", ".join(shown(name) for name in close)
        raise UserError(f"There is no class '{shown(label)}': name one like {listed}, or its number.")
    return indexes


def class_index(classes: Sequence[str], label: str) -> int | None:
    """The class of that name, of that name in other case if only one has it, or of that number."""
    wanted = label.strip()
    if wanted in classes:
        return list(classes).index(wanted)
    same = [index for index, name in enumerate(classes) if name.casefold() == wanted.casefold()]
    if len(same) == 1:
        return same[0]
    if wanted.isascii() and wanted.isdecimal() and len(wanted) < 10 and int(wanted) < len(classes):
        return int(wanted)
    return None


def _tell(
    picture: Input,
    networks: Sequence[Network],
    inputs: Sequence[Prepared],
    responses: Sequence[Response],
    looks: Sequence[Look],
    label: str | None,
) -> None:
    """Print what there is to note, each once."""
    notes = list(picture.notes)
    notes += [f"{network.name}: {note}" for network in networks for note in network.notes]
    notes += [note for prepared in inputs for note in prepared.notes]
    asked = [look.response for look in looks]
    for response in responses:
        if response not in asked:
            notes.append(f"{response.network} has no class '{shown(label or '')}' and is left out.")
        elif response.note:
            notes.append(response.note)
    for note in dict.fromkeys(notes):
        print(f"note: {note}", file=sys.stderr)
