"""To look is an act: every page that shows a person, masked or not, leaves exactly the entry that stands here (I9, audit.md §5.4)."""

import pytest

from audit.models import Entry
from tests.proofs import spellings
from tests.proofs.cast import DUAN, FANG, ROLES
from tests.proofs.surfaces import send, surfaces, words_of

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
TEXTS = ("name", "company", "title", "wechat", "email", "note", "evidence")
OPENED, LISTED = ("contact.opened",), ("contact.listed",)
# What a page that shows somebody leaves, once, by the name of its address.
LEAVES = {
    "home": LISTED,
    "contacts": LISTED,
    "contact": OPENED,
    "reveal": OPENED,
    "withdraw": OPENED,
    "sign": OPENED,
    "papers": OPENED,
    "refer": OPENED,
    "age": OPENED,
    "speech": OPENED,
    "client": OPENED,
    "take_request": OPENED,
    "place_hold": OPENED,
    "postpone": OPENED,
    "review": OPENED,
    "calls": LISTED,
    "holds": LISTED,
    "requests": LISTED,
    "debts": LISTED,
    "request": ("request.read",),
    "import": ("import.read",),
}
# What a page leaves that shows nobody by name: ids, counts, and what was done.
NAMELESS = {
    "audit": ("audit.search",),
    "audit_days": ("audit.search",),
    "audit_entry": ("audit.search",),
    "audit_entry_proof": ("audit.search",),
    "suppression": ("suppression.read",),
    "contacts": LISTED,
    "decision": OPENED,
    "import": ("import.read",),
    "minors_listed": ("minors.listed",),  # of this world nobody is under age
}


def shows(page):
    """Whether anything of Fang or Duan stands on this page: a value, a masked name, the end of a number."""
    text, rest = spellings.plain(page), spellings.quiet(page)
    return any(
        any(getattr(who, name) in text for name in TEXTS)
        or f"{who.name[0]}*" in page
        or any(number[-4:] in rest for number in (who.mobile, who.landline))
        for who in (FANG, DUAN)
    )


def left(world, role):
    """(address, whether it shows somebody) → the entries that each page left; pages that answer 200 alone."""
    me, found = getattr(world, {of: name for name, of in ROLES.items()}[role]).pk, {}
    for name, many in surfaces(world).items():
        for ask in (ask for ask in many if ask.method == "get"):
            last = Entry.objects.order_by("-seq").values_list("seq", flat=True)[0]
            answer = world.browsers[role].get(ask.path, headers=ask.headers)
            if answer.status_code != 200:
                continue
            entries = Entry.objects.filter(seq__gt=last).order_by("seq")
            assert set(entries.values_list("actor", flat=True)) <= {me}
            acts = tuple(entries.values_list("act", flat=True))
            found.setdefault((name, shows(words_of(answer))), set()).add(acts)
    return found


@pytest.mark.parametrize("role", ROLES.values())
def test_every_page_that_shows_somebody_leaves_the_entry_that_stands_here(world, role):
    found = left(world, role)
    shown = {name: acts for (name, person), acts in found.items() if person}
    assert shown == {name: {LEAVES[name]} for name in shown}, "a page that shows somebody is in the table"
    quiet = {name: acts for (name, person), acts in found.items() if not person and acts != {()}}
    assert quiet == {name: {NAMELESS[name]} for name in quiet}
    seen = {"advisor": 14, "lead": 14, "compliance": 14, "admin": 0, "auditor": 0}
    assert len(shown) == seen[role], "there was something to see"


def test_every_line_of_the_table_is_a_page_of_somebody(world):
    found = {role: left(world, role) for role in ("advisor", "compliance")}
    assert set(LEAVES) == {name for told in found.values() for name, person in told if person}


def test_an_entry_of_a_page_about_one_person_names_them_and_a_list_says_how_many(world):
    world.browsers["compliance"].get(f"/contacts/{world.fang.pk}/papers/")
    world.browsers["compliance"].get("/holds/")
    world.browsers["compliance"].get(f"/requests/{world.request.pk}/")
    told = list(Entry.objects.filter(actor=world.chen.pk).order_by("-seq").values_list("act", "subject")[:3])
    assert told == [("request.read", world.fang.pk), ("contact.listed", None), ("contact.opened", world.fang.pk)]
    assert b'"n":[1]' in bytes(Entry.objects.filter(act="contact.listed").latest("seq").leaf)


def test_a_form_that_comes_back_with_a_mistake_shows_the_person_again_and_says_so(world):
    before = Entry.objects.filter(act="contact.opened", actor=world.li.pk).count()
    answer = send(world.browsers["advisor"], surfaces(world)["take_request"][1])
    assert (answer.status_code, FANG.name in answer.content.decode()) == (400, True)
    assert Entry.objects.filter(act="contact.opened", actor=world.li.pk).count() == before + 1
