"""What a form may ask: each field has its category, and a purpose that lists it, or the form is not built (A3)."""

import inspect
from importlib import import_module
from pathlib import Path

import pytest
from django import forms as fields
from django.apps import apps
from django.test import Client

from audit.models import Entry
from consent import capture, register
from consent.models import Consent, Purpose
from contacts import events
from contacts.forms import declared
from contacts.forms.intake import QuickForm, VisitorForm
from contacts.intake import visiting
from contacts.models import Contact
from contacts.sheets import mapping
from tests import house
from tests.proofs.cast import enter

stories = pytest.mark.django_db(databases=["default", "vault"])
HERE = Path(declared.__file__).parent
ALL = register.allowed([Purpose(categories=row["categories"]) for row in register.PURPOSES])


def forms_of_the_floor():
    """Every form class that a module of the floor's forms defines."""
    modules = [import_module(f"contacts.forms.{file.stem}") for file in HERE.glob("*.py") if file.stem != "__init__"]
    every = [cls for module in modules for _name, cls in inspect.getmembers(module, inspect.isclass)]
    return {cls for cls in every if issubclass(cls, fields.BaseForm) and cls.__module__.startswith("contacts.forms")}


def test_every_way_in_names_a_category_for_each_field_and_the_first_form_asks_no_more_than_it_must():
    """A3: the check that lets the site start finds nothing; the visitor's form is age, name, number and the questions."""
    assert declared.every_field_has_its_category() == []
    assert set(VisitorForm.base_fields) == {"age", "name", "number", "ticks", "token"}
    assert VisitorForm.stores == {"age": "age", "name": "name", "number": "mobile"}
    assert {category for form in declared.WAYS_IN for category in form.stores.values()} <= register.CATEGORIES.keys()


def test_a_planted_identity_card_is_refused_at_the_start_and_when_the_form_is_built():
    """A3: neither an undeclared field nor one whose category no purpose lists gets as far as a page."""

    class Undeclared(QuickForm):
        id_card_no = fields.CharField()

    class Unlisted(QuickForm):
        id_card_no = fields.CharField()
        stores = QuickForm.stores | {"id_card_no": "id_card"}

    for planted in (Undeclared, Unlisted):
        assert capture.problems([planted]) == [f"{planted.__name__}.id_card_no"]
        with pytest.raises(capture.FieldRefused, match="id_card_no"):
            planted(categories=ALL)
    assert QuickForm(categories=ALL).fields.keys() == {"name", "number", "act", "company", "note"}


def test_the_site_does_not_start_with_it(monkeypatch):
    """A3: what the start-up check says of a planted field."""

    class Planted(QuickForm):
        id_card_no = fields.CharField()

    monkeypatch.setattr(declared, "WAYS_IN", (*declared.WAYS_IN, Planted))
    assert [error.id for error in declared.every_field_has_its_category()] == ["contacts.E001"]


def test_a_field_added_later_is_seen_before_anything_is_read():
    """A3: a form that grows a field after it was built refuses to clean."""
    form = QuickForm({"name": "王小诺"}, categories=ALL)
    form.fields["id_card_no"] = fields.CharField()
    with pytest.raises(capture.FieldRefused):
        form.is_valid()


def test_what_no_purpose_of_the_version_lists_cannot_be_asked():
    """A3: the company is asked where a question's purpose lists it, and where none does the form is not built."""
    assert QuickForm(categories={"name", "mobile", "company", "note"}).fields["company"].required is False
    with pytest.raises(capture.FieldRefused, match="company"):
        QuickForm(categories={"name", "mobile", "note"})


def test_every_other_form_says_why_it_is_none():
    """A3: a new form is a way in, or stands among those that are not; the lists name nobody who is gone."""
    names = {cls.__name__ for cls in forms_of_the_floor()}
    others = declared.RIGHTS | declared.PROOF | declared.WORK
    ways = {form.__name__ for form in declared.WAYS_IN}
    assert (names - others - ways, (others | ways) - names, others & ways) == (set(), set(), set())


def test_every_column_of_a_sheet_and_every_sealed_column_has_a_category_that_a_purpose_lists():
    """A3: a sheet is a form with columns; what is sealed of a person is one of these too."""
    assert mapping.ROLES.keys() == declared.SHEET.keys() | declared.EVIDENCE
    assert set(declared.SHEET.values()) <= ALL
    models = [apps.get_model("contacts", name) for name in ("Contact", "Phone")]
    sealed = {column.name for model in models for column in model._meta.fields if getattr(column, "sealed", False)}
    assert sealed == {"name", "company", "title", "wechat", "email", "note", "number"}
    assert {name if name != "number" else "mobile" for name in sealed} <= ALL


def visit(event, **more):
    tick = event.ticks.get(tick__channel="call").tick
    sent = {"name": "王小诺", "number": house.WANG, "age": "adult", "ticks": [tick.pk], "token": visiting.form_token()}
    return Client().post(f"/e/{event.code}/", sent | more)


@stories
def test_a_field_that_nobody_asked_for_is_dropped_and_counted_in_the_trail(noon):
    """A3: the form is taken, the extra is not; the entry says how many, and neither name nor value stands anywhere in it."""
    home = house.build()
    card = "11010519491231002X"
    assert visit(home.event, id_card_no=card, hobby="golf").status_code == 302
    entry = Entry.objects.get(act="form.unasked")
    assert b'"n":[2]' in bytes(entry.leaf).replace(b" ", b"") or b"[2]" in bytes(entry.leaf)
    assert [word in bytes(entry.leaf) for word in (card.encode(), b"id_card_no", b"golf")] == [False] * 3
    assert Contact.objects.count() == 1
    assert visit(home.event, number=house.ZHOU).status_code == 302
    assert Entry.objects.filter(act="form.unasked").count() == 1


@stories
def test_an_advisors_note_with_more_than_its_fields_is_counted_too(noon):
    """A3: by whom, and how many."""
    home = house.build()
    sent = {"event": home.event.pk, "name": "周敏", "number": house.ZHOU, "act": "assert", "id_card_no": "x"}
    assert enter(home.li).post("/contacts/new/", sent).status_code == 302
    assert Entry.objects.get(act="form.unasked").actor == home.li.pk
    assert (Contact.objects.count(), events.categories(home.event)) == (1, frozenset(register.ACQUAINTANCE))


@stories
@pytest.mark.parametrize("purpose", ["marketing of everything", "00000000-0000-0000-0000-000000000000"])
def test_an_unknown_purpose_gets_a_sentence_and_stores_nothing(noon, purpose):
    """A2: purposes are chosen, never written; 400 with a sentence."""
    home = house.build()
    answer = visit(home.event, ticks=[purpose])
    said = answer.content.decode()
    assert (answer.status_code, "请从列表中选择" in said or "Please choose from the list" in said) == (400, True)
    assert (purpose in said, Contact.objects.count(), Consent.objects.count()) == (False, 0, 0)
