"""The pages a person meets, by role: what `manage.py shots` photographs and measures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Press:
    """Press what this selector finds and wait for the page it leads to."""

    where: str


@dataclass(frozen=True)
class Fill:
    """Write a value into a field; `{number}` stands for a made-up number, `{code}` for what the demo phone shows.

    `{known}` is a made-up number too, the same on every page of one look.
    """

    where: str
    value: str


@dataclass(frozen=True)
class Tick:
    """Tick a box or choose a radio button."""

    where: str


@dataclass(frozen=True)
class Choose:
    """Choose the first entry of a list that is not empty."""

    where: str


@dataclass(frozen=True)
class Attach:
    """Choose a made-up file for an upload."""

    where: str
    name: str
    text: str


Step = Press | Fill | Tick | Choose | Attach


@dataclass(frozen=True)
class Page:
    """One page: a name for its picture, and how to come to it.

    From its address, or from the page before when it has none, by the steps a person would take; `specimen` names
    the template of a page that no address leads to.
    """

    name: str
    path: str = ""
    steps: tuple[Step, ...] = ()
    specimen: str = ""


def _through(link: str) -> tuple[Step, ...]:
    """Follow the first link of the content that starts so and names one row."""
    return (Press(f'main a[href^="{link}"][href*="-"]'),)


PERSON, EVENT = _through("/contacts/"), _through("/events/")
SHEET = "姓名,手机号,同意\n王小诺,{number},是\n周远,12,是\n钱行,,否\n"
UPLOAD = (Attach("main input[type=file]", "fair.csv", SHEET), Press("main form button.primary"))
CODE: tuple[Step, ...] = (Fill("#id_code", "{code}"), Press("main form.form button.primary"))
ADULT = Tick("#id_age_0")
ANSWERED = (ADULT, Fill("#id_name", "王小诺"), Fill("#id_number", "{number}"), Tick("main input[type=checkbox]"))
ONWARD = Press('main a[href^="/w/"]')  # past what is asked by itself
KNOWN: tuple[Step, ...] = (
    *(ADULT, Fill("#id_name", "王小诺"), Fill("#id_number", "{known}"), Tick("main input[type=checkbox]")),
    *(Press("main form.form button.primary"), *CODE, ONWARD),
)

VISITOR = "visitor"
PAGES: dict[str, tuple[Page, ...]] = {
    VISITOR: (
        Page("welcome", "/"),
        Page("sign-in", "/sign-in/"),
        Page("event-form", "/e/demo/"),
        Page("event-form-wrong", "/e/demo/", (Fill("#id_number", "12"), Press("main form.form button.primary"))),
        Page("nothing-ticked", "/e/demo/", (*ANSWERED[:3], Press("main form.form button.primary"))),
        Page("under-age", "/e/demo/", (Tick("#id_age_1"), Press("main form.form button.primary"))),
        Page("notice", "/n/event/v1/"),
        Page("code", "/e/demo/", (*ANSWERED, Press("main form.form button.primary"))),
        Page("one-by-one", "", CODE),
        Page("receipt", "", (ONWARD,)),
        Page("stopped", "", (Press("button.bad"),)),
        Page("law", "/law/"),
        Page("minors-rules", "/law/minors/"),
        Page("complain", "/complaints/"),
        Page("complain-wordless", "", (Tick("#id_topic_0"), Press("main form.form button.primary"))),
        Page("complaint", "", (Fill("#id_words", "未同意就收到来电"), Press("main form.form button.primary"))),
        Page("receipt-check", "/receipt/check/"),
        Page("receipt-none", "", (Fill("#id_text", "{}"), Press("main form.form button.primary"))),
        Page("own", "/e/demo/", (*KNOWN, Press('main a[href="/me/"]'))),
        Page("own-code", "", (Fill("#id_number", "{known}"), Press("main form.form button.primary"))),
        Page("own-page", "", CODE),
        Page("own-copy", "", (Press('main a[href="/me/copy/"]'),)),
        Page("own-window", "/me/window/"),
        Page("own-after", "/me/after/"),
        Page("own-after-unchosen", "", (Press("main form.form button.primary"),)),
        Page("own-ask", "/me/ask/"),
        Page("own-wordless", "", (Tick("#id_kind_1"), Press("main form.form button.primary"))),
        Page("own-asked", "", (Fill("#id_words", "姓名写错了"), Press("main form.form button.primary"))),
        Page("own-stopped", "", (Press("main button.bad"),)),
        Page("nothing-held", "/w/no-such-link/"),
        Page("recall-asked", "/w/no-such-code/heard/"),
        Page("recall-unknown", "", (Press("main form button.primary"),)),
        Page("nothing-here", "/no-such-page/"),
        Page("not-understood", specimen="400.html"),
        Page("send-again", specimen="403_csrf.html"),
        Page("too-many", specimen="429.html"),
        Page("broken", specimen="500.html"),
        Page("sealed", specimen="sealed.html"),
        Page("unopened", specimen="unopened.html"),
    ),
    "li": (
        Page("today", "/"),
        Page("contacts", "/contacts/"),
        Page("contacts-filtered", "/contacts/?state=withdrawn"),
        Page("person", "/calls/", (Press("main tr:has(form) a.who"),)),
        Page("second-factor", "", (Press('main a[href*="/reveal/"]'),)),
        Page("reveal", "", CODE),
        Page("revealed", "", (Tick("main input[type=radio]"), Press("main form button.primary"))),
        Page("person-waiting", "/contacts/?state=asserted", PERSON),
        Page("client", "", (Press('main a[href$="/client/"]'),)),
        Page("age", "/contacts/?state=asserted", (*PERSON, Press('main a[href$="/age/"]'))),
        Page("papers", "/contacts/?state=asserted", (*PERSON, Press('main a[href$="/papers/"]'))),
        Page(
            "papers-refused",
            "",
            (Attach("main input[type=file]", "a.jpg", "no picture"), Press("main form.form button.primary")),
        ),
        Page("speech", "/contacts/?state=asserted", (*PERSON, Press('main a[href$="/speech/"]'))),
        Page(
            "speech-refused",
            "",
            (Attach("main input[type=file]", "a.m4a", "no sound"), Press("main form.form button.primary")),
        ),
        Page("request-noted", "/contacts/?state=asserted", (*PERSON, Press('main a[href$="/request/"]'))),
        Page("withdraw", "/contacts/?state=asserted", (*PERSON, Press('main a[href$="/withdraw/"]'))),
        Page("search", "/contacts/search/"),
        Page("found", "", (Fill("main #id_q", "王"), Press("main form.form button.primary"))),
        Page("quick-note", "/contacts/new/"),
        Page("events", "/events/"),
        Page("event", "/events/", EVENT),
        Page("event-change", "", (Press('main a[href$="/edit/"]'),)),
        Page("devices", "/events/", (*EVENT, Press('main a[href$="/devices/"]'))),
        Page("poster", "/events/", (*EVENT, Press('main a[href$="/poster/"]'))),
        Page("new-event", "/events/new/"),
        Page("import", "/import/"),
        Page("columns", "", (Tick("#id_given_0"), Choose("main select"), *UPLOAD)),
        Page("checking", "", (Press("main form.form button.primary"),)),
        Page("verdicts", "", (Press("main nav.chips a.chip"),)),
        # chen closes the case, or the next sheet is refused
        Page("import-paid", "/import/", (Tick("#id_given_1"), Choose("main select"), Press("main form button.primary"))),
        Page("calls", "/calls/"),
        Page("account", "/account/"),
        Page("password", "/account/password/"),
        Page("not-your-door", "/retention/"),
        Page("lend", "/contacts/?state=asserted", (*PERSON, Press('main a[href$="/sign/"]'))),
        Page("sign", "", (Press("main form button.primary"),)),  # Li is signed out from here on
        Page("sign-nothing", "", (Press("main form button.primary"),)),
        Page("lent-back", "", (Press('main form[action="/sign/back/"] button'),)),
        Page("lent-over", "/sign/"),
    ),
    "wu": (
        Page("today", "/"),
        Page("contacts", "/contacts/"),
        Page("event", "/events/", EVENT),
        Page("calls", "/calls/"),
        Page("matrix", "/team/matrix/"),
        Page("books", "/team/books/"),
        Page("hand-over", "", _through("/team/books/")),
    ),
    "chen": (
        Page("today", "/"),
        Page("contacts", "/contacts/"),
        Page("person", "/contacts/", PERSON),
        Page("coverage", "/coverage/"),
        Page("minors", "/minors/"),
        Page("minors-asked", "", (Tick("#id_reason_0"), Press("main form.form button.primary"))),
        Page("review", "/review/"),
        Page("review-next", "", (Press('main a[data-press="s"]'),)),
        Page("review-speech", "", (Press('main a[data-press="s"]'),)),
        Page("exceptions", "/notices/exceptions/"),
        Page("exception-new", "/notices/exceptions/new/"),
        Page("exception-unsaid", "", (Press("main form.form button.primary"),)),
        Page("requests", "/requests/"),
        Page("request", "/requests/", _through("/requests/")),
        Page("place-hold", "/contacts/", (*PERSON, Press('main a[href$="/hold/"]'))),
        Page("holds-standing", "", (Fill("#id_case_ref", "2026-7"), Press("main form.form button.primary"))),
        Page("event", "/events/", EVENT),
        Page("retention", "/retention/"),
        Page("retention-month", "/retention/?window=month"),
        Page("postpone", "", (Press('main a[href$="/postpone/"] >> nth=0'),)),
        Page("rules", "/retention/rules/", (Fill("#days-event_lead", "170"), Press("tr:has(#days-event_lead) button"))),
        Page("sweep", "/retention/", _through("/retention/sweeps/")),
        Page("certificate", "", (Press('main a[href^="/certificate/"] >> nth=0'),)),
        Page("holds", "/holds/"),
        Page("debts", "/debts/"),
        Page("suppression", "/suppression/"),
        Page("suppression-lookup", "/suppression/number/"),
        Page("suppression-lead", "/suppression/lead/"),
        Page("suppression-answer", "", (Fill("main #id_number", "{number}"), Press("main form button.primary"))),
        Page("canaries", "/canaries/", CODE),
        Page("canary-refused", "", (Press("main form.form button.primary"),)),
        Page("receipts-in", "/receipts/"),
        Page(
            "receipts-judged",
            "",
            (Attach("main input[type=file]", "r.json", "{}"), Choose("#id_event"), Press("main form button.primary")),
        ),
        Page("partners", "/partners/"),
        Page("partner", "", (Press('main table a[href^="/partners/"] >> nth=0'),)),
        Page("recall", "", (Press('main a[href^="/partners/withdrawals/"] >> nth=0'),)),
        Page("recall-refused", "", (Press("main form.form button.primary"),)),
        Page("partner-new", "/partners/new/"),
        Page("partner-refused", "", (Press("main form.form button.primary"),)),
        Page("partners-closed", "/partners/", (Choose("main li select"), Press("main li form button"))),
        Page("defence", "/defence/"),
        Page("defence-found", "", (Fill("main #id_number", "{number}"), Press("main form button.primary"))),
        Page("notices", "/notices/"),
        Page("notice-draft", "", (Press("main form button.primary, main h2 a"),)),
        Page("notice-kept-not", "", (Fill("#id_zh_collect", "姓名"), Press("main form.stack button.primary"))),
        Page(
            "notice-changed", "", (Fill("#id_zh_collect", "姓名 | 称呼您 | 由您填写"), Press("main form.stack button.primary"))
        ),
        Page("notice-proposed", "", (Press('main form[action$="/propose/"] button'),)),
        Page("notice-back", "", (Press('main form[action$="/back/"] button'),)),
        Page("team", "/team/"),
        Page("matrix", "/team/matrix/"),
        Page("audit", "/audit/"),
    ),
    "zhao": (
        Page("today", "/"),
        Page("team", "/team/"),
        Page("colleague", "", _through("/team/")),
        Page("matrix", "/team/matrix/"),
        Page("keys", "/keys/"),
        Page("rules", "/retention/rules/"),
        Page("minors-decide", "/minors/"),
        Page("holds", "/holds/"),
        Page("books", "/team/books/"),
        Page("hand-over", "", _through("/team/books/")),
        Page("notices", "/notices/"),
        Page("account", "/account/"),
    ),
    "sun": (
        Page("today", "/"),
        Page("audit", "/audit/"),
        Page("audit-filtered", "/audit/?act=phone.reveal"),
        Page("audit-entry", "/audit/", (Press('main tbody a[href^="/audit/entries/"] >> nth=-1'),)),
        Page("audit-entry-asked", "", (Choose("#why"), Press("section[aria-labelledby=out] form button"))),
        Page("audit-days", "/audit/days/?act=contact.listed"),
        Page("audit-export", "/audit/export/", CODE),
        Page("audit-export-asked", "", (Choose("#id_purpose"), Press("main form button.primary"))),
        Page("audit-checkpoint", "/audit/checkpoint/"),
        Page("matrix", "/team/matrix/"),
    ),
}
