"""What ``main.py rotate`` says of mistakes, and what it leaves alone then."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_rotate_command import TRIANGLE, in_a_folder_of_its_own, rotate

__all__ = ["in_a_folder_of_its_own"]  # a fixture

WRONG = {
    "no picture": (("shapes-net", "--image", "none.png"), "There is no file 'none.png'"),
    "no picture named": (("shapes-net",), "--image"),
    "a broken picture": (("shapes-net", "--image", "broken.png"), "broken.png"),
    "no network": (("shape-net", "--image", TRIANGLE), "did you mean shapes-net"),
    "no network named": (("--image", TRIANGLE), "NETWORK"),
    "a broken network": (("broken.pth", "--image", TRIANGLE), "broken.pth"),
    "weights of several": (("a", "b", "--weights", "w.pth", "--image", TRIANGLE), "--weights belongs to one"),
    "another ending": (("shapes-net", "--image", TRIANGLE, "--out", "curve.pdf"), ".csv, .png, .svg"),
    "no ending": (("shapes-net", "--image", TRIANGLE, "--out", "curve"), ".csv, .png, .svg"),
    "no folder": (("shapes-net", "--image", TRIANGLE, "--out", "no/curve.csv"), "create it first"),
    "a folder": (("shapes-net", "--image", TRIANGLE, "--out", "folder.csv"), "is a folder"),
    "step 0": (("shapes-net", "--image", TRIANGLE, "--step", "0"), "above 0"),
    "a negative step": (("shapes-net", "--image", TRIANGLE, "--step", "-5"), "above 0"),
    "no step": (("shapes-net", "--image", TRIANGLE, "--step", "nan"), "above 0"),
    "an endless step": (("shapes-net", "--image", TRIANGLE, "--step", "inf"), "above 0"),
    "a tiny step": (("shapes-net", "--image", TRIANGLE, "--step", "1e-9"), "3,600"),
    "a step wider than the range": (("shapes-net", "--image", TRIANGLE, "--step", "400"), "360 or less"),
    "text": (("shapes-net", "--image", TRIANGLE, "--step", "one"), "'one' is not a number"),
    "no such class": (("shapes-net", "--image", TRIANGLE, "--label", "elipse"), "one like ellipse"),
    "no class": (("shapes-net", "--image", TRIANGLE, "--label", ""), "There is no class ''"),
    "no such number": (("shapes-net", "--image", TRIANGLE, "--label", "9"), "There is no class '9'"),
    "no border": (("shapes-net", "--image", TRIANGLE, "--border", "blue"), "replicate"),
    "no transform": (("shapes-net", "--image", TRIANGLE, "--transform", "spin"), "occlusion"),
    "no scores": (("autoencoder", "--image", TRIANGLE), "not scores of classes"),
    "no device": (("shapes-net", "--image", TRIANGLE, "--device", "abacus"), "--device"),
}


@pytest.mark.parametrize("case", WRONG)
def test_mistakes_are_one_line(case: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("broken.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    Path("broken.pth").write_bytes(b"nothing")
    Path("folder.csv").mkdir()
    arguments, words = WRONG[case]
    before = sorted(Path().rglob("*"))
    assert rotate(*arguments) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    (line,) = shown.err.splitlines()
    assert line.startswith("error: ")
    assert words in line
    assert sorted(Path().rglob("*")) == before


def test_what_was_there_stays_when_the_user_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    Path("curve.csv").write_text("before")
    monkeypatch.setattr("visualizer.commands.response_files.rows", end)
    assert rotate("shapes-net", "--image", TRIANGLE, "--step", 90, "--out", "curve.csv") == 130
    assert Path("curve.csv").read_text() == "before"
    assert [path.name for path in Path().iterdir()] == ["curve.csv"]
