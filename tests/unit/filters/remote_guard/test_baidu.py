"""The signature bce-auth-v1."""

from __future__ import annotations

from filters.remote_guard.baidu import Signed, authorization


def test_the_published_example() -> None:
    """Baidu documentation, "Generating the authorization string": upload of a part."""
    headers = {
        "Host": "bj.bcebos.com",
        "Content-Type": "text/plain",
        "Content-Length": "8",
        "Content-Md5": "NFzcPqhviddjRNnSOGo4rw==",
        "x-bce-date": "2015-04-27T08:23:49Z",
    }
    query = {"partNumber": "9", "uploadId": "a44cc9bab11cbd156984767aad637851"}
    signed = Signed("PUT", "/v1/test/myfolder/readme.txt", query, headers)
    assert authorization(signed, "a" * 32, "b" * 32, 1430123029) == (
        f"bce-auth-v1/{'a' * 32}/2015-04-27T08:23:49Z/1800/"
        "content-length;content-md5;content-type;host;x-bce-date/"
        "d74a04362e6a848f5b39b15421cb449427f419c95a480fd6b8cf9fc783e2999e"
    )
