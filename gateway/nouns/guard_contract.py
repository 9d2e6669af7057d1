"""What each contract of a guard asks of whoever writes a policy, and the kinds of harm they name.

Guards name harms in words of their own. Their words become these kinds, so that a rule about
``guard.unsafe.hate`` holds whichever guard is asked. The codes are those of the hazards of
MLCommons AILuminate 1.0 (S1 to S14); our own categories follow GB/T 45654-2025, annex A.
"""

from __future__ import annotations

from typing import NamedTuple


class GuardTerms(NamedTuple):
    """What a contract needs besides an address.

    ``options`` are those that it knows, ``required`` those that it cannot do without. ``secrets``
    are the keys of the policy that it needs. ``chat``: it speaks with a chat model, which has a
    name and may be run from a folder. ``about`` says whose it is.
    """

    about: str
    options: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    chat: bool = False


CHOICES: dict[str, tuple[str, ...]] = {
    "effort": ("low", "medium", "high"),
    "shield": ("on",),
    "risks": ("harm", "social_bias", "jailbreak", "violence", "profanity", "sexual_content",
              "unethical_behavior"),
}  # fmt: skip
"""Options whose values are words of a list, separated by commas where there are several."""

CLASSIFIER = "classifier"
"""The contract of a sequence classifier in a folder; the policy says what its labels mean."""

GUARD_TERMS: dict[str, GuardTerms] = {
    "qwen3guard": GuardTerms("Qwen3Guard-Gen", chat=True),
    "llama_guard": GuardTerms("Llama Guard 3 and 4", chat=True),
    "shieldgemma": GuardTerms("ShieldGemma", ("threshold",), chat=True),
    "granite_guardian": GuardTerms("Granite Guardian 3", ("risks",), chat=True),
    "nemoguard": GuardTerms("NemoGuard and Nemotron Safety Guard", chat=True),
    "gpt_oss_safeguard": GuardTerms("gpt-oss-safeguard", ("policy", "effort"), chat=True),
    "openai_moderation": GuardTerms("OpenAI moderation", ("controversial",), (), ("key",)),
    "azure_content_safety": GuardTerms("Azure AI Content Safety", ("shield",), (), ("key",)),
    "aliyun": GuardTerms("Aliyun Content Moderation 2.0 Plus", ("service_input", "service_output"),
                         (), ("key", "key_id")),
    "tencent": GuardTerms("Tencent Cloud Text Moderation", ("region", "biz_type"),
                          (), ("key", "key_id")),
    "baidu": GuardTerms("Baidu text censor", ("strategy",), (), ("key", "key_id")),
    "yidun": GuardTerms("NetEase Yidun text check", ("business_id",), ("business_id",),
                        ("key", "key_id")),
    "shumei": GuardTerms("Shumei (NextData) text", ("app_id", "event_id"), ("app_id", "event_id"),
                         ("key",)),
}  # fmt: skip

KINDS: dict[str, tuple[str, str]] = {
    "violent": ("S1", "A1.f.violence"),
    "terrorism": ("S1", "A1.d"),
    "non_violent_illegal_acts": ("S2", "A1.h"),
    "drugs": ("S2", "A1.h.drugs"),
    "gambling": ("S2", "A1.h.gambling"),
    "fraud": ("S2", "A1.h.fraud"),
    "malware": ("S2", "malware"),
    "sex_crimes": ("S3", "A1.f.sexual"),
    "child_exploitation": ("S4", "A1.f.child_abuse"),
    "defamation": ("S5", "A4.reputation"),
    "specialized_advice": ("S6", "A5"),
    "personal_information": ("S7", "A4.privacy"),
    "copyright": ("S8", "A3"),
    "weapons": ("S9", "A1.h.weapons"),
    "hate": ("S10", "A2"),
    "harassment": ("S10", "A4.insult"),
    "self_harm": ("S11", "self_harm"),
    "sexual_content": ("S12", "A1.f.sexual"),
    "elections": ("S13", "A1.g"),
    "code_abuse": ("S14", ""),
    "politically_sensitive": ("", "A1"),
    "misinformation": ("", "A1.g"),
    "unethical_acts": ("", ""),
    "jailbreak": ("", "injection"),
    "profanity": ("", "A4.insult"),
    "religion": ("", ""),
    "advertising": ("", ""),
    "spam": ("", ""),
    "harm": ("", ""),
    "custom": ("", ""),
    "unnamed": ("", ""),
}
"""Kinds of harm with their code of MLCommons and our own category (empty: none fits). ``unnamed``:
the guard did not say what is wrong, or said it in words that its contract does not have."""
