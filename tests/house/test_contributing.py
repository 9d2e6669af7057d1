"""The examples of CONTRIBUTING.md are code that keeps the contracts it speaks of."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.adapters.generic import Generic
from gateway.edge.routes import RouteTable
from gateway.matching.label_code import label_code
from gateway.nouns.finding import Finding
from gateway.ports.adapter import Edits, RequestEdits, RouteKind
from gateway.ports.mark import Claim
from gateway.ports.store import Checkpoint

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
EXAMPLES = dict(
    re.findall(r"^<!-- example: (\w+) -->\n```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
)
PLACES = {
    "filter": "filters/ticket.py",
    "adapter": "gateway/adapters/generic/embeddings.py",
    "mark": "gateway/marks/document_note.py",
    "store": "gateway/stores/relational/witnessed.py",
}


def module(name: str) -> Any:
    """Return the example as the module that it would be."""
    made = ModuleType(name)
    exec(compile(EXAMPLES[name], PLACES[name], "exec"), made.__dict__)
    return made


TICKETS = module("filter").TicketFilter()
NOTE = module("mark").DocumentNote()
CLAIM = Claim("01ARZ3NDEKTSV4RRFFQ69G5FAV", label_code(b"k" * 16, "01ARZ3NDEKTSV4RRFFQ69G5FAV"))


def test_the_page_has_the_four_examples() -> None:
    """A filter, a protocol, a mark, a store."""
    assert set(EXAMPLES) == set(PLACES)


@pytest.mark.parametrize("name", PLACES)
def test_examples_keep_the_rules_of_style(name: str) -> None:
    """They would pass `make check` where they belong."""
    ruff = Path(sys.executable).parent / "ruff"
    for order in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [str(ruff), *order, "--stdin-filename", PLACES[name], "-"],
            input=EXAMPLES[name], text=True, cwd=ROOT, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


def found_in_pieces(pieces: list[str]) -> list[Finding]:
    """Return what the filter finds while a text grows, as the window counts it."""
    text, cursor, found = "", 0, []
    for place, piece in enumerate(pieces):
        text += piece
        scan = TICKETS.scan(text, cursor, place == len(pieces) - 1)
        assert cursor <= scan.safe_until <= len(text)
        assert len(text) - scan.safe_until <= TICKETS.look_ahead
        found += [each for each in scan.findings if each.end <= scan.safe_until]
        cursor = scan.safe_until
    return found


@settings(max_examples=300)
@given(pieces=st.lists(st.text("NJ-0123456 x", max_size=6), min_size=1, max_size=8))
def test_the_filter_keeps_the_law(pieces: list[str]) -> None:
    """What it finds does not depend on how the text was cut."""
    assert found_in_pieces(pieces) == list(TICKETS.scan("".join(pieces), 0, True).findings)


def test_the_filter_finds_what_it_is_for() -> None:
    """A number cut in two is one number; a longer one is none."""
    found = found_in_pieces(["see N", "J-1234", "56, not NJ-1234567"])
    assert [(each.start, each.end) for each in found] == [(4, 13)]


def test_the_adapter_claims_its_path_and_changes_nothing() -> None:
    """Every string of the request is named; bytes of request and answer stay."""
    adapter = module("adapter").Embeddings()
    assert isinstance(adapter, Generic)
    target = RouteTable([adapter]).find("POST", "/v1/embeddings")
    assert (target.adapter, target.kind) == (adapter, RouteKind.GENERIC)
    body = b'{"model": "m", "input": ["one", "two"]}'
    request = adapter.read_request(body, strict=True)
    assert {"one", "two"} <= {segment.text for segment in request.segments}
    assert adapter.write_request(request, RequestEdits()) == body
    answer = adapter.answer(request, content_type="application/json")
    numbers = b'{"data": [{"embedding": [0.25, -1e-3]}]}'
    events = [*answer.push(numbers), *answer.flush()]
    assert b"".join(answer.write(event, Edits()) for event in events) == numbers


@given(text=st.text(max_size=60))
def test_the_mark_is_read_back_and_stamped_once(text: str) -> None:
    """What was stamped is found, and stamping twice is stamping once."""
    stamped, receipt = NOTE.stamp(text.encode(), CLAIM)
    assert (receipt.status, [claim.code for claim in NOTE.verify(stamped)]) == (
        "written",
        [CLAIM.code],
    )
    assert NOTE.stamp(stamped, CLAIM)[0] == stamped
    assert stamped.startswith(text.encode())


def _begin_and_fail(store: Any, checkpoint: Checkpoint) -> None:
    with store.writing() as writing:
        writing.add_checkpoint(checkpoint)
        raise RuntimeError


def test_the_store_tells_each_checkpoint_once(tmp_path: Path) -> None:
    """The witness hears of what was committed, and of nothing twice."""
    heard: list[Checkpoint] = []
    store = module("store").WitnessedStore(str(tmp_path / "ledger.db"), heard.append)
    first = Checkpoint(0, 0, b"h", 1, "k", b"", b"s")
    try:
        with store.writing() as writing:
            writing.add_checkpoint(first)
            assert heard == []
        with store.writing():
            pass
        with pytest.raises(RuntimeError):
            _begin_and_fail(store, first._replace(number=1))
    finally:
        store.close()
    assert heard == [first]
