"""A choice whose names are longer than its room."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from visualizer.ui.widgets.elided_choice import ElidedChoice


def painted(choice: ElidedChoice, name: str) -> QImage:
    choice.setItemText(0, name)
    return choice.grab().toImage()


def test_a_long_name_ends_with_dots_and_its_list_shows_it_whole(styled: object, qtbot: QtBot) -> None:
    choice = ElidedChoice()
    qtbot.addWidget(choice)
    long = "a triangle and an ellipse beside each other"
    choice.addItem(long)
    choice.resize(120, 28)
    choice.show()
    whole = painted(choice, long)
    shortest = next(end for end in range(len(long)) if painted(choice, f"{long[:end]}…") == whole)
    assert 3 < shortest < 20
    assert painted(choice, "short") != painted(choice, "short…"), "what fits stays"
    painted(choice, long)
    choice.showPopup()
    assert choice.view().width() >= choice.fontMetrics().horizontalAdvance(long)
    choice.hidePopup()
    choice.setEditable(True)
    line = choice.lineEdit()
    assert line is not None
    line.setFocus(Qt.FocusReason.OtherFocusReason)
    assert line.text() == long
