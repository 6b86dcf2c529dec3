"""The register of statutes (L9): every citation comes from it, by key and by the day of the act; nothing is cited beside it."""

import ast
import io
import re
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polib
import pytest
import time_machine
from django.template import Context, Template
from django.test import Client
from django.utils import translation

from audit.trail import Self_
from consent import gate, notices, reasons, statutes
from consent.defence import file
from consent.requests import asking, deciding
from contacts import keeps
from contacts.templatetags.leaving import SOURCES
from tests import house
from tests.audit.sealed import seal_here
from tests.proofs.cast import enter

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
HOUSE = Path(__file__).resolve().parent.parent.parent
FLOORS = ("vault", "audit", "team", "consent", "contacts", "crm")
LATER = house.NOON + timedelta(hours=1)
CITATION = re.compile(
    r"第[一二三四五六七八九十百千零〇\d]+条|《[^》]*(?:法|条例|典|规定|办法)》|个保法|个人信息保护法"
    r"|\bPIPL\b|\b[Aa]rticles? \d|\b[Aa]rt\. ?\d|(?:条例|[^\W\d_]法) ?\d+|\b(?:Law|Code)[ ,]+(?:articles? )?\d"
)
TEXTS = ("static/**/*.js", "static/**/*.svg", "consent/**/*.txt", "audit/**/*.txt", "contacts/**/*.txt")


def strings(text):
    """What a module says at run time: every string in it but docstrings."""
    tree = ast.parse(text)
    holders = [n for n in ast.walk(tree) if isinstance(n, ast.Module | ast.ClassDef | ast.FunctionDef)]
    silent = {id(n.body[0].value) for n in holders if n.body and isinstance(n.body[0], ast.Expr)}
    return [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in silent]


def surfaces():
    """Everything the product may say: its place, and its texts."""
    for floor in FLOORS:
        for module in sorted((HOUSE / floor).rglob("*.py")):
            if "migrations" not in module.parts:
                yield str(module.relative_to(HOUSE)), strings(module.read_text(encoding="utf-8"))
    for page in sorted((HOUSE / "templates").rglob("*")):
        if page.is_file():
            yield str(page.relative_to(HOUSE)), [page.read_text(encoding="utf-8")]
    for pattern in TEXTS:
        for text in sorted(HOUSE.glob(pattern)):
            yield str(text.relative_to(HOUSE)), [text.read_text(encoding="utf-8")]
    for words in sorted(HOUSE.rglob("locale/*/LC_MESSAGES/django.po")):
        entries = polib.pofile(str(words))
        yield str(words.relative_to(HOUSE)), [s for e in entries for s in (e.msgid, e.msgstr, *e.msgstr_plural.values())]


def beside(found):
    """Citations that do not come from the register."""
    return [(place, hit[0]) for place, texts in found for text in texts for hit in CITATION.finditer(text)]


def cited_in(place):
    """The keys of the register that a file names."""
    text = (HOUSE / place).read_text(encoding="utf-8")
    return {key for key in {rule.key for rule in statutes.REGISTER} if re.search(rf'["\s]{re.escape(key)}["\s}}]', text)}


def renumbered(monkeypatch, key, day, article):
    """From `day` on this rule stands elsewhere; what was before stays."""
    rows = []
    for rule in statutes.REGISTER:
        if rule.key == key:
            rows += [replace(rule, until=day - timedelta(days=1)), replace(rule, since=day, article=article)]
        else:
            rows.append(rule)
    monkeypatch.setattr(statutes, "REGISTER", tuple(rows))


def test_nothing_cites_a_statute_beside_the_register():
    found = list(surfaces())
    assert len(found) > 300
    assert beside(found) == []


@pytest.mark.parametrize(
    "planted",
    [
        "（《个人信息保护法》第四十七条）", "Deleted at once (PIPL 47).", "消法第29条", "反洗钱法 34", "条例 21(3)",
        "Cybersecurity Law 21", "see article 13", "art. 7", "个保法规定",
    ],
)  # fmt: skip
def test_a_citation_in_a_template_or_a_module_would_be_seen(planted):
    assert [place for place, _hit in beside([("planted.html", [planted])])][:1] == ["planted.html"]
    module = f'"""PIPL 47 may stand in a docstring."""\nWORDS = "{planted}"\n'
    assert {place for place, _hit in beside([("planted.py", strings(module))])} == {"planted.py"}
    assert beside([("planted.py", strings('"""PIPL 47."""\n'))]) == []


def test_every_rule_is_applied_where_it_says_and_nowhere_else():
    told = {(rule.key, place) for rule in statutes.REGISTER for place in rule.places}
    seen = {(key, code) for code, (_words, files) in statutes.PLACES.items() for name in files for key in cited_in(name)}
    assert told == seen
    cited = {str(p.relative_to(HOUSE)) for p in (HOUSE / "templates").rglob("*.html") if '{% statute "' in p.read_text("utf-8")}
    assert cited == {name for _words, files in statutes.PLACES.values() for name in files if name.startswith("templates/")}
    used = {key for keys in (*reasons.BASES.values(), *SOURCES.values()) for key in keys} | {k.statute for k in keeps.KEEPS}
    assert used <= {rule.key for rule in statutes.REGISTER}


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('zh = "取得个人的同意，', 'zh = "不必取得个人的同意，', "pipl.13.1.1: the words are not those of the hash"),
        ("to = 2025-12-31", "to = 2026-01-01", "csl.logs: two versions on one day"),
        ("to = 2025-12-31", "to = 2016-01-01", "csl.logs: it ends before it begins"),
        ('owner = "compliance"', 'owner = "nobody"', "nobody owns it"),
        ('places = ["keeps"]', 'places = ["elsewhere"]', "at no place we know"),
    ],
)
def test_a_register_that_contradicts_itself_is_not_read(before, after, said):
    text = statutes.FILE.read_text(encoding="utf-8")
    assert (statutes.read(text), before in text) == (statutes.REGISTER, True)
    with pytest.raises(statutes.RegisterRefused, match=re.escape(said)):
        statutes.read(text.replace(before, after, 1))


def test_articles_are_counted_as_statutes_count_them():
    told = {n: statutes.numeral(n) for n in (3, 10, 13, 20, 47, 100, 101, 110, 137, 1003, 1033, 1260)}
    assert list(told.values()) == [
        "三", "十", "十三", "二十", "四十七", "一百", "一百零一", "一百一十", "一百三十七", "一千零三", "一千零三十三", "一千二百六十",
    ]  # fmt: skip


def test_a_citation_in_both_languages_and_what_was_in_force_on_its_day():
    keys, day = ("pipl.47.1.3", "pipl.8", "consumer.29.3"), date(2026, 3, 2)
    assert statutes.cite(keys, on=day, language="zh-hans") == (
        "《个人信息保护法》第四十七条第一款第三项、第八条；《消费者权益保护法》第二十九条第三款"
    )
    assert statutes.cite(keys, on=day, language="en") == "PIPL 47(1)(3), 8; Consumer Law 29(3)"
    assert statutes.cite(keys, on=date(2021, 10, 31), language="en") == "Consumer Law 29(3)"
    logs = [statutes.cite(["csl.logs"], on=day, language="en") for day in (date(2025, 12, 31), date(2026, 1, 1))]
    assert logs == ["Cybersecurity Law 21(3)", "Cybersecurity Law 23(3)"]
    with pytest.raises(KeyError):
        statutes.cite(["pipl.999"], on=day, language="en")


def test_a_moment_is_its_day_at_the_office():
    eve = house.NOON.replace(year=2025, month=12, day=31, hour=15, minute=59)
    assert [statutes.cite(["csl.logs"], on=at, language="en")[-5:] for at in (eve, eve + timedelta(minutes=1))] == [
        "21(3)", "23(3)",
    ]  # fmt: skip


def test_the_tag_links_to_the_version_of_that_day_and_wants_a_day():
    with translation.override("en"):
        page = Template('{% load law %}{% statute "pipl.50" "pipl.65" "csl.logs" on=day %}').render(
            Context({"day": date(2025, 1, 1)})
        )
        assert page == (
            '<a class="law" href="/law/#pipl.50-20211101">PIPL 50, 65</a>; '
            '<a class="law" href="/law/#csl.logs-20170601">Cybersecurity Law 21(3)</a>'
        )
    with pytest.raises(Exception, match="'on'"):
        Template('{% load law %}{% statute "pipl.50" %}')


def test_everybody_reads_every_rule_with_its_days_and_where_it_is_applied():
    answer = Client().get("/law/", headers={"Accept-Language": "en"})
    page = answer.content.decode()
    assert (answer.status_code, page.count('<li class="card body"')) == (200, len(statutes.REGISTER))
    assert [rule.key for rule in statutes.REGISTER if f'id="{rule.anchor}"' not in page or rule.digest[:16] not in page] == []
    assert (page.count("not in force today"), "Cybersecurity Law, article 23(3)" in page, "2025-12-31" in page) == (
        1,
        True,
        True,
    )
    chinese = Client().get("/law/", headers={"Accept-Language": "zh-hans"}).content.decode()
    assert ("《网络安全法》第二十三条第三项" in chinese, "审计记录的保存时间" in chinese) == (True, True)


def test_a_decision_from_before_keeps_the_rule_of_its_day(monkeypatch):
    """2026-03-02 the gate says no. 2026-06-01 the consumer law is renumbered. The old decision cites the old article."""
    home = house.build()
    wang = house.arrive(home.event, house.WANG, confirm=False)[0].subject_id
    facts = {"usage": gate.Usage(), "in_book": True, "may": True, "by": home.li}
    summer = house.NOON + timedelta(days=100)
    old = gate.ask(subject=wang, action="call", at=house.NOON, **facts)
    new = gate.ask(subject=wang, action="call", at=summer, **facts)
    with time_machine.travel(summer, tick=False):
        chen = enter(home.chen)
        before = [chen.get(f"/decisions/{one.pk}/").content.decode() for one in (old, new)]
        renumbered(monkeypatch, "pipl.14", date(2026, 6, 1), (99,))
        after = [chen.get(f"/decisions/{one.pk}/").content.decode() for one in (old, new)]
    assert ["第十四条" in page for page in before] == [True, True]
    assert [("第十四条" in page, "第九十九条" in page) for page in after] == [(True, False), (False, True)]


def test_a_request_from_before_keeps_the_rule_of_its_day(monkeypatch):
    home = house.build()
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    summer = house.NOON + timedelta(days=100)
    told = {"subject": wang, "kind": "correction", "words": "写错了", "road": "letter", "by": Self_(wang)}
    rows = [asking.ask(**told, at=at) for at in (LATER, summer)]
    with time_machine.travel(summer, tick=False):
        chen = enter(home.chen)
        renumbered(monkeypatch, "pipl.46", date(2026, 6, 1), (99,))
        renumbered(monkeypatch, "pipl.50", date(2026, 6, 1), (98,))
        pages = [chen.get(f"/requests/{row.pk}/").content.decode() for row in rows]
        deciding.refuse(request_id=rows[0].pk, ground="unfounded", words="本来就对", by=home.chen, at=summer)
    assert [("第四十六条" in p, "第五十条" in p, "第九十九条" in p, "第九十八条" in p) for p in pages] == [
        (True, True, False, False), (False, False, True, True),
    ]  # fmt: skip


def test_what_is_published_or_taken_away_cites_from_the_register(receipt_key):
    notices.seed()
    words = notices.current().content
    assert words["zh"]["sections"][0][1].endswith("（《个人信息保护法》第十三条第一款第一项、第十四条）。")
    assert words["en"]["sections"][0][1].endswith("(Personal Information Protection Law, articles 13(1)(1) and 14).")
    home = house.build()
    wang = house.arrive(home.event, house.WANG)[0].subject_id
    seal_here(at=LATER)
    with zipfile.ZipFile(io.BytesIO(file.of(wang, by=home.chen, at=LATER))) as archive:
        readmes = [archive.read(f"README.{language}.txt").decode() for language in ("zh", "en")]
    assert ("（《个人信息保护法》第六十九条）" in readmes[0], "Law, article 69)" in readmes[1]) == (True, True)
    assert ["{statute" in text for text in readmes] == [False, False]


def test_the_statutes_of_keeping_stand_in_the_register_and_on_the_page_of_rules():
    home = house.build()
    assert {keep.statute for keep in keeps.KEEPS} == {r.key for r in statutes.REGISTER if "keeps" in r.places}
    page = enter(home.chen).get("/retention/rules/").content.decode()
    assert ("《个人信息保护法》第四十七条第一款第三项" in page, "《网络数据安全管理条例》第二十一条第三项" in page) == (
        True,
        True,
    )
