"""Downloading pretrained weights: into torch's own folder, whole or not at all."""

from __future__ import annotations

import hashlib
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

import torch

from visualizer.atomic import replacing
from visualizer.errors import UserError

Progress = Callable[[str, float | None], None]
"""Told what is being done, and the part done (0…1) where it is known; may raise ``Cancelled`` to stop it."""

MAX_BYTES = 4 * 2**30
_CHUNK = 2**18
_TIMEOUT = 15.0  # seconds without a byte
_HASH = re.compile(r"-([0-9a-f]{8,})\.")  # torch's convention: the file's name has the start of its SHA-256


def download(url: str, progress: Progress | None = None) -> Path:
    """The file of ``url`` in the folder that ``torch.hub`` uses, downloaded unless it is there.

    Raises ``UserError`` when the server cannot be reached, does not have it or sends something else, and what
    ``progress`` raises; in no case part of a file stays.
    """
    name = Path(urlsplit(url).path).name
    target = Path(torch.hub.get_dir()) / "checkpoints" / name
    if target.exists():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as part, part.open("wb") as file:
            _fetch(url, name, file, progress or (lambda text, fraction: None))
    except OSError as error:
        raise UserError(
            f"'{name}' cannot be written; check the free space and the folder in TORCH_HOME"
        ) from error
    return target


def _fetch(url: str, name: str, file: IO[bytes], progress: Progress) -> None:
    host = urlsplit(url).netloc
    progress(f"Connecting to {host}", None)
    digest = hashlib.sha256()
    for chunk, done, total in _chunks(url, host, name):
        digest.update(chunk)
        file.write(chunk)
        of_total = f" of {total / 1e6:,.0f}" if total else ""
        fraction = done / total if total else None
        progress(f"Downloading {name} from {host}: {done / 1e6:,.0f}{of_total} MB", fraction)
    expected = _HASH.search(name)
    if expected and not digest.hexdigest().startswith(expected[1]):
        raise UserError(f"{host} sent something else than '{name}' (its checksum differs); try again later")


def _chunks(url: str, host: str, name: str) -> Iterator[tuple[bytes, int, int | None]]:
    """The parts of the file, each with the bytes received so far and the bytes announced."""
    offline = f"{host} cannot be reached; check the connection, or open a file of weights instead"
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT) as response:
            total = int(response.headers.get("Content-Length") or 0) or None
            if total and total > MAX_BYTES:
                raise UserError(f"'{name}' has more than {MAX_BYTES >> 30} GB; choose a smaller network")
            done = 0
            while chunk := response.read(_CHUNK):
                done += len(chunk)
                if done > MAX_BYTES:
                    raise UserError(f"'{name}' has more than {MAX_BYTES >> 30} GB; choose a smaller network")
                yield chunk, done, total
            if total and done < total:
                raise UserError(
                    f"{host} broke off after {done / 1e6:,.1f} of {total / 1e6:,.1f} MB; try again"
                )
    except urllib.error.HTTPError as error:
        error.close()
        raise UserError(
            f"{host} does not give out '{name}' (answer {error.code}); try again later"
        ) from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise UserError(offline) from error
