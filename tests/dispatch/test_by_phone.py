"""Telephones are rung for what is urgent, and for citizens who are told a new day: A, then B, once, at the right hours."""

from dataclasses import dataclass, field
from datetime import datetime

import pytest
import time_machine
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from dispatch.callbacks import by_phone
from dispatch.callbacks.callbacks import Callback
from dispatch.callbacks.ringing_out import Ringing
from dispatch.callbacks.trunk import Taken
from dispatch.calls.calls import Call
from dispatch.clocks import duty_phones, ladder
from dispatch.clocks.rungs import Rung
from dispatch.line import flags
from dispatch.line.flags import Skill
from dispatch.tickets import asides, extensions, progress, referrals, succeeding
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Klass, Ticket, Urgency
from hotline.database import Database
from hotline.directory.departments import Department, Succession
from hotline.directory.liaisons import Liaison, Position
from hotline.exchange.errors import ActionRefused
from hotline.settings import Settings
from hotline.telling import sms
from hotline.telling.carriers import Later
from hotline.telling.claiming import LEASE
from hotline.telling.notices import Notice, Topic
from hotline.telling.outbox import Channel, Delivery
from hotline.telling.sms import SmsTemplate
from hotline.telling.teller import Teller, carriers_of
from hotline.times import local_day
from hotline.voice.orders import SpeechOrder
from recordings.recordings import Recording
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import Staff, later

DUTY, A, B, CITY = "08772010001", "13987700001", "13987700002", "08772020202"
GATEWAY = "http://127.0.0.1:9/sms"
once = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # what doesn't differ by database
NIGHT = later(hours=7)  # 19:00 in Yuxi, when nobody is in the office; an hour before it is due


@dataclass
class Exchange:
    """What rings, in our place: whom, and whether it can be asked at all."""

    rung: list[tuple[str, str, str]] = field(default_factory=list)  # number, channel, call
    there: Taken | None = field(default_factory=Taken)
    refuses: bool = False

    def lines(self) -> Taken | None:
        return self.there

    def tell(self, number: str, *, channel_id: str, call_id: str) -> None:
        if self.refuses:
            raise ActionRefused("no")
        self.rung.append((number, channel_id, call_id))


@dataclass
class Town:
    """A department with a duty telephone and two liaisons, a city's duty office, and the worker that rings them."""

    database: Database
    settings: Settings
    exchange: Exchange
    staff: Staff
    number: str

    def teller(self) -> Teller:
        ways = {**carriers_of(self.settings), Channel.PHONE: Ringing(self.settings, self.database, self.exchange)}  # type: ignore[arg-type]
        return Teller(self.settings, self.database, ways)

    def sweep(self, at: datetime) -> None:
        with time_machine.travel(at, tick=False):
            self.teller().tell()

    def climb(self, at: datetime) -> list[Rung]:
        with self.database.writing() as session:
            return [rung for one in ladder.owed(session, at=at) for rung in ladder.climb(session, one, settings=self.settings, at=at)]

    def over(self, outcome: str = "", *, at: datetime) -> None:
        """The last telephone that rang: somebody heard it there, or not."""
        with self.database.writing() as session:
            done = outcome or Later("无人接听")
            assert by_phone.settle(session, self.exchange.rung[-1][1], done, settings=self.settings, at=at)

    @property
    def rung(self) -> list[str]:
        return [number for number, _, _ in self.exchange.rung]

    def told(self) -> list[tuple[str, str, int]]:
        with self.database.reading() as session:
            rows = session.scalars(select(Delivery).where(Delivery.channel == Channel.PHONE).order_by(Delivery.id))
            return [(row.place, str(row.state), row.attempts) for row in rows]

    def history(self) -> list[tuple[str, list[str]]]:
        with self.database.reading() as session:
            row = session.scalars(select(Ticket).where(Ticket.number == self.number)).one()
            return [(s.action, s.detail["told"]) for s in row.steps if s.action in (by_phone.HEARD, by_phone.UNHEARD)]


@pytest.fixture
def here(database: Database, settings: Settings) -> Town:
    settings = settings.model_copy(update={"city_duty_phone": "0877-2020202"})
    with database.writing() as session:
        office = town.unit(session, "101", "玉溪市公安局", short="公安局")
        office.duty_phone = "0877-2010001"
        session.add_all([Liaison(department_id=office.id, name=name, position=position, phone=phone)
                         for name, position, phone in (("乙", Position.B, B), ("甲", Position.A, A), ("科", Position.SECTION, "0877-2010009"))])  # fmt: skip
        staff = town.staff(session, office)
        row = town.ticket(session, settings, urgency=Urgency.CRITICAL, klass=Klass.COMPLAINT)
        town.bring(session, row, State.IN_HAND, by=staff, settings=settings)
        for made in (Delivery, SpeechOrder):  # of its dispatch; it was accepted at once
            session.execute(delete(made))
        number = row.number
    return Town(database, settings, Exchange(), staff, number)


def voiced(here: Town) -> None:
    with here.database.writing() as session:
        for row in session.scalars(select(SpeechOrder)):
            row.made_at = NOON


def climbed(here: Town, at: datetime = NIGHT) -> None:
    here.climb(at)
    voiced(here)


def test_by_night_too_each_rings_after_the_other_until_one_hears_it(here: Town) -> None:
    climbed(here)
    here.sweep(NIGHT)
    assert here.rung == [DUTY]
    for expected in (A, B, CITY):
        here.over(at=NIGHT)
        here.sweep(NIGHT)
        assert here.rung[-1] == expected
    here.over(here.exchange.rung[-1][2], at=NIGHT)
    here.sweep(later(hours=9))
    assert (len(here.rung), here.told()) == (4, [(DUTY, "sent", 4)])
    assert here.history() == [(by_phone.HEARD, ["市政府总值班室"])]
    with here.database.reading() as session:
        calls = session.scalars(select(Call).where(Call.direction == "out").order_by(Call.began_at, Call.id)).all()
        assert sorted(call.caller for call in calls) == sorted([DUTY, A, B, CITY])
        assert set(session.scalars(select(Recording.call_id))) >= {call.id for call in calls}
        text = session.scalars(select(Delivery.values).where(Delivery.channel == Channel.PHONE)).one()["text"]
    assert text == f"公安局有一件特急工单，编号{here.number}，应于11月23日20:00前办结。请立即登录系统办理。", "nothing of what it is about"


def test_nobody_is_rung_twice_by_two_workers_a_restart_or_a_second_beat(here: Town) -> None:
    climbed(here)
    with time_machine.travel(NIGHT, tick=False):
        town.at_once(lambda: here.teller().tell(), threads=4)
    assert here.rung == [DUTY]
    here.climb(NIGHT)
    here.sweep(NIGHT + LEASE / 2)  # a worker that knows nothing of it, while the telephone rings or is spoken to
    assert here.rung == [DUTY]
    here.sweep(NIGHT + LEASE * 1.1)  # nobody ever heard how it ended: it counts as not answered
    assert here.rung == [DUTY, A]
    with here.database.writing() as session:
        late = by_phone.settle(session, here.exchange.rung[0][1], "call", settings=here.settings, at=NIGHT + LEASE * 1.2)
    assert (late, here.told()[0][1]) == (False, "sending"), "who speaks of an attempt that is over changes nothing"


def test_when_nobody_takes_it_the_rounds_end_and_a_person_of_the_hotline_is_told(here: Town) -> None:
    climbed(here)
    at = NIGHT
    for n in range(12):
        here.sweep(at)
        assert len(here.rung) == n + 1
        here.over(at=at)
        here.sweep(at)
        at += later(minutes=5) - NOON if n % 4 == 3 else later() - NOON
    assert (here.rung, here.told()) == ([DUTY, A, B, CITY] * 3, [(DUTY, "failed", 12)])
    assert here.history() == [(by_phone.UNHEARD, ["公安局值班电话", "公安局联络员甲", "公安局联络员乙", "市政府总值班室"])]
    with here.database.reading() as session:
        told = session.scalars(select(Notice).where(Notice.topic == Topic.UNHEARD)).all()
    assert [(n.account_id, n.thing, n.urgent) for n in told] == [(here.staff.supervisor.id, here.number, True)]


def dispatched(here: Town, at: datetime, *, urgency: Urgency = Urgency.URGENT) -> None:
    with here.database.writing() as session:
        row = town.ticket(session, here.settings, urgency=urgency, code="", at=at)
        town.bring(session, row, State.TO_ACCEPT, by=here.staff, settings=here.settings, at=at)
        here.number = row.number
    voiced(here)


@once
def test_what_is_dispatched_by_night_rings_at_once_long_before_the_ladders_first_step(here: Town) -> None:
    dispatched(here, NIGHT)
    here.sweep(NIGHT)
    here.over(at=NIGHT)
    here.sweep(NIGHT)
    assert (here.rung, here.told()) == ([DUTY, A], [(DUTY, "sending", 2)])
    here.over(here.exchange.rung[-1][2], at=NIGHT)
    assert here.history() == [(by_phone.HEARD, ["公安局联络员甲"])]


@once
def test_what_its_department_has_accepted_meanwhile_or_has_days_for_rings_nobody(here: Town) -> None:
    dispatched(here, NIGHT, urgency=Urgency.NORMAL)
    assert here.told() == []
    dispatched(here, NIGHT)
    with here.database.writing() as session:
        row = session.scalars(select(Ticket).where(Ticket.number == here.number)).one()
        town.bring(session, row, State.IN_HAND, by=here.staff, settings=here.settings, at=NIGHT)
    here.sweep(NIGHT)
    assert (here.rung, here.told()) == ([], [(DUTY, "void", 1)])


@once
def test_what_is_to_be_done_again_rings_at_once(here: Town) -> None:
    with here.database.writing() as session:
        row = session.scalars(select(Ticket).where(Ticket.number == here.number)).one()
        town.bring(session, row, State.TO_CALL_BACK, by=here.staff, settings=here.settings, at=NIGHT)
        referrals.told(session, row, grade=5, settings=here.settings, at=NIGHT)
    voiced(here)
    here.sweep(NIGHT)
    assert (here.rung, here.told()) == ([DUTY], [(DUTY, "sending", 1)])


@once
@pytest.mark.parametrize("state", [State.TO_ACCEPT, State.IN_HAND, State.TO_CHECK])
def test_what_a_department_that_is_no_more_leaves_rings_its_heir_at_once(here: Town, state: State) -> None:
    """Though both have one duty telephone; not while it is the hotline's turn."""
    dispatched(here, NIGHT)
    with here.database.writing() as session:
        row = session.scalars(select(Ticket).where(Ticket.number == here.number)).one()
        town.bring(session, row, state, by=here.staff, settings=here.settings, at=NIGHT)
        office, heir = session.get_one(Department, here.staff.office.id), town.unit(session, "102", "玉溪市城市运行局", short="运行局")
        office.effective_to, heir.duty_phone = local_day(NOON), office.duty_phone
        session.add(Succession(predecessor_id=office.id, successor_id=heir.id, kind="merged", on=local_day(NOON)))
        session.flush()
        succeeding.succeed(session, row, to=heir, why="玉机编〔2026〕8号", by=here.staff.supervisor, settings=here.settings, at=NIGHT)
    voiced(here)
    here.sweep(NIGHT)
    assert here.rung == ([] if state == State.TO_CHECK else [DUTY])
    with here.database.reading() as session:
        said = session.scalars(select(Delivery.values).where(Delivery.channel == Channel.PHONE).order_by(Delivery.id.desc()).limit(1)).one()["text"]
    assert said.startswith("公安局" if state == State.TO_CHECK else "运行局")


@once
def test_later_rungs_ring_the_city_at_once_and_say_it_instead_of_the_earlier_ones(here: Town) -> None:
    climbed(here, later(hours=10, minutes=5))
    assert here.told() == [(DUTY, "void", 0), (DUTY, "void", 0), (DUTY, "owed", 0), (CITY, "owed", 0)]
    here.sweep(later(hours=10, minutes=5))
    assert here.rung == [DUTY, CITY]


@once
def test_what_was_answered_meanwhile_rings_nobody(here: Town) -> None:
    climbed(here)
    with here.database.writing() as session:
        row = session.scalars(select(Ticket).where(Ticket.number == here.number)).one()
        town.bring(session, row, State.TO_CHECK, by=here.staff, settings=here.settings, at=NIGHT)
    here.sweep(NIGHT)
    assert (here.rung, here.told()) == ([], [(DUTY, "void", 1)])


@once
def test_an_exchange_that_cannot_be_asked_a_busy_telephone_and_a_missing_sound_cost_no_attempt(here: Town) -> None:
    here.climb(NIGHT)
    here.sweep(NIGHT)  # the voice is still at it
    assert (here.rung, here.told()) == ([], [(DUTY, "owed", 0)])
    here.exchange.there = None
    here.sweep(NIGHT + (later(minutes=1) - NOON))
    with here.database.writing() as session:
        session.add(Callback(number=DUTY, state="dialling", due_at=NOON))
    here.exchange.there = Taken()
    here.sweep(NIGHT + (later(minutes=2) - NOON))
    assert (here.rung, here.told()) == ([], [(DUTY, "owed", 0)])
    with here.database.writing() as session:
        session.scalars(select(Callback)).one().state = by_phone.Owed.DONE
    here.sweep(NIGHT + (later(minutes=3) - NOON))  # after a minute it is rung without a sound
    assert here.rung == [DUTY]


@once
def test_what_the_exchange_refuses_was_an_attempt_and_the_next_is_rung(here: Town) -> None:
    climbed(here)
    here.exchange.refuses = True
    with time_machine.travel(NIGHT, tick=False):
        here.teller().tell(iter([False, True]).__next__)
    here.exchange.refuses = False
    here.sweep(NIGHT)
    assert here.rung == [A]


@once
def test_mobiles_get_a_short_message_beside_it_once_its_text_is_registered(here: Town) -> None:
    here.settings = here.settings.model_copy(update={"sms_gateway": GATEWAY})
    with here.database.writing() as session:
        row = session.scalars(select(Ticket).where(Ticket.number == here.number)).one()
        duty_phones.ring(session, row, Rung.REMIND, settings=here.settings, at=NIGHT)
        assert sent(session) == []
        session.add(SmsTemplate(code=sms.DUTY, text=sms.TEXTS[sms.DUTY], registered_id="T9"))
        session.flush()
        duty_phones.ring(session, row, Rung.OVERDUE, settings=here.settings, at=NIGHT)
        assert sent(session) == [(A, sms.DUTY, True), (B, sms.DUTY, True)]


def sent(session: Session) -> list[tuple[str, str, bool]]:
    return [(d.place, d.template, d.urgent) for d in session.scalars(select(Delivery).where(Delivery.channel == Channel.SMS).order_by(Delivery.id))]


# -- a citizen is told the new day ---------------------------------------------------------------------------------
def extended(here: Town, *, contact: str, registered: bool = False, **of: object) -> None:
    with here.database.writing() as session:
        row = town.ticket(session, here.settings, contact=contact, code="", **of)  # type: ignore[arg-type]
        town.bring(session, row, State.IN_HAND, by=here.staff, settings=here.settings)
        if registered:
            session.add(SmsTemplate(code=sms.EXTENDED, text=sms.TEXTS[sms.EXTENDED], registered_id="T7"))
        extensions.ask(session, row, days=4, why="须现场勘察", by=here.staff.liaison, settings=here.settings, at=NOON)
        assert here.staff.competent is not None
        extensions.grant(session, row, by=here.staff.competent, settings=here.settings, at=later(hours=11))
        here.number = row.number
    voiced(here)


def owed(here: Town) -> list[tuple[str, str, str]]:
    with here.database.reading() as session:
        return [(str(d.channel), d.place, d.topic) for d in session.scalars(select(Delivery).where(Delivery.thing == here.number))]


@once
@pytest.mark.parametrize(("contact", "gateway", "confidential", "way"), [
    ("13812345678", True, False, "sms"), ("13812345678", False, False, "phone"), ("13812345678", True, True, "phone"),
    ("0877-2345678", True, False, "phone")])  # fmt: skip
def test_whoever_waits_is_told_the_new_day_by_short_message_or_by_telephone(here: Town, contact: str, gateway: bool, confidential: bool, way: str) -> None:
    here.settings = here.settings.model_copy(update={"sms_gateway": GATEWAY if gateway else ""})
    extended(here, contact=contact, registered=True, confidential=confidential)
    assert owed(here) == [(way, contact.replace("-", ""), "extended")]
    with here.database.reading() as session:
        row = session.scalars(select(Delivery).where(Delivery.thing == here.number)).one()
        assert "12月2日" in str(row.values)


@once
@pytest.mark.parametrize(("registered", "way"), [(True, "sms"), (False, "phone")])
def test_whose_matter_is_not_accepted_is_told_so_and_asks_where_to_go_with_his_code(here: Town, registered: bool, way: str) -> None:
    here.settings = here.settings.model_copy(update={"sms_gateway": GATEWAY})
    with here.database.writing() as session:
        row = town.ticket(session, here.settings, contact="13812345678", code="27182818")
        if registered:
            session.add(SmsTemplate(code=sms.NOT_ACCEPTED, text=sms.TEXTS[sms.NOT_ACCEPTED], registered_id="T8"))
        asides.not_accept(session, row, why="已进入诉讼", where="红塔区人民法院", by=here.staff.supervisor, settings=here.settings, at=NOON)
        here.number = row.number
    assert owed(here) == [(way, "13812345678", "not_accepted")]
    with here.database.reading() as session:
        told = session.scalars(select(Delivery).where(Delivery.thing == here.number)).one()
        assert "法院" not in str(told.values), "a telephone may be a family's"
        standing = progress.by_number(session, here.number, "27182818", settings=here.settings)
        assert standing is not None
        assert standing.instead == "红塔区人民法院"


@once
def test_a_citizen_is_rung_when_citizens_may_be_on_channels_that_callers_do_not_need_and_three_times_at_most(here: Town) -> None:
    extended(here, contact="0877-2345678")
    here.sweep(later(hours=11))  # 23:00
    morning = later(hours=21)  # nine
    here.exchange.there = Taken(channels=here.settings.trunk_channels)
    here.sweep(morning)
    assert here.rung == []
    here.exchange.there = Taken()
    for n in range(3):
        at = morning + n * (later(minutes=60) - NOON)
        here.sweep(at + (later(seconds=10) - NOON))
        here.over(at=at)
    assert here.told() == [("08772345678", "failed", 3)]
    with here.database.reading() as session:
        assert session.scalar(select(Notice.account_id).where(Notice.topic == Topic.UNHEARD)) == here.staff.supervisor.id


@once
@pytest.mark.parametrize("why", ["a switchboard", "spared the machine"])
def test_whom_a_machine_may_not_ring_a_person_tells_and_who_left_no_telephone_looks_for_himself(here: Town, why: str) -> None:
    if why == "spared the machine":
        with here.database.writing() as session:
            flags.flag(session, "0877-2345678", Skill.ELDERLY, reason="八十岁", by="op", at=NOON)
    extended(here, contact="0877-2345678" + ("转801" if why == "a switchboard" else ""))
    assert owed(here) == []
    with here.database.reading() as session:
        assert session.scalars(select(Notice.thing).where(Notice.topic == Topic.UNHEARD)).all() == [here.number]


@once
def test_a_channel_of_nobodys_message_changes_nothing(session: Session, settings: Settings) -> None:
    for name in ("", "telling-7-1", "telling-x", "1795406400.1"):
        assert not by_phone.rang_out(session, name, settings=settings, at=NOON)
