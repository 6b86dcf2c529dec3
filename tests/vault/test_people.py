"""Keys change while people are there: who is found stays found, what opens stays open, and each deed is on record."""

import random
from base64 import b64encode
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client
from django.utils.translation import override

from audit.models import Entry
from audit.trail import System
from consent.models import PartnerHook, SmsMessage
from contacts import erase, sweep, tasks
from contacts.keys import duty, resealing, rotating, standing
from contacts.models import Contact, Phone, SweepRun
from tests import house
from tests.contacts.partner_system import SECRET
from tests.contacts.sheetwork import taker
from tests.vault import transit
from vault import horizon, index, keyring, opening, persons, rewrapping, rotation
from vault.errors import DeedRefused, VaultInconsistent
from vault.models import BlindIndex, PersonKey, Tombstone, Worker
from vault.sealed import Sealed

pytestmark = pytest.mark.django_db(databases=["default", "vault"])
BY = System("keyring")
MONTH = house.NOON + timedelta(days=30)
HOURS = [MONTH + timedelta(hours=n) for n in range(6)]
CAST = {house.WANG: "王小诺", house.ZHOU: "周明", house.QIAN: "Qian Li"}


@pytest.fixture
def home(own_ring):
    built = house.build()
    for number, name in CAST.items():
        house.arrive(built.event, number, name=name)
    return built


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


def opened():
    """Everything sealed, opened: column by column."""
    values = {}
    for model, columns in resealing.tables().items():
        for row in model._default_manager.all():
            for column in columns:
                box = getattr(row, column.attname)
                values[model.__name__, row.pk, column.attname] = box and opening.open_one(box)
    return values


def tags():
    """Every living number is found by its whole and by its last four, and by nothing else than its own tags."""
    for row in Phone.objects.select_related("contact"):
        digits = str(opening.open_one(row.number))
        assert (row.contact_id, row.pk) in index.rows_by_exact(digits)
        assert (row.contact_id, row.pk) in index.rows_by_last4([row.contact.book_id], digits[-4:])
        keys, scope = keyring.current().living("index"), row.contact.book_id
        ours = {index.exact_tag(digits, key) for key in keys} | {index.last4_tag(scope, digits[-4:], key) for key in keys}
        stored = {bytes(tag) for tag in BlindIndex.objects.filter(row=row.pk).values_list("tag", flat=True)}
        assert stored <= ours
    return set(BlindIndex.objects.values_list("owner", flat=True)) <= set(Contact.objects.values_list("pk", flat=True))


def acts(*names):
    return list(Entry.objects.filter(act__in=names).order_by("at_us", "pk").values_list("act", flat=True))


def turn(at):
    return duty.turn(by=BY, at=at)


def test_a_suite_is_changed_online_and_every_value_opens_at_every_step(home, settings):
    before = opened()
    assert {box.blob[1] for box in Phone.objects.values_list("number", flat=True)} == {1}
    settings.SUITE = "sm4-gcm"
    rotating.promote(rotating.add("kek", by=BY, at=MONTH).kid, by=BY, at=MONTH)
    assert opened() == before
    for _made in rewrapping.next_generation(at=MONTH, size=2):
        assert opened() == before
    house.arrive(home.event, "13700007777", name="新来")
    mixed = opened()
    assert before.items() <= mixed.items()
    done = [count for word, count in rotating.rewrap(by=BY, at=MONTH) if word == "resealed"]
    assert (sum(done), opened()) == (len(CAST), mixed)
    assert {box.blob[1] for box in Phone.objects.values_list("number", flat=True)} == {2}
    assert {box.blob[1] for box in SmsMessage.objects.exclude(body__isnull=True).values_list("body", flat=True)} == {2}
    assert acts("key.resealed") == ["key.resealed"] * len(CAST)
    old = keyring.current().of("kek")[0]
    assert rotation.under(old.kid) == len(CAST)  # kept an hour, for whoever still holds a row
    list(rotating.rewrap(by=BY, at=MONTH + timedelta(minutes=61)))
    assert (rotation.under(old.kid), PersonKey.objects.exclude(previous=None).count()) == (0, 0)
    rotating.destroy(old.kid, gone=(), by=BY, at=HOURS[2])
    assert (opened(), {len(w) for w in PersonKey.objects.values_list("wrapped", flat=True)}) == (mixed, {52})


def test_the_secret_of_a_partners_system_is_sealed_anew_as_everything_is(home, settings):
    """(D10)"""
    taker(home, hook="https://partner.example/", secret=SECRET)
    settings.SUITE = "sm4-gcm"
    rotating.promote(rotating.add("kek", by=BY, at=MONTH).kid, by=BY, at=MONTH)
    list(rotating.rewrap(by=BY, at=MONTH))
    box = PartnerHook.objects.get().secret
    assert (box.blob[1], opening.open_one(box)) == (2, SECRET)


def test_a_row_that_somebody_saves_late_is_sealed_anew_before_its_key_goes(home, settings):
    late = Phone.objects.first()
    settings.SUITE = "aes-256-gcm-siv"
    rotating.promote(rotating.add("kek", by=BY, at=MONTH).kid, by=BY, at=MONTH)
    list(rotating.rewrap(by=BY, at=MONTH))
    with transaction.atomic():
        rotating.trail.record("contact.changed", by=BY, at=MONTH, subject=late.contact_id)
        late.save()
    assert (Phone.objects.get(pk=late.pk).number.blob[1], opening.open_one(late.number)[:2]) == (1, "86")
    moved = [count for word, count in rotating.rewrap(by=BY, at=HOURS[2]) if word == "resealed"]
    assert (moved, Phone.objects.get(pk=late.pk).number.blob[1]) == ([1], 3)
    assert PersonKey.objects.exclude(previous=None).count() == 0


def test_a_value_that_does_not_open_keeps_its_key(home, settings):
    broken = Phone.objects.first()
    blob = bytearray(broken.number.blob)
    blob[-1] ^= 1
    with transaction.atomic():
        rotating.trail.record("contact.changed", by=BY, at=MONTH, subject=broken.contact_id)
        box = Sealed(bytes(blob), field_id="contacts.phone.number", row=broken.pk, owner=broken.contact_id)
        Phone.objects.filter(pk=broken.pk).update(number=box)
    settings.SUITE = "sm4-gcm"
    rotating.promote(rotating.add("kek", by=BY, at=MONTH).kid, by=BY, at=MONTH)
    for at in (MONTH, HOURS[2]):
        list(rotating.rewrap(by=BY, at=at))
    assert list(PersonKey.objects.exclude(previous=None).values_list("owner", flat=True)) == [broken.contact_id]
    assert bytes(Phone.objects.get(pk=broken.pk).number.blob) == bytes(blob)
    with pytest.raises(DeedRefused, match="1 people are still under"):
        rotating.destroy(keyring.current().of("kek")[0].kid, gone=(), by=BY, at=HOURS[2])


def test_tags_are_made_anew_from_what_is_sealed(home):
    count = BlindIndex.objects.count()
    rotating.promote(rotating.add("index", by=BY, at=MONTH).kid, by=BY, at=MONTH)
    steps = list(rotating.rewrap(by=BY, at=MONTH))
    assert (steps, BlindIndex.objects.count(), rotating.waiting()) == ([("reindexed", 3)], 2 * count, 0)
    rotating.destroy(keyring.current().of("index")[0].kid, gone=(), by=BY, at=MONTH)
    assert (BlindIndex.objects.count(), tags()) == (count, True)
    book = home.event.book_id
    assert {len(index.owners_by_name([book], [token])) for token in ("王小诺", "王", "小诺", "qian", "明")} == {0, 1}
    assert index.owners_by_name([book], ["王", "小诺"]) != set()


def test_p14_in_a_book_that_went_to_a_colleague_only_he_finds_by_four_digits(home):
    from contacts import search
    from team import books
    from team.models import Book, User

    def finds(user):
        return len(search.find("1234", by=User.objects.get(pk=user.pk), at=house.NOON).people)

    assert (finds(home.li), finds(home.he)) == (1, 0)
    book = Book.objects.get(pk=home.event.book_id)
    books.hand_over(book=book, to=home.he, reason="team", fresh=True, by=home.zhao, at=house.NOON)
    assert (finds(home.li), finds(home.he)) == (0, 1)


@pytest.mark.parametrize("seed", range(3))
def test_p10_whatever_is_done_in_whatever_order_tags_follow_the_numbers(home, settings, seed):
    rng, at, count = random.Random(seed), MONTH, 0

    def come():
        nonlocal count
        count += 1
        house.arrive(home.event, f"1371000{count:04}", name=f"来 {count}", at=at)

    def leave():
        if here := list(Contact.objects.values_list("pk", flat=True)):
            erase.one(rng.choice(here), by=home.chen, at=at)

    def new(purpose):
        rotating.promote(rotating.add(purpose, by=BY, at=at).kid, by=BY, at=at)

    def suite():
        settings.SUITE = rng.choice(["aes-256-gcm", "sm4-gcm", "aes-256-gcm-siv"])
        new("kek")

    deeds = [come, come, leave, lambda: rotating.add("index", by=BY, at=at), lambda: new("index"), lambda: new("kek"), suite]
    deeds += [lambda: list(rotating.rewrap(by=BY, at=at)), lambda: turn(at)]
    for _step in range(14):
        at += timedelta(hours=rng.choice([0, 2]))
        try:
            rng.choice(deeds)()
        except DeedRefused:
            continue
        assert tags()
    assert len(opened()) > 0


def test_the_hour_takes_every_step_by_itself(home, settings):
    settings.KEYRING_COPIES = []
    old = {purpose: keyring.current().active(purpose).kid for purpose in duty.ROTATED}
    for key in keyring.current():  # made long ago, in version 1
        assert key.since < house.NOON
    before = opened()
    assert duty.due(at=MONTH) == ["kek", "index"]
    for at in HOURS[:4]:
        assert turn(at) == []
        assert (opened(), tags()) == (before, True)
    assert {bytes(kid) for kid in Tombstone.objects.values_list("kid", flat=True)} == set(old.values())
    assert (duty.due(at=HOURS[4]), turn(HOURS[4]), sorted(k.state for k in keyring.current().living())) == (
        [],
        [],
        ["active"] * 3,
    )
    told = ["key.added"] * 2 + ["key.promoted"] * 2 + ["key.rewrapped", "key.reindexed"] + ["key.destroyed"] * 2
    assert sorted(acts(*{*told, "key.retired"})) == sorted(told)
    subject = Entry.objects.filter(act="key.destroyed").values_list("subject", flat=True)
    assert {str(s).replace("-", "")[-8:] for s in subject} == {kid.hex() for kid in old.values()}


def test_the_hour_waits_for_workers_and_for_people_with_copies(home, settings):
    settings.KEYRING_COPIES = ["safe"]
    Worker.objects.create(name="a:1", holds={}, seen_at=HOURS[0])
    turn(HOURS[0])
    assert [sentence.split(":")[0][-4:] for sentence in turn(HOURS[0])] == [" yet"] * 2
    for at in HOURS[1:5]:
        turn(at)
    assert sorted(k.state for k in keyring.current()) == ["active"] * 3 + ["retired"] * 2
    assert Tombstone.objects.count() == 0


def test_the_bells_ring_and_what_is_wrong_is_said_aloud(home, settings, caplog):
    settings.KEYRING_COPIES = []
    tasks.turn_keys()
    assert sorted(key.state for key in keyring.current()) == ["active"] * 3 + ["pre-active"] * 2
    persons.destroy_keys([Contact.objects.first().pk])
    tasks.examine_keys()
    assert [record.levelname for record in caplog.records if "Data was lost" in record.getMessage()] == ["ERROR"]
    rung = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {"contacts.turn_keys", "contacts.examine_keys"} <= rung


def test_the_next_change_moves_the_keyring_under_its_root(home, own_ring, settings, monkeypatch):
    monkeypatch.setenv("YUNNUO_TRANSIT_TOKEN", transit.TOKEN)
    settings.ROOT, before = "vault-transit", opened()
    materials = [b64encode(key.material).decode() for key in keyring.current()]
    assert [material in own_ring.read_text() for material in materials] == [True] * 3
    with transit.server(settings) as server:
        rotating.add("kek", by=BY, at=MONTH)
        assert [material in own_ring.read_text() for material in materials] == [False] * 3
        assert opened() == before
    count = len(server.asked)
    assert (opened(), len(server.asked)) == (before, count)  # what runs asks the root no more


def test_who_left_is_irrecoverable_once_the_last_backup_and_the_last_key_are_gone(home, settings):
    person = Contact.objects.first()
    erase.one(person.pk, by=home.chen, at=house.NOON)
    assert horizon.of(house.NOON) is None
    settings.KEYRING_COPIES = []
    for at in HOURS[:4]:
        turn(at)
    kek = Tombstone.objects.get(purpose="kek")
    assert (horizon.of(house.NOON), kek.destroyed_at > house.NOON + timedelta(days=7)) == (kek.destroyed_at, True)
    assert horizon.of(HOURS[3]) is None
    week = timedelta(days=7)
    rule = horizon.shred_horizon
    assert rule(left_at=MONTH, backups=week, destroyed=[]) == MONTH + week
    assert rule(left_at=MONTH, backups=week, destroyed=[HOURS[1]]) == MONTH + week
    assert rule(left_at=MONTH, backups=week, destroyed=[MONTH + 2 * week, HOURS[1]]) == MONTH + 2 * week
    assert rule(left_at=MONTH, backups=week, destroyed=[HOURS[1], None]) is None


def enter(user):
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_the_sweep_page_says_sealed_and_when_irrecoverable(home, settings):
    Contact.objects.first()
    sweep.run(by=System("sweep"), at=house.NOON + timedelta(days=181))
    run = SweepRun.objects.get()
    page = enter(home.chen).get(f"/retention/sweeps/{run.pk}/").content.decode()
    assert ("Sealed at 2026-08-30 12:00" in page, "once the key above theirs is destroyed" in page) == (True, True)


def test_the_page_shows_every_key_and_no_byte_of_any(home):
    Worker.objects.create(name="web:7", holds={}, seen_at=house.NOON)
    rotating.add("kek", by=BY, at=house.NOON)
    answer = enter(home.zhao).get("/keys/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert [key.kid.hex() in page for key in keyring.current()] == [True] * 4
    assert [key.material.hex()[:16] in page for key in keyring.current()] == [False] * 4
    assert ("web:7" in page, "not every key" in page) == (True, True)
    assert [enter(getattr(home, name)).get("/keys/").status_code for name in ("li", "wu", "chen", "sun")] == [403] * 4


def say(*words):
    out, err = StringIO(), StringIO()
    call_command("keyring", *words, stdout=out, stderr=err)
    return out.getvalue() + err.getvalue()


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    return monkeypatch


def test_the_command_leads_a_key_through_its_life(home, terminal):
    old = keyring.current().active("kek").kid.hex()
    assert say("show").count("\n") == 6
    said = say("add")
    new = next(key for key in keyring.current() if key.state == "pre-active").kid.hex()
    assert said == f"Key {new} is on the ring and waits. Next: manage.py keyring promote {new}\n"
    assert say("promote", new) == f"Key {new} is in use. Next: manage.py keyring rewrap\n"
    with pytest.raises(CommandError, match=f"3 people are still under key {old}. First: keyring rewrap."):
        say("destroy", old)
    assert f"manage.py keyring promote {new}" not in say("show")
    assert say("rewrap") == ("3 keys moved, 0 people indexed anew, 0 people sealed anew.\n" + f"[{'#' * 30}] 3/3\n" * 1)
    assert say("rewrap") == "0 keys moved, 0 people indexed anew, 0 people sealed anew.\n"
    assert say("destroy", old) == f"Key {old} is destroyed. What was only under it is gone for ever.\n"
    assert [word in say("show") for word in (old, "destroyed", "Every copy is useless since")] == [True] * 3
    for words in (["promote", "xyz"], ["retire", "00"], ["destroy", ""]):
        with pytest.raises(CommandError, match="eight characters"):
            say(*words)


def test_the_command_speaks_chinese_in_a_chinese_terminal(home, terminal):
    terminal.setenv("LC_ALL", "zh_CN.UTF-8")
    kid = keyring.current().active("kek").kid.hex()
    with pytest.raises(CommandError, match=f"密钥 {kid} 尚未退役"):
        say("destroy", kid)


def test_the_doctor_finds_what_is_wrong_and_says_what_to_do(home, terminal, settings):
    with pytest.raises(CommandError, match="2 things need attention."):  # keys of January, in March
        say("doctor")
    settings.EPOCH_DAYS = 365
    assert say("doctor") == "All is well. The next key is due on 2027-01-01.\n"
    Worker.objects.create(name="web:7", holds={}, seen_at=house.NOON)
    settings.ROOT, settings.SUITE = "env", "sm4-gcm"
    with pytest.raises(CommandError, match="3 things need attention."):
        say("doctor")
    found = " ".join(standing.problems(at=house.NOON))
    words = ("written under root file, the setting says env", "are of aes-256-gcm, the setting says sm4-gcm", "Worker web:7")
    assert [word in found for word in words] == [True] * 3


def test_a_key_that_is_lost_is_no_erasure(home, terminal):
    standing.prove_whole()
    lost, left = Contact.objects.all()[:2]
    erase.one(left.pk, by=home.chen, at=house.NOON)
    standing.prove_whole()
    persons.destroy_keys([lost.pk])
    with pytest.raises(VaultInconsistent, match="1 people have no key, and no departure on record."):
        standing.prove_whole()
    assert any("Data was lost" in sentence for sentence in standing.problems(at=house.NOON))


def test_people_under_a_key_nobody_has_are_found(home):
    PersonKey.objects.filter(pk=PersonKey.objects.first().pk).update(kid=b"none")
    assert any("People are under key 6e6f6e65" in sentence for sentence in standing.problems(at=house.NOON))


def test_a_refused_deed_leaves_no_entry(home):
    kid = keyring.current().active("kek").kid
    with pytest.raises(DeedRefused):
        rotating.destroy(kid, gone=(), by=BY, at=house.NOON)
    assert acts("key.destroyed") == []
    rotating.retire(rotating.add("kek", by=BY, at=house.NOON).kid, by=BY, at=house.NOON)
    assert acts("key.added", "key.retired") == ["key.added", "key.retired"]
