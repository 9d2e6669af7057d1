"""What is handed in, in every form of request, and what is refused."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from email.message import EmailMessage
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.desk.submission import (
    MOST_ENCODED,
    MOST_PARTS,
    Submission,
    form_submission,
    hosted_path,
    multipart,
    submission_of,
    whole,
)
from gateway.nouns.errors import BadRequest, ClientError, TooLarge

HOSTS = frozenset({"gate.example:8080"})
FORM = "multipart/form-data; boundary=XyZ"


def form(*parts: tuple[str, bytes]) -> bytes:
    """Return a form of parts: the rest of their content-disposition, and their content."""
    body = b"".join(
        b"--XyZ\r\nContent-Disposition: form-data; "
        + head.encode()
        + b"\r\n\r\n"
        + content
        + b"\r\n"
        for head, content in parts
    )
    return body + b"--XyZ--\r\n"


async def stream(*parts: bytes) -> AsyncIterator[bytes]:
    """Give parts of a body."""
    for part in parts:
        yield part


async def test_a_body_within_its_bound() -> None:
    """Joined."""
    assert await whole(stream(b"ab", b"", b"c"), 3) == b"abc"


@pytest.mark.parametrize(("limit", "declared"), [(2, ""), (2, "3"), (100, "101")])
async def test_a_body_above_its_bound(limit: int, declared: str) -> None:
    """By its own account, or once it is."""
    with pytest.raises(TooLarge):
        await whole(stream(b"ab", b"c"), limit, declared)


def test_json_with_a_text() -> None:
    """As it stands."""
    handed = submission_of(json.dumps({"text": "你好"}).encode(), "application/json", HOSTS)
    assert handed == Submission("你好".encode(), "", pasted=True)


@pytest.mark.parametrize(
    "body",
    [b"{}", b"[]", b'{"text":1}', b'{"text":"a","url":"b"}', b'{"text":"  "}', b"{", b"\xff",
     b'{"text":"a","more":1}', b"[" * 5000],
)  # fmt: skip
def test_json_that_is_no_question(body: bytes) -> None:
    """A clear error that repeats nothing of it."""
    with pytest.raises(BadRequest) as error:
        submission_of(body, "application/json; charset=utf-8", HOSTS)
    assert error.value.param == "text"


@pytest.mark.parametrize(
    "url",
    [
        "/sealgate/v1/files/01K9.png",
        "http://gate.example:8080/sealgate/v1/files/01K9.png",
        "https://gate.example:8080/sealgate/v1/files/01K9.png?download=1",
    ],
)
def test_a_url_of_ours(url: str) -> None:
    """Is a name, and nothing is fetched."""
    body = json.dumps({"url": url}).encode()
    assert submission_of(body, "application/json", HOSTS).hosted == "01K9.png"


@pytest.mark.parametrize(
    "url",
    [
        "http://other.example/sealgate/v1/files/a.png", "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd", "/etc/passwd", "/sealgate/v1/files/", "/sealgate/v1/files/../keys",
        "/sealgate/v1/files/%2e%2e%2fkeys", "/sealgate/v1/files/a/b", "//evil/sealgate/v1/files/a",
        "http://gate.example:8080@evil/sealgate/v1/files/a", "/sealgate/v1/files/.env",
        "http://[::1/sealgate/v1/files/a", "gopher://gate.example:8080/sealgate/v1/files/a",
        "/sealgate/v1/files/a\nb", "",
    ],
)  # fmt: skip
def test_any_other_url_is_refused(url: str) -> None:
    """The desk opens no connection for anybody."""
    with pytest.raises(BadRequest) as error:
        hosted_path(url, HOSTS)
    assert error.value.param == "url"
    assert "/sealgate/v1/files/" in error.value.detail


def test_a_raw_body_with_its_media_type() -> None:
    """The type is a hint."""
    assert submission_of(b"\x89PNG", "image/png", HOSTS) == Submission(b"\x89PNG", "image/png")
    with pytest.raises(BadRequest):
        submission_of(b"", "image/png", HOSTS)


def test_a_form_with_a_file() -> None:
    """The file counts, its bytes unchanged; of its name the last step."""
    content = bytes(range(256)) + b"\r\n--Xy\r\n--\r\n"
    body = form(('name="text"', b"words"), ('name="file"; filename="C:\\a/b.png"', content))
    assert form_submission(body, FORM) == Submission(content, "b.png")
    assert submission_of(body, FORM, HOSTS) == Submission(content, "b.png")


def test_a_file_and_its_credential_in_one_form() -> None:
    """In any order; a credential alone is handed in as it is; two contents are one too many."""
    one = ('name="file"; filename="a.opus"', b"OggS of a kind")
    beside = ('name="file"; filename="a.opus.c2pa"', bytes(4) + b"jumb" + bytes(8) + b"c2pa\0")
    asked = Submission(one[1], "a.opus", manifest=beside[1])
    assert form_submission(form(one, beside), FORM) == asked
    assert form_submission(form(beside, one), FORM) == asked
    assert form_submission(form(beside), FORM) == Submission(beside[1], "c2pa")
    told = form_submission(form(beside, ('name="text"', b"a text")), FORM)
    assert (told.content, told.manifest, told.pasted) == (b"a text", beside[1], True)
    for twice in (one, beside):
        with pytest.raises(BadRequest, match="One file"):
            form_submission(form(twice, one, twice), FORM)


def test_a_form_with_a_text() -> None:
    """An empty file field is no file; lines end as they did before the browser sent them."""
    body = form(('name="file"; filename=""', b""), ('name="text"', "第一\r\n第二".encode()))
    assert form_submission(body, FORM) == Submission("第一\n第二".encode(), "", pasted=True)
    plain = urlencode({"text": "第一\r\n第二"}).encode()
    assert (
        form_submission(plain, "application/x-www-form-urlencoded").content == "第一\n第二".encode()
    )


def test_a_form_of_the_standard_library() -> None:
    """Somebody else's writer: names in quotes, other headers, any case."""
    message = EmailMessage()
    message.add_header("CONTENT-DISPOSITION", "form-data", name="file", filename="é.wav")
    head = message.as_bytes().replace(b"\n", b"\r\n").rstrip()
    body = b"preamble\r\n--XyZ\r\n" + head + b"\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n--XyZ--"
    (part,) = multipart(body, "XyZ")
    assert (part.field, part.content) == ("file", b"RIFF")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", FORM),
        (b"no form", FORM),
        (form(('name="text"', b"  ")), FORM),
        (form(('name="else"', b"words")), FORM),
        (form(('name="text"', b"words"))[:-6], FORM),
        (b"--XyZ\r\nno head\r\n--XyZ--\r\n", FORM),
        (b"--XyZ\r\n" + b"x" * 5000 + b"\r\n\r\nwords\r\n--XyZ--\r\n", FORM),
        (form(('name="text"', b"words")), "multipart/form-data"),
        (form(('name="text"', b"words")), 'multipart/form-data; boundary="' + "x" * 71 + '"'),
        (form(("name=\"file\"; filename*=idna''xn--a", b"words")), FORM),
        (form(("name*=utf-7''%2BAGY-; filename*=punycode''%ff%fe-%00", b"words")), FORM),
        (b"\xff", "application/x-www-form-urlencoded"),
        (b"&".join([b"a=1"] * 100), "application/x-www-form-urlencoded"),
    ],
)
def test_forms_that_are_none(body: bytes, kind: str) -> None:
    """A client's error, whatever is wrong."""
    with pytest.raises(BadRequest):
        form_submission(body, kind)


def test_an_encoded_form_is_short() -> None:
    """To decode a long one would keep everybody waiting; the page sends another."""
    kind = "application/x-www-form-urlencoded"
    assert form_submission(b"text=" + b"%41" * 40_000, kind).content == b"A" * 40_000
    with pytest.raises(TooLarge):
        form_submission(b"text=" + b"%" * MOST_ENCODED, kind)


def test_a_form_of_many_parts() -> None:
    """Is not read to its end."""
    parts = [('name="text"', b"words")] * (MOST_PARTS + 1)
    with pytest.raises(TooLarge):
        form_submission(form(*parts), FORM)
    assert len(multipart(form(*parts[:-1]), "XyZ")) == MOST_PARTS


@given(st.binary(max_size=300), st.text(max_size=60))
def test_any_body_of_any_type_is_read_or_refused(body: bytes, kind: str) -> None:
    """Nothing else happens."""
    for content_type in (kind, FORM, "application/json", "application/x-www-form-urlencoded"):
        try:
            submission_of(body, content_type, HOSTS)
        except ClientError:
            continue
