"""With no listener, worker and database: who waited at which rank, who was rung and who answered stands right in our rows
afterwards, and so do the figures."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan
from cli.installation import secret
from cli.sip import phone
from cli.sip_scenario import Wait
from dispatch.callbacks.telephone import Telephone as Telephony
from dispatch.calls import desk, queue_log, records
from dispatch.calls.calls import Call, CallStep, Outcome
from dispatch.calls.desk import Offer
from dispatch.calls.queue_events import QueueEvent, of_call
from dispatch.calls.queue_lines import Kind
from dispatch.figures.board import board
from dispatch.figures.figures import Share
from dispatch.sweeps import taking_in
from dispatch.sweeps.duty import Duty
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.events import Bus
from hotline.settings import Settings
from hotline.times import local_day, now
from tests.dispatch import town
from tests.exchange.conftest import nobody_left, until
from tests.journeys.test_faults import stopped
from tests.journeys.trouble import Breakable
from tests.support import blank
from tests.support.telephone import Telephone

pytestmark = pytest.mark.journey
AT_ONCE = ["SET VARIABLE MENU silence/1", "SET VARIABLE MENU_WAYS ----------", "SET VARIABLE MENU_SECONDS 0.1"]  # to a person
WAITS, GIVES_UP, TALKS, RUNG = (f"1390000551{n}" for n in range(4))
MOVED = f"{queue_log.BOOK}-20261127"


class Books:
    """What the exchange writes from now on, taken in as by a worker that was away."""

    def __init__(self, exchange: Exchange, folder: Path) -> None:
        self.exchange, self.there, self.here = exchange, exchange.plan.folder / "spool/cel", folder / "spool/cel"
        self.here.mkdir(parents=True)
        (self.there / records.BOOK).touch(0o640)  # nobody may have called yet
        self.begin = {name: (self.there / name).stat().st_size for name in (records.BOOK, queue_log.BOOK)}
        settings = Settings(folder=folder, secret_key="for tests only, thirty-two characters", exchange_node=exchange.plan.node)
        bus = Bus(f"unix://{folder}/nobody.sock")
        self.duty = Duty(settings, blank.copied(folder), bus, lambda *_: None, lambda: None, lambda: None)

    def take_in(self) -> None:
        for name in self.begin:
            (self.here / name).write_bytes((self.there / name).read_bytes()[self.begin[name] :])
        taking_in.take_in_records(self.duty)
        taking_in.take_in_queue_log(self.duty)

    def written(self) -> str:
        """Of the queues, until now."""
        return (self.there / queue_log.BOOK).read_bytes()[self.begin[queue_log.BOOK] :].decode()

    def rotate(self) -> None:
        """As logrotate does it."""
        moved = (self.there / queue_log.BOOK).rename(self.there / MOVED)
        self.exchange.cli("logger reload")
        until((self.there / queue_log.BOOK).exists)
        (self.here / MOVED).write_bytes(moved.read_bytes()[self.begin[queue_log.BOOK] :])
        self.begin[queue_log.BOOK] = 0


def story(session: Session, caller: str) -> tuple[Call, list[tuple[Kind, str, int | None]]]:
    call = session.scalars(select(Call).where(Call.caller == caller)).one()
    return call, [(row.kind, row.agent, row.rank) for row in of_call(session, call.id)]


def counts(session: Session) -> list[int | None]:
    return [session.scalar(select(func.count()).select_from(model)) for model in (Call, CallStep, Offer, QueueEvent)]


@pytest.mark.usefixtures("nobody_signed_in")
def test_who_waited_while_nobody_of_ours_lived_stands_right_afterwards(
    exchange: Exchange, plan: ExchangePlan, agi: Callable[..., AbstractContextManager[object]], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(taking_in, "OTHERS_FIRST", timedelta(0))
    monkeypatch.setattr(taking_in, "RINGS_SETTLED", timedelta(0))
    nobody_left(exchange)
    books = Books(exchange, tmp_path)
    with books.duty.database.writing() as session:
        for number in (1, 2):
            town.somebody(session, Role.OPERATOR, login=f"operator{number}", extension=f"800{number}")
    with agi(incoming=AT_ONCE), phone("8002", "second-phone", exchange=plan.sip_port, ring=60):
        exchange.cli("queue add member PJSIP/8002 to hotline penalty 0 as operator2")
        with Telephone(plan.sip_port, WAITS) as waits, Telephone(plan.sip_port, GIVES_UP) as gives_up:
            waits.rings()
            time.sleep(1)  # as long before the other he is in the queue, too
            gives_up.rings()
            until(lambda: "2. PJSIP/trunk" in exchange.cli("queue show hotline"))
            gives_up.leaves()  # while his place is said: the queue takes that for a key
            until(lambda: "EXITWITHTIMEOUT" in books.written())
            waits.leaves()
        exchange.cli("queue remove member PJSIP/8002 from hotline")
        with phone("8001", "first-phone", Wait(60), exchange=plan.sip_port, ring=0.2), Telephone(plan.sip_port, TALKS) as talks:
            exchange.cli("queue add member PJSIP/8001 to hotline penalty 0 as operator1")
            talks.rings()
            until(lambda: "CONNECT" in books.written())
            talks.leaves()
    nobody_left(exchange)
    books.take_in()
    with books.duty.database.reading() as session:
        seen = counts(session)
        waited, told = story(session, WAITS)
        assert told == [(Kind.ENTERED, "", 1), (Kind.RANG_OUT, "operator2", None), (Kind.TIMED_OUT, "", 1)]
        left, told = story(session, GIVES_UP)
        assert told == [(Kind.ENTERED, "", 2), (Kind.GAVE_UP, "", 2)]
        talked, told = story(session, TALKS)
        assert told == [(Kind.ENTERED, "", 1), (Kind.CONNECTED, "operator1", None), (Kind.CALLER_HUNG_UP, "operator1", None)]
        assert [call.outcome for call in (waited, left, talked)] == [Outcome.ABANDONED, Outcome.ABANDONED, Outcome.ANSWERED_BY_OPERATOR]
        entered = of_call(session, waited.id)[0].at
        assert waited.queued_at is not None
        assert entered - waited.queued_at > timedelta(seconds=1), "he waits from when he asked: what he hears before the queue counts"
        offers = session.execute(select(Account.login, Offer.outcome).join(Account, Account.id == Offer.account_id).order_by(Offer.at)).all()
        assert [tuple(row) for row in offers] == [("operator2", "missed"), ("operator1", "done")]
        day = board(session, day=local_day(waited.began_at), at=now())
        assert (day.answered, day.quick) == (Share(1, 3), Share(1, 3))
    assert {path.stat().st_mode & 0o007 for path in books.there.iterdir()} == {0}, "callers' numbers are nobody's but ours"
    books.rotate()
    exchange.cli("queue remove member PJSIP/8001 from hotline")
    until(lambda: "REMOVEMEMBER" in books.written())
    books.take_in()
    with books.duty.database.reading() as session:
        assert counts(session) == [*seen[:3], (seen[3] or 0) + 1], "the moved file is known, and of the new one what is new"


@pytest.mark.proof
@pytest.mark.timeout(300)
def test_each_ring_in_vain_is_one_offer_though_the_listener_stood_still(house: Breakable) -> None:
    """The first is seen; of the second and the beginning of the third a listener hears late."""
    settings, telephony = house.settings, Telephony(house.settings)
    rings = select(QueueEvent).where(QueueEvent.kind == Kind.RANG_OUT, QueueEvent.call_id.in_(select(Call.id).where(Call.caller == RUNG)))
    offers = select(Offer).where(Offer.call_id.in_(select(Call.id).where(Call.caller == RUNG))).order_by(Offer.at)
    with house.database.writing() as session:
        account = session.scalars(select(Account).where(Account.extension == "8001")).one()
        desk.set_readiness(session, account, desk.Readiness.READY, at=now())
    with phone("8001", secret(settings.folder, "phone_8001"), exchange=house.port, ring=200), Telephone(house.port, RUNG) as caller:
        telephony.sign_on("8001", account.login)
        caller.rings()
        house.eventually(lambda session: True if [row.outcome for row in session.scalars(offers)] == ["missed"] else None, 60)
        with stopped(house.pid("listen")):
            time.sleep(30)
        until(lambda: (settings.spool / "cel/queue_log").read_text().count("|RINGNOANSWER|") == 3, 60)
        caller.leaves()
        telephony.sign_off("8001")
    telephony.close()

    def settled(session: Session) -> tuple[Sequence[QueueEvent], Sequence[Offer]] | None:
        told, rang = session.scalars(rings.order_by(QueueEvent.at)).all(), session.scalars(offers).all()
        over = session.scalar(select(QueueEvent.at).where(QueueEvent.kind == Kind.GAVE_UP, QueueEvent.call_id == rang[0].call_id))
        return (told, rang) if over is not None else None

    told, rang = house.eventually(settled, 90)
    broken = [row for row in rang if row.id not in {event.offer_id for event in told}]
    assert [event.offer_id for event in told] == [row.id for row in rang if row not in broken]
    assert len(broken) <= 1, "what rang when he gave up"
    for event, row in zip(told, rang, strict=False):
        assert abs(event.at - timedelta(seconds=event.seconds or 0) - row.at) <= timedelta(seconds=5)
