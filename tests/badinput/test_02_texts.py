"""Section 2: names, texts, HTML and templates, in every text field of every door."""

import re
import unicodedata
from datetime import date, timedelta
from html import unescape

import pytest
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from consent.models import Challenge
from contacts.models import Contact, Event, LegalHold, SavedView
from team.models import LevelChange, Throttle, User
from tests import house
from tests.badinput.doors import enter, note, preset, sentences, stored, visit
from tests.badinput.strings import REFUSED, STRINGS
from vault import names, opening
from vault.names import TextRefused

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
NOBODY_YET = True
TAKEN = {key: text for key, text in STRINGS.items() if key not in REFUSED}
LIVE = re.compile(r"<script>alert|<img src=x|<svg/onload|<ScRiPt|<meta http-equiv=refresh|<%= |<!-- -->|</bdi><b>")
TURNS = {key: turn for turn, key in enumerate(STRINGS)}
each_taken = pytest.mark.parametrize("key", TAKEN)
each_refused = pytest.mark.parametrize("key", sorted(REFUSED))


def written(text):
    """The documented cleaning, said another way: NFC, no control or format characters but the joiner, single spaces."""
    composed = unicodedata.normalize("NFC", text)
    kept = [c for c in composed if c == "\u200d" or c in "\t" or unicodedata.category(c) not in ("Cc", "Cf")]
    return " ".join("".join(" " if c == "\t" or unicodedata.category(c) == "Zs" else c for c in kept).split(" ")).strip()


def squeezed(text):
    return re.sub(" +", " ", written(text))


def shown(answer, text):
    """Every place where the page shows this text, with the tag around it."""
    page = answer.content.decode()
    found = re.findall(r"<bdi>([^<]*)</bdi>", page)
    return unescape(page), [unescape(part) for part in found if unescape(part) == text]


def test_there_are_many_and_most_are_taken():
    assert (len(STRINGS) > 120, len(TAKEN) > 100) == (True, True)


@each_taken
def test_names_are_taken_cleaned_and_shown_as_text(home, some, key):
    client = enter()
    assert visit(client, home.event, name=TAKEN[key]).status_code == 302
    contact = Contact.objects.get()
    name = squeezed(TAKEN[key])
    assert str(opening.open_one(contact.name)) == name
    for page in some([f"/contacts/{contact.pk}/", "/contacts/"], TURNS[key], 2):
        answer = enter(home.li).get(page)
        text, cells = shown(answer, name)
        assert (answer.status_code, len(cells), LIVE.findall(answer.content.decode())) == (200, 1, [])


@each_refused
@pytest.mark.parametrize("door", ["visitor", "quick"])
def test_names_are_refused_with_a_sentence(home, door, key):
    before = stored()
    answer = (
        visit(enter(), home.event, name=STRINGS[key])
        if door == "visitor"
        else note(enter(home.li), home.event, name=STRINGS[key])
    )
    assert (answer.status_code, stored()) == (400, before)
    assert len(sentences(answer, "name")) == 1


def plain_fields(home, text):
    """Each door with a plain text field: who may use it, what they send, and where the text then stands."""
    sent = home.person
    yield (
        home.li,
        "/events/new/",
        preset(home, name=text, place="Hall", held_on="2026-04-01"),
        lambda: Event.objects.get(place="Hall", held_on=date(2026, 4, 1)).name,
        "/events/",
    )
    yield (
        home.li,
        "/events/new/",
        preset(home, name="E", place=text, held_on="2026-04-02"),
        lambda: Event.objects.get(name="E").place,
        "/events/",
    )
    review = (timezone.now() + timedelta(days=9)).date().isoformat()
    hold = {"case_ref": text, "reason": "dispute", "scope": "all", "review_on": review}
    yield home.chen, f"/contacts/{sent}/hold/", hold, lambda: LegalHold.objects.get().case_ref, "/holds/"
    view = {"query": "state=given", "name": text}
    yield home.li, "/contacts/views/", view, lambda: SavedView.objects.get().name, "/contacts/"
    cell = {"field": "contacts.name", "role": "lead", "level": "1", "reason": text}
    yield home.zhao, "/team/matrix/", cell, lambda: LevelChange.objects.get().reason, "/team/matrix/"
    account = {"username": "new", "display_name": text, "role": "auditor", "password": "a made-up pass phrase"}
    yield home.zhao, "/team/", account, lambda: User.objects.get(username="new").display_name, "/team/"


@each_taken
def test_other_texts_are_taken_cleaned_and_shown_as_text(home, some, key):
    """Without --full each string meets one of the doors, and each door one string in six."""
    home.person = house.arrive(home.event, house.WANG)[0].subject_id
    text, longest = TAKEN[key], 40
    for user, address, data, saved, page in some(plain_fields(home, text[:longest]), TURNS[key], 6):
        answer = enter(user).post(address, data)
        assert answer.status_code == 302, (address, answer.context["form"].errors if answer.context else "")
        assert saved() == squeezed(text[:longest]), address
        look = enter(user).get(page)
        assert LIVE.findall(look.content.decode()) == [], address
        assert len(shown(look, saved())[1]) >= 1, (address, page)


@each_refused
def test_other_texts_are_refused_with_a_sentence(home, key):
    home.person = house.arrive(home.event, house.WANG)[0].subject_id
    before = stored(), Event.objects.count(), LegalHold.objects.count(), SavedView.objects.count(), User.objects.count()
    for user, address, data, _saved, _page in plain_fields(home, STRINGS[key]):
        answer = enter(user).post(address, data)
        assert (address, answer.status_code) == (address, 400)
    after = stored(), Event.objects.count(), LegalHold.objects.count(), SavedView.objects.count(), User.objects.count()
    assert after == before
    assert LevelChange.objects.count() == 0


@pytest.mark.parametrize("text", ["13800001234", "会议 138 0000 1234", "+86-138-0000-1234", "1380000123４"])
def test_no_number_enters_a_text_that_is_not_sealed(home, text, caplog):
    home.person = house.arrive(home.event, house.WANG)[0].subject_id
    for user, address, data, _saved, _page in plain_fields(home, text):
        answer = enter(user).post(address, data)
        assert (address, answer.status_code) == (address, 400)
    assert "0000" not in caplog.text


def test_search_takes_everything(home):
    house.arrive(home.event, house.WANG)
    client = enter(home.li)
    for key, text in STRINGS.items():
        answer = client.post("/contacts/search/", {"q": text})
        assert (key, answer.status_code) in ((key, 200), (key, 400))
        assert (answer.status_code == 200) == ("cards" in answer.context), key
        assert LIVE.findall(answer.content.decode()) == [], key


def test_sign_in_second_factor_and_code_take_everything(home, some):
    client = enter()
    inside, page = enter(home.li), visit(client, home.event).url
    for key, text in STRINGS.items():
        Throttle.objects.all().delete()
        Challenge.objects.update(attempts=0)
        TOTPDevice.objects.update(throttling_failure_count=0)
        doors = (
            (client, "/sign-in/", {"username": text, "password": text}),
            (inside, "/second-factor/", {"code": text}),
            (client, page, {"code": text}),
        )
        for browser, door, data in some(doors, TURNS[key], 3):
            answer = browser.post(door, data)
            assert (key, door, answer.status_code) == (key, door, 400)
            assert LIVE.findall(answer.content.decode()) == [], key


def test_46_bytes_that_are_no_text_are_refused(home):
    client = enter()
    token = client.get(f"/e/{home.event.code}/").context["form"].initial["token"]
    body = f"name=%ED%A0%80&number={house.WANG}&token={token}"
    answer = client.post(f"/e/{home.event.code}/", body, content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, Contact.objects.count()) == (400, 0)


def test_49_the_policy_blocks_what_a_mistake_would_let_through():
    policy = enter().get("/").headers["Content-Security-Policy"]
    assert ("script-src 'self'" in policy, "unsafe" in policy) == (True, False)


def test_53_no_line_break_reaches_a_header(home):
    for target in ("/\r\nX-Bad: 1", "/%0d%0aX-Bad: 1", "//evil.example\r\n"):
        answer = enter(home.li).post("/theme/", {"theme": "dark\r\nX-Bad: 1", "next": target})
        assert (answer.status_code < 500, "X-Bad" in answer.headers) == (True, False)


@pytest.mark.parametrize("username", ["ｌｉ", "lі", "LI", "li\u200b"])
def test_57_a_name_that_only_looks_like_another_signs_nobody_in(home, username):
    assert enter().post("/sign-in/", {"username": "li", "password": "made-up-pass-1"}).status_code == 302
    assert enter().post("/sign-in/", {"username": username, "password": "made-up-pass-1"}).status_code == 400
    account = {"username": username, "display_name": "x", "role": "auditor", "password": "a made-up pass phrase"}
    if not username.isascii():
        assert enter(home.zhao).post("/team/", account).status_code == 400


def test_56_a_rare_character_travels_through_gb18030():
    for text in ("𠮷田", "王\U00031350"):
        assert names.clean_name(text.encode("gb18030").decode("gb18030")) == text


def test_the_cleaning_does_not_change_what_it_has_cleaned():
    for key, text in TAKEN.items():
        assert names.clean_line(names.clean_line(text, 100), 100) == names.clean_line(text, 100), key
    for key in REFUSED - {"empty", "spaces", "only-format"}:
        with pytest.raises(TextRefused):
            names.clean_line(STRINGS[key], 60)
