"""A device of an event without a network, as its browser behaves, in Python."""

import base64
import json
from datetime import timedelta
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contacts.offline import preparing, reading, taking
from tests import house
from vault import dropbox

NOON, HOUR = house.NOON, timedelta(hours=1)
SYNC = NOON + 3 * HOUR  # 15:00 in the office


class Tablet:
    """What the browser does, in Python: a key of its own, a counter, a queue of ciphertext."""

    def __init__(self, home, *, at=NOON, by=None):
        self.key = ec.generate_private_key(ec.SECP256R1())
        raw = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        verifier = base64.b64encode(raw).decode()
        self.device = preparing.register(event=home.event, verifier=verifier, by=by or home.li, at=at)
        self.counter, self.ticks = 0, [str(row.tick_id) for row in home.event.ticks.all() if row.tick.channel == "call"]

    def fill(self, number=house.WANG, *, name="王小诺", at=NOON + HOUR, **touch):
        """One visitor's form; `touch` replaces what is in it or about it."""
        self.counter += 1
        form = {"age": "adult", "name": name, "number": number, "ticks": self.ticks, "language": "zh-Hans"} | touch.get(
            "form", {}
        )
        plain = touch.get("plain", json.dumps(form).encode().ljust(1024, b"\0"))
        counter, made = touch.get("counter", self.counter), touch.get("made", f"{at:%Y-%m-%dT%H:%M:%S.000Z}")
        row = reading.Handed(touch.get("record", uuid4()), counter, made, b"", b"")
        said = row.said(self.device.pk)
        sealed = touch.get("sealed") or dropbox.seal(plain, public=self.device.box, said=touch.get("beside", said))
        r, s = decode_dss_signature(self.key.sign(said + sealed, ec.ECDSA(SHA256())))
        mark = touch.get("mark", r.to_bytes(32) + s.to_bytes(32))
        return reading.Handed(row.name, counter, made, sealed, mark)

    def hand_in(self, *records, at=SYNC, behind=timedelta(0)):
        return list(taking.take(device=self.device, records=records, clock=at - behind, at=at).values())
