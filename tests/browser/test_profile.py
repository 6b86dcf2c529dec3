"""What an advisor's browser keeps on its disk after a reveal: the number is not among it."""

import pytest

from crm.management.commands.shots import FLAGS
from tests.browser.conftest import CHROMIUM
from tests.browser.test_main_job import agree, ask_to_see, show_second_factor, visit
from tests.proofs.stores import files

NUMBER, PLANT = "13800009966", "13800009977"


def spellings(number):
    """A number as a browser would keep it: plain, grouped, and as UTF-16."""
    grouped = f"{number[:3]} {number[3:7]} {number[7:]}"
    return [text.encode(code) for text in (number, grouped, grouped.replace(" ", "%20")) for code in ("utf-8", "utf-16-le")]


def kept(profile, number):
    """The files of a profile in which the number stands."""
    return [blob for blob in files(profile) if any(spelling in blob for spelling in spellings(number))]


@pytest.fixture
def profile(tmp_path):
    return tmp_path / "profile"


def test_the_disk_of_the_browser_keeps_no_number_that_was_revealed(office, driver, chromium, profile):
    agree(visit(chromium, office, "zh-hans", width=390), office, NUMBER)
    browser = driver.chromium.launch_persistent_context(profile, executable_path=CHROMIUM, args=FLAGS)
    page = browser.new_page()
    page.goto(f"{office}/sign-in/")
    page.click('form.demo button[value="li"]')
    page.goto(f"{office}/contacts/")
    page.click("main a.icon-button >> nth=0")  # who came last stands first
    show_second_factor(page)
    assert ask_to_see(page) == 200
    assert page.inner_text("[data-secret]") == "138 0000 9966", "there is a number to be kept"
    page.goto(f"{office}/contacts/")
    browser.close()
    assert (kept(profile, NUMBER), sum(map(len, files(profile))) > 100_000) == ([], True)
    again = driver.chromium.launch_persistent_context(profile, executable_path=CHROMIUM, args=FLAGS)
    again.new_page().goto(f"{office}/contacts/?q={PLANT}")
    again.close()
    assert kept(profile, PLANT) != [], "a number in an address would have been kept: the search works"
