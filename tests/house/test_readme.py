"""What the documents tell readers to type works as they say.

A fenced block is run if the line before it is a comment:

    <!-- run -->                        it ends with exit code 0
    <!-- run: exit 1; shows WORD -->    it ends with 1, and WORD is in what it prints
    <!-- check -->                      a policy that `sealgate check` takes, from policy.yaml
    <!-- example: NAME -->              code that test_contributing.py tries

The blocks of a document run in order, in a folder of their own, with a gateway of their own.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
FOLDERS = ("gateway", "models", "policies", "tests")
LINKING = [*PAGES, *sorted(page for name in FOLDERS for page in (ROOT / name).rglob("*.md"))]
BLOCK = re.compile(
    r"^<!-- (run|check)(?:: ([^\n]*))? -->\n```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE
)
MARKED = re.compile(r"^<!-- (?:run|check|example)\b", re.MULTILINE)
EXAMPLE = re.compile(r"^<!-- example: [\w-]+ -->\n```\w+\n", re.MULTILINE)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
ANCHOR = re.compile(r"<a (?:id|name)=\"([^\"]+)\"")
LONGEST_S = 120.0
TRIES = 20


class Block(NamedTuple):
    """A fenced block, what it should end with and what it should show."""

    line: int
    kind: str
    language: str
    text: str
    exit_code: int
    shows: tuple[str, ...]


class Place(NamedTuple):
    """Where a document's blocks run."""

    folder: Path
    port: int
    operations: int
    environ: dict[str, str]


def blocks_of(page: Path) -> list[Block]:
    """Return the marked blocks of a page."""
    text = page.read_text(encoding="utf-8")
    out = []
    for found in BLOCK.finditer(text):
        kind, orders, language, body = found.groups()
        words = [order.strip().partition(" ") for order in (orders or "").split(";")]
        code = next((int(value) for word, _, value in words if word == "exit"), 0)
        shows = tuple(value for word, _, value in words if word == "shows")
        out.append(Block(text[: found.start()].count("\n") + 2, kind, language, body, code, shows))
    return out


def name_of(page: Path) -> str:
    """Return a page's path in the repository."""
    return str(page.relative_to(ROOT))


RUNNABLE = [page for page in PAGES if blocks_of(page)]


@pytest.fixture
def place(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Place]:
    """A gateway with the demo model on free ports, and a folder to work in."""
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        port, operations = first.getsockname()[1], second.getsockname()[1]
    environ = {key: value for key, value in os.environ.items() if not key.startswith("SEALGATE_")}
    environ |= {
        "PATH": f"{BIN}{os.pathsep}{environ['PATH']}",
        "SEALGATE_LANG": "zh" if "zh-CN" in request.node.name else "en",
        "SEALGATE_PORT": str(port),
        "SEALGATE_OPERATIONS_PORT": str(operations),
        "PYTHONIOENCODING": "utf-8",
    }
    log = (tmp_path / "serve.log").open("wb")
    command = [str(BIN / "sealgate"), "serve"]
    child = subprocess.Popen(command, cwd=tmp_path, env=environ, stdout=log, stderr=log)
    try:
        wait_until_ready(child, port)
        wait_until_ready(child, operations)
        environ["PID"] = str(child.pid)
        yield Place(tmp_path, port, operations, environ)
    finally:
        child.terminate()
        try:
            child.wait(LONGEST_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        log.close()


def wait_until_ready(child: subprocess.Popen[bytes], port: int) -> None:
    """Wait until a listener of the gateway says that it is ready."""
    end_s = time.monotonic() + LONGEST_S
    while time.monotonic() < end_s:
        assert child.poll() is None, "the gateway ended at once"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the gateway was not ready in time")


def command_of(block: Block, place: Place) -> list[str]:
    """Return what runs a block, with the ports of this gateway in it."""
    if block.kind == "check":
        (place.folder / "policy.yaml").write_text(block.text, encoding="utf-8")
        return ["sealgate", "check", "--policy", "policy.yaml"]
    text = block.text.replace("127.0.0.1:8080", f"127.0.0.1:{place.port}")
    text = text.replace("127.0.0.1:8081", f"127.0.0.1:{place.operations}")
    if block.language == "python":
        return [sys.executable, "-c", text]
    assert block.language == "sh", block
    return ["bash", "-uo", "pipefail", "-c", text]


def outcome_of(block: Block, place: Place) -> str:
    """Run a block once; return what is wrong with what came, empty if nothing is."""
    done = subprocess.run(
        command_of(block, place), cwd=place.folder, env=place.environ, timeout=LONGEST_S,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    printed = done.stdout.decode("utf-8", "replace")
    missing = [word for word in block.shows if word not in printed]
    if done.returncode == block.exit_code and not missing:
        return ""
    return f"line {block.line}: exit code {done.returncode}, not shown: {missing}\n{printed}"


@pytest.mark.pages
@pytest.mark.parametrize("page", RUNNABLE, ids=name_of)
def test_what_a_page_says_to_type_works(page: Path, place: Place) -> None:
    """Every marked block ends and shows as promised. What asks the ledger is asked again for a
    while: records reach it within a second."""
    for block in blocks_of(page):
        wrong = outcome_of(block, place)
        for _ in range(TRIES if "sealgate trace" in block.text else 0):
            if not wrong:
                break
            time.sleep(0.25)
            wrong = outcome_of(block, place)
        assert not wrong, f"{name_of(page)}, {wrong}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_mark_belongs_to_a_block(page: Path) -> None:
    """A misspelt mark would run nothing and look well."""
    text = page.read_text(encoding="utf-8")
    assert len(MARKED.findall(text)) == len(BLOCK.findall(text)) + len(EXAMPLE.findall(text))


def anchors_of(page: Path) -> set[str]:
    """Return what links into a page may name, as GitHub makes it from the headings."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    found: list[str] = []
    for heading in HEADING.findall(text):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        found.append(f"{slug}-{found.count(slug)}" if slug in found else slug)
    return {*found, *ANCHOR.findall(text)}


@pytest.mark.parametrize("page", LINKING, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    """No page points at a file, or at a heading, that is not there."""
    gone = []
    for file, anchor in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        goal = page.parent / file if file else page
        if not goal.exists() or (anchor and anchor not in anchors_of(goal)):
            gone.append(f"{file}#{anchor}")
    assert gone == []


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_readme_is_run(page: str) -> None:
    """Both READMEs have Python, shell and a policy that are tried."""
    found = {block.language for block in blocks_of(ROOT / page)}
    assert found == {"python", "sh", "yaml"}
