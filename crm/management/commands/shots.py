"""`manage.py shots`: photographs every page of every role, and says where a page is wrong.

It starts no server: it visits one that runs in demo mode, as its demo accounts.
"""

import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from crm import pages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ViewportSize
    from playwright.sync_api import Page as Tab

# Quiet: a browser that photographs a made-up office has nothing to ask of anybody else.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {390: 844, 1440: 900}
THEMES = ("light", "dark")
LANGUAGES = {"zh": "zh-hans", "en": "en"}
LOCALES = {"zh": "zh-CN", "en": "en-GB"}
PATIENCE = 5000  # milliseconds for a step that finds nothing to take hold of
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ASK_AXE = {"runOnly": {"type": "tag", "values": RULES}}
TOO_WIDE = "document.scrollingElement.scrollWidth > innerWidth"


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    language: str
    theme: str
    width: int
    known: str = field(default_factory=lambda: _made_up())  # the number of the one person this look meets twice


class Command(BaseCommand):
    """Takes the pictures; fails on sideways scroll, on a page that breaks, and with --axe on barriers."""

    help = (
        "Photograph the pages of a running demo office for every role, at 390 and 1440 px, in Chinese "
        "and English, light and dark. Fails when a page scrolls sideways or, with --axe, has a barrier."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare where to look, where to put the pictures, and how much."""
        parser.add_argument("--base-url", default="http://127.0.0.1:8000", help="address of the demo office")
        parser.add_argument("--out", default="docs/shots", help="folder for the pictures (default docs/shots)")
        parser.add_argument("--axe", action="store_true", help="also look for barriers (WCAG 2.2 AA) with axe")
        parser.add_argument("--only", nargs="*", metavar="NAME", help="only pages of these names")
        parser.add_argument("--no-pictures", action="store_true", help="measure, but save no picture")

    def handle(self, *args: Any, **options: Any) -> None:
        """Visit, photograph, report; exit 1 when anything is wrong."""
        out = None if options["no_pictures"] else Path(options["out"])
        wrong: list[str] = []
        seen = 0
        for line in _visit(options["base_url"], out, options["axe"], options["only"]):
            seen += 1
            wrong += line
            for sentence in line:
                self.stderr.write(sentence)
        if not seen:
            raise CommandError("No page has that name; the names are in crm/pages.py.")
        if wrong:
            raise CommandError(f"{len(wrong)} things to mend on {seen} views.")
        self.stdout.write(f"{seen} views, nothing to mend." + (f" Pictures are in {out}." if out else ""))


def _visit(base: str, out: Path | None, axe: bool, only: list[str] | None) -> Iterator[list[str]]:
    """What is wrong with each view, one list a view."""
    with _driver() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        for look in _looks():
            for role, wanted in pages.PAGES.items():
                chosen = [page for page in wanted if not only or page.name in only]
                if chosen:
                    yield from _as_role(browser, base, role, chosen, look, out, axe)
        browser.close()


def _looks() -> list[Look]:
    return [Look(language, theme, width) for language in LANGUAGES for theme in THEMES for width in SIZES]


def _driver() -> Any:
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        raise CommandError(
            "Pictures need playwright; `python3 manage.py test` installs it with the other development packages."
        ) from None
    return sync_playwright()


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        raise CommandError("Pictures need a browser: install Chromium, for example `apt install chromium`.")
    return found


def _as_role(
    browser: "Browser",
    base: str,
    role: str,
    wanted: list[pages.Page],
    look: Look,
    out: Path | None,
    axe: bool,
) -> Iterator[list[str]]:
    size: ViewportSize = {"width": look.width, "height": SIZES[look.width]}
    context = browser.new_context(viewport=size, locale=LOCALES[look.language])
    context.add_cookies(
        [
            {"name": "theme", "value": look.theme, "url": base},
            {"name": "django_language", "value": LANGUAGES[look.language], "url": base},
        ]
    )
    tab = context.new_page()
    _sign_in(tab, base, role)
    for page in wanted:
        yield _one(tab, base, page, role, look, out, axe)
    context.close()


def _sign_in(tab: "Tab", base: str, role: str) -> None:
    """Step in as a demo account, by the button a person would press."""
    from playwright.sync_api import Error

    try:
        tab.goto(f"{base}/sign-in/")
        if role != pages.VISITOR:
            tab.click(f'form.demo button[value="{role}"]', timeout=6 * PATIENCE)
    except Error:
        raise CommandError(
            f"No demo office answers at {base}. Start one with `python3 manage.py run`, or name it with --base-url."
        ) from None


def _one(tab: "Tab", base: str, page: pages.Page, role: str, look: Look, out: Path | None, axe: bool) -> list[str]:
    """Come to one page, measure it, take its picture; answers what is wrong in sentences."""
    from playwright.sync_api import Error

    view = f"{role}-{page.name}-{look.language}-{look.theme}-{look.width}"
    try:
        status = _come(tab, base, page, look)
    except Error as lost:
        return [f"{view}: cannot be reached: {lost.message.splitlines()[0]}"]
    if out is not None:
        out.mkdir(parents=True, exist_ok=True)
        tab.screenshot(path=out / f"{view}.png", full_page=True)
    wrong = [f"{view}: answers {status}"] if status >= 500 else []
    if tab.evaluate(TOO_WIDE):
        wrong.append(f"{view}: scrolls sideways")
    return wrong + (_barriers(tab, view) if axe else [])


def _come(tab: "Tab", base: str, page: pages.Page, look: Look) -> int:
    """Go to the page's address, if it has one, and take its steps; answers the last HTTP status."""
    status = 200
    if page.specimen:
        _show(tab, base, page.specimen, look)
    elif page.path:
        answer = tab.goto(base + page.path)
        status = answer.status if answer else 0
    numbers = {"{number}": _made_up(), "{known}": look.known}
    for step in page.steps:
        match step:
            case pages.Press(where):
                with tab.expect_navigation(timeout=6 * PATIENCE) as led:
                    tab.locator(where).first.click(timeout=PATIENCE)
                status = led.value.status
            case pages.Fill(where, value):
                told = value.replace("{code}", _code(tab) if "{code}" in value else "")
                for sign, number in numbers.items():
                    told = told.replace(sign, number)
                tab.locator(where).first.fill(told, timeout=PATIENCE)
            case pages.Tick(where):
                tab.locator(where).first.check(timeout=PATIENCE)
            case pages.Choose(where):
                tab.locator(where).first.select_option(index=1, timeout=PATIENCE)
            case pages.Attach(where, name, text):
                sheet = text.replace("{number}", numbers["{number}"]).encode()
                tab.set_input_files(where, {"name": name, "mimeType": "text/csv", "buffer": sheet}, timeout=PATIENCE)
    return status


def _made_up() -> str:
    return f"199{secrets.randbelow(10**8):08d}"


def _code(tab: "Tab") -> str:
    """The six digits on the demo phone."""
    found = re.search(r"\d{6}", tab.locator(".screen").first.inner_text(timeout=PATIENCE))
    return found.group() if found else ""


def _show(tab: "Tab", base: str, template: str, look: Look) -> None:
    """Show a page that only a mishap leads to, as the site would send it."""
    address = f"{base}/healthz/{template}"
    with translation.override(LANGUAGES[look.language]):
        body = render_to_string(template, {"theme": look.theme, "seconds": 60}, RequestFactory().get("/"))
    tab.route(address, lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
    tab.goto(address)
    tab.unroute(address)


def _barriers(tab: "Tab", view: str) -> list[str]:
    """What axe finds: the rule, how often, and the first place."""
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    found = Axe().run(tab, options=ASK_AXE).response["violations"]
    return [f"{view}: {rule['id']} × {len(rule['nodes'])}, first {rule['nodes'][0]['target'][0]}" for rule in found]
