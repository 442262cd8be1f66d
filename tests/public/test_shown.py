"""What the public pages show, and what they never show."""

import re
import time
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, update

from hotline.directory.departments import Department
from hotline.times import local_day, now
from knowledge_base.asked import Asked, Found, Unanswered
from knowledge_base.categories import Category
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.licences import Licence

from .support import mark_in

City = Any
HIDDEN = ("没有发布的秘密问题", "没有发布的秘密答案", "撤回的", "已经过期", "过期的答案", "明天才生效", "明天的答案", "还没有审核", "未审核", "草稿",
          "尚未审核的许可", "0877-2101999", "13800001111", "李局长", "drafter")
PAGES = ("/", "/departments", "/categories", "/categories/社保", "/categories/社保/失业", "/licences", "/ask", "/follow",
         "/open311/", "/search?q=失业金", "/search?q=没有发布的秘密问题", "/search?q=社保")


def every_page(city: City, client: FlaskClient) -> list[str]:
    found = set(PAGES)
    for page in PAGES:
        found |= set(re.findall(r'href="(/(?:entries|departments|licences|categories)/[^"#]+)"', client.get(page).text))
    return sorted(found)


def test_nothing_unpublished_withdrawn_expired_or_not_yet_in_force_is_on_any_page(city: City, client: FlaskClient) -> None:
    pages = every_page(city, client)
    assert len(pages) > 20
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        words = answer.text.replace("没有发布的秘密问题", "") if "q=%E6%B2%A1" in page or "q=没" in page else answer.text
        assert [secret for secret in HIDDEN if secret in words] == [], page


@pytest.mark.parametrize("question", ["没有发布的秘密问题", "已经撤回的问题", "已经过期的问题", "明天才生效的问题"])
def test_an_entry_that_does_not_stand_is_not_there(city: City, client: FlaskClient, question: str) -> None:
    there = f"/entries/{city.entry(question)}"
    assert client.get(there).status_code == 404
    assert client.post(there + "/opinion", data={"q": "什么", "right": "yes"}).status_code == 404
    assert client.get(f"/open311/inquiry/v1/web_faqs/{city.entry(question)}.json").status_code == 404


def test_an_entry_shows_the_published_version_with_its_basis_section_and_days(city: City, client: FlaskClient) -> None:
    page = client.get(f"/entries/{city.entry('失业金怎么申领')}").text
    for shown in ("失业后六十日内", "《失业保险条例》", "经办科", 'href="tel:08772101011"', "玉溪市人力资源和社会保障局", "有效期至", "部门最近确认"):
        assert shown in page, shown


def test_hot_topics_come_first_and_only_while_they_are_hot(client: FlaskClient) -> None:
    page = client.get("/").text
    hot = page[page.index("当前热点") : page.index("大家常问")]
    assert "暴雨期间社保窗口几点关门" in hot
    assert "昨天的热点" not in hot


def test_the_most_asked_lead_the_list(client: FlaskClient) -> None:
    page = client.get("/").text
    asked = page[page.index("大家常问") :]
    assert asked.index("社保卡丢了") < asked.index("居住证在哪里办") < asked.index("不动产登记要带")


def test_an_old_name_finds_who_does_the_work_now(city: City, client: FlaskClient) -> None:
    page = client.get("/search?q=不动产登记局").text
    assert "玉溪市自然资源和规划局" in page
    assert "原玉溪市不动产登记局" in page
    old = client.get(f"/departments/{city.department('玉溪市不动产登记局')}").text
    assert "已经撤并" in old
    assert "玉溪市自然资源和规划局" in old
    assert "玉溪市不动产登记局" not in client.get("/departments").text


def test_a_department_that_does_not_exist_yet_is_not_shown(city: City, client: FlaskClient) -> None:
    assert client.get(f"/departments/{city.department('玉溪市数据局')}").status_code == 404
    assert "数据局" not in client.get("/departments").text


def test_a_department_shows_how_it_is_reached_and_nothing_internal(city: City, client: FlaskClient) -> None:
    page = client.get(f"/departments/{city.department('玉溪市人力资源和社会保障局')}").text
    for shown in ("0877-2101000", "0877-2101001", "示范路1号", "周一至周五 08:30–12:00，14:30–18:00", "失业保险科", "人力资源服务许可"):
        assert shown in page, shown


def test_a_licence_shows_what_was_reviewed_and_links_only_to_the_web(client: FlaskClient) -> None:
    page = client.get("/licences/1").text
    for shown in ("申请书", "营业执照", "10个工作日", "不收费", 'href="https://www.example.gov.cn/form.doc"'):
        assert shown in page, shown
    assert 'href="javascript:' not in page
    assert client.get("/licences/2").status_code == 404


def test_a_licence_is_found_by_its_name_and_only_by_the_reviewed_one(client: FlaskClient) -> None:
    assert 'href="/licences/1"' in client.get("/search?q=人力资源服务许可").text
    assert 'href="/licences/1"' not in client.get("/search?q=草稿名").text
    assert 'href="/licences/2"' not in client.get("/search?q=尚未审核的许可").text


@pytest.mark.parametrize("words", ["人力资源许可怎么办", "renliziyuanfuwuxuke", "rlzyfwxk", "人立资源服务许可", "仁力姿源服务"])
def test_a_licence_is_found_also_by_pinyin_first_letters_and_misheard(client: FlaskClient, words: str) -> None:
    assert 'href="/licences/1"' in client.get("/search", query_string={"q": words}).text
    assert 'href="/licences/1"' in client.post("/search/typed", data={"q": words}).text


@pytest.mark.parametrize("words", ["失业金怎么申领", "社保卡", "sbk", "居住证在哪里办", "zzz宇宙飞船驾照qqq"])
def test_a_licence_that_is_not_meant_is_not_shown(client: FlaskClient, words: str) -> None:
    assert 'href="/licences/' not in client.get("/search", query_string={"q": words}).text.partition('id="found"')[2].partition("<footer")[0]


def test_what_is_shown_of_licences_from_now_on_is_found_and_what_no_longer_is_not(city: City, client: FlaskClient) -> None:
    def found() -> bool:
        time.sleep(0.6)
        assert 'href="/licences/1"' in client.get("/search?q=rlzyfwxk").text
        return "特种行业许可" in client.get("/search?q=tzhyxk").text

    assert not found()
    with city.database.writing() as session:
        session.add(Licence(department_id=city.department("玉溪市公安局"), name="特种行业许可", stage="published", shown={"name": "特种行业许可"}))
    assert found()
    with city.database.writing() as session:
        session.execute(update(Licence).where(Licence.name == "特种行业许可").values(shown=None, stage="withdrawn"))
    assert not found()


def test_numbers_names_and_plates_never_come_into_an_address(client: FlaskClient) -> None:
    sent = client.post("/search", data={"q": "我叫王小明，电话13887712345，身份证530402199001011234怎么补"})
    assert sent.status_code == 303
    followed = client.get(sent.location)
    assert followed.status_code == 200
    for secret in ("13887712345", "530402199001011234", "王小明", "%E7%8E%8B%E5%B0%8F%E6%98%8E"):
        assert secret not in sent.location + followed.text
    typed = client.get("/search", query_string={"q": "13887712345是谁的电话"})
    assert typed.status_code == 303
    assert "13887712345" not in typed.location


def test_a_search_is_noted_without_what_points_to_a_person_and_a_miss_is_counted(city: City, client: FlaskClient) -> None:
    client.get("/search", query_string={"q": "zzz宇宙飞船驾照qqq"})
    client.post("/search/settled", data={"q": "我的电话是13887712345，失业金怎么申领"})
    client.post("/search/typed", data={"q": "还在打字"})
    with city.database.reading() as session:
        rows = {row.words: row for row in session.scalars(select(Asked))}
        missed = session.scalars(select(Unanswered.words)).all()
    assert set(rows) == {"zzz宇宙飞船驾照qqq", "我的电话是＊，失业金怎么申领"}
    assert rows["我的电话是＊，失业金怎么申领"].entry_id == city.entry("失业金怎么申领")
    assert {row.channel for row in rows.values()} == {"web"}
    assert any("宇宙飞船" in words for words in missed)


def test_who_types_sends_and_reloads_has_asked_once_and_another_or_he_later_again(city: City, client: FlaskClient) -> None:
    words, there = "宇宙飞船驾照", f"/entries/{city.entry('失业金怎么申领')}/opinion"

    def asks(from_where: str = "1.2.3.4") -> int:
        client.post("/search/settled", data={"q": words}, environ_overrides={"REMOTE_ADDR": from_where})
        for _ in range(2):
            client.get("/search", query_string={"q": words}, environ_overrides={"REMOTE_ADDR": from_where})
        with city.database.reading() as session:
            assert session.scalars(select(Unanswered.count)).one() == len(session.scalars(select(Asked.id)).all())
            return session.scalars(select(Unanswered.count)).one()

    with time_machine.travel(now(), tick=False) as moment:
        assert (asks(), asks(), asks("5.6.7.8")) == (1, 1, 2)
        moment.shift(timedelta(minutes=29))
        assert asks() == 2
        moment.shift(timedelta(minutes=1))
        assert asks() == 3
        form = client.post(there.replace("opinion", "asked"), data={"mark": found_mark(client, "失业金怎么领")}).text
        for _ in range(3):
            client.post(there, data={"mark": mark_in(form), "right": "yes"})
    with city.database.reading() as session:
        assert session.scalars(select(Asked.found).where(Asked.found == Found.CHOSEN)).all() == [Found.CHOSEN]


def found_mark(client: FlaskClient, words: str) -> str:
    """What stands on each found answer, so that its page knows what was asked."""
    kept = re.search(r'data-asked="([^"]+)"', client.post("/search/typed", data={"q": words}).text)
    assert kept
    return kept[1]


def test_what_a_citizen_confirms_is_noted_with_his_words(city: City, client: FlaskClient) -> None:
    there = f"/entries/{city.entry('失业金怎么申领')}"
    assert "这是您要的答复吗" not in client.get(there).text
    for words, right in (("失业金怎么领", "yes"), ("社保失业金的事", "other")):
        results = client.post("/search/typed", data={"q": words}).text
        assert re.search(rf'href="{there}"', results), "nothing of the words is in the link"
        kept = re.search(r'data-asked="([^"]+)"', results)
        assert kept
        form = client.post(there + "/asked", data={"mark": kept[1]}).text
        assert words in form
        said = client.post(there + "/opinion", data={"mark": mark_in(form), "right": right})
        assert said.location == f"{there}?said={right}#opinion"
    client.post(there + "/opinion", data={"mark": "made.up", "q": "火车票", "right": "yes"})
    with city.database.reading() as session:
        rows = {row.words: (row.found, row.entry_id) for row in session.scalars(select(Asked))}
    assert rows == {"失业金怎么领": (Found.CHOSEN, city.entry("失业金怎么申领")), "社保失业金的事": (Found.UNSURE, None)}


def test_without_javascript_the_page_before_tells_the_words_and_only_our_own(city: City, client: FlaskClient) -> None:
    there = f"/entries/{city.entry('失业金怎么申领')}"
    came = {"Referer": "http://localhost/search?q=我叫王小明，没工作了领钱"}
    page = client.get(there, headers=came)
    assert "您问的是“我叫＊，没工作了领钱”" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    for elsewhere in ("https://elsewhere.example/search?q=没工作了领钱", "http://localhost/ask?q=没工作了领钱", "http://[", ""):
        page = client.get(there, headers={"Referer": elsewhere})
        assert page.status_code == 200
        assert "这是您要的答复吗" not in page.text


def test_no_address_on_any_page_carries_words_but_that_of_the_search_itself(city: City, client: FlaskClient) -> None:
    for page in (client.get("/search?q=失业金"), client.get("/search?q=zzz宇宙飞船驾照qqq"), client.post("/search/typed", data={"q": "失业金"})):
        assert re.findall(r'(?:href|action)="(?!/search)[^"]*[?&]q=', page.text) == []
    asked = client.post("/ask/about", data={"q": "我叫王小明，失业金没到账"})
    assert 'value="我叫＊，失业金没到账"' in asked.text
    assert asked.headers["Cache-Control"] == "no-store"
    assert 'value="x失业"' not in client.get("/ask?q=x失业").text


def test_what_nobody_knows_is_said_and_leads_on(client: FlaskClient) -> None:
    page = client.get("/search", query_string={"q": "zzz宇宙飞船驾照qqq"}).text
    assert "这里还没有这个问题的答复" in page
    assert 'href="tel:96128"' in page
    assert re.search(r'action="/ask/about"><input type="hidden" name="q" value="zzz宇宙飞船驾照qqq">', page)


def test_a_search_keeps_to_department_and_category(city: City, client: FlaskClient) -> None:
    county = city.department("红塔区人力资源和社会保障局")
    page = client.get("/search", query_string={"q": "人力资源许可怎么办", "department": county}).text
    assert "区里怎么办人力资源许可" in page
    assert "失业金怎么申领" not in page
    assert "区里怎么办" not in client.get("/search", query_string={"q": "人力资源许可怎么办", "category": "户籍"}).text


def test_strange_addresses_are_answered_in_words(client: FlaskClient) -> None:
    for there in ("/entries/99999999999999999999", "/departments/0", "/categories/没有", "/categories/%00", "/nothing",
                  "/search?department=x&category=%00&q=%00", "/licences/-1"):
        answer = client.get(there)
        assert answer.status_code in (200, 404), (there, answer.status_code)
        assert "96128" in answer.text


@pytest.fixture
def many(city: City) -> str:
    """A department and a place in the tree with seventy questions; its name."""
    name = "玉溪市公安局"
    with city.database.writing() as session:
        session.add_all([Entry(
            department_id=city.department(name), question=f"第{n:03}问怎么办", state="published", published=1, category="户籍/迁移",
            licence_id=1, versions=[EntryVersion(number=1, question=f"第{n:03}问怎么办", category="户籍/迁移", answer="请到窗口。",
                                                 spoken="请到窗口。", valid_from=local_day(now()), written_by="drafter",
                                                 stage="published", published_at=now())],
        ) for n in range(70)])  # fmt: skip
    return name


def test_all_that_stands_in_a_place_is_reached_page_by_page(city: City, client: FlaskClient, many: str) -> None:
    for there in ("/categories/户籍", f"/departments/{city.department(many)}", "/licences/1"):
        found, page = set(), there
        while page:
            text = client.get(page).text
            found |= set(re.findall(r"第\d{3}问怎么办", text))
            ahead = re.findall(r'rel="next" href="([^"]+)"', text)
            assert len({one.partition("#")[0] for one in ahead}) <= 1
            assert len(ahead) in (0, 2), "in the head for programs, in the page for people"
            page = ahead[0].replace("&amp;", "&") if ahead else ""
        assert len(found) == 70, there
        last = client.get(f"{there}?page=3").text
        assert 'rel="prev"' in last
        assert "第3／3页，共7" in last
        assert 'aria-label="翻页"' in last
        assert client.get(f"{there}?page=99").text == client.get(f"{there}?page=3").text.replace("page=3&amp;", "page=99&amp;")


def test_what_fits_on_one_page_has_no_pages(client: FlaskClient) -> None:
    for there in ("/categories/社保", "/departments/1", "/licences/1?page=x", "/categories/社保?page=-1"):
        assert 'class="pages"' not in client.get(there).text


def test_what_a_department_left_behind_stands_on_no_page(city: City, client: FlaskClient) -> None:
    with city.database.writing() as session:
        police = session.get_one(Department, city.department("玉溪市公安局"))
        police.effective_to = local_day(now())
        entry_id = session.scalars(select(Entry.id).where(Entry.department_id == police.id)).first()
    assert "居住证在哪里办" not in client.get("/").text
    assert client.get(f"/entries/{entry_id}").status_code == 404
    assert client.get("/categories/户籍").status_code == 404


def test_a_category_that_was_renamed_shows_what_stands_there_and_its_old_address_leads_on(city: City, client: FlaskClient) -> None:
    with city.database.writing() as session:
        session.add_all([Category(path=path, became=to) for path, to in (("户籍", "户政"), ("户籍/居住证", "户政/居住证"), ("户政", ""), ("户政/居住证", ""))])
        session.scalars(select(Entry).where(Entry.question == "居住证在哪里办")).one().category = "户政/居住证"  # its version keeps the old one
    assert "户政" in client.get("/categories").text
    assert "户籍" not in client.get("/categories").text
    assert "居住证在哪里办" in client.get("/categories/户政").text
    assert "户政" in client.get(f"/entries/{city.entry('居住证在哪里办')}").text
    for old, new in (("户籍", "户政"), ("户籍/居住证", "户政/居住证")):
        answer = client.get(f"/categories/{old}?page=1")
        assert (answer.status_code, unquote(answer.location)) == (302, f"/categories/{new}?page=1")
    for named in ("户籍", "户政", "户籍/居住证"):
        assert "居住证在哪里办" in client.get(f"/search?q=居住证在哪里办&category={named}").text, named
        listed = client.get(f"/open311/inquiry/v1/web_faqs/all.json?category={named}").json
        assert [row["question"] for row in listed] == ["居住证在哪里办"], named
    (one,) = client.get(f"/open311/inquiry/v1/web_faqs/{city.entry('居住证在哪里办')}.json").json
    assert one["categories"] == [{"category_name": "户政/居住证"}]
