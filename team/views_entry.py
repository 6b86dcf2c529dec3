"""The way in and out: sign-in, demo sign-in, second factor, sign-out."""

import segno
from django.conf import settings
from django.contrib import auth, messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as otp_login

from audit import trail
from team import second_factor, signing_in, throttle
from team.doors import StaffRequest, door, public_door, too_many
from team.forms import CodeForm, SignInForm
from team.models import Role, User
from team.sessions import HOLDS_FORMS

ALL = tuple(Role.values)


def _next(request: HttpRequest) -> str:
    target = request.POST.get("next") or request.GET.get("next") or "/"
    safe = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return target if safe else "/"


def _enter(request: HttpRequest, user: User) -> None:
    at = timezone.now()
    with transaction.atomic():
        trail.record("user.signin", by=user, at=at, subject=user.pk)
    auth.login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session["began"] = request.session["seen"] = int(at.timestamp())


@public_door()
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; in demo mode the demo accounts are one click away."""
    form, status = SignInForm(request.POST if request.method == "POST" else None), 200
    if form.is_bound and form.is_valid():
        try:
            user = signing_in.check(request, **form.cleaned_data, at=timezone.now())
        except signing_in.SignInRefused as refused:
            if refused.wait:
                return too_many(request, refused.wait)
            status = 400
            form.add_error(None, _("The name or the password is wrong."))
        else:
            _enter(request, user)
            return HttpResponseRedirect(_next(request))
    elif form.is_bound:
        status = 400
    context = {"form": form, "demo": signing_in.demo_accounts(), "next": _next(request)}
    return render(request, "team/sign_in.html", context, status=status)


@public_door()
@require_POST
def demo_sign_in(request: HttpRequest) -> HttpResponse:
    """Step into a demo account; exists in demo mode only."""
    name = request.POST.get("username", "")
    if not settings.DEMO or name not in signing_in.DEMO_NAMES:
        raise Http404
    user = User.objects.filter(username=name, is_active=True).first()
    if user is None:
        raise Http404
    _enter(request, user)
    return HttpResponseRedirect(_next(request))


@door(roles=ALL)
@require_POST
def sign_out(request: StaffRequest) -> HttpResponse:
    """Leave, and ask the browser to forget; but for what a device of an event still has to hand in."""
    with transaction.atomic():
        trail.record("user.signout", by=request.user, at=timezone.now(), subject=request.user.pk)
    auth.logout(request)
    answer = redirect("home")
    answer["Clear-Site-Data"] = '"cache"' if HOLDS_FORMS in request.COOKIES else '"cache", "storage"'
    return answer


@door(roles=ALL)
@require_http_methods(["GET", "POST"])
def check_code(request: StaffRequest) -> HttpResponse:
    """Ask for the second factor before a number is shown or a file leaves (I10)."""
    if second_factor.device_of(request.user) is None:
        return redirect("second_factor_set_up")
    form, at, status = CodeForm(request.POST if request.method == "POST" else None), timezone.now(), 200
    if form.is_bound:
        status = 400
        tries = throttle.hit(f"code:{request.user.pk}", limit=8, seconds=300, at=at)
        if not tries.allowed:
            return too_many(request, tries.retry_after)
        if form.is_valid():
            device = second_factor.verify(request.user, form.cleaned_data["code"], at=at)
            if device is not None:
                otp_login(request, device)
                return HttpResponseRedirect(_next(request))
            form.add_error("code", _("This code is wrong or has been used."))
    context = {"form": form, "demo_code": second_factor.demo_code(request.user), "next": _next(request)}
    return render(request, "team/second_factor.html", context, status=status)


@door(roles=ALL)
@require_http_methods(["GET", "POST"])
def set_up(request: StaffRequest) -> HttpResponse:
    """Set up the second factor: scan, type the first code, keep the recovery codes."""
    if second_factor.device_of(request.user) is not None:
        return redirect("account")
    device, form = second_factor.begin(request.user), CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        codes = second_factor.enrol(device, form.cleaned_data["code"], by=request.user, at=timezone.now())
        if codes:
            otp_login(request, device)
            return render(request, "team/recovery_codes.html", {"codes": codes})
        form.add_error("code", _("This code is wrong. Please wait for the next one."))
    picture = segno.make(device.config_url, error="m").svg_inline(scale=5, border=2, omitsize=True, svgclass="qr")
    context = {"form": form, "qr": mark_safe(picture), "secret": second_factor.secret_of(device)}  # noqa: S308
    return render(request, "team/set_up.html", context, status=400 if form.is_bound else 200)


@door(roles=ALL, second_factor=True)
@require_POST
def new_codes(request: StaffRequest) -> HttpResponse:
    """Ten fresh recovery codes."""
    codes = second_factor.new_recovery_codes(by=request.user, at=timezone.now())
    messages.info(request, _("Your older recovery codes no longer work."))
    return render(request, "team/recovery_codes.html", {"codes": codes})
