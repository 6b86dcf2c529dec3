"""Ready or not: each thing a day's work needs is broken once, and its word appears."""

from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from audit import ids
from audit.models import Entry, Watch
from audit.trail import System
from contacts import alarm, sweep
from contacts.models import Contact, SweepRun
from crm import readiness
from tests import evidence, house
from vault import canary, keyring
from vault.models import Canary

pytestmark = pytest.mark.django_db(databases=["default", "vault"], transaction=True)


@pytest.fixture
def ready():
    """A house in which everything is there: people, keys, and a sweep of this night."""
    built = house.build(at=timezone.now() - timedelta(hours=2))
    canary.prove(at=timezone.now())
    sweep.run(by=System("sweep"), at=timezone.now())
    return built


def words(client) -> tuple[int, list[str]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()["missing"]


def test_all_is_well_and_asking_leaves_nothing(client, ready):
    before = Entry.objects.count(), Canary.objects.count()
    assert words(client) == (200, [])
    assert (Entry.objects.count(), Canary.objects.count()) == before


@pytest.mark.parametrize(
    ("alias", "table", "expected"),
    [
        ("default", "team_throttle", ["database"]),
        ("vault", "vault_canary", ["vault", "keyring"]),
        ("default", "audit_entry", ["trail"]),
        ("default", "contacts_sweeprun", ["sweep"]),
    ],
)
def test_a_table_that_cannot_be_written_has_its_word(client, ready, alias, table, expected):
    def run(*names):
        with connections[alias].cursor() as cursor:
            cursor.execute('ALTER TABLE "{}" RENAME TO "{}"'.format(*names))

    run(table, table + "_away")
    try:
        assert words(client) == (503, expected)
    finally:
        run(table + "_away", table)
    assert words(client) == (200, [])


def test_a_keyring_of_another_house_is_not_ready(client, ready, settings, tmp_path):
    settings.KEYRING_FILE = tmp_path / "other.json"
    settings.KEYRING_FILE.write_text(keyring.generate(timezone.now()))
    settings.KEYRING_FILE.chmod(0o600)
    keyring.current.cache_clear()
    try:
        assert words(client) == (503, ["keyring"])
    finally:
        keyring.current.cache_clear()


def test_no_sweep_for_more_than_a_night_is_not_ready(client, ready):
    SweepRun.objects.update(finished_at=timezone.now() - readiness.SILENCE - timedelta(minutes=1))
    assert words(client) == (503, ["sweep"])


def test_somebody_overdue_for_more_than_a_day_is_not_ready(client, ready):
    house.arrive(ready.event, house.WANG, at=timezone.now() - timedelta(minutes=5))
    assert words(client) == (200, [])
    late = timezone.now() + timedelta(days=4000)
    assert Contact.objects.filter(delete_on__lte=late - alarm.OVERDUE).count() == 1
    assert "overdue" in readiness.missing(at=late)


def test_a_queue_nobody_can_reach_is_not_ready(client, ready, settings, tmp_path):
    settings.CELERY_BROKER_URL = "filesystem://localhost"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": str(tmp_path / "gone")}
    assert words(client) == (503, ["queue"])


@pytest.mark.parametrize("kind", evidence.KINDS)
def test_a_store_of_evidence_that_is_away_or_open_to_all_has_its_word(client, ready, settings, tmp_path, kind):
    kept = evidence.store(kind, settings, tmp_path)
    assert words(client) == (200, [])
    kept.write("aa/one.page", b"closed")
    kept.goes_away()
    assert words(client) == (503, ["evidence"])
    kept.comes_back()
    assert words(client) == (200, [])
    if kind == "bucket":
        kept.open_to_all()
        assert words(client) == (503, ["evidence"])


def test_the_process_answers_whatever_is_missing(client):
    assert (client.get("/healthz").status_code, client.get("/healthz").json()) == (200, {"ok": True})
    assert client.get("/readyz").status_code == 503


def test_an_alarm_of_the_trail_has_its_word_and_stands_on_three_home_pages(client, ready):
    assert "审计记录告警" in home_of(client, ready.sun)
    assert "审计记录告警" not in home_of(client, ready.chen)
    Watch.objects.create(name="check", at_us=ids.microseconds(timezone.now()), word="root", place=7)
    assert words(client) == (503, ["seal"])
    for user in (ready.sun, ready.zhao, ready.chen):
        assert "请运行：manage.py audit verify" in home_of(client, user)
    assert "审计记录告警" not in home_of(client, ready.li)


def home_of(client, user) -> str:
    client.force_login(user)
    return client.get("/").content.decode()
