"""Accounts: who may sign in as what; a temporary password is shown once."""

from collections.abc import Callable

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from admin_ui.deeds import done
from admin_ui.exports import MOST_ROWS, csv_of
from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import number_in, page_of, wish, wish_code
from admin_ui.words import ROLES
from hotline.accounts import accounts, keeping
from hotline.accounts.accounts import Account, AccountError
from hotline.accounts.roles import DEPARTMENTAL, Permission, Role
from hotline.directory.counties import NAMES
from hotline.directory.departments import Department

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")


@blueprint.get("")
@needs(Permission.ACCOUNTS)
def listed() -> ResponseReturnValue:
    return _page()


@blueprint.get("/export.csv")
@needs(Permission.ACCOUNTS)
def export() -> ResponseReturnValue:
    """What the list shows, as a file."""
    header = (gettext("账号"), gettext("姓名"), gettext("角色"), gettext("部门"), gettext("分机"), gettext("县区代码"),
              gettext("状态"), gettext("临时密码"))  # fmt: skip
    with writing() as session:
        named = {d.id: d.name for d in session.scalars(select(Department))}
        found = session.scalars(_wanted().limit(MOST_ROWS)).all()
        return csv_of(session, "accounts", header, (
            (a.login, a.name, ROLES[Role(a.role)], named.get(a.department_id or 0, ""), a.extension, a.county_code,
             _standing(a), gettext("是") if a.must_change else gettext("否")) for a in found))  # fmt: skip


@blueprint.post("")
@needs(Permission.ACCOUNTS)
def add() -> ResponseReturnValue:
    """A new account, with a temporary password that must be changed at the first sign-in."""
    password = keeping.temporary_password()
    try:
        with writing() as session:
            account = _added(session, password)
    except AccountError as error:
        return _page(trouble=str(error)), 422
    return _page(told=(account.login, password))


@blueprint.post("/<int:account_id>/lock")
@needs(Permission.ACCOUNTS)
def lock(account_id: int) -> ResponseReturnValue:
    return _changed(account_id, lambda s, account: keeping.lock(s, account, by=me(), at=now()))


@blueprint.post("/<int:account_id>/unlock")
@needs(Permission.ACCOUNTS)
def unlock(account_id: int) -> ResponseReturnValue:
    return _changed(account_id, lambda s, account: keeping.unlock(s, account, by=me(), at=now()))


@blueprint.post("/<int:account_id>/reset")
@needs(Permission.ACCOUNTS)
def reset(account_id: int) -> ResponseReturnValue:
    with writing() as session:
        account = session.get(Account, account_id) or abort(404)
        password = keeping.reset(session, account, by=me(), at=now())
    return _page(told=(account.login, password))


def _changed(account_id: int, deed: Callable[[Session, Account], None]) -> ResponseReturnValue:
    return done(lambda s: deed(s, s.get(Account, account_id) or abort(404)), "accounts.listed")


def _added(session: Session, password: str) -> Account:
    said = {name: request.form.get(name, "").strip() for name in
            ("login", "name", "role", "department", "extension", "county_code")}  # fmt: skip
    if not said["login"] or not said["name"] or said["role"] not in set(Role):
        raise AccountError(gettext("请填写账号、姓名并选择角色"))
    role = Role(said["role"])
    department = number_in(said["department"]) if role in DEPARTMENTAL else None
    citys = role is Role.SECRECY_REVIEWER and not said["department"]  # to whom the departments' own refer upward
    if role in DEPARTMENTAL and not citys and (department is None or session.get(Department, department) is None):
        raise AccountError(gettext("该角色必须选择所属部门"))
    if (role is Role.COUNTY_OFFICE) != (said["county_code"] in NAMES):
        raise AccountError(gettext("县区主管部门须选择县区，其他角色不选"))
    return accounts.add(session, said["login"][:60], name=said["name"][:40], role=role, password=password,
                        department_id=department, extension=said["extension"][:10],
                        county_code=said["county_code"], must_change=True, at=now(), by=me().login)  # fmt: skip


def _page(*, trouble: str = "", told: tuple[str, str] | None = None) -> str:
    with reading() as session:
        departments = session.scalars(select(Department).order_by(Department.code)).all()
        named = {d.id: d.short_name for d in departments}
        return render_template("accounts.html", page=page_of(session, _wanted()), departments=departments, named=named,
                               trouble=trouble, told=told, typed=request.form)  # fmt: skip


def _wanted() -> Select[Account]:
    words, role = wish("q"), wish_code("role", Role)
    query = select(Account).order_by(Account.login)
    if words:
        query = query.where(or_(Account.login.contains(words, autoescape=True),
                                Account.name.contains(words, autoescape=True)))  # fmt: skip
    return query.where(Account.role == role) if role is not None else query


def _standing(account: Account) -> str:
    if not account.active:
        return str(gettext("已停用"))
    locked = account.locked_until is not None and account.locked_until > now()
    return str(gettext("锁定") if locked else gettext("正常"))
