"""The floor: the same people in plain tables, a bare view and a bare template; what anybody would write first."""

import uuid
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template import Context, Engine
from django.urls import path
from django.utils import timezone

from contacts.models import Phone
from team.models import User
from vault import opening
from vault.fields import SealedField

# As heavy as our pages, in bytes, links, conditions, dates and translated words: a page of one tag would be no floor.
TEMPLATE = Path(__file__).with_name("floor.html")


class Plain(models.Model):
    """A person in the clear."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    book = models.UUIDField()
    name = models.TextField()
    company = models.TextField(default="")
    title = models.TextField(default="")
    number = models.TextField(db_index=True)
    last4 = models.CharField(max_length=4)
    source = models.CharField(max_length=10, default="visitor")
    created_at = models.DateTimeField()
    objects: models.Manager["Plain"] = models.Manager()

    class Meta:
        """Indexed for what the pages ask."""

        app_label = "bench"
        indexes = [
            models.Index(fields=["book", "-created_at", "-id"], name="plain_newest"),
            models.Index(fields=["book", "last4"], name="plain_last4"),
        ]


class Boxed(models.Model):
    """The same person sealed, without anything else that comes with one."""

    id = models.UUIDField(primary_key=True)
    book = models.UUIDField()
    name = SealedField(field_id="bench.boxed.name", layout="text", owner="id")
    company = SealedField(field_id="bench.boxed.company", layout="text", owner="id")
    title = SealedField(field_id="bench.boxed.title", layout="text", owner="id")
    number = SealedField(field_id="bench.boxed.number", layout="phone", owner="id")
    created_at = models.DateTimeField()
    objects: models.Manager["Boxed"] = models.Manager()

    class Meta:
        """Beside the plain people."""

        app_label = "bench"
        indexes = [models.Index(fields=["book", "-created_at", "-id"], name="boxed_newest")]


class Number(models.Model):
    """A number in the clear, found whole and by its last four digits."""

    id = models.UUIDField(primary_key=True)
    book = models.UUIDField()
    number = models.TextField(db_index=True)
    last4 = models.CharField(max_length=4)
    created_at = models.DateTimeField()
    objects: models.Manager["Number"] = models.Manager()

    class Meta:
        """Indexed as our tags are."""

        app_label = "bench"
        indexes = [models.Index(fields=["book", "last4"], name="number_last4")]


class BoxedNumber(models.Model):
    """The same number sealed, its tags beside the keys."""

    id = models.UUIDField(primary_key=True)
    book = models.UUIDField()
    number = SealedField(field_id="bench.boxednumber.number", layout="phone", owner="id")
    created_at = models.DateTimeField()
    objects: models.Manager["BoxedNumber"] = models.Manager()

    class Meta:
        """Beside the plain numbers."""

        app_label = "bench"


class PlainEntry(models.Model):
    """A log line as most would keep it."""

    person = models.UUIDField()
    act = models.CharField(max_length=40)
    at = models.DateTimeField()
    objects: models.Manager["PlainEntry"] = models.Manager()

    class Meta:
        """Beside the plain people."""

        app_label = "bench"


def fill() -> int:
    """Copy everybody whom the office knows into the plain table, opened; answers how many."""
    with connection.schema_editor() as editor:
        editor.create_model(Plain)
        editor.create_model(PlainEntry)
        editor.create_model(Boxed)
        editor.create_model(Number)
        editor.create_model(BoxedNumber)
    rows = []
    for phone in Phone.objects.select_related("contact"):
        contact = phone.contact
        boxes = [contact.name, phone.number, *(box for box in (contact.company, contact.title) if box)]
        name, number, *rest = [str(opened.value) for opened in opening.open_many(boxes)]
        company, title = (*rest, "", "")[:2]
        made = Plain(id=contact.pk, book=contact.book_id, name=name, number=number, last4=number[-4:])
        made.company, made.title, made.created_at, made.source = company, title, contact.created_at, contact.source
        rows.append(made)
    Plain.objects.bulk_create(rows, batch_size=200)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    return len({row.pk for row in rows})


def answer(where: dict[str, Any]) -> HttpResponse:
    """Two queries: who asks, and the newest fifty."""
    user = User.objects.get(username="li")
    people = Plain.objects.filter(**where).order_by("-created_at", "-pk")[:50]
    shown = Context({"people": people, "user": user, "book": where["book"], "links": range(20)})
    return HttpResponse(_page().render(shown))


@cache
def _page() -> Any:
    return Engine.get_default().from_string(TEMPLATE.read_text(encoding="utf-8"))


def healthy(request: HttpRequest) -> HttpResponse:
    """It runs."""
    return HttpResponse("ok")


def listed(request: HttpRequest, book: uuid.UUID) -> HttpResponse:
    """An advisor's own fifty."""
    return answer({"book": book})


def found(request: HttpRequest, book: uuid.UUID) -> HttpResponse:
    """By number, or by its last four digits."""
    words = request.POST["q"]
    return answer({"book": book} | ({"last4": words} if len(words) == 4 else {"number": words}))


def person(request: HttpRequest, book: uuid.UUID, pk: uuid.UUID) -> HttpResponse:
    """One person."""
    return answer({"book": book, "pk": pk})


def shown(request: HttpRequest, book: uuid.UUID, pk: uuid.UUID) -> HttpResponse:
    """One number, after a line in a log: the advisor locked, what was seen lately counted, the line written, the page."""
    with transaction.atomic():
        User.objects.select_for_update().get(username="li")
        PlainEntry.objects.filter(person=pk, at__gt=timezone.now() - timedelta(days=1)).count()
        PlainEntry.objects.create(person=pk, act="reveal", at=timezone.now())
    return answer({"book": book, "pk": pk})


def taken(request: HttpRequest, book: uuid.UUID) -> HttpResponse:
    """A visitor's form: one row."""
    with transaction.atomic():
        number = request.POST["number"]
        Plain.objects.create(book=book, name=request.POST["name"], number=number, last4=number[-4:], created_at=timezone.now())
    return HttpResponseRedirect(f"/{book}/")


urlpatterns = [
    path("healthz", healthy),
    path("<uuid:book>/", listed, name="listed"),
    path("<uuid:book>/search/", found, name="found"),
    path("<uuid:book>/new/", taken, name="taken"),
    path("<uuid:book>/<uuid:pk>/", person, name="person"),
    path("<uuid:book>/<uuid:pk>/shown/", shown, name="shown"),
]
