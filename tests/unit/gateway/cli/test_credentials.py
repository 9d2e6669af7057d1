"""`sealgate credentials`: what signs, and trial keys that are called what they are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def test_init_prints_settings_alone_and_says_what_the_keys_are(run: Any, program: Any) -> None:
    """The settings go to standard output, the warning beside it."""
    done = run("credentials", "init", "--into", "keys")
    assert done.stdout.splitlines() == [
        "credentials: {certificate: keys/certificate.pem, key: 'file:keys/key.pem'}",
        "label_key: 'file:keys/label-key.pem'",
    ]
    assert "untrusted" in done.stderr
    assert "3059AB" in done.stderr
    assert program.calls == [("make_credentials", Path("keys"))]
    told = json.loads(run("credentials", "init", "--json").stdout)
    assert told["label_pin"] == "3059AB"


def test_show_names_what_signs(run: Any, program: Any) -> None:
    """A trial certificate is called one; without any it says what is missing."""
    said = run("credentials", "show").output
    assert "CN=signer" in said
    assert "2026-09-21" in said
    assert "called untrusted" in said
    assert json.loads(run("credentials", "show", "--json").output)["anchors"] == 2
    program.signs = False
    said = run("credentials", "show").output
    assert "No certificate" in said
    assert "labels are not signed" in said
