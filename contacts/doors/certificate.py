"""The public page of a certificate of deletion, its proof to take away, and the program that checks it."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from audit import offline
from contacts import certificates
from contacts.certificates import Certificate
from team.doors import public_door

RATE = (60, 600)  # looks in ten minutes by one address


@public_door(rate=RATE)
@require_safe
def page(request: HttpRequest, code: UUID) -> HttpResponse:
    """What a certificate says and how to check it (J4)."""
    return render(request, "contacts/leaving/certificate.html", {"certificate": _find(code)})


@public_door(rate=RATE)
@require_safe
def proof(request: HttpRequest, code: UUID) -> HttpResponse:
    """The proof as a file; 404 while the entry waits for its seal."""
    found = _find(code).proof
    if found is None:
        raise Http404
    return _file(found.text(), f"certificate-{code}.txt")


@public_door(rate=RATE)
@require_safe
def program(request: HttpRequest) -> HttpResponse:
    """The one file that checks a certificate without us."""
    return _file(offline.one_file("certificate.py").decode(), "certificate.py")


def _find(code: UUID) -> Certificate:
    found = certificates.find(code)
    if found is None:
        raise Http404
    return found


def _file(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
