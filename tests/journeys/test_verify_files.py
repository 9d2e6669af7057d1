"""The desk and real files in the whole program: sealed by it, then stripped, changed, hosted."""

from __future__ import annotations

import io
import json
import os
import signal
from pathlib import Path
from typing import Any

import docx
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from gateway.edge.kept_files import KeptFile, KeptFiles
from tests.document_kit import word_of
from tests.edge_kit import Got
from tests.journeys.conftest import Launch
from tests.journeys.test_verify import API, FORM, post
from tests.media_kit import wav
from tests.process_kit import PROVIDER_KEY, Program

PRODUCER = "001191110102MAD55U9H0F10002"
FOREIGN = (
    '{"Label":"1","ContentProducer":"001191110102MAD55U9H0F19999","ProduceID":"F-1",'
    '"ReservedCode1":"","ContentPropagator":"","PropagateID":"","ReservedCode2":""}'
)
POLICY = {"version": 1, "extends": "eu", "classifier": False}
LIMITS = {"requests_per_minute": 0}


@pytest.fixture
async def program(launch: Launch) -> Program:
    """A gateway under preset eu, with a provider code."""
    return await launch(POLICY, producer=PRODUCER, verify=LIMITS)


def picture() -> bytes:
    """Return a photograph's like: soft shapes and a little noise."""
    rows, columns = np.mgrid[0:256, 0:320]
    waves = np.stack([np.sin(rows / 31 + k) + np.cos(columns / 23 - k) for k in range(3)], axis=2)
    noise = np.random.default_rng(7).normal(0, 4, waves.shape)
    pixels = np.clip(128 + 50 * waves + noise, 0, 255).astype(np.uint8)
    return png_of(Image.fromarray(pixels))


def png_of(shown: Image.Image, **options: Any) -> bytes:
    """Return a picture as a PNG file, with nothing else in it."""
    file = io.BytesIO()
    shown.save(file, "PNG", **options)
    return file.getvalue()


async def sealed(program: Program, content: bytes, kind: str) -> bytes:
    """Have a file sealed; it is on record when this returns."""
    got = await program.ask(
        content, PROVIDER_KEY, f"content-type: {kind}", path="/sealgate/v1/mark"
    )
    assert got.status == 200, got.body
    await program.record(got.headers["x-sealgate-exchange"])
    return got.body


async def verify(program: Program, content: bytes, kind: str, port: int = 0) -> dict[str, Any]:
    """Return the answer to a file."""
    got = await post(port or program.port, content, kind)
    assert got.status == 200, got.body
    answer: dict[str, Any] = json.loads(got.body)
    answer["found"] = {each["family"]: each["state"] for each in answer["marks"]}
    return answer


async def page(program: Program, content: bytes) -> str:
    """Return the page's answer to a file, as a browser without script gets it."""
    head = (
        b'--XyZ\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
        b"content-type: image/png\r\n\r\n"
    )
    got: Got = await post(
        program.port, head + content + b"\r\n--XyZ--\r\n", FORM, "/verify?lang=en"
    )
    assert got.status == 200
    return got.body.decode()


async def test_a_picture_whole_and_stripped(program: Program) -> None:
    """Whole, all its marks are intact; of a copy without metadata the watermark alone leads home:
    a suspicion to a platform, ours to us."""
    made = await sealed(program, picture(), "image/png")
    whole = await verify(program, made, "image/png")
    assert (whole["made_here"], whole["tier"], whole["service"]) == ("yes", "confirmed", PRODUCER)
    assert whole["found"] == {"label": "intact", "watermark": "intact", "metadata": "intact"}
    bare = png_of(Image.open(io.BytesIO(made)))
    stripped = await verify(program, bare, "image/png")
    assert (stripped["made_here"], stripped["tier"]) == ("yes", "suspected")
    assert stripped["found"] == {"watermark": "intact"}
    shown = await page(program, made)
    assert "Yes, made here" in shown
    assert shown.count("Intact</span>") == 3
    told = await verify(program, bare, "image/png", program.operations)
    assert told["exchanges"]
    await somebody_else_s_picture(program)


async def sound_under_a_policy_with_watermarks(program: Program) -> None:
    """Has no place for one; its label is heard, its metadata is read."""
    made = await sealed(program, wav(1.0, 16_000), "audio/wav")
    answer = await verify(program, made, "audio/wav")
    assert (answer["made_here"], answer["format"]) == ("yes", "wav")
    assert answer["found"] == {"label": "intact", "metadata": "intact"}


async def test_a_document_in_another_kind_of_file(program: Program) -> None:
    """A Word file that was sealed here is known by its words in a text or in another Word file,
    without its label; its short code alone is a claim."""
    story = (
        "Before dawn the town by the sea was still asleep. The keeper of the lighthouse climbed "
        "his hundred and twenty steps, wiped the glass and wrote down the wind of the night."
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    made = await sealed(program, word_of(story), kind)
    label = docx.Document(io.BytesIO(made)).paragraphs[0].text
    for content in (story.encode(), word_of(story), word_of(f"{label}\n{story}")):
        answer = await verify(program, content, "text/plain" if content[:2] != b"PK" else kind)
        assert (answer["made_here"], answer["service"]) == ("yes", PRODUCER)
    other = await verify(program, word_of(f"{label}\nAnother."), kind)
    assert (other["made_here"], other["notes"]) == ("claimed", ["not_compared"])


async def somebody_else_s_picture(program: Program) -> None:
    """Its label names another producer: confirmed as generated, and not by us."""
    notes = PngImagePlugin.PngInfo()
    quoted = FOREIGN.replace('"', "&quot;")
    notes.add_itxt(
        "XML:com.adobe.xmp",
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        f'xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/" TC260:AIGC="{quoted}"/>'
        "</rdf:RDF></x:xmpmeta>",
    )
    labelled = png_of(Image.new("RGB", (64, 64), "teal"), pnginfo=notes)
    answer = await verify(program, labelled, "image/png")
    assert (answer["made_here"], answer["tier"]) == ("no", "confirmed")
    assert answer["notes"] == ["other_producer"]


@pytest.mark.long
async def test_a_hosted_file_and_a_killed_reader(program: Program) -> None:
    """A file that the gateway keeps is read by its URL. A reading process that dies is replaced."""
    await sound_under_a_policy_with_watermarks(program)
    made = await sealed(program, picture(), "image/png")
    kept = KeptFiles(Path(program.state) / "files", keep_s=600.0, most_bytes=1 << 24)
    path = "/sealgate/v1/files/" + kept.put(KeptFile(made, "image/png"))
    for url in (path, f"http://g{path}"):  # the name by which the kit calls the gateway
        got = await post(program.port, json.dumps({"url": url}).encode(), "application/json")
        assert (got.status, json.loads(got.body).get("made_here")) == (200, "yes"), got.body
    gone = json.dumps({"url": path[:-3] + "AAA"}).encode()
    assert (await post(program.port, gone, "application/json")).status == 404
    for pid in reading_processes(program):
        os.kill(pid, signal.SIGKILL)
    await post(program.port, made, "image/png", API)  # refused or not: it met the dead one
    assert (await verify(program, made, "image/png"))["made_here"] == "yes"


def reading_processes(program: Program) -> list[int]:
    """Return the processes beside the program's workers."""
    return [
        int(pid)
        for worker in program.children
        for pid in Path(f"/proc/{worker}/task/{worker}/children").read_text().split()
    ]
