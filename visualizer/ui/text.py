"""Text from files made fit for titles, notices and tool tips."""

from __future__ import annotations

import re
from html import escape


def plain(text: str) -> str:
    """The text without control and direction characters, and without what is no Unicode."""
    shown = re.sub(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]+", " ", text)
    return shown.encode(errors="replace").decode()


def plain_tip(text: str) -> str:
    """The text as a tool tip that shows it as it is; Qt takes what looks like markup for markup."""
    return f"<p>{escape(plain(text))}</p>" if text else ""
