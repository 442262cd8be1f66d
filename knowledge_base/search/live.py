"""The index of this process: always at hand, and never more than two seconds behind the database."""

import os
import threading
import weakref
from datetime import date
from pathlib import Path

import structlog
from sqlalchemy.orm import Session

from hotline import times
from hotline.database import Database
from knowledge_base.search.aside import Aside
from knowledge_base.search.following import Following
from knowledge_base.search.index import Index, build
from knowledge_base.search.resting import lie_in

LOOK_EVERY = 0.5
"""Seconds between two looks at whether anything changed."""
_living: "weakref.WeakSet[LiveIndex]" = weakref.WeakSet()
log = structlog.get_logger()


class LiveIndex:
    """Hands out the index; a thread of its own makes the next one aside. Who searches waits only for the very first.

    `name` is what the process calls itself; `trouble` says since when and why the index can't follow; empty when it
    does."""

    def __init__(self, database: Database | None = None, name: str = "hotline") -> None:
        self._address, self._name = database.address if database else "", name
        self._first = threading.Lock()
        self._index: Index | None = None
        self._other: tuple[date, Index] | None = None
        self._stop = threading.Event()
        self._process = 0
        self.trouble = ""
        _living.add(self)

    def at(self, session: Session, *, on: date) -> Index:
        """The index for a day. For today: the last one made, at once; for another day, one made for it."""
        if on != times.local_day(times.now()):
            return self._of_day(session, on)
        if self._index is None or self._process != os.getpid():
            self._begin(self._address or _address_of(session))
        assert self._index is not None  # noqa: S101 (the line before made it, or raised)
        return self._index

    def warm(self, database: Database, folder: Path) -> None:
        """Make the first index now, in the background, so that the first caller doesn't wait for it. What is large in
        it, and in all later ones, lies in files in the folder."""
        lie_in(folder.resolve())
        threading.Thread(target=self._begin_quietly, args=(database.address,), name="index-first", daemon=True).start()

    def stop(self) -> None:
        """Follow no more; the last index stays."""
        self._stop.set()

    def _begin(self, address: str) -> None:
        with self._first:
            if self._index is not None and self._process == os.getpid():
                return
            database, following = Database(address, pool=2), Following()
            try:
                with database.reading() as session:
                    index = following.begin(session, on=times.local_day(times.now()))
                index.ready()
            except BaseException:
                database.close()
                raise
            self._index, self._process = index, os.getpid()
            aside = Aside(database, self._name, following)
            follow = (weakref.ref(self), database, [following], aside, self._stop)
            threading.Thread(target=_follow, args=follow, name="index", daemon=True).start()

    def _begin_quietly(self, address: str) -> None:
        try:
            self._begin(address)
        except Exception as fault:
            log.error("index.not_made", fault=repr(fault))

    def _of_day(self, session: Session, on: date) -> Index:
        if self._other is None or self._other[0] != on:
            self._other = on, build(session, on=on)
        return self._other[1]

    def _next(self, index: Index) -> None:
        self._index = index

    def _failed(self, why: str) -> None:
        """Say so once; the last good index stays."""
        if why and why != self.trouble:
            log.error("index.not_following", fault=why)
        elif not why and self.trouble:
            log.info("index.follows_again")
        self.trouble = why


def stop_all() -> None:
    """Have every index of this process follow no more."""
    for live in list(_living):
        live.stop()


def _follow(of: "weakref.ref[LiveIndex]", database: Database, begun: list[Following], aside: Aside,
            stop: threading.Event) -> None:
    """Look again and again, as long as somebody holds the index. What fails is tried again from the beginning."""
    following, whole = begun.pop(), False  # a thread keeps what it was given to its end: there the first index isn't
    while not stop.wait(LOOK_EVERY) and of() is not None:
        try:
            before, following = following, aside.taken(following)
            index, whole = _looked(database, following, whole=whole), False
            if following is not before:
                index = following.index
            aside.begin_if_due(following)
            fault = ""
        except Exception as raised:
            index, whole, fault = None, True, repr(raised)
        live = of()
        if live is not None:
            if index is not None:
                live._next(index)
            live._failed(fault)
        del live
        aside.beat()
        aside.tell(following)
    database.close()


def _looked(database: Database, following: Following, *, whole: bool) -> Index | None:
    on = times.local_day(times.now())
    with database.reading() as session:
        index = following.begin(session, on=on) if whole else following.look(session, on=on)
    if index is not None:
        index.ready()  # what the first search would otherwise make, and wait for
    return index


def _address_of(session: Session) -> str:
    return session.get_bind().engine.url.render_as_string(hide_password=False)
