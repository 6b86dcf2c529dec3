"""The main job as a stranger tries it: import, visitor, mask, reveal, stop, refusal, sweep, trail."""

import json
import re
import zipfile
from pathlib import Path

import pytest

SHEET = Path(__file__).resolve().parents[3] / "shared" / "data" / "events" / "sme-financing-fair.xlsx"
LANGUAGES = {"zh-hans": ("zh-Hans", "13800009901"), "en": ("en", "13800009902")}


def visit(browser, office, language, who=None, width=1440):
    """A fresh browser in this language, signed in as a demo account unless it is a visitor's."""
    context = browser.new_context(viewport={"width": width, "height": 900}, accept_downloads=True)
    context.add_cookies([{"name": "django_language", "value": language, "url": office}])
    page = context.new_page()
    page.set_default_timeout(15000)
    if who:
        page.goto(f"{office}/sign-in/")
        page.click(f'form.demo button[value="{who}"]')
    return page


def show_second_factor(page):
    """Type the code that the demo phone on the page shows."""
    code = page.inner_text("aside.screen strong >> nth=1")
    page.fill("input[name=code]", code)
    page.click("main button.primary")


def import_sheet(page, office):
    """Upload, confirm the columns, wait for the verdicts, save; answers the counts of the verdicts."""
    page.goto(f"{office}/import/")
    page.set_input_files("input[type=file]", SHEET)
    option = page.eval_on_selector_all("select[name=event] option", "o => o.map(x => x.value).filter(v => v)[0]")
    page.select_option("select[name=event]", option)
    page.click("main form button.primary")
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
    page.fill("input[name=name]", "欧阳诺")
    page.fill("input[name=number]", number)
    page.check("input[type=checkbox] >> nth=0")
    page.click("form button.primary")
    page.fill("input[name=code]", re.search(r"\d{6}", page.inner_text("aside.screen p")).group())
    page.click("form button.primary >> nth=0")
    page.wait_for_url("**/w/**")
    return page.inner_text("p.hash code").strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_from_the_sheet_to_the_trail(office, chromium, language, tmp_path):
    shown, number = LANGUAGES[language]
    li = visit(chromium, office, language, "li")
    assert li.get_attribute("html", "lang") == shown
    if SHEET.exists() and language == "zh-hans":
        counts = import_sheet(li, office)
        assert counts[:4] == [191, 140, 35, 16]

    visitor = visit(chromium, office, language, width=390)
    receipt = agree(visitor, office, number)

    li.goto(f"{office}/contacts/search/")
    li.fill("main input[name=q]", number)
    li.click("main form button.primary")
    assert [mask.strip() for mask in li.locator("main span.phone").all_inner_texts()][0].startswith(f"138 **** {number[-4:]}")
    assert number not in li.content()
    li.click("main a.icon-button")
    show_second_factor(li)
    li.check("input[name=action][value=reveal_check]")
    li.click("main form button.primary")
    assert li.inner_text("[data-secret]") == f"138 0000 {number[-4:]}"

    visitor.goto(receipt)
    visitor.click("button.bad")
    assert visitor.locator("form button.bad").count() == 0

    li.go_back()
    li.check("input[name=action][value=reveal_check]")
    with li.expect_response(lambda answer: answer.request.method == "POST") as refused:
        li.click("main form button.primary")
    assert refused.value.status == 403
    assert li.locator("[data-secret]").count() == 0
    assert li.locator(".verdict.no").count() == 1

    chen = visit(chromium, office, language, "chen")
    chen.goto(f"{office}/retention/")
    chen.click('form[action$="/sweep/"] button, main form button.primary >> nth=0')
    chen.goto(f"{office}/retention/")
    chen.click('main a[href*="/sweeps/"] >> nth=0')
    assert chen.locator("main tbody tr").count() >= 1

    sun = visit(chromium, office, language, "sun")
    sun.goto(f"{office}/audit/export/")
    if sun.locator("input[name=code]").count():
        show_second_factor(sun)
    with sun.expect_download() as download:
        sun.click("main form button.primary")
    target = tmp_path / "trail.zip"
    download.value.save_as(target)
    with zipfile.ZipFile(target) as archive:
        lines = [json.loads(line) for line in archive.read("entries.jsonl").splitlines()]
    assert {"phone.reveal", "consent.withdrawn", "contact.erased", "sweep.finished"} <= {line["act"] for line in lines}
    reveals = [line["out"] for line in lines if line["act"] == "phone.reveal"]
    assert reveals[-2:] == ["ok", "denied"]
    assert number not in json.dumps(lines)
