"""Notices (提醒): what a person of the house is told; each lies in his inbox at once, and goes out as he wishes."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.database import Base, insert_into
from hotline.phones import normalise
from hotline.telling import outbox, quiet, sms
from hotline.telling.outbox import Channel


class Topic(StrEnum):
    """What a notice tells of."""

    TO_DISPATCH = "to_dispatch"  # a matter came to the hotline
    DISPATCH_LATE = "dispatch_late"  # and was not dispatched in time
    NEW = "new"  # a ticket came to the department
    GONE = "gone"  # it is another department's now
    WITHDRAWN = "withdrawn"  # 撤单: its caller wants it followed no more
    ENDED = "ended"  # the hotline ended what a county's office was to dispatch
    MERGED = "merged"  # it goes with another ticket
    PARTED = "parted"  # what was merged into it is a matter of its own again
    RETURNED = "returned"
    TO_IMPOSE = "to_impose"  # two departments gave it back: the competent office decides
    IMPOSED = "imposed"  # and has
    TO_SIGN = "to_sign"
    TO_CHECK = "to_check"
    SENT_BACK = "sent_back"
    REDO = "redo"
    DISPUTED = "disputed"
    CALL_BACK = "call_back"  # one that a person must make
    URGED = "urged"
    ADDED = "added"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    CHASED = "chased"  # the competent office hears of it
    SUPERVISED = "supervised"
    LETTER = "letter"
    FACTS_WANTED = "facts_wanted"  # a department must know more of the caller
    GOES_ON = "goes_on"  # and couldn't in time: it goes on with what it has
    EXTENSION_ASKED = "extension_asked"
    EXTENSION_DECIDED = "extension_decided"
    HANDED_DOWN = "handed_down"  # a county's office has it to pass on
    COUNTY_LATE = "county_late"  # it did not in time
    SHARE_ASKED = "share_asked"  # a department is asked for its share of another's ticket (协办)
    SHARE_IN = "share_in"  # one that was asked for has come
    SHARE_OVER = "share_over"  # nobody waits for it any more
    SHARE_LATE = "share_late"
    SHARE_WANTED = "share_wanted"  # the department in charge can't answer alone
    PASSED_REFUSED = "passed_refused"  # what 12345 sent could not be taken, and waits for a person
    UNMANNED = "unmanned"  # a ticket went to a department of which nobody can be told
    UNHEARD = "unheard"  # somebody was told something by no message, or nobody knows: a person must
    UNREGISTERED = "unregistered"  # a short message's text is not: none goes out
    CALENDAR = "calendar"  # a year whose holidays nobody here knows
    REPORT = "report"  # the month's statistics are to be reported (附件9)
    UPDATE = "update"  # the periodic update is near or over its day
    SWEEP_DUE = "sweep_due"  # what is published is due to be looked at again for secrecy (常态化保密审查)
    LAPSED = "lapsed"  # an entry's version passed its reviews, and its last day went by before it was published


WORDS = {
    Topic.TO_DISPATCH: "新工单待派发", Topic.DISPATCH_LATE: "工单未按时派发",
    Topic.NEW: "新工单待签收", Topic.GONE: "工单已转其他单位", Topic.WITHDRAWN: "来电人撤单",
    Topic.ENDED: "工单不再办理", Topic.MERGED: "工单已并入其他工单", Topic.PARTED: "并入的工单已分出",
    Topic.RETURNED: "工单被退回", Topic.TO_IMPOSE: "工单两次被退回，待指定承办", Topic.IMPOSED: "已指定承办单位",
    Topic.TO_SIGN: "答复待签发", Topic.TO_CHECK: "答复待审核", Topic.SENT_BACK: "答复被退回修改",
    Topic.REDO: "工单需重办", Topic.DISPUTED: "来电人再次不满意，待裁定", Topic.CALL_BACK: "待人工回访",
    Topic.URGED: "来电人催单", Topic.ADDED: "来电人补充情况", Topic.DUE_SOON: "工单即将到期",
    Topic.OVERDUE: "工单已逾期", Topic.CHASED: "催办通知", Topic.SUPERVISED: "工单列入督办",
    Topic.LETTER: "收到督办函", Topic.FACTS_WANTED: "需请来电人补充", Topic.GOES_ON: "未获补充，按现有情况办理",
    Topic.EXTENSION_ASKED: "延期申请待审批", Topic.EXTENSION_DECIDED: "延期申请已有结果",
    Topic.HANDED_DOWN: "转派县区待派发", Topic.COUNTY_LATE: "县区未按时转派",
    Topic.SHARE_ASKED: "新协办待反馈", Topic.SHARE_IN: "协办意见已反馈", Topic.SHARE_OVER: "协办已结束",
    Topic.SHARE_LATE: "协办已逾期", Topic.SHARE_WANTED: "申请协办待安排",
    Topic.PASSED_REFUSED: "12345转来事项待处理",
    Topic.REPORT: "月度统计表待报送",
    Topic.UNHEARD: "告知未送达，请人工告知", Topic.UNREGISTERED: "短信文本未报备，短信未发出",
    Topic.CALENDAR: "年度放假安排缺失，请录入",
    Topic.UNMANNED: "承办单位没有可提醒的人员", Topic.UPDATE: "基础信息定期更新",
    Topic.SWEEP_DUE: "保密复查到期", Topic.LAPSED: "待发布版本已过有效期",
}  # fmt: skip


class WishError(Exception):
    """A wish that can't be kept; the text is fit for a person."""


class Notice(Base):
    """One thing that one person was told, once."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("key", "account_id"), Index("ix_notice_account_id", "account_id", "id"),
        Index("ix_notice_account_id_topic", "account_id", "topic", "id"),
        Index("ix_notice_unread", "account_id", "id", sqlite_where=text("read_at IS NULL"),
              postgresql_where=text("read_at IS NULL")),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(120))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))  # as whose person he was told
    topic: Mapped[Topic] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    thing: Mapped[str] = mapped_column(String(60), index=True)
    due_at: Mapped[datetime | None]  # the deadline that goes with it
    urgent: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(index=True)
    read_at: Mapped[datetime | None]


class Wish(Base):
    """How a person wants to be told, besides his inbox."""

    __tablename__ = "telling_wish"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    email: Mapped[str] = mapped_column(String(120), default="")
    confirmed: Mapped[str] = mapped_column(String(120), default="")  # the address at which he was found
    mobile: Mapped[str] = mapped_column(String(24), default="")
    by_email: Mapped[bool] = mapped_column(default=False)
    by_sms: Mapped[bool] = mapped_column(default=False)
    digest: Mapped[bool] = mapped_column(default=False)  # one a morning instead of many
    quiet: Mapped[str] = mapped_column(String(20), default="")  # his own quiet hours; empty: the house's
    muted: Mapped[list[str]] = mapped_column(JSON, default=list)  # topics that he wants in the inbox alone

    def ways(self, topic: Topic) -> list[tuple[Channel, str]]:
        """By which ways, and where to, he wants to hear of a topic; at an address that he has confirmed."""
        if topic in self.muted:
            return []
        found = self.by_email and self.email == self.confirmed
        ways = [(Channel.EMAIL, self.email if found else ""), (Channel.SMS, self.mobile if self.by_sms else "")]
        return [(way, place) for way, place in ways if place]


def tell(session: Session, accounts: Iterable[Account], topic: Topic, *, key: str, about: tuple[str, object],
         at: datetime, named: str = "", department_id: int | None = None, due_at: datetime | None = None,
         urgent: bool = False) -> list[int]:
    """Tell each of these people once; the ids of those who hadn't been. To be called in the transaction of what it
    tells of: what is rolled back tells nobody. `named`: what people call the thing, where that isn't its id."""
    told = [a.id for a in accounts if _noted(session, a.id, topic, key, about, department_id, due_at, urgent, at)]
    wishes = {w.account_id: w for w in session.scalars(select(Wish).where(Wish.account_id.in_(told)))} if told else {}
    for account_id, wish in wishes.items():
        for way, place in wish.ways(topic):
            values = {"number": named or str(about[1]), "topic": WORDS[topic]}
            outbox.owe(session, key=f"{key}:{account_id}", channel=way, place=place, topic=topic, about=about,
                       account_id=account_id, template=sms.NOTICE if way is Channel.SMS else "", values=values,
                       urgent=urgent, at=at)  # fmt: skip
    return told


def unread(session: Session, account_id: int) -> int:
    """How many notices a person has not read."""
    query = select(func.count()).select_from(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    return session.scalar(query) or 0


def read(session: Session, account_id: int, ids: Iterable[int] | None, *, at: datetime) -> None:
    """Mark a person's own notices as read: these, or all."""
    query = update(Notice).where(Notice.account_id == account_id, Notice.read_at.is_(None))
    session.execute((query if ids is None else query.where(Notice.id.in_(list(ids)))).values(read_at=at))


def wish_of(session: Session, account_id: int) -> Wish:
    """How a person wants to be told; in the inbox alone until he says so."""
    return session.get(Wish, account_id) or Wish(account_id=account_id, email="", confirmed="", mobile="",
                                                 by_email=False, by_sms=False, digest=False, quiet="",
                                                 muted=[])  # fmt: skip


def want(session: Session, given: Wish, *, by: Account, at: datetime) -> Wish:
    """Keep how a person wants to be told; WishError when it can't be done so."""
    given.mobile = normalise(given.mobile)
    if given.by_email and not _is_address(given.email):
        raise WishError("请填写有效的电子邮箱")
    if given.by_sms and not sms.is_mobile(given.mobile):
        raise WishError("短信只能发到手机，请填写手机号码")
    if given.quiet and quiet.read_quiet(given.quiet) is None:
        raise WishError("免打扰时段请写作22:00-07:00")
    given.confirmed = wish_of(session, given.account_id).confirmed
    kept = session.merge(given)
    audit.note(session, "telling.wish", by=by.login, at=at, about=("account", given.account_id))
    return kept


def _is_address(text: str) -> bool:
    name, at_sign, host = text.partition("@")
    plain = text.isascii() and text.isprintable() and not set(text) & set(" ,;<>\"\\()[]:")
    return plain and bool(name and at_sign and "." in host and "@" not in host) and not host.startswith(".")


def _noted(session: Session, account_id: int, topic: Topic, key: str, about: tuple[str, object],
           department_id: int | None, due_at: datetime | None, urgent: bool, at: datetime) -> bool:
    row = insert_into(session, Notice).values(key=key, account_id=account_id, department_id=department_id, topic=topic,
                                              kind=about[0], thing=str(about[1]), due_at=due_at, urgent=urgent,
                                              at=at)  # fmt: skip
    return session.execute(row.on_conflict_do_nothing().returning(Notice.id)).scalar() is not None
