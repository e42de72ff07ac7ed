"""The benchmarks that need the window: what a drop costs, whether the window ever stalls, what pictures cost."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter

import numpy as np
from PIL import Image
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from visualizer.benchmarks.figures import Figure
from visualizer.benchmarks.forward import bare_forward
from visualizer.benchmarks.memory import resident_bytes
from visualizer.ui.application import make_application
from visualizer.ui.bench_window import Heart, open_window, spin
from visualizer.ui.driving import drop as drop_files
from visualizer.ui.driving import settle
from visualizer.ui.main_window import MainWindow
from visualizer.ui.theme import DARK
from visualizer.ui.widgets.color_maps import lookup_table
from visualizer.ui.widgets.layer_row import LayerRow
from visualizer.ui.widgets.tile_view import TileView

DROPS = 15
PICTURES = 200
STALL_SECONDS = 12.0
KEYS = 15


def drop() -> tuple[Figure, ...]:
    """From the drop of a photo to the last visible panel painted, less the bare forward pass beside it."""
    figures = []
    with open_window() as window, _photos(DROPS + 3) as photos:
        for name in ("squeezenet1_1", "resnet18"):
            window.session.open_network(name)
            settle(window)
            assert window.session.opened is not None
            bare = bare_forward(window.session.opened.network)
            extra = []
            for index, photo in enumerate(photos):
                forward = bare()
                took = _seconds_to_painted(window, photo)
                if index >= 3:  # the first ones warm up
                    extra.append(1000 * (took - forward))
            value = statistics.median(extra)
            figures.append(Figure(f"drop: drop to painted - bare forward, {name}", value, "ms", goal=60))
    return tuple(figures)


def _seconds_to_painted(window: MainWindow, photo: Path) -> float:
    done: list[float] = []
    loop = QEventLoop()

    def painted(_: object) -> None:
        QApplication.processEvents()  # paints whatever the answer has changed
        done.append(perf_counter())
        loop.quit()

    window.session.unit_changed.connect(painted)
    QTimer.singleShot(30_000, loop.quit)
    start = perf_counter()
    drop_files(window, [photo])
    loop.exec()
    window.session.unit_changed.disconnect(painted)
    settle(window)
    return done[0] - start


def stall() -> tuple[Figure, ...]:
    """How late the window's heartbeat is while resnet152 looks at a picture again and again."""
    with open_window() as window:
        window.session.open_network("resnet152")
        settle(window)
        session = window.session
        looks: list[object] = []
        session.inspection_changed.connect(looks.append)
        session.inspection_changed.connect(session.inspect_again)
        session.inspect_again()  # the first one; each answer asks for the next
        heart = Heart(window)
        spin(STALL_SECONDS)
        heart.stop()
        session.inspection_changed.disconnect(session.inspect_again)
        settle(window)
    if len(looks) < 3:
        raise RuntimeError(f"resnet152 looked {len(looks)} times: that is no load to measure under")
    late = np.array(heart.late)
    return (
        Figure("stall: heartbeat late, 99th percentile, resnet152", float(np.percentile(late, 99)), "ms", 33),
        Figure("stall: heartbeat late, worst, resnet152", float(late.max()), "ms", 100),
    )


def edit() -> tuple[Figure, ...]:
    """From a key in a field of ResNet-152 in the Build workspace to every panel painted."""
    with open_window() as window:
        window.building.start_from("resnet152")
        QApplication.processEvents()
        conv = window.editor.spec.layers[0]
        assert conv.kind == "conv"
        window.editor.select((conv.identity,))
        QApplication.processEvents()
        row = next(row for row in window.stack.findChildren(LayerRow) if row.identity == conv.identity)
        field = row.fields["out_channels"]
        field.setFocus()
        times = []
        for key in (Qt.Key.Key_Backspace, Qt.Key.Key_4) * KEYS:  # 64, 6, 64 …
            before = window.editor.spec
            start = perf_counter()
            QTest.keyClick(field, key)
            QApplication.processEvents()  # paints whatever the key has changed
            times.append(1000 * (perf_counter() - start))
            if window.editor.spec is before:
                raise RuntimeError("the key has changed nothing: that is no edit to measure")
    value = statistics.median(times[2:])
    return (Figure("edit: typing in a field of ResNet-152, key to painted", value, "ms", goal=50),)


def mosaic() -> tuple[Figure, ...]:
    """One frame of 512 tiles of 28×28, set and painted."""
    application = make_application()
    place = QWidget()  # as in the window: pyqtgraph tears a closing top-level view apart
    view = TileView(place)
    place.resize(900, 900)
    view.resize(900, 900)
    view.set_colors(DARK)
    view.set_lookup_table(lookup_table("grey"))
    place.show()
    application.processEvents()
    frames = np.random.default_rng(0).integers(0, 256, (8, 512, 28, 28), np.uint8)
    order = np.arange(512)
    times = []
    for index in range(60):
        start = perf_counter()
        view.set_tiles(frames[index % 8], order)
        view.viewport().repaint()
        times.append(1000 * (perf_counter() - start))
    place.close()
    place.deleteLater()
    return (Figure("mosaic: 512 tiles of 28×28, set and painted", statistics.median(times[10:]), "ms", 5),)


def memory() -> tuple[Figure, ...]:
    """By how much the process grows while 200 pictures are opened one after another."""
    if resident_bytes() is None:
        return ()
    with open_window() as window, _photos(PICTURES + 20) as photos:
        for photo in photos[:20]:  # the allocator's own reserves are not ours to count
            drop_files(window, [photo])
            settle(window)
        before = resident_bytes() or 0
        for photo in photos[20:]:
            drop_files(window, [photo])
            settle(window)
        grown = ((resident_bytes() or 0) - before) / 1e6
    return (Figure("memory: growth over 200 opened pictures", grown, "MB", 30),)


@contextmanager
def _photos(count: int) -> Iterator[list[Path]]:
    """Different pictures of 600×400 px, noisy as photos are."""
    generator = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for index in range(count):
            coarse = generator.integers(0, 256, (40, 60, 3), np.uint8)
            smooth = np.asarray(
                Image.fromarray(coarse).resize((600, 400), Image.Resampling.BICUBIC), np.int16
            )
            pixels = np.clip(smooth + generator.integers(-6, 7, smooth.shape), 0, 255).astype(np.uint8)
            path = Path(folder) / f"photo-{index}.png"
            Image.fromarray(pixels).save(path, compress_level=1)
            paths.append(path)
        yield paths
