"""被反映单位: whom a matter complains of, by whatever name it was written down. It gets the matter in no way: it is
neither in charge of it nor asked for its share, nor spoken to."""

import re
from unicodedata import normalize

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.tickets.tickets import Ticket
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.counties import CITY, NAMES
from hotline.directory.departments import Department

_SHORT = 2  # the characters by which everybody calls a county: 峨山


def complains_of(session: Session, ticket: Ticket, unit: Department) -> bool:
    """Whether this department is the one complained of."""
    return meant(session, unit, ticket.complained_of)


def meant(session: Session, unit: Department, named: str) -> bool:
    """Whether somebody who wrote that name may have meant this department, or a part of it: in doubt he did. No doubt
    is left where the name is another department's own in full."""
    name = _plain(named)
    known = {_plain(one) for one in (unit.name, unit.short_name, *unit.aliases) if one}
    if not name or name in known:
        return bool(name)
    if not any(one in name or name in one for one in known):
        return False
    return session.scalar(select(Department.id).where(Department.name == name, Department.id != unit.id)) is None


def meant_county(session: Session, county: str, named: str) -> bool:
    """Whether that name may mean who passes on matters in a county: its government, or the unit that its competent
    office belongs to."""
    name, short = _plain(named).removeprefix(CITY), NAMES.get(county, "")[:_SHORT]
    government = "(人民)?政府"
    own = f"{short}([^区县市]*自治)?[区县市]?{government}" if short else government
    if re.match(f"[区县]{government}|{own}", name):
        return True
    offices = select(Account.department_id).where(Account.role == Role.COUNTY_OFFICE, Account.active.is_(True),
                                                  Account.county_code == county)  # fmt: skip
    units = session.scalars(select(Department).where(Department.id.in_(offices)))
    return any(meant(session, unit, named) for unit in units.all())


def _plain(name: str) -> str:
    return "".join(normalize("NFKC", name).split())
