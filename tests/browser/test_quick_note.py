"""The quick note by keyboard alone: every key is counted, and the next person starts where the last one ended.

Nothing is timed. A practised typist needs 0.28 s a key and 1.35 s to think before each field (Card, Moran
and Newell's keystroke-level model), so the count of keys says how long one person takes.
"""

import pytest

from tests.browser.test_main_job import visit

KEY, THOUGHT, LIMIT = 0.28, 1.35, 15.0


class Keyboard:
    """Types, and counts what was pressed."""

    def __init__(self, page):
        self.page, self.pressed = page, 0

    def type(self, text):
        self.page.keyboard.type(text)
        self.pressed += len(text)

    def press(self, key):
        self.page.keyboard.press(key)
        self.pressed += 1


def focused(page):
    return page.evaluate("document.activeElement.name")


@pytest.mark.parametrize(("language", "start"), [("zh-hans", 13800007100), ("en", 13800007200)])
def test_one_person_takes_one_tab_one_enter_and_no_mouse(office, chromium, language, start):
    page = visit(chromium, office, language, who="li")
    page.goto(f"{office}/contacts/new/")
    for number in range(start, start + 3):
        hand = Keyboard(page)
        assert focused(page) == "name"
        hand.type("Wang Xiaonuo")
        hand.press("Tab")
        assert focused(page) == "number"
        hand.type(str(number))
        with page.expect_navigation():
            hand.press("Enter")
        assert page.locator(".flash").count() == 1
        assert hand.pressed == len("Wang Xiaonuo") + 11 + 2
        assert hand.pressed * KEY + 2 * THOUGHT < LIMIT
    assert focused(page) == "name"
    assert page.input_value("input[name=name]") == ""


def test_the_act_and_the_note_are_reached_by_keyboard_too(office, chromium):
    page = visit(chromium, office, "zh-hans", who="li")
    page.goto(f"{office}/contacts/new/")
    hand = Keyboard(page)
    hand.type("Zhou Min")
    hand.press("Tab")
    hand.type("13800007300")
    hand.press("Tab")
    assert focused(page) == "act"
    hand.press("ArrowDown")
    assert page.locator("input[name=act]:checked").get_attribute("value") == "assert"
    hand.press("Tab")
    hand.press("Tab")
    hand.press("Enter")
    hand.press("Tab")
    assert focused(page) == "company"
    hand.type("Acme")
    with page.expect_navigation():
        hand.press("Enter")
    assert page.locator(".flash.success").count() == 1


def test_the_chosen_event_stays_and_a_second_try_leads_to_the_person(office, chromium):
    page = visit(chromium, office, "zh-hans", who="li")
    page.goto(f"{office}/contacts/new/")
    other = page.eval_on_selector_all("#event option", "o => o.map(x => x.value)")[-1]
    page.select_option("#event", other)
    for expected in ("/contacts/new/", "/contacts/"):
        page.fill("input[name=name]", "Qian Yi")
        page.fill("input[name=number]", "13800007400")
        with page.expect_navigation():
            page.press("input[name=number]", "Enter")
        assert page.url.startswith(f"{office}{expected}")
        if expected == "/contacts/new/":
            assert page.input_value("#event") == other
    assert page.locator("main section.verdict").count() == 1
