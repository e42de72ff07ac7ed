"""The form and a real run in the real window: what is said there is what the run does."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from visualizer.ui.settings import RUN


def type_into(window, key, text):
    editor = window.run.view.rows[key].editor
    editor.setFocus()
    editor.selectAll()
    QTest.keyClicks(editor, text)
    return editor


def test_settings_reach_the_run_before_it_and_while_it_goes_on(window, qtbot):
    training = window.session.training
    window.workspaces.show("train")
    qtbot.waitUntil(lambda: "learning_rate" in window.run.view.rows, timeout=20_000)
    qtbot.waitUntil(lambda: window.run.view.rows["batch"].editor.value == 64, timeout=20_000)
    type_into(window, "batch", "8")
    type_into(window, "epochs", "2")
    training.toggle()
    qtbot.waitUntil(
        lambda: training.state.frame is not None and training.state.frame.step > 2, timeout=30_000
    )
    assert training.state.frame.epochs == 2
    assert not window.run.view.rows["batch"].editor.isEnabled()

    editor = type_into(window, "learning_rate", "0.0125")
    assert not training.state.frame.curves.changes
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(training.state.frame.curves.changes) == 1, timeout=20_000)
    change = training.state.frame.curves.changes[0]
    assert change.text == "learning rate 0.0125"
    # The panels are told of figures alone a few times a second.
    name = window.run.plot.accessibleName
    qtbot.waitUntil(lambda: name().startswith("Learning rate over 2 epochs, "), timeout=20_000)

    training.stop()
    qtbot.waitUntil(lambda: training.state.phase == "ended", timeout=20_000)
    assert window.run.view.rows["batch"].editor.isEnabled()
    assert '"batch": 8' in window.settings.get(RUN)
