"""The demonstration's callers and its operator, played by SIPp on the real exchange."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event as Flag

from sqlalchemy import select
from sqlalchemy.orm import Session

from agi.scripts.self_service import contact_sentence
from cli import sip
from cli.installation import Installation, secret
from cli.sip_scenario import Press, Say, Step, Wait
from dispatch.callbacks.telephone import Telephone
from dispatch.calls import desk
from hotline.accounts.accounts import Account
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.exchange.errors import LinkError
from hotline.times import local_day, now
from hotline.voice import orders
from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import Entry, most_asked
from knowledge_base.search.index import build

OPERATOR = "operator1"
KEYED = "599"  # 居住证: the initials j, z, z
SOUNDS = Path(__file__).parent.parent / "asterisk-conf" / "sounds" / "hotline"


def place_all(here: Installation, database: Database, say: Callable[[str], None], stop: Flag) -> None:
    """One call after the other, until all are placed or somebody stops us."""
    _until_spoken(here, database, say, stop)
    for number, (what, place) in enumerate(SCENES, start=1):
        if stop.is_set():
            return
        say(f"\n{number}. {what}")
        place(here, database, stop)


def _answered(here: Installation, database: Database, stop: Flag) -> None:
    asked = (*_to_the_keys(here), Press("101", 6), Press(f"{KEYED}#", 18), Press("1", 10))
    _place(here, "13887700001", stop, *asked, Press("1", 30), Press("1", 4))


def _said(here: Installation, database: Database, stop: Flag) -> None:
    """He speaks in the machine's own voice: there is no other here."""
    if not here.settings.speech:
        return
    with database.reading() as session:
        unit = session.scalars(select(Department).where(Department.code == "101")).one()
        title = min((e.question for e in most_asked(session, unit.id, on=local_day(now()), most=3)), key=len)
    question = here.settings.sounds / f"{orders.names_of(title, voice=here.settings.voice)[0]}.alaw"
    asked = (Wait(8), Press("1", 7), Say(question), Wait(14))
    _place(here, "13887700005", stop, *asked, Press("1", 30), Press("1", 4))


def _not_authorised(here: Installation, database: Database, stop: Flag) -> None:
    code = _never_authorised(database)
    asked = (*_to_the_keys(here), Press(code, 6), Press("#", 14), Press("1", 8))  # spells nothing
    _place(here, "13887700002", stop, *asked, Press("1", 20))


def _to_the_keys(here: Installation) -> tuple[Step, ...]:
    """Past the greeting into self-service; where he may speak he says by a key that he won't."""
    return (Wait(8), Press("1", 6), Press("1", 6)) if here.settings.speech else (Wait(8), Press("1", 6))


def _message(here: Installation, _database: Database, stop: Flag) -> None:
    question = Say(SOUNDS / "leave_question.alaw")
    _place(here, "13887700003", stop, Wait(8), Press("0", 10), question, Wait(8), Press("#", 1), Press("#####", 18))


def _person(here: Installation, database: Database, stop: Flag) -> None:
    with OperatorAtDesk(here, database):
        _place(here, "13887700004", stop, Wait(8), Press("0", 14))


SCENES = (
    ("A citizen spells 居住证 as 5 9 9 on his keys, and hears the authorised answer.", _answered),
    ("The next one says aloud what he wants to know, and hears its answer.", _said),
    ("The same of a department that has not authorised it: who is responsible, never the answer.", _not_authorised),
    ("Nobody is at the desk: the citizen leaves his question and hears a query code.", _message),
    ("An operator signs on; the next citizen reaches a person.", _person),
)


def _place(here: Installation, caller: str, stop: Flag, *steps: Step) -> None:
    """Place one call; whoever stops us meanwhile ends it."""
    with sip.call(*steps, port=here.settings.sip_port, caller=caller) as line:
        while line.child.poll() is None and not stop.wait(0.2):
            pass


class OperatorAtDesk:
    """An operator with a phone that answers, for as long as the block lasts."""

    def __init__(self, here: Installation, database: Database) -> None:
        self._here, self._database = here, database
        self._telephone = Telephone(here.settings)
        with database.reading() as session:
            self._account = session.scalars(select(Account).where(Account.login == OPERATOR)).one()

    def __enter__(self) -> None:
        extension = self._account.extension
        password = secret(self._here.settings.folder, f"phone_{extension}")
        self._phone = sip.phone(extension, password, Wait(10), exchange=self._here.settings.sip_port)
        self._set(desk.Readiness.READY)
        self._telephone.sign_on(extension, self._account.login)

    def __exit__(self, *_: object) -> None:
        try:
            self._telephone.sign_off(self._account.extension)
        except LinkError:
            return
        finally:
            self._set(desk.Readiness.AWAY)
            self._phone.stop()
            self._telephone.close()

    def _set(self, state: desk.Readiness) -> None:
        with self._database.writing() as session:
            desk.set_readiness(session, self._account, state, at=now())


def _never_authorised(database: Database) -> str:
    with database.reading() as session:
        authorised = select(Authorisation.department_id)
        query = select(Department.code).where(Department.id.not_in(authorised)).order_by(Department.code).limit(1)
        return session.scalars(query).one()


def _until_spoken(here: Installation, database: Database, say: Callable[[str], None], stop: Flag,
                  seconds: float = 180) -> None:
    """Wait until what the callers will hear has a voice, telling how far it is: the very first time takes a minute."""
    with database.writing() as session:
        names = [
            name
            for text in (*_to_be_heard(session, "101", answers=1), *_to_be_heard(session, _never_authorised(database)))
            for name in orders.order(session, text, voice=here.settings.voice, urgent=True, at=now())
        ]
    end, told = time.monotonic() + seconds, len(names)
    while time.monotonic() < end and not stop.wait(0.5):
        with database.reading() as session:
            left = len(orders.unmade(session, names))
        if not left:
            return
        if left < told:
            say(f"Giving a voice to what will be heard: {len(names) - left} of {len(names)} sentences")
            told = left


def _to_be_heard(session: Session, code: str, *, answers: int = 0) -> list[str]:
    """The titles of a department's most asked questions, its contact, and the first answers; with answers, those of
    what is keyed too."""
    unit = session.scalars(select(Department).where(Department.code == code)).one()
    asked = most_asked(session, unit.id, on=local_day(now()), most=3)
    keyed = _keyed(session, unit) if answers else []
    heard = [*(e.versions[-1].spoken for e in asked[:answers]), *(e.versions[-1].spoken for e in keyed[:1])]
    return [*(e.question for e in (*asked, *keyed)), contact_sentence(unit), *heard]


def _keyed(session: Session, unit: Department) -> list[Entry]:
    """What the machine finds on the keys that the first citizen presses."""
    found = build(session, on=local_day(now())).by_keys(unit.id, KEYED)
    return [session.get_one(Entry, match.entry_id) for match in found]
