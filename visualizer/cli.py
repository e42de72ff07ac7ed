"""The command line: the window, and the same rooms without one.

Exit status 0; 2 for what the user can mend, told in one line on standard error; 130 after Ctrl-C. Results go to
standard output, progress and notes to standard error. Every command imports what it needs when it runs, so that
``--help`` and ``--version`` answer at once.
"""

from __future__ import annotations

import argparse
import difflib
import errno
import io
import json
import math
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Never

from visualizer import __version__, preflight
from visualizer.allocator import keep_freed_memory
from visualizer.commands import experiment_arguments, race_arguments, rotate_arguments
from visualizer.commands.tables import one_line
from visualizer.errors import UserError

INTERRUPTED = 130  # what shells report for a program that Ctrl-C ended
TOUR_FOLDER = Path("visualizer-tour")
TOUR_SIZE = (1440, 900)


class Parser(argparse.ArgumentParser):
    """An argument parser whose complaints are a ``UserError`` like any other."""

    def error(self, message: str) -> Never:
        """Raise ``UserError`` instead of printing the usage and leaving."""
        raise UserError(f"{message[:1].upper()}{message[1:]} (see `{self.prog} --help`).")


@dataclass(frozen=True, slots=True)
class Command:
    """One command: how it is called, what it does in half a sentence, its arguments, and what runs it."""

    name: str
    summary: str
    add_arguments: Callable[[Parser], None]
    run: Callable[[argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line ``arguments`` (those of the process by default); returns the exit status."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the shell: >&-
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for the whole process
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without × or − is no reason to fail
    try:
        status = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
    except UserError as error:
        print(f"error: {one_line(str(error))}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader, `head` for instance, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        return 0
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO, errno.EBADF):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(
            "error: The results cannot be written; free some space or choose another place.", file=sys.stderr
        )
        return 2
    return status


def _run(arguments: Sequence[str]) -> int:
    program = "cnn-visualizer" if Path(sys.argv[0]).stem == "cnn-visualizer" else "main.py"
    command = next((row for row in COMMANDS if [row.name] == list(arguments[:1])), None)
    run: Callable[[argparse.Namespace], int]
    if command is None:
        parser, run = _window_parser(program), _window
    else:
        parser = Parser(prog=f"{program} {command.name}", description=command.summary, allow_abbrev=False)
        command.add_arguments(parser)
        arguments, run = arguments[1:], command.run
    try:
        options = parser.parse_args(race_arguments.with_signs(arguments))
    except SystemExit as shown:  # after --help or --version
        return int(shown.code or 0)
    keep_freed_memory()
    return run(options)


# --- the window ------------------------------------------------------------------------------------------


def _window_parser(program: str) -> Parser:
    width = max(len(row.name) for row in COMMANDS)
    rows = "\n".join(f"  {row.name:{width}}  {row.summary}" for row in COMMANDS)
    parser = Parser(
        prog=program,
        usage=f"{program} [PATH...]\n       {program} COMMAND ... (see `{program} COMMAND --help`)",
        description="A desktop microscope for convolutional networks.",
        epilog=f"commands:\n{rows}\n\nA file that is named like a command is opened as ./NAME.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "paths", nargs="*", type=Path, metavar="PATH", help="opened as if dropped on the window"
    )
    parser.add_argument("--version", action="version", version=f"CNN Visualizer {__version__}")
    return parser


def _window(options: argparse.Namespace) -> int:
    _refuse_what_is_not_there(options.paths)
    if not preflight.has_display():
        return _window_without_display(options.paths)
    _require_qt()
    from visualizer.app import run

    return run(options.paths)


def _refuse_what_is_not_there(paths: Sequence[Path]) -> None:
    """Raise ``UserError`` if none of the paths exists; of some missing ones the window tells."""
    if not paths or any(os.path.exists(path) for path in paths):  # unlike Path.exists it never raises
        return
    word, names = str(paths[0]), [row.name for row in COMMANDS]
    if len(paths[0].parts) > 1 or paths[0].suffix:
        raise UserError(f"There is no file or folder '{word}'; check its name.")
    near = difflib.get_close_matches(word, names, n=1)
    hint = f"did you mean {near[0]}?" if near else f"the commands are {', '.join(names)}."
    raise UserError(f"There is no file or folder '{word}', nor is that a command; {hint}")


def _window_without_display(paths: Sequence[Path]) -> int:
    print(
        f"There is no display here, so the window is drawn without one, into {TOUR_FOLDER}{os.sep}.",
        file=sys.stderr,
    )
    if paths:
        print(
            "It shows the program's own pictures; `main.py inspect NETWORK --image FILE` looks at yours.",
            file=sys.stderr,
        )
    status = _draw_tour(TOUR_FOLDER, TOUR_SIZE, "dark")
    print(
        "To get the window itself, start it on a desktop, over `ssh -X`, or under `xvfb-run`.",
        file=sys.stderr,
    )
    return status


def _require_qt() -> None:
    """Raise ``UserError`` where Qt would abort the process; tell what else is amiss."""
    for problem in preflight.problems(offscreen=not preflight.has_display()):
        if problem.fatal:
            raise UserError(problem.sentence)
        print(f"note: {problem.sentence}", file=sys.stderr)


# --- tour ------------------------------------------------------------------------------------------------


def _add_tour_arguments(parser: Parser) -> None:
    parser.add_argument("out", type=Path, metavar="OUT", help="the folder for the pictures and tour.json")
    parser.add_argument(
        "--size", type=_size, default=TOUR_SIZE, metavar="WxH", help="of the window in pixels (1440x900)"
    )
    parser.add_argument("--theme", choices=("dark", "light", "system"), default="dark", help="(dark)")


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise argparse.ArgumentTypeError(f"'{text}' is not a size like 1440x900")
    if not (480 <= int(width) <= 7680 and 360 <= int(height) <= 4320):
        raise argparse.ArgumentTypeError(f"'{text}' is not between 480x360 and 7680x4320")
    return int(width), int(height)


def _tour(options: argparse.Namespace) -> int:
    return _draw_tour(options.out, options.size, options.theme)


def _draw_tour(out: Path, size: tuple[int, int], theme: str) -> int:
    """Draw the tour into ``out`` and name its pictures."""
    _require_qt()
    if not preflight.has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"  # Qt reads it when it starts
    from visualizer.ui.tour import run_tour

    status = run_tour(out, size, theme)
    for stop in json.loads((out / "tour.json").read_text(encoding="utf-8"))["stops"]:
        print(out / stop["png"])
    return status


# --- inspect ---------------------------------------------------------------------------------------------


def _add_inspect_arguments(parser: Parser) -> None:
    parser.add_argument("network", metavar="NETWORK", help="a file, or the name of a network: resnet18@FILE")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="the weights (.safetensors, .pth)")
    parser.add_argument("--pretrained", action="store_true", help="use the published weights; may download")
    parser.add_argument("--image", type=Path, metavar="FILE", help="a picture to look at")
    parser.add_argument(
        "--flip", choices=("horizontal", "vertical", "both"), help="mirror the picture before all else"
    )
    parser.add_argument("--layer", metavar="NAME", help="the activations of this layer only")
    parser.add_argument("--save-maps", type=Path, metavar="DIR", help="write the activation maps as pictures")
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")


def _inspect(options: argparse.Namespace) -> int:
    from visualizer.commands.inspect import inspect

    return inspect(
        options.network,
        weights=options.weights,
        pretrained=options.pretrained,
        image=options.image,
        flip=options.flip,
        layer=options.layer,
        maps=options.save_maps,
        as_json=options.json,
    )


# --- train -----------------------------------------------------------------------------------------------


def _add_train_arguments(parser: Parser) -> None:
    parser.add_argument("network_name", metavar="NETWORK", help="a file, or the name of a network")
    parser.add_argument(
        "--data",
        required=True,
        metavar="NAME|DIR",
        help="shapes, digits, mnist, fashion-mnist, cifar-10, cifar-100, or a folder or zip of class folders",
    )
    parser.add_argument(
        "--data-folder", type=Path, metavar="DIR", help="look here first for the files of a data set"
    )
    parser.add_argument(
        "--download", action="store_true", help="download the data set if it is not on this computer"
    )
    parser.add_argument(
        "--run", required=True, type=Path, metavar="DIR", help="the folder that the run is kept in"
    )
    parser.add_argument("--epochs", type=_count, metavar="N", help="passes over the data")
    parser.add_argument("--batch", type=_count, metavar="N", help="images per step")
    parser.add_argument("--optimizer", metavar="NAME", help="sgd, adam, …")
    parser.add_argument(
        "--lr", type=_rate, metavar="X", dest="learning_rate", help="the highest learning rate"
    )
    parser.add_argument("--schedule", metavar="NAME", help="of the learning rate: constant, one-cycle, …")
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="auto is the GPU if any"
    )
    parser.add_argument(
        "--seed", type=_seed, default=1337, metavar="N", help="two runs of one seed are equal (1337)"
    )
    parser.add_argument("--resume", action="store_true", help="go on with the run in DIR")


def _count(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) < 2**31):
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number above 0")
    return int(text)


def _seed(text: str) -> int:
    if not (text.isdecimal() and int(text) < 2**32):
        raise argparse.ArgumentTypeError(f"'{text[:40]}' is not a whole number from 0 to 4294967295")
    return int(text)


def _rate(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number above 0")
    return value


def _note(text: str) -> None:
    print(f"note: {one_line(text)}", file=sys.stderr)


def _train(options: argparse.Namespace) -> int:
    from visualizer.commands.progress import shown_progress
    from visualizer.training.run import train_command

    with shown_progress() as report:
        result = train_command(**vars(options), progress=report, note=_note)
    print(f"validation accuracy {result.accuracy:.4f}, best {result.best_accuracy:.4f}")
    print(result.run / "network.safetensors")
    return 0


# --- bench -----------------------------------------------------------------------------------------------


def _add_bench_arguments(parser: Parser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="the benchmarks to run (all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to FILE")


def _bench(options: argparse.Namespace) -> int:
    from visualizer.commands.bench import bench

    return bench(options.names, options.json)


COMMANDS = (
    Command("tour", "draw the window's workspaces as pictures", _add_tour_arguments, _tour),
    Command(
        "inspect", "tell a network's layers, and what it sees in an image", _add_inspect_arguments, _inspect
    ),
    Command(
        "rotate",
        "turn a picture, and tell what networks see in it",
        rotate_arguments.add_arguments,
        rotate_arguments.run,
    ),
    Command("train", "train a network", _add_train_arguments, _train),
    Command(
        "race", "let optimizers race over a loss surface", race_arguments.add_arguments, race_arguments.run
    ),
    Command(
        "experiment",
        "train networks, compare them and write a report",
        experiment_arguments.add_arguments,
        experiment_arguments.run,
    ),
    Command("bench", "measure what the program costs, against the bare work", _add_bench_arguments, _bench),
)
