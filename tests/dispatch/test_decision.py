"""What may be said to whom: every combination there is, against a table that a department can read."""

import itertools
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from dispatch.answering.decision import Answer, Channel, Contact, Reach, Sayable, decide, judge
from knowledge_base.covering import Cover, Covered, NotCovered
from knowledge_base.leave import Form, Leave, Scope, Subject
from tests.knowledge_base.law import DAY, NOON

TODAY = date(2026, 11, 23)

# The first line that fits decides; * fits everything. Under `said`: what reaches the citizen beside the contact.
TABLE = """
channel  | standing    | excluded | scope | form    | summary | stale         | said    | because
web      | *           | *        | *     | *       | *       | *             | full    | 部门已审核并在网上公开
*        | never       | *        | *     | *       | *       | *             | contact | 该部门从未授权热线代为答复
*        | unsigned    | *        | *     | *       | *       | *             | contact | 部门授权尚未签发
*        | not yet     | *        | *     | *       | *       | *             | contact | 部门授权尚未生效
*        | expired     | *        | *     | *       | *       | *             | contact | 部门授权已过有效期
*        | revoked     | *        | *     | *       | *       | *             | contact | 部门已撤销授权
*        | superseded  | *        | *     | *       | *       | *             | contact | 部门已撤销授权
*        | run out     | *        | *     | *       | *       | *             | contact | 承接的暂行授权已到期，部门尚未重新授权
*        | *           | entry    | *     | *       | *       | *             | contact | 该问题已被部门列为授权例外
*        | *           | category | *     | *       | *       | *             | contact | 该问题已被部门列为授权例外
*        | *           | *        | other | *       | *       | *             | contact | 该问题不在部门授权范围内
*        | before      | *        | *     | *       | *       | *             | contact | 该问题由其他部门转入，部门尚未就其授权
*        | *           | *        | *     | contact | *       | *             | contact | 授权仅限告知部门名称和电话
*        | *           | *        | *     | summary | missing | *             | contact | 授权仅限摘要，而该条目尚无摘要
machine  | *           | *        | *     | *       | *       | entry         | contact | 该条目逾期未经部门确认，自助语音暂停播报
machine  | *           | *        | *     | *       | *       | authorisation | contact | 授权逾期未经部门确认，自助语音暂停播报
*        | *           | *        | *     | summary | *       | *             | summary | 依据
*        | *           | *        | *     | full    | *       | *             | full    | 依据
"""
LINES = [tuple(cell.strip() for cell in line.split("|")) for line in TABLE.strip().splitlines()[1:]]

STANDINGS = ("never", "unsigned", "not yet", "in force", "expired", "revoked", "superseded", "provisional", "run out", "before")
SCOPES: dict[str, tuple[dict[str, object], dict[str, object]]] = {  # what speaks of the entry, and what of others only
    "department": ({"scope": Scope.DEPARTMENT}, {"scope": Scope.DEPARTMENT, "department_id": 2}),
    "category": ({"scope": Scope.CATEGORIES, "categories": ("户政/居住证",)}, {"scope": Scope.CATEGORIES, "categories": ("户政/身份证",)}),
    "category above": ({"scope": Scope.CATEGORIES, "categories": ("出入境", "户政")}, {"scope": Scope.CATEGORIES, "categories": ("户",)}),
    "licence": ({"scope": Scope.LICENCES, "licences": frozenset({3, 4})}, {"scope": Scope.LICENCES, "licences": frozenset({4})}),
    "entry": ({"scope": Scope.ENTRIES, "entries": frozenset({7, 8})}, {"scope": Scope.ENTRIES, "entries": frozenset({8})}),
}
EVERYTHING = list(itertools.product(
    Channel, STANDINGS, ("no", "entry", "category"), SCOPES, ("this", "other"), Form, ("there", "missing"), ("no", "entry", "authorisation")))  # fmt: skip
REACH = Reach("玉溪市公安局", "0877-9601001", "玉溪市红塔区", "1-5 08:30-12:00")


def granted(standing: str, excluded: str, scope: str, meant: str, form: Form, stale: str) -> list[Leave]:
    """The papers of the case."""
    if standing == "never":
        return []
    first = Leave(7, 1, "玉公授权〔2026〕1号", 2, form, Scope.DEPARTMENT, TODAY - 9 * DAY, TODAY + 9 * DAY, NOON - 9 * DAY,
                  exclusions=frozenset({7} if excluded == "entry" else ()), excluded_categories=("户政",) if excluded == "category" else (),
                  stale=stale == "authorisation")  # fmt: skip
    first = replace(first, **SCOPES[scope][meant == "other"])  # type: ignore[arg-type]
    changes: dict[str, dict[str, object]] = {
        "unsigned": {"signed_at": None}, "not yet": {"valid_from": TODAY + DAY}, "expired": {"valid_to": TODAY - DAY},
        "revoked": {"revoked_at": NOON}, "provisional": {"provisional": True},
        "run out": {"provisional": True, "valid_to": TODAY - DAY},
    }  # fmt: skip
    first = replace(first, **changes.get(standing, {}))  # type: ignore[arg-type]
    later = replace(first, id=8, version=3, signed_at=NOON - DAY, revoked_at=NOON - timedelta(hours=1))
    return [first, later] if standing == "superseded" else [first]


def expected(case: tuple[str, ...]) -> tuple[int, str, str]:
    for number, line in enumerate(LINES):
        if all(cell in ("*", value) for cell, value in zip(line, case, strict=False)):
            return number, line[7], line[8]
    raise AssertionError(case)


def test_every_combination_is_decided_as_the_table_says_and_every_line_is_needed() -> None:
    used: Counter[int] = Counter()
    for channel, standing, excluded, scope, meant, form, summary, stale in EVERYTHING:
        if scope == "department" and meant == "other":
            continue  # another department's paper is no paper: that is `never`, and tested with the authorisations
        sayable = Sayable("全文", "摘要" if summary == "there" else "", stale == "entry", REACH)
        subject = Subject(7, 1, "户政/居住证", 3, NOON - 8 * DAY if standing == "before" else None)
        decided = judge(sayable, subject, granted(standing, excluded, scope, meant, form, stale), channel=channel, on=TODAY, at=NOON)
        line, said, because = expected((channel, standing, excluded, meant, form, summary, stale))
        used[line] += 1
        case = (channel, standing, excluded, scope, meant, form, summary, stale)
        given = decided.form if isinstance(decided, Answer) else "contact"
        assert (given, decided.reason[: len(because)]) == (said, because), case
        assert decided.reach == REACH, case
        if isinstance(decided, Answer):
            assert decided.text == {"full": "全文", "summary": "摘要"}[said], case
            assert (decided.authorisation_id, decided.authorisation_version) == ((None, None) if channel == "web" else (7, 2)), case
    assert sum(used.values()) > 12_000
    assert set(used) == set(range(len(LINES)))


# -- the same by its cover alone ----------------------------------------------------------------------------------
BOTH, FULL_ONLY = Sayable("全文", "摘要"), Sayable("全文", "")
NOT = NotCovered("部门授权已过有效期")


def covered(form: Form, *, stale: bool = False) -> Covered:
    return Covered(form, 7, 2, False, "依据玉公授权〔2026〕1号", stale)


@pytest.mark.parametrize("channel", [Channel.MACHINE, Channel.OPERATOR])
@pytest.mark.parametrize(
    ("cover", "offered", "said"),
    [
        (NOT, BOTH, None),
        (covered(Form.FULL), FULL_ONLY, "全文"),
        (covered(Form.SUMMARY), BOTH, "摘要"),
        (covered(Form.SUMMARY), FULL_ONLY, None),
        (covered(Form.CONTACT), BOTH, None),
    ],
)
def test_nothing_is_spoken_but_what_an_authorisation_covers(channel: Channel, cover: Cover, offered: Sayable, said: str | None) -> None:
    decided = decide(offered, cover, channel=channel)
    assert (decided.text if isinstance(decided, Answer) else None) == said


@pytest.mark.parametrize("late", [(replace(BOTH, stale=True), covered(Form.FULL)), (BOTH, covered(Form.FULL, stale=True))])
def test_what_is_overdue_leaves_the_machines_mouth_alone(late: tuple[Sayable, Covered]) -> None:
    said = {channel: decide(*late, channel=channel) for channel in Channel}
    assert isinstance(said[Channel.MACHINE], Contact)
    assert isinstance(said[Channel.OPERATOR], Answer)
    assert isinstance(said[Channel.WEB], Answer)
    assert said[Channel.MACHINE].authorisation_id == 7
