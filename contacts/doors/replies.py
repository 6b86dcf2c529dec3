"""Where the gateway hands in text messages that came back, and says what became of ours; nobody else is heard (D4, H7)."""

import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from consent import sms
from contacts import replies
from team.doors import public_door
from vault import lines, phone

LONGEST = 4096  # bytes of one message as the gateway sends it


@csrf_exempt
@public_door(rate=(600, 60))
@require_POST
def inbound(request: HttpRequest) -> HttpResponse:
    """One message as JSON: number and text. 204 once it was acted on; 400 for what is no message, 403 without our signature.

    The signature is `t=<unix seconds>,v1=<hex>`: HMAC-SHA256 over "<t>." and the body, under YUNNUO_SMS_SECRET.
    """
    said = _said(request)
    if isinstance(said, HttpResponse):
        return said
    try:
        number, text = phone.normalise(said["number"]), said["text"]
        if not isinstance(text, str):
            raise TypeError
    except (ValueError, TypeError, KeyError, phone.PhoneRefused):
        return render(request, "400.html", status=400)
    replies.receive(digits=number.digits, text=text, at=timezone.now())
    return HttpResponse(status=204)


@csrf_exempt
@public_door(rate=(6000, 60))
@require_POST
def report(request: HttpRequest) -> HttpResponse:
    """What became of one of our messages: its id, and whether it reached the phone. 204, also for one told twice (H7)."""
    said = _said(request)
    if isinstance(said, HttpResponse):
        return said
    try:
        message, reached = UUID(said["id"]), said["reached"]
        if not isinstance(reached, bool):
            raise TypeError
    except (ValueError, TypeError, KeyError, AttributeError):
        return render(request, "400.html", status=400)
    sms.delivered(message_id=message, reached=reached, at=timezone.now())
    return HttpResponse(status=204)


def _said(request: HttpRequest) -> Any:
    """What the gateway says, as data; or the answer to whoever is not the gateway, or says nothing readable."""
    body = request.read(LONGEST + 1)
    if len(body) > LONGEST:
        return render(request, "400.html", status=400)
    if not lines.holds(request.headers.get(sms.HEADER, ""), body, secret=settings.SMS_SECRET):
        return render(request, "403.html", status=403)
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return render(request, "400.html", status=400)
