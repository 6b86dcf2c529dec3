"""The house as these tests find it."""

import pytest
from django.utils import translation

from contacts.models import Contact, Phone
from tests import house
from tests.badinput.doors import enter
from tests.badinput.places import ROLES


@pytest.fixture
def home():
    """The house with one person of Li's, and browsers for everybody."""
    built = house.build()
    built.sent, built.receipt = house.arrive(built.event, house.WANG)
    built.contact = Contact.objects.get(pk=built.sent.subject_id)
    built.phone = Phone.objects.get(contact=built.contact)
    built.browsers = {name: enter(getattr(built, name) if name else None) for name in ROLES}
    return built


@pytest.fixture(autouse=True)
def chinese_first():
    """Sentences are compared in the language that the site speaks by itself, whatever an earlier test left."""
    with translation.override("zh-hans"):
        yield
