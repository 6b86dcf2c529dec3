"""A few days more for one person: once, with a reason, and for no longer than the law's "at once" can bear."""

from datetime import timedelta

import pytest
from django.test import Client

from audit.models import Entry
from audit.trail import System
from contacts import brakes, erase, leaving_page, steering, sweep
from contacts.models import Contact, Postponement
from tests import house

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
BY = System("sweep")
DAY = timedelta(days=1)


@pytest.fixture
def home():
    """Five people never confirmed; the seven days of all five are over in the database's year."""
    home = house.build()
    for n in range(5):
        house.arrive(home.event, f"138000010{n:02d}", confirm=False)
    return home


def now():
    return brakes.database_clock()


def browser(user):
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_postponed_person_leaves_later_and_once_only(home):
    person = Contact.objects.first()
    steering.postpone(contact=person, reason="identity", days=3, by=home.chen, at=now())
    assert sweep.run(by=BY, at=now()).deleted == 4
    assert [row.contact.pk for row in leaving_page.kept(now())] == [person.pk]
    assert Entry.objects.get(act="contact.postponed").reason == "postponed_identity"
    with pytest.raises(steering.SteeringRefused) as refused:
        steering.postpone(contact=person, reason="identity", days=3, by=home.chen, at=now())
    assert refused.value.code == "once"
    assert sweep.run(by=BY, at=now() + 3 * DAY).deleted == 1


def test_a_postponement_heard_while_the_batch_waits_is_obeyed(home):
    person = Contact.objects.first()
    ids = list(Contact.objects.values_list("pk", flat=True))
    steering.postpone(contact=person, reason="hold", days=3, by=home.chen, at=now())
    result = erase.batch(ids, run=None, by=BY, at=now(), due_at=now())
    assert (len(result.gone), result.held) == (4, (person.pk,))


def test_who_asks_to_be_erased_is_not_kept_by_days_we_gave(home):
    person = Contact.objects.first()
    steering.postpone(contact=person, reason="request", days=15, by=home.chen, at=now())
    erase.one(person.pk, by=BY, at=now())
    assert (Contact.objects.count(), Postponement.objects.count()) == (4, 1)


@pytest.mark.parametrize(("reason", "days"), [("identity", 0), ("identity", 16), ("because", 3), ("", 3)])
def test_no_reason_or_too_many_days_change_nothing(home, reason, days):
    with pytest.raises(steering.SteeringRefused):
        steering.postpone(contact=Contact.objects.first(), reason=reason, days=days, by=home.chen, at=now())
    assert Postponement.objects.count() == 0


def test_the_postponing_page(home):
    person = Contact.objects.first()
    chen, where = browser(home.chen), f"/contacts/{person.pk}/postpone/"
    assert chen.get(where).status_code == 200
    assert chen.post(where, {"reason": "identity", "days": "4"}).status_code == 400
    assert chen.post(where, {"reason": "identity", "days": "7"}).url == "/retention/"
    again = chen.post(where, {"reason": "identity", "days": "7"})
    assert (again.status_code, again.context["form"].non_field_errors()) == (400, [str(steering.SENTENCES["once"])])
    assert browser(home.li).get(where).status_code == 403
