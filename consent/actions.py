"""What people do with a number: purpose, channel, operation, categories and basis, resolved here, never by the caller."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Action:
    """One action: its purpose and channel, what it does with which categories, and whether hours and limits apply (A2).

    `basis` is what it stands on: the person's consent, or a contract with them (A9).
    """

    purpose: str
    channel: str
    operation: str
    timed: bool
    touches: tuple[str, ...] = ("mobile",)
    basis: str = "consent"


REPORT = ("name", "mobile", "credit_report")
ACTIONS: dict[str, Action] = {
    "call": Action("phone_contact", "call", "call", timed=True),
    "reveal_call_by_hand": Action("phone_contact", "call", "reveal", timed=True, touches=("name", "mobile")),
    "reveal_callback": Action("phone_contact", "call", "reveal", timed=False, touches=("name", "mobile")),
    "reveal_check": Action("phone_contact", "call", "reveal", timed=False, touches=("name", "mobile")),
    "sms": Action("sms_info", "sms", "message", timed=True),
    "share": Action("partner_share", "share", "pass_on", timed=False, touches=("name", "mobile")),
    "publish": Action("public_mention", "publish", "publish", timed=False, touches=("name", "company", "title")),
    "query_credit": Action("credit_report_query", "share", "query", timed=False, touches=REPORT),
    "invite": Action("phone_contact", "call", "invite", timed=False),
    "service_call": Action("service_notice", "call", "call", timed=True, basis="contract"),
}
