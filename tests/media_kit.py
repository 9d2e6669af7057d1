"""Parts for tests of generated files: small real ones, marks of our own at the port, and a gateway
with its real judge and its real sealing processes in front of the scripted upstream."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import wave
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openai

from filters.lexicon import Entry
from gateway.app import make_app
from gateway.config.settings import Settings
from gateway.edge.file_sealing import EdgeFileSealer
from gateway.edge.files_page import files_page
from gateway.edge.kept_files import KeptFiles
from gateway.edge.mark_page import mark_page
from gateway.edge.media_pool import MediaPool
from gateway.edge.result_fetch import result_fetcher
from gateway.edge.worker import server_config
from gateway.engine.file_seal import Marks, SealRecipe, seal_process
from gateway.nouns.mark import AigcLabel, FileMarksOrder
from gateway.nouns.policy import Policy, Rule
from gateway.nouns.verdict import Action
from gateway.ports.mark import Claim
from tests.edge_kit import Conversation, GatewayHere, ScriptedUpstream, _on_a_port, _Server
from tests.note_marks import chunk, notes, notes_beside
from tests.properties.corpus import bench

TERM = "绿皮大象"
TERMS = (Entry(text=TERM, category="A1.h.other", severity=4),)
RULES = (Rule(id="core", when="A1", do=Action.BLOCK),)
OWED = FileMarksOrder(label=True, metadata=True)
PRODUCER = "001191110102MAD55U9H0F10002"


def png(width: int = 16, height: int = 16, colour: int = 90) -> bytes:
    """Return a grey picture of one colour, made by hand after the PNG specification."""
    rows = (b"\0" + bytes([colour]) * width) * height
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\0\0\0\0"
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    )


def wav(seconds: float = 0.1, rate: int = 8000) -> bytes:
    """Return silence."""
    out = io.BytesIO()
    with wave.open(out, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(b"\0\0" * round(seconds * rate))
    return out.getvalue()


def recipe(order: FileMarksOrder = OWED, marks: Marks = notes) -> SealRecipe:
    """Return a recipe with the marks of these tests."""
    return SealRecipe(marks, order, order.owed)


def claim(exchange: str = "01J0000000000000000000000X") -> Claim:
    """Return what a mark is to say."""
    label = AigcLabel("1", "p", exchange, "", "p", exchange, "")
    return Claim(exchange, "ABCD-1234", label, 1.0, "AI-generated", "en")


class MediaHere(GatewayHere):
    """A gateway whose judge and sealing processes are real."""

    def __init__(
        self, settings: Settings, policy: Policy, folder: Path, marks: Marks = notes
    ) -> None:
        super().__init__(settings, policy)
        made = bench(policy, TERMS, producer=PRODUCER)
        self.pool = MediaPool(seal_process(recipe(policy.file_marks, marks)), settings.media)
        kept = KeptFiles(folder / "files", keep_s=60.0, most_bytes=1 << 20)
        files = EdgeFileSealer(
            self.pool, result_fetcher(settings.media, settings.upstream.url), kept,
            as_data=policy.file_marks.urls == "data",
        )  # fmt: skip
        self.gateway = dataclasses.replace(
            self.gateway, judge=made.judge, files=files, close=files.close,
            code_of=made.sealer.code,
        )  # fmt: skip
        made_files = made.judge._wiring.files
        # The marks of these tests are on whole files.
        made_files.streams = marks not in {notes, notes_beside}
        marking = mark_page(self.gateway, made_files.claim_alone, passes=made_files.passes)
        self.proxy = make_app(self.gateway, [files_page(kept), marking])


@asynccontextmanager
async def serving_media(
    settings: Settings, *, order: FileMarksOrder = OWED, marks: Marks = notes, **changes: Any
) -> AsyncIterator[MediaHere]:
    """Serve a gateway that owes these marks on files, on a free port of loopback."""
    policy = Policy(rules=RULES, file_marks=order, **changes)
    with TemporaryDirectory() as folder:
        here = MediaHere(settings, policy, Path(folder), marks)
        here.server = server = _Server(server_config(here.proxy, settings))
        async with _on_a_port(server) as here.port:
            yield here
    assert here.counts.in_flight == 0
    assert here.pool.processes == ()


def image_body(*pictures: bytes, **more: Any) -> bytes:
    """Return a whole answer with these pictures."""
    entries = [{"b64_json": base64.b64encode(each).decode()} for each in pictures]
    return json.dumps({"created": 1, "data": entries, **more}, ensure_ascii=False).encode()


def client(here: MediaHere) -> openai.AsyncOpenAI:
    """The official client in front of the gateway."""
    return openai.AsyncOpenAI(
        api_key="sk-somebody", base_url=f"http://127.0.0.1:{here.port}/v1", max_retries=0
    )


def says(upstream: ScriptedUpstream, body: bytes, *lines: str, status: int = 200) -> None:
    """Have the upstream answer with one body."""

    async def script(talk: Conversation) -> None:
        await talk.whole(body, *lines, status=status)

    upstream.script = script
