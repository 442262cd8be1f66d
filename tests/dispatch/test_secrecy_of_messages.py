"""保密 asked for while a short message is on its way out: what can be held is held, what is out the ticket says."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
import time_machine
from sqlalchemy import select

from dispatch import worker
from dispatch.tickets import caller_told, secrecy
from dispatch.tickets.tickets import Ticket
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.settings import Settings
from hotline.telling import outbox, sms
from hotline.telling.carriers import Later, Message
from hotline.telling.notices import Notice, Topic
from hotline.telling.outbox import Channel, Delivery, DeliveryAttempt
from hotline.telling.teller import Teller
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later

SOON = later(minutes=5)


@dataclass
class Gateway:
    """Another house's: while it has a message in hand, anything may happen here."""

    name: str = "sms"
    got: list[Message] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None
    answer: str | Later = "R-1"

    def carry(self, message: Message) -> str:
        self.got.append(message)
        self.meanwhile()
        if isinstance(self.answer, Later):
            raise self.answer
        return self.answer


@dataclass
class Hotline:
    """A ticket whose caller is owed his code, the operator who speaks with him, and the teller."""

    database: Database
    settings: Settings
    gateway: Gateway = field(default_factory=Gateway)

    def __post_init__(self) -> None:
        with self.database.writing() as session:
            self.operator = town.somebody(session, Role.OPERATOR)
            self.supervisor = town.somebody(session, Role.SUPERVISOR)
            row = town.ticket(session, self.settings)
            self.number, values = row.number, {"number": row.number, "code": town.CODE}
            sms.owe(session, sms.CODE, row.contact, values, NOON, key="a", about=("ticket", row.number), urgent=True)
        self.teller = Teller(self.settings, self.database, dict.fromkeys(Channel, self.gateway), worker.needless)

    def ask_secrecy(self) -> None:
        with self.database.writing() as session:
            ticket = session.scalars(select(Ticket).where(Ticket.number == self.number)).one()
            by = session.get_one(Account, self.operator.id)
            secrecy.ask(session, ticket, why="来电人再次来电提出", by=by, at=SOON)

    def sweep(self, *, minutes: float = 5) -> None:
        with time_machine.travel(later(minutes=minutes), tick=False):
            self.teller.tell()

    def message(self) -> tuple[str, str, list[str]]:
        """How it stands, what of the code is kept, and how each attempt ended."""
        with self.database.reading() as session:
            row = session.scalars(select(Delivery)).one()
            tries = session.scalars(select(DeliveryAttempt.outcome).order_by(DeliveryAttempt.id))
            return str(row.state), row.values["code"], list(tries)

    def said_out(self) -> bool:
        """Whether the ticket's history says that one is out."""
        with self.database.reading() as session:
            row = session.scalars(select(Ticket).where(Ticket.number == self.number)).one()
            return [step.action for step in row.steps[1:]] == [secrecy.CONFIDE, caller_told.OUT]

    def told(self) -> list[int]:
        """Who is to tell him instead."""
        with self.database.reading() as session:
            return list(session.scalars(select(Notice.account_id).where(Notice.topic == Topic.UNHEARD)))


@pytest.fixture
def hotline(database: Database, settings: Settings) -> Hotline:
    return Hotline(database, settings)


def test_what_is_claimed_and_not_handed_over_yet_is_held(hotline: Hotline) -> None:
    with time_machine.travel(SOON, tick=False):
        claim = hotline.teller._claimed()
        assert claim is not None
        hotline.ask_secrecy()
        hotline.teller._bring(claim)
    assert hotline.gateway.got == []
    assert hotline.message() == ("void", outbox.STARS, ["void"])
    assert (hotline.said_out(), hotline.told()) == (False, [hotline.supervisor.id])


def test_what_the_gateway_has_already_is_out_and_the_ticket_says_so(hotline: Hotline) -> None:
    hotline.gateway.meanwhile = hotline.ask_secrecy
    hotline.sweep()
    assert len(hotline.gateway.got) == 1
    assert hotline.message() == ("sent", outbox.STARS, ["sent"])
    assert hotline.said_out()


def test_what_the_gateway_gave_back_does_not_go_again(hotline: Hotline) -> None:
    hotline.gateway.meanwhile, hotline.gateway.answer = hotline.ask_secrecy, Later("对方答复503")
    for minutes in (5, 10, 60):
        hotline.sweep(minutes=minutes)
    assert len(hotline.gateway.got) == 1
    assert hotline.message() == ("void", outbox.STARS, ["later"])
    assert (hotline.said_out(), hotline.told()) == (True, [hotline.supervisor.id])


@pytest.mark.parametrize("stands", ["owed", "claimed"])
def test_nothing_goes_out_of_what_is_confidential_whoever_overlooked_it(hotline: Hotline, stands: str) -> None:
    with time_machine.travel(SOON, tick=False):
        claim = hotline.teller._claimed() if stands == "claimed" else None
        with hotline.database.writing() as session:
            session.scalars(select(Ticket)).one().confidential = True
        if claim is not None:
            hotline.teller._bring(claim)
        hotline.teller.tell()
    assert (hotline.gateway.got, hotline.message()[0]) == ([], "void")


def test_whom_nobody_keeps_secret_gets_his_message(hotline: Hotline) -> None:
    hotline.sweep()
    assert [message.values for message in hotline.gateway.got] == [{"number": hotline.number, "code": town.CODE}]
    assert hotline.message()[0] == "sent"
