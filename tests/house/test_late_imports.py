"""A process that serves does not carry what only sealing and reading processes need."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (
    "PIL", "c2pa", "fontTools", "pdqhash", "pikepdf", "pypdfium2", "zxingcpp", "fastapi", "pydantic"
)  # fmt: skip
"""Libraries of pictures, documents and credentials: together over 15 MiB in each process. And what
the operations listener is made of, as much again: it is loaded in its own process."""

SERVING = """
from gateway.app import make_app
from gateway.assembly import program, steward
from gateway.assembly.file_sealing import FileMarksOwed
from gateway.assembly.kit import build_kit
from gateway.assembly.program import _protocols
from gateway.assembly.reading import reading_pool, text_readers
from gateway.assembly.sealing import Sealer
from gateway.assembly.credentials import open_mark_keys
from gateway.desk.reading import read
from gateway.edge import worker
from gateway.edge.gateway import SystemClock
from gateway.nouns.mark import FileMarksOrder
from gateway.config.policy_file import read_policy
from gateway.config.settings import Settings

settings, policy = Settings(), read_policy("cn-public").policy
keys = open_mark_keys(settings, {}, b"k" * 32)
sealer = Sealer(policy.marks, "", b"k" * 32)
order = FileMarksOrder(label=True, metadata=True, credential=True, watermark=True)
files = FileMarksOwed(order, "", SystemClock(), code_of=sealer.code, keys=keys.marks)
files.recipe(1), files.plan("01J0000000000000000000000X", "", model="m"), files.names
for text in (b"# AI\\n", b"<p>AI</p>", b"---\\nAIGC: {}\\n---\\n", b"AI"):
    read(text, "a.md", text_readers(policy, sealer, keys))
reading_pool(settings, order, keys), build_kit(policy), _protocols(settings)
"""
"""What a worker and the steward are made of, and a text read at the desk."""

ALONE = {"serving": SERVING, "cli": "import gateway.cli", "assembly": "import gateway.assembly"}


@pytest.mark.parametrize("what", ALONE)
def test_nothing_heavy_is_imported(what: str) -> None:
    """Neither to serve nor to start any command."""
    script = f"{ALONE[what]}\nimport sys\nprint(*(sys.modules.keys() & {set(HEAVY)}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.split() == []


def test_the_command_line_starts_without_the_assembly() -> None:
    """Help and completion ask no library of the program itself."""
    script = "import gateway.cli, sys; print(*(sys.modules.keys() & {'gateway.assembly', 'numpy'}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.split() == []


def test_a_text_is_traced_without_what_serves_and_what_files_need() -> None:
    """`sealgate trace` loads the ledger and the key of the trace, no filter, no socket, no mark on
    files."""
    script = (
        "import sys; from gateway.assembly import open_archive, records, sealing\n"
        "import gateway.edge.gateway, gateway.stores.relational\n"
        "print(*(each for each in sys.modules if each.startswith(("
        "'filters', 'aiohttp', 'structlog', 'prometheus', 'gateway.marks.on_files', "
        "'gateway.desk', 'gateway.extraction', 'gateway.matching.fold'))))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.split() == []
