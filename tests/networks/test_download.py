import contextlib
import hashlib
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import torch

from visualizer.errors import UserError
from visualizer.networks.download import download
from visualizer.streaming.prober import Cancelled

CONTENT = bytes(range(256)) * 8_000  # 2 MB, several chunks
GOOD = f"net-{hashlib.sha256(CONTENT).hexdigest()[:8]}.pth"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.rpartition("/")[2]
        if path == "missing.pth":
            self.send_error(404)
            return
        self.send_response(200)
        if path != "unannounced.pth":
            self.send_header("Content-Length", "9000000000" if path == "giant.pth" else str(len(CONTENT)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):  # the test may hang up
            self.wfile.write(CONTENT[:1_000_000] if path == "short.pth" else CONTENT)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path / "checkpoints"


def test_the_file_arrives_with_progress(server: str, folder: Path) -> None:
    said: list[tuple[str, float | None]] = []
    path = download(f"{server}/{GOOD}", lambda text, fraction: said.append((text, fraction)))
    assert path == folder / GOOD
    assert path.read_bytes() == CONTENT
    fractions = [fraction for _, fraction in said if fraction is not None]
    assert fractions == sorted(fractions)
    assert len(fractions) > 3
    assert fractions[-1] == 1.0
    assert all("127.0.0.1" in text for text, _ in said)


def test_a_file_that_is_there_is_not_fetched_again(folder: Path) -> None:
    folder.mkdir()
    (folder / GOOD).write_bytes(b"here")
    assert download(f"http://127.0.0.1:9/{GOOD}").read_bytes() == b"here"


def test_a_length_that_is_not_announced(server: str, folder: Path) -> None:
    said: list[float | None] = []
    assert (
        download(f"{server}/unannounced.pth", lambda _, fraction: said.append(fraction)).stat().st_size
        == 2_048_000
    )
    assert set(said) == {None}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("missing.pth", "does not give out 'missing.pth' (answer 404)"),
        ("short.pth", "broke off after 1.0 of 2.0 MB"),
        ("net-deadbeef.pth", "its checksum differs"),
        ("giant.pth", "more than 4 GB"),
    ],
)
def test_failures_leave_nothing(name: str, words: str, server: str, folder: Path) -> None:
    with pytest.raises(UserError) as raised:
        download(f"{server}/{name}")
    assert words in str(raised.value)
    assert list(folder.iterdir()) == []


def test_no_connection(folder: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # not listening: connections are refused
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/{GOOD}"
        with pytest.raises(UserError, match="cannot be reached; check the connection"):
            download(url)
    assert list(folder.iterdir()) == []


def test_cancelling_leaves_nothing(server: str, folder: Path) -> None:
    def cancel(text: str, fraction: float | None) -> None:
        if fraction is not None and fraction > 0.3:
            raise Cancelled

    with pytest.raises(Cancelled):
        download(f"{server}/{GOOD}", cancel)
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_made(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path / "file"))
    with pytest.raises(UserError, match="the folder in TORCH_HOME"):
        download(f"{server}/{GOOD}")
