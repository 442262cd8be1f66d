"""Whether an authorisation covers an entry: pure, of values alone, and by default it does not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from knowledge_base.leave import Form, Leave, Subject, came_later, means, speaks_of, takes_out_still
from knowledge_base.standing import COUNTING, Standing, standings


@dataclass(frozen=True)
class Covered:
    """The entry may be answered, in this form, on the strength of this authorisation.

    `stale`: its confirmation is overdue by more than the grace, so that the machine no longer speaks on it."""

    form: Form
    authorisation_id: int
    version: int
    provisional: bool
    reason: str
    stale: bool = False


@dataclass(frozen=True)
class NotCovered:
    """The entry may not be answered; the reason in words."""

    reason: str


Cover = Covered | NotCovered


def cover(leaves: Iterable[Leave], subject: Subject, *, on: date, at: datetime) -> Cover:
    """Whether one of the authorisations lets the subject be answered at that moment.

    Give all that the department ever gave, with all versions. In this order:
    - An exclusion in any authorisation in force beats every grant: a department that takes an entry out means it. An
      inherited one ends besides when the department signs an authorisation of its own that lists the entry by name.
    - An authorisation doesn't speak of what came from another department, or to a licence item, after it was signed.
    - The department's own word beats what it inherited; among its own the fullest form wins."""
    own = [a for a in leaves if a.department_id == subject.department_id]
    how = standings(own, on=on, at=at)
    standing = [a for a in own if how[a.id] in COUNTING]
    if not standing:
        return NotCovered(_why_none(own, how))
    if any(takes_out_still(a, subject, standing) for a in standing):
        return NotCovered("该问题已被部门列为授权例外")
    meant = [a for a in standing if means(a, subject)]
    if not meant:
        return NotCovered(_why_not(standing, subject))
    return _covered(min(meant, key=_rank))


def _rank(a: Leave) -> tuple[bool, int, bool, int, int]:
    return a.provisional, list(Form).index(a.form), a.stale, -a.version, a.id


def _covered(a: Leave) -> Covered:
    inherited = "（承接自原部门，暂行）" if a.provisional else ""
    reason = f"依据{a.document}（第{a.version}版）{inherited}，有效期至{a.valid_to:%Y年%m月%d日}"
    return Covered(a.form, a.id, a.version, a.provisional, reason, a.stale)


def _why_not(standing: list[Leave], subject: Subject) -> str:
    """Why nothing that is in force means the subject."""
    speaking = [a for a in standing if speaks_of(a, subject)]
    if not speaking:
        return "该问题不在部门授权范围内"
    if all(came_later(a, subject) for a in speaking):
        return "该问题由其他部门转入，部门尚未就其授权"
    return "该问题在授权签发后才关联到许可事项，部门尚未就其授权"


def _why_none(own: list[Leave], how: dict[int, Standing]) -> str:
    """Why nothing is in force."""
    said = {a.id: how[a.id] for a in own if a.signed_at and how[a.id] not in (Standing.SUPERSEDED, Standing.UNSIGNED)}
    if not said:
        waiting = any(word is Standing.UNSIGNED for word in how.values())
        return "部门授权尚未签发" if waiting else "该部门从未授权热线代为答复"
    if Standing.REVOKED in said.values():
        return "部门已撤销授权"
    if set(said.values()) == {Standing.NOT_YET}:
        return "部门授权尚未生效"
    inherited = all(a.provisional for a in own if said.get(a.id) is Standing.EXPIRED)
    return "承接的暂行授权已到期，部门尚未重新授权" if inherited else "部门授权已过有效期"
