"""The page as it is rendered: words in both languages, everything else escaped."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from gateway.desk.page import (
    LANGUAGES,
    answer_page,
    asset,
    error_page,
    form_page,
    wished_language,
    words,
)
from gateway.desk.report import MadeHere, Note, PublicAnswer, PublicMark, Tier
from gateway.nouns.errors import (
    BadRequest,
    Overloaded,
    SealgateError,
    TooLarge,
    Unauthorized,
)
from gateway.nouns.mark import MarkFamily
from gateway.nouns.media import MediaFormat
from gateway.ports.mark import ClaimState

LIMIT = 32 << 20
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>$title ${title}'


class Outline(HTMLParser):
    """What a browser would make of a page: its tags with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep it."""
        self.words += data


def answer(**changes: object) -> PublicAnswer:
    """Return an answer, made here unless changed."""
    whole: dict[str, object] = {
        "made_here": MadeHere.YES, "tier": Tier.SUSPECTED, "date": "2026-09-21",
        "service": "001191110102MAD55U9H0F10002", "format": MediaFormat.TXT,
        "marks": (PublicMark("text_label", "label", ClaimState.INTACT, "", ""),), "notes": (),
    }  # fmt: skip
    return PublicAnswer(**{**whole, **changes})  # type: ignore[arg-type]


def test_both_languages_have_every_word() -> None:
    """And every verdict, tier, state, note and family of marks has its words."""
    assert words("zh").keys() == words("en").keys()
    wanted = {
        *(f"verdict_{each}" for each in MadeHere),
        *(f"tier_{each}" for each in Tier),
        *(f"state_{each}_more" for each in ClaimState),
        *(f"note_{each}" for each in Note),
        *(f"family_{each}" for each in MarkFamily),
    }
    assert wanted <= words("zh").keys()
    assert all(re.search("[\u4e00-\u9fff]", text) for name, text in words("zh").items()
               if name not in {"switch", "switch_to"})  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form(language: str) -> None:
    """Every field has its label, the page its language, and a way to the other one."""
    outline = Outline(form_page(language, LIMIT))
    fields = {at["id"] for tag, at in outline.tags if tag in {"input", "textarea"}}
    assert fields == {at["for"] for tag, at in outline.tags if tag == "label"} == {"file", "text"}
    html = dict(outline.tags)["html"]
    assert html["lang"] == {"zh": "zh-CN", "en": "en"}[language]
    other = "zh" if language == "en" else "en"
    assert f"/verify?lang={other}" in [at.get("href") for tag, at in outline.tags if tag == "a"]
    form = dict(outline.tags)["form"]
    assert (form["method"], form["enctype"]) == ("post", "multipart/form-data")
    assert "32 MB" in outline.words
    assert "$" not in outline.words


def test_no_script_and_no_style_stand_in_the_page() -> None:
    """So that the strict content policy holds: all of it is in files of ours."""
    outline = Outline(answer_page("en", LIMIT, answer(notes=tuple(Note))))
    for tag, attributes in outline.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert tag != "style"
        if tag == "script":
            assert attributes["src"] == "/sealgate/verify/page.js"
    for name in ("page.css", "page.js"):
        assert "http" not in asset(name).replace("http-equiv", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_verdict_comes_first(language: str) -> None:
    """Then the facts, the marks, and what they mean."""
    said = words(language)
    page = answer_page(language, LIMIT, answer())
    order = [said[name] for name in ("verdict_yes", "date", "marks", "meaning", "text", "limits")]
    places = [page.rindex(f">{each}<") for each in order]
    assert places == sorted(places)
    assert "2026-09-21" in page
    assert "001191110102MAD55U9H0F10002" in page


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"made_here": MadeHere.NO}, "verdict_no"),
        ({"made_here": MadeHere.UNKNOWN}, "verdict_unknown"),
        ({"made_here": MadeHere.UNKNOWN, "tier": Tier.NONE, "marks": ()}, "verdict_nothing"),
    ],
)
def test_verdicts_that_are_no_yes(changes: dict[str, object], verdict: str) -> None:
    """Name no day and no service."""
    page = answer_page("en", LIMIT, answer(date=None, service=None, **changes))
    assert words("en")[verdict] in page
    assert words("en")["date"] not in Outline(page).words


def test_what_stands_in_a_file_is_escaped() -> None:
    """A producer's name, a mark of a stranger, an error's detail: text, whatever they hold."""
    mark = PublicMark(HOSTILE, HOSTILE, ClaimState.UNTRUSTED, HOSTILE, HOSTILE)
    for page in (
        answer_page("zh", LIMIT, answer(marks=(mark,), service=HOSTILE)),
        error_page("zh", LIMIT, Unauthorized(HOSTILE)),
    ):
        outline = Outline(page)
        assert [tag for tag, _ in outline.tags].count("script") == 1
        assert "img" not in [tag for tag, _ in outline.tags]
        assert "alert(1)" in outline.words


def test_a_service_without_code() -> None:
    """Is called so."""
    assert words("en")["by_none"] in answer_page("en", LIMIT, answer(service=None))


def test_an_error_is_announced() -> None:
    """With what is wrong and how to mend it."""
    assert 'role="alert"' in error_page("zh", LIMIT, BadRequest("There is nothing."))
    assert Unauthorized.zh in error_page("zh", LIMIT, Unauthorized())


@pytest.mark.parametrize("kind", [BadRequest, TooLarge, Overloaded])
def test_what_a_reader_may_meet_is_said_in_his_language(kind: type[SealgateError]) -> None:
    """Details are English, and for programs and operators; the page has words of its own."""
    page = error_page("zh", LIMIT, kind("A detail (verify.upload_bytes)."))
    assert "detail" not in page
    assert words("zh")[f"error_{kind.code}"].split("$")[0] in page


@pytest.mark.parametrize(
    ("accept", "asked", "language"),
    [("zh-CN,en;q=0.8", None, "zh"), ("zh", "en", "en"), ("en", "zh", "zh"), ("en", "<b>", "en")],
)  # fmt: skip
def test_the_language_that_is_wished(accept: str, asked: str | None, language: str) -> None:
    """What the link says, else what the browser likes best, else English."""
    assert wished_language(accept, asked) == language
