"""The closed list of message texts; each opens with who writes, and says how to refuse (B13, D11)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXTS: dict[str, Promise] = {
    "otp": _(
        "[Yunnuo Demo] Your code is %(code)s, valid for 10 minutes. You asked for it at our event; "
        "if not, ignore this message and nothing is kept. Nobody will ever ask you for this code."
    ),
    "own_page": _(
        "[Yunnuo Demo] Your code is %(code)s, valid for 10 minutes. It opens the page on which you see what we hold about "
        "you. If you did not ask for it, ignore this message. Nobody will ever ask you for this code."
    ),
    "changed": _(
        "[Yunnuo Demo] The notice on which you gave us your number has changed. What changed, and how to stop: %(link)s . "
        "What you agreed to stays as it was. Reply R to refuse everything."
    ),
    "renewal": _(
        "[Yunnuo Demo] Your consent ends on %(day)s. If you wish, renew it with one tap: %(link)s . If you do nothing, it ends "
        "and your data is deleted. Reply R to refuse."
    ),
    "later": _(
        "[Yunnuo Demo] You wanted to decide later whether we may contact you. Yes or no, here: %(link)s . If you do nothing, "
        "your data is deleted. We do not ask again. Reply R to refuse."
    ),
    "refusal_ack": _(
        "[Yunnuo Demo] You were heard: we do not contact you any more. What is still held about you, and when it goes: %(link)s"
    ),
    "invite": _(
        "[Yunnuo Demo] %(source)s. May we call you? Say yes or no here: %(link)s . "
        "If you do nothing, your number is deleted within 7 days. Reply R to refuse."
    ),
}

# How an invitation says where the number came from: who was never met is told who passed them on (PIPL 17, 23; H13).
CAME: dict[str, Promise] = {
    "event": _("We met at %(event)s"),
    "partner": _("%(partner)s passed your number on to us and says that you agreed"),
}

# What a message was about, for whoever reads that it was sent.
ABOUT: dict[str, Promise] = {
    "otp": _("a code to confirm your number"),
    "own_page": _("a code for this page"),
    "changed": _("that a notice changed"),
    "later": _("the question that you put off"),
    "renewal": _("that a consent ends soon"),
    "invite": _("the question whether we may call"),
    "refusal_ack": _("that a refusal was heard"),
}

# What we write of our own accord counts towards what people agreed to (C5, H4). A code that somebody asked for, and what the
# law makes us tell of a notice that changed, does not.
COUNTED = frozenset({"renewal", "invite"})

# Answers to somebody who is at the page just now: there is nothing to refuse but to leave the code unused.
ASKED_FOR = frozenset({"otp", "own_page"})

# The one word that may follow a refusal (D12): neutral, once, and with no address but the person's own page.
ACKNOWLEDGEMENT = "refusal_ack"
