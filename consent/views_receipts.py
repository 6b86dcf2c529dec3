"""Receipts for machines and the public checker; nothing that somebody shows here is kept."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from consent.receipts import signed
from team.doors import public_door
from vault import signing
from vault.errors import KeyringRefused

CROWD = (60, 60)


class ReceiptForm(forms.Form):
    """A receipt as text or as a file."""

    text = forms.CharField(
        label=_("Paste the receipt"),
        required=False,
        strip=False,
        max_length=signed.LONGEST,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "autocomplete": "off"}),
    )
    file = forms.FileField(label=_("or choose its file"), required=False, widget=forms.FileInput(attrs={"accept": ".json"}))

    def shown(self) -> bytes:
        """What was shown, as bytes; a file goes before the text."""
        file = self.cleaned_data["file"]
        return bytes(file.read(signed.LONGEST + 1)) if file else str(self.cleaned_data["text"]).encode()


@public_door(rate=CROWD)
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Say whether a receipt is ours and unchanged, and what it tells; no account, nothing stored (C13, O1)."""
    form = ReceiptForm(request.POST, request.FILES) if request.method == "POST" else ReceiptForm()
    found, shown = None, b""
    if form.is_bound and form.is_valid():
        shown = form.shown()
        found = signed.check(shown) if shown.strip() else None
    status = 400 if form.is_bound and (found is None or found.word == "none") else 200
    context = {"form": ReceiptForm(), "found": found, "asked": form.is_bound, "vkey": _line()}
    return render(request, "consent/receipt_check.html", context, status=status)


@public_door(rate=CROWD)
@require_GET
def key(request: HttpRequest) -> HttpResponse:
    """The public line of the key under which receipts are signed; 404 where this house has none."""
    line = _line()
    return HttpResponse(f"{line}\n", content_type="text/plain; charset=utf-8", status=200 if line else 404)


def _line() -> str:
    try:
        return signing.receipts().verifier.line()
    except KeyringRefused:
        return ""
