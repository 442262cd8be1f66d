"""How a house can be when somebody calls it, and the ways that people go in it then: together they come to every step of the
dialplan that this house has, and to every script."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass

from sqlalchemy import select

from cli import sip
from cli.installation import secret
from cli.sip_scenario import Press, Say, Step, Wait
from dispatch.callbacks.telephone import Telephone as Telephony
from dispatch.calls import calls, desk, settling
from dispatch.calls.calls import Call
from dispatch.line import barring, flags, menus, skilled
from dispatch.line.barring import Cause
from dispatch.line.flags import Skill
from dispatch.line.menu import Do, Item, Menu
from dispatch.tickets import intake
from dispatch.tickets.intake import Matter
from dispatch.tickets.tickets import Klass
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.liaisons import Liaison
from hotline.exchange import actions
from hotline.exchange.nodes import Node
from hotline.times import local_day, now
from tests.exchange import rung
from tests.exchange.held import stages
from tests.exchange.leavers import Line, Way
from tests.journeys import handing, town
from tests.journeys.trouble import TUNE, Breakable

Around = Callable[[Breakable], AbstractContextManager[object]]
MENU = Menu((Item("1", "自助查询", Do.SELF_SERVICE), Item("2", "查询办理进度", Do.PROGRESS), Item("3", "留言", Do.MESSAGE),
             Item("5", "方言服务", Do.DIALECT), Item("6", "疫苗接种", Do.ANNOUNCE, "接种点在各社区卫生服务中心。")))  # fmt: skip
LIAISON = "08779601001"
OWN, OTHER, SHARED = "8009", Node("other", "127.0.0.1", 1, "127.0.0.1", 1), "shared-by-two"
MACHINES, WARNED = "13899999999", tuple(sip.citizens(40, "7"))
OLD, OLDER = tuple(sip.citizens(30, "8")), tuple(sip.citizens(60, "9"))
BLOCKED = tuple(f"1385000{n * 101:04d}" for n in range(1, 60))
CODE, LODGER = "73519284", "13888888888"
NOTHING = '""'  # on the exchange's console
NOBODY: dict[str, bool | None] = {"": False}  # FastAGI is gone
LEAVES: dict[str, str | list[str]] = {"leave_question": "#", "question_check": ["1", ""], "number_is": "1", "secrecy_question": "1"}
ANSWERED: dict[str, str | list[str]] = {"greeting": "1", "choose_department": "101", "choose_question": "1", "confirm_yes_no": "1"}


@dataclass(frozen=True)
class Situation:
    """How the house is, and the ways that callers go in it."""

    ways: dict[str, Way]
    around: Around = lambda _: nullcontext()
    liaison: Way | None = None  # what liaisons do who are rung
    together: int = 24
    keeps: bool = True  # what is told
    who: str = LIAISON  # whoever else is rung, and goes as `liaison` does


@contextmanager
def at_desk(house: Breakable, *steps: Step, ring: float, many: int = 1, reserve: bool = False, skills: tuple[Skill, ...] = ()) -> Iterator[None]:
    """Operators whose telephones ring for so long, and what they do then."""
    telephony = Telephony(house.settings)
    with ExitStack() as there:
        there.callback(telephony.close)
        _employed(house, many)
        for number in range(1, many + 1):
            extension = f"800{number}"
            password = secret(house.settings.folder, f"phone_{extension}")
            there.enter_context(sip.phone(extension, password, *steps, exchange=house.port, ring=ring))
            _stands(house, f"operator{number}", desk.Readiness.READY, skills, reserve=reserve)
            telephony.sign_on(extension, f"operator{number}", skills, reserve=reserve)
            there.callback(telephony.sign_off, extension)
            there.callback(_stands, house, f"operator{number}", desk.Readiness.AWAY)
        yield


def _employed(house: Breakable, many: int) -> None:
    """So many have an account, each with a telephone of his own."""
    with house.database.writing() as session:
        there = set(session.scalars(select(Account.login)))
        for number in range(1, many + 1):
            if (login := f"operator{number}") not in there:
                town.person(session, login, Role.OPERATOR, now(), extension=f"800{number}")


def _stands(house: Breakable, login: str, readiness: desk.Readiness, skills: tuple[Skill, ...] = (), *, reserve: bool = False) -> None:
    """As the house has it, too: else its listener would put the exchange right."""
    with house.database.writing() as session:
        account = session.scalars(select(Account).where(Account.login == login)).one()
        skilled.give(session, account, skills, reserve=reserve, by="boss", at=now())
        desk.set_readiness(session, account, readiness, at=now())


def rings(house: Breakable, **how: object) -> AbstractContextManager[None]:
    """Somebody is there, and never picks up."""
    return at_desk(house, Wait(60), ring=600, **how)  # type: ignore[arg-type]


def talks(house: Breakable) -> AbstractContextManager[None]:
    """Two who talk for a moment and hang up."""
    return at_desk(house, Say(TUNE), Wait(1.5), ring=0.2, many=2)


def falls_silent(house: Breakable) -> AbstractContextManager[None]:
    """Those whose telephones are lost in the midst of a talk."""
    return at_desk(house, Wait(60), ring=0.2, many=4)


def hours(today: str) -> Around:
    """What the exchange has of today's hours, while FastAGI is gone."""

    @contextmanager
    def kept(house: Breakable) -> Iterator[None]:
        telephony, day = Telephony(house.settings), f"{local_day(now()):%Y%m%d}"
        before = actions.db_get(telephony.link(), "hours", day) or ""
        actions.db_put(telephony.link(), "hours", day, today)
        yield
        actions.db_put(telephony.link(), "hours", day, before)
        telephony.close()

    return kept


def globally(**changed: str) -> Around:
    """The dialplan's own settings are these meanwhile."""

    @contextmanager
    def changing(house: Breakable) -> Iterator[None]:
        before = {name: house.exchange.cli("dialplan show globals").split(f"   {name}=")[1].splitlines()[0] for name in changed}
        for name, value in changed.items():
            house.exchange.cli(f"dialplan set global {name} {value}")
        yield
        for name, value in before.items():
            house.exchange.cli(f"dialplan set global {name} {value or NOTHING}")

    return changing


@contextmanager
def there_and_nowhere(house: Breakable) -> Iterator[None]:
    """Somebody is there, and no slip can be written."""
    with rings(house), globally(FOLDER="/nowhere")(house):
        yield


@contextmanager
def held_elsewhere(house: Breakable) -> Iterator[None]:
    """The queues are said to be on another exchange."""
    telephony = Telephony(house.settings)
    with globally(OTHERS=OTHER.name)(house):
        actions.db_put(telephony.link(), "nodes", "holder", OTHER.name)
        yield
        actions.db_del(telephony.link(), "nodes", "holder")
    telephony.close()


@contextmanager
def without_places(house: Breakable) -> Iterator[None]:
    """Nobody may keep his place: while he waits there are other keys."""
    file = house.exchange.plan.root / "generated" / "queues_local.conf"
    with globally(PLACES="no")(house), rings(house):
        kept = file.read_text()
        file.write_text(kept.replace("queue-keys-place", "queue-keys"))
        house.exchange.cli("queue reload all")
        yield
        file.write_text(kept)
        house.exchange.cli("queue reload all")


@contextmanager
def no_codes(house: Breakable) -> Iterator[None]:
    """The exchange has given all its codes away."""
    telephony = Telephony(house.settings)
    head = actions.db_get(telephony.link(), "codepool", "head") or "1"
    actions.db_put(telephony.link(), "codepool", "head", "9999999")
    yield
    actions.db_put(telephony.link(), "codepool", "head", head)
    telephony.close()


@contextmanager
def office_menu(house: Breakable) -> Iterator[None]:
    """The office has put a menu of its own in force, and all of it is spoken."""
    with house.database.writing() as session:
        row = menus.write(session, MENU, reason="试验", by="office", settings=house.settings, at=now()).id
    rung.voiced(house, *MENU.texts())
    with house.database.writing() as session:
        menus.begin(session, session.get_one(menus.MenuVersion, row), by="boss", settings=house.settings, at=now())
    time.sleep(3)  # FastAGI looks every two seconds
    yield
    with house.database.writing() as session:
        menus.end(session, by="boss", at=now())
    time.sleep(3)


@contextmanager
def machine_rings(house: Breakable) -> Iterator[None]:
    """From that number a machine rings without end."""
    sip.place(Wait(0.1), port=house.port, caller=MACHINES, calls=house.settings.flood_a_minute, rate=20)
    yield


@contextmanager
def known_callers(house: Breakable) -> Iterator[None]:
    """Some are to be warned, some are kept out, some need a person at once; somebody has lodged a matter before."""
    at = now()
    with house.database.writing() as session:
        matter = Matter(Klass.CONSULT, "身份证换领", "来电人询问身份证怎么换领。")
        before = rung.called_before(session, LODGER)
        intake.refer(session, matter, call=before, recording=None, code=CODE, by="operator1", settings=house.settings, at=at)
        settling.end(session, before.id, at=at)
        for number in WARNED:
            barring.warn(session, number, cause=Cause.NUISANCE, reason="试验", told=False, by="operator1", at=at)
        for number in OLD:
            flags.flag(session, number, Skill.ELDERLY, reason="试验", by="operator1", at=at)
        session.add(barring.Block(number="1385000*", cause=Cause.FALSE, reason="试验", by="boss", since=at, until=at.replace(year=at.year + 1)))
    time.sleep(3)
    yield


@contextmanager
def old_people(house: Breakable) -> Iterator[None]:
    """Somebody is there for them, and never picks up."""
    with house.database.writing() as session:
        for number in OLDER:
            flags.flag(session, number, Skill.ELDERLY, reason="试验", by="operator1", at=now())
    time.sleep(3)  # FastAGI looks every two seconds
    with rings(house, skills=(Skill.ELDERLY,)):
        yield


TALKED = stages().labelled("people", "talked")
AGAIN = stages().labelled("people", "talked", before=1)  # whose operator was lost goes to the next one
MANY = 8  # operators
OFFICE, NOT_THERE = "101", "08779602001"


def talk_on(house: Breakable, seconds: float = 9) -> AbstractContextManager[None]:
    """Operators who have so much time; two departments are open, and in one of them is somebody."""
    with house.database.writing() as session:
        if not session.scalar(select(Liaison.id).limit(1)):
            handing.open_office(session, OFFICE, LIAISON)
            handing.open_office(session, "102", NOT_THERE)
    return at_desk(house, Say(TUNE), Wait(seconds), ring=0.2, many=MANY)


@contextmanager
def out_of_time(house: Breakable) -> Iterator[None]:
    """The exchange itself brings who waits for a liaison back, after a few seconds already."""
    with talk_on(house), globally(TRANSFER_SECONDS="4")(house):
        yield


def go_soon(house: Breakable) -> AbstractContextManager[None]:
    """Operators who hand on, and don't wait until a liaison comes."""
    return talk_on(house, 4)


def handed_on(house: Breakable, caller: str) -> None:
    """His operator hands him to a department where somebody is."""
    handing.hand_on(house, caller, OFFICE)


def handed_on_unheard(house: Breakable, caller: str) -> None:
    """And for a while the house hears nothing of what the exchange tells: it calls nobody off."""
    handed_on(house, caller)
    time.sleep(2)
    os.kill(house.pid("listen"), signal.SIGSTOP)
    time.sleep(9)
    os.kill(house.pid("listen"), signal.SIGCONT)


def signed_off(house: Breakable, caller: str) -> None:
    """Somebody is there, who is engaged, until the caller has come into the queue."""
    telephony = Telephony(house.settings)
    telephony.sign_on(OWN, "operator1")
    try:
        house.eventually(lambda session: session.scalar(select(Call.queued_at).where(Call.caller == caller, Call.queued_at.is_not(None))))
        time.sleep(1)
    finally:
        telephony.sign_off(OWN)
        telephony.close()


def handed_to_nobody(house: Breakable, caller: str) -> None:
    handing.hand_on(house, caller, "102")


@contextmanager
def ready_to_ring(house: Breakable) -> Iterator[None]:
    """What they are told has a voice."""
    rung.voiced(house, rung.REPLY, rung.MESSAGE)
    yield


@contextmanager
def somebody_calls(house: Breakable) -> Iterator[None]:
    """And stays."""
    with sip.call(Press("0", 30), port=house.port):
        time.sleep(2)
        yield


def own_telephone(house: Breakable) -> Line:
    """On a desk of the house."""
    return Line(OWN, secret(house.settings.folder, f"phone_{OWN}"))


def other_exchange(_: Breakable) -> Line:
    """It says whose call it leads here."""
    return Line(OTHER.name, SHARED, lambda number: f"X-Hotline-Call: {calls.mint_id(now())},{number},yes,,")


PEOPLE: dict[str, str | list[str]] = {"greeting": "0"}


def while_it_is_said(key: str) -> dict[str, str | list[str]]:
    """Who presses it while he hears his place, once."""
    return PEOPLE | {"you_are_next": [key], "position_before": [key], "more_before": [key]}


ALONE, TOLD = Way(reaches=NOBODY, until="message"), PEOPLE | LEAVES
SITUATIONS = {
    "nobody is there": Situation({
        "leaves a message": Way(TOLD),
        "is blocked": Way(numbers=BLOCKED), "is warned": Way(numbers=WARNED, until="menu"), "is spared the machine": Way(numbers=OLD, until="message"),
        "dials no number": Way(called="s", until="menu"), "dials a country": Way(called="+8796128", until="menu"),
        "is answered": Way(ANSWERED | {"satisfied_question": "1"}), "is not satisfied": Way(ANSWERED | {"satisfied_question": "2"}, until="people"),
        "begins again": Way({"greeting": "1", "choose_department": "*", "menu": "2"}, until="people"),
        "asks for his matter": Way({"greeting": "2", "key_code": CODE, "key_last_four": LODGER[-4:]}, until="people"),
        "has no FastAGI": Way(reaches=NOBODY), "has a mute one": Way(reaches={"": None}, until="message"),
    }, known_callers),
    "a machine rings": Situation({"": Way(numbers=(MACHINES,) * 60)}, machine_rings),
    "the office has a menu": Situation({
        "hears news": Way({"greeting": "6", "person_offer": "0"}, until="people"), "leaves a message": Way({"greeting": "3"}, until="message"),
        "asks for dialect": Way({"greeting": "5"}, until="people"), "presses nothing": Way(until="people"),
    }, office_menu),
    "nobody picks up": Situation({
        "leaves a message by 1": Way({"greeting": "0", "Queue": "1"}, until="message"), "by *": Way({"greeting": "0", "Queue": "*"}, until="message"),
        "keys 110": Way({"greeting": "0", "Queue": ["110", ""]}, until="message"),
        "thinks better of it": Way({"greeting": "0", "Queue": ["10", "1"]}, until="message"),
        "waits in vain": Way(PEOPLE, until="message"), "keeps his place": Way({"greeting": "0", "place_offer": "2", "Queue": "2"}, until="message"),
        "can't keep it": Way({"greeting": "0", "Queue": ["2", "1"]}, {"keep_place": False}, until="message"),
        "presses 1 while his place is said, and again": Way(while_it_is_said("1") | {"key_message": "1"}, until="message"),
        "presses 2 then, and again": Way(while_it_is_said("2") | {"key_place": "2"}, until="place"),
        "presses 5 then, and no more": Way(while_it_is_said("5") | {"Queue": ["", "1"]}, until="message"),
        "waits when it is his turn": Way({"place_hello": "1", "Queue": ["2", "1"]}, until="message", rung=rung.for_his_turn),
    }, rings),
    "nobody may keep his place": Situation({
        "by 1": Way({"greeting": "0", "Queue": "1"}, until="message"), "by *": Way({"greeting": "0", "Queue": "*"}, until="message"),
        "by 1 while his place is said, and again": Way(while_it_is_said("1") | {"key_message": "1"}, until="message"),
    }, without_places),
    "only the reserve is there": Situation({"": Way({"greeting": "0", "Queue": ["", "1"]}, until="message")}, lambda house: rings(house, reserve=True)),
    "old people have their own": Situation({"": Way({"Queue": ["", "1"]}, numbers=OLDER, until="message")}, old_people),
    "operators talk and hang up": Situation({
        "rates": Way({"greeting": "0", "survey_question": "5"}), "has one again": Way({"greeting": "0", "survey_question": ["0", "4"]}),
    }, talks),
    "operators are lost": Situation({"": Way(PEOPLE, until=AGAIN)}, falls_silent, together=3),
    "whoever was there goes": Situation({"": Way(PEOPLE, meanwhile=signed_off, until="message")}, together=1),
    "the queues are elsewhere": Situation({"": Way(PEOPLE, until="message")}, held_elsewhere),
    "another exchange has them": Situation({"": Way(PEOPLE)}, held_elsewhere, liaison=Way(goes={"": 1.5}), who="person"),
    "another exchange has its callers led here": Situation({"": Way(line=other_exchange, called="person", until="people")}),
    "operators ring": Situation({
        "a colleague": Way(line=own_telephone, called="8001"), "one who isn't there": Way(line=own_telephone, called="8008"),
        "out": Way(line=own_telephone, called=f"0{LIAISON}"), "out, where it is engaged": Way(line=own_telephone, called=f"0{rung.ENGAGED}"),
    }, talks, liaison=Way(goes={"": 1.5})),
    "a department rings its caller": Situation({"": Way(rung=rung.for_a_department)}),
    "a supervisor listens": Situation({"": Way(numbers=(OWN,) * 9, rung=rung.to_listen)}, somebody_calls, together=1),
    "a supervisor comes too late": Situation({"": Way(numbers=(OWN,) * 9, rung=rung.to_listen)}, together=1),
    "closed without us": Situation({"": ALONE}, hours("none")),
    "not yet open without us": Situation({"": ALONE}, hours("2358-2359")),
    "open again without us": Situation({"": ALONE}, hours("0000-0001,0000-2400")),
    "no codes are left": Situation({"": Way(reaches=NOBODY)}, no_codes),
    "the house rings": Situation({
        "for a reply": Way({"callback_hello": "1", "callback_satisfied": "4"}, rung=rung.for_a_reply),
        "for his turn": Way({"place_hello": "1"}, until="people", rung=rung.for_his_turn),
        "for a message": Way({"duty_hello": "1"}, rung=rung.for_a_message),
    }, ready_to_ring),
    "the house rings without FastAGI": Situation({
        "for a reply": Way(reaches=NOBODY, rung=rung.for_a_reply), "for his turn": Way({"place_hello": "1"}, NOBODY, until="people", rung=rung.for_his_turn),
        "for his turn, and he is out": Way(reaches=NOBODY, rung=rung.for_his_turn),
        "for a message": Way(reaches=NOBODY, rung=rung.for_a_message),
    }),
    "a department is asked": Situation({
        "talks with it": Way(PEOPLE, meanwhile=handed_on, until=TALKED),
        "comes back by 0": Way(PEOPLE | {"transfer_wait": "0"}, meanwhile=handed_on, until=TALKED),
        "presses 5": Way(PEOPLE | {"transfer_wait": "5"}, meanwhile=handed_on, until=TALKED),
        "nobody is reached": Way(PEOPLE, meanwhile=handed_to_nobody, until="message"),
    }, talk_on, liaison=Way({"liaison_hello": "1"}, goes={"ConfBridge": 1.5}), together=MANY),
    "its liaison has no FastAGI": Situation({"": Way(PEOPLE, meanwhile=handed_on, until=TALKED)}, talk_on,
                                            liaison=Way({"liaison_hello": "1"}, {"": False}, goes={"ConfBridge": 1.5}), together=MANY),
    "its liaison comes too late": Situation({"": Way(PEOPLE | {"transfer_wait": "    0"}, meanwhile=handed_on_unheard, until=TALKED)}, talk_on,
                                            liaison=Way({"liaison_hello": "     1"}, {"": False}), together=1),
    "no liaison joins in time": Situation({"": Way(PEOPLE, meanwhile=handed_on, until=TALKED)}, out_of_time,
                                          liaison=Way(), together=MANY),
    "his operator has gone": Situation({
        "a liaison comes": Way(PEOPLE, meanwhile=handed_on, until=TALKED),
        "comes back by 0": Way(PEOPLE | {"transfer_wait": "    0"}, meanwhile=handed_on, until=TALKED),
    }, go_soon, liaison=Way({"liaison_hello": "     1"}, goes={"ConfBridge": 1.5}), together=MANY),
    "nothing can be written": Situation({"": Way(reaches=NOBODY)}, globally(FOLDER="/nowhere"), keeps=False),
    "nothing can be written, and somebody is there": Situation({"": Way({"Queue": ["1", ""]}, NOBODY)}, there_and_nowhere, keeps=False),
}  # fmt: skip
