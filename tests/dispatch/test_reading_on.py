"""A book that the exchange writes is read line by line, each known by its place, whatever becomes of its files."""

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import create_engine, delete
from sqlalchemy.orm import Session

from dispatch.calls import reading_on
from dispatch.calls.reading_on import RecordsMark, move_on, read_on

BOOK, NODE = "book", "exchange1"
LINE = re.compile(r"line-(\d+)-x*\n")
ENGINE = create_engine("sqlite://")
RecordsMark.metadata.tables["records_mark"].create(ENGINE)


def number(line: str) -> int | None:
    found = LINE.fullmatch(line)
    return int(found[1]) if found else None


class Exchange(RuleBasedStateMachine):
    """Who writes, who moves files about, and who reads on; `noted` is what was read: file, place and line, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.session = Session(ENGINE)
        self.session.execute(delete(RecordsMark))
        self.noted: dict[tuple[str, int, int], None] = {}
        self.written = self.moves = 0
        self.rest = b""
        self.pen = self.opened()

    def opened(self) -> IO[bytes]:
        return (self.folder / BOOK).open("ab", buffering=0)

    @rule(many=st.integers(1, 6), length=st.integers(0, 20))
    def writes(self, many: int, length: int) -> None:
        for _ in range(many):
            self.written += 1
            self.pen.write(f"line-{self.written}-{'x' * length}\n".encode())

    @rule(torn=st.integers(1, 8))
    def writes_a_part(self, torn: int) -> None:
        self.written += 1
        line = f"line-{self.written}-xx\n".encode()
        self.pen.write(line[:torn])
        self.rest = line[torn:]

    @rule()
    def writes_the_rest(self) -> None:
        self.pen.write(self.rest)
        self.rest = b""

    @rule()
    def is_moved_and_goes_on_in_the_moved_one(self) -> None:
        if (self.folder / BOOK).exists():
            self.moves += 1
            (self.folder / BOOK).rename(self.folder / f"{BOOK}-{self.moves}")

    @rule()
    def begins_anew(self) -> None:
        self.pen.close()
        self.pen = self.opened()

    @rule()
    def is_copied_and_emptied(self) -> None:
        if (self.folder / BOOK).exists():
            self.moves += 1
            shutil.copy(self.folder / BOOK, self.folder / f"{BOOK}-{self.moves}")
            (self.folder / BOOK).write_bytes(b"")

    @rule(lost=st.integers(1, 40))
    def loses_its_end(self, lost: int) -> None:
        if (path := self.folder / BOOK).exists():
            path.write_bytes(path.read_bytes()[:-lost])
            self.rest = b""

    @rule(most=st.integers(1, 4))
    def is_read_in_part(self, most: int) -> None:
        for path in self.files():
            self.read(path, most)

    @rule()
    def is_read_by_one_who_dies_before_it_is_noted(self) -> None:
        for path in self.files():
            read_on(self.session, path, node=NODE, book=BOOK, understood=number, moment=noon)

    def files(self) -> list[Path]:
        return sorted(self.folder.glob(f"{BOOK}*"))

    def read(self, path: Path, most: int) -> bool:
        """One stretch; whether there was anything to note."""
        stretch = read_on(self.session, path, node=NODE, book=BOOK, understood=number, moment=noon)
        for bite in stretch.bites(most):
            assert move_on(self.session, bite, node=NODE)
            for line in bite.lines:
                self.noted[bite.file, line.begins, line.told] = None
                assert number(path.read_bytes()[line.begins : line.ends].decode()) == line.told
            self.session.flush()
        return not stretch.empty

    @invariant()
    def nothing_is_read_twice(self) -> None:
        assert max(Counter(told for *_, told in self.noted).values(), default=1) == 1

    def teardown(self) -> None:
        for path in self.files():
            while self.read(path, 3):
                pass
        there = {n for path in self.files() for line in path.read_bytes().splitlines(keepends=True) if (n := number(line.decode())) is not None}
        assert there - {told for *_, told in self.noted} == set(), "read to the end"
        by_file: dict[str, list[int]] = {}
        for file, _, told in self.noted:
            by_file.setdefault(file, []).append(told)
        assert all(numbers == sorted(numbers) for numbers in by_file.values())
        self.nothing_is_read_twice()
        self.session.close()
        self.pen.close()
        shutil.rmtree(self.folder)


def noon(_: object) -> datetime:
    return datetime(2026, 11, 27, 4, 0, tzinfo=UTC)


class TestFiles(Exchange.TestCase):  # type: ignore[misc, name-defined]
    settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


@pytest.fixture
def reads(tmp_path: Path) -> Iterator[Callable[..., list[int]]]:
    """Read once in a file of this folder, else in the book."""
    with Session(ENGINE) as session:
        session.execute(delete(RecordsMark))

        def read(name: str = BOOK) -> list[int]:
            stretch = read_on(session, tmp_path / name, node=NODE, book=BOOK, understood=number, moment=noon)
            move_on(session, stretch, node=NODE)
            return [line.told for line in stretch.lines]

        yield read


def test_a_long_file_is_read_in_several_stretches(tmp_path: Path, reads: Callable[..., list[int]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_on, "MOST_LINES", 2)
    (tmp_path / BOOK).write_text("".join(f"line-{n}-\n" for n in range(5)))
    assert [reads() for _ in range(4)] == [[0, 1], [2, 3], [4], []]


def test_of_a_copy_that_ends_sooner_nothing_is_read_nor_of_its_original_again(tmp_path: Path, reads: Callable[..., list[int]]) -> None:
    (tmp_path / BOOK).write_text("line-1-\nline-2-\n")
    (tmp_path / f"{BOOK}.old").write_text("line-1-\n")
    assert [reads(), reads(f"{BOOK}.old"), reads()] == [[1, 2], [], []]


def test_a_book_whose_first_line_never_ends_keeps_nobody(tmp_path: Path, reads: Callable[..., list[int]]) -> None:
    (tmp_path / BOOK).write_bytes(b"\0" * 200_000 + b"\nline-1-\n")
    assert reads() == [1]
    assert reads() == []


def test_who_reads_at_the_same_time_notes_nothing_twice(tmp_path: Path) -> None:
    (tmp_path / BOOK).write_text("line-1-\n")
    with Session(ENGINE) as session:
        session.execute(delete(RecordsMark))
        one, two = (read_on(session, tmp_path / BOOK, node=NODE, book=BOOK, understood=number, moment=noon) for _ in range(2))
        assert move_on(session, one, node=NODE)
        assert not move_on(session, two, node=NODE)
