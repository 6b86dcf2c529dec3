"""An event without a network, in a real browser: two forms filled in, nothing in the clear, both handed in once (C7)."""

import json
import os
import re
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm.management.commands.shots import FLAGS
from tests.browser.conftest import CHROMIUM

NUMBERS = ("13812340917", "15987650344")
EVERYTHING = """async () => {
  const settled = asked => new Promise((done, fail) => { asked.onsuccess = () => done(asked.result); asked.onerror = () => fail(asked.error); });
  const told = [];
  for (const { name } of await indexedDB.databases()) {
    const base = await settled(indexedDB.open(name));
    for (const store of base.objectStoreNames) told.push(...await settled(base.transaction(store).objectStore(store).getAll()));
    base.close();
  }
  return JSON.stringify([told, { ...localStorage }, { ...sessionStorage }, document.body.innerHTML, [...document.querySelectorAll("input")].map(one => one.value)]);
}"""
PLANT = """async number => {
  const base = await new Promise(done => { const asked = indexedDB.open("planted", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("s"); asked.onsuccess = () => done(asked.result); });
  const act = base.transaction("s", "readwrite", { durability: "strict" });
  act.objectStore("s").put({ number }, 1);
  await new Promise(done => { act.oncomplete = done; });
  base.close();
}"""


@pytest.fixture
def tablet(driver, office, tmp_path):
    """A browser with a profile of its own on the disk, signed in as Li, made a device of the demo's event."""
    browser = driver.chromium.launch_persistent_context(
        str(tmp_path / "profile"), executable_path=CHROMIUM, args=FLAGS, locale="zh-CN", viewport={"width": 820, "height": 1100}
    )
    page = browser.new_page()
    page.goto(f"{office}/sign-in/")
    page.click("button[value=li]")
    page.goto(f"{office}/events/")
    page.locator('main a[href^="/events/"][href*="-"]').first.click()
    page.click('main a[href$="/devices/"]')
    page.click("[data-prepare] button")
    page.wait_for_url("**/kiosk/**")
    page.wait_for_selector("[data-say=ready]:not([hidden])")
    yield browser, page, tmp_path / "profile"
    browser.close()


def clock(page):
    """The browser's own: the tests' stands still at noon."""
    return datetime.fromisoformat(page.evaluate("new Date().toISOString()"))


def fill(page, name, number, age="adult", says="kept"):
    page.check(f"input[name=age][value={age}]")
    page.fill("#name", name)
    page.fill("#number", number)
    page.check("input[type=checkbox] >> nth=0")
    page.click("form[data-kiosk] button")
    page.wait_for_selector(f"[data-say={says}]:not([hidden])")


def on_disk(profile):
    """Everything that the browser keeps for sites: databases, caches, storage."""
    return b"".join(
        file.read_bytes() for file in sorted((profile / "Default").rglob("*")) if file.is_file() and kept_for_sites(file)
    )


def kept_for_sites(file):
    return bool({"IndexedDB", "Local Storage", "Session Storage", "Service Worker", "WebStorage"} & set(file.parts))


def written(number):
    """How a number may stand in a store: as text of one or two bytes a character."""
    return [number.encode(), number.encode("utf-16-le")]


def records(surroundings):
    """What the house has of devices, straight from its database."""
    with sqlite3.connect(f"file:{Path(surroundings['YUNNUO_VAR']) / 'yunnuo.sqlite3'}?mode=ro", uri=True) as base:
        return base.execute(
            "SELECT outcome, counter, made_at, received_at, subject_id FROM contacts_offlinerecord ORDER BY counter"
        ).fetchall()


def test_two_forms_without_a_network_are_sealed_at_once_and_handed_in_once(tablet, office, surroundings):
    browser, page, profile = tablet
    browser.set_offline(True)
    page.reload()
    page.wait_for_selector("form[data-kiosk]:not([hidden])")  # the worker answers: nothing else could
    began = clock(page)
    fill(page, "周安", NUMBERS[0])
    page.click('header a[lang="en"]')
    fill(page, "Grace Miller", f"+86 {NUMBERS[1][:3]} {NUMBERS[1][3:7]} {NUMBERS[1][7:]}")
    ended = clock(page)
    assert page.inner_text("[data-waiting]") == "2"
    told = page.evaluate(EVERYTHING)
    assert len(json.loads(told)[0]) == 3  # a key and two records
    assert [number for number in NUMBERS if number in told or number[-8:] in told] == []
    page.evaluate(PLANT, NUMBERS[0])
    assert NUMBERS[0] in page.evaluate(EVERYTHING), "the scan finds what is there"
    found = [number for number in NUMBERS if any(text in on_disk(profile) for text in written(number))]
    assert found == [NUMBERS[0]], "on the disk the planted one, and no other"
    page.evaluate("indexedDB.deleteDatabase('planted')")
    assert records(surroundings) == []
    browser.set_offline(False)
    page.wait_for_selector("[data-waiting]:text-is('0')", timeout=40_000)
    page.reload()
    page.wait_for_selector("form[data-kiosk]:not([hidden])")
    rows = records(surroundings)
    assert [(outcome, counter) for outcome, counter, *_rest in rows] == [("taken", 1), ("taken", 2)]
    times = [datetime.fromisoformat(made).replace(tzinfo=UTC) for _o, _c, made, *_rest in rows]
    assert began <= times[0] <= times[1] <= ended
    assert len({subject for *_rest, subject in rows}) == 2


def test_what_the_page_does_not_take_it_says_and_keeps_nothing(tablet):
    browser, page, _profile = tablet
    browser.set_offline(True)
    page.fill("#name", "周安")
    page.fill("#number", NUMBERS[0])
    page.click("form[data-kiosk] button")
    page.wait_for_selector("[data-say=age]:not([hidden])")
    page.check("input[name=age][value=adult]")
    page.click("form[data-kiosk] button")
    page.wait_for_selector("[data-say=nothing]:not([hidden])")
    assert page.input_value("#number") == ""
    fill(page, "周安", NUMBERS[0], age="minor", says="minor")
    assert page.input_value("#number") == ""
    for name, number, says in (("周安", "12", "number"), ("周安", "021-58376914", "number"), ("", NUMBERS[0], "name")):
        page.check("input[name=age][value=adult]")
        page.fill("#name", name)
        page.fill("#number", number)
        page.check("input[type=checkbox] >> nth=0")
        page.click("form[data-kiosk] button")
        page.wait_for_selector(f"[data-say={says}]:not([hidden])")
    assert page.inner_text("[data-waiting]") == "0"


def test_the_colleague_is_signed_out_and_the_key_cannot_be_taken_out(tablet, office):
    _browser, page, _profile = tablet
    taken = page.evaluate(
        """async () => {
          const base = await new Promise(done => { const asked = indexedDB.open("yunnuo-offline"); asked.onsuccess = () => done(asked.result); });
          const asked = base.transaction("keys").objectStore("keys").getAll();
          const [mine] = await new Promise(done => { asked.onsuccess = () => done(asked.result); });
          const out = await crypto.subtle.exportKey("pkcs8", mine.key).then(() => "taken", () => "refused");
          return [out, mine.key.extractable, mine.key.usages.join()];
        }"""
    )
    assert taken == ["refused", False, "sign"]
    page.goto(f"{office}/contacts/")
    assert page.url.startswith(f"{office}/sign-in/")


def test_without_a_script_the_page_says_so_and_offers_paper(chromium, office, tablet):
    _browser, page, _profile = tablet
    address = page.url
    bare = chromium.new_context(java_script_enabled=False).new_page()
    bare.goto(address)
    assert bare.locator("form[data-kiosk]").is_hidden()
    link = bare.locator("noscript a, main p.error a").first
    assert re.search(r"/n/event/v\d+/", link.get_attribute("href"))
    assert os.path.basename(address.rstrip("/")) in ("zh", "en")
