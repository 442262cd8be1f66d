"""The authorisations that departments gave: how each stands, what it covers now, and who was told what on it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from admin_ui import words
from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import wish, wish_code, wish_number
from admin_ui.scopes import scope_in_words
from dispatch.answering.coverage import Judged, judged
from dispatch.calls.tellings import Telling
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission, Role
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base import hands
from knowledge_base.authorisations import Authorisation, leave_of, subject_of, versions
from knowledge_base.entries import Entry
from knowledge_base.leave import Form, means, takes_out
from knowledge_base.seen import Since, meant, seen, told
from knowledge_base.standing import COUNTING, Standing, standings

blueprint = Blueprint("authorisations", __name__, url_prefix="/authorisations")
LATEST_TELLINGS = 20


@dataclass(frozen=True)
class Row:
    """One line of the list."""

    a: Authorisation
    department: Department
    standing: Standing
    ending: bool


@blueprint.get("")
@needs(Permission.KNOWLEDGE)
def listed() -> ResponseReturnValue:
    with reading() as session:
        every = rows(session, at=now())
        shown = [r for r in every if wanted(r)]
        scopes = {r.a.id: scope_in_words(session, r.a) for r in shown}
    return render_template(
        "authorisations.html", rows=shown, scopes=scopes, ending=[r for r in every if r.ending],
        waiting=[r for r in every if r.standing is Standing.UNSIGNED],
        departments=list({r.department.id: r.department for r in every}.values()),
    )  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.KNOWLEDGE)
def export() -> ResponseReturnValue:
    """What is filtered, as a file."""
    header = [gettext("文号"), gettext("版本"), gettext("部门"), gettext("范围"), gettext("方式"), gettext("生效日期"),
              gettext("失效日期"), gettext("状态"), gettext("签发人"), gettext("签发时间"), gettext("录入人"),
              gettext("撤销时间"), gettext("撤销理由")]  # fmt: skip
    with writing() as session:
        shown = [r for r in rows(session, at=now()) if wanted(r)]
        lines = [
            (r.a.document, r.a.version, r.department.name, scope_in_words(session, r.a), words.FORMS[Form(r.a.form)],
             r.a.valid_from, r.a.valid_to, words.STANDINGS[r.standing], r.a.signer, r.a.signed_at, r.a.entered_by,
             r.a.revoked_at, r.a.revoked_because)
            for r in shown
        ]  # fmt: skip
        return csv_of(session, "authorisations", header, lines)


@blueprint.get("/<int:authorisation_id>")
@needs(Permission.KNOWLEDGE)
def page(authorisation_id: int) -> ResponseReturnValue:
    return show(authorisation_id)


def show(authorisation_id: int, *, trouble: str = "", since: Since | None = None) -> str:
    """One authorisation's page, with what went wrong when a step could not be taken, and what changed `since`."""
    at = now()
    with reading() as session:
        a = find(session, authorisation_id)
        department = session.get_one(Department, a.department_id)
        of = [v for v in versions(session, a.department_id) if v.document == a.document]
        how = standings(versions(session, a.department_id), on=local_day(at), at=at)
        every = list(judged(session, [department], at=at, grace_days=house().settings.update_grace_days))
        covered = [one for one in every if one.decision.authorisation_id == a.id]
        speaks = meant(session, a, on=local_day(at)) if a.signed_at is None else []
        count = session.scalar(select(func.count()).where(Telling.authorisation_id == a.id))
        inside = me().may(Permission.LEDGER) or me().may(Permission.AUTHORISE)
        return render_template(
            "authorisation.html", a=a, department=department, of=of[::-1], how=how, scope=scope_in_words(session, a),
            covered=covered, coming=[e for e, _ in speaks] or _coming(a, how[a.id], every), counts=_counts(covered),
            out=_out(session, a), told=_told(session, a), told_count=count,
            names=_names(session, of), source=session.get(Authorisation, a.inherited_from or 0),
            may=_may(a, how[a.id], [how[v.id] for v in of]),
            seen=told(seen(speaks)), since=_since(session, since),
            inside=inside, ending=_ends_soon(a, how[a.id], local_day(at)), trouble=trouble, at=at,
        )  # fmt: skip


def rows(session: Session, *, at: datetime) -> list[Row]:
    """Every version within reach, the latest of each document first."""
    query = (
        select(Authorisation, Department).join(Department, Department.id == Authorisation.department_id)
        .where(within_reach(Authorisation.department_id))
        .order_by(Department.code, Authorisation.document, Authorisation.version.desc())
    )  # fmt: skip
    found = [(a, d) for a, d in session.execute(query)]
    how = standings([a for a, _ in found], on=local_day(at), at=at)
    return [Row(a, d, how[a.id], _ends_soon(a, how[a.id], local_day(at))) for a, d in found]


def find(session: Session, authorisation_id: int) -> Authorisation:
    """The authorisation, if it is one that the person who looks may see; otherwise there is none."""
    query = select(Authorisation).where(Authorisation.id == authorisation_id, within_reach(Authorisation.department_id))
    return session.scalar(query) or abort(404)


def within_reach(column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """The condition that keeps a department's people to their own department."""
    return true() if hands.reaches_all(me()) else column == (me().department_id or 0)


def wanted(row: Row) -> bool:
    department, standing, text = wish_number("department"), wish_code("standing", Standing), wish("q")
    return (
        department in (None, row.department.id) and standing in (None, row.standing)
        and (not text or text in row.a.document or text in row.a.signer)
        and (wish("ending") != "1" or row.ending)
    )  # fmt: skip


def _ends_soon(a: Authorisation, standing: Standing, on: date) -> bool:
    days = timedelta(days=house().settings.authorisation_warning_days)
    return standing in COUNTING and a.valid_to <= on + days


def _may(a: Authorisation, standing: Standing, of: Iterable[Standing]) -> set[str]:
    """The steps that the person who looks may take now; `of`: how all versions of the document stand."""
    my, may = me(), set()
    waiting, living = standing is Standing.UNSIGNED, standing not in (Standing.REVOKED, Standing.SUPERSEDED)
    if my.may(Permission.AUTHORISE) and not any(one is Standing.UNSIGNED for one in of):
        may.add("follow")
    if waiting and my.login != a.entered_by:
        may |= {"sign"} if my.may(Permission.SIGN_AUTHORISATION) else set()
        may |= {"paper"} if my.may(Permission.AUTHORISE) and Role(my.role) is Role.CITY_OFFICE else set()
    if living and my.may(Permission.REVOKE):
        may.add("revoke")
    return may


def _counts(covered: list[Judged]) -> Counter[str]:
    return Counter(str(one.saying) for one in covered)


def _coming(a: Authorisation, standing: Standing, every: list[Judged]) -> list[Entry]:
    """What was signed and will be spoken of once it is valid."""
    if standing is not Standing.NOT_YET:
        return []
    leave = leave_of(a)
    signed = [one.entry for one in every if means(leave, subject_of(one.entry))]
    return [entry for entry in signed if not takes_out(leave, subject_of(entry))]


def _since(session: Session, since: Since | None) -> list[tuple[str, list[Entry]]]:
    """What came, what went, and what says something else, each under its word."""
    if since is None:
        return []
    every = ((gettext("新增"), since.came), (gettext("不再包括"), since.went), (gettext("答复有新版本"), since.renewed))
    return [(word, list(session.scalars(select(Entry).where(Entry.id.in_(ids)).order_by(Entry.id))))
            for word, ids in every if ids]  # fmt: skip


def _out(session: Session, a: Authorisation) -> list[Entry]:
    """The department's entries that this authorisation takes out."""
    leave = leave_of(a)
    entries = session.scalars(select(Entry).where(Entry.department_id == a.department_id).order_by(Entry.id))
    return [e for e in entries if takes_out(leave, subject_of(e))]


def _told(session: Session, a: Authorisation) -> list[tuple[Telling, Entry]]:
    query = select(Telling, Entry).join(Entry, Entry.id == Telling.entry_id).where(Telling.authorisation_id == a.id)
    latest = query.order_by(Telling.at.desc(), Telling.id.desc()).limit(LATEST_TELLINGS)
    return [(telling, entry) for telling, entry in session.execute(latest)]


def _names(session: Session, of: list[Authorisation]) -> dict[str, tuple[str, Role]]:
    """Who entered, signed and revoked: names and roles by login."""
    logins = {login for a in of for login in (a.entered_by, a.signed_by, a.revoked_by) if login}
    people = session.execute(select(Account.login, Account.name, Account.role).where(Account.login.in_(logins)))
    return {str(login): (str(name), Role(role)) for login, name, role in people}
