"""The progress of a headless command, on standard error."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

CLEAR_LINE = "\r\x1b[K"
REWRITE_EVERY, PRINT_EVERY = 0.1, 10.0  # s: on a terminal, in a log file

Report = Callable[..., None]


@contextmanager
def shown_progress() -> Iterator[Report]:
    """Gives ``report(text, fraction=None)``: one line written over on a terminal, now and then a line in a log.

    The line of the terminal is cleared at the end, so that results and errors stand alone.
    """
    on_terminal = sys.stderr.isatty()
    pause = REWRITE_EVERY if on_terminal else PRINT_EVERY
    last = time.monotonic() - (pause if on_terminal else 0.0)  # what is done at once leaves no line in a log

    def report(text: str, fraction: float | None = None) -> None:
        nonlocal last
        if time.monotonic() - last < pause:
            return
        last = time.monotonic()
        done = text if fraction is None else f"{text} ({fraction:.0%})"
        if on_terminal:
            print(CLEAR_LINE + done, end="", file=sys.stderr, flush=True)
        else:
            print(done, file=sys.stderr, flush=True)

    try:
        yield report
    finally:
        if on_terminal:
            print(CLEAR_LINE, end="", file=sys.stderr, flush=True)
