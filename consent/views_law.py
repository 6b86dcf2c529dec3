"""Which rules of law this house applies, since when, and where: for everybody, since statutes are nobody's secret (L9)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from consent import statutes
from team.doors import public_door


@public_door()
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Every rule of the register with its days, its words by hash, who looks after it, and where it is applied."""
    today = timezone.now().astimezone(statutes.OFFICE).date()
    rules = [(rule, rule.in_force(today)) for rule in statutes.REGISTER]
    return render(request, "consent/law.html", {"rules": rules})


@public_door()
@require_GET
def minors(request: HttpRequest) -> HttpResponse:
    """The rules for people under age, of their own, as the law asks: fixed words, for everybody (C12, PIPL 31)."""
    return render(request, "consent/minors_rules.html")
