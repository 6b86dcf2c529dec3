"""Sheets made for the stories: text and workbooks, honest and otherwise."""

import base64
import gzip
import io
import re
import zipfile
from datetime import date

import openpyxl
from django.test import Client

from audit.trail import Self_
from consent import partners
from consent.partners import Agreement
from contacts import importing, withdrawal
from contacts.models import SheetImport
from tests import house

PARTNER, US = "海盛财产保险", "允诺示范财务咨询有限公司"
HEADER = ["姓名", "手机", "同意电话联系"]
WHOLE = ["姓名", "手机", "座机", "同意电话联系", "同意短信联系", "签字日期", "备注"]
EMPTY = ["王小诺", house.WANG, "", "是", "", "", ""]

# A workbook of Excel 97, written once by a program that still can: two rows, a number as a number, a bare serial day.
OLD_BOOK = gzip.decompress(
    base64.b85decode(
        "ABzY8000000t4+>O-NKx6#nje^N-`qm<Ae{2w9m!hFBKplvyr9F&QvTD9uU3(3pOpAIvf#kU(e=MH|5uZLA>r!4|b^5h%F`0zr#bt%8Cm^>xm9"
        "Z%oa=fs%~(J?^>poO92)=iUGJMn^&u0}rw$u>fVzF=Ke)nj=$`ya^@<(i;XB6S;?yVPi$X>!E>kIWg>i<>oQu@t%Z+`;Hexfp?S|aRSwy9kHBc"
        "M7hM!q&S9Bq6)W3l8Q`;DoyASp{s=6lbX+j?i9&2p`}!JLN#C{Qk`F7&Ef-EuIN(1ejkg?Taj!*243<kzSytKx=!qhA8R_k!W7w#6bym}v@+Ha"
        "i!&d<9r%EHLb$3bTv0KBbQ<hId@*u>&xuw2Jja$VuUvuTU+2r+zma=r5Esg?YYw0r#$j0`y)>zJJ6NNuuJeVpZC9tzAe%NPsxemYk5aa;c}J@Y"
        "DkU0dDn32l7w!Ij!2z<UJNO~CwpEAfI~i#F)~BF0AEoMT(fS*HS{_B)!-a%!@z!l6qzmQw*t2XQ!FgMVUzS!1(G~=x9FheVq<5IQ`{{L6b4}!s"
        "NV?_NFb|h?{4OwXi7m)DRW!O#*5r%DCZU(b>l!I%2~DTjPkCNVhE>?xBXzEbHjmmV5{yOG&na)9a_`6ePqKU8M>bM<sB-dL`p}!m0CK6%TF9QC"
        "9u%kob?YYMX(W*=Ya<#Ln)%D7<k5mw?1puM1~ARbkPs4Ta@;#=meZ`hGC7?%-SVXt@ukEU_l{2erNkG|f2QG~x7^gTKPSn$H0E@Q**B_*KW!0z"
        "n)q{B?VBU#p5@q=$MU5~Z0xH{OT!~Jq^<WSe6V4|h7B7wY}l~z&q2wB)4XK!CDLhK;N8}LooPxl_HUB^7PaW4=M;TZ?m-9Tahy$R{;Y;mC48wR"
        "+9duLGU}-HINH%HakM8rf9V5E&3&IG8wUT}5=yrHnPlSp%kBRFNcN?J02TlM"
    )
)


def text(rows, header=HEADER, *, encoding="utf-8", mark=","):
    return "\n".join(mark.join(row) for row in [header, *rows]).encode(encoding)


def row(**cells):
    """A row of WHOLE with Wang's name and number, and whatever is said here."""
    names = {"name": 0, "mobile": 1, "landline": 2, "call": 3, "sms": 4, "day": 5, "note": 6}
    made = list(EMPTY)
    for key, value in cells.items():
        made[names[key]] = value
    return made


def book(rows, header=HEADER, *, change=None):
    """A workbook; `change` may do to it what people do to workbooks."""
    made = openpyxl.Workbook()
    for line in [header, *rows]:
        made.active.append(line)
    if change is not None:
        change(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def with_member(data, name, content=b"x"):
    """The workbook with one more member in its container."""
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def upload(home, data, name="sheet.csv", by=None, at=house.NOON):
    return importing.upload(data=data, name=name, event=home.event, by=by or home.li, at=at)


def bring(home, data, name="sheet.csv", *, choices=None, by=None, at=house.NOON):
    """Upload, confirm the guessed columns, check."""
    sheet = upload(home, data, name, by, at)
    importing.remap(sheet=sheet, roles=sheet.mapping, encoding="", choices=choices, by=by or home.li, at=at)
    return importing.check(sheet.pk, at=at)


def commit(sheet, at=house.NOON):
    SheetImport.objects.filter(pk=sheet.pk).update(state="committing", heartbeat=at)
    return importing.commit(sheet.pk, at=at)


def said(**changes):
    """What is said of a partner who passes people on to us."""
    told = {
        "name": PARTNER,
        "contact": "privacy@haisheng.example",
        "gives": True,
        "takes": False,
        "purposes": ["phone_contact"],
        "categories": ["name", "mobile"],
        "method": "加密传输",
        "names_us": US,
        "agreement": "HT-7",
        "agreed_on": date(2026, 1, 5),
        "assessed_on": date(2026, 1, 4),
        "valid_until": date(2026, 12, 31),
    }
    return Agreement(**told | changes)


def standing(home, *, at=house.NOON, **changes):
    """A partner that Chen entered and Zhao approved."""
    partner = partners.enter(said(**changes), by=home.chen, at=at)
    return partners.approve(partner_id=partner.pk, by=home.zhao, at=at)


def taker(home, *, at=house.NOON, **changes):
    """A partner to whom people are passed on: the one that the notice for events names."""
    told = {"name": "示范合作保险经纪有限公司", "gives": False, "takes": True, "names_us": "", "purposes": ["partner_share"]}
    return standing(home, at=at, **told | {"agreement": "HT-9"} | changes)


def refuse(home, number, at=house.NOON):
    """Somebody who was met elsewhere says no, for everybody."""
    sent, _receipt = house.arrive(home.far, number, at=at)
    person = Self_(sent.subject_id)
    withdrawal.withdraw(subject=sent.subject_id, scope=None, method="link", reason="withdrawal", by=person, at=at)


def signed_in(user):
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(sheet, end=""):
    return f"/import/{sheet.pk}/{end}"


def seen_by(user, sheet):
    """Every byte this user can fetch of a sheet, without what names the sheet or the session."""
    client = signed_in(user)
    pages = [client.get(address(sheet, end)) for end in ("", "?status=held", "?status=ready", "errors/", "progress/")]
    body = b"\n".join(page.content for page in pages).decode().replace(str(sheet.pk), "SHEET")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)
