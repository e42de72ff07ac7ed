"""The rows of the palette: every kind of layer and every architecture to start from, under headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt

from visualizer.networks.architectures import ARCHITECTURES
from visualizer.networks.layers import LAYERS
from visualizer.networks.layers.kinds import GROUPS, Field, LayerKind, words
from visualizer.ui.text import plain_tip
from visualizer.ui.widgets.kind_drag import kind_data

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
START_FROM = "Start from"
_ALSO_CALLED = {  # words that people look for, beside those in titles and descriptions
    "conv_transpose": "deconvolution",
    "linear": "fully connected dense",
    "residual": "skip connection",
    "residual_block": "skip connection",
    "upsample": "resize interpolate",
}


@dataclass(frozen=True, slots=True)
class PaletteRow:
    """One line: a heading ("section", or "family" below one), a layer kind, or an architecture ("start").

    ``name`` is what is asked for, ``detail`` stands small at the right, ``searched`` is what the filter looks
    through, in lower case. ``headings`` are those above it, the outermost first.
    """

    what: Literal["section", "family", "kind", "start"]
    name: str
    title: str
    icon: str = ""
    detail: str = ""
    description: str = ""
    searched: str = ""
    headings: tuple[str, ...] = ()

    @property
    def is_heading(self) -> bool:
        """Whether it only heads others."""
        return self.what in ("section", "family")


def kind_summary(kind: LayerKind) -> str:
    """What a new layer of the kind begins with, in a few letters: ``3×3``, ``2×2/2``, ``8 groups``, ``0.50``."""
    defaults = {row.column: row for row in kind.fields if row.default is not None and row.column}
    kernel, stride, extra = (defaults.get(column) for column in ("kernel", "stride", "extra"))
    if kernel and kernel.name in ("kernel_size", "output_size"):
        parts = [f"{kernel.default}×{kernel.default}"]
        if stride and stride.default != 1:
            parts[0] += f"/{stride.default}"
        return ", ".join([*parts, *([_count(extra)] if extra and str(extra.default).isdecimal() else [])])
    if kernel and kernel.name == "scale_factor":
        return f"×{kernel.default}"
    if extra and not isinstance(extra.default, str):
        return f"{extra.default:.2f}" if isinstance(extra.default, float) else _count(extra)
    channels = defaults.get("channels")
    if channels and kernel and stride:
        return f"{channels.default}×{kernel.default}×{stride.default}"
    counted = kernel or channels
    return _count(counted) if counted else ""


def _count(row: Field) -> str:
    """``8 groups``; the number alone where the field has no name in the plural."""
    return f"{row.default} {row.label.lower()}" if row.label.endswith("s") else str(row.default)


def palette_rows() -> tuple[PaletteRow, ...]:
    """Every row, headings included, in the order of the palette."""
    rows: list[PaletteRow] = []
    for group in GROUPS:
        kinds = [kind for kind in LAYERS.values() if kind.group == group]
        if kinds:
            rows += [PaletteRow("section", group, group), *map(_kind_row, kinds)]
    rows.append(PaletteRow("section", START_FROM, START_FROM))
    for family, members in groupby(ARCHITECTURES.values(), key=lambda row: row.family):
        starts = tuple(_start_rows(family, [row.name for row in members]))
        rows.append(PaletteRow("family", family, family, detail=str(len(starts)), headings=(START_FROM,)))
        rows += starts
    return tuple(rows)


def _kind_row(kind: LayerKind) -> PaletteRow:
    searched = " ".join((kind.title, kind.name, kind.stem, kind.description, _ALSO_CALLED.get(kind.name, "")))
    return PaletteRow(
        "kind",
        kind.name,
        kind.title,
        f"kind_{kind.icon}",
        kind_summary(kind),
        kind.description,
        searched.lower(),
        (kind.group,),
    )


def _start_rows(family: str, names: Sequence[str]) -> Iterator[PaletteRow]:
    for row in (ARCHITECTURES[name] for name in names):
        paper = f"{row.source.authors}, {row.source.year}" if row.source else ""
        description = f"{row.title}: {row.description}" + (f" {paper}." if paper else "")
        yield PaletteRow(
            "start",
            row.name,
            row.title,
            "architecture",
            str(row.source.year) if row.source else "",
            description,
            " ".join((row.title, row.name, family, description)).lower(),
            (START_FROM, family),
        )


class PaletteModel(QAbstractListModel):
    """The rows that are shown: those that hold every word of the filter, without what is folded up."""

    def __init__(self, rows: tuple[PaletteRow, ...]) -> None:
        super().__init__()
        self._all = rows
        families = [row.name for row in rows if row.what == "family"]
        self._folded = set(families[1:])
        self._words: tuple[str, ...] = ()
        self._incoming: tuple[int, ...] | None = None
        self.rows: tuple[PaletteRow, ...] = ()
        self._show()

    def set_incoming(self, shape: tuple[int, ...] | None) -> None:
        """Tell what a new layer would get, (C, H, W) or (features,); None where it is not known."""
        if shape != self._incoming:
            self._incoming = shape
            self.dataChanged.emit(self.index(0), self.index(len(self.rows) - 1))

    def fits(self, row: PaletteRow) -> bool:
        """Whether a new layer could take what it would get; True where that is not known."""
        if self._incoming is None or row.what != "kind":
            return True
        return len(self._incoming) in LAYERS[row.name].ranks

    def set_filter(self, typed: str) -> None:
        """Show the rows that hold every word of ``typed``, folded up or not; all for none."""
        self._words = tuple(typed.lower().split())
        self._show()

    @property
    def is_filtered(self) -> bool:
        """Whether some rows are left out because of what was typed."""
        return bool(self._words)

    def is_folded(self, heading: str) -> bool:
        """Whether the rows below a heading are hidden."""
        return heading in self._folded and not self._words

    def set_folded(self, heading: str, folded: bool) -> None:
        """Hide or show the rows below a heading; nothing is folded while a filter is set."""
        if not self._words and folded != (heading in self._folded):
            (self._folded.add if folded else self._folded.discard)(heading)
            self._show()

    def best_match(self, typed: str) -> int:
        """The row that Enter means: the first whose title begins with what was typed, or holds it, or any."""
        wanted = typed.strip().lower()
        choices = [at for at, row in enumerate(self.rows) if not row.is_heading]
        begins = (at for at in choices if self.rows[at].title.lower().startswith(wanted))
        holds = (at for at in choices if wanted in self.rows[at].title.lower())
        return next(begins, next(holds, choices[0] if choices else -1))

    def _misfit(self, row: PaletteRow) -> str:
        if self._incoming is None or self.fits(row):
            return ""
        if len(self._incoming) == 3:
            return f" It takes a vector, and maps come in here, {words(self._incoming)}."
        return f" It takes maps, and a vector of {words(self._incoming)} values comes in here."

    def _show(self) -> None:
        if self._words:
            found = [
                row for row in self._all if row.searched and all(word in row.searched for word in self._words)
            ]
            headings = {heading for row in found for heading in row.headings}
            kept = set(found)
            shown = [row for row in self._all if row in kept or (row.is_heading and row.name in headings)]
        else:
            shown = [row for row in self._all if not self._folded.intersection(row.headings)]
        self.beginResetModel()
        self.rows = tuple(shown)
        self.endResetModel()

    # --- what Qt asks ------------------------------------------------------------------------------

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(row.description + self._misfit(row))
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(filter(None, (row.title, row.detail)))
        return row.description if role == Qt.ItemDataRole.AccessibleDescriptionRole else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        is_kind = index.isValid() and self.rows[index.row()].what == "kind"
        return flags | Qt.ItemFlag.ItemIsDragEnabled if is_kind else flags

    def mimeTypes(self) -> list[str]:
        return kind_data("").formats()

    def mimeData(self, indexes: Sequence[Index]) -> QMimeData:
        return kind_data(self.rows[indexes[0].row()].name)
