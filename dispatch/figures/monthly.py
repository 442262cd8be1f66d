"""附件9, the month's statistics, by the day on which each thing happened: what the house can count itself; the rest is
for a person to fill in."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from dispatch.figures.department_figures import Span
from dispatch.figures.monthly_counts import (
    Count,
    answered,
    asked,
    counted,
    finished,
    handed,
    over,
    published,
    replied,
    reviews,
    standing,
    told,
    transfers,
)
from dispatch.tickets.handings import Handing
from dispatch.tickets.referrals import DISSATISFIED
from dispatch.transfers.transfers import State, Transfer
from hotline.accounts.accounts import Account
from hotline.times import day_begins
from knowledge_base.ledger import REVIEWS, Deed


@dataclass(frozen=True)
class Indicator:
    """One row of the form; without `count` a person fills it in."""

    code: str
    name: str
    unit: str
    count: Count | None = None


@dataclass(frozen=True)
class Line:
    """What an indicator came to in the month, and from January to its end; none where it is filled in by hand."""

    indicator: Indicator
    month: int | None
    year: int | None


INDICATORS = (
    Indicator("1", "主动公开政府信息", "条"),
    Indicator("1.1", "其中：规范性文件", "条"), Indicator("1.2", "其中：其他政府信息", "条"),
    Indicator("2", "收到依申请公开申请", "件"),
    Indicator("2.1", "其中：当面", "件"), Indicator("2.2", "其中：信函、传真", "件"),
    Indicator("2.3", "其中：网络", "件"),
    Indicator("2.4", "办理结果：予以公开", "件"), Indicator("2.5", "办理结果：部分公开", "件"),
    Indicator("2.6", "办理结果：不予公开", "件"), Indicator("2.7", "办理结果：无法提供及其他", "件"),
    Indicator("3", "热线接听", "次", answered()),
    Indicator("3.1", "授权解答", "次", told()),
    Indicator("3.2", "办公时间内转接", "次", transfers()),
    Indicator("3.3", "转接成功", "次", transfers(Transfer.state == State.CONNECTED)),
    Indicator("3.4", "交办", "件", handed()),
    Indicator("3.5", "按时办结", "件", finished(Handing.answered_at <= Handing.due_at)),
    Indicator("3.6", "逾期办结", "件", finished(Handing.answered_at > Handing.due_at)),
    Indicator("3.7", "满意度评价", "件", over(Handing.satisfaction.is_not(None))),
    Indicator("3.8", "其中：满意", "件", over(Handing.satisfaction < DISSATISFIED)),
    Indicator("4", "常见问题新增", "条", published(first=True)),
    Indicator("4.1", "常见问题修改", "条", published(first=False)),
    Indicator("4.2", "常见问题总数（期末）", "条", standing()),
    Indicator("5", "网上提问", "件", asked()),
    Indicator("5.1", "网上提问答复", "件", replied()),
    Indicator("6", "保密审查", "件", reviews(REVIEWS)),
    Indicator("6.1", "审查通过", "件", reviews({Deed.PASSED, Deed.SWEPT})),
    Indicator("6.2", "审查不予公开", "件", reviews({Deed.REFUSED, Deed.PULLED})),
    Indicator("6.3", "报上级确定", "件", reviews({Deed.REFERRED_UP})),
    Indicator("7", "行政复议", "件"), Indicator("7.1", "行政诉讼", "件"),
)  # fmt: skip


STOCKS = frozenset({"4.2"})
"""What stands at the month's end: of a year it is what stands at its end, and no sum."""


def month_of(first: date) -> Span:
    """The month that begins on this day."""
    return Span(day_begins(first), day_begins((first + timedelta(days=31)).replace(day=1)))


def lines(session: Session, first: date, *, account: Account) -> Iterator[Line]:
    """The form for the month that begins on this day, as far as this account counts: a department its own, a county's
    office those of its county, the others all."""
    month = month_of(first)
    year = Span(day_begins(first.replace(month=1)), month.until)
    found = figures(session, month, year, account=account)
    return (Line(one, *found.get(one.code, (None, None))) for one in INDICATORS)


def figures(session: Session, *spans: Span, account: Account,
            codes: Collection[str] | None = None) -> dict[str, Sequence[int | None]]:  # fmt: skip
    """By code, what each that is counted came to in each of these times; None: not this account's to count."""
    counts = {one.code: one.count for one in INDICATORS if one.count and (codes is None or one.code in codes)}
    return counted(session, counts, spans, account=account)
