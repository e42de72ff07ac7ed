"""The palette: what stands in it, the filter, folding, adding by mouse and keyboard, dragging."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDrag
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from visualizer.assets import resource
from visualizer.networks.architectures import ARCHITECTURES
from visualizer.networks.layers import LAYERS
from visualizer.networks.layers.kinds import GROUPS
from visualizer.ui.editor import Editor
from visualizer.ui.panels.palette import PalettePanel
from visualizer.ui.theme import DARK, LIGHT
from visualizer.ui.widgets.kind_drag import kind_data, kind_in, layers_data, layers_in
from visualizer.ui.widgets.palette_model import START_FROM, PaletteRow, kind_summary, palette_rows


@pytest.fixture
def panel(qtbot: QtBot, styled: QApplication) -> PalettePanel:
    made = PalettePanel()
    qtbot.addWidget(made)
    made.set_colors(DARK)
    made.resize(232, 900)
    made.show()
    qtbot.waitExposed(made)
    return made


def shown(panel: PalettePanel) -> list[str]:
    return [row.name for row in panel._model.rows if not row.is_heading]


def place_of(panel: PalettePanel, name: str) -> QPoint:
    at = next(i for i, row in enumerate(panel._model.rows) if row.name == name)
    index = panel._model.index(at)
    panel.list.scrollTo(index)
    return panel.list.visualRect(index).center()


def click(qtbot: QtBot, panel: PalettePanel, name: str) -> None:
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place_of(panel, name))


def test_every_kind_and_every_architecture_has_one_row() -> None:
    rows = palette_rows()
    assert [row.name for row in rows if row.what == "kind"] == [
        kind.name for group in GROUPS for kind in LAYERS.values() if kind.group == group
    ]
    assert [row.name for row in rows if row.what == "start"] == list(ARCHITECTURES)
    sections = [row.title for row in rows if row.what == "section"]
    assert sections == [*GROUPS, START_FROM]


def test_every_kind_has_an_icon_of_its_own() -> None:
    assert not [kind.name for kind in LAYERS.values() if not kind.icon]
    for kind in LAYERS.values():
        assert "currentColor" in resource(f"icons/kind_{kind.icon}.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("kind", "summary"),
    [
        ("conv", "3×3"),
        ("conv_transpose", "2×2/2"),
        ("max_pool", "2×2/2"),
        ("dropout", "0.50"),
        ("upsample", "×2"),
        ("group_norm", "8 groups"),
        ("unflatten", "8×7×7"),
        ("rotation_conv", "3×3, 8 rotations"),
        ("local_response_norm", "5"),
        ("residual_block", ""),
        ("relu", ""),
        ("linear", ""),
    ],
)
def test_the_defaults_stand_beside_the_title(kind: str, summary: str) -> None:
    assert kind_summary(LAYERS[kind]) == summary


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("skip", "residual_block"),
        ("residual", "residual_block"),
        ("fully conn", "linear"),
        ("POOL max", "max_pool"),
        ("rectifier", "leaky_relu"),
        ("simonyan", "vgg16"),
    ],
)
def test_the_filter_looks_through_titles_names_and_descriptions(
    panel: PalettePanel, qtbot: QtBot, typed: str, found: str
) -> None:
    qtbot.keyClicks(panel.filter, typed)
    assert found in shown(panel)
    assert "conv_transpose" not in shown(panel)


def test_headings_of_what_was_found_stay_and_all_else_goes(panel: PalettePanel, qtbot: QtBot) -> None:
    qtbot.keyClicks(panel.filter, "vgg-16")
    assert [row.name for row in panel._model.rows] == [START_FROM, "VGG", "vgg16", "vgg16-32"]
    qtbot.keyClick(panel.filter, Qt.Key.Key_Escape)
    assert panel.filter.text() == ""
    assert len(shown(panel)) > len(LAYERS)


def test_a_filter_that_finds_nothing_says_so(panel: PalettePanel, qtbot: QtBot) -> None:
    asked: list[str] = []
    panel.kind_activated.connect(asked.append)
    qtbot.keyClicks(panel.filter, "xyzzy")
    assert not panel.list.isVisible()
    assert "xyzzy" in panel._nothing._sentence.text()
    qtbot.keyClick(panel.filter, Qt.Key.Key_Return)
    qtbot.keyClick(panel.filter, Qt.Key.Key_Down)
    assert asked == []
    panel.filter.clear()
    assert panel.list.isVisible()


def test_a_layer_is_added_by_typing_and_enter(panel: PalettePanel, qtbot: QtBot) -> None:
    qtbot.keyClicks(panel.filter, "max")
    with qtbot.waitSignal(panel.kind_activated) as asked:
        qtbot.keyClick(panel.filter, Qt.Key.Key_Return)
    assert asked.args == ["max_pool"]  # begins with what was typed; maxout comes later


def test_down_goes_into_the_list_and_letters_back_to_the_filter(panel: PalettePanel, qtbot: QtBot) -> None:
    panel.filter.setFocus()
    qtbot.keyClick(panel.filter, Qt.Key.Key_Down)
    assert panel.list.hasFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    with qtbot.waitSignal(panel.kind_activated) as asked:
        qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert asked.args == [panel_kinds()[1]]
    qtbot.keyClick(panel.list, Qt.Key.Key_Up)
    qtbot.keyClick(panel.list, Qt.Key.Key_Up)
    qtbot.keyClick(panel.list, Qt.Key.Key_Up)
    assert panel.filter.hasFocus()
    qtbot.keyClick(panel.filter, Qt.Key.Key_Down)
    qtbot.keyClick(panel.list, "g")
    assert panel.filter.hasFocus()
    assert panel.filter.text() == "g"


def panel_kinds() -> list[str]:
    return [row.name for row in palette_rows() if row.what == "kind"]


def test_a_double_click_adds_and_a_click_does_not(panel: PalettePanel, qtbot: QtBot) -> None:
    asked: list[str] = []
    panel.kind_activated.connect(asked.append)
    click(qtbot, panel, "dropout")
    assert asked == []
    qtbot.mouseDClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place_of(panel, "dropout"))
    assert asked == ["dropout"]


def test_an_architecture_is_started_from(panel: PalettePanel, qtbot: QtBot) -> None:
    kinds: list[str] = []
    panel.kind_activated.connect(kinds.append)
    with qtbot.waitSignal(panel.start_activated) as asked:
        qtbot.mouseDClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place_of(panel, "mini-vgg"))
    assert asked.args == ["mini-vgg"]
    assert kinds == []


def test_headings_fold_by_click_and_by_key(panel: PalettePanel, qtbot: QtBot) -> None:
    assert "relu" in shown(panel)
    click(qtbot, panel, "Activate")
    assert "relu" not in shown(panel)
    assert "dropout" in shown(panel)
    qtbot.keyClick(panel.list, Qt.Key.Key_Right)
    assert "relu" in shown(panel)
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    qtbot.keyClick(panel.list, Qt.Key.Key_Left)  # up to the heading
    row = panel.list.row()
    assert row is not None
    assert row.name == "Activate"
    qtbot.keyClick(panel.list, Qt.Key.Key_Left)
    assert "relu" not in shown(panel)
    qtbot.keyClicks(panel.filter, "rectifier")
    assert "relu" in shown(panel)  # nothing is folded while something is looked for


def test_a_kind_is_dragged_as_its_name(
    panel: PalettePanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    dragged: list[str | None] = []

    def record(drag: QDrag, actions: Qt.DropAction) -> Qt.DropAction:
        dragged.append(kind_in(drag.mimeData()))
        assert not drag.pixmap().isNull()
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", record)
    for name in ("batch_norm", "Pooling", "mini-vgg"):  # a heading and an architecture stay where they are
        start, viewport = place_of(panel, name), panel.list.viewport()
        qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
        for step in (12, 24, 36):
            qtbot.mouseMove(viewport, start + QPoint(step, step))
        qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(36, 36))
    assert dragged == ["batch_norm"]


def test_what_is_dragged_comes_back_out_of_its_data() -> None:
    assert kind_in(kind_data("conv")) == "conv"
    assert layers_in(layers_data((4, 7))) == (4, 7)
    assert kind_in(layers_data((4,))) is None
    assert layers_in(kind_data("conv")) is None


def test_kinds_that_do_not_fit_behind_the_selected_layer_say_why(panel: PalettePanel) -> None:
    editor = Editor()
    editor.changed.connect(panel.set_state)
    editor.add("flatten")

    def tip(name: str) -> str:
        at = next(i for i, row in enumerate(panel._model.rows) if row.name == name)
        return str(panel._model.index(at).data(Qt.ItemDataRole.ToolTipRole))

    assert "a vector of 3072 values comes in here" in tip("conv")
    assert "here" not in tip("linear")
    editor.undo()
    assert "maps come in here, 3×32×32" in tip("linear")
    assert "here" not in tip("conv")
    editor.add("linear")  # below a problem nothing is known
    assert "here" not in tip("conv") + tip("linear")


def test_it_is_painted_in_both_themes_at_any_width(panel: PalettePanel, qtbot: QtBot) -> None:
    click(qtbot, panel, "Residual")  # the longest titles
    for colors in (DARK, LIGHT):
        panel.set_colors(colors)
        for width in (120, 232, 400):
            panel.resize(width, 900)
            assert not panel.grab().isNull()


def test_a_row_is_read_with_its_defaults(panel: PalettePanel) -> None:
    at = next(i for i, row in enumerate(panel._model.rows) if row.name == "conv")
    index = panel._model.index(at)
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "Conv, 3×3"
    assert LAYERS["conv"].description[:20] in index.data(Qt.ItemDataRole.ToolTipRole)
    assert isinstance(index.data(Qt.ItemDataRole.UserRole), PaletteRow)
