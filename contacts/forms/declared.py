"""The allow-list of every way in: which field of which form or sheet holds which category of data (A3).

A form that takes words about a person and is no way in stands on another ground, and says here on which. The site does not
start while a way in asks for what no purpose lists.
"""

from typing import Any

from django.core import checks

from consent import capture
from consent.capture import CaptureForm
from contacts.forms.canaries import CanaryForm
from contacts.forms.intake import PersonForm, QuickForm, VisitorForm

WAYS_IN: tuple[type[CaptureForm], ...] = (PersonForm, VisitorForm, QuickForm, CanaryForm)
# Columns of a sheet; what is about the consent itself is its evidence.
SHEET = {
    "name": "name",
    "mobile": "mobile",
    "landline": "mobile",
    "company": "company",
    "title": "title",
    "wechat": "wechat",
    "email": "email",
    "note": "note",
}
EVIDENCE = frozenset({"consent_call", "consent_sms", "consent", "signed_on", "proof", "proof_words", "proof_way"})
# Forms of this floor that are no way in: what the person asks for themself, what proves an act, and what is about our work.
RIGHTS = frozenset({"AskForm", "TakenForm", "WindowForm", "CorrectionForm", "ComplaintForm", "RefusalForm", "AnswerForm"}) | {
    "AfterForm",
    "ClaimForm",
}
PROOF = frozenset(
    {"PaperForm", "SpeechForm", "SignForm", "AgedForm", "ReceiptForm", "AgeForm", "GuardianForm", "CodeForm", "LaterForm"}
)
WORK = frozenset(
    {"MobileForm", "StaffForm", "EventForm", "VerdictForm", "ReviewForm", "HoldForm", "PostponeForm", "ApprovalForm"}
    | {"ChangeForm", "ClientForm", "ReasonForm", "RevealForm", "WithdrawForm", "OutcomeForm", "SearchForm", "ViewForm"}
    | {"UploadForm", "WayForm", "MappingForm", "RowsForm", "PartnerForm", "AcknowledgedForm"}
)


@checks.register(checks.Tags.models)
def every_field_has_its_category(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse to start while a way in asks for what no purpose of the register lists."""
    found = capture.problems(WAYS_IN)
    return [checks.Error(f"{name} is listed by no purpose", id="contacts.E001") for name in found]
