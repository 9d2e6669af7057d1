"""Open files: a process that may have few begins with as many as the system lets it have."""

from __future__ import annotations

import subprocess
import sys

from gateway.edge.open_files import open_files_of

_PROGRAM = """
import resource
from gateway.edge.open_files import allow_open_files
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 700))
print(allow_open_files(), allow_open_files(), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_the_soft_limit_becomes_the_hard_one() -> None:
    """In a process of its own, so that this one keeps its limits."""
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, check=True)
    assert done.stdout.split() == [b"700"] * 4


def test_an_exchange_takes_two() -> None:
    """The client's connection and the upstream's, beside what the worker has for itself."""
    assert open_files_of(1000) - open_files_of(0) == 2000
    assert open_files_of(0) > 0
