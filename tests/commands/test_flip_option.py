"""``--flip`` of the commands that look at a picture: what is found is found in the mirrored file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from visualizer.assets import resource
from visualizer.cli import main
from visualizer.data.inputs import FLIPS

TRIANGLE = resource("images/triangle.png")  # square: nothing is cut away
TRANSPOSED = {
    "horizontal": Image.Transpose.FLIP_LEFT_RIGHT,
    "vertical": Image.Transpose.FLIP_TOP_BOTTOM,
    "both": Image.Transpose.ROTATE_180,
}


@pytest.fixture(params=TRANSPOSED)
def mirrored(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Path]:
    """The name of a flip, and a file that is flipped so."""
    path = tmp_path / "mirrored.png"
    with Image.open(TRIANGLE) as picture:
        picture.transpose(TRANSPOSED[request.param]).save(path)
    return request.param, path


def test_the_curve_is_that_of_the_mirrored_file(mirrored: tuple[str, Path], tmp_path: Path) -> None:
    way, path = mirrored
    curves = [tmp_path / name for name in ("flipped.csv", "mirrored.csv", "plain.csv")]
    for out, image, flip in zip(curves, (TRIANGLE, path, TRIANGLE), (["--flip", way], [], []), strict=True):
        asked = ["rotate", "shapes-net", "--image", str(image), "--step", "60", "--out", str(out), *flip]
        assert main(asked) == 0
    flipped, expected, plain = (out.read_text(encoding="utf-8") for out in curves)
    assert flipped == expected != plain


def test_the_chart_says_so(tmp_path: Path) -> None:
    out = tmp_path / "curve.svg"
    asked = ["rotate", "shapes-net", "--image", str(TRIANGLE), "--step", "90", "--out", str(out)]
    assert main([*asked, "--flip", "vertical"]) == 0
    assert "triangle.png, flipped vertically" in out.read_text(encoding="utf-8")


def test_what_a_network_sees_is_seen_in_the_mirrored_file(
    mirrored: tuple[str, Path], inspect: Callable[..., Any]
) -> None:
    way, path = mirrored
    assert inspect("shapes-net", "--image", TRIANGLE, "--flip", way) == inspect("shapes-net", "--image", path)


@pytest.mark.parametrize("command", ["inspect", "rotate"])
def test_every_way_can_be_named_and_no_other(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    assert "{" + ",".join(FLIPS) + "}" in capsys.readouterr().out
    assert main([command, "shapes-net", "--image", str(TRIANGLE), "--flip", "sideways"]) == 2
    assert "sideways" in capsys.readouterr().err


def test_a_flip_without_a_picture_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "shapes-net", "--flip", "both"]) == 2
    assert "--flip" in capsys.readouterr().err
