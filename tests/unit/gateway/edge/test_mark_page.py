"""The mark endpoint: a file in, the same file with its marks out, and a record."""

from __future__ import annotations

import json

import httpx2

from gateway.nouns.mark import FileMarksOrder
from tests.conftest import settings_for
from tests.edge_kit import ScriptedUpstream, ask
from tests.media_kit import png, serving_media
from tests.note_marks import notes_beside

PATH = "/sealgate/v1/mark"


async def test_a_file_is_sealed_and_recorded(upstream: ScriptedUpstream) -> None:
    """As a body and as a part of a form; the receipts say what was done."""
    form = (
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
        + png() + b"\r\n--b--\r\n"
    )  # fmt: skip
    async with serving_media(settings_for(upstream.port, {})) as here:
        alone = await ask(here.port, png(), "x-sealgate-filename: a.png", path=PATH)
        kind = "content-type: multipart/form-data; boundary=b"
        part = await ask(here.port, form, kind, path=PATH)
        entries = here.journal.entries
        facts = here.counts.facts
    assert {one.status for each in facts for one in each.receipts} == {"written"}
    for got in (alone, part):
        assert got.status == 200
        assert got.body.startswith(png()[:-12])
        assert b"metadata\0" in got.body
        assert {one["status"] for one in json.loads(got.headers["x-sealgate-receipts"])} == {
            "written"
        }
        assert got.headers["content-type"] == "image/png"
    assert [entry.opened.protocol for entry in entries] == ["mark", "mark"]
    assert {entry.closed.outcome for entry in entries if entry.closed} == {"passed"}
    assert "from sha256:" in entries[0].texts[0].text


async def test_what_cannot_be_marked_comes_back_as_an_error(upstream: ScriptedUpstream) -> None:
    """Said so, recorded so."""
    async with serving_media(settings_for(upstream.port, {})) as here:
        got = await ask(here.port, b"GIF89a....", path=PATH)
        empty = await ask(here.port, b"", path=PATH)
        (entry,) = here.journal.entries
        (facts,) = here.counts.facts
    assert (facts.outcome, facts.status, facts.receipts) == ("client_error", 422, ())
    assert (got.status, got.code) == (422, "mark_failed")
    assert "no_mark_for_gif" in json.loads(got.body)["error"]["message"]
    assert empty.status == 400
    assert entry.closed is not None
    assert (entry.closed.outcome, entry.closed.error) == ("client_error", "mark_failed")


async def test_a_credential_beside_the_file_can_be_fetched(upstream: ScriptedUpstream) -> None:
    """A link leads to it, and the receipt says where it is."""
    order = FileMarksOrder(metadata=True, credential=True)
    async with (
        serving_media(settings_for(upstream.port, {}), order=order, marks=notes_beside) as here,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{here.port}") as web,
    ):
        got = await web.post(PATH, content=png())
        link = got.links["c2pa-manifest"]
        fetched = await web.get(link["url"])
        alone = await web.post(PATH, content=png() + b"!alone!")
    receipt = json.loads(got.headers["x-sealgate-receipts"])[-1]
    assert (receipt["status"], receipt["detail"]) == ("written", "beside_the_file")
    assert fetched.headers["content-type"] == "application/c2pa"
    assert fetched.content.startswith(b"credential\0" + got.headers["x-sealgate-code"].encode())
    assert "link" not in alone.headers
