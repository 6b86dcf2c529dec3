"""The main job as a stranger tries it: import, visitor, mask, reveal, stop, refusal, sweep, trail."""

import json
import re
import subprocess
import sys
import zipfile
from datetime import datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest

SHEET = (
    ("中小企业融资对接会 签到表",),
    (),
    ("序号", "姓名", "公司", "手机", "同意电话联系", "同意短信联系", "签字日期", "备注"),
    (1, "于军", "北辰电气有限公司", "16600009583(微信同号)", "是", "Y", "{day}", "下周回电"),
    (2, "谢伟怡", "安澜建材有限公司", "0086 13300000961", "✓", "N", "{short}", None),
    (3, "韩文思", None, "\u202d17700005678\u202c", "☑", None, "{short}", None),
    (4, "马桂兰", "恒远精工有限公司", "158 0000 6487", None, None, "{day}", "只要邮件联系"),
    (5, "刘磊", None, "1580000", "同意", None, "{day}", None),
)
LANGUAGES = {"zh-hans": ("zh-Hans", "13800009901"), "en": ("en", "13800009902")}


def visit(browser, office, language, who=None, width=1440):
    """A fresh browser in this language, signed in as a demo account unless it is a visitor's."""
    context = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
    context.add_cookies([{"name": "django_language", "value": language, "url": office}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    if who:
        page.goto(f"{office}/sign-in/")
        page.click(f'form.demo button[value="{who}"]')
    return page


def show_second_factor(page):
    """Type the code that the demo phone on the page shows."""
    code = page.inner_text("aside.screen strong >> nth=1")
    page.fill("input[name=code]", code)
    page.click("main button.primary")


def sheet(path):
    """A sheet as it comes from an event: a title above, numbers with words around them, days with and without a year."""
    book, today = openpyxl.Workbook(), datetime.now(ZoneInfo("Asia/Shanghai"))
    day = {"day": f"{today:%Y/%m/%d}", "short": f"{today.month}月{today.day}日"}
    for row in SHEET:
        book.active.append([cell.format(**day) if isinstance(cell, str) else cell for cell in row])
    book.save(path)
    return path


def import_sheet(page, office, path):
    """Upload, confirm the columns, wait for the verdicts, save; answers the counts of the verdicts."""
    page.goto(f"{office}/import/")
    page.check("input[name=given][value=no]")
    page.set_input_files("input[type=file]", path)
    option = page.eval_on_selector_all("select[name=event] option", "o => o.map(x => x.value).filter(v => v)[0]")
    page.select_option("select[name=event]", option)
    page.click("main form button.primary")
    if page.locator("select[name=year]").count():  # some dates of the sheet have no year: the event's
        page.select_option("select[name=year]", index=1)
    page.click("main form button.primary")
    page.wait_for_selector('form[action$="/commit/"] button')
    counts = [int(word) for word in page.inner_text("main").split() if word.isdigit()]
    page.click('form[action$="/commit/"] button')
    page.wait_for_selector('form[action$="/undo/"] button')
    return counts


def agree(page, office, number):
    """A visitor fills in the form on a phone and types the code; answers the address of the receipt."""
    page.goto(f"{office}/e/demo/")
    assert page.locator("input[type=checkbox]:checked").count() == 0
    assert page.locator("input[type=radio]:checked").count() == 0
    page.check("input[name=age] >> nth=0")
    page.fill("input[name=name]", "欧阳诺")
    page.fill("input[name=number]", number)
    page.check("input[type=checkbox] >> nth=0")
    page.click("form button.primary")
    page.fill("input[name=code]", re.search(r"\d{6}", page.inner_text("aside.screen p")).group())
    page.click("form button.primary >> nth=0")
    page.wait_for_url("**/separately/**")  # one thing more, by itself: no, thank you
    page.click("main p a.btn")
    page.wait_for_url("**/w/**")
    return page.inner_text("p.hash code").strip()


def look_up(page, office, number):
    """Find the number by its own digits and answer the mask the list shows."""
    page.goto(f"{office}/contacts/search/")
    page.fill("main input[name=q]", number)
    page.click("main form button.primary")
    assert number not in page.content()
    return page.locator("main span.phone").first.inner_text().strip()[: len("138 **** 0000")]


def ask_to_see(page):
    """Give the reason for a reveal and answer the status."""
    page.check("input[name=action][value=reveal_check]")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answer:
        page.click("main form button.primary")
    return answer.value.status


def sweep(page, office):
    """Run the sweep from the page and answer how many left in the newest one."""
    page.goto(f"{office}/retention/")
    page.click('form[action$="/sweep/"] button')
    page.wait_for_selector('a[href*="/certificate/"]')  # the page comes back whole once the work is done
    return page.locator("main tbody tr").count()


def download_trail(page, second, office, target):
    """Ask for the trail behind the second factor, let a second person let it out, and check it as a stranger would."""
    page.goto(f"{office}/audit/export/")
    if page.locator("input[name=code]").count():
        show_second_factor(page)
    page.select_option("select[name=purpose]", "audit")
    page.click("main form button.primary")
    second.goto(f"{office}/")
    second.click('main a[href*="/audit/export/"]')
    second.click('button[value="yes"]')
    page.reload()
    with page.expect_download() as download:
        page.click('form[action$="/download/"] button')  # waits until it is written
    download.value.save_as(target)
    with zipfile.ZipFile(target) as archive:
        archive.extract("verify.py", target.parent)
        command = [sys.executable, "-I", target.parent / "verify.py", target, "--strict", "--csv"]
        assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.startswith("OK: ")
        return [json.loads(line) for line in archive.read("entries.jsonl").splitlines()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_sheet_to_the_trail(office, seal, chromium, language, tmp_path):
    shown, number = LANGUAGES[language]
    li = visit(chromium, office, language, "li")
    assert li.get_attribute("html", "lang") == shown
    if language == "zh-hans":
        assert import_sheet(li, office, sheet(tmp_path / "fair.xlsx"))[:4] == [5, 3, 1, 1]

    visitor = visit(chromium, office, language, width=390)
    receipt = agree(visitor, office, number)
    assert look_up(li, office, number) == f"138 **** {number[-4:]}"
    li.click("main a.icon-button")
    show_second_factor(li)
    assert ask_to_see(li) == 200
    assert li.inner_text("[data-secret]") == f"138 0000 {number[-4:]}"

    visitor.goto(receipt)
    visitor.click("button.bad")
    assert visitor.locator("form button.bad").count() == 0
    li.go_back()
    assert ask_to_see(li) == 403
    assert (li.locator("[data-secret]").count(), li.locator(".verdict.no").count()) == (0, 1)

    assert sweep(visit(chromium, office, language, "chen"), office) >= 1
    seal()
    sun, zhao = visit(chromium, office, language, "sun"), visit(chromium, office, language, "zhao")
    lines = download_trail(sun, zhao, office, tmp_path / "trail.zip")
    assert {"phone.reveal", "consent.withdrawn", "contact.erased", "sweep.finished"} <= {line["act"] for line in lines}
    assert [line["out"] for line in lines if line["act"] == "phone.reveal"][-2:] == ["ok", "denied"]
    assert number not in json.dumps(lines)
