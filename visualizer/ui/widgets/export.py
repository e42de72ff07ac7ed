"""Copy and save of what a panel shows: pictures as PNG, plots as SVG too, numbers as CSV or NPY."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QDir, QIODevice, QRectF
from PySide6.QtGui import QGuiApplication, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QGraphicsScene, QMenu, QMessageBox, QWidget

from visualizer.atomic import replacing
from visualizer.ui.widgets.table_writing import Row as Row
from visualizer.ui.widgets.table_writing import copy_table, save_table


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
        table = export.table
        menu.addAction("Copy numbers", lambda: copy_table(parent, table()))
    menu.addSeparator()
    for label, ending, save in _files(parent, export):
        menu.addAction(label, partial(_save, parent, export.name, ending, save))


Save = Callable[[Path], None]


def _files(parent: QWidget, export: Export) -> list[tuple[str, str, Save]]:
    files: list[tuple[str, str, Save]] = []
    if export.picture:
        picture = export.picture
        files.append(("Save picture as PNG…", ".png", lambda path: _write(path, png_bytes(picture))))
    if export.scene:
        scene = export.scene
        files.append(("Save plot as SVG…", ".svg", lambda path: _write(path, svg_bytes(scene))))
    if export.table:
        table = export.table
        files.append(("Save numbers as CSV…", ".csv", lambda path: save_table(parent, table(), path)))
    if export.array:
        array = export.array
        files.append(("Save numbers as NPY…", ".npy", lambda path: _write(path, npy_bytes(array))))
    return files


def copy_picture(picture: Callable[[], QImage | QPixmap]) -> None:
    """Put the picture on the clipboard."""
    made = picture()
    QGuiApplication.clipboard().setImage(made.toImage() if isinstance(made, QPixmap) else made)


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


def npy_bytes(array: Callable[[], np.ndarray]) -> bytes:
    """The array as NumPy's own file format."""
    content = io.BytesIO()
    np.save(content, array(), allow_pickle=False)
    return content.getvalue()


def _save(parent: QWidget, name: str, ending: str, save: Save) -> None:
    start = QDir.home().filePath(f"{name}{ending}")
    chosen, _ = QFileDialog.getSaveFileName(parent, "Save", start, f"*{ending}")
    if not chosen:
        return
    path = Path(chosen)
    path = path if path.suffix else path.with_suffix(ending)
    try:
        save(path)
    except OSError as error:
        QMessageBox.warning(parent, "Save", f"{path.name} could not be written: {error.strerror}.")


def _write(path: Path, content: bytes) -> None:
    with replacing(path) as part:
        part.write_bytes(content)
