"""What the rotation experiment is told, as a form."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from visualizer.data.datasets import DATASETS
from visualizer.experiments.rotation.settings import (
    MOST_IMAGES,
    MOST_SEED,
    MOST_SEEDS,
    RECIPES,
    RotationSettings,
)
from visualizer.networks.layers.kinds import Field
from visualizer.ui.widgets.number_edit import NumberEdit
from visualizer.ui.widgets.panel import ElidedLabel

_INTRODUCTION = (
    "Trains mini-VGG and 19 variants with turned or normalised filters, all with one recipe, turns images of the test "
    "for each, and writes a report that says what these runs show."
)
_OTHER_FOLDER = "A folder of pictures…"
_IMAGES = Field("images", int, 250, 1, MOST_IMAGES, "turned for every network", title="Images")


class ExperimentForm(QWidget):
    """``settings()`` is what the form says, None while something of it is missing; ``changed`` tells of edits."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder: Path | None = None
        self._pictures: Path | None = None
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(10)
        rows.addWidget(QLabel(_INTRODUCTION, wordWrap=True))
        self.recipes = QButtonGroup(self)
        for number, recipe in enumerate(RECIPES.values()):
            button = QRadioButton(recipe.title)
            self.recipes.addButton(button, number)
            hint = QLabel(recipe.description, wordWrap=True)
            hint.setProperty("role", "small")
            hint.setIndent(22)
            below = QVBoxLayout()
            below.setSpacing(2)
            below.addWidget(button)
            below.addWidget(hint)
            rows.addLayout(below)
        rows.addSpacing(2)
        rows.addLayout(self._build_fields())
        self.error = QLabel(wordWrap=True)
        self.error.setProperty("role", "error")
        self.error.setTextFormat(Qt.TextFormat.PlainText)
        self.error.hide()
        rows.addWidget(self.error)
        rows.addStretch()
        self.recipes.button(0).setChecked(True)
        self.recipes.idToggled.connect(self._recipe_toggled)
        self._take_recipe()

    def _build_fields(self) -> QGridLayout:
        self.data = QComboBox()
        for row in DATASETS:
            if row.make or row.resources:
                self.data.addItem(row.title, row.name)
        self.data.addItem(_OTHER_FOLDER, None)
        self.data.activated.connect(self._data_chosen)
        self.download = QCheckBox("Download it if it is not on this computer")
        self.download.setToolTip("Get the files of this data set from where they are published")
        self.seeds = QLineEdit("1337", placeholderText="1337, 1338, 1339")
        self.seeds.textEdited.connect(self._edited)
        self.images = NumberEdit(_IMAGES)
        self.images.value_changed.connect(self._edited)
        self.folder = ElidedLabel("none chosen yet", mode=Qt.TextElideMode.ElideMiddle)
        self.folder.setProperty("role", "muted")
        self.folder_button = QPushButton("Choose…", autoDefault=False)
        self.folder_button.clicked.connect(self._choose_folder)
        place = QHBoxLayout()
        place.setSpacing(8)
        place.addWidget(self.folder, 1)
        place.addWidget(self.folder_button)
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for line, (name, editor, hint) in enumerate(
            (
                ("Data", self.data, "what the networks learn, and what is turned"),
                ("Seeds", self.seeds, "one run of each network for each: three or more give error bars"),
                ("Images", self.images, "turned for every network"),
                ("Folder", place, "a new folder for the report, or one to go on with"),
            )
        ):
            label = QLabel(name)
            label.setToolTip(hint)
            grid.addWidget(label, 2 * line, 0)  # row 1 is for the download
            if isinstance(editor, QWidget):
                label.setBuddy(editor)
                editor.setAccessibleName(name)
                editor.setToolTip(hint)
                grid.addWidget(editor, 2 * line, 1)
            else:
                grid.addLayout(editor, 2 * line, 1)
        grid.addWidget(self.download, 1, 1)
        self.folder_button.setAccessibleName("Choose the folder of the report")
        return grid

    # --- what it says ----------------------------------------------------------------------------------

    def settings(self) -> RotationSettings | None:
        """The experiment that is asked for; None where a folder or a seed is missing."""
        seeds = self._seeds()
        if seeds is None or self._folder is None or not isinstance(self.images.value, int):
            return None
        data = self.data.currentData()
        if data is None and self._pictures is None:
            return None
        return RotationSettings(
            out=self._folder,
            recipe=self._recipe(),
            data=str(self._pictures) if data is None else data,
            seeds=seeds,
            images=self.images.value,
            download=self._can_download() and self.download.isChecked(),
        )

    def set_folder(self, folder: Path) -> None:
        """Where the report is to be."""
        self._folder = folder
        self.folder.set_full_text(str(folder))
        self._edited()

    def set_pictures(self, folder: Path) -> None:
        """A folder of pictures to learn from."""
        self._pictures = folder
        at = self.data.count() - 1
        self.data.setItemText(at, f"{folder.name} (folder)")
        self.data.setCurrentIndex(at)
        self._edited()

    def set_error(self, sentence: str) -> None:
        """Why the experiment could not be; "" for nothing."""
        self.error.setText(sentence)
        self.error.setVisible(bool(sentence))

    def _can_download(self) -> bool:
        return any(row.resources for row in DATASETS if row.name == self.data.currentData())

    def _recipe(self) -> str:
        return list(RECIPES)[self.recipes.checkedId()]

    def _seeds(self) -> tuple[int, ...] | None:
        parts = [part.strip() for part in self.seeds.text().replace(";", ",").split(",")]
        if not all(part.isdecimal() and len(part) < 11 for part in parts):
            return None
        seeds = tuple(dict.fromkeys(map(int, parts)))
        return seeds if len(seeds) <= MOST_SEEDS and max(seeds) <= MOST_SEED else None

    # --- what is done in it ----------------------------------------------------------------------------

    def _recipe_toggled(self, number: int, checked: bool) -> None:
        if checked:
            self._take_recipe()

    def _take_recipe(self) -> None:
        """Show what the recipe says of the data and the images."""
        recipe = RECIPES[self._recipe()]
        self.data.setCurrentIndex(self.data.findData(recipe.data))
        self.images.set_value(recipe.images)
        self._edited()

    def _edited(self, _: object = None) -> None:
        wrong = self._seeds() is None
        self.download.setVisible(self._can_download())
        self.set_error(
            f"Seeds are whole numbers from 0 to {MOST_SEED}, with commas between." if wrong else ""
        )
        self.changed.emit()

    def _data_chosen(self, at: int) -> None:
        if self.data.itemData(at) is None:
            self._ask_for_folder("A folder of class folders").fileSelected.connect(self._pictures_chosen)
        self._edited()

    def _pictures_chosen(self, path: str) -> None:
        self.set_pictures(Path(path))

    def _choose_folder(self) -> None:
        self._ask_for_folder("The folder of the report").fileSelected.connect(self._folder_chosen)

    def _folder_chosen(self, path: str) -> None:
        self.set_folder(Path(path))

    def _ask_for_folder(self, title: str) -> QFileDialog:
        files = QFileDialog(self, title)
        files.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        files.setFileMode(QFileDialog.FileMode.Directory)
        files.setOption(QFileDialog.Option.ShowDirsOnly)
        files.open()
        return files
