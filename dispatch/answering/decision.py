"""What may be said to whom: pure functions of values, for machine, operator and web alike."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from knowledge_base.covering import Cover, Covered, NotCovered, cover
from knowledge_base.leave import Form, Leave, Subject


class Channel(StrEnum):
    """Through whom an answer would reach the citizen."""

    MACHINE = "machine"
    OPERATOR = "operator"
    WEB = "web"


@dataclass(frozen=True)
class Reach:
    """The department in charge and how it is reached: always sayable, on every channel, without any leave."""

    name: str = ""
    phone: str = ""
    address: str = ""
    hours: str = ""


@dataclass(frozen=True)
class Sayable:
    """What a reviewed and published version offers to say; `stale`: its confirmation is overdue beyond grace;
    `ended`: the department whose word it is doesn't exist."""

    full: str
    summary: str
    stale: bool = False
    reach: Reach = field(default_factory=Reach)
    ended: bool = False


@dataclass(frozen=True)
class Answer:
    """This text may be given, in this form; the authorisation is None only where none is needed (the web)."""

    text: str
    form: Form
    authorisation_id: int | None
    authorisation_version: int | None
    reason: str
    reach: Reach = field(default_factory=Reach, compare=False)


@dataclass(frozen=True)
class Contact:
    """The answer may not be given: say who is responsible, and how he is reached (always sayable).

    `paused`: it is authorised, but too long unconfirmed for the machine to speak it."""

    reason: str
    authorisation_id: int | None = None
    authorisation_version: int | None = None
    paused: bool = field(default=False, compare=False)
    reach: Reach = field(default_factory=Reach, compare=False)


Decision = Answer | Contact


def judge(sayable: Sayable, subject: Subject, leaves: Iterable[Leave], *, channel: Channel, on: date,
          at: datetime) -> Decision:
    """What may be given of a published answer through that channel at that moment, and the reason in words."""
    return decide(sayable, cover(leaves, subject, on=on, at=at), channel=channel)


def decide(sayable: Sayable, cover: Cover, *, channel: Channel) -> Decision:
    """Whether the answer, its summary, or only the department's name and phone may be given.

    Default deny: without an authorisation in force nothing but the contact; what the department itself reviewed
    and published on the web needs none to stand there. Nobody answers in the name of a department that
    is no more. What its department hasn't confirmed for too long is no longer spoken by the machine; a person sees
    how old it is and can ask. Source: the mechanisms of the notice.
    """
    if sayable.ended:
        return Contact("答复部门已撤销或尚未成立，不能再以其名义答复", reach=sayable.reach)
    decided, reach = _allowed(sayable, cover, channel=channel), sayable.reach
    overdue = sayable.stale or (isinstance(cover, Covered) and cover.stale)
    if channel is Channel.MACHINE and overdue and isinstance(decided, Answer):
        what = "该条目" if sayable.stale else "授权"
        return Contact(f"{what}逾期未经部门确认，自助语音暂停播报", decided.authorisation_id,
                       decided.authorisation_version, paused=True, reach=reach)  # fmt: skip
    return decided


def _allowed(sayable: Sayable, cover: Cover, *, channel: Channel) -> Decision:
    reach = sayable.reach
    match channel, cover:
        case Channel.WEB, _:
            return Answer(sayable.full, Form.FULL, None, None, "部门已审核并在网上公开", reach)
        case _, NotCovered(reason):
            return Contact(reason, reach=reach)
        case _, Covered(form=Form.FULL) as c:
            return Answer(sayable.full, Form.FULL, c.authorisation_id, c.version, c.reason, reach)
        case _, Covered(form=Form.SUMMARY) as c if sayable.summary:
            return Answer(sayable.summary, Form.SUMMARY, c.authorisation_id, c.version, c.reason, reach)
        case _, Covered() as c:
            reason = "授权仅限告知部门名称和电话" if c.form is Form.CONTACT else "授权仅限摘要，而该条目尚无摘要"
            return Contact(reason, c.authorisation_id, c.version, reach=reach)
    raise AssertionError("every cover is matched above")
