"""Files that people handed in, on the disk: sealed, sealed anew by another key, and never lost over it."""

import errno
import os
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from dispatch.sweeps import rounds
from dispatch.sweeps.rounds import Rounds
from hotline.cabinet import Cabinet
from hotline.files import is_what_it_says
from hotline.kept import sealing
from hotline.kept.ciphers import Cipher
from hotline.kept.errors import Absent, KeyMissing, StoreError, Tampered
from hotline.kept.folder import Folder
from hotline.kept.keyring import PLAIN, KeyRing
from tests.dispatch.town import later

TODAY = date(2026, 11, 23)
SECRET = "身份证号 530402199001011234".encode()
CONTENT = b"%PDF-1.7\n" + SECRET + bytes(2 * sealing.PIECE) + SECRET


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Cabinet]:
    return lambda cipher=Cipher.AES: Cabinet(Folder(tmp_path / "attachments"), KeyRing(tmp_path / "secrets" / "keys"), cipher)


def lying(cabinet: Cabinet, name: str) -> Path:
    return cabinet.folder.root / name


def plain(cabinet: Cabinet, content: bytes) -> str:
    """As it was kept before there was sealing."""
    name = Cabinet(cabinet.folder, cabinet.ring, Cipher.NONE).put(content, on=TODAY)
    assert lying(cabinet, name).read_bytes() == content
    return name


@pytest.mark.parametrize("cipher", [Cipher.AES, Cipher.SM4])
def test_the_disk_holds_nothing_of_what_was_handed_in_and_it_comes_back_to_the_byte(make: Callable[..., Cabinet], cipher: Cipher) -> None:
    cabinet = make(cipher)
    name = cabinet.put(CONTENT, on=TODAY)
    kept = lying(cabinet, name).read_bytes()
    assert (stat.S_IMODE(lying(cabinet, name).stat().st_mode), SECRET in kept, bytes(16) in kept) == (0o600, False, False)
    with closing(make(cipher).open(name)) as content:  # another process
        assert (content.size, content.part(0, content.size)) == (len(CONTENT), CONTENT)
        assert content.part(9, len(SECRET)) == SECRET
    assert (cabinet.all()[name].size, cabinet.by_key()) == (len(CONTENT), {cabinet.in_force: 1})
    assert cabinet.put(CONTENT, on=TODAY) == name
    assert lying(cabinet, name).read_bytes() == kept, "what is there is kept once"


def test_what_lies_unsealed_is_read_and_sealed_by_the_next_rounds_and_the_old_key_can_go(
    make: Callable[..., Cabinet], monkeypatch: pytest.MonkeyPatch
) -> None:
    cabinet, work = make(), Rounds()
    names = {plain(cabinet, CONTENT + bytes([n])) for n in range(3)}
    assert all(cabinet.whole(name) is not None for name in names)
    with monkeypatch.context() as patched:
        patched.setattr(rounds, "A_WHILE", -1.0)  # one, and time is up
        work.go_on(cabinet, at=later())
    first = cabinet.in_force
    assert cabinet.by_key() == {PLAIN: 2, first: 1}
    work.go_on(cabinet, at=later())
    assert cabinet.by_key() == {first: 3}
    open_still = cabinet.open(min(names))
    second = cabinet.ring.add(Cipher.AES, on=TODAY).id
    work.go_on(cabinet, at=later())
    assert cabinet.by_key() == {second: 3}
    cabinet.ring.drop(first)
    assert {name for name in names if (make().whole(name) or b"")[:-1] == CONTENT} == names
    assert open_still.part(0, 9) == CONTENT[:9], "who was reading goes on"
    open_still.close()
    put_back = plain(cabinet, b"%PDF-")
    work.go_on(cabinet, at=later(minutes=9))
    assert cabinet.all()[put_back].key_id == PLAIN, "not looked for at every beat"
    work.go_on(cabinet, at=later(minutes=11))
    assert cabinet.by_key() == {second: 4}
    Rounds().go_on(make(Cipher.NONE), at=later())
    assert cabinet.by_key() == {PLAIN: 4}


def test_a_disk_that_is_full_meanwhile_leaves_what_was_there_and_no_half_of_another(make: Callable[..., Cabinet], monkeypatch: pytest.MonkeyPatch) -> None:
    cabinet = make()
    name = plain(cabinet, CONTENT)
    cabinet.ring.add(Cipher.AES, on=TODAY)

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="No space left"):
            Rounds().go_on(cabinet, at=later())
        with pytest.raises(StoreError):
            cabinet.put(b"%PDF-2", on=TODAY)
    assert [path.name for path in cabinet.folder.root.iterdir()] == [name]
    assert cabinet.whole(name) == CONTENT


def test_without_its_key_a_file_says_which_is_missing_and_with_another_that_it_is_another(make: Callable[..., Cabinet]) -> None:
    cabinet = make()
    name, other = cabinet.put(CONTENT, on=TODAY), plain(cabinet, b"%PDF-")
    key, ring = cabinet.in_force, cabinet.ring.path
    kept, copy = lying(cabinet, name).read_bytes(), ring.read_bytes()
    ring.unlink()
    for way in (cabinet.open, cabinet.whole):
        with pytest.raises(KeyMissing, match=f"the key {key} isn't in keys"):
            way(name)
    with pytest.raises(KeyMissing):
        Rounds().go_on(cabinet, at=later())
    assert cabinet.all()[other].key_id == cabinet.in_force, "it keeps no other waiting"
    wrong = cabinet.ring.all()[0]
    ring.write_text(ring.read_text().replace(wrong.id, key))
    with pytest.raises(Tampered, match="changed, or sealed with another key"):
        cabinet.open(name)
    assert lying(cabinet, name).read_bytes() == kept
    ring.write_bytes(copy)
    assert cabinet.whole(name) == CONTENT


def test_two_files_that_changed_places_are_neither_and_what_is_handed_in_again_heals_it(make: Callable[..., Cabinet]) -> None:
    cabinet = make()
    one, two = (cabinet.put(CONTENT + more, on=TODAY) for more in (b"1", b"2"))
    kept = lying(cabinet, one).read_bytes()
    lying(cabinet, one).write_bytes(lying(cabinet, two).read_bytes())
    with pytest.raises(Tampered, match="isn't what was handed in"):
        cabinet.open(one)
    assert cabinet.whole(one) is None
    lying(cabinet, two).write_bytes(kept[:50])
    assert (cabinet.whole(two), cabinet.all()[two].size) == (None, -1)
    cabinet.put(CONTENT + b"1", on=TODAY)
    assert cabinet.whole(one) == CONTENT + b"1"
    with pytest.raises(Absent):
        cabinet.open("0" * 64)


def test_nothing_that_looks_sealed_already_is_taken(make: Callable[..., Cabinet]) -> None:
    looks = sealing.MAGIC + bytes(80)
    with pytest.raises(Tampered):
        make(Cipher.NONE).put(looks, on=TODAY)
    assert make().all() == {}
    assert not any(is_what_it_says(kind, looks) for kind in ("docx", "xlsx", "ofd", "pdf"))


def test_what_somebody_left_half_written_is_named_and_no_file(make: Callable[..., Cabinet]) -> None:
    cabinet = make()
    name = cabinet.put(CONTENT, on=TODAY)
    half = cabinet.folder.root / f"{name}.0a1b2c3d.new"
    half.write_bytes(b"HLR1")
    assert set(cabinet.all()) == {name, half.name}
    assert (cabinet.names(), sum(cabinet.by_key().values())) == ([name], 1)


def test_what_goes_while_names_are_read_is_passed_over(tmp_path: Path) -> None:
    kept = Folder(tmp_path)
    for name in ("2026/11/1.k1", "2026/11/2.k1.0000.new", "2026/11/3.k1"):
        kept.put(name, BytesIO(b"sound"))
    names = kept.names()
    first = next(names)
    kept.delete("2026/11/2.k1.0000.new")
    assert [first, *names] == [("2026/11/1.k1", 5), ("2026/11/3.k1", 5)]
