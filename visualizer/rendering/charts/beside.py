"""Several charts in one picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from visualizer.rendering.charts import chart as parts
from visualizer.rendering.charts.chart import Chart
from visualizer.rendering.charts.theme import Theme
from visualizer.rendering.drawing.scene import Box, Shape


def beside(charts: Sequence[Chart], columns: int = 2, *, title: str = "", note: str = "") -> Chart:
    """Charts row by row in so many columns, each as wide as its widest chart wants to be."""
    return Beside(title, tuple(charts), max(1, min(columns, len(charts))), note)


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """Charts beside each other; see ``beside``."""

    title: str
    charts: tuple[Chart, ...] = field(repr=False)
    columns: int = 2
    note: str = ""

    @property
    def _sides(self) -> tuple[list[float], list[float]]:
        """The widths of the columns and the heights of the rows that suit the charts."""
        sizes = [chart.size for chart in self.charts]
        widths = [max(size[0] for size in sizes[column :: self.columns]) for column in range(self.columns)]
        starts = range(0, len(sizes), self.columns)
        return widths, [max(size[1] for size in sizes[start : start + self.columns]) for start in starts]

    @property
    def _head(self) -> float:
        """What the words above all take; their lower margin is that of the charts."""
        if not (self.title or self.note):
            return 0.0
        return parts.heading_height(self.title, self.note, sum(self._sides[0])) - parts.MARGIN

    @property
    def size(self) -> tuple[float, float]:
        """As large as all together."""
        widths, heights = self._sides
        return sum(widths), self._head + sum(heights)

    def shapes(self, box: Box, theme: Theme) -> Iterator[Shape]:
        """All of them, each stretched as the whole is."""
        top = box.top
        if self.title or self.note:
            words, _ = parts.heading(self.title, self.note, box, theme)
            yield from words
            top += self._head
        widths, heights = self._sides
        across, down = box.width / sum(widths), (box.bottom - top) / sum(heights)
        for index, chart in enumerate(self.charts):
            row, column = divmod(index, self.columns)
            place = Box(
                box.left + across * sum(widths[:column]),
                top + down * sum(heights[:row]),
                across * widths[column],
                down * heights[row],
            )
            yield from chart.shapes(place, theme)
