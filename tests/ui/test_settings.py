from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from visualizer.ui import settings
from visualizer.ui.settings import Settings


def test_values_survive_a_restart(qtbot: QtBot) -> None:
    first = Settings()
    for row in settings.ROWS:
        assert first.get(row) == row.default
    first.set(settings.THEME, "light")
    first.set(settings.HIDE_DEAD, True)
    first.set(settings.GEOMETRY, b"\x00\xff layout")
    first.save()
    again = Settings()
    assert again.get(settings.THEME) == "light"
    assert again.get(settings.HIDE_DEAD) is True
    assert again.get(settings.GEOMETRY) == b"\x00\xff layout"


def test_recent_files_are_unique_newest_first_and_bounded(qtbot: QtBot, tmp_path: Path) -> None:
    store = Settings()
    for index in range(settings.RECENT_LIMIT + 5):
        store.remember_file(tmp_path / f"кошка {index}, 100%.png")
    store.remember_file(tmp_path / "кошка 8, 100%.png")
    store.save()
    recent = Settings().recent_files()
    assert len(recent) == settings.RECENT_LIMIT
    assert recent[0].name == "кошка 8, 100%.png"
    assert len(set(recent)) == len(recent)


DAMAGED = (b"", b"\x00\x01garbage\xff", b"[view]\ntheme=@Invalid()\n", b"[window]\ngeometry=12\n")


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_file_reads_as_defaults(qtbot: QtBot, own_configuration: Path, content: bytes) -> None:
    (own_configuration / "settings.ini").write_bytes(content)
    store = Settings()
    for row in settings.ROWS:
        assert isinstance(store.get(row), type(row.default))


def test_one_recent_file_is_still_a_list(qtbot: QtBot, tmp_path: Path) -> None:
    store = Settings()
    store.remember_file(tmp_path / "a, b.png")
    store.save()
    assert Settings().recent_files() == (tmp_path / "a, b.png",)
