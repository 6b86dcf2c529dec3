"""Guesses what a column is from its heading, in Chinese and English. Knows no framework."""

import re
import unicodedata
from collections.abc import Collection, Sequence

PATTERNS: tuple[tuple[str, str], ...] = (
    ("proof", r"(同意|授权).*(编号|单号|凭证)|凭证编号|(consent|proof|receipt).*(number|no\.?$|id$|ref)"),
    ("proof_words", r"(同意|授权).*内容|载明|(consent|proof).*(words|text|recipient)"),
    ("proof_way", r"(同意|授权).*方式|(consent|proof).*(how|method|way)"),
    ("consent_call", r"同意.*(电话|致电|通话)|(agree|consent|ok).*(call|phone)"),
    ("consent_sms", r"同意.*短信|(agree|consent|ok).*(sms|text)"),
    ("signed_on", r"签字日期|签署日期|签名日期|日期|同意时间|^date|signed"),
    ("consent", r"同意|授权|consent|agree"),
    ("landline", r"座机|固话|固定电话|办公电话|landline|office phone"),
    ("mobile", r"手机|移动电话|联系方式|联系电话|电话|mobile|phone|cell|^tel"),
    ("wechat", r"微信|wechat"),
    ("email", r"邮箱|邮件|e-?mail"),
    ("company", r"公司|单位|企业|机构|company|organi[sz]ation"),
    ("title", r"职务|职位|岗位|title|position"),
    ("note", r"备注|说明|note|remark|comment"),
    ("name", r"姓名|名字|联系人|称呼|name"),
)
NUMBER = re.compile(r"\d{7,}|\d{3}[ -]\d{4}[ -]\d{4}")


def plain(name: str) -> str:
    """A heading as it is compared: one width, one case, no blanks around."""
    return unicodedata.normalize("NFKC", name).strip().lower()


def guess(header: Sequence[str], hidden: Collection[int] = ()) -> dict[str, int]:
    """Role → column; each role and each column at most once, the surest first; hidden columns are left alone."""
    found: dict[str, int] = {}
    names = [plain(name) for name in header]
    for role, pattern in PATTERNS:
        for column, name in enumerate(names):
            free = name and column not in found.values() and column not in hidden
            if free and role not in found and re.search(pattern, name):
                found[role] = column
    return found


def is_header(cells: Sequence[str]) -> bool:
    """Whether this row can only be the header: it names people and their numbers."""
    return {"name", "mobile"} <= set(guess(cells))


def holds_a_number(cells: Sequence[str]) -> bool:
    """Whether a would-be header holds somebody's number: then the sheet has no header at all."""
    return any(NUMBER.search(plain(cell)) for cell in cells)
