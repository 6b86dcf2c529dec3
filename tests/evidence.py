"""Stores of evidence for the tests: a folder, and a bucket that moto serves over HTTP on a port of this machine."""

import json
import logging
import os
from functools import lru_cache
from types import SimpleNamespace
from uuid import uuid4

import urllib3
from django.utils import timezone
from minio import Minio
from moto.server import ThreadedMotoServer

from consent.stores import chosen

KINDS = ("folder", "bucket")
REGION, KEY_ID, SECRET = "us-east-1", "made-up", "made-up-secret"
NOWHERE = "http://127.0.0.1:9"  # the discard port; nobody listens


@lru_cache(maxsize=1)
def served():
    """Host and port of one server for the whole run, on a port that was free; it ends with the process."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    return f"{host}:{port}"


def store(kind, settings, tmp_path):
    """The store that the settings name from now on: what lies in it, and how to meddle with it behind the house's back."""
    settings.VAR_DIR = tmp_path
    return bucket(settings) if kind == "bucket" else _folder(tmp_path / "papers")


def _folder(folder):
    def write(name, blob):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(blob)
        os.utime(path, (timezone.now().timestamp(),) * 2)  # the disk has a clock of its own

    away = folder.with_name("away")
    return SimpleNamespace(
        folder=folder,
        files=lambda: {
            str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
        },
        write=write,
        remove=lambda name: (folder / name).unlink(),
        goes_away=lambda: (folder.rename(away), folder.write_text("in the way")),
        comes_back=lambda: (folder.unlink(), away.rename(folder)),
    )


def bucket(settings, prefix="evidence"):
    """A bucket of this test's own."""
    address, name = f"http://{served()}", f"papers-{uuid4()}"
    client = Minio(endpoint=served(), access_key=KEY_ID, secret_key=SECRET, secure=False, region=REGION)
    client.make_bucket(bucket_name=name)
    settings.EVIDENCE_ENDPOINT, settings.EVIDENCE_BUCKET, settings.EVIDENCE_PREFIX = address, name, prefix
    settings.EVIDENCE_REGION, settings.EVIDENCE_KEY_ID, settings.EVIDENCE_SECRET = REGION, KEY_ID, SECRET

    def names():
        rows = client.list_objects(bucket_name=name, prefix=f"{prefix}/", recursive=True)
        return sorted(row.object_name.removeprefix(f"{prefix}/") for row in rows)

    def goes(where):
        settings.EVIDENCE_ENDPOINT = where

    def open_to_all():
        told = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{name}/*"}
        client.set_bucket_policy(bucket_name=name, policy=json.dumps({"Version": "2012-10-17", "Statement": [told]}))

    return SimpleNamespace(
        folder=None,
        names=names,
        files=lambda: {one: chosen.store().get(one) for one in names() if "/" in one},
        write=lambda one, blob: chosen.store().put(one, blob),
        remove=lambda one: client.remove_object(bucket_name=name, object_name=f"{prefix}/{one}"),
        goes_away=lambda: goes(NOWHERE),
        comes_back=lambda: goes(address),
        open_to_all=open_to_all,
        client=client,
        name=name,
        stranger=lambda one: urllib3.PoolManager().request("GET", f"{address}/{name}/{prefix}/{one}"),
    )
