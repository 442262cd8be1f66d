"""The steps of an authorisation: entered by one person, signed by another, revoked with a reason; each is recorded."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission, Role
from hotline.directory.departments import Department, exists
from hotline.times import local_day
from knowledge_base.authorisations import Authorisation
from knowledge_base.errors import GONE, KnowledgeError
from knowledge_base.leave import Scope
from knowledge_base.papers import wording
from knowledge_base.seen import Seen
from knowledge_base.seen import check as check_seen
from knowledge_base.terms import Terms, check


def enter(session: Session, department: Department, *, terms: Terms, by: Account, at: datetime,
          follows: Authorisation | None = None) -> Authorisation:
    """A new document, or the next version of the one that it `follows`. It lets nothing be said until it is signed.

    By a liaison of the department, or by the city's office for any."""
    _may(by, Permission.AUTHORISE, department.id)
    _locked(session, department.id, at=at)  # versions are counted one by one
    document = follows.document if follows else terms.document.strip()
    check(session, terms, department=department, on=local_day(at))
    version = _next_version(session, department.id, document, known=follows is not None)
    scope = Scope(terms.scope)
    a = Authorisation(
        department_id=department.id, document=document, version=version, signer=terms.signer.strip(), scope=scope,
        categories=list(terms.categories) if scope is Scope.CATEGORIES else [],
        licences=list(terms.licences) if scope is Scope.LICENCES else [],
        entries=list(terms.entries) if scope is Scope.ENTRIES else [], exclusions=list(terms.exclusions),
        excluded_categories=list(terms.excluded_categories), form=terms.form, valid_from=terms.valid_from,
        valid_to=terms.valid_to, remark=terms.remark.strip()[:300], entered_by=by.login, entered_at=at,
    )  # fmt: skip
    session.add(a)
    session.flush()
    audit.note(session, "authorisation.entered", by=by.login, at=at, about=("authorisation", a.id),
               department=department.id, document=document, version=version)
    return a


def sign(session: Session, a: Authorisation, *, by: Account, at: datetime, seen: Seen | None = None) -> None:
    """The leader in charge signs what somebody else entered; it counts from this moment on. `seen`: the questions that
    he saw it speak of; ChangedSince where it no longer speaks of exactly those."""
    _may(by, Permission.SIGN_AUTHORISATION, a.department_id)
    if by.role != Role.LEADER:
        raise KnowledgeError("只有本部门分管领导可以签发")
    _sign(session, a, signer=by.name, by=by, at=at, paper=False, before=seen)


def sign_on_paper(session: Session, a: Authorisation, *, document: str, signer: str, by: Account,
                  at: datetime, seen: Seen | None = None) -> None:
    """A second person of the city's office records a signature on paper, reading number and name from it again.

    It counts from the recording on, however old the paper is; `seen` as in `sign`, by whoever records it."""
    _may(by, Permission.AUTHORISE, a.department_id)
    if by.role != Role.CITY_OFFICE:
        raise KnowledgeError("纸质授权书只能由市主管部门登记")
    if document.strip() != a.document:
        raise KnowledgeError("纸质授权书的文号与录入的文号不一致")
    if not signer.strip():
        raise KnowledgeError("请填写纸质授权书的签发人")
    _sign(session, a, signer=signer.strip()[:60], by=by, at=at, paper=True, before=seen)


def revoke(session: Session, a: Authorisation, *, why: str, by: Account, at: datetime,
           moment: datetime | None = None) -> None:
    """Take it back, at once or at a later moment; a moment that was set can only be brought forward.

    By the department's leader or the city's office. What was never signed is dropped so, and can't be signed."""
    _may(by, Permission.REVOKE, a.department_id)
    _hold(session, a)
    moment = max(moment or at, at)
    if not why.strip():
        raise KnowledgeError("请说明撤销理由")
    if a.revoked_at is not None and a.revoked_at <= moment:
        raise KnowledgeError("该授权已撤销，或已定于更早的时间撤销")
    a.revoked_at, a.revoked_by, a.revoked_because = moment, by.login, why.strip()[:300]
    audit.note(session, "authorisation.revoked", by=by.login, at=at, about=("authorisation", a.id),
               reason=why.strip()[:500], moment=moment.isoformat())


def unsigned(session: Session, department_id: int, document: str) -> Authorisation | None:
    """The version of a document that waits for its signature: until then there is no next one."""
    return session.scalar(select(Authorisation).where(
        Authorisation.department_id == department_id, Authorisation.document == document,
        Authorisation.signed_at.is_(None), Authorisation.revoked_at.is_(None)).limit(1))  # fmt: skip


def _sign(session: Session, a: Authorisation, *, signer: str, by: Account, at: datetime, paper: bool,
          before: Seen | None) -> None:
    _locked(session, a.department_id, at=at)
    _hold(session, a)
    if by.login == a.entered_by:
        raise KnowledgeError("录入人不能签发自己录入的授权")
    if a.signed_at is not None:
        raise KnowledgeError("该版本已签发")
    if a.revoked_at is not None:
        raise KnowledgeError("该版本已撤销，不能签发")
    if a.valid_to < local_day(at):
        raise KnowledgeError("该版本的有效期已过，不能签发")
    if before is not None:
        check_seen(session, a, before, on=local_day(at))
    words = wording(session, a)
    a.signer, a.signed_by, a.signed_at, a.confirmed_on, a.signed_words = signer, by.login, at, local_day(at), words
    audit.note(session, "authorisation.signed", by=by.login, at=at, about=("authorisation", a.id), signer=signer,
               paper=paper, document=a.document, version=a.version)


def _locked(session: Session, department_id: int, *, at: datetime) -> None:
    """The department as it is now, and nobody else's until the end; KnowledgeError when it exists no longer."""
    session.flush()  # reading it anew would forget what isn't written yet
    unit = session.get_one(Department, department_id, with_for_update=True, populate_existing=True)
    if not exists(unit, on=local_day(at)):
        raise KnowledgeError(GONE)


def _next_version(session: Session, department_id: int, document: str, *, known: bool) -> int:
    same = (Authorisation.department_id == department_id, Authorisation.document == document)
    last = session.scalar(select(func.max(Authorisation.version)).where(*same)) or 0
    if last and not known:
        raise KnowledgeError("该文号已录入，请在原授权上录入新版本")
    if unsigned(session, department_id, document) is not None:
        raise KnowledgeError("该文号还有待签发的版本，请先签发或撤销")
    return last + 1


def _hold(session: Session, a: Authorisation) -> None:
    """The row as it is now, and nobody else's until the end: of two people only one signs or revokes it first."""
    session.flush()  # a refresh would forget what isn't written yet
    session.refresh(a, with_for_update=True)


def _may(by: Account, permission: Permission, department_id: int) -> None:
    """The city's office reaches every department, everybody else his own."""
    if not by.may(permission) or (by.role != Role.CITY_OFFICE and by.department_id != department_id):
        raise KnowledgeError("您无权办理该部门的授权")
