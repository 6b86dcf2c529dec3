"""The team's pages: accounts and the matrix."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import trail
from team import fields, fitness, matrix, people
from team.doors import StaffRequest, door, not_understood
from team.fields import Level
from team.forms import AccountForm, LevelForm, RoleForm
from team.models import LevelChange, Pledge, ProtectedField, Role, User
from team.words import REFUSALS

ADMIN = ("admin",)


@door(roles=("admin", "compliance"))
@require_http_methods(["GET", "POST"])
def team_page(request: StaffRequest) -> HttpResponse:
    """Everybody who works here; an admin opens accounts."""
    may_open = request.user.role == Role.ADMIN
    form = AccountForm(request.POST if request.method == "POST" and may_open else None)
    if form.is_bound and form.is_valid():
        try:
            people.open_account(**form.cleaned_data, by=request.user, at=timezone.now())
        except people.PeopleRefused as refused:
            form.add_error("username", str(REFUSALS[str(refused)]))
        else:
            messages.success(request, _("The account is open."))
            return redirect("team")
    users = User.objects.select_related("team").order_by("-is_active", "role", "username")
    context = {"users": users, "form": form, "may_open": may_open}
    return render(request, "team/team.html", context, status=400 if form.errors else 200)


@door(roles=("admin", "compliance"))
@require_GET
def user_page(request: StaffRequest, pk: UUID) -> HttpResponse:
    """One account: role, pledges, state."""
    user = get_object_or_404(User.objects.select_related("team"), pk=pk)
    context = {
        "person": user,
        "fit": fitness.fit(user, at=timezone.now()),
        "pledges": Pledge.objects.filter(user=user).order_by("-signed_at"),
        "form": RoleForm(initial={"role": user.role}),
        "may_change": request.user.role == Role.ADMIN and user.pk != request.user.pk,
    }
    return render(request, "team/user.html", context)


@door(roles=ADMIN)
@require_POST
def change_user(request: StaffRequest, pk: UUID, deed: str) -> HttpResponse:
    """Change a role, close an account, or open it again."""
    user, at = get_object_or_404(User, pk=pk), timezone.now()
    form = RoleForm(request.POST)
    if deed not in ("close", "reopen", "role"):
        raise Http404
    if deed == "role" and not form.is_valid():
        return not_understood(request, _("Please choose a role from the list. Nothing was changed."))
    try:
        if deed == "close":
            people.close_account(user=user, by=request.user, at=at)
        elif deed == "reopen":
            people.reopen_account(user=user, by=request.user, at=at)
        else:
            people.set_role(user=user, role=form.cleaned_data["role"], by=request.user, at=at)
    except people.PeopleRefused as refused:
        messages.error(request, str(REFUSALS[str(refused)]))
    else:
        messages.success(request, _("Changed. It holds from the next request on."))
    return redirect("user", pk)


@door(roles=("admin", "lead", "compliance", "auditor"))
@require_http_methods(["GET", "POST"])
def matrix_page(request: StaffRequest) -> HttpResponse:
    """Who may do what with which field; an admin changes a cell and says why."""
    form = LevelForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        _set_level(request, form)
        return redirect("matrix")
    if form.is_bound:
        messages.error(request, _("A change needs a level and a reason. Nothing was changed."))
    context = {
        "rows": _matrix_rows(),
        "roles": Role.choices,
        "levels": list(Level),
        "may_change": request.user.role == Role.ADMIN,
        "changes": LevelChange.objects.select_related("changed_by").order_by("-changed_at")[:30],
    }
    return render(request, "team/matrix.html", context, status=400 if form.is_bound else 200)


def _set_level(request: StaffRequest, form: LevelForm) -> None:
    try:
        matrix.set_level(**form.cleaned_data, by=request.user, at=timezone.now())
    except matrix.MatrixRefused as refused:
        if str(refused) != "reason":  # somebody reached for what is not theirs
            trail.record_alone("door.denied", by=request.user, at=timezone.now(), outcome="denied", reason="role")
        messages.error(request, str(REFUSALS[str(refused)]))
    else:
        messages.success(request, _("Changed. It holds from the next request on."))


def _matrix_rows() -> list[tuple[ProtectedField, list[tuple[str, Any, Level]]]]:
    grants = fields.matrix()
    return [
        (field, [(role, label, grants[role].get(field.code, Level.HIDDEN)) for role, label in Role.choices])
        for field in ProtectedField.objects.all()
    ]
