"""The tables of the people we know: events, contacts, phones, calls, sheets, retention and sweeps."""

from contacts.models.call import CallAttempt
from contacts.models.canary import Canary
from contacts.models.contact import Contact, Phone
from contacts.models.debt import RefusalDebt
from contacts.models.event import Event, EventStaff, EventTick, Submission
from contacts.models.leaving import Departure, LegalHold, RetentionRule, RuleChange
from contacts.models.lent import LentScreen
from contacts.models.minors import MinorsLook
from contacts.models.offline import OfflineDevice, OfflineRecord
from contacts.models.referral import Referral
from contacts.models.sheet import PaidListCase, SheetImport, SheetRow
from contacts.models.sweeping import Postponement, SweepAlarm, SweepApproval, SweepRun
from contacts.models.view import SavedView
from contacts.models.visit import OwnVisit

__all__ = [
    "CallAttempt",
    "Canary",
    "Contact",
    "Departure",
    "Event",
    "EventStaff",
    "EventTick",
    "LegalHold",
    "LentScreen",
    "MinorsLook",
    "OfflineDevice",
    "OfflineRecord",
    "OwnVisit",
    "PaidListCase",
    "Phone",
    "Postponement",
    "Referral",
    "RefusalDebt",
    "RetentionRule",
    "RuleChange",
    "SavedView",
    "SheetImport",
    "SheetRow",
    "Submission",
    "SweepAlarm",
    "SweepApproval",
    "SweepRun",
]
