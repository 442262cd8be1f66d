"""Who reaches which ticket and which recording; whatever isn't granted is refused."""

from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from dispatch.callbacks import callbacks
from dispatch.callbacks.callbacks import Callback
from dispatch.calls import call_list
from dispatch.calls.calls import Call
from dispatch.tickets import reach
from dispatch.tickets.history import write_step
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Klass, Ticket
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.settings import Settings
from recordings import recordings
from recordings.recordings import Kind, Recording
from tests.conftest import NOON
from tests.dispatch import town

HOTLINE = {Role.OPERATOR, Role.SUPERVISOR, Role.QUALITY_INSPECTOR}
INSIDE = {Role.OPERATOR, Role.SUPERVISOR, Role.QUALITY_INSPECTOR, Role.CITY_OFFICE, Role.INSPECTOR}
OF_A_UNIT = {Role.LIAISON, Role.LEADER}
COUNTY = "530402"


@dataclass
class Town:
    session: Session
    settings: Settings
    office: Department
    other: Department
    numbers: int = 0

    def ticket(self, of: Department | None, *, klass: Klass = Klass.CONSULT, confidential: bool = False, state: State = State.TO_ACCEPT,
               call: Call | None = None) -> Ticket:
        self.numbers += 1
        call = call or town.call(self.session, f"call-{self.numbers}")
        sound = recordings.expect(self.session, call.id, kind=Kind.CALL, spool=self.settings.spool, at=NOON)
        row = town.ticket(self.session, self.settings, klass=klass, of=call, code=str(10000000 + self.numbers),
                          recording=sound, confidential=confidential)
        row.department_id = of.id if of else None
        return town.put(self.session, row, state)

    def account(self, role: Role) -> Account:
        belongs = self.office if role in OF_A_UNIT | {Role.SECRECY_REVIEWER} else None
        return town.somebody(self.session, role, of=belongs, county=COUNTY if role is Role.COUNTY_OFFICE else "")

    def hears(self, account: Account, ticket: Ticket) -> Recording | None:
        assert ticket.recording_id is not None
        return reach.recording(self.session, ticket.recording_id, account=account)


@pytest.fixture
def here(session: Session, settings: Settings) -> Town:
    office = town.unit(session, "101", "玉溪市公安局", county=COUNTY)
    return Town(session, settings, office, town.unit(session, "102", "玉溪市民政局", county="530403"))


def test_a_department_and_a_county_see_their_own_tickets_the_hotline_all_the_others_none(here: Town) -> None:
    own, foreign, nobodys = here.ticket(here.office), here.ticket(here.other), here.ticket(None)
    for role in Role:
        account = here.account(role)
        seen = [reach.ticket(here.session, row.number, account=account) is row for row in (own, foreign, nobodys)]
        of_its_own = role in INSIDE | OF_A_UNIT | {Role.COUNTY_OFFICE}
        assert (role, seen) == (role, [of_its_own, role in INSIDE, role in INSIDE])


@pytest.mark.parametrize("role", [*OF_A_UNIT, Role.COUNTY_OFFICE])
def test_who_belongs_to_no_unit_sees_no_ticket_not_even_those_of_nobody(here: Town, role: Role) -> None:
    rows = [here.ticket(here.office), here.ticket(None)]
    lost = town.somebody(here.session, role)
    assert [reach.ticket(here.session, row.number, account=lost) for row in rows] == [None, None]


def test_an_account_that_was_closed_sees_nothing(here: Town) -> None:
    row, account = here.ticket(here.office), here.account(Role.SUPERVISOR)
    account.active = False
    assert reach.ticket(here.session, row.number, account=account) is None
    assert here.hears(account, row) is None


SECRET = [(klass, confidential) for klass in Klass for confidential in (False, True) if confidential or klass in (Klass.COMPLAINT, Klass.REPORT)]
OPEN = [(klass, False) for klass in Klass if klass not in (Klass.COMPLAINT, Klass.REPORT)]


@pytest.mark.parametrize("role", list(Role))
def test_who_wished_not_to_be_known_is_known_to_nobody_outside_the_hotline(session: Session, role: Role) -> None:
    account = Account(role=role, active=True)
    known = [reach.sees_caller(session, Ticket(klass=klass, confidential=secret), account=account) for klass, secret in SECRET]
    assert known == [role in HOTLINE] * len(SECRET)
    assert reach.inside(account) is (role in HOTLINE)
    assert not reach.inside(Account(role=role, active=False))


@pytest.mark.parametrize("role", list(Role))
def test_of_other_matters_the_masked_caller_is_shown_to_whoever_reads_tickets(session: Session, role: Role) -> None:
    account = Account(role=role, active=True)
    known = {reach.sees_caller(session, Ticket(klass=klass, confidential=secret), account=account) for klass, secret in OPEN}
    assert known == {role in INSIDE | OF_A_UNIT | {Role.COUNTY_OFFICE}}


@pytest.mark.parametrize(("klass", "confidential"), [(Klass.COMPLAINT, False), (Klass.REPORT, False), (Klass.CONSULT, True)])
def test_one_guarded_matter_of_a_call_hides_the_caller_in_all_the_others(here: Town, klass: Klass, confidential: bool) -> None:
    call = town.call(here.session, "two-matters")
    plain, elsewhere = here.ticket(here.office, call=call), here.ticket(here.office)
    accounts = {role: here.account(role) for role in [*HOTLINE, *OF_A_UNIT, Role.CITY_OFFICE, Role.COUNTY_OFFICE, Role.INSPECTOR]}

    def who_sees(row: Ticket) -> set[Role]:
        return {role for role, account in accounts.items() if reach.sees_caller(here.session, row, account=account)}

    assert who_sees(plain) == set(accounts)
    here.ticket(here.other, klass=klass, confidential=confidential, call=call)
    assert who_sees(plain) == HOTLINE
    assert who_sees(elsewhere) == set(accounts), "another call tells nothing of it"


@pytest.mark.parametrize("role", list(Role))
def test_neither_the_call_of_a_secret_matter_nor_its_call_back_tells_the_caller_outside_the_hotline(here: Town, role: Role) -> None:
    secret, plain = here.ticket(here.office, klass=Klass.REPORT), here.ticket(here.office)
    beside = here.ticket(here.office, call=here.session.get_one(Call, secret.call_id))
    for n, row in enumerate((secret, plain, beside)):
        town.call(here.session, f"back-{n}", direction="out")
        callback = Callback(ticket_id=row.id, number=town.CALLER, due_at=NOON)
        here.session.add(callback)
        here.session.flush()
        callbacks.dial(here.session, callback, call_id=f"back-{n}", at=NOON)
    account = here.account(role)
    calls = [secret.call_id, "back-0", plain.call_id, "back-1", "back-2"]
    found = here.session.scalars(call_list.listed_calls(call_list.WantedCalls(text=town.CALLER[-4:]), account=account))
    nameless = reach.nameless_among(here.session, calls, account=account)
    assert nameless == (set() if role in HOTLINE else {secret.call_id, "back-0", "back-2"})
    assert {call.id for call in found} == set(calls) - nameless, "what shows no number isn't found by one"


@pytest.mark.parametrize(
    ("klass", "confidential", "guarded"),
    [
        (Klass.CONSULT, False, False),
        (Klass.PRAISE, False, False),
        (Klass.CONSULT, True, True),
        (Klass.COMPLAINT, False, True),
        (Klass.REPORT, False, True),
        (Klass.REPORT, True, True),
    ],
)
def test_a_recording_is_heard_by_whose_it_is_and_never_by_the_department_when_it_is_guarded(
    here: Town, klass: Klass, confidential: bool, guarded: bool
) -> None:
    own = here.ticket(here.office, klass=klass, confidential=confidential)
    foreign = here.ticket(here.other, klass=klass, confidential=confidential)
    expected = dict.fromkeys(Role, (False, False)) | {
        Role.SUPERVISOR: (True, True), Role.QUALITY_INSPECTOR: (True, True),
        Role.LIAISON: (not guarded, False), Role.LEADER: (not guarded, False),
    }  # fmt: skip
    accounts = {role: here.account(role) for role in Role}
    heard = {role: tuple(here.hears(account, row) is not None for row in (own, foreign)) for role, account in accounts.items()}
    assert heard == expected


@pytest.mark.parametrize("second_of", ["own", "foreign", "nobody"])
def test_one_guarded_matter_of_a_call_guards_its_recording_in_all_the_others(here: Town, second_of: str) -> None:
    call = town.call(here.session, "two-matters")
    first = here.ticket(here.office, call=call)
    accounts = [here.account(role) for role in OF_A_UNIT]
    assert all(here.hears(account, first) is not None for account in accounts)
    here.ticket({"own": here.office, "foreign": here.other, "nobody": None}[second_of], klass=Klass.REPORT, call=call)
    assert [here.hears(account, first) for account in accounts] == [None, None]


@pytest.mark.parametrize(("second_of", "state", "heard"), [
    ("own", State.TO_ACCEPT, True), ("foreign", State.TO_ACCEPT, False), ("nobody", State.TO_DISPATCH, False),
    ("foreign", State.FILED, False), ("nobody", State.VOID, True),
])  # fmt: skip
def test_a_call_in_which_another_departments_matter_was_told_is_heard_by_neither(here: Town, second_of: str, state: State,
                                                                                  heard: bool) -> None:
    call = town.call(here.session, "two-matters")
    first = here.ticket(here.office, call=call)
    here.ticket({"own": here.office, "foreign": here.other, "nobody": None}[second_of], call=call, state=state)
    assert [here.hears(here.account(role), first) is not None for role in OF_A_UNIT] == [heard, heard]
    assert here.hears(here.account(Role.SUPERVISOR), first) is not None


@pytest.mark.parametrize("state", [State.CLOSED, State.FILED])
def test_the_recording_of_a_closed_ticket_is_closed_to_its_department(here: Town, state: State) -> None:
    row = here.ticket(here.office, state=State.TO_CALL_BACK)
    accounts = [here.account(role) for role in OF_A_UNIT]
    assert all(here.hears(account, row) is not None for account in accounts)
    town.put(here.session, row, state)
    assert [here.hears(account, row) for account in accounts] == [None, None]


def test_an_operator_hears_the_calls_that_he_took_and_no_others(here: Town) -> None:
    row = here.ticket(here.office, klass=Klass.COMPLAINT)
    mine, others = here.account(Role.OPERATOR), town.somebody(here.session, Role.OPERATOR, login="colleague")
    here.session.get_one(Call, row.call_id).operator_id = mine.id
    here.session.flush()
    assert here.hears(mine, row) is not None
    assert here.hears(others, row) is None
    write_step(here.session, row, "describe", by=others.login, source=row.state, at=NOON)
    here.session.flush()
    assert here.hears(others, row) is None, "nor for having written the matter down"


def test_a_recording_that_is_in_no_ticket_is_no_departments(here: Town) -> None:
    town.call(here.session, "no-matter")
    sound = recordings.expect(here.session, "no-matter", kind=Kind.CALL, spool=here.settings.spool, at=NOON)
    for role in OF_A_UNIT:
        assert reach.recording(here.session, sound.id, account=here.account(role)) is None
    assert reach.recording(here.session, sound.id + 100, account=here.account(Role.SUPERVISOR)) is None


def test_a_whole_number_finds_its_calls_however_it_is_written_and_words_find_nobody_who_withholds_his(here: Town) -> None:
    town.call(here.session, "known")
    town.call(here.session, "withheld").caller = ""
    account = here.account(Role.SUPERVISOR)

    def found(text: str) -> set[str]:
        return {call.id for call in here.session.scalars(call_list.listed_calls(call_list.WantedCalls(text=text), account=account))}

    assert found(f"+86 {town.CALLER[:3]}-{town.CALLER[3:]}") == {"known"}
    assert found("王小明") == set()
