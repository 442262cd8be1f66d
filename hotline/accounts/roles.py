"""The roles of the hotline and what each may do; whatever is not granted here is refused."""

from enum import StrEnum


class Role(StrEnum):
    """A person's role; one account has one."""

    OPERATOR = "operator"  # 接线员
    SUPERVISOR = "supervisor"  # 班长
    QUALITY_INSPECTOR = "quality_inspector"  # 质检
    LIAISON = "liaison"  # 联络员
    LEADER = "leader"  # 分管领导
    SECRECY_REVIEWER = "secrecy_reviewer"  # 保密审查人
    CITY_OFFICE = "city_office"  # 市主管部门
    COUNTY_OFFICE = "county_office"  # 县区主管部门
    INSPECTOR = "inspector"  # 督查
    AUDITOR = "auditor"  # 审计
    ADMINISTRATOR = "administrator"  # 系统管理员


class Permission(StrEnum):
    """One thing that a route may ask for."""

    DESK = "desk"  # answer calls, see the screen-pop, mark what was told
    CALLS = "calls"  # list calls, numbers masked
    UNMASK = "unmask"  # see one full number, for a reason
    TICKETS = "tickets"  # list and read tickets (within one's reach)
    REFER = "refer"  # write a ticket
    DISPATCH = "dispatch"  # send a ticket to a department
    HAND_DOWN = "hand_down"  # send a ticket to a county's competent office
    HANDLE = "handle"  # accept, return, answer for one's department
    SIGN = "sign"  # sign a reply for one's department
    CHECK = "check"  # check a signed reply at the hotline
    OVERSEE = "oversee"  # decide for the competent office: extensions, what is returned again and again
    EXCHANGE = "exchange"  # see what 12345 passed to us, hand it in as a file, settle what could not be taken
    RULES = "rules"  # enter and confirm the dated rules of tickets
    SUPERVISE = "supervise"  # follow what is late (督办), and write letters about it
    DECIDE = "decide"  # end a matter that the caller disputes again, or have it done once more
    HEAR = "hear"  # listen to a recording (within one's reach)
    ASSESS = "assess"  # draw calls by lot, and judge how they were answered (质检)
    LISTEN_IN = "listen_in"  # hear a call while it goes on, unheard (监听)
    TAKE_OUT = "take_out"  # take a recording, or a case with all that belongs to it, out of the house
    MARK = "mark"  # mark what is private in a recording that one hears
    MASK = "mask"  # have masked what another marked as private in a recording
    CUSTODY = "custody"  # keep the recordings: what reconciliation found, holds, retention, second persons' consents
    KNOWLEDGE = "knowledge"  # read entries and authorisations
    WRITE_ENTRY = "write_entry"  # draft an entry, propose a phrasing (a liaison: of his own department)
    CHECK_ENTRY = "check_entry"  # check what one's department drafted
    REVIEW = "review"  # review for secrecy, before publication and again at intervals
    PUBLISH = "publish"  # publish before the day that was set, or withdraw
    PIN = "pin"  # pin an urgent hot topic (突发热点)
    CATEGORIES = "categories"  # keep the tree of categories
    LEDGER = "ledger"  # read the ledger of reviews, drafts and earlier versions
    CORRECT = "correct"  # see who was told a wrong answer, and order call-backs
    AUTHORISE = "authorise"  # enter an authorisation, record one that was signed on paper
    SIGN_AUTHORISATION = "sign_authorisation"  # sign one for one's department
    REVOKE = "revoke"  # revoke one
    SUCCESSION = "succession"  # let a department pass into another
    DEPARTMENTS = "departments"  # keep the register of departments and their liaisons (a county's office: of its own)
    PHRASINGS = "phrasings"  # approve, refuse and retire phrasings that people brought
    SYNONYMS = "synonyms"  # keep the words that mean the same to a search
    UNANSWERED = "unanswered"  # work off what nobody could find (a department's people: what was assigned to them)
    ANALYTICS = "analytics"  # what was asked, and how it was found
    UPDATE = "update"  # confirm or change what one's department keeps (基础信息定期更新)
    FRESHNESS = "freshness"  # see how fresh each department's things are
    INTERVAL = "interval"  # set how often a department must confirm
    CHASE = "chase"  # note that a department was rung about its update
    FORMS = "forms"  # hand in 附件5 to 8 as Excel (a liaison: of his own department)
    FIGURES = "figures"  # the wallboard and its figures (a department's people and a county's office: of their own)
    REPORT = "report"  # report the month's statistics (附件9), and see who below has
    LINE = "line"  # keep the rules of the line: calendar, hours, self-service, blocks
    FLAG = "flag"  # flag a caller who needs somebody in particular; warn one
    ACCOUNTS = "accounts"  # create and lock accounts
    SYSTEM = "system"  # the state of the machine's parts
    TELLING = "telling"  # see where messages to people stand, keep registered texts and webhooks
    AUDIT = "audit"  # read the audit trail


_P = Permission
GRANTS: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset({_P.DESK, _P.FLAG, _P.TICKETS, _P.REFER, _P.KNOWLEDGE, _P.UNMASK, _P.HEAR, _P.MARK}),
    Role.SUPERVISOR: frozenset(
        {_P.DESK, _P.CALLS, _P.TICKETS, _P.REFER, _P.DISPATCH, _P.HAND_DOWN, _P.CHECK, _P.DECIDE, _P.KNOWLEDGE,
         _P.UNMASK, _P.HEAR, _P.TAKE_OUT, _P.MARK, _P.MASK, _P.CUSTODY, _P.FIGURES, _P.PIN, _P.CORRECT,
         _P.ANALYTICS, _P.FRESHNESS, _P.LINE, _P.FLAG, _P.EXCHANGE, _P.LISTEN_IN, _P.ASSESS}
    ),
    Role.QUALITY_INSPECTOR: frozenset(
        {_P.CALLS, _P.TICKETS, _P.HEAR, _P.MARK, _P.ASSESS, _P.KNOWLEDGE, _P.FIGURES, _P.ANALYTICS}
    ),
    Role.LIAISON: frozenset(
        {_P.TICKETS, _P.HANDLE, _P.HEAR, _P.KNOWLEDGE, _P.WRITE_ENTRY, _P.LEDGER, _P.AUTHORISE, _P.UNANSWERED,
         _P.UPDATE, _P.FORMS, _P.FIGURES, _P.REPORT}
    ),
    Role.LEADER: frozenset(
        {_P.TICKETS, _P.SIGN, _P.HEAR, _P.KNOWLEDGE, _P.CHECK_ENTRY, _P.PUBLISH, _P.LEDGER, _P.SIGN_AUTHORISATION,
         _P.REVOKE, _P.PHRASINGS, _P.UNANSWERED, _P.UPDATE, _P.FIGURES, _P.REPORT}
    ),
    Role.SECRECY_REVIEWER: frozenset({_P.KNOWLEDGE, _P.REVIEW, _P.LEDGER}),
    Role.CITY_OFFICE: frozenset(
        {_P.TICKETS, _P.DISPATCH, _P.HAND_DOWN, _P.OVERSEE, _P.RULES, _P.EXCHANGE, _P.KNOWLEDGE, _P.FIGURES,
         _P.CALLS, _P.WRITE_ENTRY, _P.PUBLISH, _P.PIN, _P.CATEGORIES, _P.LEDGER, _P.CORRECT, _P.AUTHORISE,
         _P.SUCCESSION, _P.REVOKE, _P.PHRASINGS, _P.SYNONYMS, _P.UNANSWERED, _P.ANALYTICS, _P.FRESHNESS, _P.INTERVAL,
         _P.CHASE, _P.FORMS, _P.LINE, _P.FLAG, _P.REPORT, _P.DEPARTMENTS}
    ),
    Role.COUNTY_OFFICE: frozenset(
        {_P.TICKETS, _P.DISPATCH, _P.OVERSEE, _P.KNOWLEDGE, _P.FIGURES, _P.LEDGER, _P.FRESHNESS, _P.INTERVAL,
         _P.CHASE, _P.REPORT, _P.DEPARTMENTS}
    ),
    Role.INSPECTOR: frozenset({_P.TICKETS, _P.SUPERVISE, _P.FIGURES, _P.KNOWLEDGE, _P.LEDGER, _P.FRESHNESS}),
    Role.AUDITOR: frozenset({_P.AUDIT, _P.FIGURES, _P.LEDGER}),
    Role.ADMINISTRATOR: frozenset({_P.ACCOUNTS, _P.SYSTEM, _P.CUSTODY, _P.TELLING}),
}
DEPARTMENTAL = frozenset({Role.LIAISON, Role.LEADER, Role.SECRECY_REVIEWER})
"""Roles that reach their own department's matters only."""


def may(role: Role, permission: Permission) -> bool:
    """Whether the role has the permission; an unknown role has none."""
    return permission in GRANTS.get(role, frozenset())
