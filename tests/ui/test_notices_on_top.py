"""Notices stay readable while panels get other places."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from visualizer.ui.driving import settle
from visualizer.ui.main_window import MainWindow


def is_on_top(window: MainWindow) -> bool:
    """Whether nothing covers any corner or the middle of what is said."""
    box = window.notices.geometry()
    points = (box.center(), box.topLeft(), box.topRight(), box.bottomLeft(), box.bottomRight())
    seen: list[QWidget | None] = [window.childAt(point) for point in points]
    return all(
        widget is not None and (widget is window.notices or window.notices.isAncestorOf(widget))
        for widget in seen
    )


def test_notices_stay_over_panels_that_are_arranged_anew(window: MainWindow) -> None:
    window.resize(1440, 900)
    assert settle(window)
    window.session.noticed.emit("error", "The file broken.png could not be read.")
    assert is_on_top(window)
    for workspace in ("rotate", "train", "race", "build", "inspect"):
        window.workspaces.show(workspace)
        assert settle(window)
        assert is_on_top(window), workspace
    for width in (1000, 1440):
        window.resize(width, 700)
        assert settle(window)
        assert is_on_top(window), width
    window.workspaces.toggle_maximised()
    assert settle(window)
    assert is_on_top(window)
    window.reset_layout()
    assert settle(window)
    assert is_on_top(window)
