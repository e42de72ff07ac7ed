import os
import subprocess
import sys

import pytest

PAGES = """
import resource, torch
if {kept}:
    from visualizer.allocator import keep_freed_memory
    keep_freed_memory()

def capture():
    return [torch.ones(200_000) for _ in range(40)]

for _ in range(3):
    capture()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    capture()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def fresh_pages(kept: bool) -> int:
    """How many pages ten captures of 32 MB get anew from the system, which has been asked for all of them."""
    result = subprocess.run(
        [sys.executable, "-c", PAGES.format(kept=kept)],
        env=os.environ | {"MALLOC_MMAP_THRESHOLD_": "65536"},  # each tensor from the system, and back to it
        capture_output=True,
        text=True,
        check=True,
    )
    return int(result.stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a setting of the GNU C library")
def test_memory_is_used_again() -> None:
    assert fresh_pages(kept=True) < 1000 < fresh_pages(kept=False)
