"""The office that is measured: the demo office in databases of its own, and Li, who is signed in with her device."""

from types import SimpleNamespace

from django.test import Client
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from bench import plain
from contacts.models import Contact
from crm import demo, preparing
from team.models import Book, User


def build(people: int) -> SimpleNamespace:
    """Make the databases, the demo office and the plain copy of it."""
    preparing.prepare(at=timezone.now())
    demo.fill(people=people, at=timezone.now())
    li = User.objects.get(username="li")
    copied = plain.fill()
    if copied != Contact.objects.count():
        raise SystemExit("bench: the plain copy is not whole")
    return SimpleNamespace(li=li, book=Book.objects.get(owner=li), session=_enter(li))


def _enter(user: User) -> str:
    """Sign in as this user with her second factor; answers the session's key."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session["otp_device_id"] = TOTPDevice.objects.get(user=user).persistent_id
    session.save()
    return str(session.session_key)
