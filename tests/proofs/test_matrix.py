"""Roles × protected fields × levels × surfaces: no page, header or file shows more than the matrix grants.

The table of what may be shown stands here, written from the law table and not from the code: a text is
nothing, its first character, or itself; a number is nothing, its last four digits, its mask, and itself
only in the answer to a reveal. Every field meets every level once per role, beside other fields at other
levels, so that no field hides behind its neighbour.
"""

from datetime import timedelta

import pytest
import time_machine
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import override

from consent.sms_texts import ASKED_FOR, TEXTS
from team import fields
from team.fields import Level
from team.models import ProtectedField, User
from tests.proofs import cast, spellings
from tests.proofs.cast import DUAN, FANG, ROLES
from tests.proofs.surfaces import QUIET, addresses, reveals, send, surfaces, words_of

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
LADDER = ("hidden", "last4", "masked", "call", "reveal", "export")
TEXT = {"hidden": "", "last4": "mask", "masked": "mask", "call": "whole", "reveal": "whole", "export": "whole"}
NUMBER = {"hidden": "", "last4": "last4", "masked": "mask", "call": "mask", "reveal": "mask", "export": "mask"}
REVEALS = ("reveal", "export")  # levels at which the answer to a reveal may hold the whole number
READERS = ("advisor", "compliance", "lead")
# Without --full every field meets every level at one reader, and every reader every surface twice.
SHORT = {(READERS[turn % 3], turn) for turn in range(6)}
# Field → the values it stands for; a title goes with its company.
VALUES = {
    "contacts.name": ("name",),
    "contacts.company": ("company", "title"),
    "contacts.wechat": ("wechat",),
    "contacts.email": ("email",),
    "contacts.note": ("note",),
    "consent.evidence": ("evidence",),
}
NUMBERS = {"contacts.mobile": "mobile", "contacts.landline": "landline"}


def grade(turn):
    """One level for every field: over six turns every field meets every level once."""
    codes = list(ProtectedField.objects.order_by("order").values_list("code", flat=True))
    assert set(codes) == set(VALUES) | set(NUMBERS)
    levels = {code: LADDER[(turn + n) % 6] for n, code in enumerate(codes)}
    for role in ROLES.values():
        for field in ProtectedField.objects.all():
            fields.grant(field, role, Level[levels[field.code].upper()])
    return levels


def shown_of_text(value, page):
    return "whole" if value in spellings.plain(page) else ""


def shown_of_number(number, page):
    """The most of a number that a page lets out: whole, middle digits, last four, or nothing."""
    if number in spellings.joined(page):
        return "whole"
    rest = spellings.quiet(page)
    if number[-8:-4] in rest:
        return "middle"
    return "last4" if number[-4:] in rest else ""


def leaks(who, levels, page, *, there, opened=False):
    """What this page shows of this person beyond the table; `there` says whether the reader may know them at all."""
    found = []
    for code, names in VALUES.items():
        may = TEXT[levels[code]] if there else ""
        found += [(code, name) for name in names if shown_of_text(getattr(who, name), page) and may != "whole"]
    for code, name in NUMBERS.items():
        may = NUMBER[levels[code]] if there else ""
        allowed = {"", "last4"} if may else {""}
        if opened and there and levels[code] in REVEALS:
            allowed |= {"whole"}
        if shown_of_number(getattr(who, name), page) not in allowed:
            found.append((code, name))
        if may == "last4" and f"{who.mobile[:3]} *" in page and code == "contacts.mobile":
            found.append((code, "prefix"))
    return found


def sees(role, who):
    """Fang is Li's, so Wu's and Chen's too; Duan is seen by Chen alone."""
    return role in READERS if who is FANG else role == "compliance"


def walk(world, levels, roles):
    """Ask every surface as each of these roles; returns the number of cells and the leaks."""
    cells, found = 0, []
    for role in sorted(roles):
        browser = world.browsers[role]
        asked = [(name, ask, False) for name, many in surfaces(world).items() for ask in many]
        asked += [("reveal", ask, role in ("advisor", "lead")) for ask in reveals(world)]
        for name, ask, opened in asked:
            page = words_of(send(browser, ask))
            for who in (FANG, DUAN):
                cells += len(levels)
                bad = leaks(who, levels, page, there=sees(role, who), opened=opened and who is FANG)
                found += [(role, name, ask, who.name, *what, levels[what[0]]) for what in bad]
    return cells, found


def test_every_address_is_a_surface_or_says_why_not(world):
    known = set(surfaces(world)) - {"unknown"}
    assert sorted(set(addresses())) == sorted(known | set(QUIET))
    assert known & set(QUIET) == set()
    assert all(QUIET.values())


def test_there_is_something_to_leak(world):
    for field in ProtectedField.objects.all():
        fields.grant(field, "advisor", Level.EXPORT)
    browser = world.browsers["advisor"]
    shown = words_of(send(browser, surfaces(world)["contact"][0]))
    assert [getattr(FANG, name) in shown for name in ("name", "company", "title", "note")] == [True] * 4
    assert [shown_of_number(number, shown) for number in (FANG.mobile, FANG.landline)] == ["last4", "last4"]
    opened = [words_of(send(browser, ask)) for ask in reveals(world)]
    assert {shown_of_number(n, page) for page in opened for n in (FANG.mobile, FANG.landline)} == {"whole", ""}
    assert [shown_of_number(FANG.mobile, page) for page in opened].count("whole") == 1


def turns(many, short):
    """Readers × turns; those that are not among the short go with --full only, the later ones in one round only."""
    return [
        pytest.param(role, turn, id=f"{role}-{turn}", marks=kind(turn, (role, turn) in short))
        for turn in many
        for role in READERS
    ]


def kind(turn, short):
    return pytest.mark.full if not short else pytest.mark.once if turn > 2 else ()


@pytest.mark.parametrize(("role", "turn"), turns(range(6), SHORT))
def test_no_cell_leaks_to_a_reader(world, role, turn):
    cells, found = walk(world, grade(turn), {role})
    assert (found, cells > 2_000) == ([], True), cells


def test_the_short_way_meets_every_reader_and_every_field_at_every_level(world):
    assert {role for role, _turn in SHORT} == set(READERS)
    met = {cell for _role, turn in SHORT for cell in grade(turn).items()}
    assert met == {(code, level) for code in (*VALUES, *NUMBERS) for level in LADDER}


def test_no_cell_leaks_to_admin_auditor_and_strangers(world):
    """They pass no door whatever the matrix says, so one level of every field is enough: the highest."""
    levels = dict.fromkeys((*VALUES, *NUMBERS), "export")
    for field in ProtectedField.objects.all():
        for role in ("admin", "auditor"):
            fields.grant(field, role, Level.EXPORT)
    cells, found = walk(world, levels, set(world.browsers) - set(READERS))
    assert (found, cells > 5_000) == ([], True), cells


def test_the_search_for_leaks_finds_them():
    """Each kind of leak, planted into a page, is seen; so the walk above can fail."""
    levels = dict.fromkeys((*VALUES, *NUMBERS), "hidden")
    plants = {
        "138-4729-0163": [("contacts.mobile", "mobile")],
        "+86 １３８４７２９０１６３": [("contacts.mobile", "mobile")],
        "138&#52;7290163": [("contacts.mobile", "mobile")],
        "%31%33%38%34%37%32%39%30%31%36%33": [("contacts.mobile", "mobile")],
        "***4729***": [("contacts.mobile", "mobile")],
        "*******0163": [("contacts.mobile", "mobile")],
        "021-5837 6914": [("contacts.landline", "landline")],
        FANG.name: [("contacts.name", "name")],
        FANG.title: [("contacts.company", "title")],
        FANG.evidence: [("consent.evidence", "evidence")],
    }
    assert {plant: leaks(FANG, levels, f"<p>{plant}</p>", there=True) for plant in plants} == plants


def test_a_role_that_is_granted_everything_behind_the_matrix_still_passes_no_door(world):
    """Somebody writes a grant for admin and auditor straight into the database: the doors do not open."""
    for field in ProtectedField.objects.all():
        for role in ("admin", "auditor"):
            fields.grant(field, role, Level.EXPORT)
    for name in ("zhao", "sun"):
        browser = cast.enter(User.objects.get(username=name))
        assert [browser.get(f"/contacts/{world.fang.pk}/{tail}").status_code for tail in ("", "reveal/")] == [403, 403]


def test_a_code_on_the_drawn_phone_is_no_number_and_a_number_in_its_place_is_one():
    """Six figures by chance, of which four may end somebody's number; whatever else stands there is still found."""
    for language in ("zh-hans", "en"):
        with override(language):
            for text in (str(TEXTS[code]) for code in ASKED_FOR):
                page = words_of(HttpResponse(text % {"code": f"{FANG.mobile[-4:]}00"}))
                assert shown_of_number(FANG.mobile, page) == ""
                for leak in (FANG.mobile, FANG.mobile[-4:], FANG.mobile[-8:]):
                    assert shown_of_number(FANG.mobile, words_of(HttpResponse(text % {"code": leak}))) != "", leak


def test_time_moves_no_pledge_back(world):
    with time_machine.travel(timezone.now() + timedelta(days=340)):
        answer = cast.enter(world.li).get(f"/contacts/{world.fang.pk}/")
        page = words_of(answer)
        # The promise has ended by then too, so that she is nowhere; test_matrix_lapsed has those who are masked.
        assert (answer.status_code, FANG.name in page, f"{FANG.name[0]}*" in page) == (404, False, False)
