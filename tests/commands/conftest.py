import json
from collections.abc import Callable
from typing import Any

import pytest

from visualizer.cli import main

Inspect = Callable[..., Any]


def refuse_constant(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


@pytest.fixture
def inspect(capsys: pytest.CaptureFixture[str]) -> Inspect:
    """Runs `inspect … --json` and gives the document; it must be JSON to the letter."""

    def run(*arguments: object) -> Any:
        capsys.readouterr()
        assert main(["inspect", *map(str, arguments), "--json"]) == 0
        return json.loads(capsys.readouterr().out, parse_constant=refuse_constant)

    return run
