"""Recordings in a bucket of a real S3 server: put away, heard in ranges, taken along, and while it is away kept here."""

import io
import socket
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from hotline.database import Database
from hotline.kept.errors import Absent, StoreError
from hotline.kept.keyring import PLAIN
from hotline.settings import Settings, SettingsError, read_settings
from recordings import keeping, s3
from recordings.archive import Archive, archive
from recordings.stores import Moving
from tests.dispatch.town import later
from tests.recordings.test_archive import TONES, heard, kept, owed, put_away, taken_in, tones
from tests.support import buckets
from tests.support.buckets import SECRET, Server

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with buckets.serving(tmp_path_factory.mktemp("s3")) as here:
        yield here


@pytest.fixture
def address(serving: Server, tmp_path: Path) -> str:
    """A bucket of its own."""
    return serving.bucket(f"b-{abs(hash(tmp_path))}")


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


@pytest.mark.parametrize("ill", ["nobody listens", "no such bucket", "another secret"])
def test_while_the_bucket_is_away_the_spool_keeps_it(database: Database, settings: Settings, bucket: Settings, address: str, ill: str) -> None:
    (path,) = owed(database, settings.folder, 1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"s3+http://key:a-secret@127.0.0.1:{free.getsockname()[1]}/nowhere"
        wrong = {"nobody listens": nobody, "no such bucket": address.replace("/b-", "/c-"), "another secret": address.replace("a%2Fb", "a-secret")}
        there = archive(bucket)
        with pytest.raises(StoreError) as told:
            keeping.put_away(database, Archive(s3.Bucket(s3.address(wrong[ill])), there.ring, there.cipher), put_off={}, at=later(hours=2))
    assert not any(secret in str(told.value) for secret in (SECRET, "a-secret"))
    assert (path.exists(), kept(database)[0].key_id) == (True, "")
    keeping.put_away(database, there, put_off={}, at=later(hours=2))
    assert (path.exists(), there.intact(kept(database)[0])) == (False, True)


def test_a_server_that_is_killed_and_comes_back_has_all_that_was_put_away(serving: Server, bucket: Settings, tmp_path: Path) -> None:
    there, path = archive(bucket), tones(tmp_path / "calls" / "a.wav", repeats=4)
    row = put_away(there, taken_in(path))
    serving.kill()
    with pytest.raises(StoreError, match="can't be reached"):
        there.open(row)
    serving.start()
    assert there.intact(row)
    with there.sound(row) as content:
        assert heard(content.part(0, content.size)) == {side: hertz * 4 for side, hertz in TONES.items()}


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
