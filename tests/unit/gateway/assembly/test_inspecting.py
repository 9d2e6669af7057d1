"""What a platform owes on a file, read and written by marks."""

from __future__ import annotations

import pytest

from gateway.assembly import open_inspector
from gateway.assembly.inspecting import FileInspector
from gateway.config.settings import Settings
from gateway.desk.reading import Reader
from gateway.nouns.errors import ConfigError
from gateway.nouns.mark import AigcLabel, MarkFamily, Receipt
from gateway.nouns.media import MediaFormat
from gateway.nouns.policy import Policy
from gateway.ports.mark import Claim
from gateway.wire.aigc_label import bare_json, parse

PLATFORM = "001191110102MAD55U9H0F20000"
THEIRS = AigcLabel("1", "001191440300708461136T1XGW3", "n-1", "", "P0", "n-0", "")
GIF = b"GIF89a" + bytes(20)


class Trailer:
    """A metadata mark on GIF: the label's JSON behind the file. ``lies``: it writes another one."""

    name = "trailer"

    def __init__(self, *, lies: bool = False, fails: bool = False) -> None:
        self._lies = lies
        self._fails = fails

    def stamp(self, content: bytes, claim: Claim) -> tuple[bytes, Receipt]:
        """Write the label."""
        if self._fails:
            return content, Receipt(self.name, "failed", "it is broken")
        assert claim.label is not None
        label = THEIRS if self._lies else claim.label
        return content.partition(b"{")[0] + bare_json(label), Receipt(self.name, "written")

    def verify(self, content: bytes) -> list[Claim]:
        """Read the label."""
        label = parse(b"{" + content.partition(b"{")[2])
        return [Claim(label.ProduceID, "", label)] if label else []


def inspector(mark: Trailer) -> FileInspector:
    """Return an inspector that knows one mark."""
    reader = Reader(mark, frozenset({MediaFormat.GIF}), MarkFamily.METADATA)
    return FileInspector([reader], lambda: "made-up")


def test_a_labelled_file() -> None:
    """Is confirmed; the platform's code and number go beside the production fields."""
    found = inspector(Trailer()).inspect(
        GIF + bare_json(THEIRS), "a.gif", declared=False, propagator=PLATFORM, number="n-9"
    )
    assert (found.format, found.tier) == ("gif", "confirmed")
    assert found.words["en"] == "AI-generated content"
    assert found.label == AigcLabel("1", THEIRS.ContentProducer, "n-1", "", PLATFORM, "n-9", "")
    assert found.marks[0].producer == THEIRS.ContentProducer


@pytest.mark.parametrize(
    ("declared", "tier", "value"), [(True, "possible", "2"), (False, "none", "")]
)
def test_an_unlabelled_file(declared: bool, tier: str, value: str) -> None:
    """Is possible if its user says so, with a number of our own making; else nothing is owed."""
    found = inspector(Trailer()).inspect(
        GIF, "a.gif", declared=declared, propagator=PLATFORM, number=""
    )
    assert found.tier == tier
    assert (found.label.Label if found.label else "") == value
    if found.label:
        assert found.label.PropagateID == "made-up"


def test_nobody_to_name() -> None:
    """Without a platform's code there are no fields to add; a code that is none is an error."""
    one = inspector(Trailer())
    assert one.inspect(GIF, "", declared=True, propagator="", number="").label is None
    with pytest.raises(ConfigError):
        one.inspect(GIF, "", declared=True, propagator="me", number="")


def test_written_and_read_back() -> None:
    """The file then bears exactly this label, and production fields are as they were."""
    one = inspector(Trailer())
    labelled = GIF + bare_json(THEIRS)
    found = one.inspect(labelled, "", declared=False, propagator=PLATFORM, number="n-9")
    assert found.label is not None
    written, receipt = one.write(labelled, "", found.label)
    assert receipt.status == "written"
    again = one.inspect(written, "", declared=False, propagator=PLATFORM, number="n-9")
    assert again.label == found.label
    assert again.label is not None
    triple = ("Label", "ContentProducer", "ProduceID")
    assert [getattr(again.label, each) for each in triple] == [
        getattr(THEIRS, each) for each in triple
    ]


@pytest.mark.parametrize(
    ("mark", "content", "status"),
    [
        (Trailer(lies=True), GIF, "failed"), (Trailer(fails=True), GIF, "failed"),
        (Trailer(), b"\x89PNG\r\n\x1a\n", "not_possible"),
    ],
)  # fmt: skip
def test_what_was_not_written_leaves_the_file_alone(
    mark: Trailer, content: bytes, status: str
) -> None:
    """A mark that lies, a mark that fails, a format that nobody writes."""
    label = AigcLabel("2", "", "", "", PLATFORM, "n-9", "")
    written, receipt = inspector(mark).write(content, "", label)
    assert (written, receipt.status) == (content, status)


def test_the_assembled_inspector_needs_no_ledger() -> None:
    """A platform that runs no gateway reads texts all the same; our label on one is a trace."""
    one = open_inspector(Settings(state="/nowhere"), Policy())
    text = "本内容由人工智能生成\n\n很久以前，有一座海边的小镇。".encode()
    found = one.inspect(text, "a.txt", declared=False, propagator=PLATFORM, number="")
    assert (found.tier, found.words["zh"]) == ("suspected", "内容疑似由AI生成合成")
    assert found.label is not None
    assert len(found.label.PropagateID) == 26
    assert one.write(text, "a.txt", found.label)[1].status == "not_possible"
