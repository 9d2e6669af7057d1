"""The forms of keys: the mark that each begins with, and what may stand behind it.

The forms are those that the issuers publish so that scanners can know their keys.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from math import log2
from typing import NamedTuple

LONGEST_KEY = 256
LONGEST_BLOCK = 4096
"""Code points of a signed token or of a private key's body; what is longer is cut there."""

LEAST_ENTROPY = 3.0
"""Bits per character below which a run is a word, a counter or a pattern rather than a key."""


class Form(NamedTuple):
    """A form of key: ``marks`` it begins with, the run behind (``least`` to ``most`` characters of
    the class ``body``), and what else must hold of the run. ``endless``: a longer run is cut, not
    refused."""

    kind: str
    marks: tuple[str, ...]
    body: str
    least: int
    most: int = LONGEST_KEY
    check: Callable[[str], bool] = bool
    endless: bool = True


def entropy(text: str) -> float:
    """Return Shannon's entropy of a text in bits per character."""
    size = len(text)
    return -sum(n / size * log2(n / size) for n in Counter(text).values())


def is_mixed(body: str) -> bool:
    """True for what no hyphenated word looks like: digits, and many different characters."""
    return (
        len(set(body)) >= 10
        and any(char.isdigit() for char in body)
        and entropy(body) >= LEAST_ENTROPY
    )


def is_disorderly(body: str) -> bool:
    """True for what `is_mixed` knows, and for forty letters or more without a sign between them."""
    return is_mixed(body) or (len(body) >= 40 and body.isalnum() and entropy(body) >= 3.5)


def is_upper(body: str) -> bool:
    """True for a run without small letters."""
    return not any(char.islower() for char in body)


def is_hex(body: str) -> bool:
    """True for hexadecimal digits that are no pattern."""
    return _HEX.fullmatch(body) is not None and entropy(body) >= LEAST_ENTROPY


def is_shuffled(body: str) -> bool:
    """True for what `is_mixed` knows, and for 34 letters of which neither case has the most."""
    if len(body) != 34 or not body.isalpha():
        return is_mixed(body)
    capitals = sum(char.isupper() for char in body)
    return 8 <= capitals <= 26 and entropy(body) >= LEAST_ENTROPY


_HEX = re.compile("[0-9A-Fa-f]+")
_ALNUM = "[A-Za-z0-9]"
_URL = r"[A-Za-z0-9_\-]"
_DOTTED = r"[A-Za-z0-9_\-.]"
_PATH = r"[A-Za-z0-9_\-/]"

FORMS = (
    Form("openai", ("sk-",), _URL, 20, check=is_disorderly),
    Form("stripe", ("sk_live_", "rk_live_"), _ALNUM, 16),
    Form("aws", ("AKIA", "ASIA"), _ALNUM, 16, 16, is_upper, endless=False),
    Form("google", ("AIza",), _URL, 35, 35, is_mixed, endless=False),
    Form("github", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), _ALNUM, 30),
    Form("github", ("github_pat_",), "[A-Za-z0-9_]", 22, check=is_mixed),
    Form("gitlab", ("glpat-", "gldt-", "glrt-", "glptt-", "glsoat-", "glcbt-"), _DOTTED, 20,
         check=is_mixed),
    Form("slack", ("xoxa-", "xoxb-", "xoxe-", "xoxo-", "xoxp-", "xoxr-", "xoxs-", "xapp-"),
         r"[A-Za-z0-9\-]", 10, check=is_mixed),
    Form("aliyun", ("LTAI",), _ALNUM, 12, 24, is_mixed, endless=False),
    Form("tencent", ("AKID",), _ALNUM, 28, 36, is_mixed, endless=False),
    Form("huggingface", ("hf_",), _ALNUM, 30, 40, is_shuffled, endless=False),
    Form("npm", ("npm_",), _ALNUM, 36, 36, is_mixed, endless=False),
    Form("jwt", ("eyJ",), _DOTTED, 30, LONGEST_BLOCK),
    # models
    Form("groq", ("gsk_",), _ALNUM, 40, check=is_mixed),
    Form("xai", ("xai-",), _ALNUM, 60, check=is_mixed),
    Form("perplexity", ("pplx-",), _ALNUM, 40, check=is_mixed),
    Form("replicate", ("r8_",), _ALNUM, 36, 42, is_mixed, endless=False),
    Form("nvidia", ("nvapi-",), _URL, 40, check=is_mixed),
    Form("baidu", ("bce-v3/ALTAK-",), _PATH, 40, check=is_mixed),
    Form("langsmith", ("lsv2_pt_", "lsv2_sk_"), "[0-9a-f_]", 32, check=is_mixed),
    Form("pinecone", ("pcsk_",), "[A-Za-z0-9_]", 40, check=is_mixed),
    # clouds and operations
    Form("google", ("GOCSPX-",), _URL, 28, 28, is_mixed, endless=False),
    Form("google", ("ya29.",), _URL, 40, check=is_mixed),
    Form("azure", ("AccountKey=",), "[A-Za-z0-9+/=]", 86, 90, is_mixed, endless=False),
    Form("azure", ("sig=",), "[A-Za-z0-9%+/=]", 43, 80, is_mixed, endless=False),
    Form("databricks", ("dapi",), "[0-9a-f]", 32, 32, is_hex, endless=False),
    Form("volcengine", ("AKLT",), _ALNUM, 40, 60, is_mixed, endless=False),
    Form("twilio", ("SK",), "[0-9a-f]", 32, 32, is_hex, endless=False),
    Form("digitalocean", ("dop_v1_", "doo_v1_", "dor_v1_"), "[0-9a-f]", 64, 64, is_hex,
         endless=False),
    Form("vault", ("hvs.", "hvb."), _URL, 24, check=is_mixed),
    Form("supabase", ("sbp_", "sb_secret_"), "[A-Za-z0-9_]", 30, check=is_mixed),
    Form("planetscale", ("pscale_tkn_", "pscale_pw_"), _DOTTED, 32, check=is_mixed),
    Form("doppler", ("dp.pt.", "dp.st."), _DOTTED, 40, check=is_mixed),
    Form("docker", ("dckr_pat_",), _URL, 20, check=is_mixed),
    Form("grafana", ("glsa_", "glc_"), "[A-Za-z0-9_=+/]", 32, check=is_mixed),
    Form("newrelic", ("NRAK-",), "[A-Z0-9]", 27, 27, is_mixed, endless=False),
    Form("sentry", ("sntrys_", "sntryu_"), "[A-Za-z0-9_=+/]", 40, check=is_mixed),
    # registries, tools, mail
    Form("pypi", ("pypi-AgE",), _URL, 50, check=is_mixed),
    Form("rubygems", ("rubygems_",), "[0-9a-f]", 48, 48, is_hex, endless=False),
    Form("sendgrid", ("SG.",), _DOTTED, 60, 80, is_mixed, endless=False),
    Form("mailgun", ("key-",), "[0-9a-f]", 32, 32, is_hex, endless=False),
    Form("postman", ("PMAK-",), r"[0-9a-f\-]", 50, 70, is_mixed, endless=False),
    Form("linear", ("lin_api_",), _ALNUM, 40, check=is_mixed),
    Form("notion", ("ntn_",), _ALNUM, 40, check=is_mixed),
    Form("figma", ("figd_",), _URL, 36, check=is_mixed),
    Form("atlassian", ("ATATT3", "ATBB"), r"[A-Za-z0-9_\-=]", 28, check=is_mixed),
    Form("age", ("AGE-SECRET-KEY-1",), "[A-Z0-9]", 58, 58, is_mixed, endless=False),
    # payment and trade
    Form("stripe", ("whsec_",), "[A-Za-z0-9+/=]", 32, check=is_mixed),
    Form("square", ("sq0atp-", "sq0csp-"), _URL, 22, check=is_mixed),
    Form("razorpay", ("rzp_live_",), _ALNUM, 14, 20, is_mixed, endless=False),
    Form("shopify", ("shpat_", "shpca_", "shppa_", "shpss_"), "[0-9a-fA-F]", 32, 32, is_hex,
         endless=False),
    # robots of chats: the address alone lets anybody write
    Form("webhook", ("hooks.slack.com/services/",), _PATH, 40, 90, is_mixed),
    Form("webhook", ("discord.com/api/webhooks/", "discordapp.com/api/webhooks/"), _PATH, 60, 120,
         is_mixed),
    Form("webhook", ("open.feishu.cn/open-apis/bot/v2/hook/",), r"[0-9a-f\-]", 36, 36, is_mixed),
    Form("webhook", ("robot/send?access_token=",), "[0-9a-f]", 64, 64, is_hex),
    Form("webhook", ("SEC",), "[0-9a-f]", 64, 64, is_hex, endless=False),
    Form("webhook", ("webhook/send?key=",), r"[0-9a-f\-]", 36, 36, is_mixed),
)  # fmt: skip
"""In no order of rank: no mark begins with another one but ``sk-`` (see `OWNERS`)."""

OWNERS = (
    ("sk-ant-", "anthropic"),
    ("sk-sg-", "sealgate"),
    ("sk-or-v1-", "openrouter"),
    ("sk-lf-", "langfuse"),
)
"""Keys that begin like another service's and say whose they are."""

FORM_OF = {mark: form for form in FORMS for mark in form.marks}
BODY_OF = {form: re.compile(f"{form.body}{{0,{form.most + 1}}}") for form in FORMS}

_EXAMPLE = re.compile(r"(?i)example|x{6}|your[_\-]|placeholder|dummy|\*{3}|0{10}|abcdefghij")
_EXAMPLE_TOKENS = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwi",
)


def is_example(key: str) -> bool:
    """True for keys of documentation, and for what only shows where a key goes."""
    return _EXAMPLE.search(key) is not None or key.startswith(_EXAMPLE_TOKENS)
