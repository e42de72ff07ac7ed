"""The Build workspace in the real window, by keyboard and by mouse."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from visualizer.networks import architectures
from visualizer.networks.spec import walk
from visualizer.ui.driving import settle
from visualizer.ui.main_window import MainWindow
from visualizer.ui.widgets.kind_drag import kind_data
from visualizer.ui.widgets.layer_row import LayerRow

CONTROL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


def press(window: MainWindow, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
    """Press a key where the focus is."""
    QTest.keyClick(window.focusWidget() or window, key, keys)
    QApplication.processEvents()


def insert(window: MainWindow, letters: str) -> None:
    """Insert, a few letters, Enter."""
    press(window, Qt.Key.Key_Insert)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    letters_go_to = popup.findChild(QLineEdit)
    assert letters_go_to is not None
    QTest.keyClicks(letters_go_to, letters)
    QTest.keyClick(letters_go_to, Qt.Key.Key_Return)
    QApplication.processEvents()


def row(window: MainWindow, name: str) -> LayerRow:
    """The widget of a layer."""
    identity = next(row.identity for _, row in walk(window.editor.spec.layers) if row.name == name)
    window.editor.select((identity,))
    QApplication.processEvents()
    return next(widget for widget in window.stack.findChildren(LayerRow) if widget.identity == identity)


def fill(field: QWidget, text: str) -> None:
    """Type into a field in place of what is there."""
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, CONTROL)
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)
    QApplication.processEvents()


def kinds(window: MainWindow) -> list[str]:
    return [row.kind for row in window.editor.spec.layers]


def test_a_network_for_the_shapes_by_keyboard(window: MainWindow) -> None:
    window.activateWindow()
    press(window, Qt.Key.Key_4, CONTROL)
    press(window, Qt.Key.Key_N, CONTROL)
    assert kinds(window) == []
    for letters in ("conv", "relu", "max pool", "conv", "relu", "conv", "global av", "flatten", "linear"):
        insert(window, letters)
    expected = [
        "conv",
        "relu",
        "max_pool",
        "conv",
        "relu",
        "conv",
        "global_average_pool",
        "flatten",
        "linear",
    ]
    assert kinds(window) == expected
    fill(row(window, "conv2").fields["out_channels"], "24")
    fill(row(window, "fc1").fields["out_features"], "9")
    window.stack.bar.classes.setFocus()
    QTest.keyClick(window.stack.bar.classes, Qt.Key.Key_S)  # Shapes
    fill(window.stack.bar.name, "by-keyboard")
    assert not window.editor.plan.problems
    assert window.editor.spec.name == "by-keyboard"
    QTest.mouseClick(window.stack.bar.create_button, Qt.MouseButton.LeftButton)
    assert settle(window)
    press(window, Qt.Key.Key_1, CONTROL)
    session = window.session
    assert session.opened is not None
    assert session.opened.network.name == "by-keyboard"
    assert session.opened.network.module.state_dict()["conv2.weight"].shape[0] == 24
    assert session.inspection is not None
    assert session.inspection.frame.layer.name == "conv1"
    assert window.activations.export() is not None


def test_three_convolutions_as_the_readme_says(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    press(window, Qt.Key.Key_N, CONTROL)
    for letters in (*("conv", "relu", "max") * 3, "flatten", "linear"):
        insert(window, letters)
        assert window.editor.spec.classes == architectures.SHAPES
        assert bool(window.editor.plan.problems) == (letters != "linear")  # maps are no classes
        assert window.actions_by_id["create_network"].isEnabled() == (letters == "linear")
    press(window, Qt.Key.Key_Return, CONTROL)
    assert settle(window)
    session = window.session
    assert session.opened is not None
    assert session.opened.network.classes == architectures.SHAPES
    assert session.training.state.phase == "idle", "it can be trained"
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: session.training.state.frame is not None, timeout=20_000)
    press(window, Qt.Key.Key_1, CONTROL)
    first = session.inspection
    qtbot.waitUntil(lambda: session.inspection is not first, timeout=20_000)
    assert first is None or not np.array_equal(session.inspection.frame.values, first.frame.values)


def test_a_layer_by_double_click_in_the_palette(window: MainWindow) -> None:
    press(window, Qt.Key.Key_4, CONTROL)
    press(window, Qt.Key.Key_N, CONTROL)
    palette = window.layer_kinds.list
    index = next(
        palette.model().index(i, 0)
        for i in range(palette.model().rowCount())
        if palette.model().index(i, 0).data() == "Conv"
    )
    place = palette.visualRect(index).center()
    QTest.mouseClick(palette.viewport(), Qt.MouseButton.LeftButton, NONE, place)
    QTest.mouseDClick(palette.viewport(), Qt.MouseButton.LeftButton, NONE, place)
    assert kinds(window) == ["conv"]


def test_a_layer_dragged_from_the_palette(window: MainWindow) -> None:
    press(window, Qt.Key.Key_4, CONTROL)
    before = kinds(window)
    viewport = window.stack.view.viewport()
    target: QWidget | None = viewport.childAt(QPoint(200, 60)) or viewport
    mime = kind_data("dropout")
    buttons, action = Qt.MouseButton.LeftButton, Qt.DropAction.CopyAction
    while target is not None:
        place = QPointF(target.mapFromGlobal(viewport.mapToGlobal(QPoint(200, 60))))
        enter = QDragEnterEvent(place.toPoint(), action, mime, buttons, NONE)
        if target.acceptDrops() and QApplication.sendEvent(target, enter) and enter.isAccepted():
            QApplication.sendEvent(target, QDropEvent(place, action, mime, buttons, NONE))
            break
        target = target.parentWidget()
    assert len(kinds(window)) == len(before) + 1
    assert "dropout" in kinds(window)[:4]


def test_start_from_an_architecture(window: MainWindow) -> None:
    press(window, Qt.Key.Key_4, CONTROL)
    window.layer_kinds.filter.setFocus()
    QTest.keyClicks(window.layer_kinds.filter, "LeNet")
    QTest.keyClick(window.layer_kinds.filter, Qt.Key.Key_Return)
    assert window.editor.spec == architectures.spec("lenet-5")
    press(window, Qt.Key.Key_Z, CONTROL)
    assert window.editor.spec.name == "shapes-net"


def test_keys_of_editors_stay_theirs(window: MainWindow) -> None:
    """Delete, copy, paste and undo in a line edit text, not layers, and [, ], F and Space are letters."""
    press(window, Qt.Key.Key_4, CONTROL)
    layer, draft = window.session.selection.layer, window.editor.spec
    filter = window.layer_kinds.filter
    filter.setFocus()
    QTest.keyClicks(filter, "a[f] b")
    assert filter.text() == "a[f] b"
    QTest.keyClick(filter, Qt.Key.Key_Home)
    QTest.keyClick(filter, Qt.Key.Key_Delete)
    assert filter.text() == "[f] b"
    QTest.keyClick(filter, Qt.Key.Key_A, CONTROL)
    QTest.keyClick(filter, Qt.Key.Key_C, CONTROL)
    assert QGuiApplication.clipboard().text() == "[f] b"
    QTest.keyClick(filter, Qt.Key.Key_End)
    QTest.keyClick(filter, Qt.Key.Key_V, CONTROL)
    assert filter.text() == "[f] b[f] b"
    QTest.keyClick(filter, Qt.Key.Key_Z, CONTROL)
    assert filter.text() == "[f] b"
    assert window.editor.spec is draft
    assert window.session.selection.layer == layer
    assert settle(window)
    assert window.session.training.state.phase != "running"


def test_keys_edit_the_selected_layer(window: MainWindow) -> None:
    press(window, Qt.Key.Key_4, CONTROL)
    names = [row.name for row in window.editor.spec.layers]
    row(window, "relu1")
    window.stack.view.setFocus()
    press(window, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert [row.name for row in window.editor.spec.layers][:3] == ["conv1", "conv2", "relu1"]
    press(window, Qt.Key.Key_Delete)
    assert "relu1" not in [row.name for row in window.editor.spec.layers]
    press(window, Qt.Key.Key_D, CONTROL)
    assert len(window.editor.spec.layers) == len(names)
    for _ in range(3):
        press(window, Qt.Key.Key_Z, CONTROL)
    assert [row.name for row in window.editor.spec.layers] == names
    press(window, Qt.Key.Key_Z, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    assert [row.name for row in window.editor.spec.layers] != names


def test_the_keys_work_outside_of_the_stack(window: MainWindow) -> None:
    press(window, Qt.Key.Key_4, CONTROL)
    row(window, "relu1")
    window.layer_kinds.list.setFocus()
    press(window, Qt.Key.Key_Delete)
    assert "relu1" not in [row.name for row in window.editor.spec.layers]
    press(window, Qt.Key.Key_Z, CONTROL)
    assert "relu1" in [row.name for row in window.editor.spec.layers]


def test_fixes_in_the_checks_mend_the_row(window: MainWindow) -> None:
    press(window, Qt.Key.Key_4, CONTROL)
    fill(row(window, "fc2").fields["out_features"], "10")
    (problem,) = window.editor.plan.problems
    assert "10 outputs do not match the 9 classes" in problem
    assert not window.stack.bar.create_button.isEnabled()
    (button,) = (b for b in window.checks.findChildren(QPushButton) if b.text().startswith("Outputs 9"))
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not window.editor.plan.problems
    assert not window.editor.is_changed, "and nothing is left to create"
    assert not window.stack.bar.create_button.isEnabled()


def test_panels_out_of_sight_cost_nothing(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    for key in ("stack", "summary", "checks"):
        panel = window.docks[key].panel
        original = panel.set_state
        monkeypatch.setattr(
            panel, "set_state", lambda state, key=key, original=original: (told.append(key), original(state))
        )
    window.editor.add("conv")
    assert told == []
    press(window, Qt.Key.Key_4, CONTROL)
    assert sorted(told) == ["checks", "stack", "summary"]
    told.clear()
    window.docks["checks"].close()
    window.editor.add("conv")
    assert sorted(told) == ["stack", "summary"]


def test_the_palette_tells_what_fits_behind_the_selected_layer(window: MainWindow) -> None:
    press(window, Qt.Key.Key_4, CONTROL)
    model = window.layer_kinds.list.model()
    tips = {}
    for name in ("conv1", "flatten"):
        row(window, name)
        places = (model.index(at, 0) for at in range(model.rowCount()))
        tips[name] = {place.data(): place.data(Qt.ItemDataRole.ToolTipRole) for place in places}
    assert "maps come in here" in tips["conv1"]["Linear"]
    assert "comes in here" not in tips["flatten"]["Linear"]
    assert "a vector of 2304 values comes in here" in tips["flatten"]["Conv"]


def test_training_goes_on_with_what_was_built(window: MainWindow, qtbot: QtBot) -> None:
    press(window, Qt.Key.Key_4, CONTROL)
    fill(row(window, "conv1").fields["out_channels"], "8")
    QTest.mouseClick(window.stack.bar.create_button, Qt.MouseButton.LeftButton)
    assert settle(window)
    assert window.session.opened is not None
    before = window.session.opened.network.module.state_dict()["conv1.weight"].clone()
    window.actions_by_id["train_step"].trigger()
    qtbot.waitUntil(
        lambda: not torch.equal(window.session.opened.network.module.state_dict()["conv1.weight"], before),
        timeout=20_000,
    )
    assert not window.session.awaits("inspect"), "nobody sees the activations"
    shown = window.session.inspection
    press(window, Qt.Key.Key_1, CONTROL)
    qtbot.waitUntil(lambda: window.session.inspection is not shown, timeout=10_000)
    window.actions_by_id["train_stop"].trigger()
    qtbot.waitUntil(lambda: window.session.training.state.phase == "ended", timeout=10_000)
    assert settle(window)
    window.editor.set_name("trained")
    window.editor.create()
    assert settle(window)
    assert window.session.opened.network.spec is window.editor.spec
