"""The second factor: a time-based code from the person's own device, and recovery codes used once."""

from base64 import b32encode
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from audit import trail
from team.models import User

RECOVERY_CODES = 10
DEMO_NAME = "demo"


def device_of(user: User, *, confirmed: bool = True) -> TOTPDevice | None:
    """The user's device, if any."""
    return TOTPDevice.objects.filter(user=user, confirmed=confirmed).first()


def begin(user: User) -> TOTPDevice:
    """A new device waiting for its first code; replaces one that never got it."""
    waiting = device_of(user, confirmed=False)
    return waiting or TOTPDevice.objects.create(user=user, name="app", confirmed=False)


def secret_of(device: TOTPDevice) -> str:
    """The secret as people type it."""
    return b32encode(device.bin_key).decode().rstrip("=")


def enrol(device: TOTPDevice, code: str, *, by: User, at: datetime) -> list[str] | None:
    """Confirm a device by its first code; returns the recovery codes, shown once, or None."""
    if not device.verify_token(code):
        return None
    with transaction.atomic():
        trail.record("second_factor.enrolled", by=by, at=at, subject=by.pk)
        device.confirmed = True
        device.save()
        return _fresh_codes(by)


def new_recovery_codes(*, by: User, at: datetime) -> list[str]:
    """Ten fresh recovery codes for oneself, on record; older ones stop working."""
    with transaction.atomic():
        trail.record("second_factor.codes", by=by, at=at, subject=by.pk)
        return _fresh_codes(by)


def codes_left(user: User) -> int:
    """How many recovery codes have not been used."""
    return int(StaticToken.objects.filter(device__user=user).count())


def _fresh_codes(user: User) -> list[str]:
    device, _made = StaticDevice.objects.get_or_create(user=user, name="recovery")
    device.token_set.all().delete()
    codes = [StaticToken.random_token() for _n in range(RECOVERY_CODES)]
    for code in codes:
        device.token_set.create(token=code)
    return codes


def verify(user: User, code: str, *, at: datetime) -> TOTPDevice | StaticDevice | None:
    """The device this code belongs to, or None; a recovery code is gone after one use."""
    device = device_of(user)
    if device is not None and device.verify_token(code):
        return device
    recovery = StaticDevice.objects.filter(user=user).first()
    if recovery is not None and recovery.verify_token(code):
        with transaction.atomic():
            trail.record("second_factor.recovery", by=user, at=at, subject=user.pk)
        return recovery
    return None


def demo_code(user: User) -> str:
    """The code a demo account's on-screen phone shows; empty outside demo mode or for a real device.

    A code counts once. Many may share a demo account, so a phone whose code was used already shows the
    next one, which a clock half a minute ahead would show too.
    """
    device = device_of(user)
    if not settings.DEMO or device is None or device.name != DEMO_NAME:
        return ""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits, device.drift)
    ahead = min(max(device.last_t + 1 - totp.t(), 0), device.tolerance)
    totp.drift += ahead
    return str(totp.token()).zfill(device.digits)
