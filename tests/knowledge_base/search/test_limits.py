"""Where 'I don't know' begins is a collection's own figure: two in a hundred of what is found may be called unknown."""

import numpy as np
import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from cli.knowledge_unknown import unknown
from hotline.times import now
from knowledge_base.search import limits, own_questions
from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index
from knowledge_base.search.limits import HIGHEST, LEAST, Limits, SearchLimit, below, fitting, measured
from knowledge_base.search.match import NOTHING, Match, Verdict, verdict
from knowledge_base.search.own_questions import Collection, Own

EVERYDAY = np.linspace(20, 100, 401).tolist()  # likely wherever there is an answer
WEAK = np.linspace(0, 100, 401).tolist()
THINGS = "居住证 身份证 营业执照 驾驶证 户口簿 护照 社保卡 公积金 低保 退休金 养犬证 健康证".split()  # noqa: SIM905
DEEDS = "续签 补办 注销 变更 查询 转移 领取 年审 挂失 预约".split()  # noqa: SIM905
ENTRIES = [Document(n, 1, "", f"{thing}怎么{deed}", (f"{deed}{thing}", f"{thing}{deed}吗"), ("证",))
           for n, (thing, deed) in enumerate((t, d) for t in THINGS for d in DEEDS)]  # fmt: skip


@pytest.mark.parametrize(("found", "limit"), [(EVERYDAY, 21.6), (WEAK, LEAST), (np.linspace(70, 100, 401).tolist(), HIGHEST),
                                              (EVERYDAY[: limits.FEWEST - 1], NOTHING), ([], NOTHING)])  # fmt: skip
def test_two_in_a_hundred_of_what_is_found_lie_below_the_limit(found: list[float], limit: float) -> None:
    assert fitting(found) == pytest.approx(limit)


@pytest.mark.parametrize(("found", "phrasings", "ground"), [
    (limits.FEWEST, 0, "own"), (limits.FEWEST - 1, 999, "few_found"), (None, limits.FEWEST - 1, "few_phrasings"),
    (None, limits.FEWEST, "not_yet")])  # fmt: skip
def test_on_what_ground_a_limit_holds_is_known(found: int | None, phrasings: int, ground: str) -> None:
    row = None if found is None else SearchLimit(way="letters", found=found)
    assert limits._ground(row, phrasings) == ground


def test_what_a_limit_does_is_told_beside_what_the_usual_one_would() -> None:
    of = measured("letters", EVERYDAY, [10.0, 17.0, 21.0, 60.0])
    assert (of.found, of.lost, of.lost_usually, of.told, of.told_usually) == (401, 0.02, 0.0, 0.75, 0.25)
    assert below([], 15) == 0


def test_a_file_chooses_by_one_half_of_its_questions_and_is_measured_on_the_other() -> None:
    found = [20.0, 90.0] * limits.FEWEST
    assert unknown(found, [10.0, 30.0]) == {
        "limit": NOTHING, "lost": 0.0, "told": 0.5, "own": {"limit": 20.0, "lost": 0.0, "told": 0.5}
    }  # fmt: skip
    assert "own" not in unknown(found[1:], [])


def test_a_match_brings_its_collections_limit_by_the_path_that_found_it() -> None:
    index = Index.of(ENTRIES, limits=Limits(letters=40.0, meaning=30.0))
    assert {words: index.search(words)[0].limit for words in ("居住证", "juzhuzheng", "jzz")} == {
        "居住证": 40.0, "juzhuzheng": 40.0, "jzz": NOTHING}  # fmt: skip
    for other in (index.changed([ENTRIES[0]]), index.changed([], {2}), index.with_synonyms([["证", "本"]])):
        assert other.search("居住证")[0].limit == 40.0
    assert index.with_limits(Limits()).search("居住证")[0].limit == NOTHING
    assert [verdict([Match(1, 90.0, inside=inside, limit=40.0)]) for inside in (39.0, 41.0)] == [Verdict.NOTHING, Verdict.SURE]


def test_each_phrasing_is_set_aside_while_it_is_asked_and_its_entry_once_more() -> None:
    index = Index.of(ENTRIES)
    asked = own_questions.chosen(index.documents())
    assert len(asked) == 240
    assert asked == own_questions.chosen(reversed(ENTRIES)), "the same ones, whatever the order"
    assert own_questions.chosen(ENTRIES, most=7) == asked[:7]
    found, away = own_questions._ask(Collection(index, asked, {}), Own(ENTRIES[6], "领取居住证"), full=False)
    whole = index.search("领取居住证")[0]
    assert whole.entry_id == 6
    assert away < found[0] < whole.inside
    assert own_questions._ask(Collection(index, asked, {}), Own(ENTRIES[6], "红烧肉放多少糖"), full=False)[0] == []


def test_the_limits_of_both_paths_are_measured_and_of_few_phrasings_none(monkeypatch: pytest.MonkeyPatch) -> None:
    index = Index.of(ENTRIES)
    monkeypatch.setattr(own_questions, "engine", lambda: None)
    monkeypatch.setattr(limits, "FEWEST", 40)
    [letters] = own_questions.measure(Collection(index, own_questions.chosen(ENTRIES, most=60), {}))
    assert (letters.way, letters.found >= limits.FEWEST, LEAST <= letters.percent <= HIGHEST) == ("letters", True, True)
    assert letters.lost <= limits.UNKNOWN
    assert own_questions.measure(Collection(index, own_questions.chosen(ENTRIES, most=39), {})) == []


def test_the_last_measurement_holds_until_the_next(session: Session) -> None:
    assert limits.kept(session) == Limits()
    limits.keep(session, [measured("letters", EVERYDAY, [1.0]), measured("meaning", WEAK, [1.0])], at=now())
    assert limits.kept(session) == Limits(letters=pytest.approx(21.6), meaning=LEAST)
    limits.keep(session, [measured("meaning", WEAK, [1.0])], at=now())
    assert [row.way for row in limits.last(session)] == ["meaning"]
    session.execute(delete(SearchLimit))
    assert limits.kept(session) == Limits()
