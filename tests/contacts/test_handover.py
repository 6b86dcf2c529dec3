"""A book changes hands as a whole: who leaves the office leaves nobody behind, and search goes on working."""

import pytest
from django.test import Client

from audit.models import Entry
from contacts import events
from contacts.models import Contact
from team import books, fields, people
from team.models import Book, User
from tests import house
from vault.models import BlindIndex

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def enter(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def again(user):
    return User.objects.get(pk=user.pk)


def book_of(user):
    return Book.objects.get(owner=user)


def finds(user, text):
    return [card.pk for card in enter(user).post("/contacts/search/", {"q": text}).context["cards"]]


def finds_all_ways(user):
    return {text: finds(user, text) for text in ("1234", house.WANG, "王小诺", "小诺")}


def test_last_four_and_names_are_found_by_the_new_owner_and_no_more_by_the_former():
    home = house.build()
    sent, _receipt = house.arrive(home.event, house.WANG)
    tags = set(BlindIndex.objects.values_list("pk", flat=True))
    everything, nothing = dict.fromkeys(finds_all_ways(home.li), [sent.subject_id]), dict.fromkeys(finds_all_ways(home.he), [])
    assert (finds_all_ways(home.li), finds_all_ways(home.he)) == (everything, nothing)
    answer = enter(home.zhao).post(f"/team/books/{home.event.book_id}/", {"to": home.he.pk, "reason": "team", "fresh": "on"})
    assert answer.url == "/team/books/"
    assert (finds_all_ways(home.he), finds_all_ways(home.li)) == (everything, nothing)
    assert set(BlindIndex.objects.values_list("pk", flat=True)) == tags  # nothing was moved or copied
    assert enter(home.li).get(f"/contacts/{sent.subject_id}/").status_code == 404
    assert enter(home.he).get(f"/contacts/{sent.subject_id}/").status_code == 200


def test_a_closed_accounts_people_stay_in_sight_of_lead_and_compliance_and_go_to_a_colleague():
    home = house.build()
    sent, _receipt = house.arrive(home.event, house.WANG)
    people.close_account(user=home.li, by=home.zhao, at=house.NOON)
    person = f"/contacts/{sent.subject_id}/"
    assert enter(again(home.li)).get(person).status_code == 302  # the account is closed: to the sign-in page
    assert {name: enter(getattr(home, name)).get(person).status_code for name in ("wu", "chen", "he")} == {
        "wu": 200,
        "chen": 200,
        "he": 404,
    }
    colleague = people.open_account(
        username="tang", display_name="Tang", role="advisor", team=home.team, password="x", by=house.BY, at=house.NOON
    )
    sent_form = {"to": colleague.pk, "reason": "leaving"}
    assert enter(home.wu).post(f"/team/books/{home.event.book_id}/", sent_form).status_code == 302
    assert enter(colleague).get(person).status_code == 200
    assert enter(home.wu).get(person).status_code == 200
    assert enter(home.chen).get(person).context["page"].card.name == "王*"


def test_who_gave_it_to_whom_and_why_is_in_the_trail():
    home = house.build()
    enter(home.zhao).post(f"/team/books/{home.event.book_id}/", {"to": home.he.pk, "reason": "absence"})
    told = Entry.objects.filter(reason="handover_absence").order_by("seq").values_list("act", "actor", "subject")
    assert list(told) == [
        ("book.handed", home.zhao.pk, home.he.pk),
        ("user.changed", home.zhao.pk, home.li.pk),
    ]


def test_a_lead_gives_the_teams_books_to_the_team_only():
    home = house.build()
    client = enter(home.wu)
    page = client.get("/team/books/").content.decode()
    assert (str(home.event.book_id) in page, str(home.far.book_id) in page) == (True, False)
    assert client.get(f"/team/books/{home.far.book_id}/").status_code == 404
    assert client.post(f"/team/books/{home.event.book_id}/", {"to": home.he.pk, "reason": "team"}).status_code == 400
    assert client.post(f"/team/books/{home.event.book_id}/", {"to": home.wu.pk, "reason": "team"}).status_code == 302
    assert {book.pk for book in books.within_reach(home.wu)} == {home.event.book_id, Book.objects.get(name="Wu").pk}


@pytest.mark.parametrize("name", ["li", "chen", "sun"])
def test_nobody_else_hands_books_over(name):
    home = house.build()
    client = enter(getattr(home, name))
    assert client.get("/team/books/").status_code == 403
    assert client.post(f"/team/books/{home.event.book_id}/", {"to": home.he.pk, "reason": "team"}).status_code == 403
    with pytest.raises(books.BookRefused, match="not_yours"):
        books.hand_over(book=book_of(home.li), to=home.he, by=getattr(home, name), at=house.NOON)
    assert book_of(home.li).pk == home.event.book_id


@pytest.mark.parametrize("wrong", [{"to": ""}, {"to": "nonsense"}, {"reason": ""}, {"reason": "because"}])
def test_without_a_colleague_or_a_reason_nothing_is_handed_over(wrong):
    home = house.build()
    sent = {"to": home.he.pk, "reason": "team"} | wrong
    answer = enter(home.zhao).post(f"/team/books/{home.event.book_id}/", sent)
    assert (answer.status_code, book_of(home.li).pk) == (400, home.event.book_id)


@pytest.mark.parametrize("name", ["li", "chen", "zhao", "sun"])
def test_a_book_goes_to_another_active_advisor_or_lead_only(name):
    home = house.build()
    with pytest.raises(books.BookRefused, match="receiver"):
        books.hand_over(book=book_of(home.li), to=getattr(home, name), by=home.zhao, at=house.NOON)
    people.close_account(user=home.he, by=home.zhao, at=house.NOON)
    with pytest.raises(books.BookRefused, match="receiver"):
        books.hand_over(book=book_of(home.li), to=again(home.he), by=home.zhao, at=house.NOON)


def test_who_stays_goes_on_with_an_empty_book():
    home = house.build()
    house.arrive(home.event, house.WANG)
    sent = {"to": home.he.pk, "reason": "team", "fresh": "on"}
    enter(home.zhao).post(f"/team/books/{home.event.book_id}/", sent)
    own = events.own_book(again(home.li))
    assert (own.pk == home.event.book_id, Contact.objects.filter(book=own).count()) == (False, 0)
    answer = enter(again(home.li)).post(
        "/contacts/new/", {"event": home.event.pk, "name": "周敏", "number": house.ZHOU, "act": "assert"}
    )
    assert (answer.status_code, Contact.objects.get(book=own).source) == (302, "quick")


def test_who_has_no_book_left_is_told_so_and_nothing_is_saved():
    home = house.build()
    books.hand_over(book=book_of(home.li), to=home.he, by=home.zhao, at=house.NOON)
    answer = enter(again(home.li)).post(
        "/contacts/new/", {"event": home.event.pk, "name": "周敏", "number": house.ZHOU, "act": "assert"}
    )
    assert (answer.status_code, "您还没有名册" in answer.content.decode(), Contact.objects.count()) == (400, True, 0)


def test_the_events_of_a_book_go_with_it():
    home = house.build()
    books.hand_over(book=book_of(home.li), to=home.he, by=home.zhao, at=house.NOON)
    path = f"/events/{home.event.pk}/"
    assert enter(home.he).get(path).status_code == 200
    assert enter(home.he).post(f"{path}close/").status_code == 302
    assert fields.books_of(again(home.he)).count(home.event.book_id) == 1
