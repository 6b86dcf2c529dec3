"""The reasons this house starts with; the floors above declare theirs beside these."""

from django.utils.translation import pgettext_lazy

from audit.words import Reason

REASONS = (
    # Why somebody reached for a number.
    Reason("call", pgettext_lazy("reason", "to call the person")),
    Reason("reveal_call_by_hand", pgettext_lazy("reason", "to dial by hand")),
    Reason("reveal_callback", pgettext_lazy("reason", "to return a call")),
    Reason("reveal_check", pgettext_lazy("reason", "to check the number with the person")),
    # Why the gate or a door said no.
    Reason("quota", pgettext_lazy("reason", "too many numbers within the hour")),
    Reason("role", pgettext_lazy("reason", "the role does not allow it")),
    Reason("unfit", pgettext_lazy("reason", "a pledge or training is missing or has lapsed")),
    Reason("second_factor", pgettext_lazy("reason", "the second factor is missing")),
    Reason("password", pgettext_lazy("reason", "wrong name or password")),
    Reason("locked", pgettext_lazy("reason", "too many attempts")),
    Reason("inactive", pgettext_lazy("reason", "the account is closed")),
    Reason("not_found", pgettext_lazy("reason", "there is no such thing for this user")),
    Reason("undeclared", pgettext_lazy("reason", "the address declares no door")),
    Reason("not_in_book", pgettext_lazy("reason", "the person is in somebody else's book")),
    Reason("field_level", pgettext_lazy("reason", "this field is not open to this user")),
    Reason("no_consent", pgettext_lazy("reason", "there is no consent")),
    Reason("no_number", pgettext_lazy("reason", "there is no usable number")),
    Reason("suppressed", pgettext_lazy("reason", "the number is on the do-not-contact list")),
    Reason("quiet_hours", pgettext_lazy("reason", "outside the hours in which people may be called")),
    Reason("attempts", pgettext_lazy("reason", "called too often already")),
    Reason("unknown", pgettext_lazy("reason", "the answer could not be worked out")),
    # Where a consent stands.
    Reason("requested", pgettext_lazy("reason", "asked, not yet answered")),
    Reason("deferred", pgettext_lazy("reason", "the person wants to decide later")),
    Reason("given", pgettext_lazy("reason", "the person agreed")),
    Reason("renewed", pgettext_lazy("reason", "the person agreed again")),
    Reason("asserted", pgettext_lazy("reason", "claimed by staff, not confirmed")),
    Reason("superseded", pgettext_lazy("reason", "replaced by a newer consent")),
    Reason("invalidated", pgettext_lazy("reason", "the consent was found invalid")),
    Reason("revoked", pgettext_lazy("reason", "the consent was revoked")),
    Reason("suspended", pgettext_lazy("reason", "the consent is suspended")),
    Reason("tombstone", pgettext_lazy("reason", "the person has been erased")),
    # What came of a call.
    Reason("answered", pgettext_lazy("reason", "answered")),
    Reason("unanswered", pgettext_lazy("reason", "no answer")),
    Reason("out_of_service", pgettext_lazy("reason", "the number is out of service")),
    Reason("later", pgettext_lazy("reason", "asked to be called later")),
    # Why a person leaves, and why one must stay.
    Reason("withdrawn", pgettext_lazy("reason", "the person withdrew")),
    Reason("refused", pgettext_lazy("reason", "the person refused")),
    Reason("wrong_number", pgettext_lazy("reason", "the number belongs to somebody else")),
    Reason("expired", pgettext_lazy("reason", "the consent has expired")),
    Reason("unconfirmed", pgettext_lazy("reason", "never confirmed within the time allowed")),
    Reason(
        "event_lead", pgettext_lazy("reason", "met at an event and never called within the time promised")
    ),
    Reason("contacted", pgettext_lazy("reason", "the time promised after the last contact is over")),
    Reason("promise", pgettext_lazy("reason", "the time promised in the notice is over")),
    Reason("no_basis", pgettext_lazy("reason", "nothing allows keeping the person")),
    Reason("retention", pgettext_lazy("reason", "the retention table was changed")),
    Reason("erasure", pgettext_lazy("reason", "the person asked to be erased")),
    Reason("correction", pgettext_lazy("reason", "the person asked for a correction")),
    Reason("access", pgettext_lazy("reason", "the person asked for their data")),
    Reason("dispute", pgettext_lazy("reason", "dispute or lawsuit")),
    Reason("regulator", pgettext_lazy("reason", "request of an authority")),
    Reason("complaint", pgettext_lazy("reason", "open complaint")),
    Reason("orphan", pgettext_lazy("reason", "a key that nobody owns")),
    # By which way.
    Reason("visitor", pgettext_lazy("reason", "the person filled in the form")),
    Reason("quick", pgettext_lazy("reason", "typed in by staff")),
    Reason("sheet", pgettext_lazy("reason", "from a sheet")),
    Reason("referral", pgettext_lazy("reason", "by referral")),
    Reason("stop_link", pgettext_lazy("reason", "by the stop link")),
    Reason("own_page", pgettext_lazy("reason", "on the person's own page")),
    Reason("spoken", pgettext_lazy("reason", "said to staff")),
    Reason("undo", pgettext_lazy("reason", "a sheet was taken back")),
    Reason("merged", pgettext_lazy("reason", "two records of one person")),
    Reason("failed", pgettext_lazy("reason", "something went wrong")),
)
