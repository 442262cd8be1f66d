"""Recordings in a bucket, over the S3 protocol to a server on a socket of its own."""

import io
import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import boto3
import pytest
from moto.server import ThreadedMotoServer

from hotline.database import Database
from hotline.settings import Settings, SettingsError, read_settings
from recordings import keeping, s3
from recordings.archive import Archive, archive
from recordings.errors import Absent, StoreError
from recordings.keyring import PLAIN
from recordings.stores import Moving
from tests.dispatch.town import later
from tests.recordings.test_archive import kept, owed, put_away, taken_in, tones

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    running.start()
    yield f"127.0.0.1:{port}"
    running.stop()


@pytest.fixture
def address(server: str, tmp_path: Path) -> str:
    """A bucket of its own; the secret has signs that an address must write otherwise."""
    bucket = f"b-{abs(hash(tmp_path))}"
    there = boto3.client("s3", endpoint_url=f"http://{server}", aws_access_key_id="key", aws_secret_access_key="a/b+c", region_name="us-east-1")
    there.create_bucket(Bucket=bucket)
    return f"s3+http://key:a%2Fb%2Bc@{server}/{bucket}/96128/calls"


@pytest.fixture
def bucket(settings: Settings, address: str) -> Settings:
    return read_settings({"HOTLINE_FOLDER": str(settings.folder), "HOTLINE_SECRET_KEY": "s" * 40, "HOTLINE_RECORDINGS_S3": address})


def test_a_recording_comes_back_from_the_bucket_in_ranges(bucket: Settings, tmp_path: Path) -> None:
    there, path = archive(bucket), tones(tmp_path / "calls" / "a.wav", repeats=40)
    row = put_away(there, taken_in(path))
    written = path.read_bytes()
    with there.sound(row) as content:
        assert content.size == len(written)
        for start in (0, 44, 70_000, 1_500_000, len(written) - 10):
            assert content.part(start, 999) == written[start : start + 999]
    assert there.intact(row)
    assert [name for name, _ in there.store.names()] == [row.stored]
    assert not list((bucket.folder / "recordings").rglob("*"))
    there.forget(row.stored)
    there.forget(row.stored)
    with pytest.raises(Absent):
        there.open(row)


def test_a_range_fetches_what_it_needs_and_not_the_whole(bucket: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = archive(bucket)
    row = put_away(there, taken_in(tones(tmp_path / "calls" / "a.wav", repeats=100)))
    fetched: list[int] = []
    whole = s3.Bucket.fetch
    monkeypatch.setattr(s3, "AT_ONCE", 100_000)
    monkeypatch.setattr(s3.Bucket, "fetch", lambda self, name, start, length: fetched.append(length) or whole(self, name, start, length))
    with there.sound(row) as content:
        content.part(2_000_000, 50_000)
    assert sum(fetched) < (row.stored_size or 0) / 2


def test_names_come_in_the_order_of_their_bytes_with_all_pages(bucket: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "PAGE", 7)
    store = archive(bucket).store
    names = sorted(f"2026/11/{n % 28 + 1:02}/{n}-x.k{n}" for n in range(60))
    for name in reversed(names):
        store.put(name, io.BytesIO(b"."))
    assert [name for name, _ in store.names()] == names


def test_what_lies_in_the_folder_is_heard_and_taken_along(database: Database, settings: Settings, bucket: Settings) -> None:
    owed(database, settings.folder, 3)
    keeping.put_away(database, archive(settings), put_off={}, at=later(hours=2))
    there = archive(bucket)
    rows = kept(database)
    assert all(there.intact(row) for row in rows)
    keeping.move(there)
    assert isinstance(there.store, Moving)
    assert list(there.store.old.names()) == []
    assert sorted(name for name, _ in there.store.new.names()) == sorted(row.stored for row in rows)
    assert all(there.intact(row) for row in rows)
    there.ring.add(there.cipher, on=TODAY)
    keeping.reseal(database, there, put_off={}, at=later(hours=3))
    assert sorted(name for name, _ in there.store.names()) == sorted(row.stored for row in kept(database))
    assert PLAIN not in {row.key_id for row in kept(database)}


@pytest.mark.parametrize("ill", ["nobody listens", "no such bucket"])
def test_while_the_bucket_is_away_the_spool_keeps_it(database: Database, settings: Settings, bucket: Settings, server: str, ill: str) -> None:
    (path,) = owed(database, settings.folder, 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}" if ill == "nobody listens" else server
        away = s3.Bucket(s3.address(f"s3+http://key:secret@{host}/nowhere"))
        there = archive(bucket)
        with pytest.raises(StoreError) as told:
            keeping.put_away(database, Archive(away, there.ring, there.cipher), put_off={}, at=later(hours=2))
    assert "secret" not in str(told.value)
    assert (path.exists(), kept(database)[0].key_id) == (True, "")
    keeping.put_away(database, there, put_off={}, at=later(hours=2))
    assert (path.exists(), there.intact(kept(database)[0])) == (False, True)


@pytest.mark.parametrize("wrong", ["bucket", "s3://host/bucket", "s3://key@host/bucket", "s3://k:s@host", "ftp://k:s@h/b"])
def test_an_address_that_is_none_is_told_at_the_start_without_its_secret(wrong: str) -> None:
    with pytest.raises(SettingsError, match="HOTLINE_RECORDINGS_S3") as told:
        read_settings({"HOTLINE_SECRET_KEY": "s" * 40, "HOTLINE_RECORDINGS_S3": wrong})
    assert "k:s@" not in str(told.value)
    with pytest.raises(ValueError, match="as s3"):
        s3.address(wrong)


def test_an_address_says_where_and_with_which_key() -> None:
    at = s3.address("s3://AK:a%2Fb@obs.cn-southwest-2.myhuaweicloud.com/hotline/calls?region=cn-southwest-2&style=virtual")
    assert (at.endpoint, at.bucket, at.prefix) == ("https://obs.cn-southwest-2.myhuaweicloud.com", "hotline", "calls/")
    assert (at.key, at.secret, at.region, at.style) == ("AK", "a/b", "cn-southwest-2", "virtual")
    assert "a/b" not in repr(at)
