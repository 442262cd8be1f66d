"""Where forms are read and put in, one after another, while the page that handed them in shows how far it is.

How far it is stands in the import's row: every process can tell, and one that was cut off is seen to stand still."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

import structlog
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from hotline import times
from hotline.database import Database
from knowledge_base.forms import applying
from knowledge_base.forms.descriptions import handed_in_by
from knowledge_base.forms.errors import FormError
from knowledge_base.forms.imports import FormImport, State
from knowledge_base.forms.previewing import preview
from knowledge_base.forms.reading import read_form
from knowledge_base.forms.subject import Hand

Put = Callable[[FormImport], None]
log = structlog.get_logger()
MOST_WAITING = 8  # files held in memory at a time
STEP = 0.15  # seconds between two notes on how far it is
READ, COMPARED, PREPARED = 40, 95, 30  # how much of the bar each part of the work is
BROKEN = "处理时出现意外故障，已记录。请稍后重试；如再次出现，请联系系统管理员。"
BESIDE = "同时有人改动了同样的内容，没有改动任何一行。请重试。"


@dataclass
class FormDesk:
    """One thread, begun when the first form comes in."""

    _thread: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, "forms"))
    _waiting: int = 0
    _lock: Lock = field(default_factory=Lock)

    def take(self, work: Callable[[], None]) -> "Future[None]":
        """Do it after what came before; FormError when too much waits already."""
        with self._lock:
            if self._waiting >= MOST_WAITING:
                raise FormError("正在处理的文件较多，请过一分钟再上传。")
            self._waiting += 1
        return self._thread.submit(self._do, work)

    def _do(self, work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            with self._lock:
                self._waiting -= 1


def read(database: Database, import_id: int, content: bytes, name: str, hand: Hand) -> None:
    """Read and compare; the import's row then holds the preview, or why there is none."""
    meter = _Meter(database, import_id, State.READING)
    try:
        put = _compared(database, content, name, hand, meter)
    except FormError as error:
        put = _unreadable(str(error))
    except Exception:
        log.exception("forms.reading_broke", form_import=import_id)
        put = _unreadable(BROKEN)
    _end(database, import_id, put)


def _compared(database: Database, content: bytes, name: str, hand: Hand, meter: "_Meter") -> Put:
    found = read_form(content, name, lambda share: meter.at(READ * share), forms=handed_in_by(hand.only))
    with database.reading() as session:
        rows = preview(session, found, hand=hand,
                       passed=lambda share: meter.at(READ + (COMPARED - READ) * share))  # fmt: skip

    def put(form: FormImport) -> None:
        form.form, form.notes, form.state = found.form.annex, [*found.notes, *rows.notes()], State.PREVIEWED
        form.rows, form.refused, form.counts = rows.rows, rows.refused, rows.counts()

    return put


def apply(database: Database, import_id: int, hand: Hand) -> None:
    """Put in what was previewed. What breaks puts in nothing and leaves the preview, with the reason."""
    meter = _Meter(database, import_id, State.APPLYING)
    with _or_not_done(database, import_id, "forms.applying_broke"):
        with database.reading() as session:
            form = session.get_one(FormImport, import_id)
        prepared = applying.prepare(form, passed=lambda share: meter.at(PREPARED * share))
        with database.writing() as session:
            session.add(form)  # as it was read
            applying.apply(session, form, prepared, hand=hand)


def undo(database: Database, import_id: int, hand: Hand) -> None:
    """Take back what was put in. What breaks takes nothing back, with the reason."""
    with _or_not_done(database, import_id, "forms.undoing_broke"), database.writing() as session:
        applying.undo(session, session.get_one(FormImport, import_id), hand=hand)


@contextmanager
def _or_not_done(database: Database, import_id: int, broken: str) -> Iterator[None]:
    """What can't be done leaves the import as it was, with the reason; what breaks is logged besides."""
    try:
        yield
    except (FormError, IntegrityError) as error:
        _end(database, import_id, _not_done(str(error) if isinstance(error, FormError) else BESIDE))
    except Exception:
        log.exception(broken, form_import=import_id)
        _end(database, import_id, _not_done(BROKEN))


class _Meter:
    """Notes how far the work is, not more often than somebody looks."""

    def __init__(self, database: Database, import_id: int, state: State) -> None:
        self._database, self._import_id, self._state = database, import_id, state
        self._noted = monotonic()

    def at(self, percent: float) -> None:
        if monotonic() - self._noted < STEP:
            return
        self._noted = monotonic()
        with self._database.writing() as session:
            session.execute(
                update(FormImport).where(FormImport.id == self._import_id, FormImport.state == self._state)
                .values(percent=int(percent), moved_at=times.now())
            )  # fmt: skip


def _end(database: Database, import_id: int, put: Put) -> None:
    with database.writing() as session:
        form = session.get_one(FormImport, import_id, with_for_update=True)
        put(form)
        form.percent, form.moved_at = 100, times.now()


def _unreadable(why: str) -> Put:
    def put(form: FormImport) -> None:
        form.state, form.trouble = State.UNREADABLE, why[:500]

    return put


def _not_done(why: str) -> Put:
    """It stands where it stood before."""
    before = {State.APPLYING: State.PREVIEWED, State.UNDOING: State.APPLIED}

    def put(form: FormImport) -> None:
        form.trouble, form.state = why[:500], before.get(State(form.state), State(form.state))

    return put


def within(session: Session, import_id: int, only: int | None) -> FormImport | None:
    """An import within somebody's reach: a liaison's own department's."""
    form = session.get(FormImport, import_id)
    return form if form is not None and only in (None, form.department_id) else None
