"""The life of a version as one table: from which stage, by which deed, who may, to which stage."""

from dataclasses import dataclass

from hotline.accounts.roles import Permission
from knowledge_base.errors import KnowledgeError
from knowledge_base.ledger import Deed
from knowledge_base.stages import LABELS, Stage


@dataclass(frozen=True)
class Transition:
    """One line of the table."""

    source: Stage
    deed: Deed
    needs: Permission | None  # None: only the system itself
    target: Stage


_S, _D, _P = Stage, Deed, Permission
TRANSITIONS = (
    Transition(_S.DRAFT, _D.WRITTEN, _P.WRITE_ENTRY, _S.DRAFT),
    Transition(_S.DRAFT, _D.SUBMITTED, _P.WRITE_ENTRY, _S.SUBMITTED),
    Transition(_S.SUBMITTED, _D.SENT_BACK, _P.CHECK_ENTRY, _S.DRAFT),
    Transition(_S.SUBMITTED, _D.CHECKED, _P.CHECK_ENTRY, _S.CHECKED),
    Transition(_S.CHECKED, _D.PASSED, _P.REVIEW, _S.PASSED),
    Transition(_S.CHECKED, _D.REFUSED, _P.REVIEW, _S.REFUSED),
    Transition(_S.CHECKED, _D.REFERRED_UP, _P.REVIEW, _S.REFERRED),
    Transition(_S.REFERRED, _D.PASSED, _P.REVIEW, _S.PASSED),
    Transition(_S.REFERRED, _D.REFUSED, _P.REVIEW, _S.REFUSED),
    Transition(_S.PASSED, _D.PUBLISHED, _P.PUBLISH, _S.PUBLISHED),
    Transition(_S.PASSED, _D.EXPIRED, None, _S.WITHDRAWN),  # its last day was over before it could be published
    Transition(_S.PUBLISHED, _D.REPLACED, None, _S.REPLACED),
    Transition(_S.PUBLISHED, _D.EXPIRED, None, _S.EXPIRED),
    Transition(_S.PUBLISHED, _D.WITHDRAWN, _P.PUBLISH, _S.WITHDRAWN),
    Transition(_S.PUBLISHED, _D.SWEPT, _P.REVIEW, _S.PUBLISHED),
    Transition(_S.PUBLISHED, _D.PULLED, _P.REVIEW, _S.WITHDRAWN),
    # What was never published may be given up at any time by who may write.
    Transition(_S.DRAFT, _D.WITHDRAWN, _P.WRITE_ENTRY, _S.WITHDRAWN),
    Transition(_S.SUBMITTED, _D.WITHDRAWN, _P.WRITE_ENTRY, _S.WITHDRAWN),
    Transition(_S.CHECKED, _D.WITHDRAWN, _P.WRITE_ENTRY, _S.WITHDRAWN),
    Transition(_S.REFERRED, _D.WITHDRAWN, _P.WRITE_ENTRY, _S.WITHDRAWN),
    Transition(_S.PASSED, _D.WITHDRAWN, _P.WRITE_ENTRY, _S.WITHDRAWN),
)
_TABLE = {(t.source, t.deed): t for t in TRANSITIONS}


class LifeError(KnowledgeError):
    """A step in the life of an entry that may not be taken; the text is fit for a person."""


def transition(source: Stage, deed: Deed) -> Transition:
    """The line for this deed at this stage; LifeError when there is none."""
    found = _TABLE.get((Stage(source), deed))
    if found is None:
        raise LifeError(f"该版本当前阶段（{LABELS[Stage(source)]}）不能执行该操作")
    return found
