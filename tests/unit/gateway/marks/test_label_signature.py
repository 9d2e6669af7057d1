"""The signature in ``ReservedCode1``: made to the guide, checked against pinned keys."""

from __future__ import annotations

import json
import re

import msgspec
import pytest

from gateway.marks.label_signature import ALGORITHM, sign_label, signed_message, verify_label
from gateway.matching.sm2 import sign, sm3
from gateway.matching.sm2_keys import make_key, public_hex
from gateway.nouns.mark import AigcLabel
from gateway.ports.mark import ClaimState

KEY = make_key(0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8)
PINS = (public_hex(KEY.public),)
PRODUCER = "001191110102MAD55U9H0F10002"
LABEL = AigcLabel("1", PRODUCER, "01ARZ3NDEKTSV4RRFFQ69G5FAV", "", PRODUCER, "01ARZ3", "")
SIGNED = sign_label(LABEL, KEY)

FOREIGN_KEY = (
    "3059301306072A8648CE3D020106082A811CCF5501822D034200045728F08C58D9C72150A705693EF7337859F8FF21"
    "6E802630041AFAE5C036F0A67CB1FDF8C57F5F8B623284AE09E4E545464B7140B26BBDA51BAE965F854C57AA"
)
FOREIGN = AigcLabel(
    "1", "001191310104MACE0YX63918020", "142569260085903360",
    '{"SecurityData":{"Type":"TC260PG","Version":1,"PubSD":[{"Type":"DS","AlgID":"' + ALGORITHM +
    '","TBSData":{"Type":"LabelMataData"},"Signature":"3046022100AE6B84B3342128AE301A597596FCD9EECF'
    "3EA0FC2DB6C250BAF234E167298E9002210097223ABB647B786A90D0A1B93CB9382EA879563B2C7F025FA006BE16AE"
    '926C14"},{"Type":"PubKey","AlgID":"' + ALGORITHM + '","KeyValue":"' + FOREIGN_KEY + '"}]}}',
    "", "", "",
)  # fmt: skip


def test_the_form_is_the_guides() -> None:
    """TC260PG, version 1, a signature and a key by their types, and Annex E's characters."""
    whole = json.loads(SIGNED.ReservedCode1)["SecurityData"]
    assert (whole["Type"], whole["Version"]) == ("TC260PG", 1)
    assert [(each["Type"], each["AlgID"]) for each in whole["PubSD"]] == [
        ("DS", "1.2.156.10197.1.501"),
        ("PubKey", "1.2.156.10197.1.501"),
    ]
    assert re.fullmatch(r"[\x21-\x7e]+", SIGNED.ReservedCode1)
    assert msgspec.structs.replace(SIGNED, ReservedCode1="") == LABEL


def test_what_is_signed_are_the_first_three_members() -> None:
    """Appendix A.1: without braces, in the standard's order."""
    assert signed_message(LABEL) == (
        b'"Label":"1","ContentProducer":"001191110102MAD55U9H0F10002",'
        b'"ProduceID":"01ARZ3NDEKTSV4RRFFQ69G5FAV"'
    )


def test_a_pinned_key_makes_it_intact_and_another_does_not() -> None:
    """The key that travels in the file proves nothing by itself."""
    assert verify_label(SIGNED, PINS) is ClaimState.INTACT
    assert verify_label(SIGNED, [PINS[0].lower() + "\n"]) is ClaimState.INTACT
    assert verify_label(SIGNED) is ClaimState.UNTRUSTED
    assert verify_label(SIGNED, [FOREIGN_KEY]) is ClaimState.UNTRUSTED


@pytest.mark.parametrize("name", ["Label", "ContentProducer", "ProduceID"])
def test_a_changed_member_is_seen(name: str) -> None:
    """Each signed member counts."""
    changed = msgspec.structs.replace(SIGNED, **{name: "2"})
    assert verify_label(changed, PINS) is ClaimState.ALTERED


def test_propagation_may_be_added_under_a_signature() -> None:
    """Whoever passes it on may name himself: the production members alone are signed."""
    passed_on = msgspec.structs.replace(SIGNED, ContentPropagator="X", PropagateID="Y")
    assert verify_label(passed_on, PINS) is ClaimState.INTACT


def test_a_label_met_in_public_files_is_verified() -> None:
    """That producer signs the hash of the message, and names the signed thing in its own way."""
    assert verify_label(FOREIGN) is ClaimState.UNTRUSTED
    assert verify_label(FOREIGN, [FOREIGN_KEY]) is ClaimState.INTACT
    changed = msgspec.structs.replace(FOREIGN, ProduceID="142569260085903361")
    assert verify_label(changed, [FOREIGN_KEY]) is ClaimState.ALTERED


def test_both_readings_of_the_message_are_taken() -> None:
    """The message itself is what the guide says; its hash is what some sign."""
    hashed = sign(sm3(signed_message(LABEL)), KEY.secret).hex().upper()
    whole = json.loads(SIGNED.ReservedCode1)
    whole["SecurityData"]["PubSD"][0]["Signature"] = hashed
    label = msgspec.structs.replace(LABEL, ReservedCode1=json.dumps(whole))
    assert verify_label(label, PINS) is ClaimState.INTACT


@pytest.mark.parametrize(
    "reserved",
    [
        "",
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        "{}",
        "[" * 5000,
        '{"SecurityData":[]}',
        '{"SecurityData":{"PubSD":{}}}',
        '{"SecurityData":{"PubSD":[1,{"Type":["DS"]}]}}',
        SIGNED.ReservedCode1.replace(ALGORITHM, "1.2.840.113549.1.1.11"),
        "\ud800",
        " " * 20_000 + SIGNED.ReservedCode1,
    ],
)
def test_a_code_of_another_form_is_none_to_check(reserved: str) -> None:
    """Most producers put something of their own there; that is no fault."""
    assert verify_label(msgspec.structs.replace(LABEL, ReservedCode1=reserved), PINS) is None


@pytest.mark.parametrize("member", ["Signature", "KeyValue"])
def test_a_broken_signature_or_key_is_an_altered_one(member: str) -> None:
    """Security data that cannot be read is not passed over as if there were none."""
    broken = re.sub(rf'"{member}":"[0-9A-F]{{4}}', f'"{member}":"zz', SIGNED.ReservedCode1)
    label = msgspec.structs.replace(LABEL, ReservedCode1=broken)
    assert verify_label(label, PINS) is ClaimState.ALTERED
