import os

import pytest

from visualizer.data import folders
from visualizer.data.folders import read_folder
from visualizer.errors import UserError


def touch(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


def names(folder):
    return [(path.name, label) for path, label in folder.items]


def test_class_folders_in_natural_order(tmp_path):
    touch(tmp_path, "cat/10.png", "cat/2.PNG", "cat/deep/1.jpg", "ant/a.jpeg", "bee 10/x.gif", "bee 9/x.gif")
    folder = read_folder(tmp_path)
    assert folder.name == tmp_path.name
    assert folder.classes == ("ant", "bee 9", "bee 10", "cat")
    assert names(folder) == [
        ("a.jpeg", 0),
        ("x.gif", 1),
        ("x.gif", 2),
        ("2.PNG", 3),
        ("10.png", 3),
        ("1.jpg", 3),
    ]
    assert folder.notes == ()


def test_hidden_and_other_files_are_skipped(tmp_path):
    touch(tmp_path, "cat/1.png", "cat/.2.png", "cat/notes.txt", ".git/3.png", "empty/readme.md", "stray.png")
    folder = read_folder(tmp_path)
    assert folder.classes == ("cat",)
    assert names(folder) == [("1.png", 0)]
    assert folder.notes == ("1 pictures outside of the class folders are left out",)


def test_a_flat_folder_is_one_set_without_labels(tmp_path):
    touch(tmp_path, "img12.png", "img3.png")
    folder = read_folder(tmp_path)
    assert folder.classes == ()
    assert names(folder) == [("img3.png", -1), ("img12.png", -1)]


def test_folders_without_pictures(tmp_path):
    with pytest.raises(UserError, match="holds no pictures"):
        read_folder(tmp_path)
    touch(tmp_path, "a/b.txt")
    with pytest.raises(UserError, match="holds no pictures"):
        read_folder(tmp_path)
    with pytest.raises(UserError, match="not a folder"):
        read_folder(tmp_path / "absent")
    with pytest.raises(UserError, match="not a folder"):
        read_folder(tmp_path / "a" / "b.txt")


@pytest.mark.skipif(os.name == "nt", reason="links need a permission on Windows")
def test_loops_of_links_end(tmp_path):
    touch(tmp_path, "cat/1.png")
    (tmp_path / "cat" / "again").symlink_to(tmp_path)
    (tmp_path / "cat" / "self.png").symlink_to("self.png")
    (tmp_path / "cat" / "copy.png").symlink_to("1.png")
    assert names(read_folder(tmp_path)) == [("1.png", 0), ("copy.png", 0)]


def test_the_walk_is_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "MAX_ENTRIES", 5)
    touch(tmp_path, *(f"cat/{number}.png" for number in range(10)))
    folder = read_folder(tmp_path)
    assert len(folder.items) == 4
    assert folder.notes == ("only the first 5 entries were looked at",)


def test_the_real_class_folders(shared_data, tmp_path):
    import zipfile

    with zipfile.ZipFile(shared_data / "datasets" / "cifar10" / "cifar10-subset.zip") as archive:
        wanted = [name for name in archive.namelist() if "test-lossless/" in name]
        archive.extractall(tmp_path, wanted)
    [root] = tmp_path.rglob("test-lossless")
    folder = read_folder(root)
    assert len(folder.items) == 20
    assert "bird" not in folder.classes
