"""The closed register: what may be done with whose data for what, on which legal basis; whatever it does not list is refused.

The table of purposes is filled from here after each migration and from nowhere else. Serves A2, A9, F1 and B7.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from consent.models.notice import Basis, Purpose


@dataclass(frozen=True)
class Category:
    """One kind of data about a person, by name, and whether the law calls it sensitive (PIPL 28)."""

    name: Promise
    sensitive: bool = False


CATEGORIES: dict[str, Category] = {
    "name": Category(_("Name")),
    "mobile": Category(_("telephone number")),
    "age": Category(_("of age or not")),
    "company": Category(_("Company")),
    "title": Category(_("Title")),
    "wechat": Category(_("WeChat id")),
    "email": Category(_("E-mail")),
    "note": Category(_("Note")),
    "id_card": Category(_("identity card"), sensitive=True),
    "asset_info": Category(_("assets and accounts"), sensitive=True),
    "credit_report": Category(_("credit report"), sensitive=True),
    "health": Category(_("health"), sensitive=True),
    "biometric": Category(_("face, voice or fingerprint"), sensitive=True),
    "religion": Category(_("religion"), sensitive=True),
    "location": Category(_("whereabouts"), sensitive=True),
}
OPERATIONS = frozenset({"call", "message", "reveal", "invite", "pass_on", "publish", "query", "store"})
# What is noted of somebody who is to be reached.
ACQUAINTANCE = ["name", "mobile", "age", "company", "title", "wechat", "email", "note"]
PURPOSES: tuple[dict[str, Any], ...] = (
    {
        "code": "phone_contact",
        "name_zh": "电话联系",
        "name_en": "Phone contact",
        "channels": ["call"],
        "minimum_grade": "C",
        "retention_days": 365,
        "bases": [Basis.CONSENT],
        "operations": ["call", "reveal", "invite"],
        "categories": ACQUAINTANCE,
    },
    {
        "code": "sms_info",
        "name_zh": "短信联系",
        "name_en": "Text messages",
        "channels": ["sms"],
        "minimum_grade": "C",
        "retention_days": 365,
        "bases": [Basis.CONSENT],
        "operations": ["message"],
        "categories": ACQUAINTANCE,
    },
    {
        "code": "partner_share",
        "name_zh": "转交合作方",
        "name_en": "Passing to a partner",
        "channels": ["share"],
        "minimum_grade": "A",
        "retention_days": 180,
        "form": "separate",
        "bases": [Basis.CONSENT],
        "operations": ["pass_on"],
        "categories": ["name", "mobile"],
    },
    {
        "code": "public_mention",
        "name_zh": "公开展示",
        "name_en": "Public mention",
        "channels": ["publish"],
        "minimum_grade": "A",
        "retention_days": 180,
        "form": "separate",
        "bases": [Basis.CONSENT],
        "operations": ["publish"],
        "categories": ["name", "company", "title"],
    },
    {
        "code": "credit_report_query",
        "name_zh": "查询信用报告",
        "name_en": "Query of the credit report",
        "channels": ["share"],
        "minimum_grade": "B",
        "retention_days": 180,
        "form": "written",
        "bases": [Basis.CONSENT],
        "operations": ["query"],
        "categories": ["name", "mobile", "credit_report"],
    },
    {
        "code": "service_notice",
        "name_zh": "履行合同的服务通知",
        "name_en": "Service of a contract",
        "channels": ["call"],
        "minimum_grade": "A",
        "retention_days": 365,
        "bases": [Basis.CONTRACT],
        "operations": ["call"],
        "categories": ["name", "mobile"],
    },
    {
        "code": "statutory_record",
        "name_zh": "依法留存的记录",
        "name_en": "Records that the law asks for",
        "channels": [],
        "minimum_grade": "A",
        "retention_days": 3650,
        "bases": [Basis.STATUTE],
        "operations": ["store"],
        "categories": ["name", "mobile"],
    },
)
BY_CODE: Mapping[str, dict[str, Any]] = {row["code"]: row for row in PURPOSES}


def fill() -> None:
    """Write what is missing of the register into its table."""
    for row in PURPOSES:
        words = {"text_zh": row["name_zh"], "text_en": row["name_en"]}
        Purpose.objects.get_or_create(code=row["code"], defaults=row | words)


def sensitive(categories: Iterable[str]) -> list[str]:
    """Those that the law calls sensitive, in the register's order; a category nobody declared counts as one (F1)."""
    told = set(categories)
    known = [code for code, category in CATEGORIES.items() if category.sensitive and code in told]
    return known + sorted(told - CATEGORIES.keys())


def allowed(purposes: Iterable[Purpose]) -> frozenset[str]:
    """Every category that one of these purposes lists (A3)."""
    return frozenset(category for purpose in purposes for category in purpose.categories)


def category_name(code: str) -> str:
    """A category in the reader's language; an undeclared code as it is."""
    return str(CATEGORIES[code].name) if code in CATEGORIES else code


def purpose_name(code: str) -> str:
    """A purpose in the reader's language; an unknown code as it is. The register is closed, so no table is asked."""
    name = "name_en" if (get_language() or "").startswith("en") else "name_zh"
    return str(BY_CODE[code][name]) if code in BY_CODE else code


def basis_name(code: str) -> str:
    """A legal basis in the reader's language; an unknown code as it is."""
    return str(Basis(code).label) if code in Basis.values else code
