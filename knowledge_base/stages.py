"""How far a version of something that will be published has come."""

from enum import StrEnum


class Stage(StrEnum):
    """How far one version has come: drafter, leader and secrecy reviewer are three people."""

    DRAFT = "draft"
    SUBMITTED = "submitted"  # to be checked by the department's leader
    CHECKED = "checked"  # to be reviewed for secrecy
    REFERRED = "referred"  # the department's reviewer passed the question on to the city's
    PASSED = "passed"  # waits for its day
    PUBLISHED = "published"
    REPLACED = "replaced"  # by a later version
    REFUSED = "refused"  # by the secrecy review
    EXPIRED = "expired"  # its last day is over
    WITHDRAWN = "withdrawn"


UNDER_WAY = frozenset({Stage.DRAFT, Stage.SUBMITTED, Stage.CHECKED, Stage.REFERRED, Stage.PASSED})
"""Stages from which a version may still be published."""
ONCE_PUBLISHED = frozenset({Stage.PUBLISHED, Stage.REPLACED, Stage.EXPIRED})
"""Stages that only what was published comes to (a withdrawn version may never have been)."""

LABELS = {
    Stage.DRAFT: "草稿", Stage.SUBMITTED: "待审核", Stage.CHECKED: "待保密审查", Stage.REFERRED: "已报上级审查",
    Stage.PASSED: "待发布", Stage.PUBLISHED: "已发布", Stage.REPLACED: "已被新版取代", Stage.REFUSED: "审查未通过",
    Stage.EXPIRED: "已过期", Stage.WITHDRAWN: "已撤回",
}  # fmt: skip
