"""The house as these tests find it: built once for a module, found by each test as it was built."""

import pytest
import time_machine
from django.utils import translation

from contacts.models import Contact, Phone
from tests import house
from tests.badinput.doors import enter
from tests.badinput.places import ROLES
from tests.shared import afresh, undone


@pytest.fixture(scope="module")
def built(request, django_db_setup, django_db_blocker):
    """The house with one person of Li's, or with nobody when the module says so."""
    with django_db_blocker.unblock(), undone():
        with time_machine.travel(house.NOON, tick=False):
            home = house.build()
            if not getattr(request.module, "NOBODY_YET", False):
                home.sent, home.receipt = house.arrive(home.event, house.WANG)
                home.contact = Contact.objects.get(pk=home.sent.subject_id)
                home.phone = Phone.objects.get(contact=home.contact)
        yield home


@pytest.fixture
def home(built, db):
    """The house for one test."""
    return afresh(built)


@pytest.fixture
def browsers(home):
    """Browsers for everybody."""
    return {name: enter(getattr(home, name) if name else None) for name in ROLES}


@pytest.fixture
def some(request):
    """Picks from many things those that are met in this turn: all with --full, otherwise one in so many, by turns."""
    full = request.config.getoption("--full")

    def pick(things, turn, of):
        return list(things) if full else list(things)[turn % of :: of]

    return pick


@pytest.fixture(autouse=True)
def chinese_first():
    """Sentences are compared in the language that the site speaks by itself, whatever an earlier test left."""
    with translation.override("zh-hans"):
        yield
