"""The ledger (保密审查台账): every step of what is published, its reviews above all; the database lets it only grow."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hotline.database import Base


class Kind(StrEnum):
    """What a row speaks of."""

    ENTRY = "entry"
    LICENCE = "licence"
    BASE = "base"  # a department's base data


class Deed(StrEnum):
    """What was done."""

    WRITTEN = "written"
    SUBMITTED = "submitted"
    SENT_BACK = "sent_back"  # by the department's leader
    CHECKED = "checked"
    PASSED = "passed"  # 保密审查通过
    REFUSED = "refused"  # with the clause
    REFERRED_UP = "referred_up"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CONFIRMED = "confirmed"  # by the department, at its interval
    SWEPT = "swept"  # 常态化保密审查: still fit
    PULLED = "pulled"  # 常态化保密审查: no longer fit, withdrawn


REVIEWS = frozenset({Deed.PASSED, Deed.REFUSED, Deed.REFERRED_UP, Deed.SWEPT, Deed.PULLED})
"""The deeds of the secrecy reviewer."""


class LedgerRow(Base):
    """One step. `digest` is the SHA-256 of the content that the deed was about, as it was then."""

    __tablename__ = "ledger_row"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind] = mapped_column(String(8))
    thing_id: Mapped[int] = mapped_column(index=True)
    version: Mapped[int | None]
    department_id: Mapped[int] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by: Mapped[str] = mapped_column(String(60))
    deed: Mapped[Deed] = mapped_column(String(12), index=True)
    clause: Mapped[str] = mapped_column(String(200), default="")
    why: Mapped[str] = mapped_column(String(500), default="")
    digest: Mapped[str] = mapped_column(String(64), default="")
