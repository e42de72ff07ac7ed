"""Charts as frozen descriptions and as files, PNG or SVG, without a window."""

from visualizer.rendering.charts.beside import beside
from visualizer.rendering.charts.boxes import BoxRow, boxes
from visualizer.rendering.charts.chart import Chart, Series
from visualizer.rendering.charts.files import ENDINGS, scene, write
from visualizer.rendering.charts.lines import lines
from visualizer.rendering.charts.matrix import matrix
from visualizer.rendering.charts.polar import polar
from visualizer.rendering.charts.theme import DARK, LIGHT, Theme

__all__ = [
    "DARK",
    "ENDINGS",
    "LIGHT",
    "BoxRow",
    "Chart",
    "Series",
    "Theme",
    "beside",
    "boxes",
    "lines",
    "matrix",
    "polar",
    "scene",
    "write",
]
