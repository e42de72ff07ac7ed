"""Sections of settings one below the other, made from frozen rows; what people type stays when others change."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from visualizer.ui.run_form import FormRow, FormSection
from visualizer.ui.theme import DARK, Colors
from visualizer.ui.widgets.folding_section import FoldingSection
from visualizer.ui.widgets.more_line import MoreLine
from visualizer.ui.widgets.setting_row import SettingRow


class FormView(QScrollArea):
    """Shows ``FormSection`` rows. Emits ``value_changed(key, value)`` and ``switched(key, on)``.

    Rows are made when their section is opened: a row costs about 2 ms.
    """

    value_changed = Signal(str, object)
    switched = Signal(str, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, widgetResizable=True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._colors: Colors = DARK
        self.sections: dict[str, FoldingSection] = {}
        self.rows: dict[str, SettingRow] = {}
        self._parts: dict[str, tuple[tuple[str, QWidget], ...]] = {}
        self._shown: dict[str, FormSection] = {}
        self.more: dict[str, MoreLine] = {}
        self.content = QWidget()
        self._column = QVBoxLayout(self.content)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self.setWidget(self.content)

    def put(self, section: str, part: QWidget, behind: str = "") -> None:
        """Have a widget of its own kind in a section, behind the row of a key, or behind all rows."""
        self._parts[section] = (*self._parts.get(section, ()), (behind, part))

    def set_sections(self, sections: Sequence[FormSection]) -> None:
        """Show these sections; only what is made otherwise than before is made anew."""
        keys = [section.key for section in sections]
        for key in [key for key in self.sections if key not in keys]:
            self.sections.pop(key).deleteLater()
        moved = False
        for place, section in enumerate(sections):
            shown = self.sections.get(section.key) or self._made_section(section, place)
            before, self._shown[section.key] = self._shown.get(section.key), section
            if section.problems > (before.problems if before is not None else 0):
                shown.set_open(True)  # the sentence is to be seen
            moved |= shown.is_open and self._set_rows(shown, section)
            self._show_hint(section.key)
        if moved:
            self._order_for_tab()

    def restore(self) -> None:
        """Let go of what was typed and could not be taken."""
        for row in self.rows.values():
            row.restore()

    def set_colors(self, colors: Colors) -> None:
        self._colors = colors
        for section in self.sections.values():
            section.band.set_colors(colors)
        for more in self.more.values():
            more.set_colors(colors)
        for row in self.rows.values():
            row.set_colors(colors)

    # --- how it is made --------------------------------------------------------------------------

    def _made_section(self, section: FormSection, place: int) -> FoldingSection:
        made = FoldingSection(section.title, folded=section.folded)
        made.band.set_colors(self._colors)
        made.band.set_help(section.help)
        self.sections[section.key] = made
        made.folded.connect(lambda: self._folded(section.key))
        self._column.insertWidget(place, made)
        more = self.more[section.key] = MoreLine(made.content)
        more.set_colors(self._colors)
        more.toggled.connect(lambda: self._toggle_more(section.key))
        return made

    def _toggle_more(self, key: str) -> None:
        self.more[key].is_open ^= True
        self._folded(key)

    def _set_rows(self, shown: FoldingSection, section: FormSection) -> bool:
        """Show the rows of a section; whether there are others than before."""
        before = {row.key: row for row in self.rows.values() if row.parent() is shown.content}
        wanted: dict[str, SettingRow] = {}
        more = self.more[section.key]
        more.is_open |= any(row.problem for row in section.minor)
        more.set_rows(section.minor)
        for row in (*section.major, *(section.minor if more.is_open else ())):
            old = before.get(row.key)
            if old is not None and old.fits(row):
                old.set_row(row)
                wanted[row.key] = old
            else:
                wanted[row.key] = self._made_row(row, shown.content)
                if old is not None and old.editor.hasFocus():
                    wanted[row.key].setFocus()
        if wanted == before and list(wanted) == list(before) and more.isHidden() is not bool(section.minor):
            return False
        for old in before.values():
            if old not in wanted.values():
                old.hide()
                old.deleteLater()
                del self.rows[old.key]
        self.rows |= wanted
        self._arrange(shown, section, wanted)
        return True

    def _made_row(self, row: FormRow, parent: QWidget) -> SettingRow:
        made = SettingRow(row, parent)
        made.set_colors(self._colors)
        made.value_changed.connect(self.value_changed)
        made.switched.connect(self.switched)
        for part in made.editors:
            part.installEventFilter(self)
        return made

    def _arrange(self, shown: FoldingSection, section: FormSection, rows: dict[str, SettingRow]) -> None:
        parts = self._parts.get(section.key, ())
        order: list[QWidget] = []
        for row in section.major:
            order += [rows[row.key], *(part for behind, part in parts if behind == row.key)]
        more = self.more[section.key]
        more.setVisible(bool(section.minor))
        order += [more, *(rows[row.key] for row in section.minor if row.key in rows)]
        order += [part for behind, part in parts if behind not in rows]
        for place, widget in enumerate(order):
            if shown.rows.indexOf(widget) != place:
                shown.rows.removeWidget(widget)
                shown.rows.insertWidget(place, widget)
                widget.setVisible(widget is not more or bool(section.minor))

    def _folded(self, key: str) -> None:
        if self.sections[key].is_open and self._set_rows(self.sections[key], self._shown[key]):
            self._order_for_tab()
        self._show_hint(key)

    def _show_hint(self, key: str) -> None:
        """What is wrong comes first; a folded section says what waits in it, or its first value."""
        section, shown = self._shown[key], self.sections[key]
        if section.problems:
            shown.band.set_hint(f"{section.problems} to mend", "error")
        elif section.waiting and not shown.is_open:
            shown.band.set_hint(f"{section.waiting} waiting", "waiting")
        else:
            shown.band.set_hint(section.hint if shown.is_open else section.summary)

    # --- the keyboard ----------------------------------------------------------------------------

    def _order_for_tab(self) -> None:
        """Let the Tab key go from top to bottom: Qt goes by the order of making."""
        chain: list[QWidget] = []
        for section in self.sections.values():
            chain.append(section.band)
            for place in range(section.rows.count()):
                item = section.rows.itemAt(place)
                widget = item.widget() if item is not None else None
                if isinstance(widget, SettingRow):
                    chain += widget.editors
                elif isinstance(widget, MoreLine):
                    chain.append(widget)
                elif widget is not None:
                    chain += [part for part in widget.findChildren(QWidget) if part.focusPolicy()]
        for first, second in pairwise(chain):
            QWidget.setTabOrder(first, second)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self.ensureWidgetVisible(watched, 0, 30)
        return super().eventFilter(watched, event)
