"""The second line of a layer's row: the fields that have no column, and how the weights begin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtWidgets import QWidget

from visualizer.networks.initialization import INITIALIZATIONS
from visualizer.networks.layers.kinds import Field
from visualizer.networks.rows import RowPlan
from visualizer.ui.widgets.field_editor import CheckEdit, FieldEditor, WordEdit, field_editor
from visualizer.ui.widgets.stack_columns import EDITOR_HEIGHT
from visualizer.ui.widgets.wrapping_bar import WrappingBar, labelled

_NUMBER_WIDTH, _WORD_WIDTH = 74, 132  # px
AS_NETWORK = ""


def initialization_edit(parent: QWidget, *, with_network: bool) -> WordEdit:
    """A choice of initialisations; ``with_network`` begins with the network's own."""
    words = ((AS_NETWORK,) if with_network else ()) + tuple(INITIALIZATIONS)
    titles = (("As network",) if with_network else ()) + tuple(row.title for row in INITIALIZATIONS.values())
    made = WordEdit(words, parent, titles)
    made.setFixedSize(_WORD_WIDTH, EDITOR_HEIGHT)
    made.setToolTip("How the weights begin")
    return made


def has_weights(plan: RowPlan) -> bool:
    """Whether an initialisation would change anything, as far as is known."""
    return bool(plan.parameters or plan.spec.initialization or plan.spec.row.is_block)


class RowDetails(WrappingBar):
    """Editors with their labels; ``editors`` are those of fields, by name."""

    def __init__(self, settings: Sequence[Field], parent: QWidget) -> None:
        super().__init__(parent, margins=(0, 0, 12, 7), spacing=12)
        self.editors: dict[str, FieldEditor] = {}
        for setting in settings:
            editor = field_editor(setting, self)
            if isinstance(editor, CheckEdit):
                editor.set_label(setting.label)
                self.add(editor)
            else:
                editor.setFixedSize(_NUMBER_WIDTH if setting.type is not str else _WORD_WIDTH, EDITOR_HEIGHT)
                self.add(labelled(setting.label, editor))
            self.editors[setting.name] = editor
        self.initialization = initialization_edit(self, with_network=True)
        self._weights = labelled("Weights", self.initialization)
        self.add(self._weights)

    def set_row(self, plan: RowPlan) -> None:
        """Show the values of a row."""
        spec = plan.spec
        for field, editor in self.editors.items():
            editor.set_value(spec.values[field])
        self.initialization.set_value(spec.initialization)
        self.initialization.setAccessibleName(f"Initialisation of {spec.name}")
        self._weights.setVisible(has_weights(plan))

    def tab_order(self) -> Iterator[QWidget]:
        """Its editors in order."""
        yield from self.editors.values()
        if not self._weights.isHidden():
            yield self.initialization
