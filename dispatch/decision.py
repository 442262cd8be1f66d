"""What may be said to whom: pure functions of values, for machine, operator and web alike."""

from dataclasses import dataclass
from enum import StrEnum

from knowledge_base.authorisations import Cover, Covered, Form, NotCovered


class Channel(StrEnum):
    """Through whom an answer would reach the citizen."""

    MACHINE = "machine"
    OPERATOR = "operator"
    WEB = "web"


@dataclass(frozen=True)
class Sayable:
    """What an entry's version offers to say."""

    full: str
    summary: str


@dataclass(frozen=True)
class Answer:
    """This text may be given, in this form; the authorisation is None only where none is needed (the web)."""

    text: str
    form: Form
    authorisation_id: int | None
    authorisation_version: int | None
    reason: str


@dataclass(frozen=True)
class Contact:
    """The answer may not be given: say who is responsible, and how he is reached (always sayable)."""

    reason: str
    authorisation_id: int | None = None
    authorisation_version: int | None = None


Decision = Answer | Contact


def decide(sayable: Sayable, cover: Cover, *, channel: Channel) -> Decision:
    """Whether the answer, its summary, or only the department's name and phone may be given.

    Default deny: without an authorisation in force nothing but the contact; what the department itself reviewed
    and published on the web needs none to stand there. Source: the three mechanisms of the founding notice.
    """
    match channel, cover:
        case Channel.WEB, _:
            return Answer(sayable.full, Form.FULL, None, None, "部门已审核并在网上公开")
        case _, NotCovered(reason):
            return Contact(reason)
        case _, Covered(form=Form.FULL) as c:
            return Answer(sayable.full, Form.FULL, c.authorisation_id, c.version, c.reason)
        case _, Covered(form=Form.SUMMARY) as c if sayable.summary:
            return Answer(sayable.summary, Form.SUMMARY, c.authorisation_id, c.version, c.reason)
        case _, Covered() as c:
            reason = "授权仅限告知部门名称和电话" if c.form is Form.CONTACT else "授权仅限摘要，而该条目尚无摘要"
            return Contact(reason, c.authorisation_id, c.version)
    raise AssertionError("every cover is matched above")
