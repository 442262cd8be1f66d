"""The life of a version in people's hands: submit, check, review, publish, withdraw. Each step is the table's, is
taken by whom it belongs to, and stands in the ledger with the digest of what it was about."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.settings import Settings
from hotline.times import local_day
from knowledge_base import categories, hands, speech
from knowledge_base.content import content_of, digest, fit_to_submit
from knowledge_base.drafts import held, note
from knowledge_base.entries import Entry, EntryVersion, State, stands
from knowledge_base.ledger import Deed, Kind, LedgerRow
from knowledge_base.stages import Stage
from knowledge_base.transitions import LifeError, transition

SYSTEM = "hotline"
"""Who does what happens by itself."""


def submit(session: Session, version: EntryVersion, *, by: Account, at: datetime, why: str = "") -> None:
    """The draft goes to the department's leader."""
    entry = held(session, version)
    publish_on = local_day(version.publish_at) if version.publish_at else None
    fit_to_submit(content_of(version), on=local_day(at), publish_on=publish_on)
    categories.fit_for_entry(session, categories.now_called(session, version.category))
    _step(session, version, entry, Deed.SUBMITTED, by=by, at=at, why=why)


def send_back(session: Session, version: EntryVersion, *, by: Account, at: datetime, why: str) -> None:
    """The leader wants it written differently, and says how."""
    if not why.strip():
        raise LifeError("请说明退回原因")
    _step(session, version, held(session, version), Deed.SENT_BACK, by=by, at=at, why=why)


def check(session: Session, version: EntryVersion, *, by: Account, at: datetime, why: str = "") -> None:
    """The leader finds it right: it goes to the secrecy review."""
    entry = held(session, version)
    _step(session, version, entry, Deed.CHECKED, by=by, at=at, why=why)
    version.checked_by = by.login


def pass_review(session: Session, version: EntryVersion, *, by: Account, settings: Settings, at: datetime,
                why: str = "") -> None:
    """The reviewer finds no secret in it: it is published now, or waits for its day. When its last day went by while it
    was under way, the review stands in the ledger, nothing is published, and it soon lapses."""
    entry = held(session, version)
    if _last(session, version, Deed.CHECKED) != digest(version):
        raise LifeError("内容与部门审核时不一致，不能通过")
    _step(session, version, entry, Deed.PASSED, by=by, at=at, why=why)
    version.reviewed_by = by.login
    if is_due(version, at=at):
        publish(session, version, by=None, settings=settings, at=at)


def refuse(session: Session, version: EntryVersion, *, clause: str, by: Account, at: datetime, why: str = "") -> None:
    """The reviewer finds a secret in it, and names the clause: secrecy may not be a pretext."""
    if not clause.strip():
        raise LifeError("不予通过须写明依据的条款")
    entry = held(session, version)
    _step(session, version, entry, Deed.REFUSED, by=by, at=at, why=why, clause=clause)
    version.reviewed_by = by.login


def refer_up(session: Session, version: EntryVersion, *, why: str, by: Account, at: datetime) -> None:
    """The department's reviewer is in doubt, and asks the city's."""
    if not why.strip():
        raise LifeError("报上级审查须说明疑点")
    _step(session, version, held(session, version), Deed.REFERRED_UP, by=by, at=at, why=why)


def publish(session: Session, version: EntryVersion, *, by: Account | None, settings: Settings, at: datetime,
            why: str = "") -> None:
    """The version stands, and the one before it is replaced; its voice is ordered, so that a caller needn't wait.

    `by` None: by itself, when its moment has come; a person may publish before the moment that was set."""
    entry = held(session, version)
    _in_its_time(version, by=by, at=at)
    _fit_to_publish(session, version, entry)
    for old in _published(session, entry):
        _system(session, old, entry, Deed.REPLACED, at=at, why=f"由第{version.number}版取代")
        old.ended_at = at
    if by is None:
        _system(session, version, entry, Deed.PUBLISHED, at=at, why=why)
    else:
        _step(session, version, entry, Deed.PUBLISHED, by=by, at=at, why=why)
    version.published_at, version.put_off_until, version.put_off_because = at, None, ""
    entry.question, entry.category = version.question, categories.now_called(session, version.category)
    entry.keywords, entry.published, entry.state = list(version.keywords), version.number, State.PUBLISHED
    entry.confirmed_on, entry.due_by, entry.swept_on = local_day(at), None, None
    speech.order(session, version, voice=settings.voice, at=at)


def withdraw(session: Session, version: EntryVersion, *, why: str, by: Account, at: datetime) -> None:
    """It stands no longer, at once; or it is given up before it ever stood."""
    if not why.strip():
        raise LifeError("请说明撤回理由")
    take_down(session, version, Deed.WITHDRAWN, by=by, at=at, why=why)


def expire(session: Session, version: EntryVersion, *, at: datetime) -> None:
    """Its last day is over."""
    entry = held(session, version)
    _system(session, version, entry, Deed.EXPIRED, at=at, why=_over(version, at))
    _ended(version, entry, State.EXPIRED, at=at)


def lapse(session: Session, version: EntryVersion, *, at: datetime) -> None:
    """It passed, and its last day is over before it was published: it is given up, and what stands goes on standing."""
    entry = held(session, version)
    if version.stage != Stage.PASSED:
        raise LifeError("只有待发布的版本会因有效期届满而失效")
    _system(session, version, entry, Deed.EXPIRED, at=at, why=f"{_over(version, at)}，未能发布")


def take_down(session: Session, version: EntryVersion, deed: Deed, *, by: Account, at: datetime, why: str = "",
              clause: str = "") -> None:
    """Take a version out by the deed that the table names for it."""
    entry = held(session, version)
    stood = version.stage == Stage.PUBLISHED
    _step(session, version, entry, deed, by=by, at=at, why=why, clause=clause)
    if stood:
        _ended(version, entry, State.WITHDRAWN, at=at)


def look_again(session: Session, version: EntryVersion, *, by: Account, at: datetime, why: str = "") -> None:
    """A reviewer looked again at what is published, and found it still fit."""
    entry = held(session, version)
    _step(session, version, entry, Deed.SWEPT, by=by, at=at, why=why)
    entry.swept_on = local_day(at)


def take_over(session: Session, version: EntryVersion, entry: Entry, *, by: str, at: datetime) -> None:
    """Enter into the ledger what was published before the ledger was kept."""
    note(session, Deed.PASSED, version, entry, by=by, at=at, why="建账前已发布")


def is_due(version: EntryVersion, *, at: datetime) -> bool:
    """Whether the moment that was set for publishing has come, and the version is valid on that day."""
    return (version.publish_at is None or version.publish_at <= at) and stands(version, on=local_day(at))


def _step(session: Session, version: EntryVersion, entry: Entry, deed: Deed, *, by: Account, at: datetime,
          why: str = "", clause: str = "") -> None:
    line = transition(Stage(version.stage), deed)
    hands.fit(session, line, version, entry, by=by)
    version.stage = line.target
    note(session, deed, version, entry, by=by.login, at=at, why=why, clause=clause)


def _system(session: Session, version: EntryVersion, entry: Entry, deed: Deed, *, at: datetime, why: str) -> None:
    version.stage = transition(Stage(version.stage), deed).target
    note(session, deed, version, entry, by=SYSTEM, at=at, why=why)


def _ended(version: EntryVersion, entry: Entry, state: State, *, at: datetime) -> None:
    version.ended_at = at
    entry.state, entry.published, entry.hot_until = state, None, min(entry.hot_until, at) if entry.hot_until else None


def _over(version: EntryVersion, at: datetime) -> str:
    """Its last day, in words; LifeError while it isn't over."""
    if version.valid_to is None or local_day(at) <= version.valid_to:
        raise LifeError("有效期尚未结束")
    return f"有效期至{version.valid_to:%Y-%m-%d}"


def _in_its_time(version: EntryVersion, *, by: Account | None, at: datetime) -> None:
    """Neither too early nor, though it passed, when its last day is over: it would only take away what stands."""
    if version.valid_to is not None and version.valid_to < local_day(at):
        raise LifeError("有效期已过，不能发布；请撤回后另拟新版本")
    if version.valid_from > local_day(at) or (by is None and not is_due(version, at=at)):
        raise LifeError("尚未到发布时间")


def _fit_to_publish(session: Session, version: EntryVersion, entry: Entry) -> None:
    """What was passed, and by whom, is looked at once more: nothing else may come out."""
    transition(Stage(version.stage), Deed.PUBLISHED)
    people = {version.checked_by, version.reviewed_by} - {""}
    if len(people) < 2 or people & hands.writers(session, version):
        raise LifeError("起草、审核和保密审查须由三人分别完成")
    if _last(session, version, Deed.PASSED) != digest(version):
        raise LifeError("内容与保密审查通过时不一致，不能发布")
    if _pulled_since(session, version):
        raise LifeError("该条目在此版审查通过后被保密复查撤下，此版不能发布；请放弃此版，另拟新版本重新审查")
    taken = select(Entry.id).where(Entry.department_id == entry.department_id, Entry.question == version.question,
                                   Entry.id != entry.id)  # fmt: skip
    if session.scalar(taken) is not None:
        raise LifeError("该部门已有相同问题的条目")


def _published(session: Session, entry: Entry) -> list[EntryVersion]:
    query = select(EntryVersion).where(EntryVersion.entry_id == entry.id, EntryVersion.stage == Stage.PUBLISHED)
    return list(session.scalars(query))


def _pulled_since(session: Session, version: EntryVersion) -> bool:
    """Whether another look has taken the entry down after this version passed: it may say the same secret."""
    of = (LedgerRow.kind == Kind.ENTRY, LedgerRow.thing_id == version.entry_id)
    passed = select(func.max(LedgerRow.id)).where(*of, LedgerRow.version == version.number,
                                                  LedgerRow.deed == Deed.PASSED)  # fmt: skip
    pulled = select(LedgerRow.id).where(*of, LedgerRow.deed == Deed.PULLED, LedgerRow.id > passed.scalar_subquery())
    return session.scalar(pulled.limit(1)) is not None


def _last(session: Session, version: EntryVersion, deed: Deed) -> str | None:
    """The digest of what this deed was last about, for this version."""
    query = select(LedgerRow.digest).where(
        LedgerRow.kind == Kind.ENTRY, LedgerRow.thing_id == version.entry_id, LedgerRow.version == version.number,
        LedgerRow.deed == deed,
    )  # fmt: skip
    return session.scalar(query.order_by(LedgerRow.id.desc()).limit(1))
