"""Pinning an urgent hot topic: only what is published, and may be said by machine and operator, comes first."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from dispatch.answering.answers import GRACE_DAYS, offered
from dispatch.answering.decision import Answer, Channel
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from knowledge_base.entries import Entry
from knowledge_base.transitions import LifeError


def pin(session: Session, entry: Entry, *, since: datetime | None = None, until: datetime, most_days: int, why: str,
        by: Account, at: datetime, grace_days: int = GRACE_DAYS) -> None:
    """Pin an entry from now (or later) until a moment; LifeError when it may not be said, or nobody says why.

    `most_days`, `grace_days`: the settings `pinned_most_days` (what lasts longer isn't urgent any more; it can be
    pinned anew) and `update_grace_days`."""
    since = max(since or at, at)
    _may_pin(by, why)
    if not since < until <= since + timedelta(days=most_days):
        raise LifeError(f"置顶截止时间须晚于开始时间，且最长{most_days}天")
    for channel in (Channel.MACHINE, Channel.OPERATOR):
        found = offered(session, entry.id, channel=channel, at=at, grace_days=grace_days)
        if found is None:
            raise LifeError("只有已发布且在有效期内的条目可以置顶")
        if not isinstance(found.decision, Answer):
            raise LifeError(f"该条目未获授权由热线答复，不能置顶：{found.decision.reason}")
    entry.hot_from, entry.hot_until = since, until
    audit.note(session, "entry.pinned", by=by.login, at=at, about=("entry", entry.id), reason=why.strip()[:500],
               since=since.isoformat(), until=until.isoformat())  # fmt: skip


def unpin(session: Session, entry: Entry, *, why: str, by: Account, at: datetime) -> None:
    """It comes first no longer."""
    _may_pin(by, why)
    if not (entry.is_hot(at) or (entry.hot_from and entry.hot_from > at)):
        raise LifeError("该条目当前未置顶")
    entry.hot_from, entry.hot_until = None, None
    audit.note(session, "entry.unpinned", by=by.login, at=at, about=("entry", entry.id), reason=why.strip()[:500])


def _may_pin(by: Account, why: str) -> None:
    if not by.may(Permission.PIN):
        raise LifeError("您的角色不能设置突发热点")
    if not why.strip():
        raise LifeError("请说明置顶或取消的理由")
