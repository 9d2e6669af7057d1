"""The families of personal data and the kinds in each. A policy turns families on and off."""

from __future__ import annotations

from typing import Literal

Family = Literal[
    "contact", "china", "international", "network", "names", "addresses", "accounts", "sensitive",
]  # fmt: skip

FAMILIES: dict[Family, tuple[str, ...]] = {
    "contact": ("email", "mobile", "landline"),
    "china": (
        "resident_id", "bank_card", "uscc", "plate", "passport", "travel_permit", "hk_id",
        "macau_id", "tw_id", "residence_permit", "driving_licence", "social_security",
        "military_id",
    ),
    "international": ("phone", "iban", "us_ssn", "national_id"),
    "network": ("ip_address", "mac_address", "device_id", "coordinates"),
    "names": ("name", "birth_date"),
    "addresses": ("address",),
    "accounts": ("account", "bank_account"),
    "sensitive": (
        "biometric", "belief", "identity", "health", "whereabouts", "finance", "minor",
        "medical_record",
    ),
}  # fmt: skip
"""Family -> kinds; a kind's category is ``personal_data.<kind>``."""
