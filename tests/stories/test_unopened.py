"""A value that does not open: nothing is shown, the trail says so, and the page says what to do."""

import pytest
from django.utils import timezone

from audit.models import Entry
from contacts.models import Contact, Phone
from tests import house
from tests.audit.cast import run
from tests.audit.sealed import tamper
from tests.proofs.cast import enter
from vault.models import PersonKey

pytestmark = pytest.mark.django_db(databases=["default", "vault"], transaction=True)


@pytest.fixture
def met():
    home = house.build(at=timezone.now())
    sent, _receipt = house.arrive(home.event, house.WANG, at=timezone.now())
    return home, Phone.objects.get(contact_id=sent.subject_id)


def ask(home, phone):
    sent = {"phone": phone.pk, "action": "reveal_check"}
    return enter(home.li).post(f"/contacts/{phone.contact_id}/reveal/", sent, headers={"accept-language": "en"})


def test_it_opens_as_long_as_nothing_is_wrong(met):
    assert b"138 0000 1234" in ask(*met).content


def lose_the_key(_phone):
    [row] = PersonKey.objects.all()
    PersonKey.objects.update(wrapped=bytes(row.wrapped).replace(bytes(row.kid), b"none", 1))


def change_a_byte(_phone):
    [(sealed,)] = run("SELECT number FROM contacts_phone")
    tamper("UPDATE contacts_phone SET number = %s", bytes(sealed)[:-1] + bytes([bytes(sealed)[-1] ^ 1]))


def shred(_phone):
    PersonKey.objects.all().delete()


@pytest.mark.parametrize(
    ("wrong", "status", "words"),
    [
        (lose_the_key, 503, "is not on this server"),
        (change_a_byte, 503, "not as it was sealed"),
        (shred, 410, "their key is gone for ever"),
    ],
)
def test_nothing_is_shown_and_it_is_said_why(met, wrong, status, words):
    home, phone = met
    wrong(phone)
    answer = ask(home, phone)
    page = answer.content.decode()
    assert (answer.status_code, words in page, "1234" in page) == (status, True, False)
    last = Entry.objects.filter(act="phone.reveal").order_by("-seq").first()
    assert (last.outcome, Contact.objects.count()) == ("error", 1)
