"""Which entries stand on a day, and which are asked most."""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from hotline.directory.departments import Department
from knowledge_base.entries import Entry, EntryVersion, State, in_force, most_asked

TODAY = date(2026, 11, 23)


def entry(session: Session, of: Department, question: str = "居住证如何续签？", *, state: State = State.PUBLISHED, published: int | None = 1,
          asked: int = 0, since: int = -5, until: int | None = None, versions: int = 1) -> Entry:
    row = Entry(department_id=of.id, question=question, state=state, published=published, asked=asked, keywords=[])
    session.add(row)
    session.flush()
    for number in range(1, versions + 1):
        session.add(EntryVersion(entry_id=row.id, number=number, answer=f"第{number}版", spoken=f"第{number}版。", written_by="x",
                                 valid_from=TODAY + timedelta(days=since),
                                 valid_to=None if until is None else TODAY + timedelta(days=until)))  # fmt: skip
    session.flush()
    return row


@pytest.mark.parametrize(("since", "until", "stands"), [(-5, None, True), (0, 0, True), (1, None, False), (-5, -1, False), (-5, 1, True)])
def test_an_entry_stands_on_the_days_of_its_version(session: Session, office: Department, since: int, until: int | None, stands: bool) -> None:
    row = entry(session, office, since=since, until=until)
    assert (in_force(session, row.id, on=TODAY) is not None) is stands
    assert most_asked(session, office.id, on=TODAY, most=3) == ([row] if stands else [])


@pytest.mark.parametrize("state", [s for s in State if s is not State.PUBLISHED])
def test_only_what_is_published_stands(session: Session, office: Department, state: State) -> None:
    row = entry(session, office, state=state)
    assert in_force(session, row.id, on=TODAY) is None
    assert most_asked(session, office.id, on=TODAY, most=3) == []


def test_the_published_version_stands_and_not_the_newest_draft(session: Session, office: Department) -> None:
    row = entry(session, office, published=2, versions=3)
    found = in_force(session, row.id, on=TODAY)
    assert found is not None
    assert found[1].answer == "第2版"


def test_a_published_entry_whose_version_is_missing_stands_nowhere(session: Session, office: Department) -> None:
    assert in_force(session, entry(session, office, published=None).id, on=TODAY) is None
    assert in_force(session, entry(session, office, "另一个问题", published=9).id, on=TODAY) is None
    assert in_force(session, 4711, on=TODAY) is None


def test_what_is_asked_most_comes_first_and_what_ran_out_takes_no_place(session: Session, office: Department) -> None:
    other = Department(code="102", name="玉溪市民政局", short_name="民政局")
    session.add(other)
    session.flush()
    few, many = entry(session, office, "少", asked=1), entry(session, office, "多", asked=9)
    entry(session, office, "过期", asked=99, until=-1)
    entry(session, other, "别的部门", asked=99)
    some = entry(session, office, "中", asked=5)
    assert most_asked(session, office.id, on=TODAY, most=2) == [many, some]
    assert most_asked(session, office.id, on=TODAY, most=9) == [many, some, few]
