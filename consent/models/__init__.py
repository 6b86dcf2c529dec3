"""The tables of consent: purposes, notices, the ledger, evidence, suppression and the gate's decisions."""

from consent.models.after import PriorArrangement, RelativeClaim
from consent.models.complaint import StrangersComplaint
from consent.models.decision import Decision
from consent.models.deferral import Deferral
from consent.models.evidence import Challenge, Evidence, SmsMessage, StopLink
from consent.models.exempt import NoticeException
from consent.models.guardian import Guardian
from consent.models.lead import ListLead
from consent.models.ledger import Consent, ConsentEvent
from consent.models.notice import Notice, NoticeCopy, NoticeDelivery, NoticePurpose, NoticeVersion, Purpose
from consent.models.paper import FileOutbox, PaperPage
from consent.models.partner import Partner, PartnerHook
from consent.models.recall import Recall, RecallAttempt
from consent.models.receipt import KeptReceipt
from consent.models.recording import Recording, RefusalRecording
from consent.models.review import ConsentReview
from consent.models.rights import RightsRequest
from consent.models.stamp import EvidenceStamp, StampedEvent
from consent.models.subject import Handle, Subject, Suppression
from consent.models.window import ContactWindow

__all__ = [
    "Challenge",
    "Consent",
    "ConsentEvent",
    "ConsentReview",
    "ContactWindow",
    "Decision",
    "Deferral",
    "Evidence",
    "EvidenceStamp",
    "FileOutbox",
    "Guardian",
    "Handle",
    "KeptReceipt",
    "ListLead",
    "Notice",
    "NoticeCopy",
    "NoticeDelivery",
    "NoticeException",
    "NoticePurpose",
    "NoticeVersion",
    "PaperPage",
    "Partner",
    "PartnerHook",
    "PriorArrangement",
    "Purpose",
    "Recall",
    "RecallAttempt",
    "Recording",
    "RefusalRecording",
    "RelativeClaim",
    "RightsRequest",
    "SmsMessage",
    "StampedEvent",
    "StopLink",
    "StrangersComplaint",
    "Subject",
    "Suppression",
]
