"""The addresses of the read API. A name in an address is all, web, an id, or a category, as Open311 has it."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template
from flask.typing import ResponseReturnValue

from admin_ui.public import permits
from admin_ui.public.inquiry import lists, shapes, wishes
from admin_ui.public.limits import limiter, of
from admin_ui.public.lobby import now, reading, today
from admin_ui.public.shelf import Item
from dispatch.answering.answers import offered
from dispatch.answering.decision import Answer, Channel
from hotline.directory.departments import Department, exists

blueprint = Blueprint("inquiry", __name__, url_prefix="/open311")
limiter.limit(of("public_limit"))(blueprint)
V1 = "/inquiry/v1"
KEPT = 60  # seconds that an answer may be kept without asking again
DOCUMENT = json.loads((Path(__file__).parent / "openapi.json").read_text(encoding="utf-8"))
ALL, TOP = "all", "web"


@blueprint.get(V1 + "/web_faqs/<path:name>.json")
@blueprint.get(V1 + "/faqs/<any(web):name>.json")
def faqs(name: str) -> ResponseReturnValue:
    """Questions and answers: exactly what the web may show."""
    number = _id(name)
    wish = _named(name)
    if number is not None:
        return _faq(number)
    with reading() as session:
        changed = lists.last_change(session, on=today(), at=now())
        if name == TOP:
            return _answer([shapes.faq_line(i) for i in lists.top_faqs(session, on=today())], changed=changed)
        found, total = lists.faqs(session, wish, on=today())
        return wishes.paged(_answer([shapes.faq_line(i) for i in found], changed=changed), wish=wish, total=total)


@blueprint.get(V1 + "/services/<path:name>.json")
def services(name: str) -> ResponseReturnValue:
    """Licence items as they last passed their review."""
    number, wish = _id(name), _named(name)
    with reading() as session:
        if number is not None:
            permit = permits.one(session, number) or abort(404, "no such service")
            return _answer([shapes.service(permit)])
        found, total = lists.services(session, wish, on=today())
        return wishes.paged(_answer([shapes.service_line(p) for p in found]), wish=wish, total=total)


@blueprint.get(V1 + "/facilities/<path:name>.json")
def facilities(name: str) -> ResponseReturnValue:
    """The departments in service."""
    number, wish = _id(name), _named(name)
    with reading() as session:
        if number is not None:
            department = session.get(Department, number)
            if department is None or not exists(department, on=today()):
                abort(404, "no such facility")
            return _answer([shapes.facility(department)])
        found, total = lists.facilities(session, wish, on=today())
        return wishes.paged(_answer([shapes.facility_line(d) for d in found]), wish=wish, total=total)


@blueprint.get(V1 + "/openapi.json")
def document() -> ResponseReturnValue:
    """The API described for programs (OpenAPI 3.1)."""
    wishes.none()
    return _answer(DOCUMENT)


@blueprint.get("/discovery.json")
def discovery() -> ResponseReturnValue:
    """Where the API is, as Open311's clients look for it."""
    wishes.none()
    there = shapes.page_of("inquiry.document").removesuffix("/openapi.json")
    version = DOCUMENT["info"]["version"]
    endpoint = {"specification": "http://wiki.open311.org/Inquiry_v1", "url": there, "changeset": version,
                "type": "production", "formats": ["application/json"]}  # fmt: skip
    return _answer({"changeset": version, "endpoints": [endpoint]})


@blueprint.get("/")
def described() -> ResponseReturnValue:
    """The API described for people."""
    return render_template("public/inquiry.html", paths=DOCUMENT["paths"])


@blueprint.after_request
def for_every_site(response: Response) -> Response:
    """Open data: any site's page may read it."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Last-Modified, Link, X-Total-Count, Retry-After"
    return response


def _faq(number: int) -> Response:
    with reading() as session:
        offer = offered(session, number, channel=Channel.WEB, at=now())
        if offer is None or not isinstance(offer.decision, Answer):
            abort(404, "no such question")
        permit = permits.one(session, offer.entry.licence_id) if offer.entry.licence_id else None
        shape = shapes.faq(Item(offer.entry, offer.version), offer.decision.text, permit)
        return _answer([shape], changed=offer.version.published_at)


def _named(name: str) -> wishes.Wish:
    """The wish, with the category that the address itself names."""
    wishes.plain("name", name, wishes.LONGEST_NAME)
    wish = wishes.read()
    if name in (ALL, TOP) or _id(name) is not None:
        return wish
    if wish.category:
        abort(400, "category: named twice")
    return replace(wish, category=name)


def _id(name: str) -> int | None:
    return int(name) if name.isascii() and name.isdigit() and len(name) <= 9 else None


def _answer(shape: Any, *, changed: datetime | None = None) -> Response:
    response = jsonify(shape)
    response.headers["Cache-Control"] = f"public, max-age={KEPT}"
    if changed is not None:
        response.last_modified = changed
    return response
