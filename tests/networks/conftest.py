"""What the tests of networks share."""

import unicodedata
from collections.abc import Callable

import pytest

from visualizer.errors import UserError


@pytest.fixture(scope="session")
def check_sentence() -> Callable[[UserError], None]:
    """Checks that an error is one sentence of our own, fit to be shown."""
    return _check_sentence


def _check_sentence(error: UserError) -> None:
    text = str(error)
    assert 10 < len(text) <= 300
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in text)
    assert "weights_only" not in text
    assert "Error" not in text
