"""Every contract of a guard, against a stand-in that checks who asks and answers as published."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest

from filters.remote_guard import CONTRACTS, Account, Reach, RemoteGuardFilter, Stamp
from filters.remote_guard.contract import ChatContract, categories
from gateway.config.guard_form import GuardContract, GuardKind
from gateway.nouns.guard_contract import CLASSIFIER, GUARD_TERMS, KINDS
from gateway.nouns.policy import GuardModel
from gateway.ports.filter import Question
from models.http_link import HttpLink
from models.openai_chat_runtime import OpenAIChatRuntime
from tests.guard_kit import KEY, KEY_ID, Said, StandIn, standing_in

OPTIONS: dict[str, dict[str, str]] = {
    "granite_guardian": {"risks": "harm,jailbreak"},
    "azure_content_safety": {"shield": "on"},
    "yidun": {"business_id": "b"},
    "shumei": {"app_id": "a", "event_id": "e"},
}


class Case(NamedTuple):
    """A stand-in's word for a harm, and what our finding is called."""

    contract: str
    said: Said
    category: str
    severity: int = 3


UNSAFE = [
    Case("qwen3guard", Said("unsafe", "Violent"), "guard.unsafe.violent"),
    Case("llama_guard", Said("unsafe", "S10"), "guard.unsafe.hate"),
    Case("shieldgemma", Said("unsafe", "No Harassment"), "guard.unsafe.harassment"),
    Case("granite_guardian", Said("unsafe", "jailbreak"), "guard.unsafe.jailbreak"),
    Case("nemoguard", Said("unsafe", "PII/Privacy"), "guard.unsafe.personal_information"),
    Case("gpt_oss_safeguard", Said("unsafe", "fraud"), "guard.unsafe.fraud"),
    Case("openai_moderation", Said("unsafe", "sexual/minors"),
         "guard.unsafe.child_exploitation", 4),
    Case("azure_content_safety", Said("unsafe", "SelfHarm"), "guard.unsafe.self_harm", 4),
    Case("azure_content_safety", Said("safe", "attack"), "guard.unsafe.jailbreak"),
    Case("aliyun", Said("unsafe", "contraband_drug_tl"), "guard.unsafe.drugs"),
    Case("tencent", Said("unsafe", "Abuse"), "guard.unsafe.profanity"),
    Case("baidu", Said("unsafe", "5"), "guard.unsafe.profanity"),
    Case("yidun", Said("unsafe", "300"), "guard.unsafe.terrorism"),
    Case("shumei", Said("unsafe", "fraud"), "guard.unsafe.fraud"),
]  # fmt: skip
CONTROVERSIAL = [
    Case("qwen3guard", Said("controversial", "Unethical Acts"),
         "guard.controversial.unethical_acts", 2),
    Case("nemoguard", Said("controversial", "Needs Caution"), "guard.controversial.unnamed", 2),
    Case("gpt_oss_safeguard", Said("controversial", "hate"), "guard.controversial.hate", 2),
    Case("openai_moderation", Said("controversial", "violence"), "guard.controversial.violent", 2),
    Case("azure_content_safety", Said("controversial", "Hate"), "guard.controversial.hate", 2),
    Case("aliyun", Said("controversial", "pt_to_sites"), "guard.controversial.advertising", 2),
    Case("tencent", Said("controversial", "Ad"), "guard.controversial.advertising", 2),
    Case("baidu", Said("controversial", "0"), "guard.controversial.spam", 2),
    Case("yidun", Said("controversial", "700"), "guard.controversial.spam", 2),
    Case("shumei", Said("controversial", "privacy"),
         "guard.controversial.personal_information", 2),
]  # fmt: skip
NEW_WORDS = [
    Case("qwen3guard", Said("unsafe", "Something New"), "guard.unsafe.unnamed"),
    Case("llama_guard", Said("unsafe", "S99"), "guard.unsafe.unnamed"),
    Case("nemoguard", Said("unsafe", "Something New"), "guard.unsafe.unnamed"),
    Case("gpt_oss_safeguard", Said("unsafe", "something"), "guard.unsafe.unnamed"),
    Case("openai_moderation", Said("unsafe", "something"), "guard.unsafe.unnamed"),
    Case("aliyun", Said("unsafe", "something"), "guard.unsafe.unnamed"),
    Case("tencent", Said("unsafe", "Something"), "guard.unsafe.unnamed"),
    Case("baidu", Said("unsafe", "99"), "guard.unsafe.unnamed"),
    Case("yidun", Said("unsafe", "12345"), "guard.unsafe.unnamed"),
    Case("shumei", Said("unsafe", "something"), "guard.unsafe.unnamed"),
]
GARBAGE: dict[str, list[Any]] = {
    "qwen3guard": ["", "I cannot judge this.", "Safety: safe", "Safety: Safe\nSafety: Unsafe",
                   "Safety: Safe\nCategories: Violent", "unsafe\nS1"],
    "llama_guard": ["", "Safe", "safe\nS1", "unsafe\nViolence", "unsafe\nS1\nmore", "unsafely"],
    "shieldgemma": ["", "Maybe", "The text is fine."],
    "granite_guardian": ["", "Maybe", "yes no", "<score> perhaps </score>",
                         "<score>no</score><score>yes</score>", "<think>no"],
    "nemoguard": ["", "safe", '{"User Safety": "fine"}', '{"Response Safety": "safe"}', "{", "[]"],
    "gpt_oss_safeguard": ["", "0", '{"violation": 2}', '{"violation": "no"}', "{}",
                          '{"violation": 0} {"violation": 1}'],
    "openai_moderation": [b"", b"[]", {"results": []}, {"error": {"message": "no"}},
                          {"results": [{"flagged": False}]},
                          {"results": [{"flagged": False, "categories": {"hate": False},
                                        "category_scores": {}}]}],
    "azure_content_safety": [b"<html>", {}, {"categoriesAnalysis": []},
                             {"categoriesAnalysis": [{"category": "Hate", "severity": 0}]},
                             {"categoriesAnalysis": [
                                 {"category": name, "severity": 7}
                                 for name in ("Hate", "SelfHarm", "Sexual", "Violence")]}],
    "aliyun": [b"{", {}, {"Code": 408, "Message": "no"}, {"Code": 200},
               {"Code": 200, "Data": {}}, {"Code": 200, "Data": {"RiskLevel": "unheard"}},
               {"Code": 200, "Data": {"RiskLevel": "none", "SensitiveLevel": "S9"}}],
    "tencent": [b"1", {}, {"Response": {"Error": {"Code": "AuthFailure", "Message": "no"}}},
                {"Response": {"Suggestion": "Perhaps", "Score": 0}},
                {"Response": {"Suggestion": "Block", "Score": "high"}}],
    "baidu": [b"", {}, {"error_code": 17, "error_msg": "quota"}, {"conclusionType": 4},
              {"conclusionType": 9}, {"conclusionType": True}],
    "yidun": [b"", {}, {"code": 411, "msg": "no"}, {"code": 200, "result": {}},
              {"code": 200, "result": {"antispam": {"suggestion": 3}}}],
    "shumei": [b"", {}, {"code": 1902, "message": "no"}, {"code": 1100},
               {"code": 1100, "riskLevel": "MAYBE"},
               {"code": 1100, "riskLevel": "PASS", "auxInfo": {"unauthorizedType": "TEXTRISK"}}],
}  # fmt: skip


@asynccontextmanager
async def guarding(contract: str, role: str = "user") -> AsyncIterator[tuple[Any, StandIn]]:
    """Give a guard's filter and the stand-in that it asks."""
    options = OPTIONS.get(contract, {})
    guard = GuardModel(name="g", contract=contract, options=options)
    async with standing_in(contract) as one:
        link = HttpLink()
        reach = Reach(
            chat=OpenAIChatRuntime(one.url, "m", KEY, link=link),
            sender=link,
            account=Account(one.url, KEY, KEY_ID, "", options),
            stamp=lambda: Stamp(time.time_ns(), os.urandom(16).hex()),
        )
        try:
            yield RemoteGuardFilter(guard, reach, role=role), one
        finally:
            await link.close()


def asked(text: str, role: str = "user") -> Question:
    """Return a question about the whole of a text."""
    return Question(text, 0, len(text), role)


def test_every_contract_is_here() -> None:
    """The registry, the terms, the policy's form and the cases name the same contracts, and every
    kind of harm that one may find is one of ours."""
    names = set(CONTRACTS)
    assert names == set(GUARD_TERMS) == set(GARBAGE)
    assert set(get_args(GuardContract)) == {*names, CLASSIFIER}
    assert get_args(GuardKind) == tuple(KINDS)
    assert names == {case.contract for case in UNSAFE}
    for name, contract in CONTRACTS.items():
        assert isinstance(contract, ChatContract) == GUARD_TERMS[name].chat
        assert {each.split(".")[2] for each in categories(contract.kinds)} <= set(KINDS)


def test_the_page_tells_the_same() -> None:
    """docs/guards.md has a row per contract with its options, and one per kind with its codes."""
    page = (Path(__file__).parents[2] / "docs/guards.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines()]
    first = {cells[0].strip("`"): cells for cells in rows if len(cells) > 1}
    for name, terms in GUARD_TERMS.items():
        assert all(option in first[name][2] for option in terms.options), name
        assert all(f"`{secret}`" in first[name][3] for secret in terms.secrets), name
    for kind, codes in KINDS.items():
        assert tuple(first[kind][1:3]) == codes


@pytest.mark.parametrize("role", ["user", "assistant"])
@pytest.mark.parametrize("contract", CONTRACTS)
async def test_safe(contract: str, role: str) -> None:
    """A clear "safe" finds nothing; the text came through whole, whatever is in it."""
    text = 'a & b = "c" % 20 + 你好 \n😀 ~*/?é'
    async with guarding(contract, role) as (guard, one):
        assert await guard.ask(asked(text, role)) == ()
        assert one.texts
        assert all(each.endswith(text) for each in one.texts)


@pytest.mark.parametrize("case", [*UNSAFE, *CONTROVERSIAL, *NEW_WORDS])
async def test_harm(case: Case) -> None:
    """Harm is found under our name for it, over the new stretch; a word that is not known is harm
    all the same."""
    async with guarding(case.contract) as (guard, one):
        one.said = case.said
        (found,) = await guard.ask(Question("before. now", 8, 11, "user"))
        assert (found.category, found.severity) == (case.category, case.severity)
        assert (found.start, found.end, found.filter) == (8, 11, "g")
        assert 0 < found.score <= 1
        assert found.category in guard.categories


@pytest.mark.parametrize("contract", GARBAGE)
async def test_garbage(contract: str) -> None:
    """Anything but a clear answer is an error, which does not repeat it."""
    async with guarding(contract) as (guard, one):
        for raw in GARBAGE[contract]:
            one.raw = raw
            with pytest.raises(ValueError, match=r"guard|server|judge") as caught:
                await guard.ask(asked("text"))
            assert len(raw) < 8 or str(raw) not in str(caught.value)


@pytest.mark.parametrize("contract", CONTRACTS)
async def test_refused_and_overloaded(contract: str) -> None:
    """A refused key is an error of ours, an overloaded server one of the connection."""
    async with guarding(contract) as (guard, one):
        one.status = 401
        with pytest.raises(ValueError, match="status 401"):
            await guard.ask(asked("text"))
        one.status = 429
        with pytest.raises(ConnectionError):
            await guard.ask(asked("text"))


@pytest.mark.parametrize("contract", CONTRACTS)
async def test_long_texts_are_split(contract: str) -> None:
    """No question is longer than the contract takes, and every character is asked about."""
    text = "".join(f"第{number}句话说的是一件很平常的小事。" for number in range(900))
    async with guarding(contract) as (guard, one):
        questions = guard.questions(text, 0, True)
        assert "".join(each.text[each.start :] for each in questions) == text
        assert max(len(each.text) for each in questions) <= CONTRACTS[contract].longest
        assert await guard.ask(questions[-1]) == ()
        assert one.texts[-1].endswith(text[-20:])
