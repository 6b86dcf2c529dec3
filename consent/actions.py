"""What people do with a number, and the purpose and channel each stands for: resolved here, never by the caller."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Action:
    """One action: its purpose and channel, and whether hours and limits apply."""

    purpose: str
    channel: str
    timed: bool


ACTIONS: dict[str, Action] = {
    "call": Action("phone_contact", "call", timed=True),
    "reveal_call_by_hand": Action("phone_contact", "call", timed=True),
    "reveal_callback": Action("phone_contact", "call", timed=False),
    "reveal_check": Action("phone_contact", "call", timed=False),
    "sms": Action("sms_info", "sms", timed=True),
    "share": Action("partner_share", "share", timed=False),
    "query_credit": Action("credit_report_query", "share", timed=False),
    "invite": Action("phone_contact", "call", timed=False),
}
