"""The form of the Kantara Consent Receipt 1.1, valid against its public schema; what it has no field for goes along (N3)."""

from datetime import datetime
from typing import Any

from consent.receipts import iso27560
from consent.receipts.record import Receipt

VERSION = "KI-CR-v1.1.0"
EXTENSION = "pipl"  # the schema lets other members stand beside its own
PII = {"name": "1 - Biographical", "mobile": "2 - Contact"}


def write(receipt: Receipt) -> dict[str, Any]:
    """The receipt in this form, not signed yet."""
    controller = receipt.controller
    given = [item.given for item in receipt.items if item.given] or [receipt.created]
    whole = iso27560.write(receipt)
    del whole["@context"]
    return {
        "version": VERSION,
        "jurisdiction": "CN",
        "consentTimestamp": int(datetime.fromisoformat(max(given)).timestamp()),
        "collectionMethod": ", ".join(sorted({item.source for item in receipt.items})),
        "consentReceiptID": receipt.receipt_id,
        "language": receipt.language,
        "piiPrincipalId": receipt.principal,
        "piiControllers": [
            {
                "piiController": controller["name"],
                "onBehalf": False,
                "contact": controller["contact"],
                "address": {"streetAddress": controller["address"], "addressCountry": "CN"},
                "email": next((word for word in controller["contact"].replace("：", " ").split() if "@" in word), ""),
                "phone": "",  # the office names no telephone for this; the field is required
            }
        ],
        "policyUrl": receipt.rights_url,
        "services": [{"service": receipt.title, "purposes": [_purpose(item) for item in receipt.items]}],
        "sensitive": False,
        "spiCat": [],
        EXTENSION: whole,
    }


def _purpose(item: Any) -> dict[str, Any]:
    told = {
        "purpose": item.purpose_text,
        "purposeCategory": ["6 - Marketing"],
        "consentType": "EXPLICIT",
        "piiCategory": [PII.get(name, name) for name in item.items],
        "primaryPurpose": False,
        "termination": item.until or f"P{item.days}D",
        "thirdPartyDisclosure": bool(item.recipient),
    }
    return told | ({"thirdPartyName": item.recipient} if item.recipient else {})


def read(document: dict[str, Any]) -> Receipt:
    """The facts of a document in this form, by what went along. Raises iso27560.FormRefused."""
    if document.get("version") != VERSION or not isinstance(document.get(EXTENSION), dict):
        raise iso27560.FormRefused("version")
    receipt = iso27560.read(document[EXTENSION])
    if write(receipt) != {key: value for key, value in document.items() if key != "proof"}:
        raise iso27560.FormRefused(EXTENSION)  # the two halves tell different things
    return receipt
