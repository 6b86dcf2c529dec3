"""The authorisation for events, first version, in English."""

from datetime import date

from consent import statutes

BASIS = statutes.cite(("pipl.13.1.1", "pipl.14"), on=date(2026, 1, 1), language="en", whole=True)

EVENT_EN = {
    "title": "Authorisation to use personal information (events)",
    "jit": "Your name and mobile number, used only for what you tick. You may tick nothing and still take part; you may stop it at any time.",
    "short": (
        "We are Yunnuo Demo Financial Consulting Ltd. The name and mobile number you enter here are used only for the "
        "purposes you tick, one by one; each can be given and withdrawn by itself. Nothing counts until you confirm your "
        "number; a number not confirmed within 7 days is deleted."
    ),
    "controller": {
        "name": "Yunnuo Demo Financial Consulting Ltd.",
        "credit_code": "91310000DEMO00001X",
        "address": "1 Demo Road, Pudong, Shanghai",
        "contact": "Personal information protection officer: privacy@yunnuo.example",
    },
    "collect": [
        {"item": "Name", "purpose": "to address you properly", "method": "entered by you"},
        {
            "item": "Mobile number",
            "purpose": "the calls, messages or passing on that you tick",
            "method": "entered by you, confirmed by a code",
        },
        {
            "item": "Record of your choice (time, version, act)",
            "purpose": "to prove what you chose",
            "method": "recorded by the system",
        },
    ],
    "share": [
        {
            "name": "Demo Partner Insurance Brokers Ltd.",
            "contact": "partner@insurer.example",
            "purpose": "only if you tick it separately: to contact you about the insurance you asked about",
            "method": "encrypted, one person at a time",
            "categories": "name, mobile number",
        }
    ],
    "sections": [
        (
            "Why",
            f"To answer, after this event, your questions about finance, wealth or insurance. The legal basis is your consent ({BASIS}).",
        ),
        (
            "For how long",
            "Calls and messages: 12 months from your consent; passing on: 6 months. If we never contact you: 180 days. At the end, or when you withdraw, we destroy the key made for you and delete the record; only the consent and audit records, without name or number, stay for 3 years.",
        ),
        (
            "How we contact you",
            "Calls between 9:00 and 21:00 only, at most once a day, three times a week and six times a month; at most two messages a month. A caller first says name, company, reason, and where your number came from.",
        ),
        (
            "Who sees it",
            "Your advisor sees a masked number only, and calls without seeing it; looking at the whole number takes a reason and leaves a record.",
        ),
        (
            "When you say no",
            "A keyed fingerprint of your number stays on the do-not-contact list, only so that nobody disturbs you again; it cannot be turned back into the number.",
        ),
        ("If you do not agree", "You may tick nothing, take part and take the brochures; no other service depends on it."),
        ("Minors", "This form is not for people under 18; please do not fill it in."),
        ("Where it is kept", "Encrypted, in mainland China; it does not leave the country."),
        ("Complaints", "To our protection officer first, to the cyberspace administration, or to a court."),
    ],
    "rights": [
        ("To know and decide", "Ask how we handle your information."),
        ("Access", "See what we hold."),
        ("Copy", "Take a copy."),
        ("Portability", "Have it passed to another body."),
        ("Correction", "Have errors corrected."),
        ("Completion", "Have gaps filled."),
        ("Deletion", "Have it deleted at once."),
        ("Restriction", "Have its use paused."),
        ("Withdrawal", "One tap on the link in your receipt, no reason needed."),
        ("Explanation", "Have our rules explained."),
        ("No automated decisions", "We make none about you."),
        ("Near relatives", "May act after a person's death, as the law provides."),
    ],
    "rights_how": "Use the link in your receipt, or write to privacy@yunnuo.example; we answer within 15 working days.",
    "withdraw": "How to withdraw: open the link in your receipt and tap “Stop everything”. It acts at once, costs nothing, needs no reason, and leaves earlier lawful use as it was.",
    "end_action": "deleted at the end",
}
