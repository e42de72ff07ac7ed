"""The folder of an experiment: made, and worked in by one process alone."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from visualizer.errors import UserError
from visualizer.networks.naming import shown

LOCK = ".lock"
"""The locked file. It stays, empty: who removed it could lock a new one while the old one is being waited for."""

_TAKEN = {errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK, errno.EDEADLK}


@contextmanager
def working_in(folder: Path, settings: str) -> Iterator[None]:
    """Make ``folder``, and keep everyone else, in this process too, from working in it meanwhile.

    The lock is the operating system's, which forgets that of a process that died. ``settings`` names the file that
    says that the folder is an experiment's. Raises ``UserError`` where somebody works in it already, where it holds
    something else, and where nothing can be written there.
    """
    try:
        if folder.is_dir() and not (folder / settings).exists():
            _check_empty(folder)
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK).open("ab")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise UserError(unwritable(folder)) from error
    with file:
        try:
            _lock(file.fileno())
        except OSError as error:
            # Some network folders know no locks: better an experiment without one than none.
            if error.errno in _TAKEN:
                raise UserError(
                    f"another experiment is running in '{shown(folder.name)}'; "
                    "wait until it is over, or choose another folder"
                ) from None
        yield


def unwritable(folder: Path) -> str:
    """The sentence for a folder that cannot be written to."""
    return f"the folder '{shown(folder.name)}' cannot be written to; choose another"


def _check_empty(folder: Path) -> None:
    if any(not found.name.startswith(".") for found in folder.iterdir()):
        raise UserError(f"'{shown(folder.name)}' holds other files; choose a new folder for the experiment")


def _lock(file: int) -> None:
    """Lock an open file, at once or not at all; closing it unlocks it. Raises ``OSError``."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
