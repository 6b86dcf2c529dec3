"""The last files of a defence file: the digest of every other one, under the house's signature (O1).

So one byte that is changed anywhere is found, also where no chain and no trail reaches: in a picture, a message, a summary.
"""

import hashlib
import json
import zipfile
from base64 import b64encode
from datetime import datetime
from uuid import UUID

from vault.signing import Signer

FORMAT = "yunnuo-defence-2"
LIST, SIGNATURE = "manifest.json", "manifest.sig"


def put(archive: zipfile.ZipFile, subject: UUID, *, at: datetime, signer: Signer) -> None:
    """List what is in the archive so far, and sign the list. `at` is aware, UTC. Serves O1."""
    files = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in sorted(archive.namelist())}
    told = {"format": FORMAT, "subject": str(subject), "made": at.isoformat(timespec="microseconds"), "files": files}
    listed = json.dumps(told, indent=1).encode() + b"\n"
    proof = {"type": "Ed25519", "key": signer.verifier.line(), "value": b64encode(signer.sign(listed)).decode()}
    archive.writestr(LIST, listed)
    archive.writestr(SIGNATURE, json.dumps(proof, indent=1).encode() + b"\n")
