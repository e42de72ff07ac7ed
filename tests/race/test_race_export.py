"""Races as files, read back with the libraries that read any such file."""

from __future__ import annotations

import csv
import math
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, ImageColor, ImageSequence

from visualizer.errors import UserError
from visualizer.race.config import Race
from visualizer.race.export import ENDINGS, write
from visualizer.race.export.picture import RacePicture
from visualizer.race.frames import RaceFrame
from visualizer.race.lineup import new_race
from visualizer.race.link import read
from visualizer.race.run import RaceRun
from visualizer.race.surface import Surface, Window
from visualizer.race.surfaces import surface

SIX = ("sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam")
SVG = "{http://www.w3.org/2000/svg}"


def run(race: Race) -> RaceFrame:
    return RaceRun(race).advance()


@pytest.fixture(scope="module")
def beale() -> RaceFrame:
    return run(new_race(surface("beale"), SIX, steps=60))


@pytest.fixture(scope="module")
def diverging() -> RaceFrame:
    """Momentum leaves at once; Adam goes on."""
    return run(new_race(surface("himmelblau"), ("momentum", "adam"), {"momentum": 1e30}, steps=40))


def pixels_of(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def amount(pixels: np.ndarray, color: str) -> int:
    """How many pixels have that colour."""
    return int((np.abs(pixels - ImageColor.getrgb(color)).max(axis=2) <= 6).sum())


# --- the table ------------------------------------------------------------------------------------------


def test_the_table_has_every_digit_of_every_step(beale: RaceFrame, tmp_path: Path) -> None:
    write(beale, tmp_path / "race.csv")
    with (tmp_path / "race.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["racer", "step", "x", "y", "loss"]
    assert len(rows) == 1 + 6 * 61
    for index, trajectory in enumerate(beale.trajectories):
        part = rows[1 + 61 * index : 62 + 61 * index]
        assert [row[0] for row in part] == [SIX[index]] * 61
        assert [int(row[1]) for row in part] == list(range(61))
        read_back = np.array([[float(cell) for cell in row[2:]] for row in part])
        assert (read_back == np.column_stack((trajectory.points, trajectory.losses))).all()


def test_what_diverges_ends_with_its_last_numbers(diverging: RaceFrame, tmp_path: Path) -> None:
    write(diverging, tmp_path / "race.csv")
    with (tmp_path / "race.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    counts = {name: sum(row["racer"] == name for row in rows) for name in ("momentum", "adam")}
    assert counts["adam"] == 41
    assert 1 <= counts["momentum"] < 41
    assert all(math.isfinite(float(row[key])) for row in rows for key in ("x", "y", "loss"))


# --- pictures -------------------------------------------------------------------------------------------


def test_a_picture_shows_every_trail_in_its_colour(beale: RaceFrame, tmp_path: Path) -> None:
    write(beale, tmp_path / "race.png")
    pixels = pixels_of(tmp_path / "race.png")
    assert pixels.shape == (760, 1200, 3)
    picture = RacePicture(beale)
    box = picture.plot
    plot = pixels[round(box.top) : round(box.bottom), round(box.left) : round(box.right)]
    # Momentum goes farthest on its own, and has the most of its colour.
    assert amount(plot, beale.race.racers[1].color) > 300
    assert all(amount(plot, racer.color) > 10 for racer in beale.race.racers[:3])
    legend = pixels[:, round(box.right) + 60 :]
    assert all(amount(legend, racer.color) > 30 for racer in beale.race.racers)


def test_trails_are_where_the_points_are(beale: RaceFrame, tmp_path: Path) -> None:
    alone = replace(
        beale, trajectories=beale.trajectories[1:2], race=replace(beale.race, racers=beale.race.racers[1:2])
    )
    write(alone, tmp_path / "race.png", size=(800, 600))
    pixels, picture = pixels_of(tmp_path / "race.png"), RacePicture(alone, (800, 600))
    trail, box = picture.trails[0], picture.plot
    window = alone.race.surface.window
    for row in (3, 20, 35):
        x, y = alone.trajectories[0].points[row]
        across = box.left + (x - window.left) / window.width * box.width
        down = box.bottom - (y - window.bottom) / window.height * box.height
        assert trail.points[row] == pytest.approx((across, down))
        at = pixels[int(down * picture.scale), int(across * picture.scale)]
        assert np.abs(at - ImageColor.getrgb(trail.color)).max() < 60


def test_the_moment_is_that_which_is_asked_for(beale: RaceFrame, tmp_path: Path) -> None:
    for name, moment in (("begin", 0.0), ("middle", 30.0), ("end", None)):
        write(beale, tmp_path / f"{name}.png", moment=moment, size=(600, 380))
    color = beale.race.racers[1].color
    counts = [amount(pixels_of(tmp_path / f"{name}.png"), color) for name in ("begin", "middle", "end")]
    assert counts == sorted(counts)
    assert counts[0] < counts[1] < counts[2]


@pytest.mark.parametrize("size", [(320, 200), (640, 900), (1800, 400)])
def test_every_size_can_be_had(beale: RaceFrame, size: tuple[int, int], tmp_path: Path) -> None:
    write(beale, tmp_path / "race.png", size=size)
    write(beale, tmp_path / "race.svg", size=size)
    assert pixels_of(tmp_path / "race.png").shape == (size[1], size[0], 3)


@pytest.mark.parametrize("size", [(319, 200), (320, 100), (100_000, 100_000)])
def test_other_sizes_are_refused(beale: RaceFrame, size: tuple[int, int], tmp_path: Path) -> None:
    with pytest.raises(UserError, match="between 320×200 and 7680×4320"):
        write(beale, tmp_path / "race.png", size=size)


def test_a_drawing_is_svg_with_names_as_text(diverging: RaceFrame, tmp_path: Path) -> None:
    write(diverging, tmp_path / "race.svg")
    root = ElementTree.parse(tmp_path / "race.svg").getroot()
    assert root.tag == f"{SVG}svg"
    texts = [element.text or "" for element in root.iter(f"{SVG}text")]
    for word in ("Himmelblau", "Momentum", "Adam", "diverged", "start (0.1, −4.1)", "step 40"):
        assert any(word in text for text in texts), word
    strokes = {element.get("stroke") for element in root.iter(f"{SVG}path")}
    assert {racer.color for racer in diverging.race.racers} <= strokes
    assert any(element.get("stroke-dasharray") for element in root.iter(f"{SVG}path"))
    assert not list(root.iter(f"{SVG}image")), "levels are areas, not pixels"


def test_text_from_others_stays_text(tmp_path: Path) -> None:
    racer = replace(new_race(surface("bowl"), ("adam",)).racers[0], optimizer="a:<script>&\x00\u202e")
    where = replace(surface("bowl"), title="</text><script>\x07")
    frame = replace(run(Race(where, (1.0, 1.0), (), 3)), race=Race(where, (1.0, 1.0), (racer,), 3))
    adam = run(new_race(surface("bowl"), ("adam",), steps=3)).trajectories[0]
    write(replace(frame, trajectories=(replace(adam, racer=racer),)), tmp_path / "race.svg")
    root = ElementTree.parse(tmp_path / "race.svg").getroot()
    assert not [element for element in root.iter() if "script" in element.tag]


def test_a_link_opens_the_same_race(beale: RaceFrame, tmp_path: Path) -> None:
    write(beale, tmp_path / "race.json")
    assert read(tmp_path / "race.json") == beale.race


# --- films ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def short() -> RaceFrame:
    return run(new_race(surface("beale"), ("sgd", "momentum"), steps=20))


def test_an_animation_grows_and_stays_at_the_end(short: RaceFrame, tmp_path: Path) -> None:
    write(short, tmp_path / "race.gif", size=(480, 304))
    color = short.race.racers[1].color
    with Image.open(tmp_path / "race.gif") as film:
        assert film.size == (480, 304)
        assert film.info["loop"] == 0
        frames = [(frame.convert("RGB"), frame.info["duration"]) for frame in ImageSequence.Iterator(film)]
    assert 20 <= len(frames) <= 70
    seconds = sum(duration for _, duration in frames) / 1000
    assert 4 <= seconds <= 10
    shown = [amount(np.asarray(frame).astype(int), color) for frame, _ in frames]
    assert shown[-1] > shown[len(shown) // 3] > shown[0]
    assert (tmp_path / "race.gif").stat().st_size < 500_000
    write(short, tmp_path / "race.png", size=(480, 304))
    difference = np.abs(np.asarray(frames[-1][0]).astype(int) - pixels_of(tmp_path / "race.png"))
    assert difference.mean() < 4, "the last frame is the picture"


def test_a_film_plays(short: RaceFrame, tmp_path: Path) -> None:
    write(short, tmp_path / "race.mp4", size=(480, 304))
    with av.open(str(tmp_path / "race.mp4")) as file:
        stream = file.streams.video[0]
        count = sum(1 for _ in file.decode(stream))
        assert (stream.width, stream.height) == (480, 304)
        assert float(stream.average_rate or 0) == pytest.approx(25)
    assert 4 <= count / 25 <= 10


class StopHere(Exception):
    pass


@pytest.mark.parametrize("kind", [".gif", ".mp4"])
def test_a_film_can_be_ended_and_leaves_nothing(short: RaceFrame, kind: str, tmp_path: Path) -> None:
    path, told = tmp_path / f"race{kind}", []
    path.write_text("what was there")

    def report(text: str, fraction: float | None = None) -> None:
        told.append(fraction)
        if len(told) == 5:
            raise StopHere

    with pytest.raises(StopHere):
        write(short, path, size=(320, 200), report=report)
    assert told == sorted(told)
    assert path.read_text() == "what was there"
    assert list(tmp_path.iterdir()) == [path]


# --- what is hard to draw -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "start"),
    [
        ("log(x) + y^2", (1.0, 1.0)),  # undefined in half of the window
        ("5 + 0x", (1.0, 1.0)),  # constant
        ("1/x", (0.0, 1.0)),  # nobody can run
        ("exp(exp(exp(x^2 + y^2)))", (1.0, 1.0)),  # overflows
        ("1e-300*(x^2 + y^2)", (1.0, 1.0)),
        ("x^2 + y^2", (50.0, -50.0)),  # a start outside of the window
        ("-x^4 - y^4", (0.5, 0.5)),  # no minimum: everything leaves
    ],
)
def test_every_surface_can_be_drawn(formula: str, start: tuple[float, float], tmp_path: Path) -> None:
    where = Surface("", "", formula, Window(-2, 2, -2, 2), start)
    frame = run(replace(new_race(where, ("sgd", "adam", "lbfgs"), steps=30), start=start))
    for ending in (".png", ".svg", ".csv"):
        write(frame, tmp_path / f"race{ending}", size=(600, 380))
    ElementTree.parse(tmp_path / "race.svg")


@pytest.mark.parametrize("clock", ["evaluations", "time"])
def test_every_clock_can_be_drawn(clock: str, tmp_path: Path) -> None:
    race = replace(new_race(surface("beale"), ("sgd", "lbfgs", "newton"), steps=30), clock=clock)
    write(run(race), tmp_path / "race.svg")
    words = "evaluations of the gradient" if clock == "evaluations" else "ms"
    assert words in (tmp_path / "race.svg").read_text(encoding="utf-8")


def test_many_racers_are_counted_where_they_have_no_room(tmp_path: Path) -> None:
    frame = run(new_race(surface("bowl"), ("adam",) * 32, steps=5))
    write(frame, tmp_path / "race.svg", size=(640, 300))
    write(frame, tmp_path / "race.png", size=(640, 300))
    root = ElementTree.parse(tmp_path / "race.svg").getroot()
    assert any((element.text or "").startswith("and ") for element in root.iter(f"{SVG}text"))


def test_nobody_shown_is_a_picture_too(beale: RaceFrame, tmp_path: Path) -> None:
    hidden = tuple(replace(one, racer=replace(one.racer, shown=False)) for one in beale.trajectories)
    write(replace(beale, trajectories=hidden), tmp_path / "race.png", size=(600, 380))
    write(replace(beale, trajectories=()), tmp_path / "none.png", size=(600, 380))


# --- mistakes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["race.bmp", "race", "race.png.txt", ".gif"])
def test_other_endings_are_refused_with_a_list(beale: RaceFrame, name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as raised:
        write(beale, tmp_path / name)
    assert all(ending in str(raised.value) for ending in ENDINGS)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_folder_that_is_not_there_is_told(beale: RaceFrame, ending: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        write(beale, tmp_path / "no such folder" / f"race{ending}")


def test_a_place_that_cannot_be_written_is_told(beale: RaceFrame, tmp_path: Path) -> None:
    (tmp_path / "race.csv").mkdir()
    with pytest.raises(UserError, match="cannot be written"):
        write(beale, tmp_path / "race.csv")
