"""Which column is what: guessed from the header in Chinese and English, shown, and confirmed by a person."""

import re
import unicodedata

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ROLES: dict[str, Promise] = {
    "name": _("Name"),
    "mobile": _("Mobile number"),
    "landline": _("Landline number"),
    "company": _("Company"),
    "title": _("Title"),
    "wechat": _("WeChat id"),
    "email": _("E-mail"),
    "note": _("Note"),
    "consent_call": _("Agrees to calls"),
    "consent_sms": _("Agrees to text messages"),
    "consent": _("Agrees (in general)"),
    "signed_on": _("Date of the signature"),
}
PATTERNS: tuple[tuple[str, str], ...] = (
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


def guess(header: tuple[str, ...]) -> dict[str, int]:
    """Role → column; each role and each column at most once, the surest first."""
    found: dict[str, int] = {}
    for role, pattern in PATTERNS:
        for column, name in enumerate(header):
            plain = unicodedata.normalize("NFKC", name).strip().lower()
            if plain and column not in found.values() and role not in found and re.search(pattern, plain):
                found[role] = column
    return found


def problems(mapping: dict[str, int], width: int) -> list[str]:
    """What a mapping lacks: a name and a number column, no column twice, none outside the sheet."""
    gaps = [role for role in ("name", "mobile") if role not in mapping]
    if len(set(mapping.values())) != len(mapping) or any(not 0 <= c < width for c in mapping.values()):
        gaps.append("columns")
    if set(mapping) - set(ROLES):
        gaps.append("roles")
    return gaps
