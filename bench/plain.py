"""The floor: the same people in plain tables, a bare view and a bare template; what anybody would write first."""

import uuid
from functools import cache
from typing import Any

from django.db import connection, models
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.test import Client, override_settings
from django.urls import path

from contacts.models import Phone
from team.models import User
from vault import opening
from vault.fields import SealedField

# As many links, conditions, dates and translated words as the pages of ours: a page of one tag would be no floor.
TEMPLATE = """{% load i18n %}<!doctype html><title>{% translate "People" %}</title><nav>{% for n in links %}
<a href="{% url 'person' book=book pk=user.pk %}" class="{% if n == 3 %}here{% endif %}">{% translate "Contacts" %} {{ n }}</a>
{% endfor %}</nav><p>{{ user.display_name }}</p><table>{% for p in people %}
<tr><td><a href="{% url 'person' book=p.book pk=p.pk %}">{{ p.name }}</a></td><td>{% if p.company %}{{ p.company }}{% endif %}
{% if p.title %}<small>{{ p.title }}</small>{% endif %}</td>
<td>{{ p.number }}</td><td>{% translate "Phone" %}: {{ p.last4 }}</td>
<td>{% if p.source == "visitor" %}{% translate "own phone at an event" %}{% else %}{{ p.source }}{% endif %}</td>
<td>{{ p.created_at|date:"Y-m-d" }}</td></tr>{% empty %}<tr><td>{% translate "Nobody." %}</td></tr>{% endfor %}</table>"""


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


def browser() -> Client:
    """A client for the bare views below, without any middleware of ours."""
    with override_settings(MIDDLEWARE=["bench.plain.bare"]):
        client = Client()
        client.handler.load_middleware()
    return client


def bare(get_response: Any) -> Any:
    """Sends a request to the floor's own addresses."""

    def go(request: HttpRequest) -> Any:
        request.urlconf = "bench.plain"
        return get_response(request)

    return go


def answer(request: HttpRequest, **where: Any) -> HttpResponse:
    """Two queries: who asks, and the newest fifty."""
    user = User.objects.get(username=request.GET.get("u", "li"))
    people = Plain.objects.filter(**where).order_by("-created_at", "-pk")[:50]
    shown = Context({"people": people, "user": user, "book": where["book"], "links": range(20)})
    return HttpResponse(_page().render(shown))  # nothing of our own pages around it


@cache
def _page() -> Any:
    return Engine.get_default().from_string(TEMPLATE)


def listed(request: HttpRequest, book: uuid.UUID) -> HttpResponse:
    """An advisor's own fifty."""
    return answer(request, book=book)


def found(request: HttpRequest, book: uuid.UUID) -> HttpResponse:
    """By number, or by its last four digits."""
    words = request.POST["q"]
    return answer(request, book=book, **({"last4": words} if len(words) == 4 else {"number": words}))


def person(request: HttpRequest, book: uuid.UUID, pk: uuid.UUID) -> HttpResponse:
    """One person."""
    return answer(request, book=book, pk=pk)


urlpatterns = [
    path("<uuid:book>/", listed),
    path("<uuid:book>/search/", found),
    path("<uuid:book>/<uuid:pk>/", person, name="person"),
]
