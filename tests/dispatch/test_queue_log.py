"""What the exchange wrote down of its queues: a row for each line, and for each ring that nobody took one offer."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from ami_listener.handlers import handle
from ami_listener.messages import NotTaken, Rings
from dispatch.calls import desk, queue_log
from dispatch.calls.calls import CallStep, Step
from dispatch.calls.desk import Offer
from dispatch.calls.queue_events import QueueEvent, of_call
from dispatch.calls.queue_lines import Kind
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.settings import Settings
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import CALL, CALLER, later

CHANNEL = "exchange1-7.1"
on_one = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what doesn't differ by database


def line(second: float, kind: str, *fields: object, agent: str = "NONE", channel: str = CHANNEL) -> str:
    return "|".join(map(str, (int(NOON.timestamp() + second), channel, "hotline", agent, kind, *fields))) + "\n"


ENTERS = line(5, "ENTERQUEUE", CALL, CALLER, 3)
FIRST = line(26, "RINGNOANSWER", 20000, agent="operator1")
SECOND = line(48, "RINGNOANSWER", 20000, agent="PJSIP/8001")
GIVES_UP = line(60, "ABANDON", 1, 3, 55)
STORY = ENTERS + FIRST + SECOND + GIVES_UP


@pytest.fixture
def book(settings: Settings) -> Path:
    path = settings.spool / "cel" / queue_log.BOOK
    path.parent.mkdir(parents=True)
    path.write_text(line(-9, "QUEUESTART", "", channel="NONE"))
    return path


@pytest.fixture
def operator(session: Session) -> Account:
    town.call(session)
    return town.somebody(session, Role.OPERATOR, login="operator1", extension="8001")


def write(book: Path, text: str) -> None:
    with book.open("a") as file:
        file.write(text)


def read(session: Session, settings: Settings, *paths: Path) -> None:
    for path in paths:
        queue_log.note(session, queue_log.read(session, path, settings=settings), settings=settings)
    session.flush()


def rows(session: Session) -> list[QueueEvent]:
    return list(session.scalars(select(QueueEvent).order_by(QueueEvent.at, QueueEvent.position)))


def offers(session: Session) -> list[tuple[str, float, float]]:
    """Outcome, and seconds after the call began in which it rang."""
    found = session.scalars(select(Offer).order_by(Offer.at)).all()
    return [(row.outcome, (row.at - NOON).total_seconds(), (row.ended_at - NOON).total_seconds() if row.ended_at else -1) for row in found]


@on_one
@pytest.mark.usefixtures("operator")
def test_who_waited_how_long_at_which_rank_and_who_was_rung_stands_with_the_call(session: Session, settings: Settings, book: Path) -> None:
    write(book, STORY + line(61, "PAUSE", "rest", agent="operator1", channel="NONE"))
    read(session, settings, book)
    told = [(row.kind, row.agent, row.rank, row.seconds) for row in of_call(session, CALL)]
    assert told == [(Kind.ENTERED, "", 3, None), (Kind.RANG_OUT, "operator1", None, 20), (Kind.RANG_OUT, "operator1", None, 20), (Kind.GAVE_UP, "", 1, 55)]
    last = rows(session)[-1]
    assert (last.kind, last.agent, last.said, last.call_id) == (Kind.PAUSED, "operator1", "rest", None)
    assert CALLER not in repr([vars(row) for row in rows(session)])


@on_one
@pytest.mark.usefixtures("operator")
def test_each_line_becomes_a_row_once_however_often_and_in_whatever_pieces_it_is_read(session: Session, settings: Settings, book: Path) -> None:
    for piece in (STORY[:70], STORY[70:90], STORY[90:]):
        write(book, piece)
        read(session, settings, book, book)
    moved = book.rename(book.with_name("queue_log-20261124"))
    read(session, settings, moved)
    write(book, line(90, "ADDMEMBER", "", agent="PJSIP/8001", channel="MANAGER"))
    read(session, settings, book, moved)
    assert [row.kind for row in rows(session)] == [Kind.ENTERED, Kind.RANG_OUT, Kind.RANG_OUT, Kind.GAVE_UP, Kind.JOINED]
    assert len({row.file for row in rows(session)}) == 2
    assert len(offers(session)) == 2


@pytest.mark.usefixtures("operator")
def test_where_the_disk_has_lost_the_end_what_is_written_there_is_read_and_nothing_else_again(session: Session, settings: Settings, book: Path) -> None:
    write(book, STORY)
    read(session, settings, book)
    book.write_text(book.read_text().removesuffix(GIVES_UP) + line(99, "ABANDON", 1, 3, 94))
    read(session, settings, book)
    read(session, settings, book)
    assert [row.seconds for row in rows(session) if row.kind == Kind.GAVE_UP] == [55, 94]
    assert len(rows(session)) == 5
    assert len(offers(session)) == 2


@pytest.mark.parametrize("seen", ["neither", "the first", "the second", "both", "the second late", "both late"])
def test_each_ring_is_one_offer_whichever_of_them_was_seen_live(seen: str, session: Session, settings: Settings, book: Path, operator: Account) -> None:
    live = {"the first": ((6.2, 26.2),), "the second": ((28.3, 48.3),), "both": ((6.2, 26.2), (28.3, 48.3)),
            "the second late": ((55, 55),), "both late": ((55, 55), (55, 55))}.get(seen, ())  # fmt: skip
    for begins, ends in live:
        for message, at in ((Rings(CALL, "8001"), later(seconds=begins)), (NotTaken(CALL, "8001"), later(seconds=ends))):
            list(handle(session, message, settings=settings, at=at))
    write(book, STORY)
    read(session, settings, book)
    assert [outcome for outcome, *_ in offers(session)] == ["missed", "missed"]
    assert [began for _, began, _ in offers(session)] == [pytest.approx(6, abs=1), pytest.approx(28, abs=1)]
    assert [ended for *_, ended in offers(session)] == [pytest.approx(26, abs=1), pytest.approx(48, abs=1)]
    kinds = session.scalars(select(CallStep.kind).where(CallStep.kind.in_([Step.OFFERED, Step.MISSED]))).all()
    assert sorted(kinds) == [Step.MISSED, Step.MISSED, Step.OFFERED, Step.OFFERED]
    assert operator.login == "operator1"


@on_one
def test_what_rings_now_is_not_taken_for_a_ring_that_is_over(session: Session, settings: Settings, book: Path, operator: Account) -> None:
    desk.offer(session, CALL, operator, at=later(seconds=49))
    write(book, ENTERS + FIRST)
    read(session, settings, book)
    assert offers(session) == [("missed", 6, 26), ("ringing", 49, -1)]


@on_one
@pytest.mark.usefixtures("operator")
def test_a_telephone_that_refuses_twice_within_seconds_was_rung_twice(session: Session, settings: Settings, book: Path) -> None:
    list(handle(session, Rings(CALL, "8001"), settings=settings, at=later(seconds=8.1)))
    list(handle(session, NotTaken(CALL, "8001"), settings=settings, at=later(seconds=8.2)))
    write(book, ENTERS + "".join(line(second, "RINGNOANSWER", 80, agent="operator1") for second in (6, 8, 10)))
    read(session, settings, book)
    assert [outcome for outcome, *_ in offers(session)] == ["missed"] * 3


@on_one
@pytest.mark.parametrize("found", [None, 600], ids=["not", "ten minutes later"])
def test_a_ring_whose_end_nobody_saw_ended_when_the_exchange_says(found: float | None, session: Session, settings: Settings, book: Path, operator: Account) -> None:
    desk.offer(session, CALL, operator, at=later(seconds=6))
    if found:
        desk.missed(session, CALL, operator, at=later(seconds=found))
    write(book, STORY)
    read(session, settings, book)
    assert offers(session) == [("missed", 6, 26), ("missed", 28, 48)]
    assert desk.current(session, operator.id) is None


@on_one
def test_a_ring_that_a_look_at_the_exchange_found_began_when_the_exchange_says(session: Session, settings: Settings, book: Path, operator: Account) -> None:
    desk.offer(session, CALL, operator, at=later(seconds=19))
    desk.missed(session, CALL, operator, at=later(seconds=26.2))
    write(book, ENTERS + FIRST)
    read(session, settings, book)
    assert offers(session) == [("missed", 6, pytest.approx(26.2))]


@on_one
def test_a_ring_before_the_one_that_was_answered_is_another(session: Session, settings: Settings, book: Path, operator: Account) -> None:
    desk.answered(session, CALL, operator, at=later(seconds=28))
    write(book, ENTERS + FIRST + line(29, "CONNECT", 24, "exchange1-7.3", 1, agent="operator1"))
    read(session, settings, book)
    assert [outcome for outcome, *_ in offers(session)] == ["missed", "answered"]


@on_one
def test_of_calls_and_operators_that_nobody_knows_there_is_a_row_and_no_offer(session: Session, settings: Settings, book: Path) -> None:
    write(book, STORY)
    read(session, settings, book)
    assert [row.agent for row in rows(session)] == ["", "operator1", "PJSIP/8001", ""]
    town.somebody(session, Role.OPERATOR, login="operator1", extension="8001")
    write(book, line(70, "RINGNOANSWER", 5000, agent="operator1"))
    read(session, settings, book)
    assert offers(session) == []


@on_one
@pytest.mark.usefixtures("operator")
def test_two_exchanges_that_wrote_the_same_have_each_their_rows(session: Session, settings: Settings, book: Path) -> None:
    write(book, STORY)
    for node in (settings, settings.model_copy(update={"exchange_node": "exchange2"})):
        read(session, node, book)
    assert {row.node: row.call_id for row in rows(session)} == {settings.exchange_node: CALL, "exchange2": CALL}
    assert len(rows(session)) == 8


@on_one
@pytest.mark.usefixtures("operator")
def test_what_has_just_happened_is_left_to_those_who_hear_it(session: Session, settings: Settings, book: Path) -> None:
    write(book, STORY)
    stretch = queue_log.read(session, book, settings=settings, before=NOON + timedelta(seconds=30))
    assert [read.told.kind for read in stretch.lines] == [Kind.ENTERED, Kind.RANG_OUT]
