"""One's own account: pledges, second factor, sessions, password."""

from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from team import fitness, passwords, people, second_factor, sessions
from team.doors import StaffRequest, door, not_understood, too_many
from team.forms import PasswordForm
from team.models import Pledge, Role

ALL = tuple(Role.values)


def _key(request: HttpRequest) -> str:
    return request.session.session_key or ""


@door(roles=ALL)
@require_http_methods(["GET", "POST"])
def account(request: StaffRequest) -> HttpResponse:
    """One's own account: pledges and until when, the second factor, where one is signed in."""
    at = timezone.now()
    if request.method == "POST":
        kind = request.POST.get("kind", "")
        if kind not in Pledge.Kind.values:
            return not_understood(request, _("Please choose a pledge from the page. Nothing was changed."))
        people.sign_pledge(user=request.user, kind=kind, at=at)
        messages.success(request, _("Signed. It holds for one year."))
        return redirect("account")
    context = {
        "fit": fitness.fit(request.user, at=at),
        "device": second_factor.device_of(request.user),
        "codes_left": second_factor.codes_left(request.user),
        "sessions": sessions.of(request.user, current=_key(request), at=at),
    }
    return render(request, "team/account.html", context)


@door(roles=ALL)
@require_http_methods(["GET", "POST"])
def password(request: StaffRequest) -> HttpResponse:
    """Change one's own password; every other session ends."""
    form, status = PasswordForm(request.POST if request.method == "POST" else None, user=request.user), 200
    if form.is_bound and form.is_valid():
        old, new = form.cleaned_data["old"], form.cleaned_data["new"]
        try:
            passwords.change(old=old, new=new, keep=_key(request), by=request.user, at=timezone.now())
        except passwords.PasswordRefused as refused:
            if refused.wait:
                return too_many(request, refused.wait)
            form.add_error("old", _("This is not your present password."))
            status = 400
        else:
            auth.update_session_auth_hash(request, request.user)
            messages.success(request, _("The password is changed. All your other sessions have ended."))
            return redirect("account")
    elif form.is_bound:
        status = 400
    return render(request, "team/password.html", {"form": form}, status=status)


@door(roles=ALL)
@require_POST
def end_sessions(request: StaffRequest) -> HttpResponse:
    """Sign out everywhere else: for whoever left a screen open."""
    ended = sessions.end_others(keep=_key(request), by=request.user, at=timezone.now())
    sentence = ngettext("%(count)d other session has ended.", "%(count)d other sessions have ended.", ended)
    messages.success(request, sentence % {"count": ended})
    return redirect("account")
