"""How these tests come to a door: signed in, with a second factor if the door asks for one."""

import re

from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from audit.models import Entry
from consent.models import Consent, Subject
from contacts.models import Contact, Phone, Submission
from tests import house
from vault.models import BlindIndex, PersonKey

DIGITS = re.compile(r"\d{7,}")


def enter(user=None, *, strict=False, **extra):
    """A browser in which this user is signed in, second factor given; nobody for None. `strict` asks for CSRF tokens."""
    client = Client(enforce_csrf_checks=strict, raise_request_exception=True, **extra)
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        device, _made = TOTPDevice.objects.get_or_create(user=user, name="t", confirmed=True)
        session = client.session
        session["otp_device_id"] = device.persistent_id
        session.save()
    return client


def visit(client, event, number=house.WANG, *, name="王小诺", ticks=1, token=None, **more):
    """Send the visitor's form as the page offers it."""
    if token is None:
        token = client.get(f"/e/{event.code}/").context["form"].initial["token"]
    chosen = [str(row.tick_id) for row in event.ticks.order_by("tick__order")][:ticks]
    return client.post(
        f"/e/{event.code}/", {"name": name, "number": number, "token": token, "ticks": chosen, "age": "adult"} | more
    )


def note(client, event, number=house.WANG, *, name="王小诺", act="assert", **more):
    """Send the advisor's quick note."""
    return client.post("/contacts/new/", {"event": str(event.pk), "name": name, "number": number, "act": act} | more)


def preset(home, **fields):
    """What the form of a new event sends, with these fields."""
    version = home.event.notice_version
    ticks = [str(tick.pk) for tick in version.purposes.all()]
    return {"version": str(version.pk), "book": str(home.event.book_id), "ticks": ticks, "staff": [str(home.li.pk)]} | fields


def stored():
    """How much is known of people: nothing is half-saved while this stays as it was."""
    return tuple(model.objects.count() for model in (Subject, Contact, Phone, Consent, Submission, PersonKey, BlindIndex))


def everything():
    """As `stored`, and how many entries the trail has."""
    return (*stored(), Entry.objects.count())


def sentences(answer, field="number"):
    """What the form says about a field."""
    return [str(error) for error in answer.context["form"].errors.get(field, [])]


def flashes(answer):
    """The messages that wait for the next page."""
    return [str(message) for message in answer.wsgi_request._messages]
