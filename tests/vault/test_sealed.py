"""A sealed value leaks by no ordinary road: first see that there is something to leak, then try every road."""

import copy
import json
import logging
import pickle
from io import StringIO
from pprint import pformat
from uuid import UUID, uuid4

import pytest
from django.core import serializers
from django.core.exceptions import FieldError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import ProgrammingError, connections
from django.db.models import F, Max
from django.db.transaction import atomic
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext

from audit import trail
from audit.trail import System
from consent.models import Consent
from contacts.models import Contact, Phone
from tests import house
from tests.vault import ring
from vault import keyring, opening
from vault.errors import Malformed
from vault.sealed import DOTS, Sealed

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
DIGITS = "8613800001234"


@pytest.fixture
def wang(db):
    home = house.build()
    subject = house.arrive(home.event, house.WANG)[0].subject_id
    trail.record("contact.changed", by=System("test"), at=house.NOON, subject=subject)
    number = Phone.objects.get(contact_id=subject)
    assert opening.open_one(number.number) == DIGITS
    return number


def _largest():
    """The largest box, or what a database says that knows no largest of bytes (PostgreSQL before 18)."""
    try:
        with atomic():
            return str(Phone.objects.aggregate(Max("number")))
    except ProgrammingError as refused:
        return str(refused)


SAYS = {
    "str": str,
    "repr": repr,
    "format": lambda box: f"{box:>40}{box!r}{box!s}",
    "percent": lambda box: "%s %r" % (box, box),  # noqa: UP031 - that very road
    "print": lambda box: print_of(box),
    "pprint": lambda box: pformat({"box": [box]}),
    "template": lambda box: Template("{{ box }}{{ box|upper }}{{ box|length }}").render(Context({"box": box})),
    "log": lambda box: logged(box),
    "traceback": lambda box: str(ValueError(box)),
    "dict": lambda box: str({"number": box}),
    "pickle": lambda box: repr(pickle.dumps(box)),
    "values": lambda _box: str(list(Phone.objects.values("number"))),
    "values_list": lambda _box: str(list(Phone.objects.values_list("number", "pk"))),
    "annotate": lambda _box: str(list(Phone.objects.annotate(other=F("number")).values("other"))),
    "aggregate": lambda _box: _largest(),
    "ordered": lambda _box: str(list(Phone.objects.order_by("number").values("number"))),
    "dumpdata": lambda _box: (
        serializers.serialize("json", Phone.objects.all()) + serializers.serialize("xml", Contact.objects.all())
    ),
    "vars": lambda _box: str(vars(Phone.objects.get())),
}


def print_of(box):
    out = StringIO()
    print(box, file=out)
    return out.getvalue()


def logged(box):
    record = logging.LogRecord("x", logging.INFO, "x", 1, "number %s %r", (box, box), None)
    return record.getMessage()


@pytest.mark.parametrize("road", SAYS)
def test_nothing_said_of_a_box_says_what_is_in_it(wang, road):
    said = SAYS[road](wang.number)
    assert [word for word in (DIGITS, DIGITS[2:], "0001234", "1234", "王小诺") if word in said] == []
    assert said != ""


REFUSES = {
    "json": lambda box: json.dumps({"number": box}),
    "json of Django": lambda box: json.dumps([box], cls=DjangoJSONEncoder),
    "length": len,
    "iteration": list,
    "bytes": bytes,
    "number": int,
    "hash": hash,
    "set": lambda box: {box},
    "key": lambda box: {box: 1},
    "equal": lambda box: box == DIGITS,
    "unequal": lambda box: box != DIGITS,
    "less": lambda box: box < DIGITS,
    "more": lambda box: box >= DIGITS,
    "other way round": lambda box: DIGITS == box,  # noqa: SIM300 - that very road
    "contains": lambda box: "138" in box,
    "member": lambda box: box in [DIGITS],
    "sorted": lambda box: sorted([box, box]),
    "sum": lambda box: box + "",
    "index": lambda box: box[0],
    "vars": vars,
    "join": lambda box: "".join([box]),
}


@pytest.mark.parametrize("road", REFUSES)
def test_a_box_cannot_be_compared_measured_or_walked_through(wang, road):
    with pytest.raises(TypeError) as refused:
        REFUSES[road](wang.number)
    assert DIGITS[2:] not in str(refused.value)


@pytest.mark.parametrize(
    "look_up", ["", "__exact", "__iexact", "__in", "__gt", "__startswith", "__contains", "__regex", "__range"]
)
@pytest.mark.parametrize("way", ["filter", "exclude"])
def test_p09_no_look_up_asks_the_database_for_a_number(wang, way, look_up):
    with CaptureQueriesContext(connections["default"]) as asked, pytest.raises(FieldError):
        list(getattr(Phone.objects, way)(**{f"number{look_up}": [DIGITS]}))
    assert asked.captured_queries == []
    assert Phone.objects.filter(number__isnull=False).count() == 1


@pytest.mark.parametrize("transform", ["number__length", "number__lower__exact", "contact__name__length"])
def test_no_transform_reaches_inside(wang, transform):
    with pytest.raises(FieldError):
        list(Phone.objects.filter(**{transform: 11}))


PLAIN = [DIGITS, DIGITS.encode(), 13800001234, "", memoryview(b"138")]


@pytest.mark.parametrize("value", PLAIN, ids=lambda value: type(value).__name__)
def test_p09_no_plain_value_enters_the_column(wang, value):
    def bulk_updated():
        wang.number = value
        Phone.objects.bulk_update([wang], ["number"])

    def saved():
        wang.number = value
        wang.save()

    def made(**how):
        row = Phone(
            pk=uuid4(), contact_id=wang.contact_id, kind="mobile", number=value, basis=wang.basis, created_at=house.NOON
        )
        Phone.objects.bulk_create([row], **how)

    conflicts = {"update_conflicts": True, "unique_fields": ["id"], "update_fields": ["number"]}
    roads = [lambda: Phone.objects.update(number=value), bulk_updated, saved, made, lambda: made(**conflicts)]
    for road in roads:
        with CaptureQueriesContext(connections["default"]) as asked, pytest.raises((TypeError, AttributeError)), atomic():
            road()
        assert [query for query in asked.captured_queries if DIGITS[2:] in query["sql"]] == []
    assert opening.open_one(Phone.objects.get().number) == DIGITS


def test_a_box_read_without_its_row_cannot_be_opened(wang):
    (loose,) = Phone.objects.values_list("number", flat=True)
    assert (type(loose), str(loose)) == (Sealed, DOTS)
    with pytest.raises(Malformed, match="without its row"):
        opening.open_one(loose)


def test_a_copy_is_as_closed_as_the_original(wang):
    for twin in (copy.copy(wang.number), copy.deepcopy(wang.number), pickle.loads(pickle.dumps(wang.number))):  # noqa: S301 - our own
        assert (str(twin), opening.open_one(twin)) == (DOTS, DIGITS)


def test_no_statement_carries_a_number_from_the_form_to_the_table(db):
    home = house.build()
    asked = {side: CaptureQueriesContext(connections[side]) for side in ("default", "vault")}
    with asked["default"], asked["vault"]:
        house.arrive(home.event, house.ZHOU)
    said = [query["sql"] for side in asked.values() for query in side.captured_queries]
    assert len(said) > 20
    assert [sql for sql in said if house.ZHOU in sql or house.ZHOU[-8:] in sql] == []


def test_p07_saving_under_a_wrong_keyring_changes_no_byte(wang, monkeypatch):
    before = bytes(wang.number.blob), bytes(Contact.objects.get().name.blob)
    with ring.using(monkeypatch, keyring.generate(house.NOON)):
        Phone.objects.get().save()
        Contact.objects.get().save()
        Consent.objects.first().save()
    assert (bytes(Phone.objects.get().number.blob), bytes(Contact.objects.get().name.blob)) == before


def test_a_box_of_nowhere_is_still_closed():
    box = Sealed(b"13800001234", field_id="contacts.phone.number", row=UUID(int=1), owner=UUID(int=1))
    assert (str(box), bool(box)) == (DOTS, True)
