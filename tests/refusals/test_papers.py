"""What the table of signed paper refuses by itself."""

import os
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from consent.models import PaperPage
from contacts import hold
from contacts.models import Contact
from tests import house
from tests.audit.cast import run
from tests.refusals.naming import AT, plain, proves
from vault import sealing


@pytest.fixture
def page():
    """One page of Wang's paper, and the house."""
    home = house.build()
    sent, _receipt = house.arrive(home.event, house.WANG)
    row = PaperPage(id=uuid4(), subject_id=sent.subject_id, paper=uuid4(), number=1, digest="x", size=1, added_by=home.li)
    row.created_at = AT
    row.file_key = sealing.seal_bytes(os.urandom(32), field_id="consent.paper.file", row=row.pk, owner=sent.subject_id)
    row.save()
    return home, row


@proves("one_page_number")
@plain
def test_a_paper_has_each_page_once(page):
    _home, row = page
    values = {"subject_id": row.subject_id, "paper": row.paper, "digest": "x", "size": 1, "added_by": row.added_by}
    with pytest.raises(IntegrityError), transaction.atomic():
        PaperPage.objects.create(number=1, created_at=AT, **values)
    PaperPage.objects.create(number=2, created_at=AT, **values)


@proves("consent_paperpage_hold", "consent_paperpage_hold_update")
@plain
def test_under_a_hold_neither_the_key_nor_the_row_goes(page):
    home, row = page
    contact = Contact.objects.get(pk=row.subject_id)
    hold.place(contact=contact, case_ref="7", reason="dispute", review_on=AT.date(), by=home.chen, at=AT)
    for road in ("UPDATE consent_paperpage SET file_key = NULL", "DELETE FROM consent_paperpage"):
        with pytest.raises(DatabaseError, match="a legal hold stands"), transaction.atomic():
            run(road)
    run("UPDATE consent_paperpage SET size = 2")
    assert PaperPage.objects.get().size == 2
