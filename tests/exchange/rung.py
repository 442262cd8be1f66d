"""People whom the house rings, each for a reason of his own that stands in its books as the worker would have written it."""

import shutil
import uuid
from collections.abc import Callable
from functools import partial

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from dispatch.callbacks import by_phone, callbacks, places
from dispatch.callbacks.callbacks import Attempt, Callback
from dispatch.callbacks.caller_contacts import CallerContact
from dispatch.callbacks.places import Place
from dispatch.callbacks.telephone import Telephone
from dispatch.calls import calls, settling
from dispatch.calls.calls import TELLING, Call
from dispatch.tickets import intake
from dispatch.tickets.intake import Matter
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Klass
from hotline.accounts.accounts import Account
from hotline.directory.departments import by_code
from hotline.exchange import actions
from hotline.settings import Settings
from hotline.telling import phone
from hotline.telling.outbox import Delivery, DeliveryAttempt
from hotline.telling.outbox import State as Sent
from hotline.telling.phone import Line
from hotline.times import now
from hotline.voice import orders
from hotline.voice.orders import SpeechOrder
from recordings import recordings
from tests.dispatch.town import Staff, bring
from tests.journeys import ears, town
from tests.journeys.trouble import Breakable

REPLY = "请携带身份证到派出所办理。"  # that of `bring`
ENGAGED = "13800000000"
MESSAGE = "公安局有一件特急工单。请立即登录系统办理。"
Rings = Callable[[Telephone], None]


def voiced(house: Breakable, *texts: str) -> None:
    """All of that has a sound at once: that of a prompt that is heard nowhere here."""
    with house.database.writing() as session:
        names = [name for text in texts for name in orders.order(session, text, voice=house.settings.voice, urgent=True, at=now())]
        for name in names:
            shutil.copy(ears.PROMPTS / "transfer_nobody.alaw", house.settings.sounds / f"{name}.alaw")
        session.execute(update(SpeechOrder).where(SpeechOrder.name.in_(names)).values(made_at=now()))


def for_a_reply(house: Breakable, number: str) -> None:
    """His ticket has an answer."""
    _ring(house, partial(_reply, number=number))


def for_his_turn(house: Breakable, number: str) -> None:
    """He kept his place, and his turn has come."""
    _ring(house, partial(_turn, number=number))


def for_a_message(house: Breakable, number: str) -> None:
    """A duty office is to hear of what is urgent."""
    _ring(house, partial(_message, number=number))


def for_a_department(house: Breakable, number: str) -> None:
    """A liaison, who then hears somebody's telephone ring that is engaged."""
    _ring(house, partial(_contact, number=number))


def to_listen(house: Breakable, number: str) -> None:
    """A supervisor, who is to hear whoever is on a line."""
    telephone = Telephone(house.settings)
    channels = actions.core_show_channels(telephone.link())
    telephone.listen_in(channels[0]["Channel"] if channels else "PJSIP/gone", own=number)
    telephone.close()


def _ring(house: Breakable, written: Callable[[Session, Settings], Rings]) -> None:
    """Noted and committed before the exchange is asked."""
    with house.database.writing() as session:
        rings = written(session, house.settings)
    telephone = Telephone(house.settings)
    rings(telephone)
    telephone.close()


def called_before(session: Session, number: str) -> Call:
    """The call that he made himself."""
    call_id = calls.mint_id(now())
    calls.begin(session, call_id, caller=number, dialled="96128", at=now())
    session.flush()
    return session.get_one(Call, call_id)


def _dialled(session: Session, callback: Callback, number: str, settings: Settings) -> Attempt:
    call_id = calls.mint_id(now())
    calls.begin(session, call_id, caller=number, dialled=number, direction="out", at=now())
    recordings.expect(session, call_id, kind=recordings.Kind.CALL, spool=settings.spool, at=now())
    return callbacks.dial(session, callback, call_id=call_id, at=now())


def _reply(session: Session, settings: Settings, *, number: str) -> Rings:
    people = {account.login: account for account in session.scalars(select(Account))}
    unit, before = by_code(session, town.AUTHORISED), called_before(session, number)
    assert unit is not None
    by = Staff(unit, people["supervisor"], people["liaison.101"], people["leader.101"])
    matter = Matter(Klass.CONSULT, "身份证换领", "来电人询问身份证怎么换领。")
    ticket = intake.refer(session, matter, call=before, recording=None, code=number[-8:], by="operator1", settings=settings, at=now())
    settling.end(session, before.id, at=now())
    bring(session, ticket, State.TO_CALL_BACK, by=by, settings=settings, at=now())
    callback = session.scalars(select(Callback).where(Callback.ticket_id == ticket.id)).one()
    attempt = _dialled(session, callback, number, settings)
    return lambda telephone: telephone.dial(attempt, number)


def _turn(session: Session, settings: Settings, *, number: str) -> Rings:
    before = called_before(session, number)
    place = places.keep(session, before.id, at=now())
    assert isinstance(place, Place)
    settling.end(session, before.id, at=now())
    session.flush()
    attempt = _dialled(session, place.callback, number, settings)
    return lambda telephone: telephone.ring_for_place(attempt, place)


def _contact(session: Session, settings: Settings, *, number: str) -> Rings:
    call_id = calls.mint_id(now())
    calls.begin(session, call_id, caller=ENGAGED, dialled=ENGAGED, direction="out", taken_from="liaison", at=now())
    recordings.expect(session, call_id, kind=recordings.Kind.CALL, spool=settings.spool, at=now())
    contact = CallerContact(id=uuid.uuid4().hex, call_id=call_id)
    return lambda telephone: telephone.contact(contact, ENGAGED, own=number)


def _message(session: Session, settings: Settings, *, number: str) -> Rings:
    phone.owe(session, [Line(number, "值班电话")], MESSAGE, key=number, topic="duty", about=("matter", "1"), rounds=1, pause_minutes=0,
              voice=settings.voice, urgent=True, at=now())  # fmt: skip
    row = session.scalars(select(Delivery).where(Delivery.key == number)).one()
    row.state, row.token, row.attempts, row.reference = Sent.SENDING, 1, 1, calls.mint_id(now())
    row.lease_until = now() + callbacks.LEASE
    session.add(DeliveryAttempt(delivery_id=row.id, at=now()))
    calls.begin(session, row.reference, caller=number, dialled=number, direction="out", taken_from=TELLING, at=now())
    recordings.expect(session, row.reference, kind=recordings.Kind.CALL, spool=settings.spool, at=now())
    channel_id, call_id = by_phone.channel_of(row), row.reference
    return lambda telephone: telephone.tell(number, channel_id=channel_id, call_id=call_id)
