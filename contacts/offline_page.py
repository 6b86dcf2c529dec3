"""What the page of an event's devices shows: what each handed in, what was refused and why, and whether anything is missing."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from contacts.models import Event, OfflineDevice, OfflineRecord
from contacts.offline import preparing
from contacts.offline.taking import STANDING
from team.models import Role, User

Outcome = OfflineRecord.Outcome
NOTED = 60  # seconds by which two clocks may differ unmentioned


@dataclass(frozen=True)
class DeviceCard:
    """One device as shown: how it stands, what it handed in, what is missing between its first number and its last."""

    device: OfflineDevice
    standing: str
    taken: int
    missing: int
    refused: list[tuple[str, int]]
    overtaken: int | None
    skew: int


def of(event: Event, *, by: User, at: datetime) -> list[DeviceCard]:
    """The devices of this event for this reader; two queries. Only compliance hears that a refusal came in between (rule 6)."""
    devices = list(preparing.of_event(event))
    found: dict[object, Counter[str]] = {device.pk: Counter() for device in devices}
    numbers: dict[object, set[int]] = {device.pk: set() for device in devices}
    rows = OfflineRecord.objects.filter(device__in=devices).values_list("device_id", "outcome", "counter")
    for device, outcome, counter in rows:
        found[device][outcome] += 1
        if outcome in STANDING:
            numbers[device].add(counter)
    return [_card(device, found[device.pk], numbers[device.pk], by=by, at=at) for device in devices]


def _card(device: OfflineDevice, found: Counter[str], numbers: set[int], *, by: User, at: datetime) -> DeviceCard:
    overtaken = found[Outcome.OVERTAKEN]
    return DeviceCard(
        device=device,
        standing="revoked" if device.revoked_at else "over" if device.ends_at <= at else "open",
        taken=len(numbers),
        missing=max(numbers, default=0) - len(numbers),
        refused=[(str(Outcome(code).label), found[code]) for code in Outcome.values if code not in STANDING and found[code]],
        overtaken=overtaken if by.role == Role.COMPLIANCE else None,
        skew=device.skew if abs(device.skew) > NOTED else 0,
    )
