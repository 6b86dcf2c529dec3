"""Two stores, one promise: whole or nothing, nobody else's, and gone when it is said to be gone (O1, J1)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.utils import timezone
from minio.versioningconfig import ENABLED, SUSPENDED, VersioningConfig

from consent.stores import chosen
from consent.stores.store import NoSuchFile, StoreAway, StoreUnfit
from tests import evidence
from vault import keyring

pytestmark = pytest.mark.django_db(databases=["default", "vault"])


@pytest.fixture(autouse=True)
def ring():
    keyring.ensure_development()


@pytest.fixture(params=evidence.KINDS)
def kept(request, settings, tmp_path):
    return evidence.store(request.param, settings, tmp_path)


@pytest.fixture
def bucket(settings, tmp_path):
    return evidence.store("bucket", settings, tmp_path)


def test_what_is_put_is_given_again_until_it_is_deleted(kept):
    store = chosen.store()
    store.put("aa/one.page", b"closed")
    store.put("aa/two.page", b"")
    store.put("aa/one.page", b"closed anew")
    assert (store.get("aa/one.page"), store.get("aa/two.page")) == (b"closed anew", b"")
    store.delete("aa/one.page")
    store.delete("aa/one.page")  # no word about what is not there
    with pytest.raises(NoSuchFile):
        store.get("aa/one.page")
    assert list(kept.files()) == ["aa/two.page"]


def test_only_what_is_old_is_called_old(kept):
    kept.write("aa/one.page", b"x")
    store = chosen.store()
    store.prove()  # leaves a mark in a bucket, which is no file
    assert list(store.old(before=timezone.now() - timedelta(minutes=5))) == []
    assert list(store.old(before=timezone.now() + timedelta(minutes=5))) == ["aa/one.page"]


def test_to_prove_a_store_leaves_no_file_and_may_be_repeated(kept):
    for _n in range(2):
        chosen.store().prove()
    assert kept.files() == {}


def test_processes_that_start_at_once_each_prove_the_folder(settings, tmp_path):
    """They shared one name once, and a fresh office began with an error of one of them."""
    evidence.store("folder", settings, tmp_path)

    def prove(_turn):
        for _n in range(60):
            chosen.store().prove()

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(prove, range(8))) == [None] * 8


def test_a_store_that_does_not_answer_says_so_for_each_deed(kept):
    chosen.store().put("aa/one.page", b"x")
    kept.goes_away()
    store = chosen.store()
    deeds = (
        lambda: store.put("aa/two.page", b"x"), lambda: store.get("aa/one.page"), lambda: store.delete("aa/one.page"), store.prove,
    )  # fmt: skip
    for deed in deeds:
        with pytest.raises(StoreAway) as away:
            deed()
        assert ("aa" in str(away.value), evidence.SECRET in str(away.value)) == (False, False)


def test_a_bucket_that_strangers_can_read_is_refused(bucket):
    bucket.write("aa/one.page", b"closed")
    assert bucket.stranger("aa/one.page").status == 403
    chosen.store().prove()
    bucket.open_to_all()
    assert bucket.stranger("aa/one.page").status == 200, "there is something to refuse"
    with pytest.raises(StoreUnfit, match="open to strangers"):
        chosen.store().prove()
    assert [name for name in bucket.names() if name.startswith("probe")] == []


@pytest.mark.parametrize("status", [ENABLED, SUSPENDED])
def test_a_bucket_that_keeps_what_was_deleted_is_refused(bucket, status):
    bucket.client.set_bucket_versioning(bucket_name=bucket.name, config=VersioningConfig(ENABLED))
    bucket.write("aa/one.page", b"closed")
    chosen.store().delete("aa/one.page")
    kept = bucket.client.list_objects(bucket_name=bucket.name, recursive=True, include_version=True)
    assert sorted(row.is_delete_marker for row in kept) == [False, True], "it is still there, behind a mark"
    bucket.client.set_bucket_versioning(bucket_name=bucket.name, config=VersioningConfig(status))
    with pytest.raises(StoreUnfit, match="keeps former versions"):
        chosen.store().prove()


def test_a_bucket_of_another_house_is_refused_since_each_would_clear_the_other_away(bucket, settings, tmp_path):
    chosen.store().prove()
    settings.KEYRING_FILE = tmp_path / "other.json"
    settings.KEYRING_FILE.write_text(keyring.generate(timezone.now()))
    settings.KEYRING_FILE.chmod(0o600)
    keyring.current.cache_clear()
    try:
        with pytest.raises(StoreUnfit, match="another house"):
            chosen.store().prove()
        settings.EVIDENCE_PREFIX = "ours"
        chosen.store().prove()
    finally:
        keyring.current.cache_clear()


def test_a_bucket_that_is_not_there_is_refused(bucket, settings):
    settings.EVIDENCE_BUCKET = "nobody-made-this"
    with pytest.raises(StoreUnfit, match="does not exist"):
        chosen.store().prove()


def test_no_process_starts_on_an_unfit_store_and_one_that_is_away_is_told(bucket, caplog):
    chosen.refuse_unfit()
    bucket.goes_away()
    chosen.refuse_unfit()
    assert [record.getMessage() for record in caplog.records] == [
        "evidence: the bucket of evidence does not answer as it should (NewConnectionError)"
    ]
    bucket.comes_back()
    bucket.open_to_all()
    with pytest.raises(SystemExit, match="open to strangers; make it private"):
        chosen.refuse_unfit()
