"""A code typed in the moment in which its person leaves: it is over, and nothing of them comes back."""

import pytest
from django.db import transaction

from audit import trail
from audit.trail import System
from consent import challenge, ledger
from consent.models import Consent, Evidence
from contacts import erase
from contacts.intake import visiting
from contacts.models import Contact
from tests import house

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


def waiting():
    """Wang has the code in his hand and the form open."""
    home = house.build()
    sent, _none = house.arrive(home.event, house.WANG, confirm=False)
    return home, sent, visiting.subject_phone_screen(sent.subject_id).split("验证码 ")[1][:6]


def refused(sent, code):
    with pytest.raises(challenge.ChallengeRefused) as why:
        visiting.confirm(submission=sent, code=code, language="zh-hans", at=house.NOON)
    return str(why.value)


def test_after_the_sweep_the_code_is_over():
    home, sent, code = waiting()
    erase.one(sent.subject_id, by=home.chen, at=house.NOON)
    assert refused(sent, code) == "expired"
    assert (Contact.objects.count(), Consent.objects.get().state) == (0, "tombstone")


def test_while_the_sweep_is_at_it_the_code_is_over_too():
    _home, sent, code = waiting()
    with transaction.atomic():
        trail.record("contact.erased", by=System("sweep"), at=house.NOON, subject=sent.subject_id)
        ledger.tombstone([sent.subject_id], by=System("sweep"), at=house.NOON)
    assert refused(sent, code) == "expired"
    assert (Evidence.objects.count(), Consent.objects.get().state) == (0, "tombstone")
