"""What the split-anywhere proof is made of: adversarial texts, lists and policies; an upstream that
writes them in every way; and an oracle that knows what may leave, without any window."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from hypothesis import strategies as st

from filters.lexicon import Entry, compile_lexicon, named_list
from filters.lexicon.entries import problem_of
from filters.personal_data import PersonalDataFilter
from filters.secrets import SecretsFilter
from gateway.adapters.openai_chat import OpenAIChat
from gateway.assembly.file_sealing import FileMarksOwed
from gateway.assembly.judge import PolicyJudge, Wiring
from gateway.assembly.kit import LocalKit
from gateway.assembly.sealing import Sealer
from gateway.edge.gateway import Admission, SystemClock
from gateway.engine.ruling import always_patient
from gateway.nouns.exchange import NO_SUBJECT, Principal, exchange_id
from gateway.nouns.finding import HIDDEN_TEXT, Finding
from gateway.nouns.mark import LabelMode, LabelPosition, TextMarksOrder
from gateway.nouns.policy import AnswerStyle, Mode, Policy, Rule
from gateway.nouns.segment import FieldClass
from gateway.nouns.verdict import Action
from gateway.ports.filter import Filter

EXCHANGE = exchange_id(1_790_000_000_000, bytes(10))
REFUSED = "This answer was withheld."
NEW = "(other words)"
MASK = "[redacted]"
CATEGORIES = ("x.one", "x.two", "x.three", "personal_data", "secret", "hidden_text")
CHANNELS = ("content", "reasoning_content", "refusal", "arguments")
CLASSES = {
    "content": FieldClass.CONTENT, "reasoning_content": FieldClass.REASONING,
    "refusal": FieldClass.REFUSAL, "arguments": FieldClass.TOOL_ARGUMENTS,
}  # fmt: skip

# -- texts ---------------------------------------------------------------------------------------

FRAGMENTS = ["赌", "博", "网", "站", "a", "b", "c", "ab", " ", "赌博", "é"]
NUMBERS = [
    "13912345677", "139 1234 5677", "+86 139-1234-5677", "1391234", "5677", "11010519491231002X",
    "110105", "4539148803436467", "4539 1488 0343", " 6467", "a@b.co", "zhang@163.com", "@", "护照",
    "E12345678", "粤B·12345", "手机", "8", "-", ".",
]  # fmt: skip
KEYS = [
    "ghp_", "0123456789abcdefABCDEF0123456789abcd", "sk-", "AKIA", "IOSFODNN7EXAMPL3", "glpat-",
    "password=", "hunter2!Zz9", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "eyJ",
    "MIIEvQIBADANBgkqhkiG9w0B\n",
]  # fmt: skip
ODD = [
    "\u200b", "\u200b" * 70, "\u0301", "\u0301" * 3, "\u0301" * 70, "\ufe0f", "😀", "𠮷",
    "👩\u200d💻", "\ufdd0",
    "&", "&#36171;", "&#x8d4c;", "&lt;", "<b>", "</b>", "<", ">", "**", "*", "`", "~", "\\", '"',
    '\\"', "\\u8d4c", "\\u", "/", "\n", "\t", "\r", "  ", "，", "。", "_", "-" * 9, "Ａ", "賭",
    "а", "㎏", "\x1e", "\x00", "{", "[", "data: ", "x" * 70,
]  # fmt: skip
PLAIN = ["hello ", "today", "是的", "，", "the ", "1", "yes. "]
WHOLE = [
    "13912345677", "11010519491231002X", "4539 1488 0343 6467", "zhang@163.com", "粤B·12345",
    "ghp_0123456789abcdefABCDEF0123456789abcd", "AKIAIOSFODNN7EXAMPL3", "\u200b" * 70,
    "护照E12345678", "password=hunter2!Zz9", "\u0301" * 70,
]  # fmt: skip
FILLERS = ["", "", "", " ", "-", "\u200b", "\u0301", "*", "<b>", "&#", "，", "\n", "\\", "\ufe0f"]


Words = tuple[tuple[str, ...], ...]
"""What terms say: each with its allow-phrases."""


@st.composite
def _torn(draw: st.DrawFn, words: Words) -> str:
    """A term or allow-phrase with something between some of its characters."""
    term = draw(st.sampled_from(draw(st.sampled_from(words))))
    fillers = draw(st.lists(st.sampled_from(FILLERS), min_size=1, max_size=4))
    return "".join(sign + fillers[at % len(fillers)] for at, sign in enumerate(term))


def texts(terms: Sequence[Entry]) -> st.SearchStrategy[str]:
    """Texts that hold the terms, numbers and keys: whole, torn, in pieces, side by side."""
    return _texts(_words(terms))


def _words(terms: Sequence[Entry]) -> Words:
    return tuple((entry.text, *entry.allow) for entry in terms)


@lru_cache(64)
def _texts(words: Words) -> st.SearchStrategy[str]:
    parts = [st.sampled_from(part) for part in (FRAGMENTS, NUMBERS, KEYS, ODD, PLAIN, WHOLE)]
    if words:
        parts += [st.sampled_from([term for term, *_ in words]), _torn(words), _torn(words)]
    return st.lists(st.one_of(*parts), max_size=10).map("".join)


@lru_cache(64)
def _documents(words: Words) -> st.SearchStrategy[object]:
    text = _texts(words)
    return st.recursive(
        st.one_of(text, text, st.sampled_from([0, 13912345677, True, None, -1.5])),
        lambda inner: st.one_of(
            st.lists(inner, max_size=2), st.dictionaries(text, inner, max_size=2)
        ),
        max_leaves=3,
    )


@st.composite
def json_texts(draw: st.DrawFn, terms: Sequence[Entry]) -> str:
    """A JSON document as some encoder writes it; sometimes it is none, or is cut short."""
    raw = json.dumps(
        draw(_documents(_words(terms))),
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from([None, 1])),
    )
    odd = draw(st.integers(0, 9))
    if odd == 0:
        return raw + draw(texts(terms))
    return raw[: draw(st.integers(0, len(raw)))] if odd == 1 else raw


# -- lists and policies --------------------------------------------------------------------------


@st.composite
def entries(draw: st.DrawFn) -> tuple[Entry, ...]:
    """A few terms that overlap each other, some with allow-phrases, some as words only."""
    made = []
    for category in draw(st.lists(st.sampled_from(CATEGORIES[:3]), min_size=2, max_size=5)):
        text = "".join(draw(st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=3)))
        allow = draw(st.sampled_from(["", "", "站{}", "{} a", "不{}吗"]))
        entry = Entry(
            text=text,
            category=category,
            severity=draw(st.integers(1, 4)),
            match=draw(st.sampled_from(["", "word", "substring"])),
            variants=draw(st.sampled_from([("fold",), ("fold", "separators")])),
            allow=(allow.format(text),) if allow else (),
        )
        if not problem_of(entry):
            made.append(entry)
    return tuple(made)


LABELS = st.sampled_from(
    [
        TextMarksOrder(),
        TextMarksOrder(label=LabelMode.INLINE, language="en"),
        TextMarksOrder(label=LabelMode.INLINE, position=LabelPosition.END, language="zh"),
        TextMarksOrder(label=LabelMode.BOTH, position=LabelPosition.BOTH, language="en"),
        TextMarksOrder(label=LabelMode.FIELD),
    ]
)


@st.composite
def policies(draw: st.DrawFn, *, labels: st.SearchStrategy[TextMarksOrder] = LABELS) -> Policy:
    """Any rules: an action for each category, or none; sometimes the user's own words are free."""
    rules = []
    for category in CATEGORIES:
        action = draw(st.sampled_from(_ACTIONS))
        if action is not None:
            rules.append(
                Rule(
                    id=category,
                    when=category,
                    do=action,
                    severity=draw(st.sampled_from([1, 1, 3])),
                    unless=draw(st.sampled_from(["", "", "said_by_user"])),
                    text=NEW if action is Action.REPLACE else "",
                )
            )
    return Policy(
        rules=tuple(rules),
        mode=draw(st.sampled_from([Mode.ENFORCE] * 5 + [Mode.OBSERVE])),
        answer=AnswerStyle(language="en", messages={"en": REFUSED}),
        marks=draw(labels),
    )


_ACTIONS = (
    Action.REDACT, Action.BLOCK, Action.REDACT, Action.REPLACE, Action.REDACT, Action.FLAG, None
)  # fmt: skip


class Bench(NamedTuple):
    """A judge under test with the very filters that it uses."""

    policy: Policy
    filters: tuple[Filter, ...]
    judge: PolicyJudge
    sealer: Sealer


PERSONAL, SECRETS = PersonalDataFilter(), SecretsFilter()


def bench(policy: Policy, terms: Sequence[Entry], producer: str = "") -> Bench:
    """Return the judge of a policy with these terms, personal data and secrets."""
    lexicon = compile_lexicon([named_list("mine", terms)])
    found = {(entry.category, entry.severity) for entry in terms}
    kit = LocalKit(
        (
            (lexicon, (*sorted(found), (HIDDEN_TEXT, 3))),
            (PERSONAL, tuple((category, 4) for category in PERSONAL.categories)),
            (SECRETS, tuple((category, 4) for category in SECRETS.categories)),
        ),
        {}, (), "",
    )  # fmt: skip
    sealer = Sealer(policy.marks, "", b"key")
    files = FileMarksOwed(
        policy.file_marks, producer, SystemClock(), code_of=sealer.code,
        passes=policy.mode is Mode.OBSERVE,
    )  # fmt: skip
    judge = PolicyJudge(policy, Wiring(kit, (), sealer, files, True, b"key", always_patient))
    return Bench(policy, (lexicon, PERSONAL, SECRETS), judge, sealer)


ADAPTER = OpenAIChat()


def admission(value: object) -> Admission:
    """Return the admission of a request with this body."""
    request = ADAPTER.read_request(json.dumps(value).encode(), strict=True)
    return Admission(EXCHANGE, request, Principal("k", "anonymous"), NO_SUBJECT, ADAPTER)


# -- the oracle: what may leave, from the whole text ---------------------------------------------


_EDGE = "\ufdd0"
"""Stands for the quote of a JSON string; where a text brings it, it is looked through."""


class Fate(NamedTuple):
    """What becomes of one channel's text: what may leave, and where the first block stands."""

    text: str
    block: tuple[int, int] | None
    touched: bool


class _Span(NamedTuple):
    start: int
    end: int
    action: Action


def fate(one: Bench, channel: str, text: str, said: str) -> Fate:
    """Return a channel's fate by scanning its whole text once with every filter."""
    seen, places = _as_read(text) if channel == "arguments" else _as_written(text)
    spans = _clusters(_spans(one, seen, said, is_json=channel == "arguments"))
    out, at = "", 0
    for span in spans:
        start = max(span.start, at)
        if span.action is Action.BLOCK:
            raw = places[start]
            return Fate(out + text[places[at] : raw], (span.start, span.end), True)
        end = span.end
        while end < len(seen) and unicodedata.combining(seen[end]):
            end += 1
        if end <= at:
            continue
        new = NEW if span.action is Action.REPLACE else MASK
        out += text[places[at] : places[start]] + new
        at = end
    return Fate(out + text[places[at] :], None, bool(spans))


def _as_written(text: str) -> tuple[str, list[int]]:
    return text.replace(_EDGE, "\u200b"), list(range(len(text) + 1))


def _as_read(raw: str) -> tuple[str, list[int]]:
    """Return a valid JSON text with its strings decoded and their quotes as edges, and where each
    code point stands."""
    seen: list[str] = []
    places: list[int] = []
    at, inside = 0, False
    while at < len(raw):
        size = 1
        sign = raw[at]
        if sign == '"':
            inside = not inside
            sign = _EDGE
        elif inside and sign == "\\":
            size = 6 if raw[at + 1] == "u" else 2
            if raw[at : at + 3].lower() == "\\ud" and raw[at + 3] in "89abAB":
                size = 12
            sign = json.loads(f'"{raw[at : at + size]}"')
        if sign == _EDGE and raw[at] != '"':
            sign = "\u200b"
        seen.append(sign)
        places.append(at)
        at += size
    return "".join(seen), [*places, len(raw)]


def _spans(one: Bench, seen: str, said: str, *, is_json: bool) -> Iterable[_Span]:
    if one.policy.mode is Mode.OBSERVE:
        return
    for judge in one.filters:
        for found in judge.scan(seen, 0, True).findings:
            action = _action(one.policy, found, seen, said)
            if action <= Action.FLAG:
                continue
            span = seen[found.start : found.end]
            inside = seen.count(_EDGE, 0, found.start) % 2 == 1 and _EDGE not in span
            if is_json and action is not Action.BLOCK and not inside:
                action = Action.BLOCK
            yield _Span(found.start, found.end, action)


def _action(policy: Policy, found: Finding, seen: str, said: str) -> Action:
    free = bool(seen[found.start : found.end]) and seen[found.start : found.end] in said
    return max(
        (
            rule.do
            for rule in policy.rules
            if rule.concerns(found.category)
            and found.severity >= rule.severity
            and not (rule.unless and free)
        ),
        default=Action.PASS,
    )


def _clusters(spans: Iterable[_Span]) -> list[_Span]:
    out: list[_Span] = []
    for span in sorted(spans, key=lambda s: (s.start, -s.end)):
        if out and span.start < out[-1].end:
            last = out[-1]
            out[-1] = _Span(last.start, max(last.end, span.end), max(span.action, last.action))
        else:
            out.append(span)
    return out
