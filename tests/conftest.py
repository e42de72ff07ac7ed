"""Fixtures that every room's tests share."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest

WORKERS = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
if WORKERS > 1:  # before torch is imported: workers share the cores instead of fighting for them
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // WORKERS)))

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets, networks, photos and hostile files beside the checkout."""
    if not SHARED_DATA.is_dir():
        reason = f"the real data is not at {SHARED_DATA}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED_DATA


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Whole folders run in a process a core, at most four; files named one by one right here, without delay."""
    cores = os.cpu_count() or 1
    return 0 if cores == 1 or all(".py" in name for name in config.args) else min(cores, 4)


def pytest_collection_finish() -> None:
    """Take what is imported by now out of the garbage collector's sight.

    Tests of the window collect garbage one by one; going through all of torch each time took half of the suite.
    """
    gc.collect()
    gc.freeze()


def pytest_sessionfinish() -> None:
    """Give everything back to the collector, or the end of the process would call it leaked."""
    gc.unfreeze()
