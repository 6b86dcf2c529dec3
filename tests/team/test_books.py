"""Whose people somebody sees: an advisor their own, a lead the team's, compliance all, others none."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from team import books, fields, people
from team.models import Book, Role, Team
from tests.team.cast import AT, again, hire

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    east, west = Team.objects.create(name="East"), Team.objects.create(name="West")
    return {
        "li": hire("li", "advisor", east),
        "he": hire("he", "advisor", west),
        "wu": hire("wu", "lead", east),
        "chen": hire("chen", "compliance"),
        "zhao": hire("zhao", "admin"),
        "sun": hire("sun", "auditor"),
    }


def sees(user) -> set[str]:
    """The owners of the books this user sees, as the next request would find them."""
    found = fields.books_of(again(user))
    assert len(found) == len(set(found))
    return set(Book.objects.filter(pk__in=found).values_list("owner__username", flat=True))


def test_who_sees_which_book(office):
    seen = {name: sees(user) for name, user in office.items()}
    assert seen == {
        "li": {"li"},
        "he": {"he"},
        "wu": {"li", "wu"},
        "chen": {"li", "he", "wu"},
        "zhao": set(),
        "sun": set(),
    }


@pytest.mark.parametrize("name", ["li", "wu", "chen"])
def test_the_books_cost_one_query(office, name):
    user = again(office[name])
    fields.books_of(office["li"])  # the register of content types is read once per process
    with CaptureQueriesContext(connection) as asked:
        fields.books_of(user)
    assert len(asked) == 1


def test_a_lead_hired_later_sees_the_books_opened_before(office):
    assert sees(hire("new", "lead", office["he"].team)) == {"he", "new"}


def test_a_lead_who_becomes_an_advisor_keeps_only_their_own_book(office):
    assert sees(office["wu"]) == {"li", "wu"}
    people.set_role(user=again(office["wu"]), role=Role.ADVISOR, by=office["zhao"], at=AT)
    assert sees(office["wu"]) == {"wu"}


def test_an_advisor_who_becomes_a_lead_sees_the_team(office):
    people.set_role(user=again(office["li"]), role=Role.LEAD, by=office["zhao"], at=AT)
    assert sees(office["li"]) == {"li", "wu"}


def test_an_auditor_who_becomes_an_advisor_gets_a_book(office):
    people.set_role(user=again(office["sun"]), role=Role.ADVISOR, by=office["zhao"], at=AT)
    assert sees(office["sun"]) == {"sun"}


def test_a_book_handed_to_another_team_leaves_the_former_owner_and_their_lead(office):
    book = Book.objects.get(owner=office["li"])
    assert (sees(office["li"]), sees(office["wu"])) == ({"li"}, {"li", "wu"})
    books.hand_over(book=book, to=office["he"], by=office["zhao"], at=AT)
    assert (sees(office["li"]), sees(office["wu"]), fields.books_of(again(office["li"]))) == (set(), {"wu"}, [])
    assert book.pk in fields.books_of(again(office["he"]))


def test_a_closed_account_sees_no_book_and_a_reopened_one_its_own(office):
    for name in ("li", "wu", "chen"):
        people.close_account(user=again(office[name]), by=office["zhao"], at=AT)
        assert sees(office[name]) == set()
    people.reopen_account(user=again(office["wu"]), by=office["zhao"], at=AT)
    assert sees(office["wu"]) == {"li", "wu"}
