"""Downloading files, whole or not at all: pretrained weights into torch's own folder, others where they belong."""

from __future__ import annotations

import hashlib
import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Words:
    """What sentences about a download say: what to do instead, what to choose where it is too large, where it goes."""

    instead: str
    smaller: str
    place: str


_OF_WEIGHTS = Words("open a file of weights instead", "choose a smaller network", "the folder in TORCH_HOME")


def download(url: str, progress: Progress | None = None) -> Path:
    """The file of ``url`` in the folder that ``torch.hub`` uses, downloaded unless it is there.

    Raises ``UserError`` when the server cannot be reached, does not have it or sends something else, and what
    ``progress`` raises; in no case part of a file stays.
    """
    name = Path(urlsplit(url).path).name
    target = Path(torch.hub.get_dir()) / "checkpoints" / name
    if not target.exists():
        expected = _HASH.search(name)
        fetch(url, target, progress, _OF_WEIGHTS, sha256=expected[1] if expected else "")
    return target


def fetch(
    url: str, target: Path, progress: Progress | None, words: Words, *, sha256: str = "", md5: str = ""
) -> None:
    """Download ``url`` to the file ``target``, whole or not at all; raises as ``download`` does.

    ``sha256`` and ``md5`` are the starts of the checksums that it must have, "" for any.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as part, part.open("wb") as file:
            digests = _copy(url, target.name, file, progress or (lambda text, fraction: None), words)
            if not (digests[0].startswith(sha256) and digests[1].startswith(md5)):
                raise UserError(
                    f"{urlsplit(url).netloc} sent something else than '{target.name}' (its checksum differs); "
                    "try again later"
                )
    except OSError as error:
        raise UserError(
            f"'{target.name}' cannot be written; check the free space and {words.place}"
        ) from error


def _copy(url: str, name: str, file: IO[bytes], progress: Progress, words: Words) -> tuple[str, str]:
    """Write what the server sends; its SHA-256 and its MD5."""
    host = urlsplit(url).netloc
    progress(f"Connecting to {host}", None)
    digests = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    for chunk, done, total in _chunks(url, host, name, words):
        for digest in digests:
            digest.update(chunk)
        file.write(chunk)
        of_total = f" of {total / 1e6:,.0f}" if total else ""
        fraction = done / total if total else None
        progress(f"Downloading {name} from {host}: {done / 1e6:,.0f}{of_total} MB", fraction)
    return digests[0].hexdigest(), digests[1].hexdigest()


def _chunks(url: str, host: str, name: str, words: Words) -> Iterator[tuple[bytes, int, int | None]]:
    """The parts of the file, each with the bytes received so far and the bytes announced."""
    offline = f"{host} cannot be reached; check the connection, or {words.instead}"
    large = f"'{name}' has more than {MAX_BYTES >> 30} GB; {words.smaller}"
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT) as response:
            total = int(response.headers.get("Content-Length") or 0) or None
            if total and total > MAX_BYTES:
                raise UserError(large)
            done = 0
            while chunk := response.read(_CHUNK):
                done += len(chunk)
                if done > MAX_BYTES:
                    raise UserError(large)
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
