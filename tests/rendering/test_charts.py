"""Charts, read back as pixels and as SVG."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageColor

from visualizer.errors import UserError
from visualizer.rendering import charts
from visualizer.rendering.boxes import box_figures
from visualizer.rendering.charts import DARK, LIGHT, BoxRow, Chart, Series, Theme
from visualizer.rendering.charts.lines import spread
from visualizer.rendering.charts.matrix import ramp
from visualizer.rendering.drawing.axes import numbers_of
from visualizer.rendering.drawing.colors import SERIES, contrast
from visualizer.rendering.drawing.fonts import width
from visualizer.rendering.drawing.scene import Area, Box, Cells, Line, Scene, Words

SVG = "{http://www.w3.org/2000/svg}"
ANGLES = np.arange(0.0, 360.0, 5.0)
THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


def plain(title: str, series: Sequence[Series], note: str = "") -> Chart:
    return charts.lines(title, series, "angle", "probability", (0, 360), (0, 1), note=note)


def one(name: str = "net", color: str = SERIES[0], level: float = 0.5) -> Series:
    return Series(name, color, ANGLES, np.full_like(ANGLES, level))


def curves(scene: Scene, color: str) -> list[np.ndarray]:
    """The points of the lines of that colour which are as wide as a curve."""
    return [s.points for s in scene.shapes if isinstance(s, Line) and s.color == color and s.width == 2]


def plot_of(scene: Scene, theme: Theme = LIGHT) -> Box:
    """The plot: the frame is the only closed line in the colour of axes."""
    frame = next(
        s.points
        for s in scene.shapes
        if isinstance(s, Line) and s.color == theme.axis and (s.points[0] == s.points[-2]).all()
    )
    left, top = frame.min(axis=0)
    right, bottom = frame.max(axis=0)
    return Box(left, top, right - left, bottom - top)


def words(scene: Scene) -> list[Words]:
    return [shape for shape in scene.shapes if isinstance(shape, Words)]


def pixels_of(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def amount(pixels: np.ndarray, color: str) -> int:
    return int((np.abs(pixels - ImageColor.getrgb(color)).max(axis=2) <= 6).sum())


# --- curves ---------------------------------------------------------------------------------------------


def test_a_curve_is_where_its_numbers_are() -> None:
    scene = charts.scene(plain("", [one(level=0.25)]))
    plot, (points,) = plot_of(scene), curves(scene, LIGHT.curve(SERIES[0]))
    assert points[0] == pytest.approx((plot.left, plot.bottom - 0.25 * plot.height))
    assert points[-1] == pytest.approx((plot.left + 355 / 360 * plot.width, plot.bottom - 0.25 * plot.height))


def test_what_is_not_finite_breaks_a_curve_and_its_band() -> None:
    y = np.full_like(ANGLES, 0.5)
    y[30:33] = (np.nan, np.inf, np.nan)
    scene = charts.scene(plain("", [Series("net", SERIES[0], ANGLES, y, y - 0.1, y + 0.1)]))
    color, plot = LIGHT.curve(SERIES[0]), plot_of(scene)
    parts = curves(scene, color)
    assert len(parts) == 2
    ends = [plot.left + ANGLES[row] / 360 * plot.width for row in (29, 33)]
    assert [parts[0][-1, 0], parts[1][0, 0]] == pytest.approx(ends)
    bands = [s for s in scene.shapes if isinstance(s, Area) and s.color == color and s.opacity < 1]
    assert len(bands) == 2


def test_a_curve_ends_at_the_edges_of_its_plot() -> None:
    y = np.linspace(-5, 5, len(ANGLES))
    scene = charts.scene(plain("", [Series("net", SERIES[1], ANGLES, y)]))
    plot, (points,) = plot_of(scene), curves(scene, LIGHT.curve(SERIES[1]))
    assert plot.grown(0.01).holds(Box(*points.min(axis=0), 0, 0))
    assert plot.grown(0.01).holds(Box(*points.max(axis=0), 0, 0))


@pytest.mark.parametrize("count", [2, 7, 16, 40])
@pytest.mark.parametrize("height", [250.0, 400.0])
def test_names_of_curves_never_meet(count: int, height: float) -> None:
    series = [one(f"network {index}", SERIES[index % 7], 0.5 + index / 1e4) for index in range(count)]
    scene = charts.scene(plain("Many", series), (760.0, height))
    named = [shape for shape in words(scene) if shape.text.startswith("network")]
    assert sorted(shape.text for shape in named) == sorted(one.name for one in series)
    boxes = [
        Box(shape.x, shape.y - 0.5 * shape.size, width(shape.text, shape.size), shape.size) for shape in named
    ]
    for index, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[index + 1 :])
        assert box.right <= 760


@given(
    st.lists(st.floats(-50, 450, allow_nan=False), min_size=1, max_size=20),
    st.floats(0.5, 20),
)
def test_spread_keeps_order_distance_and_limits(wanted: list[float], apart: float) -> None:
    places = spread(wanted, apart, 0, 400)
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    sorted_places = [places[index] for index in order]
    assert (np.diff(sorted_places) >= apart - 1e-6).all()
    assert min(places) >= -1e-6
    assert max(places) <= 400 + 1e-6
    inside = all(0 <= value <= 400 for value in wanted)
    if inside and all(b - a >= apart for a, b in pairwise(sorted(wanted))):
        assert places == pytest.approx(wanted)


def test_names_are_moved_no_farther_than_needed() -> None:
    assert spread([100, 100, 100], 10, 0, 400) == pytest.approx([90, 100, 110])
    assert spread([0, 0], 10, 0, 400) == pytest.approx([0, 10])
    assert spread([300, 100], 10, 0, 400) == pytest.approx([300, 100])


@pytest.mark.parametrize("values", [[], [np.nan, np.nan], [3.0]], ids=["none", "no number", "one"])
def test_few_numbers_are_no_trouble(values: list[float], tmp_path: Path) -> None:
    series = Series("net", "", np.arange(len(values)), np.array(values))
    both = charts.beside(
        (charts.lines("Curves", [series], "step", "loss"), charts.polar("Around", [series])), 1
    )
    charts.write(both, tmp_path / "few.png", scale=1)
    charts.write(charts.lines("No series", [], "step", "loss"), tmp_path / "none.svg")


def test_a_series_has_as_many_values_as_places() -> None:
    with pytest.raises(ValueError, match="as many"):
        Series("net", "", ANGLES, ANGLES[1:])
    with pytest.raises(ValueError, match="two limits"):
        Series("net", "", ANGLES, ANGLES, low=ANGLES)


def test_quarters_are_written_in_full() -> None:
    assert numbers_of((0, 0.25, 0.5, 0.75, 1)) == ("0.00", "0.25", "0.50", "0.75", "1.00")
    assert numbers_of((0, 0.2, 0.4)) == ("0.0", "0.2", "0.4")
    assert numbers_of((-45, 0, 45)) == ("−45", "0", "45")


# --- circles --------------------------------------------------------------------------------------------


def test_a_circle_begins_at_the_right_and_goes_counter_clockwise() -> None:
    radii = np.array((1.0, 0.5, 0.25, 0.0))
    scene = charts.scene(charts.polar("", [Series("net", SERIES[0], np.arange(0, 360, 90.0), radii)]))
    (points,) = curves(scene, LIGHT.curve(SERIES[0]))
    east, north, west, middle, again = points
    radius = east[0] - middle[0]
    assert radius > 100
    assert (points[0] == again).all(), "the curve comes round"
    assert east[1] == pytest.approx(middle[1])
    assert north == pytest.approx(middle - (0, radius / 2))
    assert west == pytest.approx(middle - (radius / 4, 0))
    degrees = {shape.text: (shape.x, shape.y) for shape in words(scene) if shape.text.endswith("°")}
    assert list(degrees) == [f"{angle}°" for angle in range(0, 360, 45)]
    assert degrees["0°"][0] > east[0]
    assert degrees["90°"][1] < middle[1] - radius
    rings = {shape.text: np.hypot(*(np.array((shape.x, shape.y)) - middle)) for shape in words(scene)}
    assert [rings[text] + 8 for text in ("0.25", "0.50", "0.75", "1")] == pytest.approx(
        radius * np.array((0.25, 0.5, 0.75, 1))
    )


def test_half_a_circle_stays_open() -> None:
    half = ANGLES[:37]
    scene = charts.scene(charts.polar("", [Series("net", SERIES[0], half, np.full(37, 0.8))]))
    (points,) = curves(scene, LIGHT.curve(SERIES[0]))
    assert len(points) == 37


# --- box plots ------------------------------------------------------------------------------------------


def test_a_box_plot_is_where_its_figures_are() -> None:
    values = np.concatenate((np.linspace(0.4, 0.8, 101), [0.05]))
    figures = box_figures(values)
    row = BoxRow("baseline", figures, SERIES[1], highlighted=True)
    scene = charts.scene(charts.boxes("Networks", [row], "share"))
    color = LIGHT.curve(SERIES[1])
    ticks = {s.text: s.x for s in words(scene) if s.text in ("0.00", "1.00")}
    zero, one = ticks["0.00"], ticks["1.00"]

    def at(value: float) -> float:
        return zero + value * (one - zero)

    box = next(s.points for s in scene.shapes if isinstance(s, Area) and s.edge == color)
    assert (box[:, 0].min(), box[:, 0].max()) == pytest.approx((at(figures.first), at(figures.third)))
    whiskers = np.concatenate([s.points for s in scene.shapes if isinstance(s, Line) and s.color == color])
    assert (whiskers[:, 0].min(), whiskers[:, 0].max()) == pytest.approx((at(0.4), at(0.8)))
    (median,) = [s.points for s in scene.shapes if isinstance(s, Line) and s.width == 2.6]
    assert median[:, 0] == pytest.approx(at(figures.median))
    (dot,) = [s.points for s in scene.shapes if isinstance(s, Area) and s.color == color and not s.edge]
    assert dot.mean(axis=0)[0] == pytest.approx(at(0.05))
    texts = [shape.text for shape in words(scene)]
    assert texts[-2:] == [f"{figures.median:.2f}", "0.05"]
    assert {"median", "worst", "baseline", "share"} <= set(texts)


def test_a_row_without_values_says_so() -> None:
    scene = charts.scene(charts.boxes("", [BoxRow("net", box_figures(np.empty(0)))], "share"))
    texts = [shape.text for shape in words(scene)]
    assert "no values" in texts
    assert texts.count("–") == 2


# --- matrices -------------------------------------------------------------------------------------------


@THEMES
def test_cells_have_the_colours_of_their_values(theme: Theme, tmp_path: Path) -> None:
    values = np.array(((0.0, 0.5, 1.0), (1.0, np.nan, 0.25)))
    chart = charts.matrix("Matrix", values, "ab", "xyz")
    charts.write(chart, tmp_path / "matrix.png", scale=2, theme=theme)
    pixels = pixels_of(tmp_path / "matrix.png")
    cells = next(s for s in charts.scene(chart, theme=theme).shapes if isinstance(s, Cells))
    colors = ramp(values, (0, 1), theme)
    assert [tuple(colors[0, column]) for column in range(3)] == [
        ImageColor.getrgb(color) for color in (theme.low, theme.middle, theme.high)
    ]
    assert tuple(colors[1, 1]) == ImageColor.getrgb(theme.gap)
    for row in range(2):
        for column in range(3):
            x = cells.box.left + (column + 0.15) / 3 * cells.box.width
            y = cells.box.top + (row + 0.2) / 2 * cells.box.height
            assert pixels[int(2 * y), int(2 * x)] == pytest.approx(colors[row, column], abs=1)


def test_a_matrix_names_what_has_room() -> None:
    scene = charts.scene(
        charts.matrix(
            "", np.zeros((100, 360)), [f"class {i}" for i in range(100)], [f"{i}°" for i in range(360)]
        )
    )
    below = [shape for shape in words(scene) if shape.text.endswith("°")]
    assert below[0].text == "0°"
    assert len(below) > 5
    ends = [(shape.x - width(shape.text, 12) / 2, shape.x + width(shape.text, 12) / 2) for shape in below]
    assert all(left[1] < right[0] for left, right in pairwise(ends))
    with pytest.raises(ValueError, match="a name for each"):
        charts.matrix("", np.zeros((2, 2)), "ab", "abc")


# --- files ----------------------------------------------------------------------------------------------


def full() -> Chart:
    """All kinds of charts at once."""
    figures = box_figures(np.linspace(0, 1, 50))
    series = [one("base <line> & co"), one("8_rot_1", SERIES[1], 0.8)]
    return charts.beside(
        (
            plain("Curves", series, note="over all angles"),
            charts.polar("Around", series),
            charts.boxes("Boxes", [BoxRow("4_rot_1", figures)], "share of angles"),
            charts.matrix("Matrix", np.eye(3), "abc", ("0°", "1°", "2°"), x_label="angle"),
        ),
        2,
        title="All of them",
    )


@THEMES
def test_a_drawing_holds_every_word_as_text(theme: Theme, tmp_path: Path) -> None:
    charts.write(full(), tmp_path / "all.svg", theme=theme)
    root = ElementTree.parse(tmp_path / "all.svg").getroot()
    texts = [element.text or "" for element in root.iter(f"{SVG}text")]
    for word in ("All of them", "Curves", "base <line> & co", "8_rot_1", "4_rot_1", "share of angles", "45°"):
        assert word in texts
    wide, high = full().size
    assert root.get("viewBox") == f"0 0 {wide:g} {high:g}"
    assert root.find(f"{SVG}rect").get("fill") == theme.ground


@THEMES
def test_a_picture_is_as_large_as_asked_and_has_every_colour(theme: Theme, tmp_path: Path) -> None:
    charts.write(full(), tmp_path / "all.png", scale=1.5, theme=theme)
    wide, high = full().size
    pixels = pixels_of(tmp_path / "all.png")
    assert pixels.shape == (round(1.5 * high), round(1.5 * wide), 3)
    assert tuple(pixels[0, 0]) == ImageColor.getrgb(theme.ground)
    assert all(amount(pixels, theme.curve(color)) > 1000 for color in SERIES[:2])
    charts.write(full(), tmp_path / "small.png", size=(900, 600), scale=1, theme=theme)
    assert pixels_of(tmp_path / "small.png").shape == (600, 900, 3)


@THEMES
def test_every_curve_stands_out_from_its_ground(theme: Theme) -> None:
    for color in (*SERIES, "", theme.box):
        assert contrast(theme.curve(color), theme.plot) >= 3
        assert contrast(theme.words(color), theme.ground) >= 4.5
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_what_cannot_be_written_is_one_sentence_and_leaves_what_was_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"\.png, \.svg"):
        charts.write(full(), tmp_path / "all.pdf")
    with pytest.raises(UserError, match="cannot be written"):
        charts.write(full(), tmp_path / "nowhere" / "all.svg")
    (tmp_path / "all.png").write_bytes(b"before")
    with pytest.raises(UserError, match="64 million"):
        charts.write(full(), tmp_path / "all.png", scale=100)
    assert [path.name for path in tmp_path.iterdir()] == ["all.png"]
    assert (tmp_path / "all.png").read_bytes() == b"before"
