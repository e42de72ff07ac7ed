import argparse
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import visualizer
from visualizer import cli, preflight
from visualizer.cli import COMMANDS, main, one_line
from visualizer.errors import UserError
from visualizer.preflight import Problem

MAIN = Path(__file__).parents[1] / "main.py"


def run_main(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    """The real program in a process of its own."""
    return subprocess.run([sys.executable, str(MAIN), *arguments], capture_output=True, text=True, **options)


# --- help, version, mistakes -----------------------------------------------------------------------------


def test_the_real_program_tells_its_version() -> None:
    result = run_main("--version")
    assert (result.returncode, result.stdout, result.stderr) == (
        0,
        f"CNN Visualizer {visualizer.__version__}\n",
        "",
    )


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = capsys.readouterr().out
    for command in COMMANDS:
        assert f"  {command.name} " in shown
        assert command.summary in shown


@pytest.mark.parametrize("command", [row.name for row in COMMANDS])
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"usage: main.py {command} ")


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-file.png"],
        ["inspekt", "resnet18"],
        ["--no-such-option"],
        ["x" * 5000],
        ["null\0byte"],
        ["inspect"],
        ["inspect", "a", "b"],
        ["inspect", "no-such-network"],
        ["inspect", "no-such-file.safetensors"],
        ["inspect", "tinycnn@no-such-file.pth"],
        ["inspect", "tinycnn", "--weights", "no-such-file.pth"],
        ["inspect", "tinycnn", "--image", "no-such-image.png"],
        ["inspect", "tinycnn", "--image", "."],
        ["inspect", "tinycnn", "--layer", "conv1"],
        ["inspect", "tinycnn", "--save-maps", "maps"],
        ["inspect", "tinycnn", "--js"],
        ["tour"],
        ["tour", "out", "--size", "big"],
        ["tour", "out", "--size", "10x10"],
        ["tour", "out", "--size", "1440x900x3"],
        ["tour", "out", "--theme", "pink"],
        ["train"],
        ["train", "mini-vgg", "--data", "shapes"],
        ["train", "mini-vgg", "--data", "shapes", "--run", "run", "--epochs", "0"],
        ["train", "mini-vgg", "--data", "shapes", "--run", "run", "--lr", "nan"],
        ["train", "mini-vgg", "--data", "shapes", "--run", "run", "--batch", "-3"],
        ["train", "mini-vgg", "--data", "shapes", "--run", "run", "--device", "abacus"],
        ["train", "mini-vgg", "--data", "no-such-data", "--run", "run"],
        ["train", "no-such-network", "--data", "shapes", "--run", "run"],
        ["bench", "no-such-benchmark"],
        ["bench", "capture", "--json", "no/such/folder/figures.json"],
    ],
    ids=lambda arguments: " ".join(arguments)[:60].replace("\0", "0"),
)
def test_a_mistake_is_told_in_one_line(
    arguments: list[str],
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("error: ")
    assert shown.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_mistake_of_the_real_program() -> None:
    result = run_main("no-such-file.png")
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith("error: There is no file or folder 'no-such-file.png'")
    assert result.stderr.count("\n") == 1


def test_an_unknown_layer_names_those_like_it(capsys: pytest.CaptureFixture[str], shared_data: Path) -> None:
    image = shared_data / "photos" / "one_pixel.png"
    assert main(["inspect", "tinycnn", "--image", str(image), "--layer", "conv3"]) == 2
    assert "conv2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two\nlines\r\n", "two lines"),
        ("\x1b[31mred\x1b[0m", "�[31mred�[0m"),
        ("\u202eright to left\0", "�right to left�"),
        ("3×224×224 'é'", "3×224×224 'é'"),
        ("broken \udcff byte", "broken � byte"),
    ],
)
def test_an_error_is_one_harmless_line(text: str, shown: str) -> None:
    assert one_line(text) == shown


def command(run: object) -> cli.Command:
    return cli.Command("try", "for a test", lambda parser: None, run)


@pytest.mark.parametrize(
    ("error", "status", "shown"),
    [
        (UserError("Mend\nit."), 2, "error: Mend it.\n"),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_how_a_command_may_end(
    error: BaseException,
    status: int,
    shown: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run(options: argparse.Namespace) -> int:
        raise error

    monkeypatch.setattr(cli, "COMMANDS", (command(run),))
    assert main(["try"]) == status
    assert capsys.readouterr().err == shown


def test_a_bug_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(options: argparse.Namespace) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "COMMANDS", (command(run),))
    with pytest.raises(ZeroDivisionError):
        main(["try"])


@pytest.mark.skipif(sys.platform == "win32", reason="there are no POSIX pipes")
def test_a_reader_that_has_seen_enough_ends_it_quietly() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        result = subprocess.run(
            [sys.executable, str(MAIN), "--help"], stdout=writer, stderr=subprocess.PIPE, text=True
        )
    finally:
        os.close(writer)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_terminal_without_the_characters_gets_others() -> None:
    result = run_main("train", "--help", env=os.environ | {"PYTHONIOENCODING": "ascii"})
    assert result.returncode == 0
    assert "sgd, adam, ?" in result.stdout


# --- the window and the tour -----------------------------------------------------------------------------


class Window:
    """Stands for the modules of the window: records how it is called."""

    def __init__(self) -> None:
        self.opened: list[list[Path]] = []
        self.tours: list[tuple[Path, tuple[int, int], str, str | None]] = []

    def run(self, paths: list[Path]) -> int:
        self.opened.append(paths)
        return 0

    def run_tour(self, out: Path, size: tuple[int, int], theme: str) -> int:
        self.tours.append((out, size, theme, os.environ.get("QT_QPA_PLATFORM")))
        out.mkdir()
        (out / "tour.json").write_text('{"stops": [{"name": "inspect", "png": "inspect.png"}]}')
        return 0


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Window:
    window = Window()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "visualizer.app", SimpleNamespace(run=window.run))
    monkeypatch.setitem(sys.modules, "visualizer.ui.tour", SimpleNamespace(run_tour=window.run_tour))
    monkeypatch.setattr(preflight, "problems", lambda offscreen=False: ())
    monkeypatch.setenv("QT_QPA_PLATFORM", "")  # and what main sets there is undone
    return window


@pytest.fixture
def no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "has_display", lambda: False)


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "has_display", lambda: True)


def test_without_a_command_the_window_opens(window: Window, display: None) -> None:
    assert main([]) == 0
    assert window.opened == [[]]


def test_paths_are_opened_in_the_window(window: Window, display: None, tmp_path: Path) -> None:
    (tmp_path / "cat.png").touch()
    (tmp_path / "inspect").touch()
    assert main(["cat.png", "./inspect", "."]) == 0
    assert window.opened == [[Path("cat.png"), Path("inspect"), Path()]]


def test_without_a_display_the_tour_is_drawn(
    window: Window, no_display: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([]) == 0
    assert window.opened == []
    assert window.tours == [(Path("visualizer-tour"), (1440, 900), "dark", "offscreen")]
    shown = capsys.readouterr()
    assert shown.out == f"{Path('visualizer-tour', 'inspect.png')}\n"
    assert "no display" in shown.err
    assert "visualizer-tour" in shown.err
    for way in ("desktop", "ssh -X", "xvfb-run"):
        assert way in shown.err


def test_the_tour_takes_size_and_theme(window: Window, display: None) -> None:
    assert main(["tour", "out", "--size", "1024x700", "--theme", "light"]) == 0
    assert window.tours == [(Path("out"), (1024, 700), "light", "")]


def test_what_qt_lacks_is_an_error_before_qt_is_loaded(
    window: Window, display: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = (Problem("No font.", fatal=False), Problem("No libEGL."))
    monkeypatch.setattr(preflight, "problems", lambda offscreen=False: found)
    assert main([]) == 2
    assert window.opened == []
    assert capsys.readouterr().err == "note: No font.\nerror: No libEGL.\n"
