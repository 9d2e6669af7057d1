"""The contracts by name; the names are those of `gateway.nouns.guard_contract`."""

from __future__ import annotations

from filters.remote_guard import (
    aliyun,
    azure_content_safety,
    baidu,
    gpt_oss_safeguard,
    granite_guardian,
    llama_guard,
    nemoguard,
    openai_moderation,
    qwen3guard,
    shieldgemma,
    shumei,
    tencent,
    yidun,
)
from filters.remote_guard.contract import ChatContract, HttpContract

CONTRACTS: dict[str, ChatContract | HttpContract] = {
    "qwen3guard": qwen3guard.CONTRACT,
    "llama_guard": llama_guard.CONTRACT,
    "shieldgemma": shieldgemma.CONTRACT,
    "granite_guardian": granite_guardian.CONTRACT,
    "nemoguard": nemoguard.CONTRACT,
    "gpt_oss_safeguard": gpt_oss_safeguard.CONTRACT,
    "openai_moderation": openai_moderation.CONTRACT,
    "azure_content_safety": azure_content_safety.CONTRACT,
    "aliyun": aliyun.CONTRACT,
    "tencent": tencent.CONTRACT,
    "baidu": baidu.CONTRACT,
    "yidun": yidun.CONTRACT,
    "shumei": shumei.CONTRACT,
}
