"""Which marks are read back, and what the ledger remembers of them: real marks, a real ledger."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gateway.access.limits import Limiter
from gateway.assembly.credentials import open_mark_keys
from gateway.assembly.ledger_memory import LedgerMemory
from gateway.assembly.reading import (
    CredentialsInText,
    LabelInText,
    MarkReading,
    SignedLabel,
    hosted_files,
    operator_desk,
    public_desk,
    readers,
    reading_pool,
    text_readers,
)
from gateway.assembly.sealing import Sealer
from gateway.assembly.vault import Vault
from gateway.config.settings import Settings
from gateway.desk.reading import TEXTS, Seen
from gateway.desk.report import MadeHere, Note, Report, Tier, notes_on, public_answer
from gateway.edge.kept_files import KeptFile, KeptFiles
from gateway.marks import Credentials, make_marks
from gateway.marks.credentials import Signing
from gateway.marks.label_signature import sign_label
from gateway.marks.text_trace import ALPHABET, TextTrace
from gateway.matching.picture_hash import looks
from gateway.matching.sm2_keys import make_key, public_hex
from gateway.matching.trace_code import COPY_LENGTH
from gateway.nouns.errors import BadRequest, LedgerFailed, Overloaded
from gateway.nouns.mark import FileMarksOrder, LabelMode, TextMarksOrder
from gateway.nouns.media import MediaFormat
from gateway.nouns.policy import Policy
from gateway.ports.mark import ClaimState
from gateway.wire.aigc_label import bare_json, make_label
from tests.ledger_kit import Ledger, closing, facts, name, said
from tests.media_kit import png
from tests.unit.gateway.matching.test_picture_hash import encoded, picture

PICTURE = png()
OWN = "001191110102MAD55U9H0F10002"
ORDER = TextMarksOrder(label=LabelMode.INLINE, trace="always", fingerprint=True)
PROSE = "The sky was blue and the birds sang over the quiet fields of the valley in the morning. "
STORY = (
    "Before dawn the town by the sea was still asleep. The keeper of the lighthouse climbed his "
    "hundred and twenty steps, wiped the glass and wrote down the wind. On the last page of the "
    "old book somebody had written in the night: watch for the third light."
)


class Bench:
    """A ledger with one story in it, and the desk's reading over it."""

    def __init__(self, folder: Path) -> None:
        self.ledger = Ledger(folder)
        key = self.ledger.keyring.fingerprint_key
        self.vault = Vault(folder, str(folder / "ledger.db"), self.ledger.keyring)
        self.sealer = Sealer(ORDER, OWN, key)
        seal = self.sealer.seal(name(1), STORY, None)
        assert seal.weaver is not None
        self.label, self.woven = seal.start, seal.weaver()(STORY, False)
        self.code = self.sealer.code(name(1))
        self.fields = seal.fields
        entry = self.ledger.journal.open(facts(1, code=self.code))
        entry.answer((said(self.label, own=True), said(self.woven)))
        entry.close(closing())
        self.ledger.ship()
        memory = LedgerMemory(self.vault, self.ledger.clock, self.sealer)
        keys = open_mark_keys(Settings(), {}, key)
        marks = readers(Policy(), self.sealer, keys)
        files = reading_pool(Settings(), Policy().file_marks, keys)
        self.reading = MarkReading(marks, memory, OWN, files)

    def ask(self, text: str, hint: str = "") -> Report:
        """Return the report on a text."""

        async def call() -> Report:
            return await self.reading(text.encode(), hint)

        return asyncio.run(call())


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A ledger with a story."""
    made = Bench(tmp_path)
    yield made
    asyncio.run(made.reading.close())
    made.ledger.close()


def test_a_whole_answer(bench: Bench) -> None:
    """Label and trace intact, made here, on that day, by this service."""
    report = bench.ask(bench.label + bench.woven)
    assert {mark.mark: mark.state for mark in report.marks} == {
        "text_label": ClaimState.INTACT, "text_trace": ClaimState.INTACT,
    }  # fmt: skip
    answer = public_answer(report)
    assert (answer.made_here, answer.date, answer.service) == (MadeHere.YES, "2026-09-21", OWN)
    assert answer.tier is Tier.SUSPECTED


def test_a_passage_without_any_mark(bench: Bench) -> None:
    """Is known by its words."""
    report = bench.ask(STORY[60:230])
    assert report.made_here is MadeHere.YES
    assert notes_on(report, report.marks) == (Note.FOUND_BY_CONTENT,)
    assert report.matches[0].exchange == name(1)


def test_a_typed_code(bench: Bench) -> None:
    """As a person types it."""
    report = bench.ask(bench.code.replace("-", " ").lower())
    assert report.made_here is MadeHere.CLAIMED
    assert notes_on(report, ()) == (Note.FOUND_BY_CODE,)


def test_the_label_on_another_text(bench: Bench) -> None:
    """Is altered, and makes nothing ours; a code in the middle neither."""
    moved = bench.ask(bench.label + PROSE * 3)
    assert (moved.made_here, moved.marks[0].state) == (MadeHere.UNKNOWN, ClaimState.ALTERED)
    assert bench.ask(f"{PROSE} {bench.code} {PROSE}").made_here is MadeHere.UNKNOWN


def test_the_answer_as_the_api_gave_it(bench: Bench) -> None:
    """JSON: its metadata member confirms it; on other words it is altered."""
    whole = {"choices": [{"message": {"content": bench.label + STORY}}], **bench.fields}
    report = bench.ask(json.dumps(whole))
    assert (report.made_here, report.tier) == (MadeHere.YES, Tier.CONFIRMED)
    whole["choices"] = [{"message": {"content": PROSE * 3}}]
    forged = bench.ask(json.dumps(whole))
    assert (forged.made_here, forged.marks[0].state) == (MadeHere.UNKNOWN, ClaimState.ALTERED)


def test_a_forged_trace_and_a_forgotten_one_answer_alike(bench: Bench) -> None:
    """One fails our key's tag, one is ours but has no record: byte for byte the answer to a text
    without any trace."""
    encode = msgspec.json.encode
    _, trace = bench.sealer.text_marks
    forgotten = trace.copy("0000-0000-0")
    forged = TextTrace(b"another key of 16").copy("0000-0000-0")
    assert trace.find(forgotten)
    assert trace.find(forged) == []
    plain = encode(public_answer(bench.ask(PROSE * 3)))
    assert encode(public_answer(bench.ask(PROSE * 3 + forged))) == plain
    assert encode(public_answer(bench.ask(PROSE * 3 + forgotten))) == plain
    assert encode(public_answer(bench.ask(PROSE * 3 + ALPHABET[0] * COPY_LENGTH * 40))) == plain


def test_a_forged_label_and_a_forgotten_one_answer_alike(bench: Bench) -> None:
    """No code says by itself whether it was ever given."""
    encode = msgspec.json.encode
    answers = {
        encode(public_answer(bench.ask(f"AI-generated content · {code}\n\n{PROSE}")))
        for code in (bench.sealer.code(name(77)), "0000-0000-0")
    }
    assert len(answers) == 1
    assert b"untrusted" in answers.pop()


def test_somebody_else_s_label(bench: Bench) -> None:
    """Visible words of anybody are a suspicion."""
    report = bench.ask(f"本文由AI辅助生成\n\n{PROSE}")
    assert [mark.mark for mark in report.marks] == ["explicit_label"]
    assert (report.made_here, report.tier) == (MadeHere.UNKNOWN, Tier.SUSPECTED)


@pytest.mark.parametrize(
    "content",
    ["[" * 100_000, '{"a":' * 50_000, "\u200b" * 300_000, "AAAA-AAAA-A " * 50_000, "<" * 300_000],
    ids=["nested list", "nested object", "invisible", "codes", "tags"],
)
def test_hostile_texts_are_answered(bench: Bench, content: str) -> None:
    """As what they are: nothing of ours."""
    assert bench.ask(content).made_here is MadeHere.UNKNOWN


def test_a_store_that_is_away(bench: Bench) -> None:
    """Confirms nothing, and says so."""
    vault = bench.vault._replace(location="postgresql+psycopg://127.0.0.1:1/nowhere")
    memory = LedgerMemory(vault, bench.ledger.clock, bench.sealer)
    with pytest.raises(LedgerFailed):
        memory.named(["x"], b"", Seen(None, (), partly=False))
    bench.reading._memory = memory
    report = bench.ask(bench.label + bench.woven)
    assert report.made_here is MadeHere.UNKNOWN
    assert Note.RECORDS_AWAY in report.reading


def test_the_metadata_label_in_a_text() -> None:
    """Where it stands alone, wrapped or inside an answer; else nothing."""
    (claim,) = LabelInText().verify(b'{"AIGC":{"Label":"1","ContentProducer":"P","ProduceID":"N"}}')
    assert (claim.exchange, claim.label and claim.label.ContentProducer) == ("N", "P")
    assert LabelInText().verify(PROSE.encode()) == []


def test_every_mark_on_files_is_read() -> None:
    """Whatever the policy writes itself."""
    keys = open_mark_keys(Settings(), {}, b"k" * 32)
    names = {reader.mark.name for reader in readers(Policy(), Sealer(ORDER, "", b"k"), keys)}
    assert names >= {mark.name for mark in make_marks(FileMarksOrder(), keys.marks)}


def test_the_readers_of_texts_are_those_of_all_that_can_read_one() -> None:
    """None is left out because its library comes late."""
    keys, sealer = open_mark_keys(Settings(), {}, b"k" * 32), Sealer(ORDER, "", b"k")
    every = {each.mark.name for each in readers(Policy(), sealer, keys) if each.formats & TEXTS}
    assert {each.mark.name for each in text_readers(Policy(), sealer, keys)} == every


@pytest.mark.parametrize("text", [b"plain", b"\xef\xbb\xbf# C2PA", b"<p>c2pa</p>", b"\xff c2pa"])
def test_credentials_in_a_text_are_those_that_their_own_reader_finds(text: bytes) -> None:
    """Also where it is asked only if a text may bear them."""
    keys = open_mark_keys(Settings(), {}, b"k" * 32).marks
    assert isinstance(keys.signing, Signing)
    assert CredentialsInText(keys).verify(text) == Credentials(keys.signing).verify(text)


def test_a_label_s_signature_decides_how_far_it_is_believed() -> None:
    """Signed by a key that is trusted, by one that is not, and changed afterwards."""
    key = make_key(12345)
    signed = sign_label(make_label(OWN, "01ARZ3NDEKTSV4RRFFQ69G5FAV"), key)
    altered = msgspec.structs.replace(signed, ProduceID="01ARZ3NDEKTSV4RRFFQ69G5FAW")
    for label, pins, state in (
        (signed, [public_hex(key.public)], ClaimState.INTACT),
        (signed, [], ClaimState.UNTRUSTED),
        (altered, [public_hex(key.public)], ClaimState.ALTERED),
    ):
        (claim,) = SignedLabel(LabelInText(), pins).verify(bare_json(label))
        assert claim.state is state


def test_reading_stays_away_from_the_event_loop(bench: Bench) -> None:
    """Marks and ledger are read in other threads."""
    seen: list[str] = []

    class Where:
        name = "where"

        def verify(self, content: bytes) -> list[object]:
            """Note the thread."""
            seen.append(threading.current_thread().name)
            return []

    bench.reading._readers = tuple(each._replace(mark=Where()) for each in bench.reading._readers)
    bench.ask(PROSE)
    assert seen
    assert all(thread.startswith("desk") for thread in seen)


def test_a_file_that_ends_its_process_costs_one_answer(bench: Bench) -> None:
    """The question is refused, and the next file is read by a new process."""

    async def ask() -> tuple[Report, str, tuple[int, ...]]:
        files, refused = bench.reading.files, ""
        await bench.reading(PICTURE, "")
        before = files.processes
        asked = asyncio.ensure_future(bench.reading(PICTURE, ""))
        os.kill(before[0], signal.SIGKILL)
        try:
            await asked
        except BadRequest as error:
            refused = error.param or ""
        report = await bench.reading(PICTURE, "")
        assert files.processes != before
        await bench.reading.close()
        return report, refused, files.processes

    report, refused, left = asyncio.run(ask())
    assert (report.format, refused, left) == (MediaFormat.PNG, "file", ())


def test_a_file_while_too_many_wait(bench: Bench) -> None:
    """Is turned away, with a time to come back."""

    async def ask() -> None:
        await bench.reading.files.close()
        await bench.reading(PICTURE, "")

    with pytest.raises(Overloaded) as refused:
        asyncio.run(ask())
    assert refused.value.retry_after_s


def test_files_that_are_kept(tmp_path: Path) -> None:
    """Are opened by their name, with their type; others are not."""
    kept = KeptFiles(tmp_path / "files", keep_s=60.0, most_bytes=1 << 20)
    name_given = kept.put(KeptFile(PICTURE, "image/png"))
    assert hosted_files(kept)(name_given) == (PICTURE, "image/png")
    assert hosted_files(kept)("x" * 43) is None


def test_a_picture_is_known_by_its_looks(bench: Bench) -> None:
    """As likely ours, never as certain: encoded anew, without any mark."""
    shown = encoded(picture(5))
    entry = bench.ledger.journal.open(facts(2))
    entry.answer((said("This is your picture."),))
    entry.close(msgspec.structs.replace(closing(), pictures=(looks(shown),)))
    bench.ledger.ship()

    async def ask(content: bytes) -> Report:
        try:
            return await bench.reading(content, "")
        finally:
            await bench.reading.close()

    report = asyncio.run(ask(encoded(picture(5), "JPEG", quality=70)))
    assert (report.made_here, report.tier) == (MadeHere.LIKELY, Tier.SUSPECTED)
    assert [each.exchange for each in report.matches] == [name(2)]
    assert notes_on(report, ()) == (Note.FOUND_BY_CONTENT,)


def test_the_two_desks(bench: Bench) -> None:
    """The public one counts addresses and evens out; the operator's does neither."""
    settings, clock, counted = Settings(), bench.ledger.clock, []
    public = public_desk(settings, bench.reading, clock, Limiter(), count=counted.append)
    permit = public.enter("192.0.2.7", 0.0)
    assert permit is not None
    permit.release()
    assert public.even
    operator = operator_desk(settings, bench.reading, clock)
    assert operator.enter("192.0.2.7", 0.0) is None
    assert not operator.even
    assert operator.hosted("a.png") is None
