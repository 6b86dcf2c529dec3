"""The queue in files: whoever reads while others write gets whole messages, each once, and no table is ever half there."""

import json
import os
import threading
from multiprocessing import get_context
from queue import Empty

import pytest
from django.conf import settings
from kombu import Connection
from kombu.exceptions import ChannelError

from crm import queue_files
from crm.celery import app

MANY = 60


@pytest.fixture
def channel(tmp_path):
    (tmp_path / "queue").mkdir()
    folder, control = str(tmp_path / "queue"), str(tmp_path / "control")
    told = {"data_folder_in": folder, "data_folder_out": folder, "control_folder": control}
    with Connection("filesystem://localhost", transport_options=told) as connection:
        yield connection.channel()


def files(channel):
    return sorted(os.listdir(channel.data_folder_in))


def test_the_house_uses_it_wherever_there_is_no_redis():
    url = settings.CELERY_BROKER_URL
    assert url.startswith(("filesystem://", "redis"))
    with app.connection_for_write(url="filesystem://localhost") as connection:
        assert type(connection.transport) is queue_files.Transport


def test_while_a_message_is_being_written_nobody_sees_it(channel, monkeypatch):
    seen, replace = [], queue_files.Path.replace

    def late(part, file):
        seen.append(part.read_bytes() != b"")
        with pytest.raises(Empty):
            channel._get("celery")
        return replace(part, file)

    monkeypatch.setattr(queue_files.Path, "replace", late)
    channel._put("celery", {"id": 1})
    assert (seen, channel._size("celery"), channel._get("celery"), files(channel)) == ([True], 1, {"id": 1}, [])


def test_a_disk_that_is_full_leaves_no_half_message_and_whoever_wrote_hears_so(channel, monkeypatch):
    def full(part, _content):
        part.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(queue_files.Path, "write_bytes", full)
    with pytest.raises(ChannelError, match="OSError"):
        channel._put("celery", {"id": 1})
    assert files(channel) == []


def test_four_write_and_two_read_at_once_and_each_message_comes_once_and_whole(channel):
    got, over = [], threading.Event()

    def write(who):
        for number in range(MANY):
            channel._put("celery", {"id": f"{who}-{number}", "words": "x" * 20_000})

    def read():
        while not over.is_set() or channel._size("celery"):
            try:
                got.append(channel._get("celery")["id"])
            except Empty:
                continue

    readers, writers = [threading.Thread(target=read) for _ in range(2)], []
    writers = [threading.Thread(target=write, args=(who,)) for who in "abcd"]
    for one in readers + writers:
        one.start()
    for one in writers:
        one.join()
    over.set()
    for one in readers:
        one.join()
    assert sorted(got) == sorted(f"{who}-{number}" for who in "abcd" for number in range(MANY))
    assert files(channel) == []


def test_what_is_no_message_is_met_once_and_the_next_one_is_read(channel, caplog):
    for name, content in (("0_a.celery.msg", b""), ("0_b.celery.msg", b'{"id": '), ("0_c.other.msg", b"")):
        (queue_files.Path(channel.data_folder_in) / name).write_bytes(content)
    channel._put("celery", {"id": 1})
    assert channel._get("celery") == {"id": 1}
    assert (files(channel), caplog.messages) == (["0_c.other.msg"], ["a file in the queue was no message"] * 2)


def bind(channel, who):
    for number in range(10):
        channel._queue_bind("celery", f"{who}-{number}", None, "celery")


def test_eight_processes_that_begin_at_once_lose_no_row_of_the_table(channel):
    many = [get_context("fork").Process(target=bind, args=(channel, who)) for who in range(8)]
    for one in many:
        one.start()
    while any(one.is_alive() for one in many):
        channel.get_table("celery")  # never half there
    for one in many:
        one.join()
    assert sorted(row.routing_key for row in channel.get_table("celery")) == sorted(
        f"{who}-{number}" for who in range(8) for number in range(10)
    )
    assert {json.dumps(row) for row in channel.get_table("nowhere")} == set()
    channel._delete("celery", "celery", "0-0", None)
    assert len(channel.get_table("celery")) == 79
    (channel.control_folder / "celery.exchange").write_bytes(b"")  # as an older version may have left it
    bind(channel, 9)
    assert len(channel.get_table("celery")) == 10
