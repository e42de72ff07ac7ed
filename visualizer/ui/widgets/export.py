"""Copy and save of what a panel shows: pictures as PNG, plots as SVG too, numbers as CSV or NPY."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QDir, QIODevice, QRectF
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QGraphicsScene, QMenu, QMessageBox, QWidget

from visualizer.atomic import replacing

Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class Export:
    """What can be taken from a panel; each part is made only when it is asked for.

    ``name`` is the suggested file name without ending. ``picture`` gives the picture, ``scene`` the plot's
    scene for SVG, ``table`` the rows of the CSV (header first), ``array`` the NPY.
    """

    name: str
    picture: Callable[[], QImage | QPixmap] | None = None
    scene: Callable[[], QGraphicsScene] | None = None
    table: Callable[[], Iterable[Row]] | None = None
    array: Callable[[], np.ndarray] | None = None


def fill_export_menu(menu: QMenu, parent: QWidget, export: Export | None) -> None:
    """Add the entries that ``export`` allows; one disabled entry where there is nothing yet."""
    if export is None:
        menu.addAction("Nothing to copy yet").setEnabled(False)
        return
    if export.picture:
        menu.addAction("Copy picture", partial(copy_picture, export.picture))
    if export.table:
        menu.addAction("Copy numbers", partial(copy_table, export.table))
    menu.addSeparator()
    for label, ending, content in _files(export):
        menu.addAction(label, partial(_save, parent, export.name, ending, content))


def _files(export: Export) -> list[tuple[str, str, Callable[[], bytes]]]:
    files: list[tuple[str, str, Callable[[], bytes]]] = []
    if export.picture:
        files.append(("Save picture as PNG…", ".png", partial(png_bytes, export.picture)))
    if export.scene:
        files.append(("Save plot as SVG…", ".svg", partial(svg_bytes, export.scene)))
    if export.table:
        files.append(("Save numbers as CSV…", ".csv", partial(csv_bytes, export.table)))
    if export.array:
        files.append(("Save numbers as NPY…", ".npy", partial(npy_bytes, export.array)))
    return files


def copy_picture(picture: Callable[[], QImage | QPixmap]) -> None:
    """Put the picture on the clipboard."""
    made = picture()
    QGuiApplication.clipboard().setImage(made.toImage() if isinstance(made, QPixmap) else made)


def copy_table(table: Callable[[], Iterable[Row]]) -> None:
    """Put the numbers on the clipboard, separated by tabs as spreadsheets expect them."""
    text = "\n".join("\t".join(str(cell) for cell in row) for row in table())
    QGuiApplication.clipboard().setText(text)


def png_bytes(picture: Callable[[], QImage | QPixmap]) -> bytes:
    """The picture as a PNG file."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture().save(buffer, "PNG")
    buffer.close()
    return bytes(content.data())


def svg_bytes(scene: Callable[[], QGraphicsScene]) -> bytes:
    """The scene as an SVG file, with curves and text as such."""
    plot = scene()
    area = plot.views()[0].sceneRect() if plot.views() else plot.sceneRect()
    content = QByteArray()
    buffer = QBuffer(content)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(area.size().toSize())
    generator.setViewBox(QRectF(0, 0, area.width(), area.height()))
    with QPainter(generator) as painter:
        plot.render(painter, QRectF(0, 0, area.width(), area.height()), area)
    return bytes(content.data())


def csv_bytes(table: Callable[[], Iterable[Row]]) -> bytes:
    """The rows as a CSV file in UTF-8."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table())
    return text.getvalue().encode()


def npy_bytes(array: Callable[[], np.ndarray]) -> bytes:
    """The array as NumPy's own file format."""
    content = io.BytesIO()
    np.save(content, array(), allow_pickle=False)
    return content.getvalue()


def _save(parent: QWidget, name: str, ending: str, content: Callable[[], bytes]) -> None:
    start = QDir.home().filePath(f"{name}{ending}")
    chosen, _ = QFileDialog.getSaveFileName(parent, "Save", start, f"*{ending}")
    if not chosen:
        return
    path = Path(chosen)
    path = path if path.suffix else path.with_suffix(ending)
    try:
        with replacing(path) as part:
            part.write_bytes(content())
    except OSError as error:
        QMessageBox.warning(parent, "Save", f"{path.name} could not be written: {error.strerror}.")
