"""转派: a matter of a county goes to the county's competent office, which hands it to a department of its county the
same working day. The caller's clock runs through."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.clocks import dispatching, rules
from dispatch.tickets import alerts
from dispatch.tickets.complained_of import meant_county
from dispatch.tickets.needs import may_go_out
from dispatch.tickets.states import Action
from dispatch.tickets.steps import ReferralError, move, reasoned, written
from dispatch.tickets.tickets import Ticket
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.departments import BELOW, Department, in_service
from hotline.settings import Settings


def hand_down(session: Session, ticket: Ticket, *, county: str, why: str = "", by: Account, settings: Settings,
              at: datetime) -> None:
    """转派县区: to the county's competent office, which has it from now on; ReferralError where nobody would get it,
    where it complains of that office or its government, or where it may not go out yet."""
    if not county or not alerts.people(session, Role.COUNTY_OFFICE, county_code=county):
        raise ReferralError("该县区没有主管部门账号，不能转派")
    if meant_county(session, county, ticket.complained_of):
        raise ReferralError("被反映的是该县区政府或其主管部门，不能转派给它")
    given = may_go_out(ticket) or ("该工单已在该县区" if ticket.county_code == county else "")
    source = move(ticket, Action.HAND_DOWN, by=by, at=at, given=given)
    ticket.county_code = county
    dispatching.begin(session, ticket, settings=settings, at=at)
    written(session, ticket, Action.HAND_DOWN, by=by, source=source, at=at, why=why.strip(), county=county)


def hand_up(session: Session, ticket: Ticket, *, why: str, by: Account, settings: Settings, at: datetime) -> None:
    """退回市级: the county's office gives it back, or the city takes it back, with the reason. Its clock begins."""
    ground = reasoned(why, "请说明退回市级的理由")
    source = move(ticket, Action.HAND_UP, by=by, at=at)
    written(session, ticket, Action.HAND_UP, by=by, source=source, at=at, why=ground, county=ticket.county_code)
    ticket.county_code = ""  # not before: its office is told
    dispatching.begin(session, ticket, settings=settings, at=at)


def wrong_hands(session: Session, ticket: Ticket, to: Department, *, by: Account) -> str:
    """In words, why this department isn't for whoever dispatches; empty when it is. A county's office dispatches what
    it was handed, within its county; the city hands to counties through their offices, where there is one."""
    if Role(by.role) is Role.COUNTY_OFFICE:
        within = bool(by.county_code) and by.county_code == ticket.county_code == to.county_code
        return "" if within else "县区主管部门只能将转派来的工单派发给本县区单位"
    if ticket.county_code:
        return "工单已转派县区，由县区主管部门派发；需改派请先收回"
    if not of_county(to) or Action.HAND_DOWN in rules.without(ticket.rules):
        return ""
    office = alerts.people(session, Role.COUNTY_OFFICE, county_code=to.county_code)
    return "该单位属县区，请转派县区主管部门" if office else ""


def of_county(department: Department) -> bool:
    """Whether a county's office, not the city's, dispatches to it."""
    return department.level in BELOW and bool(department.county_code)


def choice(session: Session, account: Account, *, on: date) -> list[Department]:
    """The departments that somebody may choose among."""
    found = in_service(session, on=on)
    return [d for d in found if d.county_code == account.county_code] if account.role == Role.COUNTY_OFFICE else found


def offices(session: Session) -> Sequence[str]:
    """The counties that have a competent office, by code."""
    query = select(Account.county_code).where(Account.role == Role.COUNTY_OFFICE, Account.active.is_(True),
                                              Account.county_code != "")  # fmt: skip
    return session.scalars(query.distinct().order_by(Account.county_code)).all()
