"""Flows measured in a browser: how many taps and fields each costs, and that the person's own page needs no script."""

import re

import pytest

from tests.browser.test_main_job import agree, visit


class Taps:
    """A page on which every tap is counted."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def tap(self, selector):
        self.count += 1
        with self.page.expect_navigation():
            self.page.locator(selector).first.click()


def without_script(browser, office, language):
    """A phone that runs no script at all."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    context.add_cookies([{"name": "django_language", "value": language, "url": office}])
    page = context.new_page()
    page.set_default_timeout(60_000)
    return page


def enter_own_page(page, office, number):
    page.goto(f"{office}/me/")
    page.fill("#id_number", number)
    page.click("main form.form button.primary")
    page.fill("#id_code", re.search(r"\d{6}", page.inner_text(".screen")).group())
    page.click("main form.form button.primary")
    page.wait_for_selector("h1")


@pytest.mark.parametrize(("language", "number"), [("zh-hans", "13800009911"), ("en", "13800009912")])
def test_a_visitor_agrees_without_any_advisor_and_stops_with_one_tap_without_a_script(chromium, office, language, number):
    page = without_script(chromium, office, language)
    receipt = agree(page, office, number)  # name, number, a tick, a code: nobody of the office types anything
    assert page.locator('main a[href="/me/"]').count() == 1
    stopping = Taps(page)
    page.goto(receipt)
    stopping.tap("main button.bad")
    assert (stopping.count, page.locator(".badge.ok").count()) == (1, 0)


def test_on_their_own_page_one_tap_stops_one_purpose_and_two_take_the_copy(chromium, office):
    page = without_script(chromium, office, "zh-hans")
    number = "13800009913"
    agree(page, office, number)
    enter_own_page(page, office, number)
    assert (page.locator(".badge.ok").count(), page.content().count(number)) == (1, 0)
    copying = Taps(page)
    copying.tap('main a[href="/me/copy/"]')
    assert (copying.count, "138 0000 9913" in page.content()) == (1, True)
    page.goto(f"{office}/me/")
    stopping = Taps(page)
    stopping.tap('main button[name="only"]')
    assert (stopping.count, page.locator(".badge.ok").count()) == (1, 0)
    page.goto(f"{office}/me/ask/")
    page.check("input[name=kind][value=erasure]")
    asking = Taps(page)
    asking.tap("main form.form button.primary")
    assert (asking.count, page.locator("section.card .badge").count()) == (1, 1)
    asking.tap('form[action="/me/leave/"] button')
    assert page.locator("#id_number").count() == 1


def test_a_reviewer_hears_a_recording_under_the_strict_policy(chromium, office):
    page = visit(chromium, office, "zh-hans", "chen")
    page.goto(f"{office}/review/")
    while not page.locator("audio").count():
        with page.expect_navigation():
            page.keyboard.press("s")
    heard = page.evaluate(
        "async () => { const one = document.querySelector('audio'); one.muted = true; await one.play(); return one.duration }"
    )
    assert heard == 6


# Whether the middle of each of these can be touched where it stands: nothing lies over it, and it is not off the screen.
TOUCHED = """where => [...document.querySelectorAll(where)].map(one => {
  const box = one.getBoundingClientRect()
  const met = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
  return !!met && (one === met || one.contains(met)) })"""


@pytest.mark.parametrize(("language", "width"), [("zh-hans", 390), ("en", 390), ("en", 1440)])
def test_the_verdicts_are_within_reach_wherever_one_reads(chromium, office, language, width):
    """On a phone above the menu, on a desk below the head; and of the phone's whole menu every line can be reached."""
    page = visit(chromium, office, language, "chen", width=width)
    page.goto(f"{office}/review/")
    for down in (0, 300, 100_000):
        page.evaluate(f"scrollTo(0, {down})")
        assert page.evaluate(TOUCHED, "form.verdicts :is(button, select, a)") == [True] * 5
    assert page.evaluate("document.querySelector('main h1').getBoundingClientRect().top < innerHeight / 4 || scrollY > 0")
    if width == 390:
        page.click(".more summary")
        assert page.evaluate("document.querySelector('.more > div').getBoundingClientRect().top >= 0")


def test_a_reviewer_needs_one_key_for_each_item(chromium, office):
    page = visit(chromium, office, "zh-hans", "chen")
    page.goto(f"{office}/review/")
    told = re.findall(r"\d+", page.inner_text(".lead, main header p, main p >> nth=0"))
    waiting = int(told[0]) + int(told[1])  # on paper, and recorded
    presses = 0
    while page.locator("form.verdicts").count():
        key = "r" if page.locator("button[value=accepted]").is_disabled() else "a"
        page.wait_for_load_state("networkidle")  # what the page shows is loaded, and so opened
        with page.expect_navigation():
            page.keyboard.press(key)
        presses += 1
        assert presses < 9, "each press moved one"
    assert (waiting, presses) == (3, 3)


def test_a_hand_on_the_screen_of_a_tablet(chromium, office):
    page = visit(chromium, office, "zh-hans", "li", width=820)
    page.goto(f"{office}/contacts/?state=asserted")
    page.locator('main a[href^="/contacts/"][href*="-"]').first.click()
    page.click('main a[href$="/sign/"]')
    page.click("main form button.primary")  # hands over, and signs Li out
    page.wait_for_url("**/sign/")
    assert page.locator("input:checked").count() == 0
    page.click("main form button.primary")
    assert page.locator('[role="alert"]').count() >= 1  # no age, nothing ticked, nothing signed
    page.check("input[name=age][value=adult]")
    page.check("input[type=checkbox] >> nth=0")
    canvas = page.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    for n in range(1, 25):
        page.mouse.move(box["x"] + 30 + n * 12, box["y"] + 40 + (n % 6) * 14)
    page.mouse.up()
    page.click("main form button.primary")
    page.wait_for_selector('main a[href*="/papers/"]')
    page.goto(f"{office}/contacts/")
    assert page.url.startswith(f"{office}/sign-in/")  # the screen opens nothing else
    page.click("button[value=li]")
    page.goto(f"{office}/sign/")
    assert page.locator("canvas").count() == 0  # one signature, and the page is over
