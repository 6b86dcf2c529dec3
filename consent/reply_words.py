"""What a text message back to us means; whatever is not clearly a yes is heard as a no (D1, D4).

A refusal may come in any reasonable manner, so no keyword is asked for. A doubtful message stops everything too, and a
person looks at it: a wrong stop costs one call, a wrong "yes" costs the trust of whoever said no.
"""

import re
import unicodedata

STOP, DOUBT, OTHER = "sms_stop", "sms_doubt", "sms_other"
KEYWORDS = frozenset({"td", "t", "r", "n", "no", "quit", "end", "cancel", "0000", "00", "退", "不", "否"})
NOES = re.compile(
    r"退订|拒[收绝]|别|勿|莫|停|取消|删|屏蔽|拉黑|投诉|举报|骚扰|报警|12321|12345|烦|滚|没(?:有)?兴趣|无兴趣|打错|不认识|不是本人"
    r"|不(?:要|用|想|需|必|行|可以|同意|愿|允许|接受|感兴趣|方便|了|能|准|许)|谢绝|免打扰|再[发打联来]"
    r"|stop|unsub|remove|don'?t|do not|not interested|no more"
)
YESES = frozenset(
    {"y", "yes", "ok", "okay", "是", "是的", "好", "好的", "好吧", "行", "可以", "可以的", "同意", "愿意", "没问题"}
    | {"同意联系", "可以联系", "收到", "谢谢", "好的谢谢", "thanks", "thankyou"}
)
GAPS = re.compile(r"[\W_]+")


def meaning(text: str) -> str:
    """STOP for a refusal, DOUBT for what may be one (heard as one too), OTHER for a clear yes or thanks."""
    folded = unicodedata.normalize("NFKC", text).strip().lower()
    bare = GAPS.sub("", folded)
    if bare in KEYWORDS or NOES.search(folded) or NOES.search(bare):
        return STOP
    return OTHER if bare in YESES else DOUBT
