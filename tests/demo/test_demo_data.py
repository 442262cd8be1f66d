"""The demonstration's files: complete, consistent, speakable, and ringing nobody real."""

import re
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pypinyin import Style, lazy_pinyin

import cli
from hotline.accounts.roles import DEPARTMENTAL, Role

Row = dict[str, Any]
FOLDER = Path(cli.__file__).parent / "demo_data"
SERVICE_NUMBERS = {
    "110", "119", "120", "122", "12110", "12119", "12123", "12306", "12314", "12315", "12316", "12328",
    "12329", "12333", "12345", "12348", "12350", "12366", "12388", "12393", "96110", "96119", "96128",
}  # fmt: skip
INVENTED = re.compile(r"0877-96\d{5}")


def rows(file: str, key: str) -> list[Row]:
    found: list[Row] = tomllib.loads((FOLDER / file).read_text(encoding="utf-8"))[key]
    return found


DEPARTMENTS = {row["code"]: row for row in rows("departments.toml", "department")}
ENTRIES = {code: rows(f"entries/{code}.toml", "entry") for code in DEPARTMENTS}
ALL = [entry for entries in ENTRIES.values() for entry in entries]
AUTHORISATIONS = rows("authorisations.toml", "authorisation")
ACCOUNTS = rows("people.toml", "account")
LICENCES = rows("licences.toml", "licence")


def in_force(a: Row) -> bool:
    return a["valid_from_days"] <= 0 <= a["valid_to_days"] and "revoked_days" not in a and not a.get("unsigned")


def speaks_of(a: Row, entry: Row) -> bool:
    scope = a["scope"]
    if scope.get("whole"):
        return True
    if entry["question"] in scope.get("entries", []):
        return True
    if any(entry["question"] in licence["entries"] for licence in LICENCES if licence["name"] in scope.get("licences", [])):
        return True
    return any(entry["category"] == c or entry["category"].startswith(c + "/") for c in scope.get("categories", []))


def forms_of(code: str, entry: Row) -> set[str]:
    """The forms in which the entry may be answered today; none when it is excluded."""
    standing = [a for a in AUTHORISATIONS if a["department"] == code and in_force(a)]
    if any(entry["question"] in a["exclusions"] for a in standing):
        return set()
    return {a["form"] for a in standing if speaks_of(a, entry)}


def test_there_are_25_departments_and_300_entries_about_twelve_each() -> None:
    assert len(DEPARTMENTS) == 25
    assert len(ALL) == 300
    assert all(9 <= len(entries) <= 15 for entries in ENTRIES.values())
    assert {file.stem for file in (FOLDER / "entries").glob("*.toml")} == set(DEPARTMENTS)


@pytest.mark.parametrize("code", DEPARTMENTS)
def test_a_department_can_be_found_reached_and_held_to_account(code: str) -> None:
    unit = DEPARTMENTS[code]
    assert re.fullmatch(r"\d{3}", code)
    assert unit["level"] in {"city", "county", "township", "central"}
    assert bool(unit["county_code"]) == (unit["level"] == "county")
    assert unit["initials"] == "".join(lazy_pinyin(unit["short_name"], style=Style.FIRST_LETTER))
    assert len(unit["initials"]) <= 20
    assert unit["address"].startswith("玉溪市")
    assert "演示" in unit["address"]
    assert unit["leader"]["name"]
    assert unit["leader"]["post"]
    assert [person["order"] for person in unit["liaisons"]] == ["A", "B", "section"]
    assert {unit["liaisons"][2]["section"]} <= {section["name"] for section in unit["sections"]}


def test_an_alias_or_an_old_name_leads_to_one_department_only() -> None:
    names = Counter(
        name
        for unit in DEPARTMENTS.values()
        for name in {unit["name"], unit["short_name"], *unit["aliases"], *unit["previous_names"]}
    )
    assert [name for name, times in names.items() if times > 1] == []


def test_office_hours_open_before_they_close_and_do_not_overlap() -> None:
    for unit in DEPARTMENTS.values():
        days: dict[str, list[Row]] = {}
        for span in unit["office_hours"]:
            assert re.fullmatch(r"[1-7](-[1-7])?", span["days"])
            assert span["open"] < span["close"]
            days.setdefault(span["days"], []).append(span)
        assert all(first["close"] <= then["open"] for spans in days.values() for first, then in pairwise(spans))


def test_every_telephone_of_an_office_is_invented_and_nobodys_twice() -> None:
    phones = [
        number
        for unit in DEPARTMENTS.values()
        for number in (
            unit["phone"], unit["supervision_phone"], unit["duty_phone"],
            *(section["phone"] for section in unit["sections"]), *(person["phone"] for person in unit["liaisons"]),
        )
    ]  # fmt: skip
    assert all(INVENTED.fullmatch(number) for number in phones)
    assert len(phones) == len(set(phones))


def test_a_question_stands_once_in_its_department_and_fits() -> None:
    for code, entries in ENTRIES.items():
        asked = [text for entry in entries for text in (entry["question"], *entry["phrasings"])]
        assert [text for text, times in Counter(asked).items() if times > 1] == [], code
        assert all(0 < len(text) <= 128 for text in asked)


def test_an_entry_is_complete_and_of_the_length_that_the_form_allows() -> None:
    for entry in ALL:
        assert 2 <= len(entry["phrasings"]) <= 5, entry["question"]
        assert 60 <= len(entry["answer"]) <= 250, entry["question"]
        assert 20 <= len(entry["spoken"]) <= 300, entry["question"]
        assert 0 < len(entry.get("summary", "有")) <= 60, entry["question"]
        assert 1 <= len(entry["keywords"]) <= 6, entry["question"]
        assert len(set(entry["keywords"])) == len(entry["keywords"]), entry["question"]
        assert re.fullmatch(r"《.+》", entry["legal_basis"]), entry["question"]
        assert entry["valid_from_days"] <= 0 < entry.get("valid_to_days", 1), entry["question"]


def test_what_is_spoken_is_speech_and_not_the_written_answer() -> None:
    for entry in ALL:
        spoken = entry["spoken"]
        assert spoken != entry["answer"], entry["question"]
        assert spoken[-1] in "。？！", entry["question"]
        assert re.search(r"[（）()【】《》\[\]/|•*#\nA-Za-z]", spoken) is None, entry["question"]
        assert set(re.findall(r"\d+", spoken)) <= SERVICE_NUMBERS, entry["question"]


def test_a_title_and_a_summary_can_be_spoken_too() -> None:
    for entry in ALL:
        aloud = entry["question"] + entry.get("summary", "")
        assert re.search(r"[A-Za-z（）()【】\[\]]", aloud) is None, entry["question"]
        assert set(re.findall(r"\d{5,}", aloud)) <= SERVICE_NUMBERS


def test_a_number_to_ring_in_any_answer_is_a_public_service_number() -> None:
    for entry in ALL:
        texts = (entry["answer"], entry.get("summary", ""))
        long_runs = {run for text in texts for run in re.findall(r"\d{5,}", text)}
        assert long_runs <= SERVICE_NUMBERS, entry["question"]


def test_some_entries_have_a_summary_and_some_have_none() -> None:
    without = sum("summary" not in entry for entry in ALL)
    assert 20 <= without <= 100


def test_every_category_is_a_leaf() -> None:
    for entries in ENTRIES.values():
        categories = {entry["category"] for entry in entries}
        assert all(re.fullmatch(r"[^/\s]+/[^/\s]+", category) for category in categories)
        assert not categories & {category.split("/")[0] for category in categories}


def test_an_entry_names_a_section_of_its_department_with_its_telephone() -> None:
    for code, entries in ENTRIES.items():
        sections = {section["name"]: section["phone"] for section in DEPARTMENTS[code]["sections"]}
        assert all(sections.get(entry["section"]) == entry["phone"] for entry in entries), code


def test_the_order_of_the_most_asked_is_decided() -> None:
    for code, entries in ENTRIES.items():
        asked = sorted((entry["asked"] for entry in entries), reverse=True)
        assert len(set(asked)) >= len(asked) - 1, code
        assert all(count > 0 for count in asked)
        assert len(set(asked[:3])) == 3, code


def test_authorisations_name_what_exists() -> None:
    for a in AUTHORISATIONS:
        entries = ENTRIES[a["department"]]
        questions = {entry["question"] for entry in entries}
        known = {entry["category"] for entry in entries}
        assert {*a["scope"].get("entries", []), *a["exclusions"]} <= questions, a["document"]
        assert set(a["scope"].get("licences", [])) <= {x["name"] for x in LICENCES if x["department"] == a["department"]}
        for category in [*a["scope"].get("categories", []), *a.get("excluded_categories", [])]:
            assert any(leaf == category or leaf.startswith(category + "/") for leaf in known), category
        assert len(a["scope"]) == 1
        assert a["form"] in {"full", "summary", "contact"}
        assert a["valid_from_days"] < a["valid_to_days"]
        assert re.fullmatch(r"玉\S+授〔20\d\d〕\d+号", a["document"])


def test_licence_items_are_complete_and_questions_of_their_department_speak_of_them() -> None:
    assert len(LICENCES) >= 20
    assert len({(x["department"], x["name"]) for x in LICENCES}) == len(LICENCES)
    for x in LICENCES:
        assert set(x["entries"]) <= {entry["question"] for entry in ENTRIES[x["department"]]}, x["name"]
        assert all(x[field] for field in ("legal_basis", "conditions", "procedure", "statutory_limit", "promised_limit", "materials", "office"))
    linked = [q for x in LICENCES for q in x["entries"]]
    assert len(linked) == len(set(linked)) >= 15


def test_an_exclusion_takes_out_what_the_scope_would_cover() -> None:
    excluding = [a for a in AUTHORISATIONS if a["exclusions"]]
    assert excluding
    for a in excluding:
        out = [entry for entry in ENTRIES[a["department"]] if entry["question"] in a["exclusions"]]
        assert all(speaks_of(a, entry) for entry in out), a["document"]


def test_a_document_has_one_number_and_its_signer_is_the_leader() -> None:
    assert len({a["document"] for a in AUTHORISATIONS}) == len(AUTHORISATIONS)
    for a in AUTHORISATIONS:
        assert a["signer"] == DEPARTMENTS[a["department"]]["leader"]


def test_a_revocation_lies_in_the_past_within_the_term_and_has_a_reason() -> None:
    revoked = [a for a in AUTHORISATIONS if "revoked_days" in a]
    assert revoked
    for a in revoked:
        assert a["valid_from_days"] < a["revoked_days"] < 0
        assert a["revoked_reason"]


def test_every_state_of_an_authorisation_occurs() -> None:
    standing = [a for a in AUTHORISATIONS if in_force(a)]
    assert {a["form"] for a in standing} == {"full", "summary", "contact"}
    assert any(a["exclusions"] for a in standing)
    assert any(a["provisional"] for a in standing)
    assert {kind for a in standing for kind in a["scope"]} == {"whole", "categories", "licences", "entries"}
    assert any(a.get("unsigned") for a in AUTHORISATIONS)
    assert any(a["valid_to_days"] <= 30 for a in standing)


def alone(code: str) -> Row:
    """The department's only authorisation, so that nothing else can cover for it."""
    (only,) = [a for a in AUTHORISATIONS if a["department"] == code]
    return only


def test_a_department_each_has_nothing_but_an_expired_a_revoked_or_a_coming_authorisation() -> None:
    lonely = [code for code, n in Counter(a["department"] for a in AUTHORISATIONS).items() if n == 1]
    only = [alone(code) for code in lonely]
    assert any(a["valid_to_days"] < 0 for a in only)
    assert any("revoked_days" in a for a in only)
    assert any(a["valid_from_days"] > 0 for a in only)


def test_three_departments_or_more_have_never_authorised_anything() -> None:
    assert len(set(DEPARTMENTS) - {a["department"] for a in AUTHORISATIONS}) >= 3


def test_the_machine_may_answer_many_questions_in_full_and_must_refuse_many() -> None:
    forms = [forms_of(code, entry) for code, entries in ENTRIES.items() for entry in entries]
    assert sum("full" in form for form in forms) >= 100
    assert sum(form == set() for form in forms) >= 60
    assert any(form == {"summary"} for form in forms)
    assert any(form == {"contact"} for form in forms)


def test_the_first_departments_most_asked_questions_may_be_answered_in_full() -> None:
    most = sorted(ENTRIES["101"], key=lambda entry: -entry["asked"])[:3]
    assert all("full" in forms_of("101", entry) for entry in most)


def test_where_only_the_summary_may_be_said_an_entry_has_one_and_another_none() -> None:
    told = [e for code, entries in ENTRIES.items() for e in entries if forms_of(code, e) == {"summary"}]
    assert {"summary" in entry for entry in told} == {True, False}


def test_every_role_has_an_account_and_every_login_is_latin_and_single() -> None:
    assert {Role(account["role"]) for account in ACCOUNTS} == set(Role)
    logins = [account["login"] for account in ACCOUNTS]
    assert len(set(logins)) == len(logins)
    assert all(re.fullmatch(r"[a-z]+[0-9]*(\.[a-z]+)*", login) for login in logins)
    assert not any("password" in account for account in ACCOUNTS)


def test_six_operators_have_the_phones_8001_to_8006() -> None:
    phones = {a["login"]: a["extension"] for a in ACCOUNTS if a["role"] == Role.OPERATOR}
    assert phones == {f"operator{n}": f"800{n}" for n in range(1, 7)}
    extensions = [a["extension"] for a in ACCOUNTS if "extension" in a]
    assert len(set(extensions)) == len(extensions)


def test_departmental_accounts_belong_to_a_department_and_no_others_do() -> None:
    for account in ACCOUNTS:
        belongs = account.get("department") in DEPARTMENTS
        citys = account["login"] == "secrecy.city"  # to whom departments refer upward
        assert belongs == (Role(account["role"]) in DEPARTMENTAL and not citys), account["login"]
    offices = [a for a in ACCOUNTS if a["role"] == Role.COUNTY_OFFICE]
    assert [a["county_code"] for a in offices] == ["530402"]


def test_liaisons_and_leaders_sign_in_under_the_names_the_directory_knows() -> None:
    liaisons = {(a["department"], a["order"]): a["name"] for a in ACCOUNTS if a["role"] == Role.LIAISON}
    known = {(code, p["order"]): p["name"] for code, unit in DEPARTMENTS.items() for p in unit["liaisons"]}
    assert liaisons.items() <= known.items()
    assert {code for code, order in liaisons if order == "A"} == set(DEPARTMENTS)
    assert sum(order == "B" for _, order in liaisons) >= 5
    leaders = {a["department"]: a["name"] for a in ACCOUNTS if a["role"] == Role.LEADER}
    assert leaders == {code: unit["leader"]["name"] for code, unit in DEPARTMENTS.items()}


def test_nobody_reviews_the_secrecy_of_what_he_drafted_or_signed() -> None:
    for reviewer in (a for a in ACCOUNTS if a["role"] == Role.SECRECY_REVIEWER and "department" in a):
        unit = DEPARTMENTS[reviewer["department"]]
        assert reviewer["name"] not in {unit["leader"]["name"], *(p["name"] for p in unit["liaisons"])}
