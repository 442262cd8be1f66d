"""The read API: Open311's shape, exactly what the web may show, and no failure under thousands of strange questions."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as bounds
from schemathesis.specs.openapi.checks import ignored_auth
from sqlalchemy import select

from admin_ui.public.inquiry.routes import DOCUMENT
from hotline.directory.departments import Department, in_charge
from hotline.times import CHINA, local_day, now
from knowledge_base.entries import Entry, State
from knowledge_base.licences import Licence

City = Any
V1 = "/open311/inquiry/v1"
HIDDEN = ("秘密", "撤回的", "过期的", "明天", "还没有审核", "未审核", "草稿", "13800001111", "李局长", "0877-2101999", "drafter")


def all_of(client: FlaskClient, kind: str, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(f"{V1}/{kind}/all.json", query_string=query)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json
    return rows


def test_the_faqs_are_exactly_those_that_the_pages_show(city: City, client: FlaskClient) -> None:
    rows = all_of(client, "web_faqs")
    assert {row["question"] for row in rows} == {
        "社保卡丢了怎么补办", "失业金怎么申领", "居住证在哪里办", "不动产登记要带什么材料", "区里怎么办人力资源许可", "暴雨期间社保窗口几点关门",
        "昨天的热点还算不算"}  # fmt: skip
    for row in rows:
        (full,) = client.get(f"{V1}/web_faqs/{row['id']}.json").json
        assert full["answer"] in client.get(f"/entries/{row['id']}").text
        assert full["url"] == f"http://localhost/entries/{row['id']}"


def test_nothing_hidden_is_in_any_answer(city: City, client: FlaskClient) -> None:
    for kind in ("web_faqs", "services", "facilities"):
        for row in all_of(client, kind):
            whole = client.get(f"{V1}/{kind}/{row['id']}.json").text
            assert [secret for secret in HIDDEN if secret in whole + json.dumps(row, ensure_ascii=False)] == []


def test_expiration_is_the_midnight_in_yuxi_after_the_last_day(city: City, client: FlaskClient) -> None:
    by_question = {row["question"]: row for row in all_of(client, "web_faqs")}
    last = local_day(now()) + timedelta(days=30)
    told = datetime.fromisoformat(by_question["失业金怎么申领"]["expiration"])
    assert told == datetime(last.year, last.month, last.day, tzinfo=CHINA) + timedelta(days=1)
    assert by_question["居住证在哪里办"]["expiration"] is None
    assert by_question["暴雨期间社保窗口几点关门"]["hot_until"] is not None


def test_lists_are_filtered_by_department_category_and_time(city: City, client: FlaskClient) -> None:
    social = {row["question"] for row in all_of(client, "web_faqs", department="101")}
    assert social == {row["question"] for row in all_of(client, "web_faqs", department="玉溪市人力资源和社会保障局")}
    assert "社保卡丢了怎么补办" in social
    assert "居住证在哪里办" not in social
    assert all_of(client, "web_faqs", department="999") == []
    assert {row["question"] for row in all_of(client, "web_faqs", category="社保/失业")} == {"失业金怎么申领"}
    assert client.get(f"{V1}/web_faqs/社保%2F失业.json").json == all_of(client, "web_faqs", category="社保/失业")
    assert len(client.get(f"{V1}/web_faqs/社保.json").json) == 4
    assert client.get(f"{V1}/web_faqs/没有这类.json").json == []
    assert all_of(client, "web_faqs", updated_since=(now() - timedelta(hours=2)).isoformat()) == []
    assert len(all_of(client, "web_faqs", updated_since=(now() - timedelta(days=2)).isoformat())) == 7
    assert [row["facility_name"] for row in all_of(client, "facilities", category="政法")] == ["玉溪市公安局"]
    assert [row["service_name"] for row in all_of(client, "services", department="101")] == ["人力资源服务许可"]


def test_an_old_department_means_the_one_that_does_its_work(city: City, client: FlaskClient) -> None:
    with city.database.writing() as session:
        old = session.scalars(select(Department).where(Department.name == "玉溪市不动产登记局")).one()
        heir, called = in_charge(session, old, on=local_day(now())), (old.code, old.name, old.short_name, str(old.id))
        session.add(Licence(department_id=heir.id, name="不动产登记", shown={"name": "不动产登记"}))
        whose = heir.name
    for kind in ("web_faqs", "services", "facilities"):
        found = all_of(client, kind, department=whose)
        assert found
        assert [all_of(client, kind, department=name) for name in called] == [found] * 4


def test_pages_lead_to_one_another_and_together_are_the_whole(client: FlaskClient) -> None:
    whole, there, seen = all_of(client, "web_faqs"), "?page_size=3", []
    while there:
        answer = client.get(f"{V1}/web_faqs/all.json{there}")
        seen += answer.json
        assert answer.headers["X-Total-Count"] == str(len(whole))
        links = dict(reversed(link.split("; rel=")) for link in answer.headers["Link"].split(", "))
        there = links['"next"'].strip("<>") if '"next"' in links else ""
    assert seen == whole


def test_the_most_asked_are_on_both_addresses(client: FlaskClient) -> None:
    top = client.get(f"{V1}/web_faqs/web.json").json
    assert top[0]["question"] == "社保卡丢了怎么补办"
    assert client.get(f"{V1}/faqs/web.json").json == top


def test_old_departments_are_no_facilities(city: City, client: FlaskClient) -> None:
    names = [row["facility_name"] for row in all_of(client, "facilities")]
    assert "玉溪市不动产登记局" not in names
    assert client.get(f"{V1}/facilities/{city.department('玉溪市不动产登记局')}.json").status_code == 404
    (full,) = client.get(f"{V1}/facilities/1.json", headers={"Cookie": "lang=en"}).json
    assert full["displayed_hours"] == "周一至周五 08:30–12:00，14:30–18:00"


def test_what_is_unchanged_is_not_sent_again_and_a_withdrawn_answer_changes_the_list(city: City, client: FlaskClient) -> None:
    there = f"{V1}/web_faqs/all.json"
    first = client.get(there)
    mark = {"If-None-Match": first.headers["ETag"]}
    assert "Last-Modified" in first.headers
    assert first.headers["Cache-Control"] == "public, max-age=60"
    assert client.get(there, headers=mark).status_code == 304
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    assert client.get(there, headers=since).status_code == 304
    one = f"{V1}/web_faqs/{city.entry('居住证在哪里办')}.json"
    assert client.get(one, headers={"If-None-Match": client.get(one).headers["ETag"]}).status_code == 304
    with city.database.writing() as session:
        session.get_one(Entry, city.entry("居住证在哪里办")).state = State.WITHDRAWN
    assert client.get(there, headers=mark).status_code == 200
    assert client.get(one).status_code == 404


def test_public_url_is_what_links_are_written_with(make: Callable[..., Flask]) -> None:
    client = make(public_url="https://96128.example.gov.cn/").test_client()
    row = client.get(f"{V1}/web_faqs/1.json", headers={"Host": "evil.example"}).json[0]
    assert row["url"] == "https://96128.example.gov.cn/entries/1"
    endpoint = client.get("/open311/discovery.json").json["endpoints"][0]
    assert endpoint["url"] == "https://96128.example.gov.cn/open311/inquiry/v1"


def test_errors_are_told_as_json_and_any_site_may_read(client: FlaskClient) -> None:
    for there, code in (("/web_faqs/all.json?page=0", 400), ("/web_faqs/all.json?nonsense=1", 400), ("/services/999.json", 404),
                        ("/nothing.json", 404), ("/web_faqs/all.json?updated_since=never", 400),
                        ("/web_faqs/all.json?page=1&page=2", 400),
                        *((f"/{kind}/all.json?updated_since={moment}", 400) for kind in ("web_faqs", "services", "facilities") for moment in
                          ("0001-01-01", "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"))):
        answer = client.get(V1 + there)
        assert answer.status_code == code, there
        assert answer.json[0]["code"] == code
        assert answer.headers["Cache-Control"] == "no-store"
    assert client.get(f"{V1}/web_faqs/all.json").headers["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in client.get("/").headers


def test_one_address_may_ask_only_so_often(make: Callable[..., Flask]) -> None:
    client = make(public_limit="3 per minute").test_client()
    codes = [client.get(f"{V1}/web_faqs/all.json").status_code for _ in range(4)]
    assert codes == [200, 200, 200, 429]
    assert client.get(f"{V1}/web_faqs/all.json").json[0]["code"] == 429


def test_the_document_describes_every_address_and_no_other(client: FlaskClient) -> None:
    assert client.get(f"{V1}/openapi.json").json == DOCUMENT
    (there,), routes = (server["url"] for server in DOCUMENT["servers"]), client.application.url_map
    described = {there + path.replace("{name}", "<path:name>") for path in DOCUMENT["paths"]}
    served = {rule.rule.replace("<any(web):name>", "web") for rule in routes.iter_rules() if rule.rule.endswith(".json")}
    assert served - described == set()
    for path in DOCUMENT["paths"]:
        assert routes.bind("localhost").match(there + path.replace("{name}", "1"), "GET")[0].startswith("inquiry."), path


@pytest.mark.parametrize("database", ["postgresql", pytest.param("sqlite", marks=pytest.mark.proof)], indirect=True)
@pytest.mark.parametrize("operation", [f"GET {path}" for path in DOCUMENT["paths"]])
def test_no_question_that_a_program_can_think_of_breaks_the_promise(client: FlaskClient, operation: str) -> None:
    """Schemathesis: each answer has a status, type, headers and body that the document names; nothing crashes."""
    schema = schemathesis.openapi.from_wsgi(f"{V1}/openapi.json", client.application)
    whole = schema[operation.removeprefix("GET ")]["GET"]

    @bounds(max_examples=60, deadline=None, database=None, derandomize=True, phases=(Phase.explicit, Phase.generate),
            suppress_health_check=list(HealthCheck))
    def ask(case: schemathesis.Case) -> None:
        # the test client doesn't unpack what it asked to be packed
        case.call_and_validate(headers={"Accept-Encoding": "identity"}, excluded_checks=[ignored_auth])

    given(case=whole.as_strategy())(ask)()
    if "parameters" in DOCUMENT["paths"][operation.removeprefix("GET ")]["get"]:
        given(case=whole.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE))(ask)()
