"""The teller: brings out what is owed and notes what became of it; no session is open while it waits for others."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Select, delete, func, select
from sqlalchemy.orm import Session

from hotline.database import Database
from hotline.settings import Settings
from hotline.telling import claiming, outbox, outcomes
from hotline.telling.carriers import Carrier, CarrierError, NotNow, Refused, Underway, Unsure
from hotline.telling.carriers.console import Console
from hotline.telling.carriers.gateway import Gateway
from hotline.telling.carriers.hooks import Hooks
from hotline.telling.carriers.mail import Mail
from hotline.telling.claiming import Claim, Needless
from hotline.telling.notices import Notice
from hotline.telling.outbox import Channel, Delivery, DeliveryAttempt, State
from hotline.times import now

SECRETS_KEPT = timedelta(days=1)  # of what failed: until then it may be sent by hand
TIDIED_EACH = timedelta(hours=1)
DROPPED_AT_ONCE = 500
log = structlog.get_logger()


def carriers_of(settings: Settings) -> dict[Channel, Carrier]:
    """The ways out of an installation; what has no address goes to the console, and everything where nothing is to
    leave the house (`telling`). A webhook brings its own address; telephones are the worker's, who has an exchange."""
    twins: dict[Channel, Carrier] = {channel: Console(channel) for channel in Channel}
    if settings.telling == "log":
        return twins
    real: dict[Channel, Carrier] = {Channel.WEBHOOK: Hooks(settings)}
    real |= {Channel.EMAIL: Mail(settings)} if settings.mail_host else {}
    real |= {Channel.SMS: Gateway(settings)} if settings.sms_gateway else {}
    return twins | real


@dataclass(frozen=True)
class Teller:
    """The outbox of one installation, emptied by its ways out."""

    settings: Settings
    database: Database
    carriers: Mapping[Channel, Carrier]
    needless: Needless | None = None
    looked: dict[str, datetime] = field(default_factory=dict)  # when it was tidied last

    def work(self, ending: Callable[[], bool] = lambda: False) -> None:
        """What a waking does: bring out, and now and then tidy up; nothing new once it is to come to an end."""
        self.tell(ending)
        at = now()
        if at - self.looked.get("tidy", at - TIDIED_EACH) >= TIDIED_EACH:
            self.tidy()
            self.looked["tidy"] = at

    def tell(self, ending: Callable[[], bool] = lambda: False) -> int:
        """Bring out all that is owed by now; how many attempts that took."""
        self._settle_stranded()
        attempts = 0
        while not ending() and (claim := self._claimed()) is not None:
            if claim.parts:
                self._bring(claim)
                attempts += 1
        return attempts

    def tidy(self) -> None:
        """Forget the secrets of what did not go out, and drop what is older than it is kept."""
        at = now()
        with self.database.writing() as session:
            failed = select(Delivery).where(Delivery.state.in_((State.FAILED, State.IN_DOUBT)),
                                            Delivery.ended_at < at - SECRETS_KEPT)  # fmt: skip
            for delivery in session.scalars(failed.order_by(Delivery.id.desc()).limit(DROPPED_AT_ONCE)):
                if outbox.shown(delivery) != delivery.values:
                    outbox.forget_secrets(delivery)
            _drop(session, before=at - timedelta(days=self.settings.telling_keep_days))

    def _settle_stranded(self) -> None:
        """What was being brought out when somebody died is in doubt."""
        at = now()
        with self.database.reading() as session:
            lost = list(session.scalars(_stranded(at)))
        for stranded in lost:
            with self.database.writing() as session:
                delivery = session.get_one(Delivery, stranded.id, with_for_update=True)
                if delivery.state == State.SENDING and delivery.token == stranded.token:
                    fault = Unsure("发送时系统中断")
                    outcomes.ended(delivery, delivery.tries[-1], fault, settings=self.settings, at=at)

    def _claimed(self) -> Claim | None:
        with self.database.writing() as session:
            return claiming.claim(session, settings=self.settings, at=now(), needless=self.needless)

    def _bring(self, claim: Claim) -> None:
        outcome = self._carried(claim)
        with self.database.writing() as session:
            for delivery_id, token, attempt_id in claim.parts:
                delivery = session.get_one(Delivery, delivery_id, with_for_update=True)
                if delivery.token == token and delivery.state == State.SENDING:
                    delivery.via = self.carriers[claim.channel].name
                    self._noted(session, delivery, session.get_one(DeliveryAttempt, attempt_id), outcome)

    def _noted(self, session: Session, delivery: Delivery, attempt: DeliveryAttempt,
               outcome: str | CarrierError) -> None:  # fmt: skip
        match outcome:
            case Underway():  # whoever has it in hand says what became of it; else the lease ends
                pass
            case NotNow():
                outcomes.put_off(session, delivery, attempt, outcome, at=now())
            case _:
                outcomes.ended(delivery, attempt, outcome, settings=self.settings, at=now())

    def _carried(self, claim: Claim) -> str | CarrierError:
        try:
            self._last_look(claim)
            return self.carriers[claim.channel].carry(claim.message)
        except CarrierError as fault:
            return fault
        except Exception as fault:  # a fault of ours: the message is not lost by it
            log.exception("telling.failed", delivery=claim.message.id)
            return Unsure(type(fault).__name__)

    def _last_look(self, claim: Claim) -> None:
        """Whether a short message to a citizen is to leave the house: neither when he is flooded with them, nor when he
        asked for secrecy a moment ago."""
        if not claim.asked_for:
            return
        self._within_the_day(claim)
        with self.database.writing() as session:
            goes = claiming.hand_over(session, claim, via=self.carriers[claim.channel].name, settings=self.settings,
                                      at=now(), needless=self.needless)  # fmt: skip
        if not goes:
            raise Refused("已停止发送")

    def _within_the_day(self, claim: Claim) -> None:
        """No citizen's telephone is flooded with short messages, whoever asks for them."""
        since = now() - timedelta(days=1)
        with self.database.reading() as session:
            sent = session.scalar(select(func.count()).select_from(Delivery).where(
                Delivery.place == claim.message.place, Delivery.channel == Channel.SMS, Delivery.ended_at > since,
                Delivery.account_id.is_(None), Delivery.state.in_((State.SENT, State.IN_DOUBT)))) or 0  # fmt: skip
        if sent >= self.settings.sms_most_a_day:
            raise Refused("该号码24小时内的短信已达上限")


def _stranded(at: datetime) -> Select[Delivery]:
    return select(Delivery).where(Delivery.state == State.SENDING, Delivery.lease_until < at)


def _drop(session: Session, *, before: datetime) -> None:
    old = select(Delivery.id).where(Delivery.owed_at < before, Delivery.state.in_(outbox.OVER)).limit(DROPPED_AT_ONCE)
    ids = list(session.scalars(old))
    session.execute(delete(DeliveryAttempt).where(DeliveryAttempt.delivery_id.in_(ids)))
    session.execute(delete(Delivery).where(Delivery.id.in_(ids)))
    read = select(Notice.id).where(Notice.at < before, Notice.read_at.is_not(None)).limit(DROPPED_AT_ONCE)
    session.execute(delete(Notice).where(Notice.id.in_(list(session.scalars(read)))))
