"""What the ledger knows of contents: what a mark says is held against what was kept."""

from __future__ import annotations

import asyncio
import random
from hashlib import sha256

import msgspec
import pytest

from gateway.assembly.ledger_memory import MOST_TRACED, traceable
from gateway.desk.report import MadeHere, Note, Report, notes_on
from gateway.marks import Credentials, ImageMetadata
from gateway.marks.credentials import Signing, make_trial
from gateway.matching.picture_hash import looks
from gateway.nouns.mark import AigcLabel
from gateway.ports.mark import Claim, ClaimState
from tests.ledger_kit import closing, facts, name, said
from tests.unit.gateway.assembly.test_reading import OWN, STORY, Bench, bench
from tests.unit.gateway.matching.test_picture_hash import encoded, picture

__all__ = ["bench"]

LABEL = AigcLabel("1", OWN, name(2), "", OWN, name(2), "")


def ask(bench: Bench, content: bytes) -> Report:
    """Return the report on a file."""

    async def call() -> Report:
        try:
            return await bench.reading(content, "")
        finally:
            await bench.reading.close()

    return asyncio.run(call())


def released(bench: Bench, content: bytes) -> None:
    """Put a picture on record that left labelled, with the note of its bytes."""
    entry = bench.ledger.journal.open(facts(2))
    note = f"png {len(content)} bytes sha256:{sha256(content).hexdigest()} from sha256:{'0' * 64}"
    entry.answer((said(note, path="media", own=True),))
    entry.close(msgspec.structs.replace(closing(), pictures=(looks(content),)))
    bench.ledger.ship()


def labelled(content: bytes) -> bytes:
    """Return a picture with our metadata label of the second exchange."""
    stamped, receipt = ImageMetadata().stamp(content, Claim(name(2), "", LABEL))
    assert receipt.status == "written"
    return stamped


def test_a_label_on_its_own_picture(bench: Bench) -> None:
    """Confirmed by its looks, also encoded anew."""
    released(bench, labelled(encoded(picture(5))))
    again = labelled(encoded(picture(5), "JPEG", quality=70))
    report = ask(bench, again)
    assert (report.made_here, report.marks[0].state) == (MadeHere.YES, ClaimState.INTACT)


def test_a_label_moved_to_another_picture(bench: Bench) -> None:
    """Makes nothing ours: the record knows what its picture looked like."""
    released(bench, labelled(encoded(picture(5))))
    report = ask(bench, labelled(encoded(picture(7))))
    assert report.made_here is MadeHere.UNKNOWN
    assert report.marks[0].state is ClaimState.ALTERED
    assert notes_on(report, report.marks) == (Note.CONTENT_DIFFERS,)


def test_a_credential_by_somebody_who_names_our_exchange(bench: Bench) -> None:
    """Anybody can sign with a certificate of his own; it is a claim at the most."""
    released(bench, labelled(encoded(picture(5))))
    trial = make_trial(1_790_000_000.0)
    forger = Credentials(Signing(trial.chain, trial.key))
    forged, receipt = forger.stamp(encoded(picture(7)), Claim(name(2), "", LABEL))
    assert receipt.status == "written"
    assert ask(bench, forged).made_here is MadeHere.UNKNOWN


def test_a_sealed_file_is_known_byte_for_byte(bench: Bench) -> None:
    """Whatever it is; with one byte more it is another file."""
    content = bytes(range(256)) * 16
    released(bench, labelled(encoded(picture(5))))
    entry = bench.ledger.journal.open(facts(3))
    note = f"pcm {len(content)} bytes sha256:{sha256(content).hexdigest()}"
    entry.answer((said(note, path="media", own=True),))
    entry.close(closing())
    bench.ledger.ship()
    traced = bench.ledger.archive.trace_file(content)
    assert [(each.exchange, each.how) for each in traced] == [(name(3), "file")]
    assert bench.ledger.archive.trace_file(content + b"\0") == []


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("watch for the third light.", MadeHere.YES),
        ("The mayor has stolen the money.", MadeHere.UNKNOWN),
        ("Yes.", MadeHere.CLAIMED),
    ],
)
def test_a_short_text_under_our_label(bench: Bench, text: str, made: MadeHere) -> None:
    """Is held against the record that the label names, as far as it can be; what is too short for
    that is called a claim."""
    assert text not in STORY or made is MadeHere.YES
    report = bench.ask(bench.label + text)
    assert report.made_here is made


def test_a_label_without_a_code_is_anybody_s(bench: Bench) -> None:
    """Our default words are what everybody writes: they are not called our label."""
    (mark,) = bench.ask("AI-generated content\n\nFine weather today.").marks
    assert (mark.mark, mark.state) == ("explicit_label", ClaimState.UNTRUSTED)


def test_a_quote_of_ours_under_a_copied_label(bench: Bench) -> None:
    """Makes ours what was quoted, and not the rest: that somebody else wrote."""
    others = "The council met on Monday and spoke of roads, schools and the price of water. " * 8
    report = bench.ask(f"{bench.label}{others}\n{STORY[60:230]}\n{others}")
    assert report.made_here is MadeHere.PARTLY
    assert report.marks[0].state is ClaimState.ALTERED
    assert bench.ask(bench.label + STORY + " Well said, is it not?").made_here is MadeHere.YES


def test_a_long_answer_is_known_as_a_whole(bench: Bench) -> None:
    """It is compared piece by piece; half of it in another's text is a part."""
    chance = random.Random(7)
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = ["".join(chance.choices(letters, k=chance.randint(2, 9))) for _ in range(2_000)]
    ours, theirs = (" ".join(words[at : at + 1_000]) for at in (0, 1_000))
    bench.ledger.exchange(3, ours)
    bench.ledger.ship()
    assert bench.ask(ours).made_here is MadeHere.YES
    assert bench.ask(ours[:2_000] + theirs).made_here is MadeHere.PARTLY


def test_what_is_looked_up_by_its_wording() -> None:
    """The longest string of JSON, the ends of a long text, and no more than so much."""
    assert traceable(b'{"a":["short",{"b":"the longest one"}],"c":1}') == "the longest one"
    assert traceable(b"{broken") == "{broken"
    assert len(traceable("中".encode() * 2_000_000)) == MOST_TRACED
