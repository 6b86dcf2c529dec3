"""Non-interference: whoever may not see a value cannot tell a world with it from a world without it."""

import random
from dataclasses import replace

import pytest
import time_machine

from contacts.models import Event, Phone
from team import fields
from team.fields import Level
from team.models import ProtectedField
from tests import house
from tests.proofs import cast
from tests.proofs.surfaces import Ask, post
from tests.proofs.worlds import TEXTS, become, differences, replay, told
from tests.shared import undone
from vault import phone

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
NUMBERS = ("mobile", "landline")
ASKED = 103  # requests in each replay


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(house.NOON, tick=False):
        yield


def shuffled(people, *, keep=lambda who: 0, swap):
    """The same people with these fields dealt out anew within each group of the same `keep`."""
    dice, groups = random.Random(11), {}
    for place, who in enumerate(people):
        groups.setdefault(keep(who), []).append(place)
    other = list(people)
    for places in groups.values():
        drawn = places[1:] + places[:1] if len(places) > 1 else places
        dice.shuffle(drawn)
        for place, source in zip(places, drawn, strict=True):
            other[place] = swap(people[place], people[source])
    return other


def numbers_swapped(who, source):
    return replace(who, mobile=source.mobile, landline=source.landline)


def middles_swapped(who, source):
    return replace(
        who,
        mobile=who.mobile[:3] + source.mobile[3:7] + who.mobile[7:],
        landline=who.landline[:3] + source.landline[3:7] + who.landline[7:],
    )


def texts_swapped(who, source):
    return replace(who, **{text: getattr(source, text) for text in TEXTS})


def everything(home):
    """Every request that could depend on a value: lists, filters, pages, searches, refusals, deeds that are refused."""
    event, chosen = home.event.pk, (0, 50, 77, 199)
    lists = ["", *(f"?{q}" for q in ("state=asserted", "state=given", "leaving=7", "source=quick", f"event={event}"))]
    place = f"{house.NOON:%Y%m%dT%H%M%S.%f}_{home.subjects[50]}"
    lists += [f"?before={place}", "?o=mobile", "?o=-name", "?mobile=1", "?state=%"]
    asks = [Ask(f"/contacts/{query}") for query in lists]
    for n in chosen:
        who, pk = home.people[n], home.subjects[n]
        words = [who.mobile, f"+86{who.mobile}", who.mobile[-4:], who.mobile[3:7], who.landline, who.landline[-4:]]
        words += [who.name, who.name[:1], who.name[1:], who.company, who.email]
        asks += [post("/contacts/search/", q=word) for word in words]
        row = Phone.objects.filter(contact_id=pk, kind="mobile").get().pk
        asks += [Ask(f"/contacts/{pk}/{tail}") for tail in ("", "reveal/", "withdraw/", "hold/")]
        asks += [post(f"/contacts/{pk}/reveal/", phone=row, action=action) for action in ("reveal_check", "x")]
        asks += [post(f"/contacts/{pk}/call/{row}/"), post(f"/contacts/{pk}/invite/")]
        asks += [post(f"/contacts/{pk}/withdraw/", method="x")]
    asks += [Ask(path) for path in ("/", "/calls/", "/events/", f"/events/{event}/", "/retention/?window=week", "/holds/")]
    asks += [Ask("/import/"), Ask("/audit/"), Ask("/team/"), Ask("/team/matrix/"), Ask("/suppression/"), Ask("/nothing/")]
    return asks


def set_levels(codes, level):
    for role in ("advisor", "lead", "compliance"):
        for field in ProtectedField.objects.filter(code__in=codes):
            fields.grant(field, role, level)


def told_apart(home, role_user, other):
    """How many requests tell the two worlds apart, of how many."""
    browser, asks = cast.enter(role_user), everything(home)
    known = frozenset(str(pk) for pk in (*home.subjects, home.event.pk))
    one = replay(browser, asks, known)
    with undone():
        become(home.subjects, other, book=home.event.book_id)
        two = replay(browser, asks, known)
    return differences(one, two), len(asks)


def long(*values):
    """One of its kind that goes with --full only: each proof stays with one reader, each reader with one proof."""
    return pytest.param(*values, marks=pytest.mark.full)


CODES = [f"contacts.{kind}" for kind in NUMBERS]
WORDS = [f"contacts.{text}" for text in TEXTS if text != "title"]


@pytest.mark.parametrize("name", ["li", long("wu"), long("chen")])
def test_hidden_numbers_have_no_influence(crowded, name):
    set_levels(CODES, Level.HIDDEN)
    assert told_apart(crowded, getattr(crowded, name), shuffled(crowded.people, swap=numbers_swapped)) == ([], ASKED)


@pytest.mark.parametrize(("name", "level"), [long("li", Level.MASKED), ("wu", Level.CALL), long("chen", Level.MASKED)])
def test_the_middle_of_a_masked_number_has_no_influence(crowded, name, level):
    """Mask and last four stay in their places; only what the mask hides is dealt out anew."""
    set_levels(CODES, level)
    assert told_apart(crowded, getattr(crowded, name), shuffled(crowded.people, swap=middles_swapped)) == ([], ASKED)


@pytest.mark.once
@pytest.mark.parametrize("name", ["li"])
def test_all_but_the_last_four_has_no_influence(crowded, name):
    set_levels(CODES, Level.LAST4)
    other = [replace(who, mobile=f"150{who.mobile[3:7][::-1]}{who.mobile[-4:]}") for who in crowded.people]
    assert told_apart(crowded, getattr(crowded, name), other) == ([], ASKED)


@pytest.mark.once
@pytest.mark.parametrize("name", [long("li"), long("wu"), "chen"])
def test_hidden_names_and_words_have_no_influence(crowded, name):
    set_levels(WORDS, Level.HIDDEN)
    assert told_apart(crowded, getattr(crowded, name), shuffled(crowded.people, swap=texts_swapped)) == ([], ASKED)


@pytest.mark.once
def test_what_the_mask_of_a_name_hides_has_no_influence(crowded):
    set_levels(WORDS, Level.MASKED)

    def first(who):
        return who.name[0]

    other = shuffled(crowded.people, keep=first, swap=texts_swapped)
    assert (told_apart(crowded, crowded.chen, other), other != crowded.people) == (([], ASKED), True)


@pytest.mark.parametrize("name", ["he", "zhao", "sun"])
def test_other_peoples_contacts_have_no_influence(crowded, name):
    """Another advisor, the administrator and the auditor: numbers and names together."""
    other = shuffled(crowded.people, swap=lambda who, source: source)
    assert told_apart(crowded, getattr(crowded, name), other) == ([], ASKED)


def test_there_is_something_to_tell_apart(crowded):
    """The same replay by whoever may see the values does tell the two worlds apart."""
    other = shuffled(crowded.people, swap=lambda who, source: source)
    different, _asked = told_apart(crowded, crowded.li, other)
    assert len(different) > 30


def test_a_search_for_a_number_of_another_book_costs_the_same(crowded):
    house.arrive(crowded.far, "13911115678")
    browser = cast.enter(crowded.li)
    costs = []
    told(browser, post("/contacts/search/", q="1"))  # warms what the process remembers between requests
    for number in ("13911115678", "13900005678", "13700001111"):
        with undone():
            costs.append(told(browser, post("/contacts/search/", q=number)))
    assert costs[0] == costs[1] == costs[2]
    assert Event.objects.count() == 2
    assert phone.normalise("13911115678").digits == "8613911115678"
