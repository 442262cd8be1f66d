"""How far a version of something that will be published has come."""

from enum import StrEnum


class Stage(StrEnum):
    """How far one version has come: drafter, leader and secrecy reviewer are three people."""

    DRAFT = "draft"
    SUBMITTED = "submitted"  # to be checked by the department's leader
    CHECKED = "checked"  # to be reviewed for secrecy
    PASSED = "passed"  # waits for its day
    PUBLISHED = "published"
    REPLACED = "replaced"  # by a later version
    REFUSED = "refused"  # by the secrecy review
    WITHDRAWN = "withdrawn"
