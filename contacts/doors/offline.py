"""Events without a network: a colleague prepares a device, the device's own page, its worker, and where it hands in (C7)."""

import json
from contextlib import suppress
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib import auth, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from kombu.exceptions import OperationalError

from audit import trail
from consent.views import words_of
from contacts import events, offline_page, tasks
from contacts.models import OfflineDevice
from contacts.offline import preparing, reading, taking
from team.doors import StaffRequest, door, not_understood, public_door
from team.sessions import HOLDS_FORMS

READERS = ("advisor", "lead", "compliance")
USERS = ("advisor", "lead")
RATE = (60, 60)
LONGEST = 400_000  # bytes of one request of a device
WORKER = Path(settings.BASE_DIR) / "static" / "kiosk-worker.js"
LANGUAGES = {"zh": "zh-hans", "en": "en"}


@door(roles=READERS)
@require_GET
def devices(request: StaffRequest, pk: UUID) -> HttpResponse:
    """The devices of one event: who prepared them, what they handed in, what was refused and why."""
    event = get_object_or_404(events.visible(request.user), pk=pk)
    context = {
        "event": event,
        "devices": offline_page.of(event, by=request.user, at=timezone.now()),
        "may": event.closed_at is None and events.open_to(request.user).filter(pk=pk).exists(),
    }
    return render(request, "contacts/offline/devices.html", context)


@door(roles=USERS)
@require_POST
def prepare(request: StaffRequest, pk: UUID) -> HttpResponse:
    """Make this browser a device of the event; the colleague is signed out, since it goes from hand to hand."""
    event, at = get_object_or_404(events.open_to(request.user), pk=pk), timezone.now()
    try:
        device = preparing.register(event=event, verifier=request.POST.get("verifier", "")[:200], by=request.user, at=at)
    except preparing.DeviceRefused:
        return not_understood(request, _("This browser made no key of its own; without a script it cannot be prepared."))
    with transaction.atomic():
        trail.record("user.signout", by=request.user, at=at, subject=request.user.pk)
    auth.logout(request)
    answer = redirect("kiosk", device.pk, "en" if (get_language() or "").startswith("en") else "zh")
    secure, life = bool(settings.SESSION_COOKIE_SECURE), int(preparing.LIFE.total_seconds())
    answer.set_cookie(HOLDS_FORMS, "1", max_age=life, httponly=True, samesite="Strict", secure=secure)
    return answer


@door(roles=USERS)
@require_POST
def revoke(request: StaffRequest, pk: UUID, device: UUID) -> HttpResponse:
    """A device that was lost, or is not needed any more: nothing it hands in is taken from now on."""
    event = get_object_or_404(events.visible(request.user), pk=pk)
    row = get_object_or_404(OfflineDevice, pk=device, event=event)
    if preparing.revoke(device=row, by=request.user, at=timezone.now()):
        messages.success(request, _("Revoked. What this device still holds can be opened by nobody."))
    return redirect("devices", pk)


@public_door(rate=RATE)
@require_GET
def kiosk(request: HttpRequest, pk: UUID, language: str) -> HttpResponse:
    """The page that a device keeps, in each language: it works without a network, and hands in with one."""
    rows = OfflineDevice.objects.select_related("event", "version__notice")
    device = rows.filter(pk=pk, revoked_at__isnull=True, ends_at__gt=timezone.now(), by__is_active=True).first()
    if device is None or language not in LANGUAGES:
        raise Http404
    context = {"device": device, "event": device.event, "ticks": reading.offered(device), "other": language != "en"}
    with override(LANGUAGES[language]):
        return render(request, "contacts/offline/kiosk.html", context | {"words": words_of(device.version)})


@public_door()
@require_http_methods(["GET", "HEAD"])
def worker(request: HttpRequest) -> HttpResponse:
    """The script that answers for us while there is no network; from here, since its place says which pages are its."""
    answer = HttpResponse(WORKER.read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer


@csrf_exempt
@public_door(rate=RATE)
@require_POST
def hand_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sealed records as JSON, signed by the device: the outcome of each comes back, and is final. 400 for what is none."""
    device, at = get_object_or_404(OfflineDevice, pk=pk), timezone.now()
    if int(request.META.get("CONTENT_LENGTH") or 0) > LONGEST:
        return HttpResponse(status=413)
    try:
        records, clock = reading.handed(json.loads(request.body))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError, RecursionError):
        return HttpResponse(status=400)
    told = taking.take(device=device, records=records, clock=clock, at=at)
    _ring()
    heard = {str(name): "taken" if outcome in taking.STANDING else outcome for name, outcome in told.items()}
    return JsonResponse({"outcomes": heard})


def _ring() -> None:
    """Wake the worker that asks the people; an hourly beat finds what waits."""
    with suppress(OperationalError, OSError):
        tasks.ask_offline.delay()
