"""Where the gateway hands in text messages that came back; nobody else is heard (D4)."""

import hashlib
import hmac
import json
import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from contacts import replies
from team.doors import public_door
from vault import phone

LONGEST = 4096  # bytes of one message as the gateway sends it
WINDOW = 300  # seconds between signing and hearing


@csrf_exempt
@public_door(rate=(600, 60))
@require_POST
def inbound(request: HttpRequest) -> HttpResponse:
    """One message as JSON: number and text. 204 once it was acted on; 400 for what is no message, 403 without our signature.

    The signature is `t=<unix seconds>,v1=<hex>`: HMAC-SHA256 over "<t>." and the body, under YUNNUO_SMS_SECRET.
    """
    body = request.read(LONGEST + 1)
    if len(body) > LONGEST:
        return render(request, "400.html", status=400)
    if not _signed(request.headers.get("X-Yunnuo-Signature", ""), body):
        return render(request, "403.html", status=403)
    try:
        said = json.loads(body)
        number, text = phone.normalise(said["number"]), said["text"]
        if not isinstance(text, str):
            raise TypeError
    except (ValueError, TypeError, KeyError, phone.PhoneRefused):
        return render(request, "400.html", status=400)
    replies.receive(digits=number.digits, text=text, at=timezone.now())
    return HttpResponse(status=204)


def _signed(header: str, body: bytes) -> bool:
    """Whether the gateway signed exactly this, lately; without a secret nobody is the gateway."""
    parts = dict(part.split("=", 1) for part in header.split(",") if "=" in part)
    told = parts.get("t", "")
    if not settings.SMS_SECRET or not (told.isascii() and told.isdigit()) or abs(time.time() - int(told)) > WINDOW:
        return False
    ours = hmac.new(settings.SMS_SECRET.encode(), told.encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(ours.encode(), parts.get("v1", "").encode())
