"""The layers of a network as the rows of a list: their texts, their lanes, their tool tips."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt

from visualizer.networks.anatomy import INPUT, Anatomy, Layer, ReceptiveField
from visualizer.ui.numbers import MINUS, THIN, integer, shape, short
from visualizer.ui.widgets.lanes import LaneRow, draw_lanes

Index = QModelIndex | QPersistentModelIndex
NONE = "–"
ROW_ROLE = Qt.ItemDataRole.UserRole  # the LayerRow
_INPUT_KINDS = {1: "Grey image", 3: "RGB image"}


@dataclass(frozen=True, slots=True)
class LayerRow:
    """What one row shows. ``share`` is the layer's part of the largest layer's MACs, 0…1."""

    name: str
    detail: str
    output: str
    parameters: str
    macs: str
    field: str
    share: float
    weighted: bool  # has parameters: its dot is filled
    lanes: LaneRow


class LayerModel(QAbstractListModel):
    """The input in row 0, which cannot be selected, and layer ``i`` in row ``i + 1``."""

    def __init__(self) -> None:
        super().__init__()
        self._anatomy = Anatomy((), 0, 0)
        self.rows: tuple[LayerRow, ...] = ()
        self._tips: dict[int, str] = {}

    @property
    def lane_count(self) -> int:
        """How many lanes the widest row takes."""
        used = (strand.end for row in self.rows for strand in row.lanes.strands)
        return 1 + max(used, default=0)

    def set_network(self, anatomy: Anatomy, input: tuple[int, int, int]) -> None:
        self.beginResetModel()
        self._anatomy, self._input = anatomy, input
        self.rows = layer_rows(anatomy, input)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.row() == 0:
            return Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return (
                f"{row.name}, {row.detail}, output {row.output}, {row.parameters} parameters, {row.macs} MACs"
            )
        if role == Qt.ItemDataRole.ToolTipRole and index.row() > 0:
            return layer_tip(self._anatomy.layers[index.row() - 1])
        return None


def layer_rows(anatomy: Anatomy, input: tuple[int, int, int]) -> tuple[LayerRow, ...]:
    """The rows of a network that takes ``input`` (C, H, W): the input first, then every layer."""
    # Layer i is row i + 1, so the input, INPUT = -1, is row 0.
    parents = [(), *([p - INPUT for p in layer.parents] for layer in anatomy.layers)]
    lanes = draw_lanes(parents)
    largest = max((layer.macs for layer in anatomy.layers), default=0) or 1
    kind = _INPUT_KINDS.get(input[0], f"{input[0]}-channel input")
    first = LayerRow("input", kind, shape(input), NONE, NONE, "1", 0.0, False, lanes[0])
    return first, *(
        LayerRow(
            name=layer.name,
            detail=layer.detail,
            output=shape(layer.output),
            parameters=short(layer.parameters) if layer.parameters else NONE,
            macs=short(layer.macs) if layer.macs else NONE,
            field=field_size(layer.receptive_field),
            share=layer.macs / largest,
            weighted=layer.parameters > 0,
            lanes=beside,
        )
        for layer, beside in zip(anatomy.layers, lanes[1:], strict=True)
    )


def field_size(field: ReceptiveField | None) -> str:
    """``43`` for a square field, ``43×15`` for rows × columns, a dash where it is unknown."""
    if field is None:
        return NONE
    rows, columns = field.size
    return integer(rows) if rows == columns else f"{rows}×{columns}"


def layer_tip(layer: Layer) -> str:
    """All that is known about a layer, as rich text; its names come from files and are escaped."""
    lines = [
        f"<b>{escape(layer.name)}</b>",
        escape(f"{layer.kind}: {layer.detail}" if layer.detail else layer.kind),
        f"output {shape(layer.output)} ({layer.layout.replace('_', ' ')})",
        f"{integer(layer.parameters)} parameters",
        f"{integer(layer.macs)} MACs",
        f"receptive field {_field_sentence(layer.receptive_field)}",
    ]
    return f"<p style='white-space: pre'>{'<br>'.join(lines)}</p>"


def _field_sentence(field: ReceptiveField | None) -> str:
    if field is None:
        return "unknown: it depends on what comes in"
    size, stride = field_size(field), "×".join(dict.fromkeys(str(step) for step in field.stride))
    start = "×".join(dict.fromkeys(f"{edge:g}".replace("-", MINUS) for edge in field.start))
    return f"{size}{THIN}px, one every {stride}{THIN}px, the first from {start}{THIN}px"
