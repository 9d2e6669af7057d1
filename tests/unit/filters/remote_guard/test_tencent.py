"""The signature TC3-HMAC-SHA256."""

from __future__ import annotations

import pytest

from filters.remote_guard.tencent import Scope, authorization

_BODY = b'{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}'
_HEADERS = {"content-type": "application/json; charset=utf-8", "host": "cvm.tencentcloudapi.com"}
_ACTION = {"x-tc-action": "DescribeInstances"}


@pytest.mark.parametrize(
    ("end", "headers", "signature"),
    [
        ("EXAMPLE", _HEADERS, "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"),
        ("*******", _HEADERS | _ACTION,
         "be4f67d323c78ab9acb7395e43c0dbcf822a9cfac32fea2449a7bc7726b770a3"),
    ],
)  # fmt: skip
def test_the_published_examples(end: str, headers: dict[str, str], signature: str) -> None:
    """Tencent Cloud documentation, "Signature v3": DescribeInstances, of 2019 and of today."""
    key_id, key = f"AKIDz8krbsJ5yKBZQpn74WFkmLPx3{end}", f"Gu5t9xGARNpq86cd98joQYCN3{end}"
    got = authorization(_BODY, key_id, key, Scope("cvm", headers, 1551113065))
    assert got == (
        f"TC3-HMAC-SHA256 Credential={key_id}/2019-02-25/cvm/tc3_request, "
        f"SignedHeaders={';'.join(sorted(headers))}, Signature={signature}"
    )
