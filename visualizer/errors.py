"""The two kinds of error: what the user can mend, and everything else."""

import re


class UserError(Exception):
    """The user can mend it: one sentence that says what is wrong and what to do about it.

    Shown in the notice bar of the window and as ``error: …`` on standard error, never with a traceback.
    Any other exception is a bug.
    """

    def __str__(self) -> str:
        return as_sentence(super().__str__())


def as_sentence(text: str) -> str:
    """The text with a capital at its start and a full stop at its end; names that start it stay as they are."""
    text = text.strip()
    if re.match(r"[a-z]+[ ,]", text):
        text = text[0].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else f"{text}."
