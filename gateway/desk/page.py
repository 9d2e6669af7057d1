"""The public page: a form, and the report in the reader's language. Rendered here, whole, so that
it works without any script. Everything that is not a word of ours is escaped."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

import msgspec

from gateway.desk.report import MadeHere, PublicAnswer, PublicMark, Tier
from gateway.nouns.errors import SealgateError
from gateway.wire.accept_language import LANGUAGES, preferred_language

ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="#0b5cad" '
    'd="M12 2 4 5v6c0 5.2 3.3 9.3 8 11 4.7-1.7 8-5.8 8-11V5z"/><path fill="none" stroke="#fff" '
    'stroke-width="2.2" d="m8.2 12.2 2.7 2.7 5-5.4"/></svg>'
)

_FOLDER = Path(__file__).parent
_HTML_LANG = {"zh": "zh-CN", "en": "en"}
_SIGNS = {
    "yes": "m6.5 12.5 3.8 3.8 7.5-8.2",
    "partly": "M6.5 12.5h5m-5 4h3m-3-8h8",
    "likely": "M5.5 14.5c2.2-5.5 4.6-5.5 6.5-2.5s4.3 3 6.5-2.5",
    "claimed": "M12 4.5v9m0 4v.1M5 12a7 7 0 0 1 3-5.7m11 5.7a7 7 0 0 0-3-5.7",
    "no": "M7.5 7.5l9 9m0-9-9 9",
    "unknown": "M9 9.2a3 3 0 1 1 4.4 2.7c-.9.5-1.4 1-1.4 2m0 2.9v.1",
    "error": "M12 6.8v6.4m0 3.6v.1",
}

_CODE = re.compile("[0-9A-Z]{27}")

Words = dict[str, str]


@cache
def words(language: str) -> Words:
    """Return our own sentences in a language, by name. They are plain text."""
    read = msgspec.json.decode((_FOLDER / "words.json").read_bytes(), type=dict[str, Words])
    return read[language]


@cache
def asset(name: str) -> str:
    """Return a file of the page: ``page.css`` or ``page.js``."""
    return (_FOLDER / name).read_text(encoding="utf-8")


def form_page(language: str, limit: int) -> str:
    """Return the page before anything was asked. ``limit`` is the largest file in bytes."""
    return _page(language, limit, "", "")


def answer_page(language: str, limit: int, answer: PublicAnswer) -> str:
    """Return the page with an answer: the verdict, the marks, what they mean."""
    said = words(language)
    title, more = _verdict(said, answer)
    body = [_facts(said, answer), _marks(said, answer.marks), _notes(said, answer)]
    result = _card(answer.made_here.value, title, more, f'<div class="body">{"".join(body)}</div>')
    return _page(language, limit, result, title)


def error_page(language: str, limit: int, error: SealgateError) -> str:
    """Return the page with an error: what is wrong and how to mend it, in the reader's words.

    Errors of which the page has no words say their own sentence, whose detail is English.
    """
    said = words(language)
    why = said.get(f"error_{error.code}", error.sentence(language))
    why = Template(why).safe_substitute(limit=_size(limit))
    result = _card("error", said["error"], why, "", alert=True)
    return _page(language, limit, result, said["error"])


def _page(language: str, limit: int, result: str, title: str) -> str:
    said = words(language)
    filled = {name: escape(text) for name, text in said.items()}
    filled["file_help"] = escape(Template(said["file_help"]).substitute(limit=_size(limit)))
    head = f"{title} · {said['title']}" if title else said["title"]
    return _template().substitute(
        filled, lang=language, html_lang=_HTML_LANG[language], result=result,
        switch_lang=_HTML_LANG[said["switch_to"]], head_title=escape(head),
    )  # fmt: skip


@cache
def _template() -> Template:
    return Template((_FOLDER / "page.html").read_text(encoding="utf-8"))


def _card(kind: str, title: str, more: str, body: str, *, alert: bool = False) -> str:
    role = ' role="alert"' if alert else ""
    return (
        f'<section class="card answer"{role}><div class="verdict {kind}"><span class="sign">'
        f'<svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true">'
        f'<path d="{_SIGNS[kind]}"/></svg></span><div><h2 tabindex="-1">{escape(title)}</h2>'
        f"<p>{escape(more)}</p></div></div>{body}</section>"
    )


def _verdict(said: Words, answer: PublicAnswer) -> tuple[str, str]:
    name = answer.made_here.value
    if answer.made_here is MadeHere.UNKNOWN and answer.tier is Tier.NONE:
        name = "nothing"
    return said[f"verdict_{name}"], said[f"verdict_{name}_more"]


def _facts(said: Words, answer: PublicAnswer) -> str:
    rows: list[tuple[str, str, str]] = []
    if answer.date is not None:
        made = Template(said["date_value"]).substitute(date=answer.date)
        claimed = answer.made_here is MadeHere.CLAIMED
        rows.append((said["date_claimed" if claimed else "date"], made, ""))
        rows.append((said["by"], answer.service or said["by_none"], ""))
    tier = answer.tier.value
    rows.append((said["tier"], said[f"tier_{tier}"],
                 f"{said['tier_source']} {said[f'tier_{tier}_more']}"))  # fmt: skip
    known = answer.format.value.upper() if answer.format else said["format_none"]
    rows.append((said["format"], known, ""))
    lines = [
        f"<dt>{escape(name)}</dt><dd>{_shown(value)}"
        + (f"<small>{escape(more)}</small>" if more else "")
        + "</dd>"
        for name, value, more in rows
    ]
    return f'<dl class="facts">{"".join(lines)}</dl>'


def _shown(value: str) -> str:
    """Return a value as HTML; a provider code in narrow letters, so that it stays on one line."""
    return f"<code>{value}</code>" if _CODE.fullmatch(value) else escape(value)


def _marks(said: Words, marks: tuple[PublicMark, ...]) -> str:
    if not marks:
        return ""
    head = "".join(
        f'<th scope="col">{escape(said[name])}</th>' for name in ("mark", "state", "producer")
    )
    rows = "".join(_mark_row(said, mark) for mark in dict.fromkeys(marks))
    return (
        f"<h3>{escape(said['marks'])}</h3><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _mark_row(said: Words, mark: PublicMark) -> str:
    named = said.get(f"mark_{mark.mark}") or said.get(f"family_{mark.family}") or mark.mark
    state = mark.state.value
    producer = f"<code>{escape(mark.producer[:64])}</code>" if mark.producer else (
        escape(said["producer_none"]))  # fmt: skip
    if mark.model:
        producer += f"<small>{escape(said['model'])} <code>{escape(mark.model)}</code></small>"
    return (
        f'<tr><th scope="row">{escape(named)}</th><td data-name="{escape(said["state"])}">'
        f'<span class="state {state}">{escape(said[f"state_{state}"])}</span>'
        f"<small>{escape(said[f'state_{state}_more'])}</small></td>"
        f'<td data-name="{escape(said["producer"])}">{producer}</td></tr>'
    )


def _notes(said: Words, answer: PublicAnswer) -> str:
    names = [note.value for note in answer.notes]
    if answer.made_here is MadeHere.YES:
        names.insert(0, "made_here")
    if not names:
        return ""
    lines = "".join(f"<li>{escape(said[f'note_{name}'])}</li>" for name in names)
    return f"<h3>{escape(said['meaning'])}</h3><ul>{lines}</ul>"


def _size(limit: int) -> str:
    return f"{limit / (1 << 20):.0f} MB" if limit >= 1 << 20 else f"{limit / 1024:.0f} KB"


def wished_language(accept: str, asked: Any = None) -> str:
    """Return ``zh`` or ``en``: what was asked for outright, else what the browser likes best."""
    return str(asked) if asked in LANGUAGES else preferred_language(accept)
