"""The form of ISO/IEC TS 27560: its field names as JSON, its meaning as JSON-LD in terms of DPV and our own `pipl:` (N1, N2).

What DPV has no word for is ours, with a definition in docs/vocabulary/pipl.md.
"""

from typing import Any

from consent.receipts.record import SCHEMA, Event, Item, Receipt

DPV, PIPL = "https://w3id.org/dpv#", "https://w3id.org/yunnuo/pipl#"
CONTEXT: dict[str, Any] = {
    "dpv": DPV,
    "dct": "http://purl.org/dc/terms/",
    "pipl": PIPL,
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "schema_version": "dct:conformsTo",
    "receipt_id": "dct:identifier",
    "record_id": "dct:identifier",
    "party_id": "dct:identifier",
    "pii_principal_id": "dpv:hasDataSubject",
    "created_at": {"@id": "dct:created", "@type": "xsd:dateTime"},
    "language": "dct:language",
    "jurisdiction": "dpv:hasJurisdiction",
    "title": "dct:title",
    "pii_controllers": "dpv:hasDataController",
    "name": "dpv:hasName",
    "contact": "dpv:hasContact",
    "address": "dpv:hasAddress",
    "role": "dpv:hasEntity",
    "credit_code": "pipl:creditCode",
    "records": "dpv:hasConsentRecord",
    "privacy_notice": {"@id": "dpv:hasNotice", "@type": "@id"},
    "privacy_rights_uri": {"@id": "dpv:isExercisedAt", "@type": "@id"},
    "notice_hash": "pipl:noticeDigest",
    "purposes": "dpv:hasPurpose",
    "code": "pipl:code",
    "text": "dct:description",
    "lawful_basis": {"@id": "dpv:hasLegalBasis", "@type": "@id"},
    "consent_form": {"@id": "pipl:consentForm", "@type": "@id"},
    "event_type": {"@id": "dpv:hasConsentType", "@type": "@id"},
    "pii_information": "dpv:hasPersonalData",
    "collection_method": "dpv:hasDataSource",
    "channels": "pipl:channel",
    "storage_locations": "dpv:hasStorageCondition",
    "retention_period": {"@id": "dpv:hasDuration", "@type": "xsd:duration"},
    "end_action": "pipl:endAction",
    "validity_duration": "dpv:hasApplicablePeriod",
    "from": {"@id": "pipl:validFrom", "@type": "xsd:dateTime"},
    "until": {"@id": "pipl:validUntil", "@type": "xsd:dateTime"},
    "contact_type_frequency_period": "pipl:contactPromise",
    "max_per_day": "pipl:maxPerDay",
    "max_per_week": "pipl:maxPerWeek",
    "max_per_month": "pipl:maxPerMonth",
    "hours_from": "pipl:hoursFrom",
    "hours_to": "pipl:hoursTo",
    "kind": "pipl:contactKind",
    "withdrawal_method": "dpv:hasConsentControl",
    "recipient_third_parties": "dpv:hasRecipientThirdParty",
    "recipient_abroad": "pipl:recipientAbroad",
    "country": "pipl:country",
    "rights_against_recipient": "pipl:rightsAgainstRecipient",
    "state": {"@id": "dpv:hasConsentStatus", "@type": "@id"},
    "events": {"@id": "pipl:event", "@container": "@list"},
    "event_state": {"@id": "dpv:hasConsentStatus", "@type": "@id"},
    "event_time": {"@id": "dpv:isIndicatedAtTime", "@type": "xsd:dateTime"},
    "entity_id": "dpv:isIndicatedBy",
    "expression_method": "dpv:hasIndicationMethod",
    "evidence_grade": "pipl:evidenceGrade",
    "event_hash": "pipl:eventDigest",
    "proof": "pipl:proof",
    "type": "pipl:proofType",
    "key": "pipl:verifierLine",
    "value": "pipl:signature",
}
# Our states (law.md §3) and what DPV calls them; four have no counterpart there.
STATES = {
    "requested": "dpv:ConsentRequested",
    "deferred": "dpv:ConsentRequestDeferred",
    "asserted": "pipl:ConsentAsserted",
    "given": "dpv:ConsentGiven",
    "renewed": "dpv:RenewedConsentGiven",
    "refused": "dpv:ConsentRefused",
    "withdrawn": "dpv:ConsentWithdrawn",
    "expired": "dpv:ConsentExpired",
    "superseded": "pipl:ConsentSuperseded",
    "invalidated": "dpv:ConsentInvalidated",
    "revoked": "dpv:ConsentRevoked",
    "suspended": "pipl:ConsentSuspended",
    "tombstone": "pipl:ConsentErased",
}
NAMED = {term: state for state, term in STATES.items()}
FORMS = {"general": "pipl:GeneralConsent", "separate": "pipl:SeparateConsent", "written": "pipl:WrittenConsent"}
FORM_OF = {term: form for form, term in FORMS.items()}
# What a version promised of contact; the period is the record's own validity.
CONTACT = {
    "type": "kind",
    "per_day": "max_per_day",
    "per_week": "max_per_week",
    "per_month": "max_per_month",
    "hour_from": "hours_from",
    "hour_to": "hours_to",
}
# What a receipt says of a recipient abroad (B8).
ABROAD = {"country": "country", "contact": "contact", "rights": "rights_against_recipient"}
STOP = ("link", "spoken", "letter")


class FormRefused(ValueError):
    """A document that is not this form; names the field, never its value."""


def write(receipt: Receipt) -> dict[str, Any]:
    """The receipt in this form, not signed yet."""
    return {
        "@context": CONTEXT,
        "@type": "dpv:ConsentReceipt",
        "schema_version": SCHEMA,
        "receipt_id": receipt.receipt_id,
        "pii_principal_id": receipt.principal,
        "created_at": receipt.created,
        "language": receipt.language,
        "jurisdiction": "CN",
        "title": receipt.title,
        "pii_controllers": [{"party_id": receipt.controller["credit_code"], "role": "controller", **receipt.controller}],
        "privacy_rights_uri": receipt.rights_url,
        "end_action": receipt.end_action,
        "records": [_record(item) for item in receipt.items],
    }


def _record(item: Item) -> dict[str, Any]:
    promised = {"contact_type_frequency_period": {CONTACT[name]: value for name, value in item.contact}}
    return {
        **(promised if item.contact else {}),
        **({"recipient_abroad": {ABROAD[name]: value for name, value in item.abroad}} if item.abroad else {}),
        "record_id": item.record_id,
        "privacy_notice": item.notice_url,
        "notice_hash": item.notice_hash,
        "purposes": [{"code": item.purpose, "text": item.purpose_text}],
        "lawful_basis": "pipl:Article13-1-1",
        "consent_form": FORMS[item.form],
        "event_type": "dpv:ExpressedConsent" if item.form == "general" else "dpv:ExplicitlyExpressedConsent",
        "pii_information": list(item.items),
        "collection_method": item.source,
        "channels": [item.channel],
        "storage_locations": ["CN"],
        "retention_period": f"P{item.days}D",
        "validity_duration": {"from": item.given, "until": item.until} if item.given else {},
        "withdrawal_method": list(STOP),
        "recipient_third_parties": [item.recipient] if item.recipient else [],
        "state": STATES[item.state],
        "events": [
            {
                "event_state": STATES[event.state],
                "event_time": event.time,
                "entity_id": event.entity,
                "expression_method": event.method,
                "evidence_grade": event.grade,
                "event_hash": event.digest,
            }
            for event in item.events
        ],
    }


def read(document: dict[str, Any]) -> Receipt:
    """The facts of a document in this form; nothing is lost on the way. Raises FormRefused."""
    try:
        if document["schema_version"] != SCHEMA:
            raise FormRefused("schema_version")
        [controller] = document["pii_controllers"]
        return Receipt(
            receipt_id=document["receipt_id"],
            principal=document["pii_principal_id"],
            created=document["created_at"],
            language=document["language"],
            rights_url=document["privacy_rights_uri"],
            controller={key: controller[key] for key in ("name", "credit_code", "address", "contact")},
            title=document["title"],
            end_action=document["end_action"],
            items=tuple(_item(row) for row in document["records"]),
        )
    except KeyError as missing:
        raise FormRefused(str(missing.args[0])) from None
    except (TypeError, ValueError, AttributeError) as refused:
        raise FormRefused(str(refused) if isinstance(refused, FormRefused) else "form") from None


def _item(row: dict[str, Any]) -> Item:
    [purpose], [channel] = row["purposes"], row["channels"]
    period, promised = row["validity_duration"], row.get("contact_type_frequency_period", {})
    return Item(
        record_id=row["record_id"],
        purpose=purpose["code"],
        purpose_text=purpose["text"],
        channel=channel,
        form=_named(row, "consent_form", FORM_OF),
        state=_named(row, "state", NAMED),
        source=row["collection_method"],
        given=period.get("from", ""),
        until=period.get("until", ""),
        days=int(row["retention_period"][1:-1]),
        recipient="".join(row["recipient_third_parties"][:1]),
        notice_url=row["privacy_notice"],
        notice_hash=row["notice_hash"],
        items=tuple(row["pii_information"]),
        events=tuple(
            Event(
                _named(one, "event_state", NAMED),
                one["event_time"],
                one["entity_id"],
                one["expression_method"],
                one["evidence_grade"],
                one["event_hash"],
            )
            for one in row["events"]
        ),
        contact=tuple((name, promised[term]) for name, term in CONTACT.items() if term in promised),
        abroad=tuple((name, row["recipient_abroad"][term]) for name, term in ABROAD.items() if "recipient_abroad" in row),
    )


def _named(row: dict[str, Any], member: str, known: dict[str, str]) -> str:
    """Our word for what this member names."""
    if row[member] not in known:
        raise FormRefused(member)
    return known[row[member]]
