"""A store in a bucket that speaks S3: AWS, MinIO, Ceph, and the object stores of the mainland's clouds.

It must be private, since even a closed file tells that it is there; keep no former versions, since what is deleted must be
gone; and belong to this house alone, since the hourly clearing deletes what no row of ours needs (J1, O1).
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import uuid4

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from consent.stores.store import NoSuchFile, StoreAway, StoreUnfit
from vault import index

CONNECT, READ = 3, 20  # seconds
# Each deed may be done twice; a connection that was closed meanwhile is no outage.
AGAIN = urllib3.Retry(total=1, status=0, redirect=0, backoff_factor=0.2, allowed_methods=None, raise_on_status=False)
GONE = ("NoSuchKey", "NoSuchObject")
HOUSE, PROBE = "house", "probe"


class Bucket:
    """Objects under one prefix of one bucket; a request is repeated once at most, then whoever asked is told."""

    def __init__(self, *, endpoint: str, bucket: str, prefix: str, region: str, key_id: str, secret: str) -> None:
        """Name the place; nothing is asked yet. `endpoint` is an https address, or http on this machine."""
        scheme, _colon, host = endpoint.partition("://")
        self.bucket, self.prefix, self.where = bucket, f"{prefix}/" if prefix else "", f"s3://{bucket}/{prefix}"
        self._address = endpoint.rstrip("/")
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(connect=CONNECT, read=READ), retries=AGAIN, maxsize=8)
        told = {"access_key": key_id, "secret_key": secret, "region": region, "secure": scheme == "https"}
        self._client = Minio(endpoint=host.rstrip("/"), http_client=self._http, **told)  # type: ignore[arg-type]

    def put(self, name: str, blob: bytes) -> None:
        """One PUT with its length and hash: the server has all of it or nothing."""
        with _answering():
            self._client.put_object(
                bucket_name=self.bucket, object_name=self.prefix + name, data=io.BytesIO(blob), length=len(blob)
            )

    def get(self, name: str) -> bytes:
        """The object's bytes."""
        with _answering():
            answer = self._client.get_object(bucket_name=self.bucket, object_name=self.prefix + name)
            try:
                return bytes(answer.read())
            finally:
                answer.close()
                answer.release_conn()

    def delete(self, name: str) -> None:
        """The object goes; S3 has no word for one that was not there."""
        with _answering():
            self._client.remove_object(bucket_name=self.bucket, object_name=self.prefix + name)

    def old(self, *, before: datetime) -> Iterator[str]:
        """Objects by the server's own clock; half an object does not exist. The marks of this house are no files."""
        with _answering():
            for found in self._client.list_objects(bucket_name=self.bucket, prefix=self.prefix, recursive=True):
                name = (found.object_name or "")[len(self.prefix) :]
                if "/" in name and found.last_modified and found.last_modified < before:
                    yield name

    def prove(self) -> None:
        """It is there, keeps no versions, is ours, can be written, and shows a stranger nothing."""
        with _answering():
            if not self._client.bucket_exists(bucket_name=self.bucket):
                raise StoreUnfit(f"the bucket of evidence {self.where} does not exist; create it, private and without versions")
            versions = self._client.get_bucket_versioning(bucket_name=self.bucket).status
        if versions in ("Enabled", "Suspended"):
            raise StoreUnfit(
                f"the bucket of evidence {self.where} keeps former versions, so that nothing deleted is gone; "
                "versions cannot be taken away again: move the objects to a bucket that never had them"
            )
        self._prove_ours()
        self._prove_private()

    def _prove_ours(self) -> None:
        """A mark that only this house's keyring makes; two houses would clear each other's files away."""
        mark = index.house_mark().hex().encode()
        try:
            found = self.get(HOUSE)
        except NoSuchFile:
            self.put(HOUSE, mark)
            return
        if found != mark:
            raise StoreUnfit(f"{self.where} holds the evidence of another house; give this one a bucket or prefix of its own")

    def _prove_private(self) -> None:
        """What was just written is asked for without a name: whoever answers with it would show everything to everybody."""
        name = f"{PROBE}-{uuid4()}"
        self.put(name, b"probe")
        try:
            answer = self._http.request("GET", f"{self._address}/{self.bucket}/{self.prefix}{name}", redirect=False)
        except urllib3.exceptions.HTTPError as broken:
            raise StoreAway(_told(broken)) from None
        finally:
            self.delete(name)
        if answer.status not in (401, 403):
            raise StoreUnfit(f"the bucket of evidence {self.where} is open to strangers; make it private")


@contextmanager
def _answering() -> Iterator[None]:
    """Whatever goes wrong on the line becomes one of two words; no address, name or key is repeated."""
    try:
        yield
    except S3Error as refused:
        if refused.code in GONE:
            raise NoSuchFile from None
        raise StoreAway(f"the bucket of evidence refused: {refused.code}") from None
    except (MinioException, urllib3.exceptions.HTTPError, OSError, ValueError) as broken:
        raise StoreAway(_told(broken)) from None


def _told(broken: Exception) -> str:
    """What went wrong, by its kind; the library's own sentence would name the object."""
    cause = getattr(broken, "reason", None) or broken
    return f"the bucket of evidence does not answer as it should ({type(cause).__name__})"
