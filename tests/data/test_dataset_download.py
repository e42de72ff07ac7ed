"""Downloads of data sets, from a server of the test's own: asked for only, checked, whole or not at all."""

import gzip
import hashlib
import struct
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from visualizer.data.dataset import DataChoice
from visualizer.data.datasets import kind_named, open_dataset, table
from visualizer.data.datasets.mnist import MNIST
from visualizer.data.datasets.request import Resource
from visualizer.errors import UserError
from visualizer.networks.network import Preprocessing
from visualizer.streaming.prober import Cancelled


def packed(values):
    head = bytes((0, 0, 8, values.ndim)) + struct.pack(f">{values.ndim}I", *values.shape)
    return gzip.compress(head + values.tobytes(), compresslevel=0)


FILES = {
    "train-images-idx3-ubyte.gz": packed(np.random.default_rng(1).integers(0, 256, (600, 28, 28), np.uint8)),
    "train-labels-idx1-ubyte.gz": packed(np.arange(600, dtype=np.uint8) % 10),
    "t10k-images-idx3-ubyte.gz": packed(np.zeros((20, 28, 28), np.uint8)),
    "t10k-labels-idx1-ubyte.gz": packed(np.arange(20, dtype=np.uint8) % 10),
}


class Handler(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self):
        self.asked.append(self.path)
        folder, _, name = self.path[1:].partition("/")
        if folder == "gone":
            self.send_error(404)
            return
        content = FILES[name]
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(bytes(len(content)) if folder == "other" else content)

    def log_message(self, format, *args):
        pass


@pytest.fixture(scope="module")
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def serve(server, monkeypatch):
    """Makes these folders of the server the hosts of MNIST."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    Handler.asked.clear()

    def use(*folders):
        resources = tuple(
            Resource(
                Path("MNIST", "raw", name),
                tuple(f"{server}/{folder}/{name}" for folder in folders),
                hashlib.md5(content).hexdigest(),
                len(content),
            )
            for name, content in FILES.items()
        )
        family = replace(MNIST, resources=resources)
        row = replace(kind_named("mnist"), find=family.find, open=family.open, resources=resources)
        rows = tuple(row if other.name == "mnist" else other for other in table.DATASETS)
        monkeypatch.setattr(table, "DATASETS", rows)

    return use


def fetched(folder, progress=None, download=True):
    preprocessing = Preprocessing(28, 28, (0.5,), (0.5,))
    return open_dataset(
        DataChoice("mnist"), (1, 28, 28), preprocessing, 1, progress,
        folders=[folder], download=download, download_to=folder,
    )  # fmt: skip


def test_nothing_is_downloaded_unless_it_is_asked_for(serve, tmp_path):
    serve("good")
    with pytest.raises(UserError, match="download it"):
        fetched(tmp_path, download=False)
    assert Handler.asked == []
    assert list(tmp_path.iterdir()) == []


def test_a_download_is_told_kept_and_not_repeated(serve, tmp_path):
    serve("good")
    said = []
    data = fetched(tmp_path, lambda text, share: said.append((text, share)))
    assert (data.training_count, len(data.validation), len(data.test), data.notes) == (480, 120, 20, ())
    assert any("Downloading train-images-idx3-ubyte.gz from 127.0.0.1" in text for text, _ in said)
    assert {name: (tmp_path / "MNIST" / "raw" / name).read_bytes() for name in FILES} == FILES
    assert len(Handler.asked) == 4
    fetched(tmp_path)
    assert len(Handler.asked) == 4


@pytest.mark.parametrize("first", ["gone", "other"])
def test_the_next_server_is_asked(first, serve, tmp_path):
    serve(first, "good")
    assert fetched(tmp_path).training_count == 480
    assert len(Handler.asked) == 8


@pytest.mark.parametrize(("folder", "words"), [("gone", "does not give out"), ("other", "checksum differs")])
def test_failures_leave_nothing(folder, words, serve, tmp_path):
    serve(folder)
    with pytest.raises(UserError, match=words):
        fetched(tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_cancelling_leaves_nothing_of_the_file_under_way(serve, tmp_path):
    serve("good")

    def cancel(text, share):
        if share is not None and share > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        fetched(tmp_path, cancel)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_folder_that_cannot_be_made(serve, tmp_path):
    serve("good")
    (tmp_path / "MNIST").touch()
    with pytest.raises(UserError, match="check the free space and the folder of data sets"):
        fetched(tmp_path)
