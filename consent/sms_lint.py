"""What a message may not lack: who writes, and a free way to refuse by a tap and by a word (B13, D11, D12).

The texts are a closed list, so they are looked at when the site starts; it does not start with one that lacks something.
"""

import re
from typing import Any

from django.conf import settings
from django.core import checks
from django.utils import translation

from consent import reply_words
from consent.sms_texts import ACKNOWLEDGEMENT, ASKED_FOR, TEXTS

SENDER = re.compile(r"\[[^\]]{2,20}\]|【[^】]{2,20}】")
OFFERED = re.compile(r"(?:Reply|回复)\s*([A-Z]{1,2}|退订)(?![A-Za-z])")
# Somebody who refuses pays nothing for it: a message that speaks of what an answer costs is not sent.
COSTS = re.compile(r"(?i)资费|收费|付费|扣费|\d\s*元|\b(?:fees?|charges?|charged|rates apply|yuan|rmb)\b")
# What is sold, or how somebody is won back: nothing of it stands in the word that follows a refusal.
SELLS = re.compile(
    r"(?i)理财|基金|保险|贷款|产品|优惠|收益|活动|服务|欢迎|期待|再次|考虑"
    r"|\b(?:funds?|insurance|loans?|products?|offers?|discounts?|returns?|services?|welcome|again|reconsider|miss)\b"
)
ADDRESSES = re.compile(r"(?i)https?:|www\.|[a-z0-9-]+\.(?:com|cn|net|org|example)\b")


def flaws(code: str, text: str) -> list[str]:
    """What is wrong with one text, by name, in a fixed order; empty when nothing is.

    sender: it does not open with who writes. link: not one link by which one refuses. keyword: no word to reply, or one that
    is not heard as a no. cost: it speaks of a price. sells: the word that follows a refusal speaks of what is sold, or has
    an address of its own. A code that somebody asked for needs neither link nor word, and who refused needs no word.
    """
    words, refused = OFFERED.findall(text), code == ACKNOWLEDGEMENT
    heard = bool(words) and all(reply_words.meaning(word) == reply_words.STOP for word in words)
    wrong = {
        "sender": SENDER.match(text) is None,
        "link": code not in ASKED_FOR and text.count("%(link)s") != 1,
        "keyword": code not in ASKED_FOR and not refused and not heard,
        "cost": COSTS.search(text) is not None,
        "sells": refused and (SELLS.search(text) is not None or ADDRESSES.search(text) is not None),
    }
    return [name for name, is_wrong in wrong.items() if is_wrong]


def all_flaws() -> list[str]:
    """Every flaw of every text in every language, as "language code flaw"; and texts that name another sender than the rest."""
    found = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            texts = {code: str(text) for code, text in TEXTS.items()}
        found += [f"{language} {code} {flaw}" for code, text in texts.items() for flaw in flaws(code, text)]
        senders = {named[0] for text in texts.values() if (named := SENDER.match(text))}
        found += [f"{language} senders {' '.join(sorted(senders))}"] if len(senders) > 1 else []
    return found


@checks.register(checks.Tags.models)
def every_message_can_be_refused(app_configs: Any = None, **kwargs: Any) -> list[checks.CheckMessage]:
    """Refuse to start while a message lacks its sender or a free way to refuse."""
    return [checks.Error(f"a message lacks something: {flaw}", id="consent.E001") for flaw in all_flaws()]
