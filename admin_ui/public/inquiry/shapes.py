"""Services, facilities and FAQs as the read API writes them: Open311's own fields first, ours after."""

from datetime import UTC, date, datetime
from typing import Any

from flask import url_for
from flask_babel import force_locale

from admin_ui.languages import CHINESE
from admin_ui.public.lobby import lobby, now
from admin_ui.public.permits import Permit
from admin_ui.public.shelf import Item, is_hot
from admin_ui.public.showing import hours
from hotline.directory.departments import Department
from hotline.times import day_begins, day_ends

Shape = dict[str, Any]
BRIEF = 120  # characters


def expiration(last_day: date | None) -> str | None:
    """The moment from which something no longer holds: the midnight in Yuxi after its last day."""
    if last_day is None or last_day == date.max:
        return None
    return moment(day_ends(last_day))


def moment(at: datetime | None) -> str | None:
    """A moment in UTC, to the second."""
    return None if at is None else f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def page_of(endpoint: str, **values: Any) -> str:
    """The address of one of the public pages."""
    return lobby().settings.public_url.rstrip("/") + url_for(endpoint, **values) if lobby().settings.public_url \
        else url_for(endpoint, _external=True, **values)  # fmt: skip


def faq_line(item: Item) -> Shape:
    """A FAQ in a list."""
    hot_until = item.entry.hot_until if is_hot(item.entry, at=now()) else None
    return {
        "id": str(item.entry.id), "question": item.question, "expiration": expiration(item.version.valid_to),
        "updated": moment(item.version.published_at), "hot_until": moment(hot_until),
    }  # fmt: skip


def faq(item: Item, answer: str, permit: Permit | None) -> Shape:
    """A FAQ with its answer."""
    version = item.version
    return faq_line(item) | {
        "categories": _categories(item.category), "url": page_of("entries.page", entry_id=item.entry.id),
        "answer": answer, "services": [service_line(permit)] if permit else [],
        "facility": _reference(item.entry.department), "legal_basis": version.legal_basis, "section": version.section,
        "phone": version.phone or item.entry.department.phone, "valid_from": version.valid_from.isoformat(),
        "confirmed": _day(item.entry.confirmed_on),
    }  # fmt: skip


def service_line(permit: Permit) -> Shape:
    """A licence item in a list; it holds until it is replaced, so it has no day of expiry."""
    return {
        "id": str(permit.id), "service_name": permit.name, "expiration": None,
        "brief_description": permit.text("conditions")[:BRIEF], "updated": _midnight(permit.confirmed_on),
    }  # fmt: skip


def service(permit: Permit) -> Shape:
    """A licence item with its papers, limits and fees."""
    downloads = [row for row in permit.rows("downloads") if row.startswith(("https://", "http://"))]
    fields = ("legal_basis", "quota", "conditions", "procedure", "statutory_limit", "promised_limit", "fee",
              "fee_basis", "office", "address", "hours", "phone", "supervision_phone")  # fmt: skip
    return service_line(permit) | {
        "categories": _categories(permit.department.category),
        "url": page_of("licences.page", licence_id=permit.id),
        "description": "\n".join(filter(None, (permit.text("conditions"), permit.text("procedure")))),
        "web_actions": [{"type": "Literature", "label": "表格下载", "url": row} for row in downloads],
        "facility": _reference(permit.department), "materials": permit.rows("materials"),
    } | {name: permit.text(name) for name in fields}  # fmt: skip


def facility_line(department: Department) -> Shape:
    """A department in a list."""
    return {
        "id": str(department.id), "facility_name": department.name, "expiration": _ends(department.effective_to),
        "type": department.category, "brief_description": department.duties[:BRIEF],
        "updated": _midnight(department.confirmed_on),
    }  # fmt: skip


def facility(department: Department) -> Shape:
    """A department with its address, hours and telephones."""
    return facility_line(department) | {
        "description": department.duties, "features": [], "address": department.address,
        "additional_address_information": department.way_there, "city": lobby().settings.city,
        "county_code": department.county_code, "zipcode": department.post_code,
        "displayed_hours": _hours(department), "lat": "", "long": "",
        "eligibility_information": "", "url": page_of("departments.page", department_id=department.id),
        "short_name": department.short_name, "code": department.code, "phone": department.phone,
        "supervision_phone": department.supervision_phone, "fax": department.fax, "email": department.email,
        "web": department.web_site,
        "sections": [{"name": str(s.get("name", "")), "phone": str(s.get("phone") or ""),
                      "duties": str(s.get("duties") or "")} for s in department.sections],
    }  # fmt: skip


def _hours(department: Department) -> str:
    """The hours in Chinese, whatever language the asker's browser prefers."""
    with force_locale(CHINESE):
        return "；".join(hours(department.office_hours))


def _reference(department: Department) -> Shape:
    return {"id": str(department.id), "facility_name": department.name}


def _categories(path: str) -> list[Shape]:
    return [{"category_name": path}] if path else []


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None


def _midnight(on: date | None) -> str | None:
    return moment(day_begins(on)) if on else None


def _ends(on: date | None) -> str | None:
    """A department ends with the beginning of its last date."""
    return _midnight(on)
